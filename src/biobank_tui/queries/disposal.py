"""Withdrawals that are not carried out yet, and the tubes they wait for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from biobank_tui.model.tables import DONOR, HOLD_SAMPLE, SAMPLE, WITHDRAWAL
from biobank_tui.queries import finding
from biobank_tui.queries.scanning import place_of
from biobank_tui.rules.lifecycles import TERMINAL


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


def waiting_tubes(connection: Connection, donor: str | None = None, *, limit: int = 5_000) -> tuple[WaitingTube, ...]:
    """What is to be destroyed, returned or anonymised, in walking order; of one donor (code) or of all."""
    query = (
        select(SAMPLE, DONOR.c.code.label("donor_code"), WITHDRAWAL.c.outcome, WITHDRAWAL.c.made)
        .select_from(WITHDRAWAL)
        .join(DONOR, DONOR.c.id == WITHDRAWAL.c.donor_id)
        .join(HOLD_SAMPLE, HOLD_SAMPLE.c.hold_id == WITHDRAWAL.c.hold_id)
        .join(SAMPLE, SAMPLE.c.id == HOLD_SAMPLE.c.sample_id)
        .where(WITHDRAWAL.c.settled.is_(None), SAMPLE.c.status.not_in(TERMINAL))
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
