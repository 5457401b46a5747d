"""The sample list: any filter in any order, its first page at once, any row of it, and its counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy import text as sql

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import DONOR, ORGANISATION, SAMPLE, SAMPLE_TALLY, STORAGE_UNIT
from biobank_tui.queries.filters import condition, tallied, tally_condition
from biobank_tui.queries.orders import Listed, Order
from biobank_tui.queries.sample_detail import amount_in_words
from biobank_tui.queries.storage import position_label
from biobank_tui.rules.query import Query

if TYPE_CHECKING:
    from biobank_tui.bank.index.shelf import SampleIndex

FEW = 8_000
"""Up to so many matches are fetched and sorted; more are met by walking the sort's index."""


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One line of the list. amount: in words. place: unit code and position, or empty."""

    id: int
    code: str
    barcode: str | None
    kind: str
    material: str
    status: str
    holds: int
    amount: str
    donor: str | None
    diagnosis: str | None
    custodian: str
    collected: str | None
    frozen: str | None
    thaws: int
    place: str


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of the list. column: a key of SORTS."""

    column: str = "registered"
    descending: bool = True


SORTS: dict[str, tuple[ColumnElement[Any], str | None]] = {
    "registered": (SAMPLE.c.id, None),
    "code": (SAMPLE.c.code, "sample_code"),
    "collected": (SAMPLE.c.collected, "sample_collected"),
    "frozen": (SAMPLE.c.frozen, "sample_frozen"),
    "material": (SAMPLE.c.material, "sample_facets"),
    "status": (SAMPLE.c.status, None),
    "diagnosis": (SAMPLE.c.diagnosis, None),
    "amount": (SAMPLE.c.amount, None),
    "thaws": (SAMPLE.c.thaws, None),
    "donor": (SAMPLE.c.donor_id, "sample_donor"),
    "barcode": (SAMPLE.c.barcode, None),
}
"""What the list can be sorted by, and the index that walks it."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One value of a facet and how many samples have it."""

    value: str
    n: int


def rows(connection: Connection, ids: Sequence[int]) -> tuple[SampleRow, ...]:
    """Lines of these samples, in the order given."""
    found = connection.execute(
        select(
            SAMPLE.c.id,
            SAMPLE.c.code,
            SAMPLE.c.barcode,
            SAMPLE.c.kind,
            SAMPLE.c.material,
            SAMPLE.c.status,
            SAMPLE.c.holds,
            SAMPLE.c.amount,
            SAMPLE.c.unit,
            DONOR.c.code.label("donor"),
            SAMPLE.c.diagnosis,
            ORGANISATION.c.code.label("custodian"),
            SAMPLE.c.collected,
            SAMPLE.c.frozen,
            SAMPLE.c.thaws,
            SAMPLE.c.row,
            SAMPLE.c.col,
            STORAGE_UNIT.c.code.label("box"),
            STORAGE_UNIT.c.rows,
            STORAGE_UNIT.c.columns,
            STORAGE_UNIT.c.row_scheme,
            STORAGE_UNIT.c.column_scheme,
            STORAGE_UNIT.c.label_style,
            STORAGE_UNIT.c.label_major,
        )
        .select_from(
            SAMPLE.join(ORGANISATION, ORGANISATION.c.id == SAMPLE.c.custodian_id)
            .outerjoin(DONOR, DONOR.c.id == SAMPLE.c.donor_id)
            .outerjoin(STORAGE_UNIT, STORAGE_UNIT.c.id == SAMPLE.c.unit_id)
        )
        .where(among(connection, SAMPLE.c.id, ids))
    ).mappings()
    by_id = {row["id"]: _row(row) for row in found}
    return tuple(by_id[number] for number in ids if number in by_id)


def window(connection: Connection, order: Order, start: int, n: int) -> tuple[SampleRow, ...]:
    """Rows start … start+n−1 of an order."""
    return rows(connection, order.ids(connection, start, start + n))


def first_page(
    connection: Connection, query: Query, sort: Sort, n: int = 50, index: SampleIndex | None = None
) -> tuple[SampleRow, ...]:
    """The first n rows, fast whatever the filter."""
    found = _by_index(connection, index, query, sort)
    if found is not None:
        return window(connection, found, 0, n)
    ids = connection.scalars(_ordered(connection, query, sort).limit(n)).all()
    return rows(connection, ids)


