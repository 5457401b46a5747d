"""Projects, their teams and agreements, and the call of a year with its scores against the target."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Boolean, ColumnElement, Connection, case, cast, func, select

from biobank_tui.bank.settings import setting
from biobank_tui.model.tables import (
    AGREEMENT,
    ORGANISATION,
    PERSON,
    PROJECT,
    PROJECT_MEMBER,
    REQUEST,
    RESERVATION,
    SCORE,
)
from biobank_tui.queries import finding
from biobank_tui.queries.purposes import OPEN_REQUESTS, Party, effective_purpose, on_team, parties_of
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.lifecycles import ProjectState, ReservationState

CHOSEN = (ProjectState.SELECTED, ProjectState.ACTIVE, ProjectState.SUSPENDED, ProjectState.CLOSED)
"""States of a project that was selected in its call."""


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project in a list. held: samples reserved or picked for it, against its quota. coded: its purpose is."""

    id: int
    code: str
    title: str
    lead: str
    organisation: str
    state: str
    year: int
    quota: int | None
    held: int
    open_requests: int
    coded: bool


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A committee member's score, or a declared conflict of interest."""

    person: str
    points: float | None
    conflict: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """A transfer agreement. in_date: signed, and not run out."""

    organisation: str
    reference: str
    signed: str | None
    expires: str | None
    in_date: bool


@dataclass(frozen=True, slots=True)
class ProjectDetail:
    """A project whole. purpose: with what its team adds to it; None while nothing is coded."""

    project: ProjectRow
    summary: str | None
    purpose: Purpose | None
    parties: tuple[Party, ...]
    people: tuple[str, ...]
    ethics_reference: str | None
    ethics_expires: str | None
    export_authorisation: str | None
    agreements: tuple[AgreementRow, ...]
    scores: tuple[ScoreRow, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A project in the call of its year. mean: of the points given, None without any. scores: how many gave points."""

    project: ProjectRow
    mean: float | None
    scores: int
    conflicts: int


@dataclass(frozen=True, slots=True)
class Call:
    """A year's call: its proposals, the best first, and how many were selected against the target."""

    year: int
    target: int
    selected: int
    proposals: tuple[Proposal, ...]


def projects(connection: Connection, *, state: str | None = None, year: int | None = None) -> tuple[ProjectRow, ...]:
    """Projects by code, of one state or one year's call where given."""
    conditions = []
    if state is not None:
        conditions.append(PROJECT.c.state == state)
    if year is not None:
        conditions.append(PROJECT.c.year == year)
    return _rows(connection, *conditions)


def detail(connection: Connection, code: str, *, at: str, reader: int | None = None) -> ProjectDetail:
    """A project with its team, agreements and scores; scores are not shown to the project's own people.

    at: the moment agreements are looked at. reader: the id of the person who asks.
    """
    found = finding.project(connection, code)
    (row,) = _rows(connection, PROJECT.c.id == found["id"])
    people = connection.scalars(
        select(PERSON.c.login)
        .join(PROJECT_MEMBER, PROJECT_MEMBER.c.person_id == PERSON.c.id)
        .where(PROJECT_MEMBER.c.project_id == found["id"], PROJECT_MEMBER.c.left.is_(None))
        .order_by(PERSON.c.login)
    )
    agreements = connection.execute(
        select(ORGANISATION.c.code, AGREEMENT.c.reference, AGREEMENT.c.signed, AGREEMENT.c.expires)
        .join(ORGANISATION, ORGANISATION.c.id == AGREEMENT.c.organisation_id)
        .where(AGREEMENT.c.project_id == found["id"], AGREEMENT.c.ended.is_(None))
        .order_by(AGREEMENT.c.id)
    )
    scores = connection.execute(
        select(PERSON.c.login, SCORE.c.points, SCORE.c.conflict, SCORE.c.comment)
        .join(PERSON, PERSON.c.id == SCORE.c.person_id)
        .where(SCORE.c.project_id == found["id"])
        .order_by(SCORE.c.id)
    )
    own = on_team(connection, found["id"], reader)
    return ProjectDetail(
        row,
        found["summary"],
        effective_purpose(connection, found),
        parties_of(connection, found),
        tuple(people),
        found["ethics_reference"],
        found["ethics_expires"],
        found["export_authorisation"],
        tuple(
            AgreementRow(each.code, each.reference, each.signed, each.expires, in_date(each.signed, each.expires, at))
            for each in agreements
        ),
        () if own else tuple(ScoreRow(*tuple(each)) for each in scores),
    )


def call(connection: Connection, year: int, *, reader: int | None = None) -> Call:
    """A year's proposals ranked by their mean score; the reader's own are listed without their scores, last."""
    rows = {row.id: row for row in _rows(connection, PROJECT.c.year == year)}
    scores = {
        row.project_id: row
        for row in connection.execute(
            select(
                SCORE.c.project_id,
                func.avg(SCORE.c.points).label("mean"),
                func.count(SCORE.c.points).label("n"),
                func.sum(case((SCORE.c.conflict.is_not(None), 1), else_=0)).label("conflicts"),
            )
            .join(PROJECT, PROJECT.c.id == SCORE.c.project_id)
            .where(PROJECT.c.year == year)
            .group_by(SCORE.c.project_id)
        )
    }
    proposals = []
    for number, row in rows.items():
        score = scores.get(number)
        if score is None or on_team(connection, number, reader):
            proposals.append(Proposal(row, None, 0, 0))
        else:
            mean = float(score.mean) if score.mean is not None else None
            proposals.append(Proposal(row, mean, score.n, int(score.conflicts)))
    proposals.sort(key=lambda each: (each.mean is None, -(each.mean or 0), each.project.id))
    selected = sum(row.state in CHOSEN for row in rows.values())
    return Call(year, int(setting(connection, "call_target")), selected, tuple(proposals))


def in_date(signed: str | None, expires: str | None, at: str) -> bool:
    """Whether an agreement is signed and has not run out; a partial last day counts to its end."""
    if signed is None or signed > at:
        return False
    return expires is None or at[: len(expires)] <= expires


def _rows(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[ProjectRow, ...]:
    held = (
        select(func.count())
        .select_from(RESERVATION)
        .join(REQUEST, REQUEST.c.id == RESERVATION.c.request_id)
        .where(
            REQUEST.c.project_id == PROJECT.c.id,
            RESERVATION.c.state.in_((ReservationState.ACTIVE, ReservationState.PICKED)),
        )
        .scalar_subquery()
    )
    waiting = (
        select(func.count())
        .where(REQUEST.c.project_id == PROJECT.c.id, REQUEST.c.state.in_(OPEN_REQUESTS))
        .scalar_subquery()
    )
    rows = connection.execute(
        select(
            PROJECT.c.id,
            PROJECT.c.code,
            PROJECT.c.title,
            PERSON.c.login,
            ORGANISATION.c.code,
            PROJECT.c.state,
            PROJECT.c.year,
            PROJECT.c.quota,
            held,
            waiting,
            cast(PROJECT.c.purpose.is_not(None), Boolean),
        )
        .join(PERSON, PERSON.c.id == PROJECT.c.lead_id)
        .join(ORGANISATION, ORGANISATION.c.id == PROJECT.c.organisation_id)
        .where(*conditions)
        .order_by(PROJECT.c.code)
    )
    return tuple(ProjectRow(*tuple(row)) for row in rows)
