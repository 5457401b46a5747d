"""What keeps samples from a project: for a list of samples one reason each, for criteria the reasons counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, case, func, null, select

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import HOLD, HOLD_SAMPLE, REQUEST, RESERVATION, SAMPLE
from biobank_tui.queries.eligibility import holds_least, lapsed
from biobank_tui.queries.filters import condition
from biobank_tui.queries.purposes import Judged, judged_for
from biobank_tui.rules.amounts import Amount, Unit
from biobank_tui.rules.lifecycles import ReservationState, SampleStatus
from biobank_tui.rules.moments import now_utc
from biobank_tui.rules.phrases import filled
from biobank_tui.rules.query import Query


class Bar(StrEnum):
    """What keeps a sample from a project, in the order it is told."""

    RESERVED = "reserved"
    STATUS = "status"
    HELD = "held"
    NO_CONSENT = "no_consent"
    CONSENT = "consent"
    EMPTY = "empty"
    AMOUNT = "amount"
    CRITERIA = "criteria"


SENTENCES: dict[Bar, tuple[str, str]] = {
    Bar.RESERVED: ("taken by {request}", "{sample} is taken by {request}."),
    Bar.STATUS: ("{status}, not available", "{sample} is {status}; only an available sample can be reserved."),
    Bar.HELD: ("on hold", "{sample} is on hold: {reason}."),
    Bar.NO_CONSENT: ("no consent in force", "{sample} has no consent in force, and no answer is no."),
    Bar.CONSENT: ("consent: {reason}", "{sample} is not for this project; consent: {reason}"),
    Bar.EMPTY: ("empty", "{sample} is empty."),
    Bar.AMOUNT: ("less than {least}", "{sample} holds {left}, less than the {least} asked."),
    Bar.CRITERIA: ("not what the line asks for", "{sample} is not what the line asks for: {criteria}."),
}
"""Each bar as a fragment for a list, and as a sentence about one sample; {reason} may be a consent reason itself."""


@dataclass(frozen=True, slots=True)
class Barrier:
    """Why a sample is not eligible. facts fill the bar's fragment and its sentence."""

    bar: Bar
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return f"barrier.{self.bar}"

    @property
    def fragment(self) -> str:
        return SENTENCES[self.bar][0]

    @property
    def sentence(self) -> str:
        return SENTENCES[self.bar][1]

    def __str__(self) -> str:
        return filled(self.fragment, self.facts)


