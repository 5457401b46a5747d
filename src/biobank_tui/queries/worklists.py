"""What waits on the bench today: each list with its count and its first rows, all from indexes and kept counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from biobank_tui.bank.transaction import Actor, grants_of
from biobank_tui.model import PickState
from biobank_tui.model.tables import (
    CONSENT,
    CONSENT_FORM,
    DONOR,
    PICK_ITEM,
    PICK_LIST,
    PROJECT,
    REQUEST,
    RESERVATION,
    SAMPLE,
    SAMPLE_TALLY,
    STORAGE_UNIT,
    WITHDRAWAL,
)
from biobank_tui.queries.disposal import UNDER, WAITS
from biobank_tui.queries.lapses import coming_of_age, undecided
from biobank_tui.queries.printing import jobs
from biobank_tui.queries.sight import sight_of
from biobank_tui.queries.turns import waiting_for
from biobank_tui.rules.lifecycles import (
    PLACELESS,
    ConsentState,
    ReservationState,
    SampleStatus,
)
from biobank_tui.rules.moments import now_utc
from biobank_tui.rules.withdrawing import Outcome

RESERVATION_NOTICE = timedelta(days=7)
CONSENT_NOTICE = timedelta(days=30)
MAJORITY_NOTICE = timedelta(days=90)


class Work(StrEnum):
    """The lists, in the order they are shown."""

    TO_RECEIVE = "to_receive"
    TO_PLACE = "to_place"
    TO_PICK = "to_pick"
    TO_DESTROY = "to_destroy"
    TO_PRINT = "to_print"
    RESERVATIONS_RUN_OUT = "reservations_run_out"
    CONSENTS_RUN_OUT = "consents_run_out"
    RESERVATIONS_EXPIRING = "reservations_expiring"
    CONSENTS_EXPIRING = "consents_expiring"
    MAJORITY = "majority"
    MY_TURN = "my_turn"


UNCOMMON = frozenset({Work.TO_PRINT, Work.RESERVATIONS_RUN_OUT, Work.CONSENTS_RUN_OUT})
"""Lists that are shown only while something is in them."""
FOR_LEADS = (Work.MY_TURN,)
"""What those who only lead projects have on their bench: the others are told under the bank's own codes."""


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One thing to do. code: what a scan or a key opens. about: a word on it. when: since or until, or nothing."""

    code: str
    about: str
    when: str | None


@dataclass(frozen=True, slots=True)
class WorkList:
    """count: how many there are in all; rows: the first of them."""

    work: Work
    count: int
    rows: tuple[WorkRow, ...] = field(default=())


def worklists(connection: Connection, actor: Actor, *, limit: int = 5, at: str | None = None) -> tuple[WorkList, ...]:
    """Every list of the bench for this person, at this moment."""
    now = at or now_utc()
    known = Work if sight_of(connection, actor.person_id).whole else FOR_LEADS
    found = (worklist(connection, work, actor, limit=limit, at=now) for work in known)
    return tuple(each for each in found if each.count or each.work not in UNCOMMON)


def worklist(connection: Connection, work: Work, actor: Actor, *, limit: int = 50, at: str | None = None) -> WorkList:
    """One of the lists with its first `limit` rows."""
    if work not in FOR_LEADS:
        sight_of(connection, actor.person_id).require_bank_codes()
    ask = Asked(connection, actor, limit, at or now_utc())
    count, rows = LISTS[work](ask)
    return WorkList(work, count, rows)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and for how many rows."""

    connection: Connection
    actor: Actor
    limit: int
    at: str


Answer = tuple[int, tuple[WorkRow, ...]]


def _to_receive(ask: Asked) -> Answer:
    kept = SAMPLE_TALLY.c.status == SampleStatus.EXPECTED
    materials = ask.connection.execute(
        select(SAMPLE_TALLY.c.material, func.sum(SAMPLE_TALLY.c.n)).where(kept).group_by(SAMPLE_TALLY.c.material)
    ).all()
    count = sum(int(n) for _material, n in materials)
    if not count:
        return 0, ()
    # Naming the materials lets the facet index lead straight to the expected ones.
    rows = select(SAMPLE.c.code, SAMPLE.c.material, SAMPLE.c.collected).where(
        SAMPLE.c.material.in_([material for material, n in materials if n]), SAMPLE.c.status == SampleStatus.EXPECTED
    )
    return count, _rows(ask, rows)


