"""Requests: the list with whose turn it is and since when, and one with each line's counts from asked to shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, or_, select

from biobank_tui.model import LineKind
from biobank_tui.model.tables import (
    DECISION,
    MESSAGE,
    PERSON,
    PROJECT,
    PROJECT_MEMBER,
    REQUEST,
    REQUEST_LINE,
    REQUEST_SAMPLE,
    RESERVATION,
    SAMPLE,
    SHIPMENT,
    SHIPMENT_ITEM,
)
from biobank_tui.queries import finding
from biobank_tui.queries.barriers import Barred, barriers
from biobank_tui.queries.eligibility import count_by_profile
from biobank_tui.queries.purposes import OPEN_REQUESTS, Judged, judged_for
from biobank_tui.rules.amounts import Amount, Unit
from biobank_tui.rules.lifecycles import CAME_BACK, SENT_ITEM, ReservationState, SampleStatus, Turn
from biobank_tui.rules.moments import now_utc
from biobank_tui.rules.permissions import Grant, Role
from biobank_tui.rules.query import parse

SENT = (SampleStatus.IN_TRANSIT, SampleStatus.DISTRIBUTED)
"""Statuses of a sample that has left the bank."""

TURNS: dict[Role, tuple[Turn, ...]] = {
    Role.TECHNICIAN: (Turn.TECHNICIAN,),
    Role.COMMITTEE: (Turn.COMMITTEE,),
    Role.MANAGER: (Turn.COMMITTEE, Turn.TECHNICIAN),
}
"""Whose turns a role answers for; a lead answers for the requests of own projects."""


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in a list. turn: whose move it is, since turn_since. asked, given: samples over all lines."""

    id: int
    code: str
    project: str
    title: str
    state: str
    turn: str
    turn_since: str
    created: str
    asked: int
    given: int


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line and how far it is.

    eligible: how many more could be reserved now; None where it was not asked. least: in words, or empty.
    reserved: set aside and not yet picked. picked: out of their places or on their way. shipped: dispatched.
    barred: named samples that cannot be reserved, with why.
    """

    place: int
    kind: str
    criteria: str | None
    samples: tuple[str, ...]
    least: str
    asked: int
    eligible: int | None
    reserved: int
    picked: int
    shipped: int
    barred: tuple[Barred, ...]


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A vote on a request."""

    person: str
    vote: str
    reason: str | None
    decided: str


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A word said about a request."""

    person: str
    said: str
    body: str


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """A request whole. lead: login of the project's."""

    request: RequestRow
    project_title: str
    lead: str
    lines: tuple[LineRow, ...]
    decisions: tuple[DecisionRow, ...]
    messages: tuple[MessageRow, ...]


def least_of(line: RowMapping | Mapping[str, Any]) -> Amount | None:
    """What each sample of a line must still hold."""
    return Amount(line["least"], Unit(line["least_unit"])) if line["least"] is not None else None


def requests(connection: Connection, *, project: str | None = None, everything: bool = False) -> tuple[RequestRow, ...]:
    """The open requests, those that wait longest first; of one project by code; closed ones too if asked for."""
    conditions = [] if everything else [REQUEST.c.state.in_(OPEN_REQUESTS)]
    if project is not None:
        conditions.append(REQUEST.c.project_id == finding.project(connection, project)["id"])
    return _rows(connection, *conditions)


def requests_waiting_for(connection: Connection, person_id: int, grants: tuple[Grant, ...]) -> tuple[RequestRow, ...]:
    """The requests whose turn is this person's by these roles, those that wait longest first."""
    return _rows(connection, waiting_for(person_id, grants))


def waiting_for(person_id: int, grants: tuple[Grant, ...]) -> ColumnElement[bool]:
    """SQL: the request waits for this person, as lead of its project or by a role that reaches its project."""
    led = select(PROJECT.c.id).where(PROJECT.c.lead_id == person_id)
    joined = select(PROJECT_MEMBER.c.project_id).where(
        PROJECT_MEMBER.c.person_id == person_id, PROJECT_MEMBER.c.left.is_(None)
    )
    own = or_(REQUEST.c.project_id.in_(led), REQUEST.c.project_id.in_(joined))
    parts: list[ColumnElement[bool]] = [(REQUEST.c.turn.in_((Turn.LEAD, Turn.RECIPIENT))) & own]
    for grant in grants:
        turns = TURNS.get(grant.role)
        if turns is None:
            continue
        part: ColumnElement[bool] = REQUEST.c.turn.in_(turns)
        if grant.project_id is not None:
            part = part & (REQUEST.c.project_id == grant.project_id)
        elif grant.organisation_id is not None:
            part = part & REQUEST.c.project_id.in_(
                select(PROJECT.c.id).where(PROJECT.c.organisation_id == grant.organisation_id)
            )
        parts.append(part)
    return or_(*parts)


