"""Lines wait for samples to come free, and are served in the act that frees them, those that wait longest first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from biobank_tui.actions.setting_aside import (
    FILLING,
    eligible_for,
    held_by_project,
    lines_of,
    require_fulfilling,
    set_aside,
    still_granted,
)
from biobank_tui.actions.telling import tell
from biobank_tui.actions.turns import advance, days_after
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.settings import setting
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import PROJECT, REQUEST, REQUEST_LINE, WAITING_LINE
from biobank_tui.queries import finding
from biobank_tui.queries.purposes import judged_for
from biobank_tui.queries.sight import sight_of
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import ProjectState, RequestState
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.phrases import mark

SERVED = mark("{count} {count:sample came free and is|samples came free and are} reserved for line {line} until {day}.")


@dataclass(frozen=True, slots=True)
class Served:
    """A line that waited and got samples. left: how many it still waits for."""

    request: str
    line: int
    count: int
    left: int


def wait(bank: Bank, actor: Actor, code: str, line: int | None = None) -> tuple[int, ...]:
    """Put what an approved request is still short of on the wait-list; the lines that wait now, by place."""
    with bank.transaction(actor, Verb.REQUEST_WAIT) as tx:
        request = _request(tx, code)
        require_fulfilling(tx, request)
        waiting = _waiting(tx, request["id"])
        chosen = [each for each in lines_of(tx, request["id"]) if line in (None, each["place"])]
        short = [each for each in chosen if still_granted(tx, each)]
        if line is not None and not chosen:
            raise Refused("request.no_line", "{request} has no line {line}.", request=request["code"], line=line)
        if not short:
            raise Refused("reserve.complete", "{request} has all it asks for.", request=request["code"])
        for each in short:
            if each["id"] not in waiting:
                tx.add(WAITING_LINE, line_id=each["id"], since=tx.at, ended=None, why=None)
        served = serve(tx)
        tx.facts = {**tx.facts, "lines": [each["place"] for each in short], "served": sum(one.count for one in served)}
        return tuple(each["place"] for each in short)


def stop_waiting(bank: Bank, actor: Actor, code: str) -> int:
    """Take a request off the wait-list; how many of its lines had waited."""
    with bank.transaction(actor, Verb.REQUEST_WAIT) as tx:
        request = _request(tx, code)
        ended = end_waiting(tx, request["id"], "stopped")
        if not ended:
            raise Refused("waiting.none", "No line of {request} waits.", request=request["code"])
        return ended


def end_waiting(tx: Transaction, request_id: int, why: str) -> int:
    """The lines of a request wait no longer; how many had."""
    rows = _waiting(tx, request_id)
    tx.update_all(WAITING_LINE, rows.values(), ended=tx.at, why=why)
    return len(rows)


def serve(tx: Transaction) -> tuple[Served, ...]:
    """Give lines that wait what is eligible for them now, within their projects' quotas, and tell their projects."""
    found: list[Served] = []
    for row in _queue(tx):
        line, request, project = _standing(tx, row["line_id"])
        wanted = still_granted(tx, line)
        if wanted and project["quota"] is not None:
            wanted = min(wanted, max(project["quota"] - held_by_project(tx, project), 0))
        ids = eligible_for(tx, line, judged_for(tx.connection, project["id"], tx.at), wanted) if wanted else []
        if ids:
            expires = days_after(tx.at, int(setting(tx.connection, "reservation_days")))
            set_aside(tx, request["id"], line["id"], ids, expires)
            tell(tx, request["id"], SERVED, count=len(ids), line=line["place"], day=expires[:10])
            steps = [RequestState.IN_FULFILMENT] if request["state"] == RequestState.APPROVED else []
            facts = tx.facts
            advance(tx, request, *steps)
            tx.facts = facts
        left = still_granted(tx, line)
        if not left:
            tx.update(WAITING_LINE, {row["id"]: {"ended": tx.at, "why": "served"}})
        if ids:
            found.append(Served(request["code"], line["place"], len(ids), left))
    if found:
        tx.facts = {**tx.facts, "served": sum(each.count for each in found)}
    return tuple(found)


def _request(tx: Transaction, code: str) -> RowMapping:
    request = finding.request(tx.connection, code)
    project = tx.connection.execute(select(PROJECT).where(PROJECT.c.id == request["project_id"])).mappings().one()
    tx.permit([project["organisation_id"]], project["id"])
    sight_of(tx.connection, tx.actor.person_id).require(tx.connection, project)
    tx.subject = request["code"]
    return request


def _waiting(tx: Transaction, request_id: int) -> dict[int, int]:
    """The open waits of a request: line id → its id."""
    rows = tx.connection.execute(
        select(WAITING_LINE.c.line_id, WAITING_LINE.c.id)
        .join(REQUEST_LINE, REQUEST_LINE.c.id == WAITING_LINE.c.line_id)
        .where(REQUEST_LINE.c.request_id == request_id, WAITING_LINE.c.ended.is_(None))
    )
    return {row.line_id: row.id for row in rows}


def _queue(tx: Transaction) -> list[RowMapping]:
    """Lines that wait and whose request may get samples, those that wait longest first."""
    rows = tx.connection.execute(
        select(WAITING_LINE.c.id, WAITING_LINE.c.line_id)
        .join(REQUEST_LINE, REQUEST_LINE.c.id == WAITING_LINE.c.line_id)
        .join(REQUEST, REQUEST.c.id == REQUEST_LINE.c.request_id)
        .join(PROJECT, PROJECT.c.id == REQUEST.c.project_id)
        .where(
            WAITING_LINE.c.ended.is_(None),
            REQUEST.c.state.in_(FILLING),
            PROJECT.c.state == ProjectState.ACTIVE,
            PROJECT.c.purpose.is_not(None),
        )
        .order_by(WAITING_LINE.c.since, WAITING_LINE.c.id)
    )
    return list(rows.mappings())


def _standing(tx: Transaction, line_id: int) -> tuple[RowMapping, RowMapping, RowMapping]:
    """A line with its request and its project, as they stand within this act."""
    line = tx.connection.execute(select(REQUEST_LINE).where(REQUEST_LINE.c.id == line_id)).mappings().one()
    request = tx.connection.execute(select(REQUEST).where(REQUEST.c.id == line["request_id"])).mappings().one()
    project = tx.connection.execute(select(PROJECT).where(PROJECT.c.id == request["project_id"])).mappings().one()
    return line, request, project
