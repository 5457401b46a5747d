"""Transfer agreements: which there are, and whether each is in force."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, select

from biobank_tui.model.tables import AGREEMENT, ORGANISATION, PROJECT
from biobank_tui.queries import finding
from biobank_tui.queries.sight import sight_of


class Standing(StrEnum):
    """How an agreement stands today."""

    UNSIGNED = "unsigned"
    IN_FORCE = "in force"
    RUN_OUT = "run out"
    CALLED_OFF = "called off"


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """An agreement in a list. party: organisation code. document: SHA-256 (hex) of the paper."""

    project: str
    party: str
    reference: str
    standing: Standing
    signed: str | None
    expires: str | None
    ended: str | None
    document: str | None


def agreement_of(connection: Connection, project_id: int, reference: str) -> RowMapping | None:
    """The latest agreement of that reference."""
    return (
        connection.execute(
            select(AGREEMENT)
            .where(AGREEMENT.c.project_id == project_id, AGREEMENT.c.reference == reference)
            .order_by(AGREEMENT.c.id.desc())
        )
        .mappings()
        .first()
    )


def agreements(
    connection: Connection, day: str, project: str | None = None, *, reader: int | None = None
) -> tuple[AgreementRow, ...]:
    """All agreements, or a project's (code), the newest first, as they stand on a day.

    reader: the id of the person who asks: who only leads projects reads those of the own ones.
    """
    query = (
        select(
            PROJECT.c.code.label("project"),
            ORGANISATION.c.code.label("party"),
            AGREEMENT.c.reference,
            AGREEMENT.c.signed,
            AGREEMENT.c.expires,
            AGREEMENT.c.ended,
            AGREEMENT.c.document,
        )
        .select_from(
            AGREEMENT.join(PROJECT, PROJECT.c.id == AGREEMENT.c.project_id).join(
                ORGANISATION, ORGANISATION.c.id == AGREEMENT.c.organisation_id
            )
        )
        .order_by(AGREEMENT.c.id.desc())
    )
    if reader is not None:
        query = query.where(sight_of(connection, reader).projects())
    if project is not None:
        query = query.where(AGREEMENT.c.project_id == finding.project(connection, project)["id"])
    return tuple(
        AgreementRow(
            row.project,
            row.party,
            row.reference,
            _standing(row.signed, row.expires, row.ended, day[:10]),
            row.signed,
            row.expires,
            row.ended,
            row.document,
        )
        for row in connection.execute(query)
    )


def _standing(signed: str | None, expires: str | None, ended: str | None, day: str) -> Standing:
    if ended is not None:
        return Standing.CALLED_OFF
    if signed is None or signed > day:
        return Standing.UNSIGNED
    return Standing.RUN_OUT if expires is not None and expires < day else Standing.IN_FORCE
