"""The bank compared with itself: its pages, its constraints, its kept counts, its ledger, and its rows with the ledger.

`integrity_check` alone misses most bits flipped inside values, so every row is compared with what the ledger says
was last written to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select, text

from biobank_tui.bank import ledger, tallies
from biobank_tui.bank.ddl import statements
from biobank_tui.bank.dialects import is_sqlite
from biobank_tui.bank.replaying import Finding, rows_by_ledger
from biobank_tui.model.samples import PLACELESS
from biobank_tui.model.tables import (
    HOLD,
    HOLD_SAMPLE,
    RESERVATION,
    SAMPLE,
    SAMPLE_TALLY,
    STORAGE_UNIT,
    USABLE_TALLY,
)
from biobank_tui.rules.paths import above, ancestors

SHOWN = 20
"""Findings of one kind listed singly; the rest are counted."""

SQLITE_PARTS = "SELECT type, name FROM sqlite_master"
PG_PARTS = (
    "SELECT 'table', tablename FROM pg_tables UNION SELECT 'index', indexname FROM pg_indexes"
    " UNION SELECT 'trigger', tgname FROM pg_trigger UNION SELECT 'function', proname FROM pg_proc"
)

"""Kind and name of each part of the schema, as the database lists them."""

Check = Callable[[Connection], Iterator[Finding]]


def check(connection: Connection, progress: Callable[[str], None] = lambda _name: None) -> list[Finding]:
    """Everything found wrong; an empty list is a sound bank. progress is told the name of each part as it begins."""
    found: list[Finding] = []
    for name, part in CHECKS.items():
        progress(name)
        found += shortened(part(connection))
    return found


def shortened(findings: Iterator[Finding]) -> Iterable[Finding]:
    counts: Counter[str] = Counter()
    for finding in findings:
        counts[finding.code] += 1
        if counts[finding.code] <= SHOWN:
            yield finding
    for code, n in counts.items():
        if n > SHOWN:
            yield Finding(code, "… and {count} more of this kind.", {"count": n - SHOWN})


def pages(connection: Connection) -> Iterator[Finding]:
    """The file's own structure."""
    if not is_sqlite(connection):
        return
    for line in islice(connection.scalars(text("PRAGMA integrity_check(100)")), 100):
        if line != "ok":
            yield Finding("file.damaged", "The file is damaged: {detail}", {"detail": line})


def references(connection: Connection) -> Iterator[Finding]:
    """Rows that point at rows there are not."""
    if not is_sqlite(connection):
        return
    for table, row, target, _place in connection.execute(text("PRAGMA foreign_key_check")):
        yield Finding(
            "reference.dangling",
            "Row {row} of {table} points at a {target} there is not.",
            {"table": table, "row": row, "target": target},
        )


def schema(connection: Connection) -> Iterator[Finding]:
    """Tables, indexes and triggers that should be there and are not."""
    present = {tuple(row) for row in connection.execute(text(SQLITE_PARTS if is_sqlite(connection) else PG_PARTS))}
    for statement in statements("sqlite" if is_sqlite(connection) else "postgresql"):
        words = statement.replace("UNIQUE ", "").split()
        kind, name = words[1].lower(), words[2].strip('"').removesuffix("()")
        if (kind, name) not in present:
            yield Finding("schema.missing", "The {kind} {name} is gone.", {"kind": kind, "name": name})


def counts(connection: Connection) -> Iterator[Finding]:
    """The kept counts of samples, compared with a recount."""
    now = tallies.census_of_all(connection)
    for table, counted in ((SAMPLE_TALLY, now.facets), (USABLE_TALLY, now.usable)):
        kept: Counter[tuple[object, ...]] = Counter(
            {tuple(row[:-1]): row[-1] for row in connection.execute(select(*table.primary_key.columns, table.c.n))}
        )
        for group in sorted(kept.keys() | counted.keys(), key=str):
            if kept[group] != counted[group]:
                yield Finding(
                    "count.wrong",
                    "{table} keeps {kept} for {group}; there are {counted}.",
                    {
                        "table": table.name,
                        "kept": kept[group],
                        "counted": counted[group],
                        "group": ", ".join(str(value) or "–" for value in group),
                    },
                )


def units(connection: Connection) -> Iterator[Finding]:
    """The kept numbers of tubes and places of every storage unit, and its path, compared with a recount."""
    direct = {
        row[0]: row[1]
        for row in connection.execute(
            select(SAMPLE.c.unit_id, func.count()).where(SAMPLE.c.unit_id.is_not(None)).group_by(SAMPLE.c.unit_id)
        )
    }
    rows = connection.execute(
        select(
            STORAGE_UNIT.c.id,
            STORAGE_UNIT.c.code,
            STORAGE_UNIT.c.parent_id,
            STORAGE_UNIT.c.path,
            STORAGE_UNIT.c.rows,
            STORAGE_UNIT.c.columns,
            STORAGE_UNIT.c.places,
            STORAGE_UNIT.c.tubes,
        )
    ).all()
    tubes: Counter[str] = Counter()
    places: Counter[str] = Counter()
    paths = {row.id: row.path for row in rows}
    for row in rows:
        for step in ancestors(row.path):
            tubes[step] += direct.get(row.id, 0)
            places[step] += (row.rows or 0) * (row.columns or 0)
    for row in rows:
        for name, kept, counted in (
            ("tubes", row.tubes, tubes[row.path]),
            ("places", row.places, places[row.path]),
        ):
            if kept != counted:
                yield Finding(
                    "unit.count",
                    "{unit} keeps {kept} {what}; there are {counted}.",
                    {"unit": row.code, "kept": kept, "what": name, "counted": counted},
                )
        if above(row.path) != (paths.get(row.parent_id, "") if row.parent_id else ""):
            yield Finding("unit.path", "{unit} lies on a path that is not its parent's.", {"unit": row.code})


