"""Organisations that hold samples, the people who act, and what each person may do."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, link, one_of, text, whole
from biobank_tui.rules.permissions import Role


class OrganisationKind(StrEnum):
    HOSPITAL = "hospital"
    UNIVERSITY = "university"
    COMPANY = "company"
    AGENCY = "agency"
    FOUNDATION = "foundation"


class Organisation(SQLModel, table=True):
    """A partner with custody of samples. country: ISO 3166 alpha-2. commercial: 0 or 1."""

    __table_args__ = (
        one_of("kind", OrganisationKind),
        CheckConstraint("commercial IN (0, 1)", name="commercial_flag"),
        STRICT,
    )

    id: int = key()
    code: str = text(unique=True)
    name: str = text()
    kind: OrganisationKind = text()
    commercial: int = whole(default=0)
    country: str = text(nullable=True)


class Person(SQLModel, table=True):
    """Somebody with a login. password: an argon2 hash, or nothing where the workstation's account is trusted."""

    __table_args__ = (STRICT,)

    id: int = key()
    login: str = text(unique=True)
    name: str = text()
    organisation_id: int | None = link("organisation.id", nullable=True)
    password: str | None = text(nullable=True)
    active: int = whole(default=1)


class RoleGrant(SQLModel, table=True):
    """A role given to a person: everywhere, or within one organisation, or within one project."""

    __tablename__ = "role_grant"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("organisation_id IS NULL OR project_id IS NULL", name="one_scope"),
        Index("role_grant_person", "person_id"),
        STRICT,
    )

    id: int = key()
    person_id: int = link("person.id")
    role: Role = text()
    organisation_id: int | None = link("organisation.id", nullable=True)
    project_id: int | None = link("project.id", nullable=True)
    revoked: str | None = text(nullable=True)
