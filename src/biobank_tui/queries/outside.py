"""Tubes that are out of their places: which, where they belong, who has them, since when, what for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from biobank_tui.model.tables import CHECKOUT, PERSON, SAMPLE, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.storage import position_label, under


@dataclass(frozen=True, slots=True)
class Outside:
    """A tube that is out. place: the one it keeps, as unit and position; empty where it had none."""

    code: str
    material: str
    place: str
    person: str
    name: str
    since: str
    purpose: str | None


def outside(connection: Connection, within: str | None = None, *, limit: int = 500) -> tuple[Outside, ...]:
    """The tubes that are out, the longest first; only those of one unit and all inside it, where one is named."""
    query = (
        select(
            SAMPLE.c.code,
            SAMPLE.c.material,
            SAMPLE.c.row,
            SAMPLE.c.col,
            CHECKOUT.c.taken,
            CHECKOUT.c.purpose,
            PERSON.c.login,
            PERSON.c.name.label("person_name"),
            STORAGE_UNIT.c.code.label("unit_code"),
            STORAGE_UNIT.c.rows,
            STORAGE_UNIT.c.columns,
            STORAGE_UNIT.c.row_scheme,
            STORAGE_UNIT.c.column_scheme,
            STORAGE_UNIT.c.label_style,
            STORAGE_UNIT.c.label_major,
        )
        .select_from(CHECKOUT)
        .join(SAMPLE, SAMPLE.c.id == CHECKOUT.c.sample_id)
        .join(PERSON, PERSON.c.id == CHECKOUT.c.person_id)
        .outerjoin(STORAGE_UNIT, STORAGE_UNIT.c.id == SAMPLE.c.unit_id)
        .where(CHECKOUT.c.returned.is_(None), SAMPLE.c.status == "checked_out")
        .order_by(CHECKOUT.c.taken, CHECKOUT.c.id)
        .limit(limit)
    )
    if within is not None:
        query = query.where(under(finding.unit(connection, within)["path"]))
    return tuple(
        Outside(
            row["code"],
            row["material"],
            f"{row['unit_code']} {position_label(row, row['row'], row['col'])}".strip() if row["unit_code"] else "",
            row["login"],
            row["person_name"],
            row["taken"],
            row["purpose"],
        )
        for row in connection.execute(query).mappings()
    )
