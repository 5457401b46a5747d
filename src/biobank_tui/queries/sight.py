"""Whose projects and requests somebody reads: who only leads projects reads their own, others read all."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, or_, select, true

from biobank_tui.bank.transaction import grants_of
from biobank_tui.model.tables import PROJECT, PROJECT_MEMBER, REQUEST, SHIPMENT
from biobank_tui.rules.errors import Denied
from biobank_tui.rules.permissions import Role


@dataclass(frozen=True, slots=True)
class Sight:
    """What a person reads. whole: every project and request; else the own ones, and those granted (ids)."""

    person_id: int | None
    whole: bool
    granted: frozenset[int] = frozenset()

    def projects(self) -> ColumnElement[bool]:
        """SQL: a project that is read."""
        if self.whole:
            return true()
        return or_(own_projects(self.person_id), PROJECT.c.id.in_(self.granted))

    def require(self, connection: Connection, project: RowMapping) -> None:
        """Denied where a project is not one of the reader's."""
        seen = select(PROJECT.c.id).where(PROJECT.c.id == project["id"], self.projects())
        if connection.scalar(seen) is None:
            raise Denied(
                "project.hidden", "{project} is another team's project; you read those you lead or take part in.",
                project=project["code"],
            )  # fmt: skip

    def require_bank_codes(self) -> None:
        """Denied to those who only lead projects, for what is told under the bank's own codes."""
        if not self.whole:
            raise Denied(
                "sample.hidden",
                "Project leads see the samples of their own projects, under the projects' own codes;"
                " the bank's codes are not for them.",
            )


EVERYTHING = Sight(None, True)


def sight_of(connection: Connection, person_id: int | None) -> Sight:
    """What this person reads by the roles held now."""
    if person_id is None:
        return Sight(None, False)
    grants = grants_of(connection, person_id)
    whole = any(grant.role is not Role.PROJECT_LEAD for grant in grants)
    return Sight(person_id, whole, frozenset(grant.project_id for grant in grants if grant.project_id is not None))


BANKS_OWN = ("sample", "donor", "pick_list")
"""What goes by codes that only the bank knows."""


def refused(connection: Connection, kind: str | None, code: str | None, reader: int | None) -> Denied | None:
    """Why a thing that was found by its code is not for this reader; None where it is."""
    if reader is None or code is None or kind not in (*BANKS_OWN, "project", "request", "shipment"):
        return None
    sight = sight_of(connection, reader)
    try:
        if kind in BANKS_OWN:
            sight.require_bank_codes()
        elif not sight.whole:
            sight.require(connection, _project_of(connection, kind, code))
    except Denied as denial:
        return denial
    return None


def _project_of(connection: Connection, kind: str, code: str) -> RowMapping:
    of = {
        "project": PROJECT.c.code == code,
        "request": PROJECT.c.id.in_(select(REQUEST.c.project_id).where(REQUEST.c.code == code)),
        "shipment": PROJECT.c.id.in_(
            select(REQUEST.c.project_id)
            .join(SHIPMENT, SHIPMENT.c.request_id == REQUEST.c.id)
            .where(SHIPMENT.c.code == code)
        ),
    }
    return connection.execute(select(PROJECT).where(of[kind])).mappings().one()


def own_projects(person_id: int | None) -> ColumnElement[bool]:
    """SQL: the person leads the project, or is on its team."""
    joined = select(PROJECT_MEMBER.c.project_id).where(
        PROJECT_MEMBER.c.person_id == person_id, PROJECT_MEMBER.c.left.is_(None)
    )
    return or_(PROJECT.c.lead_id == person_id, PROJECT.c.id.in_(joined))
