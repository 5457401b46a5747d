"""Values to codes: words as they come, fences as they stand."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from biobank_tui.rules.errors import Refused

Fence = tuple[Any, int]
"""Where a bucket begins: a sample's value and its id."""


class Words(dict[Any, int]):
    """The code of each distinct value of a column, given in the order they are met, from 1."""

    def __init__(self, words: Sequence[Any], most: int) -> None:
        super().__init__({word: code for code, word in enumerate(words) if code})
        self.most = most

    def __missing__(self, word: Any) -> int:
        code = len(self) + 1
        if code > self.most:
            raise Refused("index.words", "The index has room for {most} distinct values of a column.", most=self.most)
        self[word] = code
        return code

    def listed(self) -> list[Any]:
        """The words by code; the first stands for no sample."""
        return [None, *self]


def place_of(value: Any, number: int) -> tuple[bool, Any, int]:
    """How a sample sorts in a column: nothing known first, then by value, then by id."""
    return (False, 0, number) if value is None else (True, value, number)


@dataclass(frozen=True, slots=True)
class Tail:
    """The last bucket. count: samples that came into it; size: how many a bucket is made with.

    greatest: the last sample in order that ever lay in it, value and id.
    """

    count: int
    size: int
    greatest: Fence


@dataclass(frozen=True, slots=True)
class Buckets:
    """Where a column's buckets begin. said: as the file keeps it; keys: as values are compared, without the samples."""

    said: str
    keys: list[tuple[Any, ...]]

    @classmethod
    def of(cls, said: str) -> Buckets:
        # As `place_of` has it.
        keys: list[tuple[Any, ...]] = [(False, 0) if value is None else (True, value) for value, _ in json.loads(said)]
        # What came before the first fence since it was set lies in the first bucket too.
        keys[:1] = [(False, 0)] * bool(keys)
        return cls(said, keys)


class Fences:
    """The buckets of a column's order."""

    def __init__(self, fences: Iterable[Fence], tail: Tail) -> None:
        self.listed = list(fences)
        self.tail = tail
        self._keys = [place_of(value, number) for value, number in self.listed]

    def take(self, value: Any, number: int) -> int:
        """The bucket of a sample that comes in now: the end of the order grows by new buckets."""
        place = place_of(value, number)
        bucket = max(bisect_right(self._keys, place) - 1, 0)
        if bucket < len(self._keys) - 1:
            return bucket
        beyond = not self._keys or place > place_of(*self.tail.greatest)
        if not self._keys or (beyond and self.tail.count >= self.tail.size):
            self.listed.append((value, number))
            self._keys.append(place)
            self.tail = replace(self.tail, count=0)
        self.tail = replace(
            self.tail, count=self.tail.count + 1, greatest=(value, number) if beyond else self.tail.greatest
        )
        return len(self._keys) - 1
