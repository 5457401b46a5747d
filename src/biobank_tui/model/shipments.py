"""Boxes of samples on their way to a recipient, and the labels that were printed."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, link, one_of, real, text, whole
from biobank_tui.rules.lifecycles import ShipmentItemState, ShipmentState


class Shipment(SQLModel, table=True):
    """A shipment. rows, columns: the grid of each of its boxes. dry_ice: kg. temperature: as it left.

    conditions: what else the carrier must know. arrival: how it arrived, in the recipient's words.
    """

    __table_args__ = (
        one_of("state", ShipmentState),
        CheckConstraint("rows > 0 AND columns > 0", name="grid_positive"),
        CheckConstraint("dry_ice IS NULL OR dry_ice >= 0", name="dry_ice_not_negative"),
        Index("shipment_state", "state"),
        STRICT,
    )

    id: int = key()
    code: str = text(unique=True)
    request_id: int | None = link("request.id", nullable=True)
    recipient_id: int = link("organisation.id")
    state: ShipmentState = text(default=ShipmentState.PACKING)
    rows: int = whole(default=9)
    columns: int = whole(default=9)
    carrier: str | None = text(nullable=True)
    tracking: str | None = text(nullable=True)
    dry_ice: float | None = real()
    temperature: str | None = text(nullable=True)
    conditions: str | None = text(nullable=True)
    created: str = text()
    dispatched: str | None = text(nullable=True)
    received: str | None = text(nullable=True)
    arrival: str | None = text(nullable=True)


class ShipmentItem(SQLModel, table=True):
    """One sample of a shipment and what became of it. box: number from 1; row, col: its hole.

    An extra tube has arrived without being sent; read: what stood on it, where it is none of ours.
    returned: when it came back.
    """

    __tablename__ = "shipment_item"
    __table_args__ = (
        one_of("state", ShipmentItemState),
        CheckConstraint("sample_id IS NOT NULL OR state = 'extra'", name="item_is_a_sample"),
        UniqueConstraint("shipment_id", "sample_id", name="shipment_item_once"),
        Index(
            "shipment_item_packed",
            "sample_id",
            unique=True,
            sqlite_where=sql("state = 'packed'"),
            postgresql_where=sql("state = 'packed'"),
        ),
        Index(
            "shipment_item_hole",
            "shipment_id",
            "box",
            "row",
            "col",
            unique=True,
            sqlite_where=sql("state = 'packed'"),
            postgresql_where=sql("state = 'packed'"),
        ),
        Index("shipment_item_sample", "sample_id"),
        STRICT,
    )

    id: int = key()
    shipment_id: int = link("shipment.id")
    sample_id: int | None = link("sample.id", nullable=True)
    box: int = whole(default=1)
    row: int | None = whole(nullable=True)
    col: int | None = whole(nullable=True)
    state: ShipmentItemState = text(default=ShipmentItemState.PACKED)
    note: str | None = text(nullable=True)
    read: str | None = text(nullable=True)
    returned: str | None = text(nullable=True)
