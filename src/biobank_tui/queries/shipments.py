"""Shipments: what is being packed, on its way, or arrived; one of them whole, and its manifest."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, RowMapping, case, func, select

from biobank_tui.model.tables import ORGANISATION, PROJECT, PROJECT_SAMPLE, REQUEST, SAMPLE, SHIPMENT, SHIPMENT_ITEM
from biobank_tui.queries import finding
from biobank_tui.queries.gates import Gate, gates
from biobank_tui.queries.packing import layout_of, request_of, waiting
from biobank_tui.queries.sample_detail import amount_in_words
from biobank_tui.queries.sight import sight_of
from biobank_tui.rules.lifecycles import SENT_ITEM, ShipmentItemState, ShipmentState
from biobank_tui.rules.positions import label

UNDER_WAY = (ShipmentState.PACKING, ShipmentState.DISPATCHED, ShipmentState.RECEIVED_WITH_DISCREPANCIES)
"""States in which somebody still has something to do."""


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """A shipment in a list. recipient: organisation code. request, project: codes, where it is for one."""

    id: int
    code: str
    state: str
    recipient: str
    items: int
    request: str | None
    project: str | None
    carrier: str | None
    created: str
    dispatched: str | None
    received: str | None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A tube of a shipment, as the bank knows it. hole: the position's label, empty for one that was not sent.

    project_code: what the project knows it by. sample: None for an extra tube that is none of ours; the project's code
    where the reader only leads projects.
    """

    sample: str | None
    project_code: str | None
    box: int
    hole: str
    row: int | None
    col: int | None
    material: str
    amount: str
    state: str
    note: str | None
    read: str | None
    returned: str | None


@dataclass(frozen=True, slots=True)
class ShipmentDetail:
    """A shipment whole. waiting: tubes picked for its request that lie in no box. gates: what keeps it here.

    rows, columns: the grid of each box. dry_ice: kg.
    """

    shipment: ShipmentRow
    recipient_name: str
    title: str
    rows: int
    columns: int
    tracking: str | None
    dry_ice: float | None
    temperature: str | None
    conditions: str | None
    arrival: str | None
    waiting: int
    items: tuple[ItemRow, ...]
    gates: tuple[Gate, ...]

    @property
    def boxes(self) -> tuple[int, ...]:
        """The numbers of its boxes."""
        return tuple(sorted({item.box for item in self.items if item.hole and item.state in SENT_ITEM}))

    def in_box(self, number: int) -> tuple[ItemRow, ...]:
        """The tubes of one box."""
        return tuple(item for item in self.items if item.box == number and item.hole and item.state in SENT_ITEM)

    @property
    def discrepancies(self) -> tuple[ItemRow, ...]:
        """What arrived otherwise than it was sent."""
        return tuple(item for item in self.items if item.state in AMISS)


AMISS = (ShipmentItemState.MISSING, ShipmentItemState.DAMAGED, ShipmentItemState.EXTRA)


def detail(connection: Connection, code: str, at: str, *, reader: int | None = None) -> ShipmentDetail:
    """One shipment, its tubes box by box, and while it is packed what would keep it from leaving at that moment.

    reader: the id of the person who asks. Who only leads projects reads the own ones', under the project's codes
    alone: beside the bank's they would tell two projects which of their samples are one donor's. None reads all.
    """
    found = finding.by_code(connection, SHIPMENT, code)
    request = request_of(connection, found)
    named = require_readable(connection, request, reader)
    row = _rows(connection, SHIPMENT.c.id == found["id"])[0]
    packing = found["state"] == ShipmentState.PACKING
    items = _items(connection, found, request["project_id"])
    against = gates(connection, found, at) if packing else ()
    if not named:
        known = {item.sample: item.project_code for item in items}
        items = tuple(replace(item, sample=item.project_code) for item in items)
        against = tuple(_under(gate, known.get(gate.sample)) if gate.sample else gate for gate in against)
    return ShipmentDetail(
        row,
        connection.scalar(select(ORGANISATION.c.name).where(ORGANISATION.c.id == found["recipient_id"])) or "",
        request["title"],
        found["rows"],
        found["columns"],
        found["tracking"],
        found["dry_ice"],
        found["temperature"],
        found["conditions"],
        found["arrival"],
        waiting(connection, found) if packing else 0,
        items,
        against,
    )


