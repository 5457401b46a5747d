"""Projects, their teams, agreements and scores."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Boolean, ColumnElement, Connection, Select, cast, func, select

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
from biobank_tui.queries.interests import Interest, kept_from_scores
from biobank_tui.queries.purposes import OPEN_REQUESTS, Party, effective_purpose, parties_of
from biobank_tui.queries.sight import EVERYTHING, sight_of
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.lifecycles import ReservationState
from biobank_tui.rules.scoring import marks_of


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
    marks: dict[str, float]


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
    """A project whole. purpose: with what its team adds to it; None while nothing is coded.

    decided, grounds: when it was selected or declined, and why. interest: what keeps the reader from its scores.
    """

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
    decided: str | None = None
    grounds: str | None = None
    interest: Interest | None = None


def projects(
    connection: Connection, *, state: str | None = None, year: int | None = None, reader: int | None = None
) -> tuple[ProjectRow, ...]:
    """Projects by code, of one state or one year's call where given; those this person reads, where given."""
    conditions = [] if reader is None else [sight_of(connection, reader).projects()]
    if state is not None:
        conditions.append(PROJECT.c.state == state)
    if year is not None:
        conditions.append(PROJECT.c.year == year)
    return project_rows(connection, *conditions)


def detail(connection: Connection, code: str, *, at: str, reader: int | None = None) -> ProjectDetail:
    """A project with its team, agreements and scores, as this person reads it; Denied where they do not.

    Scores are hidden from who has an interest in the project, and from who only leads projects. at: the moment
    agreements are looked at. reader: the id of the person who asks; None reads everything.
    """
    found = finding.project(connection, code)
    sight = EVERYTHING if reader is None else sight_of(connection, reader)
    sight.require(connection, found)
    (row,) = project_rows(connection, PROJECT.c.id == found["id"])
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
        select(PERSON.c.login, SCORE.c.points, SCORE.c.conflict, SCORE.c.comment, SCORE.c.marks)
        .join(PERSON, PERSON.c.id == SCORE.c.person_id)
        .where(SCORE.c.project_id == found["id"])
        .order_by(SCORE.c.id)
    )
    kept = kept_from_scores(connection, found, reader)
    told = () if kept is not None or not sight.whole else tuple(scores)
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
        tuple(ScoreRow(each.login, each.points, each.conflict, each.comment, marks_of(each.marks)) for each in told),
        found["decided"],
        found["grounds"],
        kept,
    )


def year_projects(year: int) -> Select[tuple[int]]:
    """SQL: the ids of the projects proposed in a year's call."""
    return select(PROJECT.c.id).where(PROJECT.c.year == year)


def in_date(signed: str | None, expires: str | None, at: str) -> bool:
    """Whether an agreement is signed and has not run out; a partial last day counts to its end."""
    if signed is None or signed > at:
        return False
    return expires is None or at[: len(expires)] <= expires


def project_rows(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[ProjectRow, ...]:
    """Projects by code under these conditions."""
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