@dataclass(frozen=True, slots=True)
class Barred:
    """A sample and what keeps it from the project."""

    id: int
    code: str
    barrier: Barrier

    def __str__(self) -> str:
        return filled(self.barrier.sentence, {"sample": self.code, **self.barrier.facts})


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many samples that match are kept away by one thing; n is None where a small cell is hidden."""

    barrier: Barrier
    n: int | None


def reasons(
    connection: Connection,
    project_id: int,
    query: Query,
    *,
    least: Amount | None = None,
    at: str | None = None,
) -> tuple[ReasonCount, ...]:
    """What keeps matching samples from the project, each sample counted once, the commonest first.

    Counts all that match, so it takes time in a large bank.
    """
    judged = judged_for(connection, project_id, at or now_utc())
    asked = condition(connection, query)
    short = func.coalesce(SAMPLE.c.amount, 1) <= 0
    if least is not None:
        short = func.coalesce(~holds_least(least), True)
    held = SAMPLE.c.holds > 0
    profile: ColumnElement[int | None] = SAMPLE.c.profile_id
    if judged.lapsed:
        profile = case((lapsed(connection, judged), null()), else_=profile)
    groups = connection.execute(
        select(
            SAMPLE.c.status,
            held.label("held"),
            profile.label("profile_id"),
            short.label("short"),
            func.count().label("n"),
        )
        .where(asked, SAMPLE.c.status != SampleStatus.RESERVED)
        .group_by(SAMPLE.c.status, held, profile, short)
    )
    taken = connection.execute(
        select(REQUEST.c.code, func.count().label("n"))
        .select_from(SAMPLE)
        .join(RESERVATION, (RESERVATION.c.sample_id == SAMPLE.c.id) & (RESERVATION.c.state == ReservationState.ACTIVE))
        .join(REQUEST, REQUEST.c.id == RESERVATION.c.request_id)
        .where(asked, SAMPLE.c.status == SampleStatus.RESERVED)
        .group_by(REQUEST.c.code)
    )
    counts: dict[str, tuple[Barrier, int]] = {}

    def add(barrier: Barrier, n: int) -> None:
        known = str(barrier)
        counts[known] = (barrier, n + (counts[known][1] if known in counts else 0))

    for code, n in taken:
        add(Barrier(Bar.RESERVED, {"request": code}), n)
    for row in groups:
        found = _standing_against(judged, row.status, bool(row.held), row.profile_id)
        if found is None and row.short:
            found = Barrier(Bar.AMOUNT, {"least": str(least)}) if least is not None else Barrier(Bar.EMPTY)
        if found is not None:
            add(found, row.n)
    ranked = sorted(counts.items(), key=lambda item: (-item[1][1], item[0]))
    return tuple(ReasonCount(barrier, n) for _known, (barrier, n) in ranked)


def barriers(
    connection: Connection,
    judged: Judged,
    ids: Collection[int],
    *,
    least: Amount | None = None,
    own_request: int | None = None,
) -> dict[int, Barred]:
    """What keeps each of these samples from the project; those that nothing keeps are left out.

    own_request: a reservation for this request is no barrier, so that what stands can be judged again.
    """
    taken = {
        row.sample_id: row
        for row in connection.execute(
            select(RESERVATION.c.sample_id, RESERVATION.c.request_id, REQUEST.c.code)
            .join(REQUEST, REQUEST.c.id == RESERVATION.c.request_id)
            .where(among(connection, RESERVATION.c.sample_id, ids), RESERVATION.c.state == ReservationState.ACTIVE)
        )
    }
    found: dict[int, Barred] = {}
    rows = connection.execute(
        select(
            SAMPLE.c.id,
            SAMPLE.c.code,
            SAMPLE.c.status,
            SAMPLE.c.holds,
            SAMPLE.c.donor_id,
            SAMPLE.c.profile_id,
            SAMPLE.c.amount,
            SAMPLE.c.unit,
        ).where(among(connection, SAMPLE.c.id, ids))
    ).all()
    why_held = hold_reasons(connection, [row.id for row in rows if row.holds])
    for row in rows:
        reservation = taken.get(row.id)
        barrier: Barrier | None
        if reservation is not None and reservation.request_id != own_request:
            barrier = Barrier(Bar.RESERVED, {"request": reservation.code})
        else:
            own = reservation is not None and row.status == SampleStatus.RESERVED
            status = SampleStatus.AVAILABLE if own else row.status
            profile = judged.in_force(row.id, row.donor_id, row.profile_id)
            barrier = _standing_against(judged, status, bool(row.holds), profile, why_held.get(row.id, ""))
            barrier = barrier or _too_little(row.amount, row.unit, least)
        if barrier is not None:
            found[row.id] = Barred(row.id, row.code, barrier)
    return found


def hide_small(n: int, limit: int) -> int | None:
    """The count in steps of the limit; None where it is below the limit, nothing included: a 0 tells of its group too.

    In steps, so that two questions that differ by one donor do not give that donor away.
    """
    if n < limit:
        return None
    return n - n % limit if limit else n


def hide_cells(counts: Iterable[ReasonCount], limit: int) -> tuple[ReasonCount, ...]:
    """Counts in steps, the small ones hidden; where only one is, the next smallest too, lest a total give it away."""
    listed = sorted(counts, key=lambda each: each.n or 0)
    small = sum((each.n or 0) < limit for each in listed)
    hidden = 2 if small == 1 else small
    return tuple(
        ReasonCount(each.barrier, None if place < hidden else hide_small(each.n or 0, limit))
        for place, each in enumerate(listed)
    )[::-1]


def _standing_against(judged: Judged, status: str, held: bool, profile_id: int | None, why: str = "") -> Barrier | None:
    if status != SampleStatus.AVAILABLE:
        return Barrier(Bar.STATUS, {"status": str(status)})
    if held:
        return Barrier(Bar.HELD, {"reason": why})
    if profile_id is None:
        return Barrier(Bar.NO_CONSENT)
    return Barrier(Bar.CONSENT, {"reason": judged.why(profile_id)}) if profile_id in judged.refused else None


def _too_little(amount: int | None, unit: str | None, least: Amount | None) -> Barrier | None:
    if amount == 0:
        return Barrier(Bar.EMPTY)
    if least is None:
        return None
    held = Amount(amount, Unit(unit)) if amount is not None and unit else None
    if held is not None and held.unit.dimension is least.unit.dimension and held.base >= least.base:
        return None
    return Barrier(Bar.AMOUNT, {"left": str(held) if held is not None else "?", "least": str(least)})


def hold_reasons(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    """The reason of the latest hold that stands on each of these samples."""
    if not ids:
        return {}
    rows = connection.execute(
        select(HOLD_SAMPLE.c.sample_id, HOLD.c.reason)
        .join(HOLD, HOLD.c.id == HOLD_SAMPLE.c.hold_id)
        .where(among(connection, HOLD_SAMPLE.c.sample_id, ids), HOLD.c.released.is_(None))
        .order_by(HOLD.c.id.desc())
    )
    return {row.sample_id: row.reason for row in rows}
