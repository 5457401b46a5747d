"""Consents run out by the calendar: past their last day, or at the majority of a donor for whom a guardian spoke.

Eligibility heeds the day by itself; this act writes it down, day by day from cron or from the bench.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from biobank_tui.actions.holding import lay_hold, lift
from biobank_tui.actions.rejudging import rejudge_donors
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.in_force import bring_into_force
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model import ExpressedBy
from biobank_tui.model.tables import CONSENT, DONOR, HOLD, SAMPLE
from biobank_tui.queries.lapses import coming_of_age
from biobank_tui.rules.lifecycles import TERMINAL, ConsentState, HoldKind, SampleStatus
from biobank_tui.rules.majority import OF_AGE
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.withdrawing import Cause


@dataclass(frozen=True, slots=True)
class Lapsed:
    """expired: consents past their last day. of_age: donors whose guardian's consent ended; both as donors' codes.

    held: samples put on hold until their donors decide. released: reservations that ended with it.
    """

    expired: tuple[str, ...]
    of_age: tuple[str, ...]
    held: int
    released: int


def expire_consents(bank: Bank, actor: Actor) -> Lapsed:
    """Mark what has run out; samples of donors who came of age go on hold until these decide. One entry, or none."""
    with bank.read() as connection:
        if not _expired(connection, bank.clock()) and not coming_of_age(connection, bank.clock()[:10]):
            return Lapsed((), (), 0, 0)
    with bank.transaction(actor, Verb.CONSENT_EXPIRE) as tx:
        grown = coming_of_age(tx.connection, tx.at[:10])
        of_age = {each.donor_id: each for each in grown}
        expired = {row.donor_id: row for row in _expired(tx.connection, tx.at) if row.donor_id not in of_age}
        tx.permit({row.custodian_id for row in expired.values()} | _custodians(tx, list(of_age)))
        ended = [row.id for row in _expired(tx.connection, tx.at)] + [each.consent_id for each in grown]
        tx.update_all(CONSENT, dict.fromkeys(ended), state=ConsentState.EXPIRED)
        bring_into_force(tx, dict.fromkeys([*expired, *of_age]))
        released = rejudge_donors(tx, list(expired), Cause.EXPIRY).reservations
        released += rejudge_donors(tx, list(of_age), Cause.MAJORITY).reservations
        held = sum(_wait(tx, donor) for donor in of_age)
        tx.facts = {"expired": len(expired), "of_age": len(of_age), "held": held, "released": released}
        return Lapsed(
            tuple(sorted(row.code for row in expired.values())),
            tuple(sorted(each.code for each in of_age.values())),
            held,
            released,
        )


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
    here = tx.connection.scalars(
        select(SAMPLE.c.id)
        .where(SAMPLE.c.donor_id == donor_id, SAMPLE.c.status.not_in(TERMINAL | {SampleStatus.IN_TRANSIT}))
        .order_by(SAMPLE.c.id)
    ).all()
    lay_hold(tx, HoldKind.CONSENT, "donor", donor_id, OF_AGE, here)
    return len(here)


def _custodians(tx: Transaction, donors: Sequence[int]) -> set[int]:
    return set(tx.connection.scalars(select(DONOR.c.custodian_id).where(among(tx.connection, DONOR.c.id, donors))))


def _expired(connection: Connection, at: str) -> Sequence[Row[Any, Any, Any, Any]]:
    return connection.execute(
        select(CONSENT.c.id, CONSENT.c.donor_id, DONOR.c.code, DONOR.c.custodian_id)
        .join(DONOR, DONOR.c.id == CONSENT.c.donor_id)
        .where(CONSENT.c.state == ConsentState.ACTIVE, CONSENT.c.expires < at[:10])
        .order_by(CONSENT.c.id)
    ).all()
