"""Templates of visits that the bank keeps."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, select

from biobank_tui.model.tables import VISIT_TEMPLATE
from biobank_tui.rules.errors import NotFound, Refused
from biobank_tui.rules.visits import Template, in_words, read


@dataclass(frozen=True, slots=True)
class KeptTemplate:
    """A template under its name. line: it on one line. tubes: how many in all."""

    name: str
    title: str
    line: str
    tubes: int
    written: str


def templates(connection: Connection) -> tuple[KeptTemplate, ...]:
    """Those in use, by name."""
    rows = connection.execute(
        select(VISIT_TEMPLATE).where(VISIT_TEMPLATE.c.retired.is_(None)).order_by(VISIT_TEMPLATE.c.name)
    ).mappings()
    return tuple(_kept(row) for row in rows)


def template_row(connection: Connection, name: str) -> RowMapping:
    """The row of a template in use; NotFound names those there are."""
    row = (
        connection.execute(
            select(VISIT_TEMPLATE).where(VISIT_TEMPLATE.c.name == name.strip(), VISIT_TEMPLATE.c.retired.is_(None))
        )
        .mappings()
        .first()
    )
    if row is None:
        kept = ", ".join(each.name for each in templates(connection)) or "—"
        raise NotFound(
            "visit.unknown", "The bank keeps no template {name}; it keeps {names}.", name=name.strip(), names=kept
        )
    return row


def template(connection: Connection, text: str) -> Template:
    """A template by the name it is kept under, or as it is written."""
    try:
        row = template_row(connection, text)
    except NotFound as absent:
        if not any(sign in text for sign in (" ", "[[", "=", "\n")):
            raise
        try:
            return read(text)
        except Refused as refusal:
            # Neither a name nor a template: what is wrong with it as a template is what helps.
            raise refusal from absent
    return read(row["written"], row["name"])


def _kept(row: RowMapping) -> KeptTemplate:
    found = read(row["written"], row["name"])
    return KeptTemplate(row["name"], found.title, in_words(found), found.count, row["written"])
