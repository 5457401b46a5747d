"""Whether samples already set aside for a project may still leave for it: asked at pack and at dispatch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection, select

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import ORGANISATION, PROJECT, SAMPLE
from biobank_tui.queries.barriers import Bar, Barred, Barrier, hold_reasons
from biobank_tui.queries.purposes import Judged, effective_purpose, judged


def judged_at(connection: Connection, project_id: int, at: str, recipient_id: int | None = None) -> Judged:
    """What consent says to a project at this moment; the recipient of the tubes counts as one of its team."""
    project = connection.execute(select(PROJECT).where(PROJECT.c.id == project_id)).mappings().one()
    purpose = effective_purpose(connection, project)
    if purpose is not None and recipient_id is not None:
        to = connection.execute(select(ORGANISATION).where(ORGANISATION.c.id == recipient_id)).mappings().one()
        # Where no country is coded the use may be anywhere; only coded ones are added to.
        abroad = [to["country"]] if to["country"] and purpose.countries else []
        purpose = replace(
            purpose,
            commercial=purpose.commercial or bool(to["commercial"]),
            countries=(*purpose.countries, *abroad),
            institutions=(*purpose.institutions, to["code"]),
        )
    return judged(connection, purpose, at)


def kept_back(
    connection: Connection, project_id: int, samples: Collection[int], at: str, recipient_id: int | None = None
) -> dict[int, Barred]:
    """Which of these samples (ids) consent or a hold keeps from the project at this moment, each with why.

    recipient_id: the organisation they go to, which is judged too. Those that may leave are left out. Neither
    status nor reservation is looked at: whoever packs knows those.
    """
    verdicts = judged_at(connection, project_id, at, recipient_id)
    rows = connection.execute(
        select(SAMPLE.c.id, SAMPLE.c.code, SAMPLE.c.donor_id, SAMPLE.c.profile_id, SAMPLE.c.holds)
        .where(among(connection, SAMPLE.c.id, samples))
        .order_by(SAMPLE.c.id)
    ).all()
    may, why_held = verdicts.may, hold_reasons(connection, [row.id for row in rows if row.holds])
    found: dict[int, Barred] = {}
    for row in rows:
        profile = verdicts.in_force(row.id, row.donor_id, row.profile_id)
        barrier: Barrier | None = None
        if row.holds:
            barrier = Barrier(Bar.HELD, {"reason": why_held.get(row.id, "")})
        elif profile is None:
            barrier = Barrier(Bar.NO_CONSENT)
        elif profile not in may:
            barrier = Barrier(Bar.CONSENT, {"reason": verdicts.why(profile)})
        if barrier is not None:
            found[row.id] = Barred(row.id, row.code, barrier)
    return found
