"""Reservations end: released with a reason, run out, or no longer permitted; their samples are free again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, RowMapping, Select, select

from biobank_tui.actions.telling import tell
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model import PickState
from biobank_tui.model.tables import (
    PICK_ITEM,
    PICK_LIST,
    RESERVATION,
    SAMPLE,
    SHIPMENT,
    SHIPMENT_ITEM,
)
from biobank_tui.queries import finding
from biobank_tui.queries.standing import HOLDING
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import (
    CAME_BACK,
    SENT_ITEM,
    ReservationState,
    SampleStatus,
    ShipmentItemState,
    ShipmentState,
)
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.phrases import mark

RAN_OUT = mark(
    "{count} {count:reservation ran out; its sample is|reservations ran out; their samples are} free for others again."
)


@dataclass(frozen=True, slots=True)
class Release:
    """Reservations of a request to end: of these samples, or all. reason: kept with each of them."""

    request: str
    reason: str
    samples: tuple[str, ...] = ()


def release(bank: Bank, actor: Actor, what: Release) -> int:
    """Give samples back before they left; how many reservations ended. A picked tube stays out until it is returned."""
    reason = what.reason.strip()
    if not reason:
        raise Refused("reason.needed", "{verb} needs a reason; the ledger keeps it.", verb=str(Verb.REQUEST_RELEASE))
    with bank.transaction(actor, Verb.REQUEST_RELEASE, reason=reason) as tx:
        request = finding.request(tx.connection, what.request)
        tx.subject = request["code"]
        permit_custodians(tx, request)
        standing = _unsent(tx, RESERVATION.c.request_id == request["id"])
        if what.samples:
            wanted = finding.samples(tx.connection, what.samples)
            standing = [row for row in standing if row["sample_id"] in {sample["id"] for sample in wanted}]
            missing = {sample["id"] for sample in wanted} - {row["sample_id"] for row in standing}
            for sample in wanted:
                if sample["id"] in missing:
                    raise Refused(
                        "release.absent", "{sample} is not reserved for {request}.",
                        sample=sample["code"], request=request["code"],
                    )  # fmt: skip
        end_reservations(tx, [row["id"] for row in standing], ReservationState.RELEASED, reason)
        # Who waits is served in the act that frees the samples; that needs all of this module first.
        from biobank_tui.actions.waiting import serve

        tx.facts = {"released": len(standing)}
        serve(tx)
        return len(standing)


def expire(tx: Transaction) -> int:
    """End the reservations whose time has run out, and tell their projects; how many there were."""
    due: dict[int, list[int]] = {}
    for row in tx.connection.execute(
        select(RESERVATION.c.id, RESERVATION.c.request_id)
        .where(RESERVATION.c.state == ReservationState.ACTIVE, RESERVATION.c.expires <= tx.at)
        .order_by(RESERVATION.c.id)
    ):
        due.setdefault(row.request_id, []).append(row.id)
    for request_id, ids in due.items():
        end_reservations(tx, ids, ReservationState.EXPIRED, "expired")
        tell(tx, request_id, RAN_OUT, count=len(ids))
    return sum(len(ids) for ids in due.values())


def end_reservations(tx: Transaction, ids: Sequence[int], state: ReservationState, why: str) -> None:
    """End reservations: their samples are free again and leave the open pick lists.

    A tube that is out stays out, and becomes free when it is returned; it leaves the boxes not yet sent.
    """
    if not ids:
        return
    tx.update_all(RESERVATION, ids, state=state, ended=tx.at, why=why)
    freed = tx.connection.scalars(
        select(SAMPLE.c.id)
        .join(RESERVATION, RESERVATION.c.sample_id == SAMPLE.c.id)
        .where(among(tx.connection, RESERVATION.c.id, ids), SAMPLE.c.status == SampleStatus.RESERVED)
    ).all()
    tx.update_all(SAMPLE, freed, status=SampleStatus.AVAILABLE)
    items = tx.connection.scalars(
        select(PICK_ITEM.c.id)
        .join(PICK_LIST, PICK_LIST.c.id == PICK_ITEM.c.pick_list_id)
        .join(RESERVATION, RESERVATION.c.id == PICK_ITEM.c.reservation_id)
        .where(
            PICK_LIST.c.closed.is_(None),
            PICK_ITEM.c.state == PickState.TO_PICK,
            among(tx.connection, RESERVATION.c.id, ids),
        )
    ).all()
    tx.update_all(PICK_ITEM, items, state=PickState.DROPPED, done=tx.at, note=why)
    unpack(tx, select(RESERVATION.c.sample_id).where(among(tx.connection, RESERVATION.c.id, ids)), why)


def unpack(tx: Transaction, samples: Select[tuple[int]], why: str) -> int:
    """Take samples (a query of ids) out of the boxes that have not left; how many there were.

    The tubes lie in the box still: the list of what is packed says why each has to come out.
    """
    packed = tx.connection.scalars(
        select(SHIPMENT_ITEM.c.id)
        .join(SHIPMENT, SHIPMENT.c.id == SHIPMENT_ITEM.c.shipment_id)
        .where(
            SHIPMENT.c.state == ShipmentState.PACKING,
            SHIPMENT_ITEM.c.state == ShipmentItemState.PACKED,
            SHIPMENT_ITEM.c.sample_id.in_(samples),
        )
    ).all()
    tx.update_all(SHIPMENT_ITEM, packed, state=ShipmentItemState.UNPACKED, note=why)
    return len(packed)


def came_back(tx: Transaction, samples: Sequence[int]) -> None:
    """Tubes that were sent (ids) are here again: their shipments' lists say when, and they are no longer given."""
    items = tx.connection.scalars(
        select(SHIPMENT_ITEM.c.id).where(
            among(tx.connection, SHIPMENT_ITEM.c.sample_id, samples),
            SHIPMENT_ITEM.c.state.in_(SENT_ITEM),
            SHIPMENT_ITEM.c.returned.is_(None),
        )
    ).all()
    tx.update_all(SHIPMENT_ITEM, items, returned=tx.at)
    given = tx.connection.scalars(
        select(RESERVATION.c.id).where(
            among(tx.connection, RESERVATION.c.sample_id, samples), RESERVATION.c.state == ReservationState.PICKED
        )
    ).all()
    tx.update_all(RESERVATION, given, state=ReservationState.RELEASED, ended=tx.at, why=CAME_BACK)


def permit_custodians(tx: Transaction, request: RowMapping) -> None:
    """The actor's grants must reach every custodian whose samples stand in the request."""
    custodians = tx.connection.scalars(
        select(SAMPLE.c.custodian_id)
        .join(RESERVATION, RESERVATION.c.sample_id == SAMPLE.c.id)
        .where(RESERVATION.c.request_id == request["id"], RESERVATION.c.state.in_(HOLDING))
        .distinct()
    ).all()
    tx.permit(custodians, request["project_id"])


def _unsent(tx: Transaction, which: ColumnElement[bool]) -> list[RowMapping]:
    """Reservations whose tubes are still in the bank, with the consent profile in force for each."""
    return list(
        tx.connection.execute(
            select(RESERVATION.c.id, RESERVATION.c.sample_id, SAMPLE.c.profile_id)
            .join(SAMPLE, SAMPLE.c.id == RESERVATION.c.sample_id)
            .where(
                which,
                RESERVATION.c.state.in_(HOLDING),
                SAMPLE.c.status.in_((SampleStatus.RESERVED, SampleStatus.CHECKED_OUT)),
            )
            .order_by(RESERVATION.c.id)
        ).mappings()
    )
