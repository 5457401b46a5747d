"""Storage units by code, and new ones with their paths and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import func, select

from biobank_tui.exchange.session import Session, named
from biobank_tui.model.tables import STORAGE_UNIT
from biobank_tui.rules.errors import BadData
from biobank_tui.rules.paths import last_ordinal, path_part
from biobank_tui.rules.positions import Layout

DEFAULTS: Final[dict[str, Any]] = {
    "rows": None,
    "columns": None,
    "row_scheme": "letters",
    "column_scheme": "numbers",
    "label_style": "A1",
    "label_major": "row",
    "fill_order": None,
    "temperature": None,
    "materials": None,
    "organisation_id": None,
    "project_id": None,
    "capacity": None,
    "service": "active",
    "service_since": None,
    "tubes": 0,
}
Unit = Mapping[str, Any]


def layout_of(unit: Unit) -> Layout | None:
    """The unit's grid as the rules know it; nothing where it has none."""
    if unit["rows"] is None:
        return None
    return Layout(
        unit["rows"],
        unit["columns"],
        unit["row_scheme"],
        unit["column_scheme"],
        unit["label_style"],
        unit["label_major"],
    )


class UnitBook:
    """The units a file names, fetched once each, and those it makes."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.known: dict[str, Unit] = {}
        self.asked: set[str] = set()
        self.new_ids: set[int] = set()
        self.more_places: dict[int, int] = {}
        self._ordinals: dict[int | None, int] = {}

    def fetch(self, codes: Sequence[str]) -> None:
        """Look up the codes that were not looked up before."""
        missing = [code for code in codes if code not in self.asked]
        self.asked.update(missing)
        if missing:
            connection = self.session.connection
            query = select(STORAGE_UNIT).where(named(STORAGE_UNIT.c.code, connection, missing))
            self.known |= {row["code"]: row for row in connection.execute(query).mappings()}

    def make(self, units: Sequence[Mapping[str, Any]]) -> None:
        """Make units, each after the one it stands in. A unit's `parent` is a code; the rest as in the table."""
        if not units:
            return
        first = self.session.allocate("storage_unit", len(units))
        rows = []
        for number, unit in enumerate(units, first):
            parent = self.known[unit["parent"]] if unit.get("parent") else None
            given = {name: value for name, value in unit.items() if name != "parent" and value is not None}
            row = {
                **DEFAULTS,
                "name": unit["code"],
                "temperature": parent["temperature"] if parent else None,
                "organisation_id": parent["organisation_id"] if parent else None,
                **given,
                "id": number,
                "parent_id": parent["id"] if parent else None,
                "path": (parent["path"] if parent else "") + path_part(self._ordinal(parent)),
            }
            row["places"] = (row["rows"] or 0) * (row["columns"] or 0)
            rows.append(row)
            self.known[row["code"]] = row
            self.new_ids.add(number)
            self._count_upwards(row)
        self.session.add(STORAGE_UNIT, rows)

    def parent_of_new(self, code: str) -> Unit:
        """The unit that units made on the way stand in. Raises BadData where it is not in the bank."""
        self.fetch([code])
        if code not in self.known:
            raise BadData(
                "map.bad",
                "The map {file} is wrong at {key}: there is no storage unit {code} in the bank; make it first.",
                file=self.session.map.name,
                key="new.storage.parent",
                code=code,
            )
        return self.known[code]

    def _ordinal(self, parent: Unit | None) -> int:
        number = parent["id"] if parent else None
        if number not in self._ordinals:
            within = STORAGE_UNIT.c.parent_id == number if number is not None else STORAGE_UNIT.c.parent_id.is_(None)
            last = self.session.connection.scalar(select(func.max(STORAGE_UNIT.c.path)).where(within))
            self._ordinals[number] = last_ordinal(last)
        self._ordinals[number] += 1
        return self._ordinals[number]

    def _count_upwards(self, row: dict[str, Any]) -> None:
        if row["places"]:
            number = row["parent_id"]
            by_id = {unit["id"]: unit for unit in self.known.values()} if number in self.new_ids else {}
            while number in self.new_ids:
                above = by_id[number]
                above["places"] += row["places"]  # type: ignore[index]
                number = above["parent_id"]
            if number is not None:
                self.more_places[number] = self.more_places.get(number, 0) + row["places"]

    def settle(self) -> None:
        """Count the new places in the units that were there before; the last step of a file."""
        connection, waiting = self.session.connection, self.more_places
        changes: dict[int, dict[str, Any]] = {}
        while waiting:
            query = select(STORAGE_UNIT.c.id, STORAGE_UNIT.c.parent_id, STORAGE_UNIT.c.places).where(
                STORAGE_UNIT.c.id.in_(sorted(waiting))
            )
            above: dict[int, int] = {}
            for number, parent, places in connection.execute(query):
                before = changes.get(number, {"places": places})["places"]
                changes[number] = {"places": before + waiting[number]}
                if parent is not None:
                    above[parent] = above.get(parent, 0) + waiting[number]
            waiting = above
        self.more_places = {}
        self.session.change(STORAGE_UNIT, changes)
