"""Requests: the list with whose turn it is and since when, and one with each line's counts from asked to shipped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, ScalarSelect, case, func, select

from biobank_tui.model import LineKind
from biobank_tui.model.tables import (
    DECISION,
    MESSAGE,
    PERSON,
    PROJECT,
    REQUEST,
    REQUEST_LINE,
    REQUEST_SAMPLE,
    RESERVATION,
    SAMPLE,
    SHIPMENT,
    SHIPMENT_ITEM,
    WAITING_LINE,
)
from biobank_tui.queries import finding
from biobank_tui.queries.barriers import Barred, barriers
from biobank_tui.queries.eligibility import count_by_profile
from biobank_tui.queries.purposes import OPEN_REQUESTS, Judged, judged_for
from biobank_tui.queries.sight import sight_of
from biobank_tui.queries.turns import MayAct, waiting_for, who_may_act
from biobank_tui.rules.amounts import Amount, Unit
from biobank_tui.rules.lifecycles import CAME_BACK, SENT_ITEM, ReservationState, SampleStatus
from biobank_tui.rules.moments import now_utc
from biobank_tui.rules.permissions import Grant
from biobank_tui.rules.query import parse

TAKEN = (RESERVATION.c.state == ReservationState.PICKED) | (RESERVATION.c.why == CAME_BACK)
"""SQL: a reservation whose tube was picked, one that was sent and has come back included."""

SENT = (SampleStatus.IN_TRANSIT, SampleStatus.DISTRIBUTED)
"""Statuses of a sample that has left the bank."""


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in a list. turn: whose move it is, since turn_since. Counts are of samples over all lines.

    granted: of those asked, once it was approved; else as asked. reserved: set aside and not yet picked. picked: taken
    from their places, what was shipped since included. shipped: dispatched, also what has come back since, which
    returned counts.
    """

    id: int
    code: str
    project: str
    title: str
    state: str
    turn: str
    turn_since: str
    created: str
    asked: int
    granted: int
    reserved: int
    picked: int
    shipped: int
    returned: int


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line and how far it is.

    granted: how many of those asked were approved; all of them while nothing else is said.
    eligible: how many more could be reserved now; None where it was not asked. least: in words, or empty.
    reserved: set aside and not yet picked. picked: out of their places or on their way. shipped: dispatched.
    barred: named samples that cannot be reserved, with why. waiting: since when it waits for samples to come free.
    returned: of those shipped, how many came back; they were given all the same, and are not owed again.
    """

    place: int
    kind: str
    criteria: str | None
    samples: tuple[str, ...]
    least: str
    asked: int
    granted: int
    eligible: int | None
    reserved: int
    picked: int
    shipped: int
    barred: tuple[Barred, ...]
    waiting: str | None = None
    returned: int = 0

    @property
    def missing(self) -> int:
        """How many it is granted and does not have."""
        return max(self.granted - self.reserved - self.picked, 0)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A vote on a request."""

    person: str
    vote: str
    reason: str | None
    decided: str


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A word said about a request. facts: of a notice of the bank's own, which fill its body; else None."""

    person: str
    said: str
    body: str
    facts: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """A request whole. lead: login of the project's. may_act: whom it waits for. expires: when the first reservation
    that stands runs out."""

    request: RequestRow
    project_title: str
    lead: str
    lines: tuple[LineRow, ...]
    decisions: tuple[DecisionRow, ...]
    messages: tuple[MessageRow, ...]
    may_act: tuple[MayAct, ...] = ()
    expires: str | None = None


def least_of(line: RowMapping | Mapping[str, Any]) -> Amount | None:
    """What each sample of a line must still hold."""
    return Amount(line["least"], Unit(line["least_unit"])) if line["least"] is not None else None


def granted_of(line: RowMapping | Mapping[str, Any]) -> int:
    """How many samples of those a line asks for were approved."""
    return int(line["asked"] if line["granted"] is None else line["granted"])


def requests(
    connection: Connection, *, project: str | None = None, everything: bool = False, reader: int | None = None
) -> tuple[RequestRow, ...]:
    """The open requests, those that wait longest first; of one project by code; closed ones too if asked for.

    reader: the id of the person who asks, who reads own projects' alone where they only lead some; None reads all.
    """
    conditions: list[ColumnElement[bool]] = [] if everything else [REQUEST.c.state.in_(OPEN_REQUESTS)]
    if reader is not None:
        conditions.append(sight_of(connection, reader).projects())
    if project is not None:
        conditions.append(REQUEST.c.project_id == finding.project(connection, project)["id"])
    return _rows(connection, *conditions)


def requests_waiting_for(connection: Connection, person_id: int, grants: tuple[Grant, ...]) -> tuple[RequestRow, ...]:
    """The requests whose turn is this person's by these roles, those that wait longest first."""
    return _rows(connection, waiting_for(person_id, grants))


