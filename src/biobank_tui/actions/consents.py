"""Consent forms, what donors answered on them, and the withdrawal of what they answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, func, select

from biobank_tui.actions.holding import lay_hold
from biobank_tui.actions.releasing import end_reservations, release_refused
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.in_force import bring_into_force, pools_of, profile_id
from biobank_tui.bank.settings import setting
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model import ExpressedBy
from biobank_tui.model.tables import (
    CONSENT,
    CONSENT_FORM,
    DONOR,
    FORM_PERMISSION,
    PICK_ITEM,
    REQUEST,
    RESERVATION,
    SAMPLE,
)
from biobank_tui.queries import finding
from biobank_tui.rules import moments
from biobank_tui.rules.consent import Answer, LegalBasis, Profile, Reply
from biobank_tui.rules.duo import permission as known_permission
from biobank_tui.rules.errors import Conflict, NotFound, Refused
from biobank_tui.rules.lifecycles import (
    ConsentState,
    DonorState,
    HoldKind,
    ReservationState,
    SampleStatus,
)
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.positions import chosen


@dataclass(frozen=True, slots=True)
class NewForm:
    """permissions: coded questions, each a code, with its parameter after a colon where it has one ("DS:C50")."""

    code: str
    version: str
    title: str
    permissions: tuple[str, ...]
    language: str = "en"
    basis: str = LegalBasis.CONSENT
    valid_from: str | None = None
    valid_to: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class NewConsent:
    """form: "CODE", "CODE/VERSION" or "CODE/VERSION/LANGUAGE". answers: permission → yes or no.

    given, expires: dates. document: SHA-256 (hex) of the signed document.
    """

    donor: str
    form: str
    answers: Mapping[str, str]
    given: str
    expressed_by: str = ExpressedBy.DONOR
    expires: str | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal did, counted; gone: codes of samples that had already left the bank."""

    samples: int
    pools: int
    reservations: int
    picks: int
    expected: int
    gone: tuple[str, ...]


def add_form(bank: Bank, actor: Actor, new: NewForm) -> int:
    """Add one version of a form with its coded questions; its id."""
    basis = chosen(LegalBasis, new.basis)
    questions = [_question(text) for text in new.permissions]
    if not questions:
        raise Refused("form.empty", "A form asks at least one coded question.")
    with bank.transaction(actor, Verb.CONSENT_FORM) as tx:
        tx.permit()
        if tx.count(
            CONSENT_FORM,
            CONSENT_FORM.c.code == new.code,
            CONSENT_FORM.c.version == new.version,
            CONSENT_FORM.c.language == new.language,
        ):
            raise Conflict(
                "form.taken",
                "There is already a form {code} version {version} in {language}.",
                code=new.code,
                version=new.version,
                language=new.language,
            )
        form = tx.add(
            CONSENT_FORM,
            code=new.code,
            version=new.version,
            language=new.language,
            title=new.title,
            basis=basis,
            valid_from=_date(new.valid_from),
            valid_to=_date(new.valid_to),
            digest=new.digest,
        )
        for permission, parameter in dict.fromkeys(questions):
            tx.add(FORM_PERMISSION, form_id=form, permission=permission, parameter=parameter, wording=None)
        tx.subject = f"{new.code}/{new.version}/{new.language}"
        return form


def record_consent(bank: Bank, actor: Actor, new: NewConsent) -> int:
    """Record what a donor answered; it supersedes what stood before. The consent's id."""
    with bank.transaction(actor, Verb.CONSENT_RECORD) as tx:
        donor = finding.donor(tx.connection, new.donor)
        tx.permit([donor["custodian_id"]])
        form = find_form(tx, new.form)
        given = _date(new.given) or tx.at[:10]
        expires = _date(new.expires)
        if given[:10] > tx.at[:10]:
            raise Refused("consent.future", "A consent cannot be dated {given}; that day has not come.", given=given)
        profile = profile_id(tx, _profile(tx, form, new.answers))
        standing = tx.connection.execute(
            select(CONSENT.c.id, CONSENT.c.given).where(
                CONSENT.c.donor_id == donor["id"], CONSENT.c.state == ConsentState.ACTIVE
            )
        ).all()
        withdrawn = tx.connection.scalar(select(func.max(CONSENT.c.withdrawn)).where(CONSENT.c.donor_id == donor["id"]))
        newest = all(row.given <= given for row in standing) and (withdrawn is None or given >= withdrawn[:10])
        in_force = newest and (expires is None or expires >= tx.at[:10])
        state = ConsentState.ACTIVE if in_force else (ConsentState.EXPIRED if newest else ConsentState.SUPERSEDED)
        consent = tx.add(
            CONSENT,
            donor_id=donor["id"],
            form_id=form["id"],
            profile_id=profile,
            given=given,
            expressed_by=chosen(ExpressedBy, new.expressed_by),
            expires=expires,
            withdrawn=None,
            state=state,
            document=new.document,
            source=None,
            revision=1,
        )
        if in_force:
            tx.update_all(CONSENT, [row.id for row in standing], state=ConsentState.SUPERSEDED)
            bring_into_force(tx, {donor["id"]: profile})
            _release_forbidden(tx, donor["id"])
            if donor["state"] == DonorState.WITHDRAWN:
                tx.update(DONOR, {donor["id"]: {"state": DonorState.ACTIVE}})
        tx.subject = donor["code"]
        tx.facts = {"form": f"{form['code']}/{form['version']}", "state": state}
        return consent


