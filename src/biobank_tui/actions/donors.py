"""Donors are registered under a pseudonym and given diagnoses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.linking import link_token
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model import Sex
from biobank_tui.model.tables import DIAGNOSIS, DONOR, EXTERNAL_IDENTIFIER, SAMPLE
from biobank_tui.queries import finding
from biobank_tui.rules.codes import render
from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.lifecycles import DonorState
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.positions import chosen
from biobank_tui.rules.text import controls

DIAGNOSIS_CODE = re.compile(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?")


@dataclass(frozen=True, slots=True)
class NewDiagnosis:
    """code: ICD-10 or ICD-O-3 topography. morphology: ICD-O-3, as 8500/3. date: possibly partial. age: years."""

    code: str
    system: str = "ICD-10"
    morphology: str | None = None
    date: str | None = None
    age: float | None = None
    stage: str | None = None
    tnm: str | None = None
    tnm_edition: str | None = None


@dataclass(frozen=True, slots=True)
class NewDonor:
    """code: another system's pseudonym, kept as it is; None takes the next of ours.

    hospital_number: never stored; only its keyed digest is, so that the same patient is known again.
    """

    custodian: str
    code: str | None = None
    sex: str = Sex.UNKNOWN
    birth_year: int | None = None
    birth_month: int | None = None
    country: str | None = None
    study: str | None = None
    note: str | None = None
    hospital_number: str | None = None
    diagnoses: tuple[NewDiagnosis, ...] = ()
    external: dict[str, str] = field(default_factory=dict)


def register_donors(bank: Bank, actor: Actor, donors: Sequence[NewDonor]) -> tuple[str, ...]:
    """Register donors, all or none; their codes."""
    for donor in donors:
        _check(donor)
    with bank.transaction(actor, Verb.DONOR_ADD) as tx:
        custodians = {code: finding.organisation(tx.connection, code) for code in {donor.custodian for donor in donors}}
        tx.permit({custodian["id"] for custodian in custodians.values()})
        first, prefix = tx.allocate("donor", len(donors))
        rows = []
        for number, donor in enumerate(donors, first):
            token = link_token(bank.address, donor.hospital_number) if donor.hospital_number else None
            _refuse_known(tx, donor, token)
            rows.append(
                _row(number, donor.code or render(prefix, number), donor, custodians[donor.custodian]["id"], token)
            )
        tx.insert(DONOR, rows)
        for row, donor in zip(rows, donors, strict=True):
            for diagnosis in donor.diagnoses:
                tx.add(DIAGNOSIS, donor_id=row["id"], **_diagnosis(diagnosis))
            add_external(tx, "donor", row["id"], donor.external)
        codes = tuple(str(row["code"]) for row in rows)
        tx.subject = codes[0] if codes else None
        tx.facts = {"donors": len(codes)}
        return codes


def add_diagnosis(bank: Bank, actor: Actor, donor_code: str, new: NewDiagnosis) -> None:
    """Give a donor a diagnosis; the first becomes the main one, of the donor and of samples that have none."""
    _check_diagnosis(new)
    with bank.transaction(actor, Verb.DONOR_EDIT) as tx:
        donor = finding.donor(tx.connection, donor_code)
        tx.permit([donor["custodian_id"]])
        tx.add(DIAGNOSIS, donor_id=donor["id"], **_diagnosis(new))
        if donor["diagnosis"] is None:
            tx.update(DONOR, {donor["id"]: {"diagnosis": new.code}})
            bare = tx.connection.scalars(
                select(SAMPLE.c.id).where(SAMPLE.c.donor_id == donor["id"], SAMPLE.c.diagnosis.is_(None))
            ).all()
            tx.update_all(SAMPLE, bare, diagnosis=new.code)
        tx.subject = donor["code"]


def add_external(tx: Transaction, noun: str, target_id: int, identifiers: dict[str, str]) -> None:
    """Write other systems' numbers for a thing; Conflict where another thing already has one."""
    for system, value in identifiers.items():
        folded = value.strip().lower()
        if tx.count(
            EXTERNAL_IDENTIFIER,
            EXTERNAL_IDENTIFIER.c.noun == noun,
            EXTERNAL_IDENTIFIER.c.system == system,
            EXTERNAL_IDENTIFIER.c.folded == folded,
        ):
            raise Conflict(
                "external.taken",
                "{system} {value} already names another {noun}.",
                system=system,
                value=value,
                noun=noun,
            )
        tx.add(EXTERNAL_IDENTIFIER, noun=noun, target_id=target_id, system=system, value=value.strip(), folded=folded)


def refuse_controls(name: str, value: str | None) -> None:
    """Refuse a text with control or direction-changing characters."""
    found = controls(value) if value else None
    if found:
        raise Refused("text.control", "{field} holds a {kind}; it was not taken.", field=name, kind=found)


def _check(donor: NewDonor) -> None:
    chosen(Sex, donor.sex)
    if donor.birth_month is not None and not 1 <= donor.birth_month <= 12:
        raise Refused("donor.birth_month", "A month is 1 to 12, not {month}.", month=donor.birth_month)
    if donor.birth_year is not None and not 1850 <= donor.birth_year <= 2200:
        raise Refused("donor.birth_year", "{year} is no year of birth.", year=donor.birth_year)
    for name, value in (("code", donor.code), ("note", donor.note)):
        refuse_controls(name, value)
    for diagnosis in donor.diagnoses:
        _check_diagnosis(diagnosis)


def _check_diagnosis(diagnosis: NewDiagnosis) -> None:
    if not DIAGNOSIS_CODE.fullmatch(diagnosis.code):
        raise Refused("diagnosis.code", "{code} is no ICD code; one looks like C50 or C50.4.", code=diagnosis.code)


def _refuse_known(tx: Transaction, donor: NewDonor, token: str | None) -> None:
    if donor.code is not None and tx.count(DONOR, DONOR.c.code == donor.code):
        raise Conflict("donor.taken", "There is already a donor {code}.", code=donor.code)
    if token is not None:
        known = tx.connection.scalar(select(DONOR.c.code).where(DONOR.c.link_token == token))
        if known is not None:
            raise Conflict("donor.known", "This patient is already here as donor {code}.", code=known)


def _row(number: int, code: str, donor: NewDonor, custodian_id: int, token: str | None) -> dict[str, Any]:
    return {
        "id": number,
        "code": code,
        "custodian_id": custodian_id,
        "state": DonorState.ACTIVE,
        "sex": donor.sex,
        "birth_year": donor.birth_year,
        "birth_month": donor.birth_month,
        "country": donor.country,
        "study": donor.study,
        "note": donor.note,
        "link_token": token,
        "profile_id": None,
        "diagnosis": donor.diagnoses[0].code if donor.diagnoses else None,
    }


def _diagnosis(diagnosis: NewDiagnosis) -> dict[str, Any]:
    return {name: getattr(diagnosis, name) for name in NewDiagnosis.__dataclass_fields__}
