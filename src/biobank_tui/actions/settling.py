"""What a donor who withdrew chose is carried out, under a signature: samples destroyed, returned or anonymised."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import RowMapping, func, select

from biobank_tui.actions.holding import lay_hold, lift
from biobank_tui.actions.samples import take_away
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import DONOR, EXTERNAL_IDENTIFIER, HOLD, HOLD_SAMPLE, SAMPLE, WITHDRAWAL
from biobank_tui.queries import finding
from biobank_tui.queries.disposal import waiting
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import DonorState, HoldKind, SampleStatus
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.withdrawing import Outcome

ENDS = {Outcome.DESTROY: SampleStatus.DESTROYED, Outcome.RETURN: SampleStatus.DISTRIBUTED}
"""The status that samples take by each outcome; anonymised ones stay in the bank."""


@dataclass(frozen=True, slots=True)
class Settling:
    """samples: codes or barcodes of those done now; none: all that wait. meaning: what the signature said."""

    donor: str
    reason: str
    samples: tuple[str, ...] = ()
    meaning: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done with how many; left: how many still wait, missing ones among them."""

    outcome: Outcome
    samples: int
    left: int


def settle(bank: Bank, actor: Actor, what: Settling) -> Settled:
    """Destroy or return samples of a donor who withdrew, or cut the link between them and the donor for ever."""
    with bank.transaction(actor, Verb.CONSENT_SETTLE, reason=what.reason) as tx:
        donor = finding.donor(tx.connection, what.donor)
        tx.permit([donor["custodian_id"]])
        if donor["state"] != DonorState.WITHDRAWN:
            raise Refused(
                "settle.consenting", "{donor} is not withdrawn; nothing of theirs is to be seen off.",
                donor=donor["code"],
            )  # fmt: skip
        withdrawal = _open(tx, donor)
        outcome = Outcome(withdrawal["outcome"])
        wait = waiting(tx.connection, withdrawal["id"])
        if outcome is Outcome.ANONYMISE:
            if what.samples:
                raise Refused("settle.whole", "A donor's samples are anonymised all at once.")
            done = _anonymise(tx, donor, withdrawal, wait)
        else:
            done = _end(tx, donor, outcome, wait, what.samples)
        left = [number for number in wait if number not in done]
        if not left:
            tx.update(WITHDRAWAL, {withdrawal["id"]: {"settled": tx.at}})
        tx.subject = donor["code"]
        tx.facts = {"outcome": str(outcome), "samples": len(done), "left": len(left)}
        if what.meaning:
            tx.facts["signed"] = what.meaning
        return Settled(outcome, len(done), len(left))


def _open(tx: Transaction, donor: RowMapping) -> RowMapping:
    found = (
        tx.connection.execute(
            select(WITHDRAWAL)
            .where(WITHDRAWAL.c.donor_id == donor["id"], WITHDRAWAL.c.settled.is_(None))
            .order_by(WITHDRAWAL.c.id.desc())
        )
        .mappings()
        .first()
    )
    if found is None:
        raise Refused("settle.none", "No withdrawal of {donor} waits to be carried out.", donor=donor["code"])
    return found


def _end(
    tx: Transaction, donor: RowMapping, outcome: Outcome, wait: Collection[int], codes: tuple[str, ...]
) -> set[int]:
    rows = finding.samples(tx.connection, codes) if codes else _rows(tx, wait)
    for row in rows:
        if row["id"] not in wait:
            raise Refused(
                "settle.other",
                "{sample} is not on the list of {donor}; nothing was done.",
                sample=row["code"],
                donor=donor["code"],
            )
    # What is missing or out of the house cannot be destroyed; it stays on the list until it is found.
    rows = [row for row in rows if row["status"] not in (SampleStatus.MISSING, SampleStatus.IN_TRANSIT)]
    if not rows:
        raise Refused("settle.nothing", "None of these tubes of {donor} is in the bank.", donor=donor["code"])
    tx.permit({row["custodian_id"] for row in rows})
    take_away(tx, rows, ENDS[outcome])
    return {row["id"] for row in rows}


def _anonymise(tx: Transaction, donor: RowMapping, withdrawal: RowMapping, wait: Collection[int]) -> set[int]:
    """Nothing in the bank's tables leads from these samples to the donor, or from the donor to a person, any more.

    They may be used again under the answers that stood before. Tubes that arrive late still raise the alarm.
    """
    theirs = tx.connection.scalars(select(SAMPLE.c.id).where(SAMPLE.c.donor_id == donor["id"])).all()
    numbers = tx.connection.execute(
        select(EXTERNAL_IDENTIFIER.c.id).where(
            ((EXTERNAL_IDENTIFIER.c.noun == "donor") & (EXTERNAL_IDENTIFIER.c.target_id == donor["id"]))
            | ((EXTERNAL_IDENTIFIER.c.noun == "sample") & among(tx.connection, EXTERNAL_IDENTIFIER.c.target_id, theirs))
        )
    ).scalars()
    blank = {number: {"value": f"anonymised {number}", "folded": f"anonymised {number}"} for number in numbers}
    tx.update(EXTERNAL_IDENTIFIER, blank)
    own = [number for number in wait if number in set(theirs)]
    lift(tx, [withdrawal["hold_id"]])
    hold = lay_hold(tx, HoldKind.CONSENT, "donor", donor["id"], tx.reason or "", ())
    tx.update(WITHDRAWAL, {withdrawal["id"]: {"hold_id": hold}})
    _forget_holds(tx, donor["id"])
    tx.update_all(SAMPLE, theirs, donor_id=None)
    tx.update_all(SAMPLE, own, profile_id=withdrawal["profile_id"])
    tx.update(DONOR, {donor["id"]: {"link_token": None, "birth_month": None, "note": None}})
    return set(wait)


def _forget_holds(tx: Transaction, donor_id: int) -> None:
    """Holds that were laid on the donor, and name the samples, become holds on one of the samples."""
    laid = tx.connection.execute(
        select(HOLD_SAMPLE.c.hold_id, func.min(HOLD_SAMPLE.c.sample_id))
        .join(HOLD, HOLD.c.id == HOLD_SAMPLE.c.hold_id)
        .where(HOLD.c.noun == "donor", HOLD.c.target_id == donor_id)
        .group_by(HOLD_SAMPLE.c.hold_id)
    ).all()
    tx.update(HOLD, {hold: {"noun": "sample", "target_id": sample} for hold, sample in laid})


def _rows(tx: Transaction, ids: Collection[int]) -> list[RowMapping]:
    return list(
        tx.connection.execute(
            select(SAMPLE).where(among(tx.connection, SAMPLE.c.id, ids)).order_by(SAMPLE.c.id)
        ).mappings()
    )
