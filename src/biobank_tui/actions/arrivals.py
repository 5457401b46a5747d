"""What became of a shipment: received in one step with each tube's outcome, come back, or lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, select

from biobank_tui.actions.dispatching import pass_turn
from biobank_tui.actions.donors import refuse_controls
from biobank_tui.actions.placing import Placing, put
from biobank_tui.actions.releasing import came_back
from biobank_tui.actions.samples import inherit_holds
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import SAMPLE, SHIPMENT, SHIPMENT_ITEM
from biobank_tui.queries import finding
from biobank_tui.queries.arrivals import Sent, SentItems, sent_items
from biobank_tui.queries.packing import request_of
from biobank_tui.queries.shipments import require_readable
from biobank_tui.rules import lifecycles
from biobank_tui.rules.errors import NotFound, Refused
from biobank_tui.rules.lifecycles import SampleStatus, ShipmentItemState, ShipmentState
from biobank_tui.rules.moments import compare_partial
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.positions import chosen
from biobank_tui.wall import clock

OUTCOMES = (
    ShipmentItemState.RECEIVED,
    ShipmentItemState.DAMAGED,
    ShipmentItemState.MISSING,
    ShipmentItemState.EXTRA,
)
"""What the recipient may say of a tube."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one tube. tube: its code, barcode, project code, or its hole. outcome: one of OUTCOMES."""

    tube: str
    outcome: str = ShipmentItemState.RECEIVED
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A shipment (code) as it arrived. rest: what all tubes not named are. received: now unless given.

    arrival: how it arrived, in words. unknown_extra: take codes that were not sent for extra ones.
    """

    shipment: str
    outcomes: tuple[Outcome, ...] = ()
    rest: str = ShipmentItemState.RECEIVED
    arrival: str | None = None
    received: str | None = None
    unknown_extra: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """How a receipt came out, counted. extra: codes of tubes that were not sent. alarms: extra tubes that are ours."""

    shipment: str
    state: ShipmentState
    received: int
    damaged: int
    missing: int
    extra: tuple[str, ...]
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Return:
    """Tubes of a shipment that come back. unit: where they are put, in filling order; nowhere yet unless given."""

    shipment: str
    tubes: tuple[str, ...]
    unit: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """Codes of tubes that are here again, and of donors among them who withdrew in the meantime."""

    samples: tuple[str, ...]
    alarms: tuple[str, ...]


def receive(bank: Bank, actor: Actor, receipt: Receipt) -> Received:
    """Take a shipment's receipt, every tube of it, in one act; later, what was missing may still be found."""
    rest = _outcome(receipt.rest)
    refuse_controls("arrival", receipt.arrival)
    with bank.transaction(actor, Verb.SHIPMENT_RECEIVE) as tx:
        shipment = finding.by_code(tx.connection, SHIPMENT, receipt.shipment)
        tx.subject = shipment["code"]
        request = request_of(tx.connection, shipment)
        sent = sent_items(tx.connection, shipment)
        tx.permit({item.custodian_id for item in sent.items} or [shipment["recipient_id"]], request["project_id"])
        # Who leads projects takes receipt for the own ones alone.
        require_readable(tx.connection, request, actor.person_id)
        first = shipment["state"] == ShipmentState.DISPATCHED
        if not first and shipment["state"] != ShipmentState.RECEIVED_WITH_DISCREPANCIES:
            raise Refused(
                "shipment.not_on_its_way", "{shipment} is {state}; only what is on its way can be received.",
                shipment=shipment["code"], state=shipment["state"],
            )  # fmt: skip
        told, extras = _matched(sent, receipt)
        open_states = (ShipmentItemState.PACKED, ShipmentItemState.MISSING)
        states: dict[int, tuple[ShipmentItemState, str | None]] = {}
        for item in sent.items:
            named = told.get(item.item_id)
            if named is not None and _outcome(named.outcome) != item.state:
                _refuse_here(shipment, item)
                states[item.item_id] = (
                    lifecycles.move(ShipmentItemState, item.state, _outcome(named.outcome)),
                    named.note,
                )
            elif named is None and first and item.state in open_states:
                states[item.item_id] = (rest, None)
        _write_outcomes(tx, sent, states)
        alarms = _write_extras(tx, shipment, extras)
        final = {item.item_id: ShipmentItemState(item.state) for item in sent.items} | {
            number: state for number, (state, _note) in states.items()
        }
        count = {state: sum(each is state for each in final.values()) for state in OUTCOMES}
        amiss = count[ShipmentItemState.DAMAGED] or count[ShipmentItemState.MISSING] or extras or not first
        state = ShipmentState.RECEIVED_WITH_DISCREPANCIES if amiss else ShipmentState.RECEIVED
        when = _arrived_at(tx, shipment, receipt)
        values: dict[str, Any] = {"state": state}
        if first:
            values["received"] = when
        if receipt.arrival and receipt.arrival.strip():
            values["arrival"] = receipt.arrival.strip()
        tx.update(SHIPMENT, {shipment["id"]: values})
        tx.facts = {str(each): n for each, n in count.items() if n} | ({"extra": len(extras)} if extras else {})
        pass_turn(tx, request)
        return Received(
            shipment["code"],
            state,
            count[ShipmentItemState.RECEIVED],
            count[ShipmentItemState.DAMAGED],
            count[ShipmentItemState.MISSING],
            tuple(each.tube.strip() for each in extras),
            alarms,
        )


