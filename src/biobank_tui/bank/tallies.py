"""Counts kept beside the samples in the same transaction: facets, usable samples, tubes per storage unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, Table, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from biobank_tui.bank.dialects import among, is_sqlite, slices
from biobank_tui.model.tables import SAMPLE, SAMPLE_TALLY, STORAGE_UNIT, USABLE_TALLY
from biobank_tui.rules.paths import ancestors

FACETS = (
    SAMPLE.c.material,
    SAMPLE.c.status,
    SAMPLE.c.kind,
    func.coalesce(SAMPLE.c.diagnosis, ""),
    SAMPLE.c.custodian_id,
)
USABLE_FACETS = (
    SAMPLE.c.material,
    func.coalesce(SAMPLE.c.diagnosis, ""),
    func.coalesce(SAMPLE.c.profile_id, 0),
)
USABLE = (SAMPLE.c.status == "available") & (SAMPLE.c.holds == 0) & (func.coalesce(SAMPLE.c.amount, 1) > 0)

COUNTED = frozenset(
    {
        "material",
        "status",
        "kind",
        "diagnosis",
        "custodian_id",
        "profile_id",
        "holds",
        "amount",
        "unit_id",
    }
)
"""Columns whose change changes a count."""

SLICE = 10_000
"""Rows read at a time where all are counted."""

Key = tuple[object, ...]


@dataclass(slots=True)
class Census:
    """How many samples of a set fall in each group."""

    facets: Counter[Key] = field(default_factory=Counter)
    usable: Counter[Key] = field(default_factory=Counter)
    units: Counter[Key] = field(default_factory=Counter)


def census(connection: Connection, which: ColumnElement[bool]) -> Census:
    """Count the samples that `which` picks."""
    return Census(
        _groups(connection, FACETS, which),
        _groups(connection, USABLE_FACETS, which, USABLE),
        _groups(connection, (SAMPLE.c.unit_id,), which, SAMPLE.c.unit_id.is_not(None)),
    )


def census_of(connection: Connection, ids: Iterable[int]) -> Census:
    """Count the samples of these ids."""
    return census(connection, among(connection, SAMPLE.c.id, ids))


def census_of_all(connection: Connection) -> Census:
    """Count every sample; the rows are read as they lie, and neither sorted nor looked up by an index."""
    facets: Counter[Key] = Counter()
    for rows in slices(connection, select(*FACETS), SLICE):
        facets.update(rows)
    return Census(
        facets,
        _groups(connection, USABLE_FACETS, USABLE),
        _groups(connection, (SAMPLE.c.unit_id,), SAMPLE.c.unit_id.is_not(None)),
    )


def _groups(
    connection: Connection, columns: Sequence[ColumnElement[object]], *conditions: ColumnElement[bool]
) -> Counter[Key]:
    rows = connection.execute(select(*columns, func.count()).where(*conditions).group_by(*columns))
    return Counter({tuple(row[:-1]): row[-1] for row in rows})


def settle(connection: Connection, before: Census, after: Census) -> None:
    """Bring the kept counts from what `before` counted to what `after` counted."""
    _shift(connection, SAMPLE_TALLY, _difference(before.facets, after.facets))
    _shift(connection, USABLE_TALLY, _difference(before.usable, after.usable))
    _shift_units(connection, _difference(before.units, after.units))


def _difference(before: Counter[Key], after: Counter[Key]) -> dict[Key, int]:
    changes = {group: after[group] - before[group] for group in before.keys() | after.keys()}
    return {group: n for group, n in changes.items() if n}


def _shift(connection: Connection, table: Table, changes: dict[Key, int]) -> None:
    keys = [column.name for column in table.primary_key.columns]
    fewer = [
        {f"_{name}": value for name, value in zip(keys, group, strict=True)} | {"_n": n}
        for group, n in changes.items()
        if n < 0
    ]
    more = [dict(zip(keys, group, strict=True)) | {"n": n} for group, n in changes.items() if n > 0]
    if fewer:
        match = [table.c[name] == bindparam(f"_{name}") for name in keys]
        connection.execute(update(table).where(*match).values(n=table.c.n + bindparam("_n")), fewer)
    if more:
        insert = sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)
        connection.execute(
            insert.on_conflict_do_update(index_elements=keys, set_={"n": table.c.n + insert.excluded.n}), more
        )


def _shift_units(connection: Connection, changes: dict[Key, int]) -> None:
    if not changes:
        return
    paths: Counter[str] = Counter()
    units = connection.execute(
        select(STORAGE_UNIT.c.id, STORAGE_UNIT.c.path).where(
            among(connection, STORAGE_UNIT.c.id, [int(str(unit)) for (unit,) in changes])
        )
    )
    for unit, path in units:
        for step in ancestors(path):
            paths[step] += changes[(unit,)]
    shifted = [{"_path": path, "_n": n} for path, n in paths.items() if n]
    if shifted:
        connection.execute(
            update(STORAGE_UNIT)
            .where(STORAGE_UNIT.c.path == bindparam("_path"))
            .values(tubes=STORAGE_UNIT.c.tubes + bindparam("_n")),
            shifted,
        )
