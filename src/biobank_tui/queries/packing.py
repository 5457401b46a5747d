"""What a tube scanned at the packing bench is to a shipment: packed where, or why not, one sentence each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import DONOR, REQUEST, RESERVATION, SAMPLE, SERIAL, SHIPMENT, SHIPMENT_ITEM
from biobank_tui.queries import finding
from biobank_tui.queries.barriers import Bar
from biobank_tui.queries.clearance import kept_back
from biobank_tui.queries.purposes import Judged
from biobank_tui.queries.scanning import place_of
from biobank_tui.rules.codes import explain
from biobank_tui.rules.errors import NotFound, Refused
from biobank_tui.rules.lifecycles import DonorState, ReservationState, SampleStatus, ShipmentItemState, ShipmentState
from biobank_tui.rules.phrases import filled, mark
from biobank_tui.rules.positions import FillOrder, Layout, label, next_free, ordinal

MOST_BOXES = 999
NO_CONSENT = Judged(None, ()).why(None)


class PackSaid(StrEnum):
    """What a scan is told."""

    PACKED = "packed"
    ALREADY = "already"
    ELSEWHERE = "elsewhere"
    WITHDRAWN = "withdrawn"
    HELD = "held"
    CONSENT = "consent"
    NOT_PICKED = "not_picked"
    TAKEN = "taken"
    NOT_ASKED = "not_asked"
    STATUS = "status"
    MISTYPED = "mistyped"
    UNKNOWN = "unknown"
    LEFT = "left"


SENTENCES: dict[PackSaid, str] = {
    PackSaid.PACKED: mark("{sample} goes into box {box}, {hole}; {left} to go."),
    PackSaid.ALREADY: mark("{sample} is packed already, in box {box}, {hole}."),
    PackSaid.ELSEWHERE: mark("{sample} is packed in {shipment}; take it out there first."),
    PackSaid.WITHDRAWN: mark("The donor of {sample} has withdrawn; set it aside, it goes nowhere."),
    PackSaid.HELD: mark("{sample} is on hold: {reason}; set it aside."),
    PackSaid.CONSENT: mark("Consent does not let {sample} leave: {reason} Set it aside."),
    PackSaid.NOT_PICKED: mark("{sample} is reserved for {request} but not picked; pick it first."),
    PackSaid.TAKEN: mark("{sample} is reserved for {other}, not for {request}; put it back in {place}."),
    PackSaid.NOT_ASKED: mark("{sample} ({material}) is not reserved for {request}; put it back in {place}."),
    PackSaid.STATUS: mark("{sample} is {status} in the bank's books; set it aside and find out why."),
    PackSaid.MISTYPED: mark("{text} is mistyped: its check character is wrong. Scan it again."),
    PackSaid.UNKNOWN: mark("This bank knows no tube {text}; set it aside."),
    PackSaid.LEFT: mark("{shipment} is {state}; nothing more is packed into it."),
}


@dataclass(frozen=True, slots=True)
class PackOutcome:
    """What a scan is to the shipment. sentence: a template with {facts}. sample: its code, where it is one of ours.

    box, row, col: where it goes or lies. left: tubes picked that wait to be packed, this one not counted.
    """

    said: PackSaid
    sample: str | None
    left: int
    facts: Mapping[str, object] = field(default_factory=dict)
    box: int | None = None
    row: int | None = None
    col: int | None = None

    @property
    def code(self) -> str:
        return f"pack.{self.said}"

    @property
    def sentence(self) -> str:
        return SENTENCES[self.said]

    @property
    def packed(self) -> bool:
        return self.said is PackSaid.PACKED

    def __str__(self) -> str:
        return filled(self.sentence, self.facts)


def judge_pack(
    connection: Connection,
    shipment: RowMapping,
    text: str,
    at: str,
    box: int | None = None,
    position: str | None = None,
) -> PackOutcome:
    """What becomes of a scan; PACKED says that it may be packed now, and where.

    box, position: where it should go; the next free hole otherwise. Refused where that hole is none, or taken.
    """
    left = waiting(connection, shipment)
    cleaned = text.strip()
    try:
        tube = finding.sample(connection, cleaned)
    except NotFound:
        prefixes = list(connection.scalars(select(SERIAL.c.prefix).where(SERIAL.c.prefix != "")))
        said = PackSaid.MISTYPED if explain(cleaned, prefixes) == "mistyped" else PackSaid.UNKNOWN
        return PackOutcome(said, None, left, {"text": cleaned})
    request = request_of(connection, shipment)
    facts: dict[str, object] = {
        "sample": tube["code"],
        "material": tube["material"],
        "request": request["code"],
        "shipment": shipment["code"],
    }

    def outcome(said: PackSaid, **more: object) -> PackOutcome:
        return PackOutcome(said, tube["code"], left, facts | more)

    if shipment["state"] != ShipmentState.PACKING:
        return outcome(PackSaid.LEFT, state=shipment["state"])
    lying = _packed(connection, tube["id"])
    if lying is not None and lying["shipment_id"] != shipment["id"]:
        return outcome(PackSaid.ELSEWHERE, shipment=lying["code"])
    if connection.scalar(select(DONOR.c.state).where(DONOR.c.id == tube["donor_id"])) == DonorState.WITHDRAWN:
        return outcome(PackSaid.WITHDRAWN)
    barred = _not_for(connection, tube, request)
    if barred is not None and not _was_for(connection, tube, request):
        said, more = barred
        return outcome(said, **more)
    # One that was set aside for it and is no longer is told why, which consent or a hold mostly is.
    kept = kept_back(connection, request["project_id"], [tube["id"]], at, shipment["recipient_id"]).get(tube["id"])
    if kept is not None and kept.barrier.bar is Bar.HELD:
        return outcome(PackSaid.HELD, reason=kept.barrier.facts["reason"])
    if kept is not None:
        return outcome(PackSaid.CONSENT, reason=kept.barrier.facts.get("reason", NO_CONSENT))
    if lying is not None:
        where = {"box": lying["box"], "hole": label(layout_of(shipment), lying["row"], lying["col"])}
        return PackOutcome(
            PackSaid.ALREADY, tube["code"], left, facts | where, lying["box"], lying["row"], lying["col"]
        )
    if barred is not None:
        said, more = barred
        return outcome(said, **more)
    spot = spot_for(connection, shipment, box, position)
    where = {"box": spot[0], "hole": label(layout_of(shipment), spot[1], spot[2]), "left": left - 1}
    return PackOutcome(PackSaid.PACKED, tube["code"], left - 1, facts | where, *spot)


def layout_of(shipment: RowMapping) -> Layout:
    """The grid of each of its boxes: rows by letters, columns by numbers."""
    return Layout(shipment["rows"], shipment["columns"])


def request_of(connection: Connection, shipment: RowMapping) -> RowMapping:
    """The request a shipment is for."""
    return connection.execute(select(REQUEST).where(REQUEST.c.id == shipment["request_id"])).mappings().one()


def spot_for(
    connection: Connection, shipment: RowMapping, box: int | None, position: str | None
) -> tuple[int, int, int]:
    """Box, row and column of the hole asked for, else of the next free one; a full box is followed by a new one."""
    layout, taken = layout_of(shipment), holes_taken(connection, shipment["id"])
    if position is None:
        return next_hole(layout, taken, box)
    number = box or max([1, *(each[0] for each in taken)])
    _check_box(number)
    row, col = ordinal(layout, position)
    if (number, row, col) in taken:
        raise Refused(
            "shipment.hole", "Box {box}, {hole} holds {sample} already.",
            box=number, hole=label(layout, row, col), sample=taken[number, row, col],
        )  # fmt: skip
    return number, row, col


def next_hole(
    layout: Layout, taken: Mapping[tuple[int, int, int], str], box: int | None = None
) -> tuple[int, int, int]:
    """The first free hole in the order of reading: of this box, else of the last one begun and those after it."""
    first = max([1, *(each[0] for each in taken)]) if box is None else box
    _check_box(first)
    for number in range(first, MOST_BOXES + 1 if box is None else first + 1):
        mine = {(each[1], each[2]) for each in taken if each[0] == number}
        spot = next_free(layout, FillOrder.ROWS_FROM_TOP_LEFT, mine)
        if spot is not None:
            return number, *spot
    raise Refused("shipment.box_full", "Box {box} is full; go on in another.", box=first)


def holes_taken(connection: Connection, shipment_id: int) -> dict[tuple[int, int, int], str]:
    """The tube in each hole of a shipment's boxes."""
    rows = connection.execute(
        select(SHIPMENT_ITEM.c.box, SHIPMENT_ITEM.c.row, SHIPMENT_ITEM.c.col, SAMPLE.c.code)
        .join(SAMPLE, SAMPLE.c.id == SHIPMENT_ITEM.c.sample_id)
        .where(
            SHIPMENT_ITEM.c.shipment_id == shipment_id,
            SHIPMENT_ITEM.c.state == ShipmentItemState.PACKED,
            SHIPMENT_ITEM.c.row.is_not(None),
        )
    )
    return {(row.box, row.row, row.col): row.code for row in rows}


