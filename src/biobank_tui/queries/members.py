"""Which matches lie in which steps of an order: told by the matches where they are few, by all samples where many."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from biobank_tui.queries import bits
from biobank_tui.queries.bits import Flags, Ids, each_slice
from biobank_tui.queries.selecting import Selection
from biobank_tui.queries.steps import BLOCK, Steps

DRAWN: Final = 64
"""One in so many matches tells where the others lie."""

THICK: Final = 8
"""So many times as many matches as are wanted are many."""


class Members(Protocol):
    """The matches of the steps of an order."""

    def ends(self) -> Ids:
        """How many matches lie in each step and those before."""
        ...

    def of(self, first: int, last: int, start: int = 0, stop: int | None = None) -> Ids:
        """Ids of the matches of the steps first … last, by id; of them those from `start` on, before `stop`."""
        ...

    def edge(self, step: int, n: int, *, top: bool) -> list[int]:
        """The first n matches of a step by id, or its last, by id."""
        ...

    def before(self, step: int, number: int) -> int:
        """How many matches of a step have a smaller id."""
        ...


def members(steps: Steps, chosen: Selection) -> Members:
    """The matches in an order."""
    return Few(steps, chosen) if chosen.few else Many(steps, chosen)


class Few:
    """Matches that are gone through one by one."""

    def __init__(self, steps: Steps, chosen: Selection) -> None:
        self._ids = chosen.ids
        self._at = steps.at(chosen.ids)
        self._count = steps.count

    def ends(self) -> Ids:
        return np.cumsum(np.bincount(self._at, minlength=self._count))

    def of(self, first: int, last: int, start: int = 0, stop: int | None = None) -> Ids:
        at = self._at
        return self._ids[(at == first) if first == last else (at >= first) & (at <= last)][start:stop]

    def edge(self, step: int, n: int, *, top: bool) -> list[int]:
        found = self.of(step, step)
        return list(map(int, found[-n:] if top else found[:n]))

    def before(self, step: int, number: int) -> int:
        return int(np.count_nonzero((self._at == step) & (self._ids < number)))


class Many:
    """Matches so many that all samples are looked through, slice by slice."""

    def __init__(self, steps: Steps, chosen: Selection) -> None:
        self._steps = steps
        self._chosen = chosen

    def ends(self) -> Ids:
        steps, chosen = self._steps, self._chosen
        if steps.codes is None:
            return np.cumsum(self._blocks())

        def counted(start: int, end: int) -> Ids:
            return steps.counted(start, end, chosen.flags(start, end))

        return np.cumsum(steps.ranked(bits.summed(chosen.length, steps.count, counted)))

    def _blocks(self) -> Ids:
        """How many matches lie in each step of the order of ids."""
        step = BLOCK // 8
        starts = np.arange(0, len(self._chosen.bits), step)
        counts = np.zeros(self._steps.count, np.int64)
        found = np.add.reduceat(np.bitwise_count(self._chosen.bits), starts, dtype=np.int64)
        counts[: len(found)] = found[: len(counts)]
        return counts

    def of(self, first: int, last: int, start: int = 0, stop: int | None = None) -> Ids:
        parts: list[Ids] = []
        passed = 0
        for at, flags in self._flags(first, last, lazily=stop is not None):
            found = np.flatnonzero(flags)
            parts.append(found[max(start - passed, 0) : None if stop is None else max(stop - passed, 0)] + at)
            passed += len(found)
            if stop is not None and passed >= stop:
                break
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def edge(self, step: int, n: int, *, top: bool) -> list[int]:
        found: list[int] = []
        # Where they lie thick, a few slices are enough.
        thick = int(np.count_nonzero(self._drawn == step)) * DRAWN > n * THICK
        for at, flags in self._flags(step, step, backward=top, lazily=thick):
            there = np.flatnonzero(flags)
            wanted = n - len(found)
            part = list(map(int, (there[-wanted:] if top else there[:wanted]) + at))
            found = part + found if top else found + part
            if len(found) == n:
                break
        return found

    def before(self, step: int, number: int) -> int:
        return sum(int(np.count_nonzero(flags[: max(0, number - at)])) for at, flags in self._flags(step, step))

    def reaching(self, n: int, *, top: bool) -> Iterator[tuple[int, int]]:
        """The steps at an end where the n outermost matches lie, by a part of all matches; then more, then all."""
        last = self._steps.count - 1
        # So many of those drawn stand for some more than n.
        for enough in (n // DRAWN + 2, n // DRAWN * 2 + 8):
            if enough < len(self._drawn):
                place = len(self._drawn) - 1 - enough if top else enough
                reached = int(np.partition(self._drawn, place)[place])
                yield (reached, last) if top else (0, reached)
        yield 0, last

    @cached_property
    def _drawn(self) -> NDArray[Any]:
        """The steps of one in so many matches."""
        part = self._chosen.bits[::DRAWN]
        ids = np.arange(0, len(part) * DRAWN, DRAWN)[:, None] * 8 + np.arange(8)
        return self._steps.at(ids.ravel()[np.unpackbits(part).view(np.bool_)])

    def _flags(
        self, first: int, last: int, *, backward: bool = False, lazily: bool = False
    ) -> Iterator[tuple[int, Flags]]:
        """Which samples match and lie in these steps, slice by slice, each with the id it begins at."""
        begin, end = 0, self._chosen.length
        if self._steps.codes is None:
            begin, end = first * BLOCK, min((last + 1) * BLOCK, end)

        def matching(start: int, upto: int) -> Flags:
            flags = self._chosen.flags(start, upto)
            if self._steps.codes is not None:
                flags &= self._steps.within(start, upto, first, last)
            return flags

        return each_slice(begin, end, matching, backward=backward, lazily=lazily)
