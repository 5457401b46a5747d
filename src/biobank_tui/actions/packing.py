"""A shipment is opened for a request and packed, tube by tube under the scanner.

Consent, holds and withdrawals are judged again at every scan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, select

from biobank_tui.actions.carriage import Carriage, checked
from biobank_tui.actions.naming import name_donors, name_samples
from biobank_tui.actions.setting_aside import require_fulfilling
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import SAMPLE, SHIPMENT, SHIPMENT_ITEM
from biobank_tui.queries import finding
from biobank_tui.queries.barriers import Barred
from biobank_tui.queries.clearance import kept_back
from biobank_tui.queries.packing import (
    PackOutcome,
    PackSaid,
    holes_taken,
    judge_pack,
    layout_of,
    next_hole,
    picked_unpacked,
    request_of,
)
from biobank_tui.rules.codes import render
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import ShipmentItemState, ShipmentState
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.positions import Layout


@dataclass(frozen=True, slots=True)
class NewShipment:
    """For a request (code). recipient: an organisation's code; the project's own unless given. Grid of each box."""

    request: str
    recipient: str | None = None
    rows: int = 9
    columns: int = 9
    carriage: Carriage | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """What the scanner read, for one shipment (code), and where it should go; the next free hole unless given."""

    shipment: str
    text: str
    box: int | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """What went into the boxes at once, by code, and what was kept back, each with why."""

    shipment: str
    samples: tuple[str, ...]
    kept: tuple[Barred, ...]


def open_shipment(bank: Bank, actor: Actor, new: NewShipment) -> str:
    """Begin a shipment for an approved request; its code."""
    Layout(new.rows, new.columns)
    carriage = checked(new.carriage or Carriage())
    with bank.transaction(actor, Verb.SHIPMENT_PACK) as tx:
        request = finding.request(tx.connection, new.request)
        project = require_fulfilling(tx, request)
        tx.permit([project["organisation_id"]], project["id"])
        recipient = finding.organisation(tx.connection, new.recipient) if new.recipient else None
        number, prefix = tx.allocate(SHIPMENT.name)
        code = render(prefix, number)
        tx.insert(
            SHIPMENT,
            [
                {
                    "id": number,
                    "code": code,
                    "request_id": request["id"],
                    "recipient_id": recipient["id"] if recipient is not None else project["organisation_id"],
                    "state": ShipmentState.PACKING,
                    "rows": new.rows,
                    "columns": new.columns,
                    "created": tx.at,
                    **carriage,
                }
            ],
        )
        tx.subject, tx.facts = code, {"request": request["code"]}
        return code


def pack(bank: Bank, actor: Actor, read: Pack) -> PackOutcome:
    """Judge one scanned tube, and pack it where it belongs; every outcome has its own sentence.

    Only a packed tube is written down; what is wrong changes nothing.
    """
    with bank.read() as connection:
        shipment = finding.by_code(connection, SHIPMENT, read.shipment)
        outcome = judge_pack(connection, shipment, read.text, bank.clock(), read.box, read.position)
    if outcome.said is not PackSaid.PACKED:
        return outcome
    try:
        with bank.transaction(actor, Verb.SHIPMENT_PACK) as tx:
            # Judged again under the writer's lock: a withdrawal may have come between.
            shipment = finding.by_code(tx.connection, SHIPMENT, read.shipment)
            outcome = judge_pack(tx.connection, shipment, read.text, tx.at, read.box, read.position)
            if outcome.said is not PackSaid.PACKED:
                raise _NotPacked
            request = request_of(tx.connection, shipment)
            tube = finding.sample(tx.connection, read.text)
            tx.permit([tube["custodian_id"]], request["project_id"])
            require_fulfilling(tx, request)
            assert outcome.box is not None
            assert outcome.row is not None
            assert outcome.col is not None
            _put(tx, bank.address, shipment, request["project_id"], [tube], [(outcome.box, outcome.row, outcome.col)])
            tx.subject = tube["code"]
            tx.facts = {"shipment": shipment["code"], "box": outcome.box}
    except _NotPacked:
        pass
    return outcome


def fill(bank: Bank, actor: Actor, code: str) -> Filled:
    """Pack everything picked for the shipment's request, in the order it was reserved; what may not leave stays out."""
    with bank.transaction(actor, Verb.SHIPMENT_PACK) as tx:
        shipment = require_packing(tx, code)
        request = request_of(tx.connection, shipment)
        require_fulfilling(tx, request)
        tubes = list(tx.connection.execute(picked_unpacked(request["id"])).mappings())
        tx.permit({tube["custodian_id"] for tube in tubes}, request["project_id"])
        kept = kept_back(
            tx.connection, request["project_id"], [tube["id"] for tube in tubes], tx.at, shipment["recipient_id"]
        )
        going = [tube for tube in tubes if tube["id"] not in kept]
        if not going:
            raise Refused(
                "pack.nothing", "Nothing picked for {request} waits to be packed.", request=request["code"]
            )  # fmt: skip
        taken, layout, spots = holes_taken(tx.connection, shipment["id"]), layout_of(shipment), []
        for tube in going:
            spot = next_hole(layout, taken)
            taken[spot] = tube["code"]
            spots.append(spot)
        _put(tx, bank.address, shipment, request["project_id"], going, spots)
        tx.facts = {"packed": len(going), "kept": len(kept)}
        codes = tuple(str(tube["code"]) for tube in going)
        return Filled(shipment["code"], codes, tuple(kept[tube["id"]] for tube in tubes if tube["id"] in kept))


