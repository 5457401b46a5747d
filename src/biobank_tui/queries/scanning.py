"""What a tube scanned at the freezer is to a pick list, and which tubes could stand in for one that is not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, case, func, select

from biobank_tui.model import LineKind, PickState
from biobank_tui.model.tables import (
    DONOR,
    PICK_ITEM,
    PICK_LIST,
    REQUEST,
    REQUEST_LINE,
    RESERVATION,
    SAMPLE,
    SERIAL,
    STORAGE_UNIT,
)
from biobank_tui.queries import finding
from biobank_tui.queries.barriers import Bar, Barrier, barriers
from biobank_tui.queries.eligibility import usable_by
from biobank_tui.queries.filters import condition
from biobank_tui.queries.purposes import judged_for
from biobank_tui.queries.requests import least_of
from biobank_tui.queries.sample_detail import amount_in_words
from biobank_tui.queries.storage import places_in_words, position_label
from biobank_tui.rules.codes import explain
from biobank_tui.rules.errors import NotFound
from biobank_tui.rules.lifecycles import DonorState, ReservationState
from biobank_tui.rules.phrases import filled, mark
from biobank_tui.rules.query import parse


class PickSaid(StrEnum):
    """What a scan is told."""

    PICKED = "picked"
    ALREADY = "already"
    NOT_LISTED = "not_listed"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"
    HELD = "held"
    CONSENT = "consent"
    DROPPED = "dropped"
    STATUS = "status"
    MISTYPED = "mistyped"
    UNKNOWN = "unknown"
    CLOSED = "closed"


SENTENCES: dict[PickSaid, str] = {
    PickSaid.PICKED: "{sample} is picked; {left} to go.",
    PickSaid.ALREADY: "{sample} is picked already.",
    PickSaid.NOT_LISTED: "{sample} ({material}) is not on this list; put it back in {place}.",
    PickSaid.TAKEN: "{sample} ({material}) is reserved for {request}, not for this list; put it back in {place}.",
    PickSaid.WITHDRAWN: "The donor of {sample} has withdrawn; put it back in {place}, it goes nowhere.",
    PickSaid.HELD: "{sample} is on hold: {reason}; put it back in {place}.",
    PickSaid.CONSENT: "Consent no longer permits {sample}: {reason} Put it back in {place}.",
    PickSaid.DROPPED: "{sample} was taken off this list: {reason}; put it back in {place}.",
    PickSaid.STATUS: "{sample} is {status} in the bank's books; set it aside and find out why.",
    PickSaid.MISTYPED: "{text} is mistyped: its check character is wrong. Scan it again.",
    PickSaid.UNKNOWN: "This bank knows no tube {text}; set it aside.",
    PickSaid.CLOSED: "{pick_list} is closed; nothing more is picked from it.",
}


@dataclass(frozen=True, slots=True)
class PickOutcome:
    """What a scan is to the list. sentence: a template with {facts}. sample: its code, where it is one of ours.

    place: where the tube belongs, in words. left: tubes still to pick, this one not counted.
    """

    said: PickSaid
    sample: str | None
    place: str
    left: int
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return f"pick.{self.said}"

    @property
    def sentence(self) -> str:
        return SENTENCES[self.said]

    @property
    def picked(self) -> bool:
        return self.said is PickSaid.PICKED

    def __str__(self) -> str:
        return filled(self.sentence, self.facts)


@dataclass(frozen=True, slots=True)
class Substitute:
    """A tube that could be taken instead. same_donor: it comes from the donor of the one it replaces."""

    id: int
    code: str
    material: str
    amount: str
    place: str
    same_donor: bool


def judge_scan(connection: Connection, list_code: str, text: str, at: str) -> PickOutcome:
    """What becomes of a scan; PICKED says that it may be picked now."""
    pick_list = finding.by_code(connection, PICK_LIST, list_code)
    left = _left(connection, pick_list["id"])
    cleaned = text.strip()
    try:
        tube = finding.sample(connection, cleaned)
    except NotFound:
        said = PickSaid.MISTYPED if explain(cleaned, _prefixes(connection)) == "mistyped" else PickSaid.UNKNOWN
        return PickOutcome(said, None, "", left, {"text": cleaned})
    place = place_of(connection, tube)
    facts: dict[str, object] = {
        "sample": tube["code"],
        "material": tube["material"],
        "place": place or mark("the box it came from"),
    }

    def outcome(said: PickSaid, left: int = left, **more: object) -> PickOutcome:
        return PickOutcome(said, tube["code"], place, left, facts | more)

    if pick_list["closed"] is not None:
        return outcome(PickSaid.CLOSED, pick_list=pick_list["code"])
    if _withdrawn(connection, tube):
        return outcome(PickSaid.WITHDRAWN)
    item = (
        connection.execute(
            select(PICK_ITEM, RESERVATION.c.state.label("reservation"), RESERVATION.c.why)
            .join(RESERVATION, RESERVATION.c.id == PICK_ITEM.c.reservation_id)
            .where(PICK_ITEM.c.pick_list_id == pick_list["id"], PICK_ITEM.c.sample_id == tube["id"])
        )
        .mappings()
        .first()
    )
    if item is None:
        return _elsewhere(connection, tube, outcome)
    if item["state"] == PickState.PICKED:
        return outcome(PickSaid.ALREADY)
    request = connection.execute(select(REQUEST).where(REQUEST.c.id == pick_list["request_id"])).mappings().one()
    judged = judged_for(connection, request["project_id"], at)
    kept = barriers(connection, judged, [tube["id"]], own_request=request["id"]).get(tube["id"])
    if kept is not None and kept.barrier.bar is Bar.HELD:
        return outcome(PickSaid.HELD, reason=kept.barrier.facts["reason"])
    if kept is not None and kept.barrier.bar in (Bar.CONSENT, Bar.NO_CONSENT):
        in_force = judged.in_force(tube["id"], tube["donor_id"], tube["profile_id"])
        return outcome(PickSaid.CONSENT, reason=judged.why(in_force))
    if item["state"] != PickState.TO_PICK or item["reservation"] != ReservationState.ACTIVE:
        return outcome(PickSaid.DROPPED, reason=item["note"] or item["why"] or item["reservation"])
    if kept is not None:
        return outcome(PickSaid.STATUS, status=tube["status"])
    return outcome(PickSaid.PICKED, left - 1)


def barred_since(connection: Connection, list_code: str, at: str) -> dict[int, Barrier]:
    """What now stands against tubes that are still to pick: a hold, consent, a withdrawal; by the tube's id."""
    pick_list = finding.by_code(connection, PICK_LIST, list_code)
    waiting = connection.scalars(
        select(PICK_ITEM.c.sample_id).where(
            PICK_ITEM.c.pick_list_id == pick_list["id"], PICK_ITEM.c.state == PickState.TO_PICK
        )
    ).all()
    if not waiting:
        return {}
    request = connection.execute(select(REQUEST).where(REQUEST.c.id == pick_list["request_id"])).mappings().one()
    judged = judged_for(connection, request["project_id"], at)
    found = barriers(connection, judged, waiting, own_request=request["id"])
    return {number: barred.barrier for number, barred in found.items()}


