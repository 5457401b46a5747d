"""Consents run out by the calendar: past their last day, or at the majority of a donor for whom a guardian spoke.

Eligibility heeds the day by itself; this act writes it down, day by day from cron or from the bench.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from biobank_tui.actions.holding import lay_hold, lift
from biobank_tui.actions.rejudging import rejudge_donors
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.in_force import bring_into_force, pools_of_donors
from biobank_tui.bank.transaction import Actor, Transaction, grants_of
from biobank_tui.model import ExpressedBy
from biobank_tui.model.tables import CONSENT, DONOR, HOLD, SAMPLE
from biobank_tui.queries.lapses import coming_of_age
from biobank_tui.rules.lifecycles import TERMINAL, ConsentState, HoldKind, SampleStatus
from biobank_tui.rules.majority import OF_AGE
from biobank_tui.rules.permissions import Verb, reaches, roles_for
from biobank_tui.rules.withdrawing import Cause


@dataclass(frozen=True, slots=True)
class Lapsed:
    """expired: consents past their last day. of_age: donors whose guardian's consent ended; both as donors' codes.

    held: samples put on hold until their donors decide. released: reservations that ended with it. left: donors whose
    consents ran out too, and whose custodian the actor's role does not reach.
    """

    expired: tuple[str, ...]
    of_age: tuple[str, ...]
    held: int
    released: int
    left: int = 0


def expire_consents(bank: Bank, actor: Actor) -> Lapsed:
    """Mark what has run out; samples of donors who came of age go on hold until these decide. One entry, or none.

    Somebody whose role is an organisation's does so for its donors alone; the others are left, and counted.
    """
    with bank.read() as connection:
        due = _due(connection, bank.clock())
        mine, left = _within(connection, actor, due) if due else ([], 0)
        if not mine:
            return Lapsed((), (), 0, 0, left)
    with bank.transaction(actor, Verb.CONSENT_EXPIRE) as tx:
        mine, left = _within(tx.connection, actor, _due(tx.connection, tx.at))
        tx.permit({each.custodian_id for each in mine})
        tx.update_all(CONSENT, [each.consent_id for each in mine], state=ConsentState.EXPIRED)
        of_age = {each.donor_id: each.code for each in mine if each.of_age}
        expired = {each.donor_id: each.code for each in mine if each.donor_id not in of_age}
        bring_into_force(tx, dict.fromkeys([*expired, *of_age]))
        released = rejudge_donors(tx, list(expired), Cause.EXPIRY).reservations
        released += rejudge_donors(tx, list(of_age), Cause.MAJORITY).reservations
        held = sum(_wait(tx, donor) for donor in of_age)
        tx.facts = {"expired": len(expired), "of_age": len(of_age), "held": held, "released": released}
        if left:
            tx.facts["left"] = left
        return Lapsed(tuple(sorted(expired.values())), tuple(sorted(of_age.values())), held, released, left)


def end_waiting(tx: Transaction, donors: Collection[int]) -> None:
    """Lift the hold that waits for a donor's own word, where the consent in force is theirs."""
    decided = select(CONSENT.c.donor_id).where(
        CONSENT.c.donor_id == HOLD.c.target_id,
        CONSENT.c.state == ConsentState.ACTIVE,
        CONSENT.c.expressed_by == ExpressedBy.DONOR,
    )
    holds = tx.connection.scalars(
        select(HOLD.c.id).where(
            HOLD.c.noun == "donor",
            among(tx.connection, HOLD.c.target_id, donors),
            HOLD.c.kind == HoldKind.CONSENT,
            HOLD.c.reason == OF_AGE,
            HOLD.c.released.is_(None),
            decided.exists(),
        )
    ).all()
    if holds:
        lift(tx, holds)


def _wait(tx: Transaction, donor_id: int) -> int:
    pools = pools_of_donors(tx.connection, [donor_id])
    theirs = SAMPLE.c.donor_id == donor_id
    if pools:
        theirs |= among(tx.connection, SAMPLE.c.id, pools)
    here = tx.connection.scalars(
        select(SAMPLE.c.id)
        .where(theirs, SAMPLE.c.status.not_in(TERMINAL | {SampleStatus.IN_TRANSIT}))
        .order_by(SAMPLE.c.id)
    ).all()
    lay_hold(tx, HoldKind.CONSENT, "donor", donor_id, OF_AGE, here)
    return len(here)


@dataclass(frozen=True, slots=True)
class _Due:
    """A consent that holds no longer, and whose it is."""

    consent_id: int
    donor_id: int
    code: str
    custodian_id: int
    of_age: bool


def _due(connection: Connection, at: str) -> list[_Due]:
    """All that has run out by now; a guardian's consent of a donor come of age once, as such."""
    grown = [each.consent_id for each in coming_of_age(connection, at[:10])]
    expired = (CONSENT.c.state == ConsentState.ACTIVE) & (CONSENT.c.expires < at[:10])
    found: dict[int, _Due] = {}
    for which, of_age in ((expired, False), (among(connection, CONSENT.c.id, grown), True)):
        rows = connection.execute(
            select(CONSENT.c.id, CONSENT.c.donor_id, DONOR.c.code, DONOR.c.custodian_id)
            .join(DONOR, DONOR.c.id == CONSENT.c.donor_id)
            .where(which)
            .order_by(CONSENT.c.id)
        )
        found |= {row.id: _Due(*row, of_age=of_age) for row in rows}
    return list(found.values())


def _within(connection: Connection, actor: Actor, due: Sequence[_Due]) -> tuple[list[_Due], int]:
    """Those of donors whose custodian the actor's role reaches; of how many donors the others are."""
    grants = roles_for(Verb.CONSENT_EXPIRE, grants_of(connection, actor.person_id or 0))
    mine = [each for each in due if reaches(grants, frozenset({each.custodian_id}))]
    reached = {each.donor_id for each in mine}
    return mine, len({each.donor_id for each in due} - reached)
