"""What the tables of an export share: the type of each column, and other systems' identifiers beside the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Table, select

from biobank_tui.bank.dialects import among
from biobank_tui.exchange.writing import Column, Type
from biobank_tui.model.tables import EXTERNAL_IDENTIFIER, SAMPLE
from biobank_tui.queries.exporting import Condition

_WORDS: Final = frozenset(
    {"kind", "status", "state", "sex", "material", "service", "temperature", "row_scheme", "column_scheme",
     "label_style", "label_major", "fill_order", "expressed_by", "basis", "system", "on", "verb", "role", "at",
     "given", "expires", "withdrawn", "collected", "received", "processed", "frozen", "laid", "released", "diagnosed",
     "date", "amount", "amount_initial", "digest"}
)  # fmt: skip
"""Columns whose values come from closed lists or from the program, and never from people's hands."""
_INTEGERS: Final = frozenset(
    {"birth_year", "birth_month", "thaws", "holds", "rows", "columns", "number", "count", "samples", "commercial"}
)
_NUMBERS: Final = frozenset({"age", "concentration"})


def columns_of(*names: str) -> tuple[Column, ...]:
    """Columns by name, with the type that each name has everywhere."""

    def type_of(name: str) -> Type:
        if name in _INTEGERS:
            return Type.INTEGER
        return Type.NUMBER if name in _NUMBERS else Type.WORD if name in _WORDS else Type.TEXT

    return tuple(Column(name, type_of(name)) for name in names)


def own(table: Table, columns: Sequence[Column]) -> list[ColumnElement[Any]]:
    return [table.c[column.name] for column in columns if column.name in table.c]


def donors_of(samples: Condition) -> Select[Any]:
    return select(SAMPLE.c.donor_id).where(samples)


def systems(noun: str, connection: Connection) -> tuple[Column, ...]:
    found = select(EXTERNAL_IDENTIFIER.c.system).where(EXTERNAL_IDENTIFIER.c.noun == noun).distinct()
    return tuple(Column(f"external.{system}") for system in sorted(connection.scalars(found)))


def externals(connection: Connection, noun: str, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Other systems' identifiers by id; the last one where there are several of a system."""
    table = EXTERNAL_IDENTIFIER.c
    query = select(table.target_id, table.system, table.value).where(
        table.noun == noun, among(connection, table.target_id, ids)
    )
    found: dict[int, dict[str, str]] = {}
    for number, system, value in connection.execute(query):
        found.setdefault(number, {})[f"external.{system}"] = value
    return found
