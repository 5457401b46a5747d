"""What a storage unit is set up as, in codes, as a form shows it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from biobank_tui.model.tables import ORGANISATION, PROJECT, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.storage import DEFAULT_FILL


@dataclass(frozen=True, slots=True)
class Kept:
    """A unit's settings. materials, organisation, project, capacity: empty where there is no limit."""

    name: str = ""
    temperature: str = ""
    rows: str = ""
    columns: str = ""
    style: str = ""
    major: str = ""
    order: str = ""
    capacity: str = ""
    materials: str = ""
    organisation: str = ""
    project: str = ""
    since: str = ""


def kept_of(connection: Connection, code: str) -> Kept:
    """What one unit is set up as."""
    unit = finding.unit(connection, code)
    limits = connection.execute(
        select(ORGANISATION.c.code, PROJECT.c.code)
        .select_from(STORAGE_UNIT)
        .outerjoin(ORGANISATION, ORGANISATION.c.id == STORAGE_UNIT.c.organisation_id)
        .outerjoin(PROJECT, PROJECT.c.id == STORAGE_UNIT.c.project_id)
        .where(STORAGE_UNIT.c.id == unit["id"])
    ).one()
    return Kept(
        unit["name"],
        unit["temperature"] or "",
        unit["row_scheme"],
        unit["column_scheme"],
        unit["label_style"],
        unit["label_major"],
        unit["fill_order"] or str(DEFAULT_FILL),
        str(unit["capacity"] or ""),
        (unit["materials"] or "").replace(",", ", "),
        limits[0] or "",
        limits[1] or "",
        unit["service_since"] or "",
    )
