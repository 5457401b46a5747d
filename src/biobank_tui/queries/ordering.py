"""What matches, in an order: its exact count, any row of it at once, and where a sample stands in it."""

from __future__ import annotations

from array import array
from collections.abc import Collection
from functools import cached_property
from typing import Final

import numpy as np
from sqlalchemy import Connection, select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.index.coding import place_of
from biobank_tui.bank.index.columns import COLUMNS
from biobank_tui.bank.index.shelf import View
from biobank_tui.model.tables import SAMPLE
from biobank_tui.queries.bits import Ids
from biobank_tui.queries.members import Many, Members, members
from biobank_tui.queries.orders import Listed, Order
from biobank_tui.queries.selecting import Selection, selection
from biobank_tui.queries.steps import Steps, steps_of
from biobank_tui.rules.query import Query

FEW: Final = 1 << 17
"""Samples of several steps that are fetched together."""

SINGLY: Final = 4
"""Steps in which samples stand by id that are looked through one by one."""

EDGE: Final = 1_000
"""Rows from either end that are looked for there, while nothing is counted."""

SCARCE: Final = 4_096
"""Where one sample in so many matches, or fewer, the bank is asked for their values, not the index for everybody's."""


class Indexed:
    """An order by the index: how many matches lie in each step, and within a step the samples themselves."""

    def __init__(self, steps: Steps, chosen: Selection, *, descending: bool) -> None:
        self._steps = steps
        self._chosen = chosen
        self._descending = descending

    @cached_property
    def _members(self) -> Members:
        return members(self._steps, self._chosen)

    @cached_property
    def _ends(self) -> Ids:
        """How many matches lie in each step and those before."""
        return self._members.ends()

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
        there = self._members
        last = self._chosen.count - start
        # To count costs little where the matches are few, or are told by their ids.
        uncounted = self._steps.codes is not None and "_ends" not in self.__dict__
        if uncounted and isinstance(there, Many) and min(stop, last) <= EDGE:
            top = last < stop
            n = last if top else stop
            found = self._outermost(connection, there, n, top=top)
            if found is not None:
                return found[: stop - start] if top else found[start:]
        return self._upward(connection, start, stop)

    def _outermost(self, connection: Connection, there: Many, n: int, *, top: bool) -> list[int] | None:
        """The first n rows of the ascending order, or its last; None where the steps there hold too many."""
        for first, last in there.reaching(n, top=top):
            if self._steps.column is None and last - first < SINGLY:
                found: list[int] = []
                for step in range(last, first - 1, -1) if top else range(first, last + 1):
                    part = there.edge(step, n - len(found), top=top)
                    found = part + found if top else found + part
            else:
                reached = there.of(first, last)
                if len(reached) > FEW:
                    return None
                found = self._sorted(connection, reached) if len(reached) >= n else []
            if len(found) >= n:
                return found[-n:] if top else found[:n]
        return None

    def arranged(self, connection: Connection, numbers: Collection[int]) -> list[int]:
        wanted = np.array(sorted(number for number in numbers if number in self._chosen), np.int64)
        found = self._sorted(connection, wanted)
        return found[::-1] if self._descending else found

    def ordinal(self, connection: Connection, number: int) -> int | None:
        if number not in self._chosen:
            return None
        step = int(self._steps.at(np.array([number]))[0])
        if self._steps.column is None:
            place = self._start_of(step) + self._members.before(step, number)
        else:
            place = self._start_of(step) + self._in_order(connection, self._members.of(step, step)).index(number)
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
            return list(map(int, self._members.of(first, last, start, stop)))
        return self._sorted(connection, self._members.of(first, last))[start:stop]

    def _sorted(self, connection: Connection, numbers: Ids) -> list[int]:
        """Samples, given by id, as they stand in the order."""
        if self._steps.column is not None:
            return self._in_order(connection, numbers)
        return list(map(int, numbers[np.argsort(self._steps.at(numbers), kind="stable")]))

    def _in_order(self, connection: Connection, numbers: Ids) -> list[int]:
        """Samples of fenced steps by their values."""
        return _by_value(connection, self._steps.column or "", numbers)


def indexed(connection: Connection, view: View, query: Query, name: str, *, descending: bool) -> Order:
    """The matches of a query in the order of a column."""
    chosen = selection(connection, view, query)
    if name != "registered" and chosen.count * SCARCE <= chosen.length:
        upward = _by_value(connection, name, chosen.ids)
        return Listed(array("I", upward[::-1] if descending else upward))
    return Indexed(steps_of(view, name), chosen, descending=descending)


def _by_value(connection: Connection, name: str, numbers: Ids) -> list[int]:
    """Samples, given by id, by their values in a column, which the bank knows."""
    if not len(numbers):
        return []
    value = COLUMNS[name].value
    known = connection.execute(select(SAMPLE.c.id, value).where(among(connection, SAMPLE.c.id, numbers.tolist())))
    return [place[2] for place in sorted(place_of(row[1], row[0]) for row in known)]
