"""Where a line is short: what would do instead, if one thing it asks were not asked."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from biobank_tui.model.tables import SAMPLE
from biobank_tui.queries import finding
from biobank_tui.queries.barriers import hide_small
from biobank_tui.queries.eligibility import count_by_profile, usable_by
from biobank_tui.queries.purposes import Judged, judged_for
from biobank_tui.queries.requests import LineRow, detail
from biobank_tui.rules import amounts
from biobank_tui.rules.moments import now_utc
from biobank_tui.rules.query import Query, parse, render

MOST_SIBLINGS = 20


@dataclass(frozen=True, slots=True)
class Way:
    """A line asked otherwise. without: what would not be asked, as written. criteria: the line then.

    eligible: how many there would be; None where a small cell is hidden. For a sample asked by name: the sample, and
    others of its donor and material.
    """

    without: str
    criteria: str
    eligible: int | None


@dataclass(frozen=True, slots=True)
class Short:
    """A line that lacks samples, and the ways to more, those that give most first."""

    line: int
    missing: int
    eligible: int | None
    ways: tuple[Way, ...]


def substitutes(
    connection: Connection,
    code: str,
    line: int | None = None,
    *,
    small_cell: int = 0,
    reader: int | None = None,
    at: str | None = None,
) -> tuple[Short, ...]:
    """The lines of a request that lack samples, each with what would do instead."""
    now = at or now_utc()
    found = detail(connection, code, at=now, reader=reader)
    judged = judged_for(connection, finding.project(connection, found.request.project)["id"], now)
    return tuple(
        Short(
            each.place,
            each.missing,
            None if each.eligible is None else hide_small(each.eligible, small_cell),
            _ways(connection, judged, each, small_cell),
        )
        for each in found.lines
        if line in (None, each.place) and each.missing > (each.eligible or 0)
    )


def _ways(connection: Connection, judged: Judged, line: LineRow, small_cell: int) -> tuple[Way, ...]:
    least = amounts.parse(line.least) if line.least else None
    if line.criteria is None:
        return _siblings(connection, judged, line, small_cell)
    query = parse(line.criteria)
    ways = []
    for term in query.terms:
        rest = Query(tuple(each for each in query.terms if each is not term), query.words)
        if rest.terms or rest.words:
            count = sum(count_by_profile(connection, judged, rest, least).values())
            ways.append((render(Query((term,))), render(rest), count))
    if least is not None:
        ways.append((f"≥ {line.least}", line.criteria, sum(count_by_profile(connection, judged, query).values())))
    more = [each for each in ways if each[2] > (line.eligible or 0)]
    more.sort(key=lambda each: -each[2])
    return tuple(Way(gone, criteria, hide_small(count, small_cell)) for gone, criteria, count in more)


def _siblings(connection: Connection, judged: Judged, line: LineRow, small_cell: int) -> tuple[Way, ...]:
    """For named samples that cannot be had: others of the same donor and material."""
    ways = []
    for barred in line.barred[:MOST_SIBLINGS]:
        tube = finding.sample(connection, barred.code)
        if tube["donor_id"] is None:
            continue
        alike = (SAMPLE.c.donor_id == tube["donor_id"]) & (SAMPLE.c.material == tube["material"])
        usable = usable_by(connection, judged, alike)
        n = connection.scalar(select(func.count()).select_from(SAMPLE).where(usable)) or 0
        if n:
            ways.append(Way(barred.code, f"type:{tube['material']}", hide_small(n, small_cell)))
    return tuple(ways)