def unpack(bank: Bank, actor: Actor, code: str, samples: Sequence[str], reason: str | None = None) -> int:
    """Take tubes out of the boxes before they leave; they stay picked. How many."""
    with bank.transaction(actor, Verb.SHIPMENT_PACK, reason=reason) as tx:
        shipment = require_packing(tx, code)
        request = request_of(tx.connection, shipment)
        tubes = finding.samples(tx.connection, samples)
        tx.permit({tube["custodian_id"] for tube in tubes}, request["project_id"])
        items = packed_items(tx, shipment["id"])
        for tube in tubes:
            if tube["id"] not in items:
                raise Refused(
                    "pack.absent", "{sample} is not packed in {shipment}.",
                    sample=tube["code"], shipment=shipment["code"],
                )  # fmt: skip
        gone = [items[tube["id"]]["id"] for tube in tubes]
        tx.update_all(SHIPMENT_ITEM, gone, state=ShipmentItemState.UNPACKED, note=tx.reason)
        tx.facts = {"unpacked": len(gone)}
        return len(gone)


class _NotPacked(Exception):
    """The scan turned out otherwise under the lock; nothing is written."""


def _put(
    tx: Transaction,
    address: str,
    shipment: RowMapping,
    project_id: int,
    tubes: Sequence[RowMapping],
    spots: Sequence[tuple[int, int, int]],
) -> None:
    """Write tubes into holes, and the codes the project will know them by; one packed before takes its line again."""
    again: dict[int, int] = {
        row.sample_id: row.id
        for row in tx.connection.execute(
            select(SHIPMENT_ITEM.c.id, SHIPMENT_ITEM.c.sample_id).where(
                SHIPMENT_ITEM.c.shipment_id == shipment["id"],
                among(tx.connection, SHIPMENT_ITEM.c.sample_id, [tube["id"] for tube in tubes]),
            )
        )
    }
    changes: dict[int, Mapping[str, Any]] = {}
    rows: list[dict[str, Any]] = []
    for tube, (box, row, col) in zip(tubes, spots, strict=True):
        where = {"box": box, "row": row, "col": col, "state": ShipmentItemState.PACKED, "note": None}
        if tube["id"] in again:
            changes[again[tube["id"]]] = where
        else:
            rows.append({"shipment_id": shipment["id"], "sample_id": tube["id"], **where})
    tx.update(SHIPMENT_ITEM, changes)
    if rows:
        first, _prefix = tx.allocate(SHIPMENT_ITEM.name, len(rows))
        tx.insert(SHIPMENT_ITEM, [{"id": number, **row} for number, row in enumerate(rows, first)])
    name_samples(tx, address, project_id, [tube["id"] for tube in tubes])
    name_donors(tx, address, project_id, [tube["donor_id"] for tube in tubes])


def require_packing(tx: Transaction, code: str) -> RowMapping:
    """A shipment that is still being packed."""
    shipment = finding.by_code(tx.connection, SHIPMENT, code)
    tx.subject = shipment["code"]
    if shipment["state"] != ShipmentState.PACKING:
        raise Refused(
            "shipment.left", "{shipment} is {state}; nothing more is packed into it.",
            shipment=shipment["code"], state=shipment["state"],
        )  # fmt: skip
    return shipment


def packed_items(tx: Transaction, shipment_id: int) -> dict[int, RowMapping]:
    """The packed items by sample id."""
    rows = tx.connection.execute(
        select(SHIPMENT_ITEM.c.id, SHIPMENT_ITEM.c.sample_id, SHIPMENT_ITEM.c.box, SAMPLE.c.custodian_id)
        .join(SAMPLE, SAMPLE.c.id == SHIPMENT_ITEM.c.sample_id)
        .where(SHIPMENT_ITEM.c.shipment_id == shipment_id, SHIPMENT_ITEM.c.state == ShipmentItemState.PACKED)
    ).mappings()
    return {row["sample_id"]: row for row in rows}


def custodians_of(tx: Transaction, shipment_id: int) -> set[int]:
    """Whose samples are in a shipment: ids of organisations."""
    return set(
        tx.connection.scalars(
            select(SAMPLE.c.custodian_id)
            .join(SHIPMENT_ITEM, SHIPMENT_ITEM.c.sample_id == SAMPLE.c.id)
            .where(SHIPMENT_ITEM.c.shipment_id == shipment_id)
        )
    )
