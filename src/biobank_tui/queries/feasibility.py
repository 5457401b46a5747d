"""Could a project have what it would ask for: how many match, how many it may have, why not the others, by facet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from biobank_tui.model.tables import ORGANISATION, SAMPLE
from biobank_tui.queries import finding
from biobank_tui.queries.barriers import ReasonCount, hide_cells, hide_small, reasons
from biobank_tui.queries.eligibility import count_by_profile, usable_by
from biobank_tui.queries.filters import condition
from biobank_tui.queries.purposes import judged_for
from biobank_tui.queries.samples import by_status
from biobank_tui.queries.samples import count as tallied
from biobank_tui.queries.sight import sight_of
from biobank_tui.rules.amounts import Amount
from biobank_tui.rules.consent import Reason
from biobank_tui.rules.moments import now_utc
from biobank_tui.rules.query import Query


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One value of a facet among what is eligible; n is None where a small cell is hidden."""

    value: str
    n: int | None


@dataclass(frozen=True, slots=True)
class Feasibility:
    """matching: all that answer to the criteria. eligible: those the project may have now. None: a small cell, hidden.

    reasons: what keeps the others. facets: name ("dx", "type", "site", "collected") → counts of what is eligible,
    the largest first; "status" counts all that match.
    obligations: what the project takes on with what is eligible.
    """

    matching: int | None
    eligible: int | None
    reasons: tuple[ReasonCount, ...]
    facets: dict[str, tuple[FacetCount, ...]]
    obligations: tuple[Reason, ...]


FACETS: dict[str, ColumnElement[Any]] = {
    "dx": func.substr(func.coalesce(SAMPLE.c.diagnosis, ""), 1, 3),
    "type": SAMPLE.c.material,
    "site": SAMPLE.c.custodian_id,
    "collected": func.substr(func.coalesce(SAMPLE.c.collected, ""), 1, 4),
}
"""What eligible samples are counted by: the diagnosis in three characters, the material, who keeps them, the year."""


def feasibility(
    connection: Connection,
    project_code: str,
    query: Query,
    *,
    least: Amount | None = None,
    small_cell: int = 0,
    at: str | None = None,
    reader: int | None = None,
) -> Feasibility:
    """What these criteria would give the project now; Denied where it is not the reader's.

    small_cell: counts below it are hidden, and others told in steps of it; 0 hides none.
    """
    now = at or now_utc()
    project = finding.project(connection, project_code)
    if reader is not None:
        sight_of(connection, reader).require(connection, project)
    project_id = project["id"]
    judged = judged_for(connection, project_id, now)
    asked = condition(connection, query)
    by_profile = count_by_profile(connection, judged, query, least)
    eligible = sum(by_profile.values())
    matching = tallied(connection, query)
    if matching is None:
        matching = connection.scalar(select(func.count()).select_from(SAMPLE).where(asked)) or 0
    why = reasons(connection, project_id, query, least=least, at=now)
    usable = usable_by(connection, judged, asked, least)
    return Feasibility(
        hide_small(matching, small_cell),
        hide_small(eligible, small_cell),
        hide_cells(why, small_cell) if small_cell else tuple(why),
        _facets(connection, usable, small_cell)
        | {"status": tuple(_hidden(each.value, each.n, small_cell) for each in by_status(connection, query))},
        judged.obligations(by_profile),
    )


def _hidden(value: str, n: int, small_cell: int) -> FacetCount:
    return FacetCount(value, hide_small(n, small_cell))


def _facets(connection: Connection, usable: ColumnElement[bool], small_cell: int) -> dict[str, tuple[FacetCount, ...]]:
    """All facets from one pass over what is usable."""
    columns = list(FACETS.values())
    codes = {row.id: row.code for row in connection.execute(select(ORGANISATION.c.id, ORGANISATION.c.code))}
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for *values, n in connection.execute(select(*columns, func.count()).where(usable).group_by(*columns)):
        for name, value in zip(FACETS, values, strict=True):
            counts[name][codes[value] if name == "site" else value] += n
    return {
        name: tuple(
            _hidden(value, n, small_cell) for value, n in sorted(found.items(), key=lambda item: (-item[1], item[0]))
        )
        for name, found in counts.items()
    }
