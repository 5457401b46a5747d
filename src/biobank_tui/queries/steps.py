"""An order of the samples in steps: what the index knows of where a sample stands in a column's order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from biobank_tui.bank.index.coding import place_of
from biobank_tui.bank.index.columns import COLUMNS, Coding
from biobank_tui.bank.index.shelf import View
from biobank_tui.queries.bits import Flags, Ids

BLOCK: Final = 16_384
"""Ids that make a step of the order of registration."""


@dataclass(frozen=True, slots=True)
class Steps:
    """A column's order in steps.

    codes: each sample's, None for the order of ids. rank: the step of a code, None where codes are steps themselves.
    column: what the bank sorts by within a step; None where samples stand there by id alone.
    """

    codes: NDArray[Any] | None
    count: int
    rank: Ids | None = None
    column: str | None = None

    def at(self, ids: Ids) -> NDArray[Any]:
        """The steps of these samples."""
        if self.codes is None:
            return ids // BLOCK
        found = self.codes[ids]
        return found if self.rank is None else self.rank[found]

    def counted(self, start: int, end: int, flags: Flags) -> Ids:
        """How many of the flagged samples start … end−1 have each code."""
        assert self.codes is not None
        return np.bincount(self.codes[start:end][flags], minlength=self.count)

    def ranked(self, counts: Ids) -> Ids:
        """Counts by code as counts by step."""
        if self.rank is None:
            return counts
        found = np.zeros(self.count, np.int64)
        found[self.rank] = counts
        return found

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
        return Steps(codes, max(len(view.fence_keys(name)), 1), column=name)
    if coding is Coding.NUMBER:
        return Steps(codes, int(codes.max(initial=0)) + 1)
    words = view.words(name)
    ranked = sorted(range(1, len(words)), key=lambda code: place_of(words[code], 0))
    rank = np.zeros(len(words), np.int64)
    rank[ranked] = np.arange(1, len(words))
    return Steps(codes, len(words), rank)
