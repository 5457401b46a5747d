"""Shipments leave their bank, signed for, and are put away when they are done with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from biobank_tui.actions.carriage import Carriage, checked
from biobank_tui.actions.packing import custodians_of, packed_items, require_packing
from biobank_tui.actions.setting_aside import require_fulfilling
from biobank_tui.actions.turns import advance
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import CHECKOUT, ORGANISATION, RESERVATION, SAMPLE, SHIPMENT, SHIPMENT_ITEM
from biobank_tui.queries import finding
from biobank_tui.queries.borders import border
from biobank_tui.queries.gates import gates
from biobank_tui.queries.packing import request_of
from biobank_tui.rules import lifecycles
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import (
    RequestState,
    ReservationState,
    SampleStatus,
    ShipmentItemState,
    ShipmentState,
    Turn,
)
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.phrases import filled, mark

SIGNED = mark(
    "You sign that {count} {count:sample|samples} of {shipment} {count:is|are} handed to {recipient} for"
    " {project}, as their donors allowed."
)
"""What the signature under a dispatch means; kept in the ledger with it."""


@dataclass(frozen=True, slots=True)
class Dispatched:
    """A shipment that has left."""

    shipment: str
    recipient: str
    samples: int
    boxes: int


def dispatch(
    bank: Bank, actor: Actor, code: str, carriage: Carriage | None = None, *, reason: str | None = None
) -> Dispatched:
    """The boxes leave: refused with the first thing that stands against it, an agreement, an authorisation, a consent.

    The faces take the actor's signature under SIGNED before they call this.
    """
    changes = {name: value for name, value in checked(carriage or Carriage()).items() if value is not None}
    with bank.transaction(actor, Verb.SHIPMENT_DISPATCH, reason=reason) as tx:
        shipment = require_packing(tx, code)
        request = request_of(tx.connection, shipment)
        project = require_fulfilling(tx, request)
        items = packed_items(tx, shipment["id"])
        tx.permit({item["custodian_id"] for item in items.values()}, project["id"])
        tx.update(SHIPMENT, {shipment["id"]: changes})
        for gate in gates(tx.connection, finding.by_code(tx.connection, SHIPMENT, code), tx.at):
            raise Refused(gate.code, gate.sentence, **gate.facts)
        to = tx.connection.execute(select(ORGANISATION).where(ORGANISATION.c.id == shipment["recipient_id"]))
        party = to.mappings().one()
        recipient = party["code"]
        export = border(tx.connection, project, party, {item["custodian_id"] for item in items.values()}).used(
            tx.at[:10]
        )
        tx.update(SHIPMENT, {shipment["id"]: {"state": ShipmentState.DISPATCHED, "dispatched": tx.at}})
        out = tx.connection.scalars(
            select(CHECKOUT.c.id).where(
                among(tx.connection, CHECKOUT.c.sample_id, items), CHECKOUT.c.returned.is_(None)
            )
        ).all()
        tx.update_all(CHECKOUT, out, returned=tx.at)
        tx.update_all(SAMPLE, items, status=SampleStatus.IN_TRANSIT)
        boxes = len({item["box"] for item in items.values()})
        tx.facts = {
            "samples": len(items),
            "recipient": recipient,
            "signed": filled(
                SIGNED,
                {
                    "count": len(items),
                    "shipment": shipment["code"],
                    "recipient": recipient,
                    "project": project["code"],
                },
            ),
        }
        if export:
            tx.facts["export"] = ", ".join(export)
        pass_turn(tx, request)
        return Dispatched(shipment["code"], str(recipient), len(items), boxes)


def close(bank: Bank, actor: Actor, code: str, reason: str | None = None) -> ShipmentState:
    """Put a shipment away: one that arrived, or one emptied before it left. What was not found is missing then."""
    with bank.transaction(actor, Verb.SHIPMENT_CLOSE, reason=reason) as tx:
        shipment = finding.by_code(tx.connection, SHIPMENT, code)
        tx.subject = shipment["code"]
        request = request_of(tx.connection, shipment)
        tx.permit(custodians_of(tx, shipment["id"]) or [shipment["recipient_id"]], request["project_id"])
        if shipment["state"] == ShipmentState.PACKING and packed_items(tx, shipment["id"]):
            raise Refused(
                "shipment.not_empty", "{shipment} still holds tubes; take them out, or dispatch it.",
                shipment=shipment["code"],
            )  # fmt: skip
        state = lifecycles.move(ShipmentState, shipment["state"], ShipmentState.CLOSED)
        lost = tx.connection.scalars(
            select(SHIPMENT_ITEM.c.sample_id)
            .join(SAMPLE, SAMPLE.c.id == SHIPMENT_ITEM.c.sample_id)
            .where(
                SHIPMENT_ITEM.c.shipment_id == shipment["id"],
                SHIPMENT_ITEM.c.state == ShipmentItemState.MISSING,
                SAMPLE.c.status == SampleStatus.IN_TRANSIT,
            )
        ).all()
        tx.update_all(SAMPLE, lost, status=SampleStatus.MISSING, unit_id=None, row=None, col=None)
        tx.update(SHIPMENT, {shipment["id"]: {"state": state}})
        tx.facts = {"missing": len(lost)} if lost else {}
        return state


def pass_turn(tx: Transaction, request: RowMapping) -> None:
    """Whose move it is: the recipient's while boxes are on their way and nothing is left to send, else ours."""
    if request["state"] != RequestState.IN_FULFILMENT:
        return
    left = tx.count(
        RESERVATION,
        RESERVATION.c.request_id == request["id"],
        RESERVATION.c.state.in_((ReservationState.ACTIVE, ReservationState.PICKED)),
        RESERVATION.c.sample_id.in_(
            select(SAMPLE.c.id).where(SAMPLE.c.status.in_((SampleStatus.RESERVED, SampleStatus.CHECKED_OUT)))
        ),
    )
    on_way = tx.count(SHIPMENT, SHIPMENT.c.request_id == request["id"], SHIPMENT.c.state == ShipmentState.DISPATCHED)
    advance(tx, request, turn=Turn.RECIPIENT if on_way and not left else None)