def require_readable(connection: Connection, request: RowMapping, reader: int | None) -> bool:
    """Whether the reader is told the bank's own codes; Denied where the request's shipments are not theirs to read."""
    if reader is None:
        return True
    sight = sight_of(connection, reader)
    sight.require(
        connection,
        connection.execute(select(PROJECT).where(PROJECT.c.id == request["project_id"])).mappings().one(),
    )
    return sight.whole


def _under(gate: Gate, name: str | None) -> Gate:
    """A gate that speaks of its tube by the project's code."""
    return replace(gate, facts={**gate.facts, "sample": name or "?"}, sample=name)


def _items(connection: Connection, shipment: RowMapping, project_id: int) -> tuple[ItemRow, ...]:
    rows = connection.execute(
        select(
            SHIPMENT_ITEM,
            SAMPLE.c.code,
            SAMPLE.c.material,
            SAMPLE.c.amount,
            SAMPLE.c.unit,
            PROJECT_SAMPLE.c.code.label("project_code"),
        )
        .select_from(
            SHIPMENT_ITEM.outerjoin(SAMPLE, SAMPLE.c.id == SHIPMENT_ITEM.c.sample_id).outerjoin(
                PROJECT_SAMPLE,
                (PROJECT_SAMPLE.c.sample_id == SHIPMENT_ITEM.c.sample_id) & (PROJECT_SAMPLE.c.project_id == project_id),
            )
        )
        .where(SHIPMENT_ITEM.c.shipment_id == shipment["id"])
        .order_by(SHIPMENT_ITEM.c.box, SHIPMENT_ITEM.c.row, SHIPMENT_ITEM.c.col, SHIPMENT_ITEM.c.id)
    ).mappings()
    layout = layout_of(shipment)
    return tuple(
        ItemRow(
            row["code"],
            row["project_code"],
            row["box"],
            label(layout, row["row"], row["col"]) if row["row"] is not None else "",
            row["row"],
            row["col"],
            row["material"] or "",
            amount_in_words(row["amount"], row["unit"]) if row["code"] else "",
            row["state"],
            row["note"],
            row["read"],
            row["returned"],
        )
        for row in rows
    )


def shipments(
    connection: Connection, *, request: str | None = None, limit: int = 200, reader: int | None = None
) -> tuple[ShipmentRow, ...]:
    """The newest shipments, those under way before the others; of one request (code) where it is given.

    reader: the id of the person who asks; who only leads projects reads the own ones'.
    """
    of = [] if request is None else [SHIPMENT.c.request_id == finding.request(connection, request)["id"]]
    if reader is not None:
        of.append(sight_of(connection, reader).projects())
    return _rows(connection, *of, limit=limit)


def _rows(connection: Connection, *conditions: ColumnElement[bool], limit: int = 1) -> tuple[ShipmentRow, ...]:
    items = (
        select(func.count())
        .where(SHIPMENT_ITEM.c.shipment_id == SHIPMENT.c.id, SHIPMENT_ITEM.c.state.in_(SENT_ITEM))
        .correlate(SHIPMENT)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(
            SHIPMENT.c.id,
            SHIPMENT.c.code,
            SHIPMENT.c.state,
            ORGANISATION.c.code.label("recipient"),
            items,
            REQUEST.c.code.label("request"),
            PROJECT.c.code.label("project"),
            SHIPMENT.c.carrier,
            SHIPMENT.c.created,
            SHIPMENT.c.dispatched,
            SHIPMENT.c.received,
        )
        .select_from(
            SHIPMENT.join(ORGANISATION, ORGANISATION.c.id == SHIPMENT.c.recipient_id)
            .outerjoin(REQUEST, REQUEST.c.id == SHIPMENT.c.request_id)
            .outerjoin(PROJECT, PROJECT.c.id == REQUEST.c.project_id)
        )
        .where(*conditions)
        .order_by(case((SHIPMENT.c.state.in_(UNDER_WAY), 0), else_=1), SHIPMENT.c.id.desc())
        .limit(limit)
    )
    return tuple(ShipmentRow(*tuple(row)) for row in rows)
