"""Donors under their pseudonyms: the list, one whole, and what their consent says to a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, func, or_, select, true

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import (
    CONSENT,
    CONSENT_FORM,
    CONSENT_PROFILE,
    DIAGNOSIS,
    DONOR,
    EXTERNAL_IDENTIFIER,
    FORM_PERMISSION,
    ORGANISATION,
    SAMPLE,
)
from biobank_tui.queries import finding
from biobank_tui.queries.identifiers import names_a
from biobank_tui.rules.consent import Profile, Purpose, Verdict, verdict
from biobank_tui.rules.profiles import Reply


@dataclass(frozen=True, slots=True)
class DonorRow:
    """One line of the list. consent: state of the newest record, or empty. samples: how many, in the bank or gone."""

    id: int
    code: str
    state: str
    sex: str
    birth_year: int | None
    diagnosis: str | None
    custodian: str
    consent: str
    samples: int


@dataclass(frozen=True, slots=True)
class DiagnosisRow:
    code: str
    system: str
    morphology: str | None
    date: str | None
    age: float | None
    stage: str | None
    tnm: str | None
    tnm_edition: str | None


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One record of the time line. answers: (permission, answer, parameter)."""

    id: int
    form: str
    basis: str
    given: str
    expressed_by: str
    expires: str | None
    withdrawn: str | None
    state: str
    answers: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class DonorDetail:
    """A donor whole; consents newest first. samples: (material, status, n)."""

    row: DonorRow
    birth_month: int | None
    country: str | None
    study: str | None
    note: str | None
    diagnoses: tuple[DiagnosisRow, ...]
    consents: tuple[ConsentRow, ...]
    samples: tuple[tuple[str, str, int], ...]
    external: tuple[tuple[str, str], ...]
    in_force: Profile | None


@dataclass(frozen=True, slots=True)
class FormRow:
    """A consent form and its coded questions (permission, parameter)."""

    code: str
    version: str
    language: str
    title: str
    basis: str
    permissions: tuple[tuple[str, str | None], ...]


def donors(connection: Connection, search: str = "", *, after: str = "", limit: int = 200) -> tuple[DonorRow, ...]:
    """Donors by code from `after` on; search begins a code or another system's number, or is a diagnosis or state."""
    ids = connection.scalars(
        select(DONOR.c.id).where(_search(search), DONOR.c.code > after).order_by(DONOR.c.code).limit(limit)
    ).all()
    return rows(connection, ids)


def order(connection: Connection, search: str = "") -> list[int]:
    """Ids of every donor that the search finds, by code."""
    return list(connection.scalars(select(DONOR.c.id).where(_search(search)).order_by(DONOR.c.code)))


