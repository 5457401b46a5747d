"""States and what may follow them: one table per noun, one function that reads them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from biobank_tui.rules.errors import Refused


class SampleStatus(StrEnum):
    EXPECTED = "expected"
    AVAILABLE = "available"
    RESERVED = "reserved"
    CHECKED_OUT = "checked_out"
    IN_TRANSIT = "in_transit"
    DISTRIBUTED = "distributed"
    CONSUMED = "consumed"
    DESTROYED = "destroyed"
    MISSING = "missing"
    REJECTED = "rejected"


class SampleKind(StrEnum):
    PRIMARY = "primary"
    ALIQUOT = "aliquot"
    DERIVATIVE = "derivative"
    POOL = "pool"


class HoldKind(StrEnum):
    QUALITY = "quality"
    CONSENT = "consent"
    LEGAL = "legal"
    DISPUTE = "dispute"


class RequestState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    IN_FULFILMENT = "in_fulfilment"
    FULFILLED = "fulfilled"
    CLOSED_SHORT = "closed_short"
    CANCELLED = "cancelled"


class ReservationState(StrEnum):
    ACTIVE = "active"
    PICKED = "picked"
    RELEASED = "released"
    EXPIRED = "expired"


class ShipmentState(StrEnum):
    PACKING = "packing"
    DISPATCHED = "dispatched"
    RECEIVED = "received"
    RECEIVED_WITH_DISCREPANCIES = "received_with_discrepancies"
    LOST = "lost"
    CLOSED = "closed"


class ShipmentItemState(StrEnum):
    PACKED = "packed"
    UNPACKED = "unpacked"
    RECEIVED = "received"
    MISSING = "missing"
    DAMAGED = "damaged"
    EXTRA = "extra"


class ProjectState(StrEnum):
    PROPOSED = "proposed"
    SCORED = "scored"
    SELECTED = "selected"
    DECLINED = "declined"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class ConsentState(StrEnum):
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class ServiceState(StrEnum):
    """What a storage unit is good for just now."""

    ACTIVE = "active"
    DEFROSTING = "defrosting"
    FAILING = "failing"
    BACKUP = "backup"
    RETIRED = "retired"


class DonorState(StrEnum):
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    DECEASED = "deceased"


class Turn(StrEnum):
    """Whose move a request waits for."""

    LEAD = "lead"
    COMMITTEE = "committee"
    TECHNICIAN = "technician"
    RECIPIENT = "recipient"
    NOBODY = "nobody"


S, Q, V, H, T, P, C, U, D = (
    SampleStatus,
    RequestState,
    ReservationState,
    ShipmentState,
    ShipmentItemState,
    ProjectState,
    ConsentState,
    ServiceState,
    DonorState,
)

_GONE = frozenset({S.CONSUMED, S.DESTROYED, S.MISSING, S.REJECTED})

SAMPLE: dict[SampleStatus, frozenset[SampleStatus]] = {
    S.EXPECTED: _GONE | {S.AVAILABLE},
    S.AVAILABLE: _GONE | {S.RESERVED, S.CHECKED_OUT},
    S.RESERVED: _GONE | {S.AVAILABLE, S.CHECKED_OUT, S.IN_TRANSIT},
    S.CHECKED_OUT: _GONE | {S.AVAILABLE, S.RESERVED},
    S.IN_TRANSIT: _GONE | {S.DISTRIBUTED, S.AVAILABLE},
    S.MISSING: frozenset({S.AVAILABLE}),
    # A distributed sample that comes back is received again.
    S.DISTRIBUTED: frozenset({S.AVAILABLE}),
    S.CONSUMED: frozenset(),
    S.DESTROYED: frozenset(),
    S.REJECTED: frozenset(),
}

REQUEST: dict[RequestState, frozenset[RequestState]] = {
    Q.DRAFT: frozenset({Q.SUBMITTED, Q.CANCELLED}),
    Q.SUBMITTED: frozenset({Q.IN_REVIEW, Q.CANCELLED}),
    Q.IN_REVIEW: frozenset({Q.APPROVED, Q.REJECTED, Q.CHANGES_REQUESTED, Q.CANCELLED}),
    Q.CHANGES_REQUESTED: frozenset({Q.SUBMITTED, Q.CANCELLED}),
    Q.APPROVED: frozenset({Q.IN_FULFILMENT, Q.CANCELLED}),
    Q.IN_FULFILMENT: frozenset({Q.FULFILLED, Q.CLOSED_SHORT, Q.CANCELLED}),
    Q.REJECTED: frozenset(),
    Q.FULFILLED: frozenset(),
    Q.CLOSED_SHORT: frozenset(),
    Q.CANCELLED: frozenset(),
}

RESERVATION: dict[ReservationState, frozenset[ReservationState]] = {
    V.ACTIVE: frozenset({V.PICKED, V.RELEASED, V.EXPIRED}),
    # A picked tube is put back when the pick is undone, or its donor withdraws before dispatch.
    V.PICKED: frozenset({V.ACTIVE, V.RELEASED}),
    V.RELEASED: frozenset(),
    V.EXPIRED: frozenset(),
}

SHIPMENT: dict[ShipmentState, frozenset[ShipmentState]] = {
    # One emptied before it left is closed.
    H.PACKING: frozenset({H.DISPATCHED, H.CLOSED}),
    H.DISPATCHED: frozenset({H.RECEIVED, H.RECEIVED_WITH_DISCREPANCIES, H.LOST}),
    H.RECEIVED: frozenset({H.CLOSED}),
    H.RECEIVED_WITH_DISCREPANCIES: frozenset({H.CLOSED}),
    H.LOST: frozenset(),
    H.CLOSED: frozenset(),
}

SHIPMENT_ITEM: dict[ShipmentItemState, frozenset[ShipmentItemState]] = {
    # Taken out of a box before it left; it may be packed again, or be found to have left all the same.
    T.PACKED: frozenset({T.UNPACKED, T.RECEIVED, T.MISSING, T.DAMAGED}),
    T.UNPACKED: frozenset({T.PACKED, T.EXTRA}),
    T.MISSING: frozenset({T.RECEIVED, T.DAMAGED}),
    T.RECEIVED: frozenset(),
    T.DAMAGED: frozenset(),
    T.EXTRA: frozenset(),
}

PROJECT: dict[ProjectState, frozenset[ProjectState]] = {
    P.PROPOSED: frozenset({P.SCORED}),
    P.SCORED: frozenset({P.SELECTED, P.DECLINED}),
    P.SELECTED: frozenset({P.ACTIVE}),
    P.ACTIVE: frozenset({P.SUSPENDED, P.CLOSED}),
    P.SUSPENDED: frozenset({P.ACTIVE, P.CLOSED}),
    P.DECLINED: frozenset(),
    P.CLOSED: frozenset(),
}

CONSENT: dict[ConsentState, frozenset[ConsentState]] = {
    C.ACTIVE: frozenset({C.WITHDRAWN, C.EXPIRED, C.SUPERSEDED}),
    # A donor may withdraw what has run out, or sign anew.
    C.EXPIRED: frozenset({C.WITHDRAWN, C.SUPERSEDED}),
    C.WITHDRAWN: frozenset(),
    C.SUPERSEDED: frozenset(),
}

SERVICE: dict[ServiceState, frozenset[ServiceState]] = {
    U.ACTIVE: frozenset({U.DEFROSTING, U.FAILING, U.BACKUP, U.RETIRED}),
    U.DEFROSTING: frozenset({U.ACTIVE, U.FAILING, U.BACKUP, U.RETIRED}),
    U.FAILING: frozenset({U.ACTIVE, U.DEFROSTING, U.BACKUP, U.RETIRED}),
    U.BACKUP: frozenset({U.ACTIVE, U.DEFROSTING, U.FAILING, U.RETIRED}),
    U.RETIRED: frozenset(),
}

DONOR: dict[DonorState, frozenset[DonorState]] = {
    D.ACTIVE: frozenset({D.WITHDRAWN, D.DECEASED}),
    # Back only by a new consent; never on to deceased, which would hide the withdrawal.
    D.WITHDRAWN: frozenset({D.ACTIVE}),
    D.DECEASED: frozenset({D.WITHDRAWN}),
}

MACHINES: dict[type[StrEnum], Mapping[Any, frozenset[Any]]] = {
    SampleStatus: SAMPLE,
    RequestState: REQUEST,
    ReservationState: RESERVATION,
    ShipmentState: SHIPMENT,
    ShipmentItemState: SHIPMENT_ITEM,
    ProjectState: PROJECT,
    ConsentState: CONSENT,
    ServiceState: SERVICE,
    DonorState: DONOR,
}

NOUNS: dict[type[StrEnum], str] = {
    SampleStatus: "sample",
    RequestState: "request",
    ReservationState: "reservation",
    ShipmentState: "shipment",
    ShipmentItemState: "shipment item",
    ProjectState: "project",
    ConsentState: "consent",
    ServiceState: "storage unit",
    DonorState: "donor",
}

TERMINAL = frozenset({S.DISTRIBUTED, S.CONSUMED, S.DESTROYED, S.REJECTED})
"""Statuses that end a sample's life in this bank and free its place."""

