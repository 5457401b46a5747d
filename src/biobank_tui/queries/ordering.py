"""What matches, in an order: its exact count, any row of it at once, and where a sample stands in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.index.coding import place_of
from biobank_tui.bank.index.columns import COLUMNS, Coding
from biobank_tui.bank.index.shelf import View
from biobank_tui.model.tables import SAMPLE
from biobank_tui.queries.selecting import Selection, selection
from biobank_tui.queries.sieves import Flags, each_slice, summed
from biobank_tui.rules.query import Query

BLOCK: Final = 16_384
"""Ids that make a step of the order of registration."""

FEW: Final = 1 << 17
"""Samples of several buckets that are fetched together."""

EDGE: Final = 1_000
"""Rows from either end that are looked for there, while nothing is counted."""

DRAWN: Final = 64
"""One in so many matches tells where the others lie."""

SINGLY: Final = 3
"""Steps of a few words that are looked through one by one."""


@dataclass(frozen=True, slots=True)
class Steps:
    """A column's order in steps.

    codes: each sample's, None for the order of ids. rank: the step of a code, None where codes are steps themselves.
    column: what the bank sorts by within a step; None where samples stand there by id alone.
    """

    codes: NDArray[Any] | None
    count: int
    rank: NDArray[np.int64] | None = None
    column: str | None = None

    def at(self, ids: NDArray[np.int64]) -> NDArray[Any]:
        """The steps of these samples."""
        if self.codes is None:
            return ids // BLOCK
        found = self.codes[ids]
        return found if self.rank is None else self.rank[found]

    def great(self, *, top: bool) -> Sequence[int]:
        """Steps at an end of the order that are likely to hold many samples, the outermost first."""
        if self.rank is not None:
            return range(self.count - 1, 0, -1)[:SINGLY] if top else range(1, self.count)[:SINGLY]
        return (0,) if self.codes is not None and self.column is None and not top else ()

    def counted(self, start: int, end: int, flags: Flags) -> NDArray[np.int64]:
        """How many of the flagged samples start … end−1 lie in each step."""
        if self.codes is None:
            counts = np.zeros(self.count, np.int64)
            blocks = np.add.reduceat(flags, np.arange(0, end - start, BLOCK), dtype=np.int64)
            counts[start // BLOCK : start // BLOCK + len(blocks)] = blocks
            return counts
        codes = np.bincount(self.codes[start:end][flags], minlength=self.count)
        if self.rank is None:
            return codes
        counts = np.zeros(self.count, np.int64)
        counts[self.rank] = codes
        return counts

    def within(self, start: int, end: int, first: int, last: int) -> Flags:
        """Which of the samples start … end−1 lie in the steps first … last."""
        assert self.codes is not None
        part = self.codes[start:end]
        if self.rank is not None:
            taken = (self.rank >= first) & (self.rank <= last)
            found: Flags = part == np.flatnonzero(taken)[0] if first == last else taken[part]
        else:
            found = part == first if first == last else (part >= first) & (part <= last)
        return found


def steps_of(view: View, name: str) -> Steps:
    """The order of a column; "registered" is that of ids."""
    if name == "registered":
        return Steps(None, view.length // BLOCK + 1)
    codes = view.codes(name)
    coding = COLUMNS[name].coding
    if coding is Coding.FENCE:
        return Steps(codes, max(len(view.fences(name)), 1), column=name)
    if coding is Coding.NUMBER:
        return Steps(codes, (int(codes.max()) if len(codes) else 0) + 1)
    words = view.words(name)
    ranked = sorted(range(1, len(words)), key=lambda code: place_of(words[code], 0))
    rank = np.zeros(len(words), np.int64)
    rank[ranked] = np.arange(1, len(words))
    return Steps(codes, len(words), rank)


class Indexed:
    """An order by the index: how many matches lie in each step, and within a step the samples themselves."""

    def __init__(self, steps: Steps, chosen: Selection, *, descending: bool) -> None:
        self._steps = steps
        self._chosen = chosen
        self._descending = descending

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        """How many matches lie in each step and those before."""
        steps, chosen = self._steps, self._chosen

        def counted(start: int, end: int) -> NDArray[np.int64]:
            return steps.counted(start, end, chosen.flags(start, end))

        return np.cumsum(summed(chosen.length, steps.count, counted))

    def __len__(self) -> int:
        return self._chosen.count

    def __contains__(self, number: int) -> bool:
        return number in self._chosen

    def ids(self, connection: Connection, start: int, stop: int) -> list[int]:
        total = self._chosen.count
        start, stop = max(start, 0), min(stop, total)
        if start >= stop:
            return []
        if self._descending:
            return self._between(connection, total - stop, total - start)[::-1]
        return self._between(connection, start, stop)

    def _between(self, connection: Connection, start: int, stop: int) -> list[int]:
        """Ids of rows start … stop−1 of the ascending order; those near an end are found without counting all."""
        last = self._chosen.count - start
        if "_ends" not in self.__dict__ and min(stop, last) <= EDGE:
            top = last < stop
            n = last if top else stop
            found = self._outermost(connection, n, top=top)
            if found is not None:
                return found[: stop - start] if top else found[start:]
        return self._upward(connection, start, stop)

    def _outermost(self, connection: Connection, n: int, *, top: bool) -> list[int] | None:
        """The first n rows of the ascending order, or its last; None where the steps there hold too many."""
        steps = self._steps.count
        found: list[int] = []
        for step in self._steps.great(top=top):
            part = self._edge(step, n - len(found), top=top)
            found = part + found if top else found + part
            if len(found) == n:
                return found
        for within in self._reaching(n, top=top):
            members = self._members(*((steps - 1 - within, steps - 1) if top else (0, within)))
            if len(members) > FEW:
                return None
            if len(members) >= n:
                found = self._sorted(connection, members)
                return found[-n:] if top else found[:n]
        return None

    def _reaching(self, n: int, *, top: bool) -> Iterator[int]:
        """How many steps from an end the n outermost matches reach, by a part of all matches; then more, then all."""
        last = self._steps.count - 1
        drawn = np.sort(self._drawn())
        away = last - drawn[::-1] if top else drawn
        # So many of those drawn stand for some more than n.
        for enough in (n // DRAWN + 2, n // DRAWN * 2 + 8):
            if enough < len(away):
                yield int(away[enough])
        yield last

    def _drawn(self) -> NDArray[np.int64]:
        """The steps of one in so many matches."""
        bits = self._chosen.bits[::DRAWN]
        ids = np.arange(0, len(bits) * DRAWN, DRAWN)[:, None] * 8 + np.arange(8)
        taken: NDArray[np.int64] = ids.ravel()[np.unpackbits(bits).view(np.bool_)]
        return self._steps.at(taken).astype(np.int64)

    def _edge(self, step: int, n: int, *, top: bool) -> list[int]:
        """The first n matches of a step by id, or its last, by id."""
        found: list[int] = []
        for at, flags in self._flags(step, step, backward=top, lazily=True):
            there = np.flatnonzero(flags)
            wanted = n - len(found)
            part = list(map(int, (there[-wanted:] if top else there[:wanted]) + at))
            found = part + found if top else found + part
            if len(found) == n:
                break
        return found

    def arranged(self, connection: Connection, numbers: Collection[int]) -> list[int]:
        members = np.array(sorted(number for number in numbers if number in self._chosen), np.int64)
        found = self._sorted(connection, members)
        return found[::-1] if self._descending else found

    def ordinal(self, connection: Connection, number: int) -> int | None:
        if number not in self._chosen:
            return None
        step = int(self._steps.at(np.array([number]))[0])
        if self._steps.column is None:
            place = self._start_of(step) + self._before(step, number)
        else:
            place = self._start_of(step) + self._in_order(connection, self._members(step, step)).index(number)
        return self._chosen.count - 1 - place if self._descending else place

    def _start_of(self, step: int) -> int:
        """How many matches lie in the steps before."""
        return int(self._ends[step - 1]) if step else 0

    def _upward(self, connection: Connection, start: int, stop: int) -> list[int]:
        """Ids of rows start … stop−1 of the ascending order."""
        taken: list[int] = []
        while start < stop:
            first = int(np.searchsorted(self._ends, start, side="right"))
            last = int(np.searchsorted(self._ends, stop - 1, side="right"))
            before = self._start_of(first)
            if int(self._ends[last]) - before > FEW:
                # Great steps are gone through one at a time, each only as far as it is wanted.
                last = first
            upto = min(stop, int(self._ends[last]))
            taken += self._some(connection, first, last, start - before, upto - before)
            start = upto
        return taken

    def _some(self, connection: Connection, first: int, last: int, start: int, stop: int) -> list[int]:
        """Matches start … stop−1 of the steps first … last."""
        if self._steps.column is None and first == last:
            return list(map(int, self._members(first, last, start, stop)))
        return self._sorted(connection, self._members(first, last))[start:stop]

    def _sorted(self, connection: Connection, members: NDArray[np.int64]) -> list[int]:
        """Members, given by id, as they stand in the order."""
        if self._steps.column is not None:
            return self._in_order(connection, members)
        return list(map(int, members[np.argsort(self._steps.at(members), kind="stable")]))

    def _members(self, first: int, last: int, start: int = 0, stop: int | None = None) -> NDArray[np.int64]:
        """Ids of the matches of these steps, by id; of them those from `start` on, before `stop`."""
        parts: list[NDArray[np.int64]] = []
        passed = 0
        for at, flags in self._flags(first, last, lazily=stop is not None):
            found = np.flatnonzero(flags)
            parts.append(found[max(start - passed, 0) : None if stop is None else max(stop - passed, 0)] + at)
            passed += len(found)
            if stop is not None and passed >= stop:
                break
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

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

    def _before(self, step: int, number: int) -> int:
        """How many matches of a step have a smaller id."""
        return sum(int(np.count_nonzero(flags[: max(0, number - at)])) for at, flags in self._flags(step, step))

    def _in_order(self, connection: Connection, members: NDArray[np.int64]) -> list[int]:
        """Members of fenced steps by their values, which the bank knows."""
        value = COLUMNS[self._steps.column or ""].value
        known = connection.execute(select(SAMPLE.c.id, value).where(among(connection, SAMPLE.c.id, members.tolist())))
        return [place[2] for place in sorted(place_of(row[1], row[0]) for row in known)]


def indexed(connection: Connection, view: View, query: Query, name: str, *, descending: bool) -> Indexed:
    """The matches of a query in the order of a column."""
    return Indexed(steps_of(view, name), selection(connection, view, query), descending=descending)