def withdraw(bank: Bank, actor: Actor, donor_code: str, reason: str) -> Withdrawn:
    """Withdraw a donor's consent with all that follows from it, at once and in one entry."""
    with bank.transaction(actor, Verb.CONSENT_WITHDRAW, reason=reason) as tx:
        donor = finding.donor(tx.connection, donor_code)
        tx.permit([donor["custodian_id"]])
        if donor["state"] == DonorState.WITHDRAWN:
            raise Refused("donor.withdrawn", "Donor {code} has already withdrawn.", code=donor["code"])
        active = tx.connection.scalars(
            select(CONSENT.c.id).where(CONSENT.c.donor_id == donor["id"], CONSENT.c.state == ConsentState.ACTIVE)
        ).all()
        tx.update_all(CONSENT, active, state=ConsentState.WITHDRAWN, withdrawn=tx.at)
        tx.update(DONOR, {donor["id"]: {"state": DonorState.WITHDRAWN}})
        bring_into_force(tx, {donor["id"]: None})
        own = tx.connection.execute(
            select(SAMPLE.c.id, SAMPLE.c.code, SAMPLE.c.status).where(SAMPLE.c.donor_id == donor["id"])
        ).all()
        pools = (
            pools_of(tx.connection, [row.id for row in own])
            if setting(tx.connection, "pool_withdrawal") == "hold"
            else []
        )
        result = _effects(tx, own, pools, reason, donor)
        tx.subject = donor["code"]
        tx.facts = {name: getattr(result, name) for name in ("samples", "pools", "reservations", "picks", "expected")}
        tx.facts["gone"] = list(result.gone)
        return result


def _effects(tx: Transaction, own: Sequence[Any], pools: Sequence[int], reason: str, donor: RowMapping) -> Withdrawn:
    gone = (SampleStatus.DISTRIBUTED, SampleStatus.CONSUMED, SampleStatus.DESTROYED, SampleStatus.REJECTED)
    here = [row.id for row in own if row.status not in gone] + list(pools)
    expected = [row.id for row in own if row.status == SampleStatus.EXPECTED]
    standing = tx.connection.execute(
        select(RESERVATION.c.id, RESERVATION.c.sample_id).where(
            among(tx.connection, RESERVATION.c.sample_id, here),
            RESERVATION.c.state.in_([ReservationState.ACTIVE, ReservationState.PICKED]),
        )
    ).all()
    picks = tx.count(PICK_ITEM, among(tx.connection, PICK_ITEM.c.sample_id, here), PICK_ITEM.c.state == "to_pick")
    end_reservations(tx, [row.id for row in standing], ReservationState.RELEASED, "withdrawal")
    tx.update_all(SAMPLE, expected, status=SampleStatus.REJECTED)
    lay_hold(tx, HoldKind.CONSENT, "donor", donor["id"], reason, [number for number in here if number not in expected])
    return Withdrawn(
        len(here) - len(expected) - len(pools),
        len(pools),
        len(standing),
        picks,
        len(expected),
        tuple(row.code for row in own if row.status == SampleStatus.DISTRIBUTED),
    )


def find_form(tx: Transaction, text: str) -> RowMapping:
    """The form of "CODE[/VERSION[/LANGUAGE]]"; the newest version where none is named."""
    code, version, language = [*text.split("/"), None, None][:3]
    query = select(CONSENT_FORM).where(CONSENT_FORM.c.code == code).order_by(CONSENT_FORM.c.id.desc())
    if version:
        query = query.where(CONSENT_FORM.c.version == version)
    if language:
        query = query.where(CONSENT_FORM.c.language == language)
    found = tx.connection.execute(query).mappings().first()
    if found is None:
        raise NotFound("form.unknown", "There is no consent form {form} in this bank.", form=text)
    return found


def _release_forbidden(tx: Transaction, donor_id: int) -> None:
    """Take back from projects what the answers now in force no longer permit them."""
    projects = tx.connection.scalars(
        select(REQUEST.c.project_id)
        .select_from(RESERVATION.join(REQUEST).join(SAMPLE, SAMPLE.c.id == RESERVATION.c.sample_id))
        .where(
            SAMPLE.c.donor_id == donor_id,
            RESERVATION.c.state.in_([ReservationState.ACTIVE, ReservationState.PICKED]),
        )
        .distinct()
    ).all()
    for project in projects:
        release_refused(tx, project)


def _profile(tx: Transaction, form: RowMapping, answers: Mapping[str, str]) -> Profile:
    questions = tx.connection.execute(
        select(FORM_PERMISSION.c.permission, FORM_PERMISSION.c.parameter).where(FORM_PERMISSION.c.form_id == form["id"])
    ).all()
    unknown = answers.keys() - {row.permission for row in questions}
    if unknown:
        raise Refused(
            "consent.question",
            "The form {form} does not ask {codes}; it asks {asked}.",
            form=form["code"],
            codes=", ".join(sorted(unknown)),
            asked=", ".join(row.permission for row in questions),
        )
    return Profile(
        LegalBasis(form["basis"]),
        tuple(
            Reply(row.permission, chosen(Answer, answers.get(row.permission, Answer.NOT_ASKED)), row.parameter)
            for row in questions
        ),
    )


def _question(text: str) -> tuple[str, str | None]:
    """A coded question, "HMB" or "DS:C50", as permission and parameter."""
    code, _colon, parameter = text.partition(":")
    return str(known_permission(code.strip())), parameter.strip() or None


def _date(text: str | None) -> str | None:
    return moments.parse_moment(text)[:10] if text else None