def rows(connection: Connection, ids: Sequence[int]) -> tuple[DonorRow, ...]:
    """Lines of these donors, in the order given."""
    consent = (
        select(CONSENT.c.state)
        .where(CONSENT.c.donor_id == DONOR.c.id)
        .order_by(CONSENT.c.state != "active", CONSENT.c.given.desc(), CONSENT.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    tubes = select(func.count()).where(SAMPLE.c.donor_id == DONOR.c.id).scalar_subquery()
    found = connection.execute(
        select(
            DONOR.c.id,
            DONOR.c.code,
            DONOR.c.state,
            DONOR.c.sex,
            DONOR.c.birth_year,
            DONOR.c.diagnosis,
            ORGANISATION.c.code,
            func.coalesce(consent, ""),
            tubes,
        )
        .select_from(DONOR.join(ORGANISATION, ORGANISATION.c.id == DONOR.c.custodian_id))
        .where(among(connection, DONOR.c.id, ids))
    )
    by_id = {row[0]: DonorRow(*tuple(row)) for row in found}
    return tuple(by_id[number] for number in ids if number in by_id)


def detail(connection: Connection, code: str) -> DonorDetail:
    """A donor by code or by another system's number."""
    row = finding.donor(connection, code)
    number = row["id"]
    diagnoses = connection.execute(
        select(
            DIAGNOSIS.c.code,
            DIAGNOSIS.c.system,
            DIAGNOSIS.c.morphology,
            DIAGNOSIS.c.date,
            DIAGNOSIS.c.age,
            DIAGNOSIS.c.stage,
            DIAGNOSIS.c.tnm,
            DIAGNOSIS.c.tnm_edition,
        )
        .where(DIAGNOSIS.c.donor_id == number)
        .order_by(DIAGNOSIS.c.id)
    )
    samples = connection.execute(
        select(SAMPLE.c.material, SAMPLE.c.status, func.count())
        .where(SAMPLE.c.donor_id == number)
        .group_by(SAMPLE.c.material, SAMPLE.c.status)
        .order_by(SAMPLE.c.material, SAMPLE.c.status)
    )
    external = connection.execute(
        select(EXTERNAL_IDENTIFIER.c.system, EXTERNAL_IDENTIFIER.c.value).where(
            EXTERNAL_IDENTIFIER.c.noun == "donor", EXTERNAL_IDENTIFIER.c.target_id == number
        )
    )
    return DonorDetail(
        rows(connection, [number])[0],
        row["birth_month"],
        row["country"],
        row["study"],
        row["note"],
        tuple(DiagnosisRow(*tuple(each)) for each in diagnoses),
        consents(connection, number),
        tuple((each[0], each[1], each[2]) for each in samples),
        tuple((each.system, each.value) for each in external),
        in_force(connection, row["profile_id"]),
    )


def consents(connection: Connection, donor_id: int) -> tuple[ConsentRow, ...]:
    """A donor's consent records, newest first."""
    found = connection.execute(
        select(
            CONSENT.c.id,
            CONSENT_FORM.c.code,
            CONSENT_FORM.c.version,
            CONSENT_FORM.c.basis,
            CONSENT.c.given,
            CONSENT.c.expressed_by,
            CONSENT.c.expires,
            CONSENT.c.withdrawn,
            CONSENT.c.state,
            CONSENT_PROFILE.c.answers,
        )
        .select_from(CONSENT.join(CONSENT_FORM).join(CONSENT_PROFILE))
        .where(CONSENT.c.donor_id == donor_id)
        .order_by(CONSENT.c.given.desc(), CONSENT.c.id.desc())
    )
    return tuple(
        ConsentRow(
            row.id,
            f"{row.code} {row.version}",
            row.basis,
            row.given,
            row.expressed_by,
            row.expires,
            row.withdrawn,
            row.state,
            Profile.from_json(row.answers).answers,
        )
        for row in found
    )


def in_force(connection: Connection, profile_id: int | None) -> Profile | None:
    """The answers behind a profile's id."""
    if profile_id is None:
        return None
    return Profile.from_json(
        connection.scalars(select(CONSENT_PROFILE.c.answers).where(CONSENT_PROFILE.c.id == profile_id)).one()
    )


def donor_verdict(connection: Connection, code: str, purpose: Purpose | None, at: date) -> Verdict:
    """What a donor's consent in force says to a purpose."""
    return verdict(in_force(connection, finding.donor(connection, code)["profile_id"]), purpose, at)


def forms(connection: Connection) -> tuple[FormRow, ...]:
    """Every version of every form with its questions, newest first."""
    questions: dict[int, list[tuple[str, str | None]]] = {}
    for row in connection.execute(
        select(FORM_PERMISSION.c.form_id, FORM_PERMISSION.c.permission, FORM_PERMISSION.c.parameter).order_by(
            FORM_PERMISSION.c.id
        )
    ):
        questions.setdefault(row.form_id, []).append((row.permission, row.parameter))
    found = connection.execute(select(CONSENT_FORM).order_by(CONSENT_FORM.c.id.desc())).mappings()
    return tuple(
        FormRow(
            row["code"],
            row["version"],
            row["language"],
            row["title"],
            row["basis"],
            tuple(questions.get(row["id"], ())),
        )
        for row in found
    )


def _search(text: str) -> ColumnElement[bool]:
    said = text.strip()
    if not said:
        return true()
    last = "\U0010ffff"
    upper = said.upper()
    external = select(EXTERNAL_IDENTIFIER.c.target_id).where(
        names_a("donor"),
        EXTERNAL_IDENTIFIER.c.folded >= said.lower(),
        EXTERNAL_IDENTIFIER.c.folded < said.lower() + last,
    )
    return or_(
        (DONOR.c.code >= said) & (DONOR.c.code < said + last),
        (DONOR.c.code >= upper) & (DONOR.c.code < upper + last),
        (DONOR.c.diagnosis >= upper) & (DONOR.c.diagnosis < upper + last),
        DONOR.c.state == said.lower(),
        DONOR.c.id.in_(external),
    )
