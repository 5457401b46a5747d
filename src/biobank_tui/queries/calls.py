"""The call of a year: its days, its criteria, and its proposals ranked by their scores against the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, RowMapping, select

from biobank_tui.bank.settings import setting
from biobank_tui.bank.transaction import grants_of
from biobank_tui.model.tables import PROJECT, PROPOSAL_CALL, SCORE
from biobank_tui.queries.interests import Interest, kept_from_scores
from biobank_tui.queries.projects import ProjectRow, project_rows
from biobank_tui.queries.sight import sight_of
from biobank_tui.rules.lifecycles import ProjectState
from biobank_tui.rules.permissions import Role
from biobank_tui.rules.scoring import Criterion, Rank, criteria_of, marks_of, ranked

CHOSEN = (ProjectState.SELECTED, ProjectState.ACTIVE, ProjectState.SUSPENDED, ProjectState.CLOSED)
"""States of a project that was selected in its call."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A project in the call of its year.

    mean: of the points given, None without any. rank: by it, among those the reader may see ranked. scores: how many
    gave points. by_criterion: the mean of each criterion's points, where they were given. mine: the reader's own
    points. interest: what keeps the reader from judging it, and its scores from the reader.
    """

    project: ProjectRow
    mean: float | None
    rank: Rank | None
    scores: int
    conflicts: int
    by_criterion: dict[str, float]
    mine: float | None = None
    interest: Interest | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A year's call: its proposals, the best first, and how many were selected against the target.

    hidden: proposals of the reader's own that a committee member does not see here.
    """

    year: int
    opens: str | None
    closes: str | None
    criteria: tuple[Criterion, ...]
    target: int
    selected: int
    proposals: tuple[Proposal, ...]
    hidden: int = 0


def stored_call(connection: Connection, year: int) -> RowMapping | None:
    """The row of a year's call, where one was announced."""
    return connection.execute(select(PROPOSAL_CALL).where(PROPOSAL_CALL.c.year == year)).mappings().first()


def criteria_in(connection: Connection, year: int) -> tuple[Criterion, ...]:
    """What proposals of a year are scored by."""
    found = stored_call(connection, year)
    return criteria_of(found["criteria"] if found else None)


def call_years(connection: Connection) -> tuple[int, ...]:
    """The years that have a call or a proposal, the latest first."""
    announced = connection.scalars(select(PROPOSAL_CALL.c.year))
    proposed = connection.scalars(select(PROJECT.c.year).distinct())
    return tuple(sorted({*announced, *proposed}, reverse=True))


def call(connection: Connection, year: int, *, reader: int | None = None) -> Call:
    """A year's proposals ranked by their mean score.

    A committee member does not see proposals of an own team, and no scores where an interest stands in the way; who
    only leads projects sees the own ones, without scores. Without a reader everything is told.
    """
    rows = {row.id: row for row in project_rows(connection, PROJECT.c.year == year)}
    selected = sum(row.state in CHOSEN for row in rows.values())
    found = stored_call(connection, year)
    target = found["target"] if found and found["target"] is not None else int(setting(connection, "call_target"))
    given: dict[int, list[RowMapping]] = {}
    for score in connection.execute(
        select(SCORE).join(PROJECT, PROJECT.c.id == SCORE.c.project_id).where(PROJECT.c.year == year)
    ).mappings():
        given.setdefault(score["project_id"], []).append(score)
    seen, interests = _seen(connection, year, reader)
    shown = [row for number, row in rows.items() if number in seen]
    proposals = [_proposal(row, given.get(row.id, []), interests.get(row.id), reader) for row in shown]
    if reader is not None and not sight_of(connection, reader).whole:
        proposals = [Proposal(each.project, None, None, 0, 0, {}) for each in proposals]
    return Call(
        year,
        found["opens"] if found else None,
        found["closes"] if found else None,
        criteria_of(found["criteria"] if found else None),
        target,
        selected,
        _in_order(proposals),
        len(rows) - len(shown) if reader is not None and sight_of(connection, reader).whole else 0,
    )


def _seen(connection: Connection, year: int, reader: int | None) -> tuple[set[int], dict[int, Interest]]:
    """Which proposals of a year are listed for a reader, and the reader's interests in them."""
    projects = connection.execute(select(PROJECT).where(PROJECT.c.year == year)).mappings().all()
    if reader is None:
        return {row["id"] for row in projects}, {}
    readable = set(connection.scalars(select(PROJECT.c.id).where(sight_of(connection, reader).projects())))
    roles = {grant.role for grant in grants_of(connection, reader)}
    interests = {row["id"]: kind for row in projects if (kind := kept_from_scores(connection, row, reader)) is not None}
    own = {number for number, kind in interests.items() if kind is Interest.TEAM and Role.COMMITTEE in roles}
    return {row["id"] for row in projects if row["id"] in readable} - own, interests


def _proposal(row: ProjectRow, scores: Sequence[RowMapping], kept: Interest | None, reader: int | None) -> Proposal:
    if kept is not None:
        return Proposal(row, None, None, 0, 0, {}, interest=kept)
    points = [score["points"] for score in scores if score["points"] is not None]
    marks: dict[str, list[float]] = {}
    for score in scores:
        for code, mark in marks_of(score["marks"]).items():
            marks.setdefault(code, []).append(mark)
    mine = next((score["points"] for score in scores if score["person_id"] == reader), None)
    return Proposal(
        row,
        sum(points) / len(points) if points else None,
        None,
        len(points),
        sum(score["conflict"] is not None for score in scores),
        {code: sum(each) / len(each) for code, each in marks.items()},
        mine,
    )


def _in_order(proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
    ranks = ranked([each.mean for each in proposals])
    placed = [replace(each, rank=rank) for each, rank in zip(proposals, ranks, strict=True)]
    return tuple(sorted(placed, key=lambda each: (each.rank.place if each.rank else len(placed) + 1, each.project.id)))
