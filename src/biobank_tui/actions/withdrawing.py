"""A donor withdraws, wholly or one permission: all that follows, at once and in one ledger entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from biobank_tui.actions.holding import lay_hold
from biobank_tui.actions.rejudging import TakenBack, Told, rejudge_donors, take_back
from biobank_tui.actions.releasing import unpack
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.in_force import bring_into_force, pools_of, profile_id
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import (
    CONSENT,
    CONSENT_PROFILE,
    DONOR,
    POOL_MEMBER,
    SAMPLE,
    SHIPMENT_ITEM,
    WITHDRAWAL,
)
from biobank_tui.queries import finding
from biobank_tui.queries.withdrawal import Foreseen, WithdrawalPreview, foresee
from biobank_tui.rules.consent import Profile, Reason
from biobank_tui.rules.duo import permission as known_permission
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import ConsentState, DonorState, HoldKind, SampleStatus
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.positions import chosen
from biobank_tui.rules.withdrawing import Affected, Cause, Outcome, PoolPolicy

WITHDRAWN = Reason("consent.withdrawn", "The donor has withdrawn consent.")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Permissions a donor takes back, by code; the rest stands."""

    donor: str
    permissions: tuple[str, ...]
    reason: str


def withdraw(
    bank: Bank,
    actor: Actor,
    donor_code: str,
    reason: str,
    *,
    outcome: str = Outcome.DESTROY,
    meaning: str | None = None,
) -> WithdrawalPreview:
    """Withdraw a donor's consent with all that follows from it; the figures of what was done.

    outcome: what becomes of the samples, as the donor chose. meaning: what the signature said; the ledger keeps it.
    """
    chose = Outcome(chosen(Outcome, outcome))
    with bank.transaction(actor, Verb.CONSENT_WITHDRAW, reason=reason) as tx:
        donor = finding.donor(tx.connection, donor_code)
        tx.permit([donor["custodian_id"]])
        if donor["state"] == DonorState.WITHDRAWN:
            raise Refused("donor.withdrawn", "Donor {code} has already withdrawn.", code=donor["code"])
        seen = foresee(tx.connection, donor["id"])
        done = seen.preview(donor["code"])
        tx.update_all(CONSENT, seen.consents, state=ConsentState.WITHDRAWN, withdrawn=tx.at)
        tx.update(DONOR, {donor["id"]: {"state": DonorState.WITHDRAWN}})
        _mark_shares(tx, seen)
        bring_into_force(tx, {donor["id"]: None})
        _take_back(tx, seen)
        tx.update_all(SAMPLE, seen.expected, status=SampleStatus.REJECTED)
        hold = _lay_holds(tx, seen, tx.reason or "")
        tx.add(
            WITHDRAWAL,
            donor_id=donor["id"],
            made=tx.at,
            outcome=chose,
            pools=seen.policy,
            hold_id=hold,
            profile_id=donor["profile_id"],
            entry=tx.number,
            settled=None,
        )
        tx.subject = donor["code"]
        counted = ("samples", "pools", "reservations", "picks", "unpacked", "expected")
        tx.facts = {name: getattr(done, name) for name in counted} | {"gone": list(done.gone), "outcome": str(chose)}
        if meaning:
            tx.facts["signed"] = meaning
        return done


def narrow(bank: Bank, actor: Actor, what: Narrowing) -> TakenBack:
    """A donor takes permissions back: a narrower consent supersedes the old one, and what it forbids is released.

    The paper stays the one that was signed; the reason says how the donor told.
    """
    with bank.transaction(actor, Verb.CONSENT_NARROW, reason=what.reason) as tx:
        donor = finding.donor(tx.connection, what.donor)
        tx.permit([donor["custodian_id"]])
        standing, narrowed = narrowing(tx, donor, what.permissions)
        profile = profile_id(tx, narrowed)
        tx.update(CONSENT, {standing["id"]: {"state": ConsentState.SUPERSEDED}})
        copied = ("donor_id", "form_id", "expressed_by", "expires", "document", "source")
        tx.add(
            CONSENT,
            **{name: standing[name] for name in copied},
            profile_id=profile,
            given=tx.at[:10],
            withdrawn=None,
            state=ConsentState.ACTIVE,
            revision=standing["revision"] + 1,
        )
        bring_into_force(tx, {donor["id"]: profile})
        taken = rejudge_donors(tx, [donor["id"]], Cause.CONSENT)
        tx.subject = donor["code"]
        tx.facts = {**tx.facts, "taken_back": list(what.permissions)}
        return taken