def take_back(bank: Bank, actor: Actor, what: Return) -> Returned:
    """Tubes that were sent are here again: received anew, thawed once more where they had arrived, free for others."""
    if not what.tubes:
        raise Refused("return.nothing", "Say which tubes came back.")
    with bank.transaction(actor, Verb.SHIPMENT_RETURN, reason=what.reason) as tx:
        shipment = finding.by_code(tx.connection, SHIPMENT, what.shipment)
        tx.subject = shipment["code"]
        request = request_of(tx.connection, shipment)
        sent = sent_items(tx.connection, shipment)
        items = [_known(sent, text) for text in dict.fromkeys(what.tubes)]
        tx.permit({item.custodian_id for item in items}, request["project_id"])
        for item in items:
            if item.status not in (SampleStatus.DISTRIBUTED, SampleStatus.IN_TRANSIT):
                raise Refused(
                    "return.not_away", "{sample} is {status}; only a tube that is away comes back.",
                    sample=item.code, status=item.status,
                )  # fmt: skip
            if shipment["state"] == ShipmentState.DISPATCHED:
                raise Refused(
                    "return.not_arrived", "{shipment} is on its way; receive it, or declare it lost, first.",
                    shipment=shipment["code"],
                )  # fmt: skip
        ids = [item.sample_id for item in items]
        rows = tx.connection.execute(select(SAMPLE).where(among(tx.connection, SAMPLE.c.id, ids))).mappings().all()
        tx.update(
            SAMPLE,
            {
                row["id"]: {
                    "status": SampleStatus.AVAILABLE,
                    "thaws": row["thaws"] + (row["status"] == SampleStatus.DISTRIBUTED),
                }
                for row in rows
            },
        )
        came_back(tx, ids)
        alarms = inherit_holds(tx, [dict(row) for row in rows])
        if what.unit:
            put(tx, [Placing(item.code, what.unit) for item in items])
        pass_turn(tx, request)
        tx.facts = {"returned": len(items)} | ({"alarms": len(alarms)} if alarms else {})
        return Returned(tuple(item.code for item in items), alarms)


def lose(bank: Bank, actor: Actor, code: str, reason: str) -> int:
    """A shipment never arrived: its tubes are missing, and their places free. How many."""
    with bank.transaction(actor, Verb.SHIPMENT_LOSE, reason=reason) as tx:
        shipment = finding.by_code(tx.connection, SHIPMENT, code)
        tx.subject = shipment["code"]
        request = request_of(tx.connection, shipment)
        sent = sent_items(tx.connection, shipment)
        tx.permit({item.custodian_id for item in sent.items}, request["project_id"])
        state = lifecycles.move(ShipmentState, shipment["state"], ShipmentState.LOST)
        tx.update(SHIPMENT, {shipment["id"]: {"state": state}})
        gone = [item for item in sent.items if item.status == SampleStatus.IN_TRANSIT]
        tx.update_all(SHIPMENT_ITEM, [item.item_id for item in gone], state=ShipmentItemState.MISSING, note=tx.reason)
        tx.update_all(
            SAMPLE, [item.sample_id for item in gone], status=SampleStatus.MISSING, unit_id=None, row=None, col=None
        )
        tx.facts = {"missing": len(gone)}
        pass_turn(tx, request)
        return len(gone)


def _arrived_at(tx: Transaction, shipment: RowMapping, receipt: Receipt) -> str:
    """When it arrived: after it left, and not in the future; a day is taken for any hour of it, in any zone."""
    if not receipt.received:
        return tx.at
    when, left = tx.moment(receipt.received), shipment["dispatched"]
    if left is not None and compare_partial(when, left) == -1:
        raise Refused(
            "receipt.before", "{shipment} left on {left}; it did not arrive on {when}, before that.",
            shipment=shipment["code"], left=clock(left), when=clock(when),
        )  # fmt: skip
    if compare_partial(when, tx.at) == 1:
        raise Refused(
            "receipt.future", "{shipment} cannot have arrived on {when}; that has not come yet.",
            shipment=shipment["code"], when=clock(when),
        )  # fmt: skip
    return when


