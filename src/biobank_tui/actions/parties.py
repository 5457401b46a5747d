"""Organisations join, people get logins and roles."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select

from biobank_tui.bank.access import hash_password
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.settings import checked
from biobank_tui.bank.transaction import Actor
from biobank_tui.model import OrganisationKind
from biobank_tui.model.tables import ORGANISATION, PERSON, ROLE_GRANT, SETTING
from biobank_tui.queries import finding
from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.permissions import Role, Verb

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,15}")
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
LEAST_PASSWORD = 10


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """country: ISO 3166 alpha-2."""

    code: str
    name: str
    kind: str = OrganisationKind.HOSPITAL
    commercial: bool = False
    country: str | None = None


@dataclass(frozen=True, slots=True)
class NewPerson:
    """roles: held within the person's organisation where `within` is True, everywhere otherwise."""

    login: str
    name: str
    organisation: str
    roles: tuple[str, ...] = ()
    password: str | None = None


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A role for a person: everywhere, or within one organisation or one project (codes)."""

    login: str
    role: str
    organisation: str | None = None
    project: str | None = None


def add_organisation(bank: Bank, actor: Actor, new: NewOrganisation) -> int:
    """Add a partner; its id."""
    code = new.code.strip().upper()
    if not _CODE.fullmatch(code):
        raise Refused(
            "organisation.code",
            "An organisation's code is 1 to 16 letters, digits, - or _, not {code}.",
            code=new.code,
        )
    kind = _one_of(OrganisationKind, new.kind)
    country = _country(new.country) if new.country is not None else None
    with bank.transaction(actor, Verb.ORGANISATION_ADD) as tx:
        tx.permit()
        if tx.count(ORGANISATION, ORGANISATION.c.code == code):
            raise Conflict("organisation.taken", "There is already an organisation {code}.", code=code)
        tx.subject = code
        return tx.add(
            ORGANISATION,
            code=code,
            name=_named(new.name),
            kind=kind,
            commercial=int(new.commercial),
            country=country,
        )


def settle(bank: Bank, actor: Actor, code: str, country: str) -> str:
    """Say in which country an organisation is, on which export depends; the country as it is kept."""
    known = _country(country)
    with bank.transaction(actor, Verb.ORGANISATION_EDIT) as tx:
        row = finding.organisation(tx.connection, code)
        tx.permit([row["id"]])
        tx.update(ORGANISATION, {row["id"]: {"country": known}})
        tx.subject = row["code"]
        tx.facts = {"country": known}
    return known


def add_person(bank: Bank, actor: Actor, new: NewPerson) -> int:
    """Give somebody a login and roles that hold everywhere; their id."""
    login = new.login.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise Refused(
            "person.login", "A login is 1 to 32 lower-case letters, digits, . - or _, not {login}.", login=new.login
        )
    roles = [_one_of(Role, role) for role in new.roles]
    hashed = hash_password(_long_enough(new.password)) if new.password else None
    with bank.transaction(actor, Verb.PERSON_ADD) as tx:
        tx.permit()
        if tx.count(PERSON, PERSON.c.login == login):
            raise Conflict("person.taken", "Somebody already has the login {login}.", login=login)
        organisation = finding.organisation(tx.connection, new.organisation)
        tx.subject = login
        person = tx.add(
            PERSON,
            login=login,
            name=_named(new.name),
            organisation_id=organisation["id"],
            password=hashed,
            active=1,
        )
        for role in roles:
            tx.add(ROLE_GRANT, person_id=person, role=role, organisation_id=None, project_id=None, revoked=None)
        return person


def grant(bank: Bank, actor: Actor, new: NewGrant) -> int:
    """Give a role; the grant's id."""
    role = _one_of(Role, new.role)
    with bank.transaction(actor, Verb.PERSON_GRANT) as tx:
        tx.permit()
        person = finding.person(tx.connection, new.login)
        organisation = finding.organisation(tx.connection, new.organisation) if new.organisation else None
        project = finding.project(tx.connection, new.project) if new.project else None
        if organisation is not None and project is not None:
            raise Refused("grant.scope", "A role is given within an organisation or within a project, not both.")
        tx.subject = person["login"]
        return tx.add(
            ROLE_GRANT,
            person_id=person["id"],
            role=role,
            organisation_id=organisation["id"] if organisation is not None else None,
            project_id=project["id"] if project is not None else None,
            revoked=None,
        )


def revoke(bank: Bank, actor: Actor, login: str, role: str) -> int:
    """Take a role back, wherever it held; how many grants ended."""
    wanted = _one_of(Role, role)
    with bank.transaction(actor, Verb.PERSON_GRANT) as tx:
        tx.permit()
        person = finding.person(tx.connection, login)
        grants = tx.connection.scalars(
            select(ROLE_GRANT.c.id).where(
                ROLE_GRANT.c.person_id == person["id"],
                ROLE_GRANT.c.role == wanted,
                ROLE_GRANT.c.revoked.is_(None),
            )
        ).all()
        if not grants:
            raise Refused("grant.absent", "{login} does not hold the role {role}.", login=login, role=wanted)
        tx.subject = person["login"]
        return tx.update_all(ROLE_GRANT, grants, revoked=tx.at)


def set_password(bank: Bank, actor: Actor, login: str, password: str) -> None:
    """Set somebody's password; the ledger says that it was set, never what it is."""
    hashed = hash_password(_long_enough(password))
    with bank.transaction(actor, Verb.PERSON_PASSWORD) as tx:
        tx.permit()
        person = finding.person(tx.connection, login)
        tx.subject = person["login"]
        tx.update(PERSON, {person["id"]: {"password": hashed}})


def set_setting(bank: Bank, actor: Actor, name: str, value: str) -> None:
    """Give one of the bank's settings a value."""
    taken = checked(name, value)
    with bank.transaction(actor, Verb.BANK_SETTING) as tx:
        tx.permit()
        tx.subject = name
        before = tx.connection.scalar(select(SETTING.c.value).where(SETTING.c.name == name))
        tx.put_setting(name, before, taken)


def _one_of(values: type[OrganisationKind] | type[Role], value: str) -> str:
    if value not in tuple(values):
        raise Refused(
            "value.unknown",
            "{value} is not one of {allowed}.",
            value=value,
            allowed=", ".join(values),
        )
    return str(value)


def _named(name: str) -> str:
    cleaned = name.strip()
    if not cleaned:
        raise Refused("name.empty", "A name is needed.")
    return cleaned


def _long_enough(password: str) -> str:
    if len(password) < LEAST_PASSWORD:
        raise Refused("password.short", "A password has at least {least} characters.", least=LEAST_PASSWORD)
    return password


def _country(code: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", code.strip()):
        raise Refused("country.code", "A country is two letters (ISO 3166), such as FR, not {code}.", code=code)
    return code.strip().upper()
