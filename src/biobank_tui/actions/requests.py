"""Requests are drawn up, handed in, reviewed, talked about, cancelled and closed; each step says whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, func, select

from biobank_tui.actions.releasing import end_reservations
from biobank_tui.actions.request_lines import NewLine as NewLine  # noqa: PLC0414  (asked for by its name here)
from biobank_tui.actions.request_lines import checked_count, checked_criteria, checked_least, write_lines
from biobank_tui.actions.setting_aside import lines_of
from biobank_tui.actions.turns import advance
from biobank_tui.actions.waiting import end_waiting, serve
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model import LineKind, Vote
from biobank_tui.model.tables import (
    DECISION,
    MESSAGE,
    PICK_LIST,
    PROJECT,
    REQUEST,
    REQUEST_LINE,
    RESERVATION,
    SAMPLE,
)
from biobank_tui.queries import finding
from biobank_tui.queries.purposes import on_team
from biobank_tui.queries.requests import SENT, TAKEN
from biobank_tui.queries.sight import sight_of
from biobank_tui.queries.standing import HOLDING
from biobank_tui.rules.codes import render
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import REQUEST_TURN, ProjectState, RequestState, ReservationState
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.text import controls

OUTCOMES: dict[Vote, RequestState] = {
    Vote.APPROVE: RequestState.APPROVED,
    Vote.REJECT: RequestState.REJECTED,
    Vote.CHANGES: RequestState.CHANGES_REQUESTED,
}
WORKED_ON = (RequestState.DRAFT, RequestState.CHANGES_REQUESTED)
"""States in which the lead may still change what is asked."""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What a project asks for. project: its code."""

    project: str
    title: str
    lines: tuple[NewLine, ...]


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line asked for otherwise. line: its place from 1; None leaves a field as it is."""

    request: str
    line: int
    criteria: str | None = None
    asked: int | None = None
    least: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """vote: approve, reject or changes; the last two need a reason.

    granted: line → how many of those asked are approved; a line not named is approved whole.
    """

    request: str
    vote: str
    reason: str | None = None
    granted: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RequestStanding:
    """A request after an act: its state, and whose turn it is. released: reservations that ended."""

    id: int
    code: str
    state: str
    turn: str
    released: int = 0


def new(bank: Bank, actor: Actor, asked: NewRequest) -> RequestStanding:
    """Draw up a request; it is a draft until it is submitted."""
    title = asked.title.strip()
    if not title or controls(title):
        raise Refused("request.title", "A request needs a title of plain text.")
    with bank.transaction(actor, Verb.REQUEST_NEW) as tx:
        project = finding.project(tx.connection, asked.project)
        tx.permit([project["organisation_id"]], project["id"])
        sight_of(tx.connection, actor.person_id).require(tx.connection, project)
        _require_project_open(project)
        number, prefix = tx.allocate(REQUEST.name)
        code = render(prefix, number)
        tx.insert(
            REQUEST,
            [
                {
                    "id": number,
                    "code": code,
                    "project_id": project["id"],
                    "title": title,
                    "state": RequestState.DRAFT,
                    "turn": REQUEST_TURN[RequestState.DRAFT],
                    "turn_since": tx.at,
                    "created": tx.at,
                }
            ],
        )
        write_lines(tx, number, 1, asked.lines)
        tx.subject = code
        tx.facts = {"project": project["code"], "lines": len(asked.lines)}
        return RequestStanding(number, code, RequestState.DRAFT, REQUEST_TURN[RequestState.DRAFT])


def add_lines(bank: Bank, actor: Actor, code: str, lines: Sequence[NewLine]) -> RequestStanding:
    """Ask for more, while the request is with its project."""
    with bank.transaction(actor, Verb.REQUEST_NEW) as tx:
        request = _request(tx, code)
        _require_worked_on(request)
        last = tx.connection.scalar(
            select(func.max(REQUEST_LINE.c.place)).where(REQUEST_LINE.c.request_id == request["id"])
        )
        write_lines(tx, request["id"], (last or 0) + 1, lines)
        tx.facts = {"lines": len(lines)}
        return RequestStanding(request["id"], request["code"], request["state"], request["turn"])


def change_line(bank: Bank, actor: Actor, change: LineChange) -> RequestStanding:
    """Ask for something else in a line, while the request is with its project."""
    with bank.transaction(actor, Verb.REQUEST_NEW) as tx:
        request = _request(tx, change.request)
        _require_worked_on(request)
        line = (
            tx.connection.execute(
                select(REQUEST_LINE).where(
                    REQUEST_LINE.c.request_id == request["id"], REQUEST_LINE.c.place == change.line
                )
            )
            .mappings()
            .first()
        )
        if line is None:
            raise Refused("request.no_line", "{request} has no line {line}.", request=request["code"], line=change.line)
        changes: dict[str, Any] = {}
        if change.criteria is not None:
            if line["kind"] != LineKind.CRITERIA:
                raise Refused("line.named", "Line {line} names its samples; it has no criteria.", line=change.line)
            changes["criteria"] = checked_criteria(tx, change.criteria)
        if change.asked is not None:
            changes["asked"] = checked_count(change.asked)
        if change.least is not None:
            changes |= checked_least(change.least)
        tx.update(REQUEST_LINE, {line["id"]: changes})
        tx.facts = {"line": change.line}
        return RequestStanding(request["id"], request["code"], request["state"], request["turn"])


def submit(bank: Bank, actor: Actor, code: str) -> RequestStanding:
    """Hand a request in: from now it is the committee's turn."""
    with bank.transaction(actor, Verb.REQUEST_SUBMIT) as tx:
        request = _request(tx, code)
        _require_project_open(_project(tx, request))
        return _standing(tx, request, RequestState.SUBMITTED)