def substitutes(
    connection: Connection, list_code: str, sample: str, limit: int = 5, *, at: str
) -> tuple[Substitute, ...]:
    """Eligible tubes for the line a tube of this list was reserved for, those of its donor first."""
    pick_list = finding.by_code(connection, PICK_LIST, list_code)
    tube = finding.sample(connection, sample)
    line = (
        connection.execute(
            select(REQUEST_LINE, REQUEST.c.project_id)
            .join(REQUEST, REQUEST.c.id == REQUEST_LINE.c.request_id)
            .join(RESERVATION, RESERVATION.c.line_id == REQUEST_LINE.c.id)
            .join(PICK_ITEM, PICK_ITEM.c.reservation_id == RESERVATION.c.id)
            .where(PICK_ITEM.c.pick_list_id == pick_list["id"], PICK_ITEM.c.sample_id == tube["id"])
        )
        .mappings()
        .first()
    )
    if line is None:
        return ()
    if line["kind"] == LineKind.CRITERIA:
        alike = condition(connection, parse(line["criteria"] or ""))
    else:
        # A tube asked for by name is best replaced by its donor's own of the same material.
        alike = (SAMPLE.c.material == tube["material"]) & (SAMPLE.c.donor_id == tube["donor_id"])
    judged = judged_for(connection, line["project_id"], at)
    rows = (
        connection.execute(
            select(SAMPLE)
            .where(usable_by(connection, judged, alike, least_of(line)), SAMPLE.c.id != tube["id"])
            .order_by(case((SAMPLE.c.donor_id == tube["donor_id"], 0), else_=1), SAMPLE.c.id)
            .limit(limit)
        )
        .mappings()
        .all()
    )
    return tuple(
        Substitute(
            row["id"],
            row["code"],
            row["material"],
            amount_in_words(row["amount"], row["unit"]),
            place_of(connection, row),
            row["donor_id"] == tube["donor_id"],
        )
        for row in rows
    )


def place_of(connection: Connection, tube: RowMapping) -> str:
    """Where a tube belongs, "F01 › R03 › B07 › C4"; empty where it has no place."""
    if tube["unit_id"] is None:
        return ""
    unit = connection.execute(select(STORAGE_UNIT).where(STORAGE_UNIT.c.id == tube["unit_id"])).mappings().one()
    words = places_in_words(connection, [unit["id"]])[unit["id"]]
    label = position_label(unit, tube["row"], tube["col"])
    return f"{words} › {label}" if label else words


def _elsewhere(connection: Connection, tube: RowMapping, outcome: Callable[..., PickOutcome]) -> PickOutcome:
    taken = connection.scalar(
        select(REQUEST.c.code)
        .join(RESERVATION, RESERVATION.c.request_id == REQUEST.c.id)
        .where(RESERVATION.c.sample_id == tube["id"], RESERVATION.c.state == ReservationState.ACTIVE)
    )
    return outcome(PickSaid.TAKEN, request=taken) if taken is not None else outcome(PickSaid.NOT_LISTED)


def _withdrawn(connection: Connection, tube: RowMapping) -> bool:
    state = connection.scalar(select(DONOR.c.state).where(DONOR.c.id == tube["donor_id"]))
    return state == DonorState.WITHDRAWN


def _left(connection: Connection, pick_list_id: int) -> int:
    return (
        connection.scalar(
            select(func.count()).where(PICK_ITEM.c.pick_list_id == pick_list_id, PICK_ITEM.c.state == PickState.TO_PICK)
        )
        or 0
    )


def _prefixes(connection: Connection) -> list[str]:
    return list(connection.scalars(select(SERIAL.c.prefix).where(SERIAL.c.prefix != "")))