PLACELESS = TERMINAL | {S.MISSING, S.EXPECTED}
"""Statuses under which a sample has no place; one that is out or on its way keeps it."""

NOT_UNDER_HOLD = frozenset({S.RESERVED, S.IN_TRANSIT, S.DISTRIBUTED, S.CONSUMED})
"""Statuses a sample cannot take while a hold stands; moving, releasing and destroying stay open."""

CAME_BACK = "returned"
"""Why a reservation ended whose tube was sent and has come back."""

SENT_ITEM = (T.PACKED, T.RECEIVED, T.MISSING, T.DAMAGED)
"""What may have become of a tube that left with its shipment."""

REQUEST_TURN: dict[RequestState, Turn] = {
    Q.DRAFT: Turn.LEAD,
    Q.SUBMITTED: Turn.COMMITTEE,
    Q.IN_REVIEW: Turn.COMMITTEE,
    Q.CHANGES_REQUESTED: Turn.LEAD,
    Q.APPROVED: Turn.TECHNICIAN,
    Q.IN_FULFILMENT: Turn.TECHNICIAN,
    Q.REJECTED: Turn.NOBODY,
    Q.FULFILLED: Turn.NOBODY,
    Q.CLOSED_SHORT: Turn.NOBODY,
    Q.CANCELLED: Turn.NOBODY,
}
"""Whose turn it is in each state; once everything is dispatched, the turn passes to the recipient."""

State = TypeVar("State", bound=StrEnum)


def following(state: State) -> tuple[State, ...]:
    """The states that may follow, in the order they are declared."""
    machine = type(state)
    allowed = MACHINES[machine][state]
    return tuple(each for each in machine if each in allowed)


def move(machine: type[State], current: str, target: str) -> State:
    """The target state, if it may follow the current one; Refused, naming those that may, otherwise."""
    now, then = machine(current), machine(target)
    if then not in MACHINES[machine][now]:
        allowed = following(now)
        if not allowed:
            raise Refused(
                "state.final",
                "A {noun} that is {current} stays so; it cannot become {target}.",
                noun=NOUNS[machine],
                current=str(now),
                target=str(then),
            )
        raise Refused(
            "state.move",
            "A {noun} that is {current} cannot become {target}; it can become {following}.",
            noun=NOUNS[machine],
            current=str(now),
            target=str(then),
            following=", ".join(allowed),
        )
    return then
