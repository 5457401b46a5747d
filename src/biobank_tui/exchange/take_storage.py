"""Storage units from a file: each in its parent, whatever the order of the rows."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from biobank_tui.exchange.mapping import require_columns
from biobank_tui.exchange.repeats import Repeats
from biobank_tui.exchange.session import Mode, Session
from biobank_tui.exchange.units import UnitBook
from biobank_tui.exchange.validating import Verdicts, judge_new
from biobank_tui.model.tables import STORAGE_UNIT

FREE: Final = ("name", "temperature", "materials", "fill_order")
"""What an import may change of a unit that is there; blank leaves it."""
FIXED: Final = ("kind", "rows", "columns", "row_scheme", "column_scheme", "label_style")


class StorageTaker:
    """Takes the slices of one file of storage units in turn."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.units = UnitBook(session)
        self.codes = Repeats("code")

    def take(self, rows: pl.DataFrame, verdicts: Verdicts) -> None:
        """Judge the slice, write what may come in."""
        session = self.session
        self.codes.judge_rows(rows, verdicts)
        parents = rows["parent"] if "parent" in rows.columns else rows["code"].clear(rows.height)
        self.units.fetch([*rows["code"].drop_nulls().to_list(), *parents.drop_nulls().unique().to_list()])
        organisations = rows["organisation"] if "organisation" in rows.columns else rows["code"].clear(rows.height)
        holders = session.organisations(organisations)
        verdicts.add(organisations.is_not_null() & holders.is_null(), "organisation", "organisation.unknown")
        session.permit([session.custodian_id, *holders.drop_nulls().unique().to_list()])
        there = rows["code"].is_in([code for code in self.units.known if code in self.units.asked])
        if session.mode is Mode.UPDATE:
            verdicts.add(rows["code"].is_not_null() & ~there, "code", "code.absent")
        elif session.mode is Mode.UPSERT:
            if self.codes.met == rows.height and not there.any():
                require_columns(session.map, verdicts.mapped.file)
            judge_new(session.map, ~there, verdicts)
        new, changes = self._sorted(rows.with_columns(organisation_id=holders), there, parents, verdicts)
        session.stop_at(verdicts)
        session.created += len(new)
        session.changed += len(changes)
        session.unchanged += int((verdicts.standing() & there).sum()) - len(changes)
        self.units.make(new)
        session.change(STORAGE_UNIT, changes)

    def _sorted(
        self, rows: pl.DataFrame, there: pl.Series, parents: pl.Series, verdicts: Verdicts
    ) -> tuple[list[dict[str, Any]], dict[int, dict[str, Any]]]:
        """New units, parents first; and what differs in those that are there."""
        standing = verdicts.standing().to_list()
        changes: dict[int, dict[str, Any]] = {}
        waiting: dict[int, dict[str, Any]] = {}
        fixed = [False] * rows.height
        for at, row in enumerate(rows.iter_rows(named=True)):
            if not standing[at]:
                continue
            if not there[at]:
                waiting[at] = row
                continue
            unit = self.units.known[row["code"]]
            fixed[at] = any(row.get(name) is not None and row[name] != unit[name] for name in FIXED)
            differing = {name: row[name] for name in FREE if row.get(name) is not None and row[name] != unit[name]}
            if differing and not fixed[at]:
                changes[unit["id"]] = differing
        verdicts.add(pl.Series(fixed, dtype=pl.Boolean), "code", "unit.fixed")
        if self.session.mode is Mode.CREATE and changes:
            differs = rows["code"].is_in([code for code, unit in self.units.known.items() if unit["id"] in changes])
            verdicts.add(differs, "code", "code.exists")
            changes = {}
        new: list[dict[str, Any]] = []
        known = set(self.units.known)
        while ready := [at for at, row in waiting.items() if row.get("parent") is None or row["parent"] in known]:
            for at in ready:
                row = waiting.pop(at)
                known.add(row["code"])
                new.append({name: value for name, value in row.items() if name != "organisation"})
        orphans = pl.Series([at in waiting for at in range(rows.height)], dtype=pl.Boolean)
        verdicts.add(orphans, "parent", "unit.parent", values=parents)
        return new, changes

    def settle(self) -> None:
        """The counts of places further up; the last step."""
        self.units.settle()
