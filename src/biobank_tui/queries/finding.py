"""Things by their codes: one row each, or NotFound with a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, or_, select

from biobank_tui.model.tables import (
    DONOR,
    EXTERNAL_IDENTIFIER,
    ORGANISATION,
    PERSON,
    PROJECT,
    REQUEST,
    SAMPLE,
    STORAGE_UNIT,
)
from biobank_tui.queries.identifiers import names_a
from biobank_tui.rules.errors import NotFound

NOUNS: dict[str, str] = {
    "sample": "There is no sample {code} in this bank.",
    "donor": "There is no donor {code} in this bank.",
    "storage_unit": "There is no storage unit {code} in this bank.",
    "organisation": "There is no organisation {code} in this bank.",
    "person": "Nobody here has the login {code}.",
    "project": "There is no project {code} in this bank.",
    "request": "There is no request {code} in this bank.",
    "shipment": "There is no shipment {code} in this bank.",
    "pick_list": "There is no pick list {code} in this bank.",
    "move_list": "There is no list of moves {code} in this bank.",
    "study": "There is no study {code} in this bank.",
}
"""The sentence for each noun when its code is not found."""


def by_code(connection: Connection, table: Table, code: str) -> RowMapping:
    """The row of that code, as written or in upper case."""
    column = table.c.login if table is PERSON else table.c.code
    cleaned = code.strip()
    rows = connection.execute(select(table).where(column.in_({cleaned, cleaned.upper()}))).mappings().all()
    if not rows:
        raise NotFound(f"{table.name}.unknown", NOUNS[table.name], code=cleaned)
    return next((row for row in rows if row[column.name] == cleaned), rows[0])


def donor(connection: Connection, code: str) -> RowMapping:
    """A donor by code, else by an external identifier."""
    return _or_external(connection, DONOR, code)


def organisation(connection: Connection, code: str) -> RowMapping:
    return by_code(connection, ORGANISATION, code)


def person(connection: Connection, login: str) -> RowMapping:
    return by_code(connection, PERSON, login)


def project(connection: Connection, code: str) -> RowMapping:
    return by_code(connection, PROJECT, code)


def request(connection: Connection, code: str) -> RowMapping:
    return by_code(connection, REQUEST, code)


def unit(connection: Connection, code: str) -> RowMapping:
    return by_code(connection, STORAGE_UNIT, code)


def sample(connection: Connection, text: str) -> RowMapping:
    """A sample by its code, its tube's barcode, or an external identifier, in that order."""
    cleaned = text.strip()
    rows = (
        connection.execute(
            select(SAMPLE).where(or_(SAMPLE.c.code.in_({cleaned, cleaned.upper()}), SAMPLE.c.barcode == cleaned))
        )
        .mappings()
        .all()
    )
    if rows:
        return min(rows, key=lambda row: (row["code"] != cleaned, row["code"] != cleaned.upper()))
    return _or_external(connection, SAMPLE, cleaned)


def samples(connection: Connection, codes: Sequence[str]) -> list[RowMapping]:
    """Samples by code, barcode or external identifier, in the order asked; the first unknown one is NotFound."""
    wanted = [code.strip() for code in codes]
    found = _borne(connection, wanted)
    return [found[code] if code in found else sample(connection, code) for code in wanted]


def known_samples(connection: Connection, codes: Sequence[str]) -> dict[str, RowMapping]:
    """Those of the texts that stand for a sample: its row by the text."""
    found = _borne(connection, codes)
    for code in codes:
        if code not in found:
            with suppress(NotFound):
                found[code] = sample(connection, code)
    return found


def _borne(connection: Connection, wanted: Sequence[str]) -> dict[str, RowMapping]:
    """Samples that bear a text as their code or their barcode."""
    found: dict[str, RowMapping] = {}
    for part in _parts(wanted):
        for column in (SAMPLE.c.barcode, SAMPLE.c.code):
            for row in connection.execute(select(SAMPLE).where(column.in_(part))).mappings():
                found[row[column.name]] = row
    return found


def _or_external(connection: Connection, table: Table, code: str) -> RowMapping:
    try:
        return by_code(connection, table, code)
    except NotFound:
        target = connection.scalar(
            select(EXTERNAL_IDENTIFIER.c.target_id).where(
                names_a(table.name), EXTERNAL_IDENTIFIER.c.folded == code.strip().lower()
            )
        )
        if target is None:
            raise
        return connection.execute(select(table).where(table.c.id == target)).mappings().one()


def _parts(values: Sequence[Any], size: int = 5000) -> Iterable[Sequence[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
