"""Withdrawals that are not carried out yet, and the tubes they wait for.

A tube waits while it stands under the hold of its donor's last withdrawal and the donor has not consented anew. One
that comes in when all others were seen off opens that withdrawal again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, and_, select

from biobank_tui.model.tables import DONOR, HOLD, HOLD_SAMPLE, SAMPLE, WITHDRAWAL
from biobank_tui.queries import finding
from biobank_tui.queries.scanning import place_of
from biobank_tui.rules.lifecycles import TERMINAL, DonorState

_LATER = WITHDRAWAL.alias("later")
UNDER: Final = (
    WITHDRAWAL.join(DONOR, DONOR.c.id == WITHDRAWAL.c.donor_id)
    .join(HOLD, HOLD.c.id == WITHDRAWAL.c.hold_id)
    .join(HOLD_SAMPLE, HOLD_SAMPLE.c.hold_id == HOLD.c.id)
    .join(SAMPLE, SAMPLE.c.id == HOLD_SAMPLE.c.sample_id)
)
"""Withdrawals, their donors, and the tubes under their holds."""
WAITS: Final = and_(
    WITHDRAWAL.c.settled.is_(None),
    DONOR.c.state == DonorState.WITHDRAWN,
    HOLD.c.released.is_(None),
    SAMPLE.c.status.not_in(TERMINAL),
    ~select(_LATER.c.id).where(_LATER.c.donor_id == WITHDRAWAL.c.donor_id, _LATER.c.id > WITHDRAWAL.c.id).exists(),
)
"""SQL over UNDER: what is still to be destroyed, returned or anonymised; missing tubes too."""


@dataclass(frozen=True, slots=True)
class WaitingTube:
    """A tube of a donor who withdrew. outcome: what the donor chose. place: "F01 › R03 › B07 › C4", or empty."""

    sample: str
    material: str
    place: str
    status: str
    donor: str
    outcome: str
    made: str


def waiting(connection: Connection, withdrawal_id: int) -> tuple[int, ...]:
    """Ids of the samples of one withdrawal that still wait."""
    query = select(SAMPLE.c.id).select_from(UNDER).where(WITHDRAWAL.c.id == withdrawal_id, WAITS)
    return tuple(connection.scalars(query.order_by(SAMPLE.c.id)))


def waiting_tubes(connection: Connection, donor: str | None = None, *, limit: int = 5_000) -> tuple[WaitingTube, ...]:
    """What is to be destroyed, returned or anonymised, in walking order; of one donor (code) or of all."""
    query = (
        select(SAMPLE, DONOR.c.code.label("donor_code"), WITHDRAWAL.c.outcome, WITHDRAWAL.c.made)
        .select_from(UNDER)
        .where(WAITS)
        .limit(limit)
    )
    if donor is not None:
        query = query.where(WITHDRAWAL.c.donor_id == finding.donor(connection, donor)["id"])
    found = [
        WaitingTube(
            row["code"],
            row["material"],
            place_of(connection, row),
            row["status"],
            row["donor_code"],
            row["outcome"],
            row["made"],
        )
        for row in connection.execute(query).mappings().all()
    ]
    return tuple(sorted(found, key=lambda each: (each.place == "", each.place, each.sample)))
