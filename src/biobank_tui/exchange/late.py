"""Rows that name a parent which has not been met yet wait until the rest of the file has been read."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from biobank_tui.exchange.families import Families
from biobank_tui.exchange.generations import depths
from biobank_tui.exchange.validating import Verdicts

Judged = tuple[pl.DataFrame, Verdicts]


class Late:
    """The rows of one file that wait. families: who knows which parents are there; none where rows have no parents."""

    def __init__(self, families: Families | None) -> None:
        self.families = families
        self.waiting: list[Judged] = []

    def hold_back(self, values: pl.DataFrame, verdicts: Verdicts) -> Judged:
        """What can be taken now of a slice."""
        if self.families is None or "parent" not in values.columns:
            return values, verdicts
        waits = self.families.waiting(values, verdicts)
        if not waits.any():
            return values, verdicts
        self.waiting.append((values.filter(waits), verdicts.part(waits)))
        now = verdicts.part(~waits)
        now.found = [*verdicts.found, *now.found]
        return values.filter(~waits), now

    def ready(self) -> Judged | None:
        """What need not wait any longer, since other files brought its parents."""
        if not self.waiting or self.families is None:
            return None
        values, verdicts = self._together()
        waits = self.families.waiting(values, verdicts)
        if waits.all():
            self.waiting = [(values, verdicts)]
            self.families.look_again()
            return None
        if waits.any():
            self.waiting = [(values.filter(waits), verdicts.part(waits))]
        return values.filter(~waits), verdicts.part(~waits)

    def _together(self) -> Judged:
        values = pl.concat([rows for rows, _ in self.waiting])
        verdicts = Verdicts.together([each for _, each in self.waiting])
        self.waiting = []
        return values, verdicts

    def parts(self, size: int) -> Iterator[Judged]:
        """What waited, parents before their children, at most about `size` rows at a time."""
        if not self.waiting:
            return
        values, verdicts = self._together()
        if values.height <= size:
            yield values, verdicts
            return
        depth = depths(values["code"], values["parent"])
        order = pl.DataFrame({"depth": depth}).with_row_index("at").sort("depth", maintain_order=True)
        number = order.with_row_index("place").sort("at")["place"] // size
        for part in range(-(-values.height // size)):
            here = number == part
            yield values.filter(here), verdicts.part(here)