def waiting(connection: Connection, shipment: RowMapping) -> int:
    """How many tubes are picked for the shipment's request and lie in no box."""
    return connection.scalar(select(func.count()).select_from(picked_unpacked(shipment["request_id"]).subquery())) or 0


def picked_unpacked(request_id: int) -> Select[Any]:
    """SQL: samples picked for a request that are out and lie in no box."""
    packed = select(SHIPMENT_ITEM.c.sample_id).where(
        SHIPMENT_ITEM.c.sample_id == SAMPLE.c.id, SHIPMENT_ITEM.c.state == ShipmentItemState.PACKED
    )
    return (
        select(SAMPLE.c.id, SAMPLE.c.code, SAMPLE.c.donor_id, SAMPLE.c.custodian_id)
        .join(RESERVATION, RESERVATION.c.sample_id == SAMPLE.c.id)
        .where(
            RESERVATION.c.request_id == request_id,
            RESERVATION.c.state == ReservationState.PICKED,
            SAMPLE.c.status == SampleStatus.CHECKED_OUT,
            ~packed.exists(),
        )
        .order_by(RESERVATION.c.id)
    )


def packed_where(connection: Connection, samples: Collection[int]) -> dict[int, str]:
    """Which of these samples (ids) lie packed in a box that has not left, and in which shipment (its code)."""
    if not samples:
        return {}
    rows = connection.execute(
        select(SHIPMENT_ITEM.c.sample_id, SHIPMENT.c.code)
        .join(SHIPMENT, SHIPMENT.c.id == SHIPMENT_ITEM.c.shipment_id)
        .where(
            among(connection, SHIPMENT_ITEM.c.sample_id, samples),
            SHIPMENT_ITEM.c.state == ShipmentItemState.PACKED,
            SHIPMENT.c.state == ShipmentState.PACKING,
        )
    )
    return {row.sample_id: row.code for row in rows}


