"""Which item of a shipment a code, a barcode or a hole names, and what arrived otherwise than it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, select

from biobank_tui.model.tables import EXTERNAL_IDENTIFIER, PROJECT_SAMPLE, SAMPLE, SHIPMENT, SHIPMENT_ITEM
from biobank_tui.queries import finding
from biobank_tui.queries.packing import layout_of, request_of
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import SENT_ITEM
from biobank_tui.rules.positions import label, ordinal


@dataclass(frozen=True, slots=True)
class Sent:
    """A tube that left with a shipment. code: the bank's; project_code: the one its project knows it by."""

    item_id: int
    sample_id: int
    code: str
    project_code: str | None
    state: str
    status: str
    box: int
    hole: str
    custodian_id: int
    donor_id: int | None


@dataclass(frozen=True, slots=True)
class SentItems:
    """What left with a shipment, and every name it answers to."""

    shipment: RowMapping
    by_name: Mapping[str, Sent]
    items: tuple[Sent, ...]

    def find(self, text: str) -> Sent | None:
        """The item of that code, barcode, project code or hole ("B7", or "2:B7" in the second box); None for others."""
        cleaned = text.strip()
        found = self.by_name.get(cleaned) or self.by_name.get(cleaned.upper())
        if found is not None:
            return found
        number, colon, position = cleaned.rpartition(":")
        if colon and not number.strip().isdigit():
            return None
        try:
            row, col = ordinal(layout_of(self.shipment), position)
        except Refused:
            return None
        hole = label(layout_of(self.shipment), row, col)
        box = int(number) if colon else 1
        return next((each for each in self.items if (each.box, each.hole) == (box, hole)), None)


def sent_by(connection: Connection, code: str) -> SentItems:
    """What left with the shipment of this code."""
    return sent_items(connection, finding.by_code(connection, SHIPMENT, code))


def sent_items(connection: Connection, shipment: RowMapping) -> SentItems:
    """What left with a shipment, box by box."""
    project = request_of(connection, shipment)["project_id"]
    rows = connection.execute(
        select(
            SHIPMENT_ITEM.c.id,
            SHIPMENT_ITEM.c.sample_id,
            SAMPLE.c.code,
            SAMPLE.c.barcode,
            PROJECT_SAMPLE.c.code.label("project_code"),
            SHIPMENT_ITEM.c.state,
            SAMPLE.c.status,
            SHIPMENT_ITEM.c.box,
            SHIPMENT_ITEM.c.row,
            SHIPMENT_ITEM.c.col,
            SAMPLE.c.custodian_id,
            SAMPLE.c.donor_id,
        )
        .join(SAMPLE, SAMPLE.c.id == SHIPMENT_ITEM.c.sample_id)
        .outerjoin(
            PROJECT_SAMPLE,
            (PROJECT_SAMPLE.c.sample_id == SAMPLE.c.id) & (PROJECT_SAMPLE.c.project_id == project),
        )
        .where(SHIPMENT_ITEM.c.shipment_id == shipment["id"], SHIPMENT_ITEM.c.state.in_(SENT_ITEM))
        .order_by(SHIPMENT_ITEM.c.box, SHIPMENT_ITEM.c.row, SHIPMENT_ITEM.c.col, SHIPMENT_ITEM.c.id)
    ).all()
    layout = layout_of(shipment)
    items: list[Sent] = []
    names: dict[str, Sent] = {}
    by_id: dict[int, Sent] = {}
    for row in rows:
        hole = label(layout, row.row, row.col) if row.row is not None else ""
        item = Sent(
            row.id, row.sample_id, row.code, row.project_code, row.state, row.status, row.box, hole,
            row.custodian_id, row.donor_id,
        )  # fmt: skip
        items.append(item)
        by_id[row.sample_id] = item
        for name in (row.barcode, row.project_code, row.code):
            if name:
                names[name] = item
    external = connection.execute(
        select(EXTERNAL_IDENTIFIER.c.target_id, EXTERNAL_IDENTIFIER.c.value)
        .join(SHIPMENT_ITEM, SHIPMENT_ITEM.c.sample_id == EXTERNAL_IDENTIFIER.c.target_id)
        .where(EXTERNAL_IDENTIFIER.c.noun == "sample", SHIPMENT_ITEM.c.shipment_id == shipment["id"])
    )
    for found in external:
        if found.target_id in by_id:
            names.setdefault(found.value, by_id[found.target_id])
    return SentItems(shipment, names, tuple(items))