def review(bank: Bank, actor: Actor, said: Review) -> RequestStanding:
    """Decide on a submitted request; its project's own people do not."""
    if said.vote not in tuple(Vote):
        raise Refused("vote.unknown", "A vote is {allowed}, not {vote}.", allowed=", ".join(Vote), vote=said.vote)
    vote = Vote(said.vote)
    if vote is not Vote.APPROVE and not (said.reason and said.reason.strip()):
        raise Refused("vote.reason", "To {vote} a request, say why; its project reads it.", vote=str(vote))
    if said.granted and vote is not Vote.APPROVE:
        raise Refused("vote.granted", "Only an approval grants a part of what is asked.")
    with bank.transaction(actor, Verb.REQUEST_REVIEW, reason=said.reason) as tx:
        request = _request(tx, said.request)
        project = _project(tx, request)
        if on_team(tx.connection, project["id"], actor.person_id):
            raise Refused(
                "review.own", "You are on the team of {project}; others review its requests.", project=project["code"]
            )
        if vote is Vote.APPROVE and project["state"] != ProjectState.ACTIVE:
            raise Refused(
                "project.not_active", "{project} is {state}; only an active project gets samples.",
                project=project["code"], state=project["state"],
            )  # fmt: skip
        opened = [RequestState.IN_REVIEW] if request["state"] == RequestState.SUBMITTED else []
        _grant(tx, request, said.granted)
        standing = _standing(tx, request, *opened, OUTCOMES[vote])
        tx.add(
            DECISION,
            request_id=request["id"],
            person_id=actor.person_id,
            vote=vote,
            reason=tx.reason,
            decided=tx.at,
        )
        return standing


def message(bank: Bank, actor: Actor, code: str, body: str) -> int:
    """Say something to those on the other side of a request; the message's id."""
    text = body.strip()
    found = controls(text, allowed="\n\t")
    if not text or found:
        raise Refused("message.empty", "A message is some lines of plain text.")
    with bank.transaction(actor, Verb.REQUEST_MESSAGE) as tx:
        request = _request(tx, code)
        return tx.add(MESSAGE, request_id=request["id"], person_id=actor.person_id, said=tx.at, body=text)


def cancel(bank: Bank, actor: Actor, code: str, reason: str | None = None) -> RequestStanding:
    """Give a request up: its reservations end and its pick lists are closed."""
    with bank.transaction(actor, Verb.REQUEST_CANCEL, reason=reason) as tx:
        request = _request(tx, code)
        sent = tx.connection.scalar(
            select(SAMPLE.c.code)
            .join(RESERVATION, RESERVATION.c.sample_id == SAMPLE.c.id)
            .where(
                RESERVATION.c.request_id == request["id"],
                RESERVATION.c.state == ReservationState.PICKED,
                SAMPLE.c.status.in_(SENT),
            )
            .limit(1)
        )
        if sent is not None:
            raise Refused(
                "request.sent", "{sample} has already left for {request}; close it instead.",
                sample=sent, request=request["code"],
            )  # fmt: skip
        released = _let_go(tx, request, "cancelled")
        standing = _standing(tx, request, RequestState.CANCELLED, released=released)
        serve(tx)
        return standing


