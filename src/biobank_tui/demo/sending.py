"""Shipments of the demonstration bank: picked, packed, sent and received through the acts."""

from __future__ import annotations

from sqlalchemy import select

from biobank_tui.actions import arrivals, dispatching, packing
from biobank_tui.actions.carriage import Carriage
from biobank_tui.actions.placing import open_checkout
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import PICK_ITEM, PICK_LIST, RESERVATION, SAMPLE
from biobank_tui.queries import finding
from biobank_tui.queries.shipments import detail
from biobank_tui.rules.codes import renders
from biobank_tui.rules.permissions import Verb

CARRIAGE = Carriage("Polar Couriers", None, 8, "-78 °C", "UN1845, this way up")


def pack(bank: Bank, actor: Actor, request_code: str) -> str:
    """Pick everything reserved for a request and pack it into boxes; the shipment's code."""
    with bank.transaction(actor, Verb.REQUEST_PICK) as tx:
        request = finding.request(tx.connection, request_code)
        tx.permit(project_id=request["project_id"])
        reserved = tx.connection.execute(
            select(RESERVATION.c.id, RESERVATION.c.sample_id)
            .join(SAMPLE, SAMPLE.c.id == RESERVATION.c.sample_id)
            .where(RESERVATION.c.request_id == request["id"], RESERVATION.c.state == "active")
            .order_by(RESERVATION.c.id)
        ).all()
        tx.subject = _pick(tx, request["id"], [(row.id, row.sample_id) for row in reserved])
    code = packing.open_shipment(bank, actor, packing.NewShipment(request_code, carriage=CARRIAGE))
    packing.fill(bank, actor, code)
    return code


def dispatch(bank: Bank, actor: Actor, shipment_code: str) -> None:
    """The boxes leave: it is the recipient's turn."""
    dispatching.dispatch(bank, actor, shipment_code, Carriage(tracking="PC004217733"))


def receive(bank: Bank, actor: Actor, shipment_code: str, damaged: int) -> None:
    """The boxes have arrived; the first `damaged` tubes were broken."""
    with bank.read() as connection:
        items = detail(connection, shipment_code, bank.clock()).items[:damaged]
    broken = tuple(arrivals.Outcome(item.sample or "", "damaged", "lid open on arrival") for item in items)
    arrivals.receive(bank, actor, arrivals.Receipt(shipment_code, broken, arrival="5 kg of dry ice left"))


def _pick(tx: Transaction, request_id: int, reserved: list[tuple[int, int]]) -> str:
    number, prefix = tx.allocate("pick_list")
    code = renders(prefix, number, 1)[0]
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
    return code
