"""Who there is: organisations, people, the roles they hold, and who sits at this workstation."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from biobank_tui.model.tables import ORGANISATION, PERSON, PROJECT, ROLE_GRANT
from biobank_tui.rules.errors import Denied, NotFound


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """country: ISO 3166 alpha-2."""

    code: str
    name: str
    kind: str
    commercial: bool
    country: str | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """roles: as "technician", "manager@HOME" within an organisation, "project_lead@P-000001X" within a project."""

    login: str
    name: str
    organisation: str | None
    roles: tuple[str, ...]
    active: bool
    password: bool


def organisations(connection: Connection) -> tuple[OrganisationRow, ...]:
    """All organisations by code."""
    rows = connection.execute(
        select(
            ORGANISATION.c.code,
            ORGANISATION.c.name,
            ORGANISATION.c.kind,
            ORGANISATION.c.commercial,
            ORGANISATION.c.country,
        ).order_by(ORGANISATION.c.code)
    )
    return tuple(OrganisationRow(row.code, row.name, row.kind, bool(row.commercial), row.country) for row in rows)


def people(connection: Connection) -> tuple[PersonRow, ...]:
    """All people by login, with the roles they hold now."""
    roles: dict[int, list[str]] = {}
    grants = connection.execute(
        select(
            ROLE_GRANT.c.person_id,
            ROLE_GRANT.c.role,
            ORGANISATION.c.code.label("organisation"),
            PROJECT.c.code.label("project"),
        )
        .outerjoin(ORGANISATION, ORGANISATION.c.id == ROLE_GRANT.c.organisation_id)
        .outerjoin(PROJECT, PROJECT.c.id == ROLE_GRANT.c.project_id)
        .where(ROLE_GRANT.c.revoked.is_(None))
        .order_by(ROLE_GRANT.c.id)
    )
    for grant in grants:
        within = grant.organisation or grant.project
        roles.setdefault(grant.person_id, []).append(f"{grant.role}@{within}" if within else grant.role)
    rows = connection.execute(
        select(
            PERSON.c.id,
            PERSON.c.login,
            PERSON.c.name,
            PERSON.c.active,
            PERSON.c.password,
            ORGANISATION.c.code.label("organisation"),
        )
        .outerjoin(ORGANISATION, ORGANISATION.c.id == PERSON.c.organisation_id)
        .order_by(PERSON.c.login)
    )
    return tuple(
        PersonRow(
            row.login,
            row.name,
            row.organisation,
            tuple(roles.get(row.id, ())),
            bool(row.active),
            row.password is not None,
        )
        for row in rows
    )


def login_at_work(connection: Connection, asked: str, account: str) -> str:
    """Whose login it is: the one asked for, else the account's if a person has it, else the only person there is.

    NotFound where nobody has the login asked for; Denied, with the logins there are, where it stays open.
    """
    logins = connection.scalars(select(PERSON.c.login).where(PERSON.c.active == 1).order_by(PERSON.c.login)).all()
    if asked:
        if asked not in logins:
            raise NotFound("person.unknown", "Nobody here has the login {code}.", code=asked)
        return asked
    if account in logins:
        return account
    if len(logins) == 1:
        return str(logins[0])
    raise Denied(
        "person.unclear",
        "Say who acts, with --user or BIOBANK_USER: {logins}.",
        logins=", ".join(logins[:20]) + (", …" if len(logins) > 20 else ""),
    )
