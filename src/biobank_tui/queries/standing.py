"""What stands set aside for projects and has not left: reservations, their places on open pick lists and in boxes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from biobank_tui.bank.dialects import among
from biobank_tui.model import PickState
from biobank_tui.model.tables import (
    PICK_ITEM,
    PICK_LIST,
    PROJECT,
    REQUEST,
    RESERVATION,
    SAMPLE,
    SHIPMENT,
    SHIPMENT_ITEM,
)
from biobank_tui.rules.lifecycles import ReservationState, SampleStatus, ShipmentItemState, ShipmentState
from biobank_tui.rules.withdrawing import Affected

HOLDING = (ReservationState.ACTIVE, ReservationState.PICKED)
"""States in which a reservation counts as given to its line."""


@dataclass(frozen=True, slots=True)
class Given:
    """One sample set aside. pick_item: its row on an open list, to be picked. packed: its row in an unsent shipment."""

    reservation_id: int
    state: str
    sample_id: int
    sample: str
    donor_id: int | None
    profile_id: int | None
    request_id: int
    request: str
    project_id: int
    project: str
    pick_item: int | None
    packed: int | None

    @property
    def affected(self) -> Affected:
        """How far it is on its way."""
        if self.packed is not None:
            return Affected.PACKED
        if self.state == ReservationState.PICKED:
            return Affected.PICKED
        return Affected.LISTED if self.pick_item is not None else Affected.RESERVED


def given(connection: Connection, which: ColumnElement[bool]) -> tuple[Given, ...]:
    """The samples that `which` picks (by RESERVATION, SAMPLE or REQUEST) and that have not left, by sample."""
    listed = (
        PICK_ITEM.join(PICK_LIST, and_(PICK_LIST.c.id == PICK_ITEM.c.pick_list_id, PICK_LIST.c.closed.is_(None)))
    )  # fmt: skip
    unsent = SHIPMENT_ITEM.join(
        SHIPMENT, and_(SHIPMENT.c.id == SHIPMENT_ITEM.c.shipment_id, SHIPMENT.c.state == ShipmentState.PACKING)
    )
    rows = connection.execute(
        select(
            RESERVATION.c.id,
            RESERVATION.c.state,
            SAMPLE.c.id,
            SAMPLE.c.code,
            SAMPLE.c.donor_id,
            SAMPLE.c.profile_id,
            REQUEST.c.id,
            REQUEST.c.code,
            PROJECT.c.id,
            PROJECT.c.code,
            PICK_ITEM.c.id,
            SHIPMENT_ITEM.c.id,
        )
        .select_from(RESERVATION)
        .join(SAMPLE, SAMPLE.c.id == RESERVATION.c.sample_id)
        .join(REQUEST, REQUEST.c.id == RESERVATION.c.request_id)
        .join(PROJECT, PROJECT.c.id == REQUEST.c.project_id)
        .outerjoin(
            listed,
            and_(
                PICK_ITEM.c.sample_id == SAMPLE.c.id,
                PICK_ITEM.c.reservation_id == RESERVATION.c.id,
                PICK_ITEM.c.state == PickState.TO_PICK,
            ),
        )
        .outerjoin(
            unsent,
            and_(SHIPMENT_ITEM.c.sample_id == SAMPLE.c.id, SHIPMENT_ITEM.c.state == ShipmentItemState.PACKED),
        )
        .where(
            which,
            RESERVATION.c.state.in_(HOLDING),
            or_(
                SAMPLE.c.status.in_((SampleStatus.RESERVED, SampleStatus.CHECKED_OUT)),
                SHIPMENT_ITEM.c.id.is_not(None),
            ),
        )
        .order_by(SAMPLE.c.id)
    )
    return tuple(Given(*tuple(row)) for row in rows)


def given_of(connection: Connection, samples: Collection[int]) -> tuple[Given, ...]:
    """The same, of these samples."""
    return given(connection, among(connection, RESERVATION.c.sample_id, samples))


def packed_unasked(connection: Connection, samples: Collection[int]) -> tuple[int, ...]:
    """Rows of unsent shipments these samples lie in without a reservation that would tell."""
    held = select(RESERVATION.c.sample_id).where(
        RESERVATION.c.sample_id == SHIPMENT_ITEM.c.sample_id, RESERVATION.c.state.in_(HOLDING)
    )
    return tuple(
        connection.scalars(
            select(SHIPMENT_ITEM.c.id)
            .join(SHIPMENT, SHIPMENT.c.id == SHIPMENT_ITEM.c.shipment_id)
            .where(
                among(connection, SHIPMENT_ITEM.c.sample_id, samples),
                SHIPMENT_ITEM.c.state == ShipmentItemState.PACKED,
                SHIPMENT.c.state == ShipmentState.PACKING,
                ~held.exists(),
            )
            .order_by(SHIPMENT_ITEM.c.id)
        )
    )