def detail(connection: Connection, code: str, *, at: str | None = None) -> RequestDetail:
    """A request with its lines' counts, decisions and messages."""
    found = finding.request(connection, code)
    (row,) = _rows(connection, REQUEST.c.id == found["id"])
    project = connection.execute(
        select(PROJECT.c.title, PERSON.c.login)
        .join(PERSON, PERSON.c.id == PROJECT.c.lead_id)
        .where(PROJECT.c.id == found["project_id"])
    ).one()
    decisions = connection.execute(
        select(PERSON.c.login, DECISION.c.vote, DECISION.c.reason, DECISION.c.decided)
        .join(PERSON, PERSON.c.id == DECISION.c.person_id)
        .where(DECISION.c.request_id == found["id"])
        .order_by(DECISION.c.id)
    )
    messages = connection.execute(
        select(PERSON.c.login, MESSAGE.c.said, MESSAGE.c.body)
        .join(PERSON, PERSON.c.id == MESSAGE.c.person_id)
        .where(MESSAGE.c.request_id == found["id"])
        .order_by(MESSAGE.c.id)
    )
    return RequestDetail(
        row,
        project.title,
        project.login,
        _lines(connection, found, at or now_utc()),
        tuple(DecisionRow(*tuple(each)) for each in decisions),
        tuple(MessageRow(*tuple(each)) for each in messages),
    )


def _rows(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[RequestRow, ...]:
    asked = (
        select(func.coalesce(func.sum(REQUEST_LINE.c.asked), 0))
        .where(REQUEST_LINE.c.request_id == REQUEST.c.id)
        .scalar_subquery()
    )
    given = (
        select(func.count())
        .where(
            RESERVATION.c.request_id == REQUEST.c.id,
            RESERVATION.c.state.in_((ReservationState.ACTIVE, ReservationState.PICKED)),
        )
        .scalar_subquery()
    )
    rows = connection.execute(
        select(
            REQUEST.c.id,
            REQUEST.c.code,
            PROJECT.c.code.label("project"),
            REQUEST.c.title,
            REQUEST.c.state,
            REQUEST.c.turn,
            REQUEST.c.turn_since,
            REQUEST.c.created,
            asked,
            given,
        )
        .join(PROJECT, PROJECT.c.id == REQUEST.c.project_id)
        .where(*conditions)
        .order_by(REQUEST.c.turn_since, REQUEST.c.id)
    )
    return tuple(RequestRow(*tuple(row)) for row in rows)


def _lines(connection: Connection, request: RowMapping, at: str) -> tuple[LineRow, ...]:
    lines = (
        connection.execute(
            select(REQUEST_LINE).where(REQUEST_LINE.c.request_id == request["id"]).order_by(REQUEST_LINE.c.place)
        )
        .mappings()
        .all()
    )
    states = {
        (row.line_id, row.state): row.n
        for row in connection.execute(
            select(RESERVATION.c.line_id, RESERVATION.c.state, func.count().label("n"))
            .where(RESERVATION.c.request_id == request["id"])
            .group_by(RESERVATION.c.line_id, RESERVATION.c.state)
        )
    }
    shipped = {
        row.line_id: row.n
        for row in connection.execute(
            select(RESERVATION.c.line_id, func.count().label("n"))
            .select_from(RESERVATION)
            .join(SHIPMENT_ITEM, SHIPMENT_ITEM.c.sample_id == RESERVATION.c.sample_id)
            .join(SHIPMENT, SHIPMENT.c.id == SHIPMENT_ITEM.c.shipment_id)
            .where(
                RESERVATION.c.request_id == request["id"],
                (RESERVATION.c.state == ReservationState.PICKED) | (RESERVATION.c.why == CAME_BACK),
                SHIPMENT.c.request_id == request["id"],
                SHIPMENT.c.dispatched.is_not(None),
                SHIPMENT_ITEM.c.state.in_(SENT_ITEM),
            )
            .group_by(RESERVATION.c.line_id)
        )
    }
    judged = judged_for(connection, request["project_id"], at)
    asking = request["state"] in OPEN_REQUESTS
    return tuple(
        _line(
            connection,
            line,
            judged if asking else None,
            states.get((line["id"], ReservationState.ACTIVE), 0),
            states.get((line["id"], ReservationState.PICKED), 0),
            shipped.get(line["id"], 0),
        )
        for line in lines
    )


def _line(
    connection: Connection, line: RowMapping, judged: Judged | None, reserved: int, picked: int, shipped: int
) -> LineRow:
    least = least_of(line)
    named = (
        connection.execute(
            select(SAMPLE.c.id, SAMPLE.c.code)
            .join(REQUEST_SAMPLE, REQUEST_SAMPLE.c.sample_id == SAMPLE.c.id)
            .where(REQUEST_SAMPLE.c.line_id == line["id"])
            .order_by(REQUEST_SAMPLE.c.id)
        ).all()
        if line["kind"] == LineKind.SAMPLES
        else []
    )
    eligible: int | None = None
    barred: tuple[Barred, ...] = ()
    if judged is not None and line["kind"] == LineKind.CRITERIA:
        eligible = sum(count_by_profile(connection, judged, parse(line["criteria"] or ""), least).values())
    elif judged is not None:
        held = set(
            connection.scalars(
                select(RESERVATION.c.sample_id).where(
                    RESERVATION.c.line_id == line["id"],
                    RESERVATION.c.state.in_((ReservationState.ACTIVE, ReservationState.PICKED)),
                )
            )
        )
        open_ids = [row.id for row in named if row.id not in held]
        kept = barriers(connection, judged, open_ids, least=least)
        eligible = len(open_ids) - len(kept)
        barred = tuple(kept[number] for number in open_ids if number in kept)
    return LineRow(
        line["place"],
        line["kind"],
        line["criteria"],
        tuple(row.code for row in named),
        str(least) if least is not None else "",
        line["asked"],
        eligible,
        reserved,
        picked,
        shipped,
        barred,
    )
