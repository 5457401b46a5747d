"""Values to codes: words as they come, fences as they stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

from biobank_tui.bank.index.store import Fence
from biobank_tui.rules.errors import Refused


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


class Fences:
    """The buckets of a column's order. tail: samples in the last one; size: how many a bucket is made with."""

    def __init__(self, fences: Iterable[Fence], tail: int, size: int) -> None:
        self.listed = list(fences)
        self.keys = [place_of(value, number) for value, number in self.listed]
        self.tail = tail
        self.size = size

    def bucket(self, value: Any, number: int) -> int:
        """The bucket that a sample of this value lies in."""
        return max(bisect_right(self.keys, place_of(value, number)) - 1, 0)

    def take(self, value: Any, number: int) -> int:
        """The same for a sample that comes in now: the end of the order grows by new buckets."""
        if not self.keys:
            self._begin(value, number)
        bucket = self.bucket(value, number)
        if bucket == len(self.keys) - 1:
            if self.tail >= self.size and place_of(value, number) > self.keys[-1]:
                self._begin(value, number)
                bucket += 1
            self.tail += 1
        return bucket

    def _begin(self, value: Any, number: int) -> None:
        self.listed.append((value, number))
        self.keys.append(place_of(value, number))
        self.tail = 0
