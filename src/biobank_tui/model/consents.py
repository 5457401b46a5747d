"""Consent forms with coded permissions, the records of what donors answered, and the distinct sets of answers."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, link, one_of, text, whole
from biobank_tui.rules.consent import LegalBasis
from biobank_tui.rules.lifecycles import ConsentState


class ExpressedBy(StrEnum):
    DONOR = "donor"
    GUARDIAN = "guardian"
    NEXT_OF_KIN = "next_of_kin"
    AUTHORITY = "authority"


class ConsentForm(SQLModel, table=True):
    """One version of a form in one language. digest: SHA-256 (hex) of the document that was signed."""

    __tablename__ = "consent_form"
    __table_args__ = (
        one_of("basis", LegalBasis),
        UniqueConstraint("code", "version", "language", name="consent_form_version"),
        STRICT,
    )

    id: int = key()
    code: str = text()
    version: str = text()
    language: str = text(default="en")
    title: str = text()
    basis: LegalBasis = text()
    valid_from: str | None = text(nullable=True)
    valid_to: str | None = text(nullable=True)
    digest: str | None = text(nullable=True)


class FormPermission(SQLModel, table=True):
    """One question of a form, coded. permission: a DUO shorthand or a local code. parameter: a disease code, a date."""

    __tablename__ = "form_permission"
    __table_args__ = (UniqueConstraint("form_id", "permission", name="form_permission_once"), STRICT)

    id: int = key()
    form_id: int = link("consent_form.id")
    permission: str = text()
    parameter: str | None = text(nullable=True)
    wording: str | None = text(nullable=True)


class ConsentProfile(SQLModel, table=True):
    """A distinct set of answers, stored once. answers: canonical JSON; digest: its SHA-256 (hex)."""

    __tablename__ = "consent_profile"
    __table_args__ = (STRICT,)

    id: int = key()
    digest: str = text(unique=True)
    answers: str = text()


class Consent(SQLModel, table=True):
    """What one donor answered on one form on one day."""

    __table_args__ = (
        one_of("state", ConsentState),
        one_of("expressed_by", ExpressedBy),
        Index("consent_donor", "donor_id"),
        Index("consent_expiry", "state", "expires"),
        Index(
            "consent_guardian",
            "donor_id",
            sqlite_where=sql("state = 'active' AND expressed_by = 'guardian'"),
            postgresql_where=sql("state = 'active' AND expressed_by = 'guardian'"),
        ),
        STRICT,
    )

    id: int = key()
    donor_id: int = link("donor.id")
    form_id: int = link("consent_form.id")
    profile_id: int = link("consent_profile.id")
    given: str = text()
    expressed_by: ExpressedBy = text(default=ExpressedBy.DONOR)
    expires: str | None = text(nullable=True)
    withdrawn: str | None = text(nullable=True)
    state: ConsentState = text(default=ConsentState.ACTIVE)
    document: str | None = text(nullable=True)
    source: str | None = text(nullable=True)
    revision: int = whole(default=1)