def detail(connection: Connection, code: str, *, at: str | None = None, reader: int | None = None) -> RequestDetail:
    """A request with its lines' counts, decisions and messages; Denied where it is not the reader's to read."""
    found = finding.request(connection, code)
    (row,) = _rows(connection, REQUEST.c.id == found["id"])
    project = (
        connection.execute(
            select(PROJECT.c.id, PROJECT.c.code, PROJECT.c.title, PERSON.c.login)
            .join(PERSON, PERSON.c.id == PROJECT.c.lead_id)
            .where(PROJECT.c.id == found["project_id"])
        )
        .mappings()
        .one()
    )
    if reader is not None:
        sight_of(connection, reader).require(connection, project)
    decisions = connection.execute(
        select(PERSON.c.login, DECISION.c.vote, DECISION.c.reason, DECISION.c.decided)
        .join(PERSON, PERSON.c.id == DECISION.c.person_id)
        .where(DECISION.c.request_id == found["id"])
        .order_by(DECISION.c.id)
    )
    messages = connection.execute(
        select(PERSON.c.login, MESSAGE.c.said, MESSAGE.c.body, MESSAGE.c.facts)
        .join(PERSON, PERSON.c.id == MESSAGE.c.person_id)
        .where(MESSAGE.c.request_id == found["id"])
        .order_by(MESSAGE.c.id)
    )
    return RequestDetail(
        row,
        project["title"],
        project["login"],
        _lines(connection, found, at or now_utc()),
        tuple(DecisionRow(*tuple(each)) for each in decisions),
        tuple(
            MessageRow(each.login, each.said, each.body, json.loads(each.facts) if each.facts else None)
            for each in messages
        ),
        who_may_act(connection, found),
        connection.scalar(
            select(func.min(RESERVATION.c.expires)).where(
                RESERVATION.c.request_id == found["id"], RESERVATION.c.state == ReservationState.ACTIVE
            )
        ),
    )


def _rows(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[RequestRow, ...]:
    asked = (
        select(func.coalesce(func.sum(REQUEST_LINE.c.asked), 0))
        .where(REQUEST_LINE.c.request_id == REQUEST.c.id)
        .scalar_subquery()
    )
    granted = (
        select(func.coalesce(func.sum(func.coalesce(REQUEST_LINE.c.granted, REQUEST_LINE.c.asked)), 0))
        .where(REQUEST_LINE.c.request_id == REQUEST.c.id)
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
            granted,
            _counted(RESERVATION.c.state == ReservationState.ACTIVE),
            _counted(TAKEN),
            _sent(),
            _sent(SHIPMENT_ITEM.c.returned.is_not(None)),
        )
        .join(PROJECT, PROJECT.c.id == REQUEST.c.project_id)
        .where(*conditions)
        .order_by(REQUEST.c.turn_since, REQUEST.c.id)
    )
    return tuple(RequestRow(*tuple(row)) for row in rows)


def _counted(which: ColumnElement[bool]) -> ScalarSelect[int]:
    """SQL: a request's reservations of these."""
    return select(func.count()).where(RESERVATION.c.request_id == REQUEST.c.id, which).scalar_subquery()


def _sent(*which: ColumnElement[bool]) -> ScalarSelect[int]:
    """SQL: a request's samples that were dispatched to it, of these."""
    return (
        select(func.count())
        .select_from(SHIPMENT)
        .join(SHIPMENT_ITEM, SHIPMENT_ITEM.c.shipment_id == SHIPMENT.c.id)
        .where(
            SHIPMENT.c.request_id == REQUEST.c.id,
            SHIPMENT.c.dispatched.is_not(None),
            SHIPMENT_ITEM.c.state.in_(SENT_ITEM),
            *which,
        )
        .scalar_subquery()
    )


def _lines(connection: Connection, request: RowMapping, at: str) -> tuple[LineRow, ...]:
    lines = (
        connection.execute(
            select(REQUEST_LINE).where(REQUEST_LINE.c.request_id == request["id"]).order_by(REQUEST_LINE.c.place)
        )
        .mappings()
        .all()
    )
    taken = case((TAKEN, "taken"), else_=RESERVATION.c.state)
    states = {
        (row.line_id, row.state): row.n
        for row in connection.execute(
            select(RESERVATION.c.line_id, taken.label("state"), func.count().label("n"))
            .where(RESERVATION.c.request_id == request["id"])
            .group_by(RESERVATION.c.line_id, taken)
        )
    }
    shipped = {
        row.line_id: (row.n, row.back)
        for row in connection.execute(
            select(
                RESERVATION.c.line_id,
                func.count(SHIPMENT_ITEM.c.id.distinct()).label("n"),
                func.count(case((SHIPMENT_ITEM.c.returned.is_not(None), SHIPMENT_ITEM.c.id)).distinct()).label("back"),
            )
            .select_from(RESERVATION)
            .join(SHIPMENT_ITEM, SHIPMENT_ITEM.c.sample_id == RESERVATION.c.sample_id)
            .join(SHIPMENT, SHIPMENT.c.id == SHIPMENT_ITEM.c.shipment_id)
            .where(
                RESERVATION.c.request_id == request["id"],
                TAKEN,
                SHIPMENT.c.request_id == request["id"],
                # A tube that came back may be given again: each time it was sent belongs to what it was given by then.
                SHIPMENT.c.dispatched >= RESERVATION.c.made,
                RESERVATION.c.ended.is_(None) | (RESERVATION.c.ended >= SHIPMENT.c.dispatched),
                SHIPMENT_ITEM.c.state.in_(SENT_ITEM),
            )
            .group_by(RESERVATION.c.line_id)
        )
    }
    waiting = dict(
        connection.execute(
            select(WAITING_LINE.c.line_id, WAITING_LINE.c.since).where(
                WAITING_LINE.c.line_id.in_([line["id"] for line in lines]), WAITING_LINE.c.ended.is_(None)
            )
        ).all()
    )
    judged = judged_for(connection, request["project_id"], at)
    asking = request["state"] in OPEN_REQUESTS
    return tuple(
        _line(
            connection,
            line,
            judged if asking else None,
            states.get((line["id"], ReservationState.ACTIVE), 0),
            states.get((line["id"], "taken"), 0),
            shipped.get(line["id"], (0, 0)),
            waiting.get(line["id"]),
        )
        for line in lines
    )


def _line(
    connection: Connection,
    line: RowMapping,
    judged: Judged | None,
    reserved: int,
    picked: int,
    shipped: tuple[int, int],
    waiting: str | None,
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
        granted_of(line),
        eligible,
        reserved,
        picked,
        shipped[0],
        barred,
        waiting,
        shipped[1],
    )
