"""The ledger replayed: what its records leave of each row, compared with the row as it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlmodel import SQLModel

from biobank_tui.model.tables import LEDGER_RECORD

WINDOW = 20_000
"""Rows compared with the ledger at a time."""

UNRECORDED = {"storage_unit": frozenset({"tubes"})}
"""Columns kept beside the acts that change them, and so without records of their own."""

BOOKS = frozenset({"ledger_entry", "ledger_record", "serial", "setting", "sample_tally", "usable_tally"})
HIDDEN = "•"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be: a stable code, a sentence's template and its facts."""

    code: str
    sentence: str
    facts: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence.format(**self.facts)


def rows_by_ledger(connection: Connection) -> Iterator[Finding]:
    """Every row compared with what the ledger says was last written to it."""
    for table in SQLModel.metadata.sorted_tables:
        if table.name not in BOOKS:
            yield from _table_by_ledger(connection, table)


def _table_by_ledger(connection: Connection, table: Table) -> Iterator[Finding]:
    identity = next(iter(table.primary_key.columns))
    unrecorded = UNRECORDED.get(table.name, frozenset())
    names = [column.name for column in table.c if column is not identity and column.name not in unrecorded]
    last = connection.scalar(select(func.max(identity))) or 0
    recorded = connection.scalar(select(func.max(LEDGER_RECORD.c.target_id)).where(LEDGER_RECORD.c.noun == table.name))
    for start in range(0, max(last, recorded or 0) + 1, WINDOW):
        told = _replayed(connection, table.name, start, start + WINDOW)
        rows = connection.execute(
            select(identity, *(table.c[name] for name in names)).where(identity >= start, identity < start + WINDOW)
        )
        for number, *values in rows:
            written = told.pop(number, None)
            if written is None:
                yield Finding(
                    "row.unrecorded", "Row {row} of {table} stands in no entry.", {"table": table.name, "row": number}
                )
                continue
            for name, value in zip(names, values, strict=True):
                if written.get(name) not in (value, HIDDEN):
                    yield Finding(
                        "row.altered",
                        "{column} of row {row} of {table} is not what the ledger last wrote.",
                        {"table": table.name, "row": number, "column": name},
                    )
        for number in told:
            yield Finding("row.removed", "Row {row} of {table} is gone.", {"table": table.name, "row": number})


def _replayed(connection: Connection, noun: str, start: int, stop: int) -> dict[int, dict[str, Any]]:
    """What the ledger's records leave of each row of a noun, by id."""
    told: dict[int, dict[str, Any]] = {}
    records = connection.execute(
        select(LEDGER_RECORD.c.target_id, LEDGER_RECORD.c.change)
        .where(LEDGER_RECORD.c.noun == noun, LEDGER_RECORD.c.target_id >= start, LEDGER_RECORD.c.target_id < stop)
        .order_by(LEDGER_RECORD.c.entry, LEDGER_RECORD.c.seq)
    )
    for number, change in records:
        row = told.setdefault(number, {})
        for name, value in _fields(change).items():
            row[name] = value[1] if isinstance(value, list) else value
    return told


def _fields(change: str) -> dict[str, Any]:
    """A record's fields; none where somebody wrote nonsense over it, which the chain will tell."""
    try:
        read = json.loads(change)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
