"""Holds are laid on samples, donors and storage units, and released."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.in_force import pools_of_donors
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import DONOR, HOLD, HOLD_SAMPLE, SAMPLE, STORAGE_UNIT, WITHDRAWAL
from biobank_tui.queries import finding
from biobank_tui.queries.storage import under
from biobank_tui.rules.errors import NotFound, Refused
from biobank_tui.rules.lifecycles import DonorState, HoldKind
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.positions import chosen


def hold_samples(bank: Bank, actor: Actor, codes: Sequence[str], kind: str, reason: str) -> int:
    """Lay one hold on each of these samples; how many."""
    chosen_kind = chosen(HoldKind, kind)
    with bank.transaction(actor, Verb.SAMPLE_HOLD, reason=reason) as tx:
        tubes = finding.samples(tx.connection, codes)
        tx.permit({tube["custodian_id"] for tube in tubes})
        for tube in tubes:
            lay_hold(tx, chosen_kind, "sample", tube["id"], reason, [tube["id"]])
        tx.subject = tubes[0]["code"] if tubes else None
        return len(tubes)


def hold_donor(bank: Bank, actor: Actor, code: str, kind: str, reason: str) -> int:
    """Lay a hold on a donor: on every sample of theirs, now and to come, and on pools they have a share in.

    How many tubes there are now.
    """
    with bank.transaction(actor, Verb.SAMPLE_HOLD, reason=reason) as tx:
        donor = finding.donor(tx.connection, code)
        tx.permit([donor["custodian_id"]])
        own = tx.connection.scalars(select(SAMPLE.c.id).where(SAMPLE.c.donor_id == donor["id"])).all()
        ids = sorted({*own, *pools_of_donors(tx.connection, [donor["id"]])})
        lay_hold(tx, chosen(HoldKind, kind), "donor", donor["id"], reason, ids)
        tx.subject = donor["code"]
        return len(ids)


def hold_unit(bank: Bank, actor: Actor, code: str, kind: str, reason: str) -> int:
    """Lay a hold on everything in a unit just now, wherever it is moved to; how many samples."""
    with bank.transaction(actor, Verb.SAMPLE_HOLD, reason=reason) as tx:
        unit = finding.unit(tx.connection, code)
        rows = tx.connection.execute(
            select(SAMPLE.c.id, SAMPLE.c.custodian_id)
            .select_from(SAMPLE.join(STORAGE_UNIT, STORAGE_UNIT.c.id == SAMPLE.c.unit_id))
            .where(under(unit["path"]))
        ).all()
        tx.permit({row.custodian_id for row in rows} or [unit["organisation_id"]])
        lay_hold(tx, chosen(HoldKind, kind), "storage_unit", unit["id"], reason, [row.id for row in rows])
        tx.subject = unit["code"]
        return len(rows)


def release(bank: Bank, actor: Actor, code: str, reason: str) -> int:
    """Release every hold that was laid on this sample, donor or unit itself; how many samples are freed by it."""
    with bank.transaction(actor, Verb.SAMPLE_RELEASE, reason=reason) as tx:
        noun, target, custodian = _target(tx, code)
        tx.permit([custodian])
        holds = tx.connection.scalars(
            select(HOLD.c.id).where(HOLD.c.noun == noun, HOLD.c.target_id == target, HOLD.c.released.is_(None))
        ).all()
        if not holds:
            raise Refused("hold.absent", "No hold stands on {code} itself.", code=code)
        of_withdrawal = set(
            tx.connection.scalars(
                select(WITHDRAWAL.c.hold_id)
                .join(DONOR, DONOR.c.id == WITHDRAWAL.c.donor_id)
                .where(WITHDRAWAL.c.hold_id.in_(holds), DONOR.c.state == DonorState.WITHDRAWN)
            )
        )
        others = [hold for hold in holds if hold not in of_withdrawal]
        if not others:
            raise Refused(
                "hold.withdrawn",
                "Donor {code} has withdrawn; this hold stands until they sign a new consent.",
                code=code,
            )
        tx.subject = code
        return lift(tx, others)


def lift(tx: Transaction, holds: Sequence[int]) -> int:
    """Release holds within an act already under way; how many samples stood under them."""
    tx.update_all(HOLD, holds, released=tx.at)
    under_them = tx.connection.scalars(
        select(HOLD_SAMPLE.c.sample_id).where(among(tx.connection, HOLD_SAMPLE.c.hold_id, holds))
    ).all()
    _count(tx, under_them, -1)
    return len(set(under_them))


def lay_hold(tx: Transaction, kind: HoldKind, noun: str, target_id: int, reason: str, samples: Sequence[int]) -> int:
    """Lay a hold within an act already under way; its id."""
    hold = tx.add(
        HOLD,
        kind=kind,
        noun=noun,
        target_id=target_id,
        reason=reason,
        person_id=tx.actor.person_id,
        laid=tx.at,
        released=None,
    )
    if samples:
        first, _prefix = tx.allocate("hold_sample", len(samples))
        rows = [{"id": number, "hold_id": hold, "sample_id": sample} for number, sample in enumerate(samples, first)]
        tx.insert(HOLD_SAMPLE, rows)
        _count(tx, samples, +1)
    return hold


def _count(tx: Transaction, samples: Sequence[int], step: int) -> None:
    changes: dict[int, int] = {}
    for sample in samples:
        changes[sample] = changes.get(sample, 0) + step
    rows = tx.connection.execute(select(SAMPLE.c.id, SAMPLE.c.holds).where(among(tx.connection, SAMPLE.c.id, changes)))
    tx.update(SAMPLE, {row.id: {"holds": row.holds + changes[row.id]} for row in rows.all()})


def _target(tx: Transaction, code: str) -> tuple[str, int, int | None]:
    for noun, find, custodian in (
        ("sample", finding.sample, "custodian_id"),
        ("donor", finding.donor, "custodian_id"),
        ("storage_unit", finding.unit, "organisation_id"),
    ):
        try:
            row = find(tx.connection, code)
        except NotFound:
            continue
        return noun, row["id"], row[custodian]
    raise NotFound("hold.unknown", "There is no sample, donor or storage unit {code}.", code=code)