def order(
    connection: Connection,
    query: Query,
    sort: Sort,
    cancelled: Callable[[], bool] = lambda: False,
    index: SampleIndex | None = None,
) -> Order:
    """Every match in order: by the index at once, else written out, for a background thread.

    Without the index it stops early, short, when `cancelled` says so.
    """
    by_index = _by_index(connection, index, query, sort)
    if by_index is not None:
        return by_index
    found = Listed()
    wanted = _ordered(connection, query, sort).execution_options(yield_per=100_000)
    for part in connection.scalars(wanted).partitions():
        found.numbers.extend(part)
        if cancelled():
            break
    return found


def _by_index(connection: Connection, index: SampleIndex | None, query: Query, sort: Sort) -> Order | None:
    if index is None or not index.there:
        return None
    from biobank_tui.queries.ordering import indexed

    with index.view(connection) as view:
        return None if view is None else indexed(connection, view, query, sort.column, descending=sort.descending)


def count(connection: Connection, query: Query, index: SampleIndex | None = None) -> int | None:
    """How many samples match, where the kept counts or the index know it; else None."""
    where = tally_condition(connection, query)
    if where is not None:
        return connection.scalar(select(func.coalesce(func.sum(SAMPLE_TALLY.c.n), 0)).where(where)) or 0
    found = _by_index(connection, index, query, Sort())
    return None if found is None else len(found)


def facets(
    connection: Connection, query: Query, small_cell: int = 0, index: SampleIndex | None = None
) -> dict[str, tuple[Facet, ...]]:
    """Counts by material, status, kind, diagnosis and custodian of what matches, largest first.

    small_cell: counts below it come as 0, for those who may not see them.
    """
    where = tally_condition(connection, query)
    if where is not None:
        counted = _tallied_facets(connection, where)
    else:
        counted = _indexed_facets(connection, query, index) or _asked_facets(connection, query)
    custodians = {row.id: row.code for row in connection.execute(select(ORGANISATION.c.id, ORGANISATION.c.code))}
    found = {}
    for name, values in counted.items():
        listed = [(custodians.get(value, "") if name == "site" else value or "", n) for value, n in values.items() if n]
        listed.sort(key=lambda pair: (-pair[1], pair[0]))
        found[name] = tuple(Facet(value, n if n >= small_cell else 0) for value, n in listed)
    return found


def by_status(connection: Connection, query: Query) -> tuple[Facet, ...]:
    """How many match in each status, the commonest first."""
    where = tally_condition(connection, query)
    if where is not None:
        rows = select(SAMPLE_TALLY.c.status, func.sum(SAMPLE_TALLY.c.n)).where(where).group_by(SAMPLE_TALLY.c.status)
    else:
        wanted = condition(connection, query)
        rows = select(SAMPLE.c.status, func.count()).where(wanted).group_by(SAMPLE.c.status)
    counted = [(str(status), int(n)) for status, n in connection.execute(rows) if n]
    return tuple(Facet(status, n) for status, n in sorted(counted, key=lambda each: (-each[1], each[0])))


_FACETS: dict[str, ColumnElement[Any]] = {
    "type": SAMPLE.c.material,
    "status": SAMPLE.c.status,
    "kind": SAMPLE.c.kind,
    "dx": SAMPLE.c.diagnosis,
    "site": SAMPLE.c.custodian_id,
}
_INDEXED = {"type": "material", "status": "status", "kind": "kind", "dx": "diagnosis", "site": "custodian"}
"""The facets' columns in the bank, and in the index."""


def _indexed_facets(connection: Connection, query: Query, index: SampleIndex | None) -> dict[str, Counter[Any]] | None:
    if index is None or not index.there:
        return None
    from biobank_tui.queries.selecting import counted, selection

    with index.view(connection) as view:
        if view is None:
            return None
        chosen = selection(connection, view, query)
        found = counted(view, chosen, _INDEXED.values())
        return {name: found[column] for name, column in _INDEXED.items()}


