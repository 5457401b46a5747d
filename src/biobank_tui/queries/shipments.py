"""Shipments: what is being packed, on its way, or arrived."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from biobank_tui.model.tables import ORGANISATION, PROJECT, REQUEST, SHIPMENT, SHIPMENT_ITEM
from biobank_tui.rules.lifecycles import SENT_ITEM, ShipmentState

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


def shipments(connection: Connection, *, limit: int = 200) -> tuple[ShipmentRow, ...]:
    """The newest shipments, those under way before the others."""
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
        .order_by(case((SHIPMENT.c.state.in_(UNDER_WAY), 0), else_=1), SHIPMENT.c.id.desc())
        .limit(limit)
    )
    return tuple(ShipmentRow(*tuple(row)) for row in rows)