def _check_box(number: int) -> None:
    if not 1 <= number <= MOST_BOXES:
        raise Refused("shipment.box", "Boxes are numbered 1 to {most}, not {box}.", most=MOST_BOXES, box=number)


def _packed(connection: Connection, sample_id: int) -> RowMapping | None:
    return (
        connection.execute(
            select(
                SHIPMENT_ITEM.c.shipment_id,
                SHIPMENT_ITEM.c.box,
                SHIPMENT_ITEM.c.row,
                SHIPMENT_ITEM.c.col,
                SHIPMENT.c.code,
            )
            .join(SHIPMENT, SHIPMENT.c.id == SHIPMENT_ITEM.c.shipment_id)
            .where(SHIPMENT_ITEM.c.sample_id == sample_id, SHIPMENT_ITEM.c.state == ShipmentItemState.PACKED)
        )
        .mappings()
        .first()
    )


def _not_for(
    connection: Connection, tube: RowMapping, request: RowMapping
) -> tuple[PackSaid, dict[str, object]] | None:
    """Why a tube is not one picked for this request; None where it is."""
    standing = connection.execute(
        select(RESERVATION.c.request_id, RESERVATION.c.state, REQUEST.c.code)
        .join(REQUEST, REQUEST.c.id == RESERVATION.c.request_id)
        .where(
            RESERVATION.c.sample_id == tube["id"],
            RESERVATION.c.state.in_((ReservationState.ACTIVE, ReservationState.PICKED)),
        )
        .order_by(RESERVATION.c.id.desc())
    ).first()
    if standing is None:
        return PackSaid.NOT_ASKED, {"place": place_of(connection, tube) or "?"}
    if standing.request_id != request["id"]:
        return PackSaid.TAKEN, {"other": standing.code, "place": place_of(connection, tube) or "?"}
    if standing.state == ReservationState.ACTIVE:
        return PackSaid.NOT_PICKED, {}
    return None if tube["status"] == SampleStatus.CHECKED_OUT else (PackSaid.STATUS, {"status": tube["status"]})


def _was_for(connection: Connection, tube: RowMapping, request: RowMapping) -> bool:
    """Whether a tube was ever set aside for this request."""
    known = select(RESERVATION.c.id).where(
        RESERVATION.c.sample_id == tube["id"], RESERVATION.c.request_id == request["id"]
    )
    return connection.scalar(known.limit(1)) is not None
