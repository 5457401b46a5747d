"""Whether samples already set aside for a project may still leave for it: asked at pack and at dispatch."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import SAMPLE
from biobank_tui.queries.barriers import Bar, Barred, Barrier, hold_reasons
from biobank_tui.queries.purposes import judged_for


def kept_back(connection: Connection, project_id: int, samples: Collection[int], at: str) -> dict[int, Barred]:
    """Which of these samples (ids) consent or a hold keeps from the project at this moment, each with why.

    Those that may leave are left out. Neither status nor reservation is looked at: whoever packs knows those.
    """
    judged = judged_for(connection, project_id, at)
    rows = connection.execute(
        select(SAMPLE.c.id, SAMPLE.c.code, SAMPLE.c.donor_id, SAMPLE.c.profile_id, SAMPLE.c.holds)
        .where(among(connection, SAMPLE.c.id, samples))
        .order_by(SAMPLE.c.id)
    ).all()
    may, why_held = judged.may, hold_reasons(connection, [row.id for row in rows if row.holds])
    found: dict[int, Barred] = {}
    for row in rows:
        profile = judged.in_force(row.id, row.donor_id, row.profile_id)
        barrier: Barrier | None = None
        if row.holds:
            barrier = Barrier(Bar.HELD, {"reason": why_held.get(row.id, "")})
        elif profile is None:
            barrier = Barrier(Bar.NO_CONSENT)
        elif profile not in may:
            barrier = Barrier(Bar.CONSENT, {"reason": judged.why(profile)})
        if barrier is not None:
            found[row.id] = Barred(row.id, row.code, barrier)
    return found
