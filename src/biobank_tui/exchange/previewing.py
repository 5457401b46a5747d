"""The first rows of a file as they will be understood under a map, before any bank is asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import polars as pl

from biobank_tui.exchange.cells import SideTables
from biobank_tui.exchange.defects import no_defects
from biobank_tui.exchange.mapping import LINKED, check_columns, mapped
from biobank_tui.exchange.maps import ColumnMap
from biobank_tui.exchange.reading import Rows, Shape, slices
from biobank_tui.exchange.rows import part
from biobank_tui.exchange.validating import Rules, typed
from biobank_tui.rules.amounts import Unit, show
from biobank_tui.rules.errors import BiobankError

FIRST: Final = 200
"""Rows shown as they will be understood."""
LOOKED_AT: Final = 5_000
"""Rows read, for the different values of their columns."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The first rows under one map.

    fields: in the order of the map. lines: where each row begins. values: for each row its fields as they would be
    kept, "" where there is nothing. unread: (row, field) whose text says something that cannot be taken. problem: why
    the file as a whole cannot be read so.
    """

    kind: str
    fields: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    values: tuple[tuple[str, ...], ...] = ()
    unread: frozenset[tuple[int, int]] = frozenset()
    defects: pl.DataFrame = field(default_factory=no_defects)
    ignored: tuple[str, ...] = ()
    problem: BiobankError | None = None


def first_rows(path: Path, shape: Shape, rows: int = LOOKED_AT) -> Rows:
    """The first rows as text under the file's own headers. Raises BadData or Unreachable where it cannot be read."""
    return next(iter(slices(path, shape, rows)))


def understood(path: Path, rows: Rows, column_map: ColumnMap, relax: frozenset[str], zone: str) -> Understood:
    """The rows under a map. Nothing is looked up in a bank: what refers to it is judged by the trial."""
    kind, rows = column_map.kind.name, part(rows, 0, FIRST)
    try:
        ignored = check_columns(column_map, rows.file, tuple(rows.cells.columns))
        read = mapped(rows, column_map, SideTables(path, column_map))
        values, verdicts = typed(read, column_map, Rules(relax | column_map.tolerate, zone))
    except BiobankError as problem:
        return Understood(kind, problem=problem)
    shown = {
        name: _shown(values, name) for name in read.texts.columns if column_map.kind.field(name) and name != LINKED
    }
    unread = {
        (row, at)
        for at, (name, cells) in enumerate(shown.items())
        for row, (text, cell) in enumerate(zip(read.texts[name].to_list(), cells, strict=True))
        if text is not None and not cell
    }
    rowed = [
        tuple(
            f"✕ {read.texts[name][row]}" if (row, at) in unread else shown[name][row] for at, name in enumerate(shown)
        )
        for row in range(len(read.lines))
    ]
    return Understood(
        kind,
        tuple(shown),
        tuple(read.lines.to_list()),
        tuple(rowed),
        frozenset(unread),
        verdicts.defects(),
        ignored,
    )


def told_encoding(shape: Shape, encoding: str | None) -> Shape:
    """The shape with the encoding that was announced beside the map."""
    return replace(shape, encoding=encoding) if encoding else shape


def _shown(values: pl.DataFrame, name: str) -> list[str]:
    """A column's values as people read them."""
    if name not in values.columns:
        return [""] * values.height
    cells = values[name].to_list()
    if name == "amount" and "amount_unit" in values.columns:
        units = values["amount_unit"].to_list()
        return [
            "" if cell is None or unit is None else show(int(cell), Unit(unit))
            for cell, unit in zip(cells, units, strict=True)
        ]
    return ["" if cell is None else str(cell) for cell in cells]
