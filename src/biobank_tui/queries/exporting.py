"""Rows for files: each kind in the columns that an import takes, read as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, not_, or_, select, true

from biobank_tui.bank.dialects import among
from biobank_tui.exchange.writing import Column
from biobank_tui.model.tables import SAMPLE
from biobank_tui.queries.filters import condition
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.query import parse

AT_ONCE = 5_000
Condition = ColumnElement[bool]
Row = Mapping[str, Any]
More = Callable[[Connection, Sequence[RowMapping]], list[Row]]


def no_columns(_connection: Connection) -> tuple[Column, ...]:
    """No columns but the fixed ones."""
    return ()


def as_they_are(_connection: Connection, rows: Sequence[RowMapping]) -> list[Row]:
    """The rows as the query gives them."""
    return [dict(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Exportable:
    """One kind of table.

    columns: its header; further: columns that depend on what the bank has (external.SYSTEM, answer.PERMISSION).
    query: of a condition on its noun. custodian: whose rows they are. by_samples: a condition on samples as one on the
    kind's rows; None where no samples choose among them. values: the rows of a slice as they are written. outside: rows
    that the file passes over, whatever was chosen.
    """

    name: str
    columns: tuple[Column, ...]
    query: Callable[[Condition], Select[Any]]
    custodian: ColumnElement[Any]
    by_samples: Callable[[Condition], Condition] | None = None
    further: Callable[[Connection], tuple[Column, ...]] = no_columns
    values: More = as_they_are
    outside: Condition | None = None

    def header(self, connection: Connection) -> tuple[Column, ...]:
        """All columns, in this bank."""
        return (*self.columns, *self.further(connection))


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows: those of the samples that match a query, or of these samples (ids); everything without either."""

    where: str = ""
    ids: tuple[int, ...] = ()

    @property
    def everything(self) -> bool:
        return not self.where.strip() and not self.ids


def samples_chosen(connection: Connection, choice: Choice) -> Condition:
    """The choice as a condition on samples."""
    if choice.ids:
        return among(connection, SAMPLE.c.id, choice.ids)
    return condition(connection, parse(choice.where)) if choice.where.strip() else true()


def chosen(connection: Connection, kind: Exportable, choice: Choice) -> Condition:
    """The choice as a condition on the kind's rows. Refused where samples do not choose among them."""
    found = _chosen(connection, kind, choice)
    return and_(found, inside(kind.outside)) if kind.outside is not None else found


def passed_over(connection: Connection, kind: Exportable, choice: Choice) -> int:
    """How many chosen rows the file leaves out."""
    if kind.outside is None:
        return 0
    return extent(connection, kind, and_(_chosen(connection, kind, choice), kind.outside))[0]


def inside(outside: Condition) -> Condition:
    """Rows that are not outside; those of which nothing is known are inside."""
    return or_(not_(outside), outside.is_(None))


def _chosen(connection: Connection, kind: Exportable, choice: Choice) -> Condition:
    if choice.everything:
        return true()
    if kind.by_samples is None:
        raise Refused("export.where", "No query of samples chooses among {kind}; leave it out.", kind=kind.name)
    return kind.by_samples(samples_chosen(connection, choice))


def extent(connection: Connection, kind: Exportable, where: Condition) -> tuple[int, frozenset[int | None]]:
    """How many rows there are, and whose: ids of their custodians."""
    inner = kind.query(where).order_by(None)
    whose = inner.with_only_columns(kind.custodian.label("custodian_id"), maintain_column_froms=True).subquery()
    groups = connection.execute(select(whose.c.custodian_id, func.count()).group_by(whose.c.custodian_id)).all()
    return sum(group[1] for group in groups), frozenset(group[0] for group in groups)


def rows(
    connection: Connection, kind: Exportable, where: Condition, columns: Sequence[Column]
) -> Iterator[tuple[Any, ...]]:
    """The rows in the order of the columns, read as they are asked for."""
    names = [column.name for column in columns]
    found = connection.execute(kind.query(where).execution_options(yield_per=AT_ONCE)).mappings()
    for part in found.partitions(AT_ONCE):
        for row in kind.values(connection, part):
            yield tuple(row.get(name) for name in names)
