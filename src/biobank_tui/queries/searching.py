"""Things whose code begins with what was typed, or that carry it as a name: for the palette."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select, true

from biobank_tui.model.tables import (
    DONOR,
    PICK_LIST,
    PROJECT,
    PROJECT_SAMPLE,
    REQUEST,
    SAMPLE,
    SHIPMENT,
    STORAGE_UNIT,
)
from biobank_tui.queries.sight import BANKS_OWN, EVERYTHING, sight_of

LAST = "\U0010ffff"
"""Sorts after every text that begins alike."""

EACH = 6
"""Most things shown of one noun while others answer too."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with a code. kind: the noun's table; title: what it is, in a word or two of data."""

    kind: str
    id: int
    code: str
    title: str


_NOUNS: tuple[tuple[Table, ColumnElement[Any]], ...] = (
    (SAMPLE, SAMPLE.c.material),
    (STORAGE_UNIT, STORAGE_UNIT.c.name),
    (DONOR, DONOR.c.diagnosis),
    (PROJECT, PROJECT.c.title),
    (REQUEST, REQUEST.c.title),
    (PICK_LIST, PICK_LIST.c.made),
    (SHIPMENT, SHIPMENT.c.state),
)
_TITLED = (PROJECT, REQUEST)
"""Few enough to be searched by a part of their title too."""


def things(connection: Connection, text: str, limit: int, *, reader: int | None = None) -> tuple[Thing, ...]:
    """At most `limit` things whose code or barcode begins with the text, or whose title holds it.

    reader: the id of the person who asks. Who only leads projects finds no other team's, and samples by the codes
    their projects know them by alone.
    """
    said = text.strip()
    if not said:
        return ()
    sight = EVERYTHING if reader is None else sight_of(connection, reader)
    seen = select(PROJECT.c.id).where(sight.projects())
    kept = {
        PROJECT: PROJECT.c.id.in_(seen),
        REQUEST: REQUEST.c.project_id.in_(seen),
        SHIPMENT: true()
        if sight.whole
        else SHIPMENT.c.request_id.in_(select(REQUEST.c.id).where(REQUEST.c.project_id.in_(seen))),
    }
    found: list[Thing] = []
    for table, title in _NOUNS:
        if table.name in BANKS_OWN and not sight.whole:
            continue
        ways = [_begins(table.c.code, form) for form in {said, said.upper()}]
        if table is SAMPLE:
            ways.append(_begins(SAMPLE.c.barcode, said))
        if table in _TITLED and len(said) > 2:
            ways.append(table.c.title.icontains(said, autoescape=True))
        rows = connection.execute(
            select(table.c.id, table.c.code, title).where(or_(*ways), kept.get(table, true())).limit(EACH)
        )
        found += [Thing(table.name, row[0], row[1], row[2] or "") for row in rows]
    if not sight.whole:
        given = select(PROJECT_SAMPLE.c.id, PROJECT_SAMPLE.c.code).where(
            _begins(PROJECT_SAMPLE.c.code, said.upper()), PROJECT_SAMPLE.c.project_id.in_(seen)
        )
        found += [Thing("given", row.id, row.code, "") for row in connection.execute(given.limit(EACH))]
    return tuple(found[:limit])


def _begins(column: ColumnElement[Any], start: str) -> ColumnElement[bool]:
    return and_(column >= start, column < start + LAST)
