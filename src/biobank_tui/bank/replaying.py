"""The ledger replayed: what its records leave of each row, compared with the row as it stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, Integer, Table, func, select
from sqlmodel import SQLModel

from biobank_tui.bank.dialects import among, is_sqlite
from biobank_tui.model.tables import LEDGER_RECORD
from biobank_tui.rules.phrases import filled

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
        return filled(self.sentence, self.facts)


def rows_by_ledger(connection: Connection) -> Iterator[Finding]:
    """Every row compared with what the ledger says was last written to it."""
    for table in SQLModel.metadata.sorted_tables:
        if table.name not in BOOKS:
            yield from _singly(connection, table) if is_sqlite(connection) else _by_windows(connection, table)


def _singly(connection: Connection, table: Table) -> Iterator[Finding]:
    """Rows whose only record is the row itself are compared where they lie, text with text; the others are replayed."""
    unlike = (row[0] for row in connection.exec_driver_sql(_unlike_their_record(table), (table.name,)))
    once = (number for number, _again in groupby(unlike))
    while numbers := list(islice(once, WINDOW // 4)):
        yield from _compared(
            connection,
            table,
            among(connection, _identity(table), numbers),
            among(connection, LEDGER_RECORD.c.target_id, numbers),
        )
    recorded = select(LEDGER_RECORD.c.target_id).where(LEDGER_RECORD.c.noun == table.name).distinct()
    known = connection.scalar(select(func.count()).select_from(recorded.subquery()))
    if known != connection.scalar(select(func.count()).select_from(table)):
        yield from _removed(table, connection.scalars(recorded.except_(select(_identity(table)))))


def _unlike_their_record(table: Table) -> str:
    """The statement for the ids of rows with a record that is not the row's own canonical text, or without any.

    SQLite writes each row as the ledger would, if no text of it needs escaping, some ten times as fast as it could
    be read from here. A text that needs it sends the row among those that are replayed.
    """
    form, values, texts = "", [], []
    for name in sorted(_names(table)):
        column, kind = f't."{name}"', table.c[name].type
        quote = "" if isinstance(kind, Integer | Float) else '"'
        if quote:
            texts.append(f"ifnull({column}, '')")
        if table.c[name].nullable:
            form += "%s"
            values.append(f"""',"{name}":{quote}' || {column}""" + (f" || '{quote}'" if quote else ""))
        else:
            form += f',"{name}":{quote}%s{quote}'
            values.append(column)
    plain = f"instr(json_quote({' || '.join(texts)}), '\\') = 0" if texts else "1"
    identity = f't."{_identity(table).name}"'
    return (
        f'SELECT {identity} FROM "{table.name}" t'
        f" LEFT JOIN ledger_record r ON r.noun = ? AND r.target_id = {identity}"
        f" WHERE r.change IS NOT '{{' || substr(printf('{form}', {', '.join(values)}), 2) || '}}' OR NOT {plain}"
        f" ORDER BY {identity}"
    )


def _by_windows(connection: Connection, table: Table) -> Iterator[Finding]:
    identity = _identity(table)
    last = connection.scalar(select(func.max(identity))) or 0
    recorded = connection.scalar(select(func.max(LEDGER_RECORD.c.target_id)).where(LEDGER_RECORD.c.noun == table.name))
    for start in range(0, max(last, recorded or 0) + 1, WINDOW):
        yield from _compared(
            connection,
            table,
            (identity >= start) & (identity < start + WINDOW),
            (LEDGER_RECORD.c.target_id >= start) & (LEDGER_RECORD.c.target_id < start + WINDOW),
        )


def _compared(
    connection: Connection, table: Table, which: ColumnElement[bool], recorded: ColumnElement[bool]
) -> Iterator[Finding]:
    """Some rows compared with what their records leave of them."""
    names = _names(table)
    told = _replayed(connection, table.name, recorded)
    rows = connection.execute(select(_identity(table), *(table.c[name] for name in names)).where(which))
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
    yield from _removed(table, told)


def _removed(table: Table, numbers: Iterable[int]) -> Iterator[Finding]:
    for number in numbers:
        yield Finding("row.removed", "Row {row} of {table} is gone.", {"table": table.name, "row": number})


def _identity(table: Table) -> ColumnElement[int] | Any:
    return next(iter(table.primary_key.columns))


def _names(table: Table) -> Sequence[str]:
    """The columns that the ledger has records of."""
    unrecorded = UNRECORDED.get(table.name, frozenset())
    return [column.name for column in table.c if column is not _identity(table) and column.name not in unrecorded]


def _replayed(connection: Connection, noun: str, which: ColumnElement[bool]) -> dict[int, dict[str, Any]]:
    """What the ledger's records leave of each of some rows of a noun, by id."""
    told: dict[int, dict[str, Any]] = {}
    records = connection.execute(
        select(LEDGER_RECORD.c.target_id, LEDGER_RECORD.c.change)
        .where(LEDGER_RECORD.c.noun == noun, which)
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
