"""What keeps a committee member from judging a proposal: an interest of one's own in it."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Connection, RowMapping, select

from biobank_tui.bank.transaction import grants_of
from biobank_tui.model.tables import ORGANISATION, PERSON, SCORE
from biobank_tui.queries.purposes import on_team, parties_of
from biobank_tui.rules.permissions import Role
from biobank_tui.rules.phrases import mark


class Interest(StrEnum):
    """Why somebody neither scores a proposal nor sees its scores, in the order it is told."""

    TEAM = "team"
    ORGANISATION = "organisation"
    DECLARED = "declared"


SENTENCES = {
    Interest.TEAM: ("score.own", mark("You are on the team of {project}; others score it.")),
    Interest.ORGANISATION: (
        "score.own_organisation",
        mark("Your organisation {organisation} takes part in {project}; members of others score it."),
    ),
    Interest.DECLARED: ("score.declared", mark("You declared a conflict of interest in {project}; others score it.")),
}


def interest(connection: Connection, project: RowMapping, person_id: int | None) -> Interest | None:
    """The interest a person has in a project: of its team, of an organisation of it, or declared."""
    if person_id is None:
        return None
    if on_team(connection, project["id"], person_id):
        return Interest.TEAM
    if organisation_of(connection, person_id) in {party.code for party in parties_of(connection, project)}:
        return Interest.ORGANISATION
    declared = select(SCORE.c.id).where(
        SCORE.c.project_id == project["id"], SCORE.c.person_id == person_id, SCORE.c.conflict.is_not(None)
    )
    return Interest.DECLARED if connection.scalar(declared) is not None else None


def kept_from_scores(connection: Connection, project: RowMapping, reader: int | None) -> Interest | None:
    """The interest that hides a proposal's scores from a reader.

    Who runs the call without judging in it, as a manager does, is kept from scores of an own team only.
    """
    kind = interest(connection, project, reader)
    if kind is None or kind is Interest.TEAM or reader is None:
        return kind
    roles = {grant.role for grant in grants_of(connection, reader)}
    return kind if Role.COMMITTEE in roles or roles <= {Role.PROJECT_LEAD} else None


def organisation_of(connection: Connection, person_id: int) -> str | None:
    """The code of the organisation a person belongs to."""
    found: str | None = connection.scalar(
        select(ORGANISATION.c.code)
        .join(PERSON, PERSON.c.organisation_id == ORGANISATION.c.id)
        .where(PERSON.c.id == person_id)
    )
    return found
