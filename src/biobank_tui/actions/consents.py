"""Consent forms, and what donors answered on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from biobank_tui.actions.lapsing import end_waiting
from biobank_tui.actions.rejudging import rejudge_donors
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.in_force import bring_into_force, profile_id
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.bank.withdrawn import days_withdrawn
from biobank_tui.model import ExpressedBy
from biobank_tui.model.tables import (
    CONSENT,
    CONSENT_FORM,
    DONOR,
    FORM_PERMISSION,
)
from biobank_tui.queries import finding
from biobank_tui.rules import moments
from biobank_tui.rules.consent import Answer, LegalBasis, Profile, Reply
from biobank_tui.rules.duo import permission as known_permission
from biobank_tui.rules.errors import Conflict, NotFound, Refused
from biobank_tui.rules.lifecycles import (
    ConsentState,
    DonorState,
)
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.positions import chosen
from biobank_tui.rules.withdrawing import Cause, outlasts


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

    given, expires: dates. document: SHA-256 (hex) of the signed document. follows: it was signed after the donor
    withdrew on that same day; unless that is said, the withdrawal wins on its day.
    """

    donor: str
    form: str
    answers: Mapping[str, str]
    given: str
    expressed_by: str = ExpressedBy.DONOR
    expires: str | None = None
    document: str | None = None
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """A consent that was written down (id) and what it is. withdrew: the day whose withdrawal it does not outlast."""

    id: int
    state: ConsentState
    withdrew: str | None = None


def add_form(bank: Bank, actor: Actor, new: NewForm) -> int:
    """Add one version of a form with its coded questions; its id."""
    basis = chosen(LegalBasis, new.basis)
    questions = [_question(text) for text in new.permissions]
    if not questions:
        raise Refused("form.empty", "A form asks at least one coded question.")
    codes = [code for code, _parameter in dict.fromkeys(questions)]
    for code in codes:
        if codes.count(code) > 1:
            raise Refused(
                "form.twice",
                "The form asks {code} twice; put what it names into one question, as in DS:C50,C61.",
                code=code,
            )
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


def record_consent(bank: Bank, actor: Actor, new: NewConsent) -> Recorded:
    """Record what a donor answered; it supersedes what stood before, unless the donor withdrew since."""
    with bank.transaction(actor, Verb.CONSENT_RECORD) as tx:
        donor = finding.donor(tx.connection, new.donor)
        tx.permit([donor["custodian_id"]])
        form = find_form(tx, new.form)
        given = _date(new.given) or tx.at[:10]
        expires = _date(new.expires)
        if given[:10] > tx.at[:10]:
            raise Refused("consent.future", "A consent cannot be dated {given}; that day has not come.", given=given)
        _refuse_outside(form, given)
        if expires is not None and expires < given[: len(expires)]:
            raise Refused(
                "consent.expires",
                "The consent would run out on {expires}, before it was given on {given}.",
                expires=expires,
                given=given,
            )
        profile = profile_id(tx, _profile(tx, form, new.answers))
        standing = tx.connection.execute(
            select(CONSENT.c.id, CONSENT.c.given).where(
                CONSENT.c.donor_id == donor["id"], CONSENT.c.state == ConsentState.ACTIVE
            )
        ).all()
        ended = days_withdrawn(tx.connection, [donor["id"]]).get(donor["id"], [])
        if new.follows:
            _refuse_unfollowing(donor["code"], given, ended)
        outlasting = outlasts(given, ended, follows=new.follows)
        newest = all(row.given <= given for row in standing) and outlasting
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
            rejudge_donors(tx, [donor["id"]], Cause.CONSENT)
            end_waiting(tx, [donor["id"]])
            if donor["state"] == DonorState.WITHDRAWN:
                tx.update(DONOR, {donor["id"]: {"state": DonorState.ACTIVE}})
        tx.subject = donor["code"]
        tx.facts = {**tx.facts, "form": f"{form['code']}/{form['version']}", "state": state}
        if new.follows:
            tx.facts["follows"] = max(ended)
        return Recorded(consent, state, None if outlasting else max(ended))


def _refuse_unfollowing(donor: str, given: str, ended: Sequence[str]) -> None:
    """What is said to follow a withdrawal follows one."""
    if not ended:
        raise Refused(
            "consent.follows_nothing", "{donor} has not withdrawn: there is no withdrawal that this follows.",
            donor=donor,
        )  # fmt: skip
    if not outlasts(given, ended, follows=True):
        raise Refused(
            "consent.follows_later", "A consent of {given} does not follow the withdrawal of {day}; look at both days.",
            given=given, day=max(ended),
        )  # fmt: skip


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


def _refuse_outside(form: RowMapping, given: str) -> None:
    """A version of a form is used between its days only; partial dates are taken for what they may mean."""
    first, last = form["valid_from"], form["valid_to"]
    early = first is not None and given[: len(first)] < first[: len(given)]
    late = last is not None and given[: len(last)] > last[: len(given)]
    if early or late:
        raise Refused(
            "form.outside",
            "{form} may be used from {first} to {last}; this was given on {given}.",
            form=f"{form['code']}/{form['version']}",
            first=first or "…",
            last=last or "…",
            given=given,
        )


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
