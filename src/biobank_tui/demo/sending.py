"""Shipments of the demonstration bank: packed, sent and received, written row by row."""

from __future__ import annotations

from sqlalchemy import select

from biobank_tui.actions.placing import open_checkout
from biobank_tui.actions.turns import advance
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import (
    CHECKOUT,
    PICK_ITEM,
    PICK_LIST,
    PROJECT,
    PROJECT_DONOR,
    REQUEST,
    RESERVATION,
    SAMPLE,
    SHIPMENT,
    SHIPMENT_ITEM,
)
from biobank_tui.queries import finding
from biobank_tui.rules.codes import renders
from biobank_tui.rules.lifecycles import Turn
from biobank_tui.rules.permissions import Verb

BOX_SIDE = 9


def pack(bank: Bank, actor: Actor, request_code: str) -> str:
    """Pick everything reserved for a request and pack it into boxes; the shipment's code."""
    with bank.transaction(actor, Verb.SHIPMENT_PACK) as tx:
        request = finding.request(tx.connection, request_code)
        project = tx.connection.execute(select(PROJECT).where(PROJECT.c.id == request["project_id"])).mappings().one()
        tx.permit(project_id=project["id"])
        reserved = tx.connection.execute(
            select(RESERVATION.c.id, RESERVATION.c.sample_id, SAMPLE.c.donor_id)
            .join(SAMPLE, SAMPLE.c.id == RESERVATION.c.sample_id)
            .where(RESERVATION.c.request_id == request["id"], RESERVATION.c.state == "active")
            .order_by(RESERVATION.c.id)
        ).all()
        _pick(tx, request["id"], [(row.id, row.sample_id) for row in reserved])
        number, code = _coded(tx, "shipment")
        shipment = {
            "id": number, "code": code, "request_id": request["id"], "recipient_id": project["organisation_id"],
            "state": "packing",
            "rows": BOX_SIDE, "columns": BOX_SIDE, "carrier": "Polar Couriers", "conditions": "dry ice 8 kg",
            "created": tx.at,
        }  # fmt: skip
        tx.insert(SHIPMENT, [shipment])
        first, _prefix = tx.allocate("shipment_item", len(reserved))
        items = []
        for turn, row in enumerate(reserved):
            box, hole = divmod(turn, BOX_SIDE * BOX_SIDE)
            where = {"box": box + 1, "row": hole // BOX_SIDE, "col": hole % BOX_SIDE}
            one = {"id": first + turn, "shipment_id": number, "sample_id": row.sample_id}
            items.append({**one, **where, "state": "packed"})
        tx.insert(SHIPMENT_ITEM, items)
        _name_donors(tx, project["id"], {row.donor_id for row in reserved})
        tx.subject, tx.facts = code, {"request": request_code, "samples": len(items)}
        return code


def dispatch(bank: Bank, actor: Actor, shipment_code: str) -> None:
    """The boxes leave: it is the recipient's turn."""
    with bank.transaction(actor, Verb.SHIPMENT_DISPATCH) as tx:
        shipment, tubes = _shipment(tx, shipment_code)
        tx.update(SHIPMENT, {shipment["id"]: {"state": "dispatched", "dispatched": tx.at, "tracking": "PC004217733"}})
        out = select(CHECKOUT.c.id).where(
            among(tx.connection, CHECKOUT.c.sample_id, tubes), CHECKOUT.c.returned.is_(None)
        )
        tx.update_all(CHECKOUT, tx.connection.scalars(out).all(), returned=tx.at)
        tx.update_all(SAMPLE, tubes, status="in_transit")
        request = tx.connection.execute(select(REQUEST).where(REQUEST.c.id == shipment["request_id"])).mappings().one()
        advance(tx, request, turn=Turn.RECIPIENT)
        tx.subject, tx.facts = shipment_code, {"samples": len(tubes)}


def receive(bank: Bank, actor: Actor, shipment_code: str, damaged: int) -> None:
    """The boxes have arrived; the first `damaged` tubes were broken."""
    with bank.transaction(actor, Verb.SHIPMENT_RECEIVE) as tx:
        shipment, tubes = _shipment(tx, shipment_code)
        items = tx.connection.scalars(
            select(SHIPMENT_ITEM.c.id).where(SHIPMENT_ITEM.c.shipment_id == shipment["id"]).order_by(SHIPMENT_ITEM.c.id)
        ).all()
        tx.update_all(SHIPMENT_ITEM, items[:damaged], state="damaged", note="lid open on arrival")
        tx.update_all(SHIPMENT_ITEM, items[damaged:], state="received")
        tx.update_all(SAMPLE, tubes, status="distributed", unit_id=None, row=None, col=None)
        state = "received_with_discrepancies" if damaged else "received"
        tx.update(SHIPMENT, {shipment["id"]: {"state": state, "received": tx.at}})
        tx.subject, tx.facts = shipment_code, {"received": len(items) - damaged, "damaged": damaged}


def _shipment(tx: Transaction, code: str) -> tuple[dict[str, int], list[int]]:
    shipment = finding.by_code(tx.connection, SHIPMENT, code)
    tx.permit()
    query = select(SHIPMENT_ITEM.c.sample_id).where(SHIPMENT_ITEM.c.shipment_id == shipment["id"])
    return dict(shipment), list(tx.connection.scalars(query.order_by(SHIPMENT_ITEM.c.id)))


def _pick(tx: Transaction, request_id: int, reserved: list[tuple[int, int]]) -> None:
    number, code = _coded(tx, "pick_list")
    tx.insert(PICK_LIST, [{"id": number, "code": code, "request_id": request_id, "made": tx.at, "closed": tx.at}])
    first, _prefix = tx.allocate("pick_item", len(reserved))
    tx.insert(
        PICK_ITEM,
        [
            {"id": first + k, "pick_list_id": number, "sample_id": sample, "reservation_id": reservation,
             "place": k + 1, "state": "picked", "done": tx.at}
            for k, (reservation, sample) in enumerate(reserved)
        ],
    )  # fmt: skip
    tx.update_all(RESERVATION, [reservation for reservation, _sample in reserved], state="picked")
    tx.update_all(SAMPLE, [sample for _reservation, sample in reserved], status="checked_out")
    for _reservation, sample in reserved:
        open_checkout(tx, sample, code)


def _name_donors(tx: Transaction, project_id: int, donors: set[int]) -> None:
    known = set(
        tx.connection.scalars(
            select(PROJECT_DONOR.c.donor_id).where(
                PROJECT_DONOR.c.project_id == project_id, among(tx.connection, PROJECT_DONOR.c.donor_id, donors)
            )
        )
    )
    new = sorted(donors - known)
    first, prefix = tx.allocate("project_donor", len(new))
    rows = [
        {"id": first + k, "project_id": project_id, "donor_id": donor, "code": code}
        for k, (donor, code) in enumerate(zip(new, renders(prefix, first, len(new)), strict=True))
    ]
    tx.insert(PROJECT_DONOR, rows)


def _coded(tx: Transaction, noun: str) -> tuple[int, str]:
    number, prefix = tx.allocate(noun)
    return number, renders(prefix, number, 1)[0]
