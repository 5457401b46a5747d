"""Which samples a project may have now.

Consent is judged once for each distinct profile; what it permits is then one condition on an indexed column.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal_column, not_, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.selectable import SelectBase

from biobank_tui.bank.dialects import among
from biobank_tui.bank.tallies import USABLE
from biobank_tui.model.tables import ORGANISATION, SAMPLE, USABLE_TALLY
from biobank_tui.queries.filters import condition
from biobank_tui.queries.purposes import Judged, judged_for
from biobank_tui.rules.amounts import Amount, Unit
from biobank_tui.rules.consent import Reason
from biobank_tui.rules.moments import now_utc
from biobank_tui.rules.query import Query


@dataclass(frozen=True, slots=True)
class EligibleSample:
    """A sample a project may have. amount: base units of `unit`'s dimension. custodian: organisation code."""

    id: int
    code: str
    material: str
    topography: str | None
    diagnosis: str | None
    amount: int | None
    unit: str | None
    collected: str | None
    custodian: str


@dataclass(frozen=True, slots=True)
class Eligible:
    """count: all that are eligible now. rows: the first of them. obligations: what the project takes on with them."""

    count: int
    rows: tuple[EligibleSample, ...]
    obligations: tuple[Reason, ...]


def eligible(
    connection: Connection,
    project_id: int,
    query: Query,
    limit: int = 200,
    *,
    least: Amount | None = None,
    at: str | None = None,
) -> Eligible:
    """The samples matching `query` that the project may have at this moment: how many, and the first `limit`."""
    judged = judged_for(connection, project_id, at or now_utc())
    if not judged.permitted:
        return Eligible(0, (), ())
    rows = connection.execute(
        _through_index(
            select(
                SAMPLE.c.id,
                SAMPLE.c.code,
                SAMPLE.c.material,
                SAMPLE.c.topography,
                SAMPLE.c.diagnosis,
                SAMPLE.c.amount,
                SAMPLE.c.unit,
                SAMPLE.c.collected,
                select(ORGANISATION.c.code).where(ORGANISATION.c.id == SAMPLE.c.custodian_id).scalar_subquery(),
            ).where(usable_by(connection, judged, condition(connection, query), least)),
            query,
        )
        # The order of the index, so that the first rows are found without sorting all of them.
        .order_by(SAMPLE.c.material, SAMPLE.c.diagnosis, SAMPLE.c.profile_id, SAMPLE.c.id)
        .limit(limit)
    )
    found = tuple(EligibleSample(*tuple(row)) for row in rows)
    counts = count_by_profile(connection, judged, query, least)
    return Eligible(sum(counts.values()), found, judged.obligations(counts))


def count_by_profile(
    connection: Connection, judged: Judged, query: Query, least: Amount | None = None
) -> dict[int, int]:
    """How many are eligible under each consent profile.

    From the kept tally where it knows all that is asked, else counted through the index.
    """
    asked = condition(connection, query)
    kept = on_tally(asked, query) if least is None else None
    if kept is not None:
        profile = USABLE_TALLY.c.profile_id
        counted = select(profile, func.sum(USABLE_TALLY.c.n)).where(kept, among(connection, profile, judged.permitted))
        counts = Counter(_by_number(connection, counted.group_by(profile)))
        counts.subtract(_lapsed_by_profile(connection, judged, asked))
    else:
        profile = SAMPLE.c.profile_id
        usable = usable_by(connection, judged, asked, least)
        counted = _through_index(select(profile, func.count()).where(usable), query)
        counts = Counter(_by_number(connection, counted.group_by(profile)))
    return {number: total for number, total in counts.items() if total}


def _by_number(connection: Connection, counted: Any) -> dict[int, int]:
    return {number: int(total) for number, total in connection.execute(counted)}


def _lapsed_by_profile(connection: Connection, judged: Judged, asked: ColumnElement[bool]) -> dict[int, int]:
    """Of what the tally counts, that whose consent ran out: few, and read by themselves."""
    if not judged.lapsed:
        return {}
    theirs = select(SAMPLE.c.id).where(among(connection, SAMPLE.c.donor_id, judged.lapsed.donors))
    ids = judged.lapsed.pools.union(connection.scalars(theirs))
    usable = _FREE & USABLE & among(connection, SAMPLE.c.profile_id, judged.permitted) & asked
    counted = select(SAMPLE.c.profile_id, func.count()).where(among(connection, SAMPLE.c.id, ids), usable)
    # By its own id each: SQLite, left to itself, goes through all that is free.
    by_id = counted.with_hint(SAMPLE, "NOT INDEXED", "sqlite")
    return _by_number(connection, by_id.group_by(SAMPLE.c.profile_id))


def usable_by(
    connection: Connection, judged: Judged, asked: ColumnElement[bool], least: Amount | None = None
) -> ColumnElement[bool]:
    """SQL: samples that match, are free to use, hold enough, and whose donors permit the purpose judged."""
    usable = _FREE & USABLE & among(connection, SAMPLE.c.profile_id, judged.permitted) & asked
    if judged.lapsed:
        usable &= not_(lapsed(connection, judged))
    return usable & holds_least(least) if least is not None else usable


def lapsed(connection: Connection, judged: Judged) -> ColumnElement[bool]:
    """SQL: the consent behind a sample, or behind a share in it, has run out by the calendar."""
    found = among(connection, func.coalesce(SAMPLE.c.donor_id, 0), judged.lapsed.donors)
    return found | among(connection, SAMPLE.c.id, judged.lapsed.pools) if judged.lapsed.pools else found


def holds_least(least: Amount) -> ColumnElement[bool]:
    """SQL: the sample still holds at least this much, in the same dimension; an unknown amount does not."""
    alike = [unit for unit in Unit if unit.dimension is least.unit.dimension]
    return (SAMPLE.c.amount >= least.base) & SAMPLE.c.unit.in_(alike)


def on_tally(asked: ColumnElement[bool], query: Query) -> ColumnElement[bool] | None:
    """A query's condition put to the kept tally; None where it asks for anything the tally does not know."""
    # The tally writes an unknown diagnosis as ''; that tells only where a query asks for what is unknown.
    unknown = any(term.field == "dx" and (term.negated or "" in term.values) for term in query.terms)
    diagnosis = USABLE_TALLY.c.diagnosis
    kept: dict[object, ColumnElement[str]] = {
        SAMPLE.c.material: USABLE_TALLY.c.material,
        SAMPLE.c.diagnosis: func.nullif(diagnosis, "") if unknown else diagnosis,
    }
    for part in visitors.iterate(asked):
        if isinstance(part, SelectBase) or (isinstance(part, ColumnClause) and part not in kept):
            return None

    def swap(element: Any, **kw: Any) -> Any:
        return kept.get(element) if isinstance(element, ColumnClause) else None

    return visitors.replacement_traverse(asked, _NO_OPTIONS, swap)


def _through_index(statement: Select[Any], query: Query) -> Select[Any]:
    """SQLite, left to itself, takes an index of all samples where the one of free samples is the shorter way."""
    if any(term.field in ("type", "dx") and not term.negated for term in query.terms):
        return statement.with_hint(SAMPLE, "INDEXED BY sample_usable", "sqlite")
    return statement


# In plain words, not bound values: only so does a planner know that the index of free samples will do.
_FREE = and_(
    SAMPLE.c.status == literal_column("'available'"),
    SAMPLE.c.holds == literal_column("0"),
)
_NO_OPTIONS: dict[str, Any] = {}