def narrowing(tx: Transaction, donor: RowMapping, permissions: Sequence[str]) -> tuple[RowMapping, Profile]:
    """The consent in force, and its answers without these permissions; Refused where there is nothing to take back."""
    standing = (
        tx.connection.execute(
            select(CONSENT, CONSENT_PROFILE.c.answers)
            .join(CONSENT_PROFILE, CONSENT_PROFILE.c.id == CONSENT.c.profile_id)
            .where(CONSENT.c.donor_id == donor["id"], CONSENT.c.state == ConsentState.ACTIVE)
            .order_by(CONSENT.c.given.desc(), CONSENT.c.id.desc())
        )
        .mappings()
        .first()
    )
    if standing is None or donor["profile_id"] is None:
        raise Refused("consent.none_in_force", "No consent of {donor} is in force.", donor=donor["code"])
    if not permissions:
        raise Refused("consent.narrow_what", "Name the permissions that are taken back.")
    profile = Profile.from_json(standing["answers"])
    for text in permissions:
        code = known_permission(text)
        if not profile.granted(code):
            raise Refused(
                "consent.not_granted",
                "{donor} has not granted {code}; granted are {granted}.",
                donor=donor["code"],
                code=str(code),
                granted=", ".join(dict.fromkeys(reply.code for reply in profile.answers if reply.answer == "yes")),
            )
        profile = profile.narrowed(code)
    return standing, profile


def _mark_shares(tx: Transaction, seen: Foreseen) -> None:
    kept: dict[int, int | None] = {}
    if seen.policy is PoolPolicy.KEEP and seen.members:
        rows = tx.connection.execute(
            select(POOL_MEMBER.c.id, SAMPLE.c.profile_id)
            .join(SAMPLE, SAMPLE.c.id == POOL_MEMBER.c.sample_id)
            .where(among(tx.connection, POOL_MEMBER.c.id, seen.members))
        )
        kept = {row.id: row.profile_id for row in rows}
    tx.update(POOL_MEMBER, {row: {"withdrawn": tx.at, "kept_profile_id": kept.get(row)} for row in seen.members})


def _take_back(tx: Transaction, seen: Foreseen) -> None:
    sent = [
        Told(each.project_id, each.sample_id, each.request_id, Affected.SENT, WITHDRAWN)
        for each in seen.sent
        if each.project_id is not None
    ]
    take_back(tx, seen.given, {each.reservation_id: WITHDRAWN for each in seen.given}, Cause.WITHDRAWAL, sent)
    stray = select(SHIPMENT_ITEM.c.sample_id).where(among(tx.connection, SHIPMENT_ITEM.c.id, seen.stray))
    unpack(tx, stray, str(WITHDRAWN))


def _lay_holds(tx: Transaction, seen: Foreseen, reason: str) -> int:
    """One hold on the donor for what is theirs, late tubes too; one on each pool that waits for a decision."""
    doomed = seen.pools if seen.policy is PoolPolicy.DESTROY else ()
    hold = lay_hold(tx, HoldKind.CONSENT, "donor", seen.donor_id, reason, (*seen.here, *doomed))
    if seen.policy is not PoolPolicy.HOLD:
        return hold
    left = set(seen.pools)
    roots = tx.connection.scalars(
        select(POOL_MEMBER.c.pool_id)
        .where(among(tx.connection, POOL_MEMBER.c.id, seen.members))
        .order_by(POOL_MEMBER.c.pool_id)
        .distinct()
    ).all()
    for root in roots:
        own = {root, *_made_of(tx, root)} & left
        left -= own
        if own:
            lay_hold(tx, HoldKind.CONSENT, "sample", root, reason, sorted(own))
    return hold


def _made_of(tx: Transaction, root: int) -> list[int]:
    found, edge = [root], [root]
    while edge:
        made = tx.connection.scalars(select(SAMPLE.c.id).where(among(tx.connection, SAMPLE.c.parent_id, edge))).all()
        edge = [*made, *(tube for tube in pools_of(tx.connection, edge) if tube not in found)]
        edge = [tube for tube in edge if tube not in found]
        found += edge
    return found