def _to_place(ask: Asked) -> Answer:
    """Tubes in the bank without a place; the latest first, as those just received are most likely among them."""
    count = _without_place(ask.connection)
    if count <= 0:
        return 0, ()
    rows = select(SAMPLE.c.code, SAMPLE.c.material, SAMPLE.c.received).where(
        SAMPLE.c.unit_id.is_(None), SAMPLE.c.status.not_in(PLACELESS)
    )
    return count, _rows(ask, rows.order_by(SAMPLE.c.id.desc()))


def _without_place(connection: Connection) -> int:
    """How many tubes in the bank have no place, from kept counts alone."""
    present = connection.scalar(
        select(func.coalesce(func.sum(SAMPLE_TALLY.c.n), 0)).where(SAMPLE_TALLY.c.status.not_in(PLACELESS))
    )
    placed = connection.scalar(
        select(func.coalesce(func.sum(STORAGE_UNIT.c.tubes), 0)).where(STORAGE_UNIT.c.parent_id.is_(None))
    )
    return int(present or 0) - int(placed or 0)


def _to_pick(ask: Asked) -> Answer:
    lists = ask.connection.execute(
        select(PICK_LIST.c.code, PROJECT.c.code.label("project"), PICK_LIST.c.made, func.count().label("n"))
        .select_from(PICK_LIST)
        .join(PICK_ITEM, PICK_ITEM.c.pick_list_id == PICK_LIST.c.id)
        .join(REQUEST, REQUEST.c.id == PICK_LIST.c.request_id)
        .join(PROJECT, PROJECT.c.id == REQUEST.c.project_id)
        .where(PICK_LIST.c.closed.is_(None), PICK_ITEM.c.state == PickState.TO_PICK)
        .group_by(PICK_LIST.c.id, PICK_LIST.c.code, PROJECT.c.code, PICK_LIST.c.made)
        .order_by(PICK_LIST.c.made, PICK_LIST.c.id)
    ).all()
    rows = tuple(WorkRow(each.code, f"{each.project} · {each.n}", each.made) for each in lists[: ask.limit])
    return sum(each.n for each in lists), rows


def _to_destroy(ask: Asked) -> Answer:
    """Tubes still in the bank whose donor has withdrawn, and did not choose to have them anonymised."""
    here = WAITS & (WITHDRAWAL.c.outcome != Outcome.ANONYMISE) & (SAMPLE.c.status != SampleStatus.MISSING)
    rows = select(SAMPLE.c.code, SAMPLE.c.material, WITHDRAWAL.c.made).select_from(UNDER).where(here)
    return _counted(ask, rows.order_by(WITHDRAWAL.c.id, SAMPLE.c.id))


def _to_print(ask: Asked) -> Answer:
    """Labels that wait for a printer, or of which nobody said yet whether they came out."""
    waiting = [(job, job.waiting + job.doubtful) for job in jobs(ask.connection)]
    rows = tuple(WorkRow(f"#{job.id}", f"{job.target} · {labels}", job.made) for job, labels in waiting[: ask.limit])
    return sum(labels for _job, labels in waiting), rows


def _reservations_expiring(ask: Asked) -> Answer:
    expires = RESERVATION.c.expires
    return _reservations(ask, (expires > ask.at) & (expires <= _later(ask.at, RESERVATION_NOTICE)))


def _reservations_run_out(ask: Asked) -> Answer:
    """Those that no sweep has ended yet."""
    return _reservations(ask, RESERVATION.c.expires <= ask.at)


