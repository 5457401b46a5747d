"""Boxes of samples on their way to a recipient, and what projects send back."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, link, one_of, text, whole
from biobank_tui.rules.lifecycles import ShipmentItemState, ShipmentState


class Shipment(SQLModel, table=True):
    """A shipment. conditions: dry ice in kg, temperature notes, as the carrier asks for them."""

    __table_args__ = (one_of("state", ShipmentState), Index("shipment_state", "state"), STRICT)

    id: int = key()
    code: str = text(unique=True)
    request_id: int | None = link("request.id", nullable=True)
    recipient_id: int = link("organisation.id")
    state: ShipmentState = text(default=ShipmentState.PACKING)
    carrier: str | None = text(nullable=True)
    tracking: str | None = text(nullable=True)
    conditions: str | None = text(nullable=True)
    created: str = text()
    dispatched: str | None = text(nullable=True)
    received: str | None = text(nullable=True)


class ShipmentItem(SQLModel, table=True):
    """One sample of a shipment and what became of it. box: number from 1; row, col: its hole."""

    __tablename__ = "shipment_item"
    __table_args__ = (
        one_of("state", ShipmentItemState),
        UniqueConstraint("shipment_id", "sample_id", name="shipment_item_once"),
        Index("shipment_item_sample", "sample_id"),
        STRICT,
    )

    id: int = key()
    shipment_id: int = link("shipment.id")
    sample_id: int = link("sample.id")
    box: int = whole(default=1)
    row: int | None = whole(nullable=True)
    col: int | None = whole(nullable=True)
    state: ShipmentItemState = text(default=ShipmentItemState.PACKED)
    note: str | None = text(nullable=True)


class ReturnedResult(SQLModel, table=True):
    """A file of results a project returned. digest: SHA-256 (hex) of the file."""

    __tablename__ = "returned_result"
    __table_args__ = (Index("returned_result_project", "project_id"), STRICT)

    id: int = key()
    project_id: int = link("project.id")
    title: str = text()
    file: str = text()
    digest: str = text()
    returned: str = text()


class ResultSample(SQLModel, table=True):
    """A sample a returned result speaks of."""

    __tablename__ = "result_sample"
    __table_args__ = (UniqueConstraint("result_id", "sample_id", name="result_sample_once"), STRICT)

    id: int = key()
    result_id: int = link("returned_result.id")
    sample_id: int = link("sample.id")
    value: str | None = text(nullable=True)