def close(bank: Bank, actor: Actor, code: str, reason: str | None = None) -> RequestStanding:
    """End a request that is being filled: fulfilled where every line got all it asked, closed short otherwise."""
    with bank.transaction(actor, Verb.REQUEST_CLOSE, reason=reason) as tx:
        request = _request(tx, code)
        given = select(func.count()).where(RESERVATION.c.line_id == REQUEST_LINE.c.id, TAKEN).scalar_subquery()
        short = tx.count(
            REQUEST_LINE,
            REQUEST_LINE.c.request_id == request["id"],
            func.coalesce(REQUEST_LINE.c.granted, REQUEST_LINE.c.asked) > given,
        )
        released = _let_go(tx, request, "closed", (ReservationState.ACTIVE,))
        target = RequestState.CLOSED_SHORT if short else RequestState.FULFILLED
        standing = _standing(tx, request, target, released=released)
        serve(tx)
        return standing


def _grant(tx: Transaction, request: RowMapping, granted: Mapping[int, int]) -> None:
    """Write down a part that is approved of what lines ask for."""
    lines = {line["place"]: line for line in lines_of(tx, request["id"])}
    for place, count in granted.items():
        if place not in lines:
            raise Refused("request.no_line", "{request} has no line {line}.", request=request["code"], line=place)
        if not 0 <= count <= lines[place]["asked"]:
            raise Refused(
                "line.granted", "Line {line} asks for {asked}; from 0 to that many are granted, not {granted}.",
                line=place, asked=lines[place]["asked"], granted=count,
            )  # fmt: skip
        tx.update(REQUEST_LINE, {lines[place]["id"]: {"granted": count}})
    if granted and not any(granted.get(place, line["asked"]) for place, line in lines.items()):
        raise Refused("vote.nothing", "An approval that grants nothing is a rejection; reject it, and say why.")
    if granted:
        tx.facts = {**tx.facts, "granted": {str(place): count for place, count in granted.items()}}


def _request(tx: Transaction, code: str) -> RowMapping:
    request = finding.request(tx.connection, code)
    project = _project(tx, request)
    tx.permit([project["organisation_id"]], project["id"])
    # Who leads projects acts in the own ones alone.
    sight_of(tx.connection, tx.actor.person_id).require(tx.connection, project)
    tx.subject = request["code"]
    return request


def _project(tx: Transaction, request: RowMapping) -> RowMapping:
    return tx.connection.execute(select(PROJECT).where(PROJECT.c.id == request["project_id"])).mappings().one()


def _standing(tx: Transaction, request: RowMapping, *steps: RequestState, released: int = 0) -> RequestStanding:
    state = advance(tx, request, *steps)
    if released:
        tx.facts = {**tx.facts, "released": released}
    return RequestStanding(request["id"], request["code"], state, REQUEST_TURN[state], released)


def _let_go(tx: Transaction, request: RowMapping, why: str, states: tuple[ReservationState, ...] = HOLDING) -> int:
    standing = tx.connection.scalars(
        select(RESERVATION.c.id).where(RESERVATION.c.request_id == request["id"], RESERVATION.c.state.in_(states))
    ).all()
    end_reservations(tx, standing, ReservationState.RELEASED, why)
    end_waiting(tx, request["id"], why)
    lists = tx.connection.scalars(
        select(PICK_LIST.c.id).where(PICK_LIST.c.request_id == request["id"], PICK_LIST.c.closed.is_(None))
    ).all()
    tx.update_all(PICK_LIST, lists, closed=tx.at)
    return len(standing)


def _require_project_open(project: RowMapping) -> None:
    if project["state"] != ProjectState.ACTIVE:
        raise Refused(
            "project.not_active_yet", "{project} is {state}; only an active project asks for samples.",
            project=project["code"], state=project["state"],
        )  # fmt: skip


def _require_worked_on(request: RowMapping) -> None:
    if request["state"] not in WORKED_ON:
        raise Refused(
            "request.settled", "{request} is {state}; its lines no longer change.",
            request=request["code"], state=request["state"],
        )  # fmt: skip