def _reservations(ask: Asked, when: ColumnElement[bool]) -> Answer:
    soon = (RESERVATION.c.state == ReservationState.ACTIVE) & when
    rows = (
        select(SAMPLE.c.code, REQUEST.c.code.label("request"), RESERVATION.c.expires)
        .select_from(RESERVATION)
        .join(SAMPLE, SAMPLE.c.id == RESERVATION.c.sample_id)
        .join(REQUEST, REQUEST.c.id == RESERVATION.c.request_id)
        .where(soon)
        .order_by(RESERVATION.c.expires, RESERVATION.c.id)
    )
    return _count(ask, RESERVATION.c.id, soon), _rows(ask, rows)


def _consents_expiring(ask: Asked) -> Answer:
    expires = CONSENT.c.expires
    return _consents(ask, (expires >= ask.at[:10]) & (expires <= _later(ask.at, CONSENT_NOTICE)))


def _consents_run_out(ask: Asked) -> Answer:
    """Those past their day that nobody has marked so yet."""
    return _consents(ask, CONSENT.c.expires < ask.at[:10])


def _consents(ask: Asked, when: ColumnElement[bool]) -> Answer:
    soon = (CONSENT.c.state == ConsentState.ACTIVE) & when
    rows = (
        select(DONOR.c.code, CONSENT_FORM.c.code.label("form"), CONSENT.c.expires)
        .select_from(CONSENT)
        .join(DONOR, DONOR.c.id == CONSENT.c.donor_id)
        .join(CONSENT_FORM, CONSENT_FORM.c.id == CONSENT.c.form_id)
        .where(soon)
        .order_by(CONSENT.c.expires, CONSENT.c.id)
    )
    return _count(ask, CONSENT.c.id, soon), _rows(ask, rows)


def _majority(ask: Asked) -> Answer:
    """Donors for whom a guardian answered and who may be of age soon, or are and have not decided."""
    found = coming_of_age(ask.connection, _later(ask.at, MAJORITY_NOTICE)[:10])
    rows = tuple(WorkRow(each.code, each.form, each.day) for each in found[: ask.limit])
    waiting = undecided(ask.connection)
    more = tuple(WorkRow(code, form, day) for code, form, day in waiting[: max(ask.limit - len(rows), 0)])
    return len(found) + len(waiting), (*more, *rows)[: ask.limit]


def _my_turn(ask: Asked) -> Answer:
    person = ask.actor.person_id
    if person is None:
        return 0, ()
    mine = waiting_for(person, grants_of(ask.connection, person))
    rows = select(REQUEST.c.code, REQUEST.c.title, REQUEST.c.turn_since).where(mine)
    return _count(ask, REQUEST.c.id, mine), _rows(ask, rows.order_by(REQUEST.c.turn_since, REQUEST.c.id))


LISTS: dict[Work, Callable[[Asked], Answer]] = {
    Work.TO_RECEIVE: _to_receive,
    Work.TO_PLACE: _to_place,
    Work.TO_PICK: _to_pick,
    Work.TO_DESTROY: _to_destroy,
    Work.TO_PRINT: _to_print,
    Work.RESERVATIONS_RUN_OUT: _reservations_run_out,
    Work.CONSENTS_RUN_OUT: _consents_run_out,
    Work.RESERVATIONS_EXPIRING: _reservations_expiring,
    Work.CONSENTS_EXPIRING: _consents_expiring,
    Work.MAJORITY: _majority,
    Work.MY_TURN: _my_turn,
}


def _rows(ask: Asked, query: Select[Any]) -> tuple[WorkRow, ...]:
    return tuple(WorkRow(*tuple(row)) for row in ask.connection.execute(query.limit(ask.limit)))


def _count(ask: Asked, column: ColumnElement[int], where: ColumnElement[bool]) -> int:
    return ask.connection.scalar(select(func.count(column)).where(where)) or 0


def _counted(ask: Asked, query: Select[Any]) -> Answer:
    whole = query.order_by(None).subquery()
    return ask.connection.scalar(select(func.count()).select_from(whole)) or 0, _rows(ask, query)


def _later(at: str, by: timedelta) -> str:
    """A text that every moment up to that time is not beyond."""
    return (datetime.fromisoformat(at) + by).strftime("%Y-%m-%dT%H:%M:%SZ")
