"""Requests are drawn up, handed in, reviewed, talked about, cancelled and closed; each step says whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, func, select

from biobank_tui.actions.releasing import end_reservations
from biobank_tui.actions.turns import advance
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
    REQUEST_SAMPLE,
    RESERVATION,
    SAMPLE,
)
from biobank_tui.queries import finding
from biobank_tui.queries.filters import condition
from biobank_tui.queries.purposes import on_team
from biobank_tui.queries.requests import SENT
from biobank_tui.queries.standing import HOLDING
from biobank_tui.rules import amounts
from biobank_tui.rules.codes import render
from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.lifecycles import REQUEST_TURN, ProjectState, RequestState, ReservationState
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.query import parse
from biobank_tui.rules.query import render as spelled
from biobank_tui.rules.text import controls

MOST_ASKED = 1_000_000
OUTCOMES: dict[Vote, RequestState] = {
    Vote.APPROVE: RequestState.APPROVED,
    Vote.REJECT: RequestState.REJECTED,
    Vote.CHANGES: RequestState.CHANGES_REQUESTED,
}
WORKED_ON = (RequestState.DRAFT, RequestState.CHANGES_REQUESTED)
"""States in which the lead may still change what is asked."""


@dataclass(frozen=True, slots=True)
class NewLine:
    """Samples by criteria (the filter language) or by name, never both.

    asked: how many; None takes all those named. least: what each must still hold, as "200 µL".
    """

    criteria: str | None = None
    samples: tuple[str, ...] = ()
    asked: int | None = None
    least: str | None = None


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
    """vote: approve, reject or changes; the last two need a reason."""

    request: str
    vote: str
    reason: str | None = None


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
        _write_lines(tx, number, 1, asked.lines)
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
        _write_lines(tx, request["id"], (last or 0) + 1, lines)
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
            changes["criteria"] = _criteria(tx, change.criteria)
        if change.asked is not None:
            changes["asked"] = _asked(change.asked)
        if change.least is not None:
            changes |= _least(change.least)
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
        return _standing(tx, request, RequestState.CANCELLED, released=released)


def close(bank: Bank, actor: Actor, code: str, reason: str | None = None) -> RequestStanding:
    """End a request that is being filled: fulfilled where every line got all it asked, closed short otherwise."""
    with bank.transaction(actor, Verb.REQUEST_CLOSE, reason=reason) as tx:
        request = _request(tx, code)
        given = (
            select(func.count())
            .where(RESERVATION.c.line_id == REQUEST_LINE.c.id, RESERVATION.c.state == ReservationState.PICKED)
            .scalar_subquery()
        )
        short = tx.count(REQUEST_LINE, REQUEST_LINE.c.request_id == request["id"], REQUEST_LINE.c.asked > given)
        released = _let_go(tx, request, "closed", (ReservationState.ACTIVE,))
        target = RequestState.CLOSED_SHORT if short else RequestState.FULFILLED
        return _standing(tx, request, target, released=released)


def _request(tx: Transaction, code: str) -> RowMapping:
    request = finding.request(tx.connection, code)
    tx.permit([_project(tx, request)["organisation_id"]], request["project_id"])
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


def _write_lines(tx: Transaction, request_id: int, start: int, lines: Sequence[NewLine]) -> None:
    if not lines:
        raise Refused("request.no_lines", "A request needs at least one line.")
    for place, line in enumerate(lines, start):
        if (line.criteria is None) == (not line.samples):
            raise Refused("line.either", "Line {line} is either criteria or samples by name.", line=place)
        shared = {"request_id": request_id, "place": place, **_least(line.least)}
        if line.criteria is not None:
            if line.asked is None:
                raise Refused("line.count", "Line {line} does not say how many samples it asks for.", line=place)
            criteria = _criteria(tx, line.criteria)
            tx.add(REQUEST_LINE, kind=LineKind.CRITERIA, criteria=criteria, asked=_asked(line.asked), **shared)
            continue
        named = finding.samples(tx.connection, line.samples)
        ids = list(dict.fromkeys(sample["id"] for sample in named))
        if len(ids) < len(named):
            raise Conflict("line.twice", "Line {line} names a sample twice.", line=place)
        asked = _asked(line.asked if line.asked is not None else len(ids))
        if asked > len(ids):
            raise Refused(
                "line.beyond", "Line {line} asks for {asked} of {named} named samples.",
                line=place, asked=asked, named=len(ids),
            )  # fmt: skip
        number = tx.add(REQUEST_LINE, kind=LineKind.SAMPLES, criteria=None, asked=asked, **shared)
        first, _prefix = tx.allocate(REQUEST_SAMPLE.name, len(ids))
        tx.insert(
            REQUEST_SAMPLE,
            [{"id": first + k, "line_id": number, "sample_id": sample} for k, sample in enumerate(ids)],
        )


def _criteria(tx: Transaction, text: str) -> str:
    query = parse(text)
    if not query.terms and not query.words:
        raise Refused("line.everything", "A line needs criteria, such as type:plasma dx:C50.")
    condition(tx.connection, query)
    return spelled(query)


def _asked(n: int) -> int:
    if not 1 <= n <= MOST_ASKED:
        raise Refused("line.asked", "A line asks for 1 to {most} samples, not {asked}.", most=MOST_ASKED, asked=n)
    return n


def _least(text: str | None) -> dict[str, Any]:
    if text is None or not text.strip():
        return {"least": None, "least_unit": None}
    least = amounts.parse(text)
    return {"least": least.base, "least_unit": str(least.unit)}