def _asked_facets(connection: Connection, query: Query) -> dict[str, Counter[Any]]:
    wanted = condition(connection, query)
    return {
        name: _counted(connection.execute(select(column, func.count()).where(wanted).group_by(column)))
        for name, column in _FACETS.items()
    }


def _counted(rows: Iterable[Any]) -> Counter[Any]:
    return Counter({row[0]: row[1] for row in rows})


def _tallied_facets(connection: Connection, where: ColumnElement[bool]) -> dict[str, Counter[Any]]:
    """The same from the kept counts, in two walks over them: few groups come of each, and they are added up here."""
    tally = SAMPLE_TALLY.c
    found: dict[str, Counter[Any]] = {name: Counter() for name in _FACETS}
    for names, columns in (
        (("type", "status", "kind"), (tally.material, tally.status, tally.kind)),
        (("dx", "site"), (tally.diagnosis, tally.custodian_id)),
    ):
        for *values, n in connection.execute(select(*columns, func.sum(tally.n)).where(where).group_by(*columns)):
            for name, value in zip(names, values, strict=True):
                found[name][value] += n
    return found


def _ordered(connection: Connection, query: Query, sort: Sort) -> Select[Any]:
    column, index = SORTS[sort.column]
    way = column.desc() if sort.descending else column.asc()
    keys = [way] if column is SAMPLE.c.id else [way, SAMPLE.c.id.desc() if sort.descending else SAMPLE.c.id.asc()]
    chosen = select(SAMPLE.c.id).where(condition(connection, query)).order_by(*keys)
    if _narrow(query):
        if _unplaced(query):
            return chosen.where(_UNPLACED).with_hint(SAMPLE, "INDEXED BY sample_unplaced", "sqlite")
        return chosen
    groups = _groups(connection, query)
    if groups is None:
        return chosen
    if sum(groups.values()) <= FEW:
        # Few match: named by material and status, they stand together in the index of the facets.
        materials, statuses = {material for material, _status in groups}, {status for _material, status in groups}
        return chosen.where(SAMPLE.c.material.in_(sorted(materials)), SAMPLE.c.status.in_(sorted(statuses)))
    # SQLite would rather use a filter's index and sort every match; walking the order finds a page sooner.
    if column is SAMPLE.c.id:
        return chosen.with_hint(SAMPLE, "NOT INDEXED", "sqlite")
    if index is not None:
        return chosen.with_hint(SAMPLE, f"INDEXED BY {index}", "sqlite")
    return chosen


_UNPLACED = sql("sample.unit_id IS NULL AND sample.status = 'available'")
"""As the index of tubes that wait for a place says it, so that the planner knows it again."""


def _unplaced(query: Query) -> bool:
    """Whether the query asks for available tubes without a place, and perhaps for more."""
    nowhere = any(term.field == "box" and term.negated and term.values == ("",) for term in query.terms)
    return nowhere and any(
        term.field == "status" and not term.negated and term.values == ("available",) for term in query.terms
    )


def _narrow(query: Query) -> bool:
    return bool(query.words) or any(term.field in _NARROW for term in query.terms)


def _groups(connection: Connection, query: Query) -> dict[tuple[str, str], int] | None:
    """How many samples of each material and status meet the tallied terms of a query; None where they cannot say."""
    where = tally_condition(connection, Query(tuple(term for term in query.terms if tallied(term))))
    if where is None:
        return None
    tally = SAMPLE_TALLY.c
    rows = connection.execute(
        select(tally.material, tally.status, func.sum(tally.n)).where(where).group_by(tally.material, tally.status)
    )
    return {(material, status): n for material, status, n in rows if n}


_NARROW = frozenset({"code", "barcode", "external", "donor", "project", "request", "box", "parent", "held"})
"""Fields that leave few samples, each with an index of its own."""


def _row(row: Any) -> SampleRow:
    place = f"{row['box']} {position_label(row, row['row'], row['col'])}".strip() if row["box"] else ""
    return SampleRow(
        row["id"],
        row["code"],
        row["barcode"],
        row["kind"],
        row["material"],
        row["status"],
        row["holds"],
        amount_in_words(row["amount"], row["unit"]),
        row["donor"],
        row["diagnosis"],
        row["custodian"],
        row["collected"],
        row["frozen"],
        row["thaws"],
        place,
    )