def _refuse_here(shipment: RowMapping, item: Sent) -> None:
    """A tube that was found in the bank in the meantime did not arrive anywhere."""
    if item.status not in (SampleStatus.IN_TRANSIT, SampleStatus.DISTRIBUTED, SampleStatus.MISSING):
        raise Refused(
            "receipt.here", "{sample} is {status} in this bank; it did not arrive with {shipment}.",
            sample=item.code, status=item.status, shipment=shipment["code"],
        )  # fmt: skip


def _outcome(text: str) -> ShipmentItemState:
    cleaned = text.strip().lower()
    if cleaned not in OUTCOMES:
        raise Refused(
            "receipt.outcome", "A tube is {allowed}, not {outcome}.", allowed=", ".join(OUTCOMES), outcome=text
        )
    return chosen(ShipmentItemState, cleaned)


def _matched(sent: SentItems, receipt: Receipt) -> tuple[dict[int, Outcome], list[Outcome]]:
    """The outcomes by item, and those of tubes that were not sent."""
    told: dict[int, Outcome] = {}
    extras: dict[str, Outcome] = {}
    for each in receipt.outcomes:
        item, outcome = sent.find(each.tube), _outcome(each.outcome)
        refuse_controls("tube", each.tube)
        refuse_controls("note", each.note)
        if item is None and (receipt.unknown_extra or outcome is ShipmentItemState.EXTRA):
            extras[each.tube.strip()] = each
            continue
        if item is None:
            raise NotFound(
                "receipt.not_sent", "{tube} was not sent with {shipment}; if it arrived, it is extra.",
                tube=each.tube, shipment=sent.shipment["code"],
            )  # fmt: skip
        if outcome is ShipmentItemState.EXTRA:
            raise Refused(
                "receipt.not_extra", "{sample} was sent with {shipment}; it is not extra.",
                sample=each.tube, shipment=sent.shipment["code"],
            )  # fmt: skip
        before = told.setdefault(item.item_id, each)
        if _outcome(before.outcome) is not outcome:
            raise Refused(
                "receipt.twice", "{sample} is said to be {first} and {second}.",
                sample=each.tube, first=before.outcome, second=each.outcome,
            )  # fmt: skip
    return told, list(extras.values())


def _write_outcomes(tx: Transaction, sent: SentItems, states: dict[int, tuple[ShipmentItemState, str | None]]) -> None:
    tx.update(
        SHIPMENT_ITEM,
        {
            number: {"state": state} | ({"note": note.strip()} if note and note.strip() else {})
            for number, (state, note) in states.items()
        },
    )
    # A broken tube has left the bank as well; one not found is still looked for until the shipment is closed.
    arrived = [
        item.sample_id
        for item in sent.items
        if item.item_id in states and states[item.item_id][0] is not ShipmentItemState.MISSING
    ]
    tx.update_all(SAMPLE, arrived, status=SampleStatus.DISTRIBUTED, unit_id=None, row=None, col=None)


def _write_extras(tx: Transaction, shipment: RowMapping, extras: Sequence[Outcome]) -> tuple[str, ...]:
    """Write down tubes that were not sent; the codes of those that are ours, and should be elsewhere."""
    ours: list[str] = []
    for each in extras:
        try:
            tube: RowMapping | None = finding.sample(tx.connection, each.tube)
        except NotFound:
            tube = None
        known = (
            tx.connection.scalar(
                select(SHIPMENT_ITEM.c.id).where(
                    SHIPMENT_ITEM.c.shipment_id == shipment["id"], SHIPMENT_ITEM.c.sample_id == tube["id"]
                )
            )
            if tube is not None
            else None
        )
        if tube is not None:
            ours.append(str(tube["code"]))
        note = each.note.strip() if each.note and each.note.strip() else None
        if known is not None:
            # Taken out before the box left, they said; it left all the same.
            tx.update(SHIPMENT_ITEM, {known: {"state": ShipmentItemState.EXTRA, "note": note}})
            continue
        tx.add(
            SHIPMENT_ITEM,
            shipment_id=shipment["id"],
            sample_id=tube["id"] if tube is not None else None,
            box=1,
            row=None,
            col=None,
            state=ShipmentItemState.EXTRA,
            note=note,
            read=each.tube.strip(),
        )
    return tuple(ours)


def _known(sent: SentItems, text: str) -> Sent:
    item = sent.find(text)
    if item is None:
        raise NotFound(
            "return.not_sent", "{tube} was not sent with {shipment}.", tube=text, shipment=sent.shipment["code"]
        )
    return item
