"""Whose turn a request is: what waits for a person, and who may act on what waits."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, select

from biobank_tui.model.tables import PERSON, PROJECT, REQUEST, ROLE_GRANT
from biobank_tui.queries.purposes import logins_of
from biobank_tui.queries.sight import own_projects
from biobank_tui.rules.lifecycles import Turn
from biobank_tui.rules.permissions import Grant, Role

TURNS: dict[Role, tuple[Turn, ...]] = {
    Role.TECHNICIAN: (Turn.TECHNICIAN,),
    Role.COMMITTEE: (Turn.COMMITTEE,),
    Role.MANAGER: (Turn.COMMITTEE, Turn.TECHNICIAN),
}
"""Whose turns a role answers for; a lead answers for the requests of own projects."""


@dataclass(frozen=True, slots=True)
class MayAct:
    """Somebody a request waits for, and the role that lets them act."""

    login: str
    name: str
    role: str


def waiting_for(person_id: int, grants: tuple[Grant, ...]) -> ColumnElement[bool]:
    """SQL: the request waits for this person, as lead of its project or by a role that reaches its project.

    Nobody decides on a request of an own project, so none waits for a decision of its own team.
    """
    own = REQUEST.c.project_id.in_(select(PROJECT.c.id).where(own_projects(person_id)))
    found: ColumnElement[bool] = (REQUEST.c.turn.in_((Turn.LEAD, Turn.RECIPIENT))) & own
    for grant in grants:
        turns = TURNS.get(grant.role)
        if turns is None:
            continue
        part: ColumnElement[bool] = REQUEST.c.turn.in_(turns) & ((REQUEST.c.turn != Turn.COMMITTEE) | ~own)
        if grant.project_id is not None:
            part &= REQUEST.c.project_id == grant.project_id
        elif grant.organisation_id is not None:
            part &= REQUEST.c.project_id.in_(
                select(PROJECT.c.id).where(PROJECT.c.organisation_id == grant.organisation_id)
            )
        found |= part
    return found


def who_may_act(connection: Connection, request: RowMapping) -> tuple[MayAct, ...]:
    """Everybody a request waits for now, by name, those whose own turn it is before managers."""
    turn = Turn(request["turn"])
    if turn is Turn.NOBODY:
        return ()
    project = connection.execute(select(PROJECT).where(PROJECT.c.id == request["project_id"])).mappings().one()
    team = logins_of(connection, project)
    people = select(PERSON.c.login, PERSON.c.name).where(PERSON.c.active == 1)
    if turn in (Turn.LEAD, Turn.RECIPIENT):
        rows = connection.execute(people.where(PERSON.c.login.in_(team)).order_by(PERSON.c.id != project["lead_id"]))
        return tuple(MayAct(row.login, row.name, "lead" if turn is Turn.LEAD else "recipient") for row in rows)
    roles = [role for role, turns in TURNS.items() if turn in turns]
    rows = connection.execute(
        people.add_columns(ROLE_GRANT.c.role)
        .join(ROLE_GRANT, ROLE_GRANT.c.person_id == PERSON.c.id)
        .where(
            ROLE_GRANT.c.role.in_(roles),
            ROLE_GRANT.c.revoked.is_(None),
            ROLE_GRANT.c.organisation_id.is_(None) | (ROLE_GRANT.c.organisation_id == project["organisation_id"]),
            ROLE_GRANT.c.project_id.is_(None) | (ROLE_GRANT.c.project_id == project["id"]),
        )
        .order_by(ROLE_GRANT.c.role == Role.MANAGER, PERSON.c.name, PERSON.c.id)
    )
    found: dict[str, MayAct] = {}
    for row in rows:
        if turn is not Turn.COMMITTEE or row.login not in team:
            found.setdefault(row.login, MayAct(row.login, row.name, row.role))
    return tuple(found.values())