def positions(connection: Connection) -> Iterator[Finding]:
    """Two tubes in one position, tubes outside their box, and tubes that are gone but hold a place."""
    placed = SAMPLE.c.unit_id.is_not(None) & SAMPLE.c.row.is_not(None)
    place = (SAMPLE.c.unit_id, SAMPLE.c.row, SAMPLE.c.col)
    several = select(*place, func.count().label("n")).where(placed).group_by(*place).having(func.count() > 1).subquery()
    shared = connection.execute(
        select(STORAGE_UNIT.c.code, several.c.row, several.c.col, several.c.n).join(
            STORAGE_UNIT, STORAGE_UNIT.c.id == several.c.unit_id
        )
    )
    for unit, row, col, n in shared:
        yield Finding(
            "position.shared",
            "{count} tubes stand in row {row}, column {col} of {unit}.",
            {"unit": unit, "row": row + 1, "col": col + 1, "count": n},
        )
    # How far each box is filled says which of them are worth a look tube by tube.
    reach = (
        select(SAMPLE.c.unit_id, func.max(SAMPLE.c.row).label("row"), func.max(SAMPLE.c.col).label("col"))
        .where(placed)
        .group_by(SAMPLE.c.unit_id)
        .subquery()
    )
    overfull = (
        select(STORAGE_UNIT.c.id, STORAGE_UNIT.c.code, STORAGE_UNIT.c.rows, STORAGE_UNIT.c.columns)
        .join(reach, reach.c.unit_id == STORAGE_UNIT.c.id)
        .where(_beyond(STORAGE_UNIT.c.rows, STORAGE_UNIT.c.columns, reach.c.row, reach.c.col))
        .subquery()
    )
    outside = connection.execute(
        select(SAMPLE.c.code, overfull.c.code.label("unit"))
        .join(overfull, overfull.c.id == SAMPLE.c.unit_id)
        .where(placed, _beyond(overfull.c.rows, overfull.c.columns, SAMPLE.c.row, SAMPLE.c.col))
    )
    for sample, unit in outside:
        yield Finding("position.outside", "{sample} lies outside {unit}.", {"sample": sample, "unit": unit})
    gone = select(SAMPLE.c.code, SAMPLE.c.status).where(SAMPLE.c.unit_id.is_not(None), SAMPLE.c.status.in_(PLACELESS))
    for sample, status in connection.execute(gone.with_hint(SAMPLE, "NOT INDEXED", "sqlite")):
        yield Finding("position.gone", "{sample} is {status} and holds a place.", {"sample": sample, "status": status})


def _beyond(
    rows: ColumnElement[Any], columns: ColumnElement[Any], row: ColumnElement[Any], col: ColumnElement[Any]
) -> ColumnElement[bool]:
    """A position is not one of a box of so many rows and columns; a unit without any has none."""
    return rows.is_(None) | (row >= rows) | (col >= columns)


def holds(connection: Connection) -> Iterator[Finding]:
    """How many holds stand against each sample, compared with a recount."""
    standing = (
        select(HOLD_SAMPLE.c.sample_id, func.count().label("n"))
        .join(HOLD, HOLD.c.id == HOLD_SAMPLE.c.hold_id)
        .where(HOLD.c.released.is_(None))
        .group_by(HOLD_SAMPLE.c.sample_id)
        .subquery()
    )
    for sample, kept, counted in connection.execute(
        select(SAMPLE.c.code, SAMPLE.c.holds, func.coalesce(standing.c.n, 0))
        .outerjoin(standing, standing.c.sample_id == SAMPLE.c.id)
        .where(SAMPLE.c.holds != func.coalesce(standing.c.n, 0))
    ):
        yield Finding(
            "hold.count",
            "{sample} keeps {kept} {kept:hold|holds}; {counted} {counted:stands|stand}.",
            {"sample": sample, "kept": kept, "counted": counted},
        )


def reservations(connection: Connection) -> Iterator[Finding]:
    """Samples reserved by two requests, or reserved by none."""
    # A picked tube that is packed again is reserved until it leaves.
    standing = (
        select(
            RESERVATION.c.sample_id,
            func.sum(case((RESERVATION.c.state == "active", 1), else_=0)).label("active"),
            func.count().label("n"),
        )
        .where(RESERVATION.c.state.in_(("active", "picked")))
        .group_by(RESERVATION.c.sample_id)
        .subquery()
    )
    rows = connection.execute(
        select(SAMPLE.c.code, SAMPLE.c.status, func.coalesce(standing.c.n, 0))
        .outerjoin(standing, standing.c.sample_id == SAMPLE.c.id)
        .where((standing.c.active > 1) | ((SAMPLE.c.status == "reserved") & standing.c.n.is_(None)))
    )
    for sample, status, n in rows:
        yield Finding(
            "reservation.count",
            "{sample} is {status} and {count} {count:reservation stands|reservations stand} for it.",
            {"sample": sample, "status": status, "count": n},
        )


def chain(connection: Connection) -> Iterator[Finding]:
    """The ledger's own chain."""
    fault = ledger.verify(connection).fault
    if fault is not None:
        yield Finding(fault.code, fault.what, {"number": fault.number})


CHECKS: dict[str, Check] = {
    "pages": pages,
    "references": references,
    "schema": schema,
    "counts": counts,
    "units": units,
    "positions": positions,
    "holds": holds,
    "reservations": reservations,
    "ledger": chain,
    "rows": rows_by_ledger,
}
"""The parts of a check, in the order they are done."""
