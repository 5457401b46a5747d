"""What a withdrawal would do, counted before it is done."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.in_force import pools_of
from biobank_tui.bank.settings import setting
from biobank_tui.model import PickState
from biobank_tui.model.tables import (
    CONSENT,
    PICK_ITEM,
    PROJECT,
    REQUEST,
    RESERVATION,
    SAMPLE,
)
from biobank_tui.queries import finding
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import ConsentState, DonorState, ReservationState, SampleStatus

GONE = (SampleStatus.DISTRIBUTED, SampleStatus.CONSUMED, SampleStatus.DESTROYED, SampleStatus.REJECTED)
"""Statuses of samples that a withdrawal finds no longer in the bank."""


@dataclass(frozen=True, slots=True)
class WithdrawalPreview:
    """The figures of actions.consents.Withdrawn, and what else to know before signing.

    consents: records in force that end. gone: codes of samples that have left the bank. projects: codes of the
    projects whose reservations end.
    """

    donor: str
    consents: int
    samples: int
    pools: int
    reservations: int
    picks: int
    expected: int
    gone: tuple[str, ...]
    projects: tuple[str, ...]


def preview(connection: Connection, donor_code: str) -> WithdrawalPreview:
    """What withdrawing this donor's consent would do now; Refused where they have withdrawn already."""
    donor = finding.donor(connection, donor_code)
    if donor["state"] == DonorState.WITHDRAWN:
        raise Refused("donor.withdrawn", "Donor {code} has already withdrawn.", code=donor["code"])
    own = connection.execute(
        select(SAMPLE.c.id, SAMPLE.c.code, SAMPLE.c.status).where(SAMPLE.c.donor_id == donor["id"])
    ).all()
    holds_pools = setting(connection, "pool_withdrawal") == "hold"
    pools = pools_of(connection, [row.id for row in own]) if holds_pools else []
    here = [row.id for row in own if row.status not in GONE] + pools
    expected = sum(row.status == SampleStatus.EXPECTED for row in own)
    standing = connection.execute(
        select(PROJECT.c.code)
        .select_from(RESERVATION)
        .join(REQUEST, REQUEST.c.id == RESERVATION.c.request_id)
        .join(PROJECT, PROJECT.c.id == REQUEST.c.project_id)
        .where(
            among(connection, RESERVATION.c.sample_id, here),
            RESERVATION.c.state.in_((ReservationState.ACTIVE, ReservationState.PICKED)),
        )
    ).all()
    picks = connection.scalar(
        select(func.count())
        .select_from(PICK_ITEM)
        .where(among(connection, PICK_ITEM.c.sample_id, here), PICK_ITEM.c.state == PickState.TO_PICK)
    )
    consents = connection.scalar(
        select(func.count())
        .select_from(CONSENT)
        .where(CONSENT.c.donor_id == donor["id"], CONSENT.c.state == ConsentState.ACTIVE)
    )
    return WithdrawalPreview(
        donor["code"],
        consents or 0,
        len(here) - expected - len(pools),
        len(pools),
        len(standing),
        picks or 0,
        expected,
        tuple(row.code for row in own if row.status == SampleStatus.DISTRIBUTED),
        tuple(sorted({row.code for row in standing})),
    )
