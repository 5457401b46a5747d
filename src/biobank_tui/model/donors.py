"""Donors under a pseudonym, their diagnoses, and the studies they are enrolled in."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, link, one_of, real, text, whole
from biobank_tui.rules.lifecycles import DonorState


class Sex(StrEnum):
    """MIABIS donor sex."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"
    UNDIFFERENTIATED = "undifferentiated"


class DonorBase(SQLModel):
    """What is recorded of a donor. Never a name, a hospital number or the day of birth."""

    sex: Sex = text(default=Sex.UNKNOWN)
    birth_year: int | None = whole(nullable=True)
    birth_month: int | None = whole(nullable=True)
    country: str | None = text(nullable=True)
    note: str | None = text(nullable=True)


class Donor(DonorBase, table=True):
    """A pseudonymous donor.

    profile_id: the consent profile in force now, or nothing, which permits nothing.
    diagnosis: the main diagnosis's code, kept beside the rows of `diagnosis` for filters.
    link_token: HMAC-SHA256 (hex) of the hospital's number under a key kept outside the bank.
    """

    __table_args__ = (
        one_of("sex", Sex),
        one_of("state", DonorState),
        CheckConstraint("birth_year IS NULL OR birth_year BETWEEN 1850 AND 2200", name="birth_year_range"),
        CheckConstraint("birth_month IS NULL OR birth_month BETWEEN 1 AND 12", name="birth_month_range"),
        STRICT,
    )

    id: int = key()
    code: str = text(unique=True)
    custodian_id: int = link("organisation.id")
    state: DonorState = text(default=DonorState.ACTIVE)
    link_token: str | None = text(nullable=True, unique=True)
    profile_id: int | None = link("consent_profile.id", nullable=True)
    diagnosis: str | None = text(nullable=True)
    study: str | None = text(nullable=True)


class Diagnosis(SQLModel, table=True):
    """One diagnosis of a donor: ICD-10 code or ICD-O-3 topography, morphology as 8500/3, TNM with its edition."""

    __table_args__ = (Index("diagnosis_donor", "donor_id"), STRICT)

    id: int = key()
    donor_id: int = link("donor.id")
    system: str = text(default="ICD-10")
    code: str = text()
    morphology: str | None = text(nullable=True)
    date: str | None = text(nullable=True)
    age: float | None = real()
    stage: str | None = text(nullable=True)
    tnm: str | None = text(nullable=True)
    tnm_edition: str | None = text(nullable=True)


class Study(SQLModel, table=True):
    """A clinical study or trial."""

    __table_args__ = (STRICT,)

    id: int = key()
    code: str = text(unique=True)
    title: str = text()


class Enrolment(SQLModel, table=True):
    """A donor's part in a study."""

    __table_args__ = (UniqueConstraint("donor_id", "study_id", name="enrolment_once"), STRICT)

    id: int = key()
    donor_id: int = link("donor.id")
    study_id: int = link("study.id")
    subject: str | None = text(nullable=True)
