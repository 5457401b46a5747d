"""The preanalytical life of a sample: its recorded facts, its SPREC code in words, and its times against the limits."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from biobank_tui.bank.settings import setting
from biobank_tui.model.tables import PREANALYTICS
from biobank_tui.paths import schema_dir
from biobank_tui.queries import finding
from biobank_tui.rules.moments import STEPS
from biobank_tui.rules.preanalytics import COLUMNS, LIMITS, Lapse, code, lapses
from biobank_tui.rules.sprec import Explained, Table, explain, table


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known of how a sample was treated. facts: as recorded. elements: its SPREC code, one by one."""

    code: str
    material: str
    facts: dict[str, Any]
    sprec: str
    elements: tuple[Explained, ...]
    lapses: tuple[Lapse, ...]


@cache
def sprec_table() -> Table:
    """The code list of SPREC 2.0."""
    with (schema_dir() / "codes" / "sprec_codes.csv").open(encoding="utf-8", newline="") as lines:
        return table(csv.DictReader(lines))


def limits(connection: Connection) -> dict[str, float]:
    """The bank's limits in minutes, by their names."""
    return {each.name: float(setting(connection, each.setting)) for each in LIMITS}


def recorded(connection: Connection, sample_id: int) -> dict[str, Any]:
    """The facts written down of a sample; only those known."""
    row = connection.execute(select(PREANALYTICS).where(PREANALYTICS.c.sample_id == sample_id)).mappings().first()
    return {} if row is None else {name: row[name] for name in COLUMNS if row[name] is not None}


def assess(connection: Connection, text: str) -> Assessment:
    """A sample by code, barcode or another system's number, as it was treated."""
    tube = finding.sample(connection, text)
    facts = recorded(connection, tube["id"])
    times = times_of(tube)
    found = code(tube["material"], facts, times, sprec_table())
    return Assessment(
        tube["code"],
        tube["material"],
        facts,
        found,
        explain(found, sprec_table()),
        lapses(tube["material"], facts, times, limits(connection)),
    )


def times_of(tube: RowMapping) -> dict[str, str | None]:
    """The four times of a sample."""
    return {step: tube[step] for step in STEPS}
