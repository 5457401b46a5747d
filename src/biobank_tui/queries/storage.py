"""Where things are: the tree, a box as a grid, free places, and a place in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, literal, literal_column, select

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import DONOR, REQUEST, RESERVATION, SAMPLE, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.rules import positions
from biobank_tui.rules.paths import ancestors
from biobank_tui.rules.positions import FillOrder, Layout, Major, Scheme, Style

DEFAULT_FILL = FillOrder.ROWS_FROM_TOP_LEFT

UnitRow = RowMapping | Mapping[str, Any]
"""A storage unit's row, or what stands in its columns."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A storage unit as the tree shows it. trail: names of what it stands in and its own, outermost first."""

    id: int
    code: str
    name: str
    kind: str
    parent: int | None
    path: str
    rows: int | None
    columns: int | None
    temperature: str | None
    service: str
    places: int
    tubes: int
    children: int

    @property
    def free(self) -> int:
        return self.places - self.tubes


@dataclass(frozen=True, slots=True)
class Cell:
    """A taken position. label: as the box is labelled. project: the project code it is reserved for."""

    row: int
    col: int
    label: str
    sample_id: int
    code: str
    barcode: str | None
    material: str
    status: str
    holds: int
    frozen: str | None
    donor: str | None
    project_id: int | None


@dataclass(frozen=True, slots=True)
class Box:
    """A gridded unit and what is in it. loose: tubes in it without a position."""

    unit: Unit
    layout: Layout
    fill_order: FillOrder
    trail: tuple[str, ...]
    cells: tuple[Cell, ...]
    loose: int

    @property
    def taken(self) -> dict[tuple[int, int], Cell]:
        return {(cell.row, cell.col): cell for cell in self.cells}


def under(path: str) -> ColumnElement[bool]:
    """SQL: the unit of this path and all inside it."""
    return (STORAGE_UNIT.c.path >= path) & (STORAGE_UNIT.c.path < path + "~")


def layout(rows: int, columns: int, shape: UnitRow) -> Layout:
    """The layout that a unit's row (or the same columns of a request) describes."""
    return _layout(
        rows, columns, shape["row_scheme"], shape["column_scheme"], shape["label_style"], shape["label_major"]
    )


@lru_cache(maxsize=256)
def _layout(rows: int, columns: int, row_scheme: str, column_scheme: str, style: str, major: str) -> Layout:
    return Layout(
        rows,
        columns,
        positions.chosen(Scheme, row_scheme),
        positions.chosen(Scheme, column_scheme),
        positions.chosen(Style, style),
        positions.chosen(Major, major),
    )


def layout_of(unit: UnitRow) -> Layout | None:
    """The layout of a unit's row; None where its contents lie without order."""
    return layout(unit["rows"], unit["columns"], unit) if unit["rows"] else None


def position_label(unit: UnitRow, row: int | None, col: int | None) -> str:
    """The label of a position in a unit; empty where there is none."""
    found = layout_of(unit)
    return positions.label(found, row, col) if found and row is not None and col is not None else ""


_CHILD = STORAGE_UNIT.alias("child")
UNIT_COLUMNS = (
    STORAGE_UNIT.c.id,
    STORAGE_UNIT.c.code,
    STORAGE_UNIT.c.name,
    STORAGE_UNIT.c.kind,
    STORAGE_UNIT.c.parent_id,
    STORAGE_UNIT.c.path,
    STORAGE_UNIT.c.rows,
    STORAGE_UNIT.c.columns,
    STORAGE_UNIT.c.temperature,
    STORAGE_UNIT.c.service,
    STORAGE_UNIT.c.places,
    STORAGE_UNIT.c.tubes,
    select(func.count()).where(_CHILD.c.parent_id == STORAGE_UNIT.c.id).scalar_subquery(),
)


def children(connection: Connection, parent_id: int | None) -> tuple[Unit, ...]:
    """The units standing directly in one, in walking order; those at the top for None."""
    where = STORAGE_UNIT.c.parent_id == parent_id if parent_id else STORAGE_UNIT.c.parent_id.is_(None)
    rows = connection.execute(select(*UNIT_COLUMNS).where(where).order_by(STORAGE_UNIT.c.path))
    return tuple(Unit(*tuple(row)) for row in rows)


def unit(connection: Connection, code: str) -> Unit:
    """One unit by its code."""
    row = finding.unit(connection, code)
    return unit_by_id(connection, row["id"])


def unit_by_id(connection: Connection, unit_id: int) -> Unit:
    return Unit(*tuple(connection.execute(select(*UNIT_COLUMNS).where(STORAGE_UNIT.c.id == unit_id)).one()))


def subtree(connection: Connection, code: str | None = None, *, depth: int = 99) -> tuple[Unit, ...]:
    """A unit and all inside it down to `depth` levels below, in walking order; the whole bank for None."""
    start = STORAGE_UNIT.c.parent_id.is_(None)
    if code is not None:
        start, depth = STORAGE_UNIT.c.id == finding.unit(connection, code)["id"], depth + 1
    # Walked down from parent to child: what lies deeper, which is nearly all of a bank, is never read.
    inside = select(STORAGE_UNIT.c.id, literal_column("1").label("level")).where(start, literal(depth) > 0)
    walked = inside.cte("inside", recursive=True)
    below = (_CHILD.c.parent_id == walked.c.id) & (walked.c.level < depth)
    walked = walked.union_all(select(_CHILD.c.id, walked.c.level + 1).where(below))
    query = select(*UNIT_COLUMNS).where(STORAGE_UNIT.c.id.in_(select(walked.c.id))).order_by(STORAGE_UNIT.c.path)
    return tuple(Unit(*tuple(row)) for row in connection.execute(query))


def trail(connection: Connection, path: str) -> tuple[str, ...]:
    """Names of what a unit stands in, and its own, outermost first."""
    return tuple(
        connection.scalars(
            select(STORAGE_UNIT.c.name).where(STORAGE_UNIT.c.path.in_(ancestors(path))).order_by(STORAGE_UNIT.c.path)
        )
    )


def box(connection: Connection, code: str) -> Box:
    """A unit as a grid with what is in each position."""
    row = finding.unit(connection, code)
    found = layout_of(row)
    tubes = connection.execute(
        select(
            SAMPLE.c.row,
            SAMPLE.c.col,
            SAMPLE.c.id,
            SAMPLE.c.code,
            SAMPLE.c.barcode,
            SAMPLE.c.material,
            SAMPLE.c.status,
            SAMPLE.c.holds,
            SAMPLE.c.frozen,
            DONOR.c.code.label("donor"),
            REQUEST.c.project_id,
        )
        .select_from(
            SAMPLE.outerjoin(DONOR, DONOR.c.id == SAMPLE.c.donor_id)
            .outerjoin(RESERVATION, (RESERVATION.c.sample_id == SAMPLE.c.id) & (RESERVATION.c.state == "active"))
            .outerjoin(REQUEST, REQUEST.c.id == RESERVATION.c.request_id)
        )
        .where(SAMPLE.c.unit_id == row["id"])
        .order_by(SAMPLE.c.row, SAMPLE.c.col)
    ).all()
    cells = tuple(
        Cell(tube.row, tube.col, positions.label(found, tube.row, tube.col), *tube[2:])
        for tube in tubes
        if found and tube.row is not None
    )
    return Box(
        unit_by_id(connection, row["id"]),
        found or Layout(1, 1),
        FillOrder(row["fill_order"]) if row["fill_order"] else DEFAULT_FILL,
        trail(connection, row["path"]),
        cells,
        len(tubes) - len(cells),
    )


def places_in_words(connection: Connection, unit_ids: Iterable[int]) -> dict[int, str]:
    """Each unit's trail as one line, "F01 › R03 › B07"."""
    rows = connection.execute(
        select(STORAGE_UNIT.c.id, STORAGE_UNIT.c.path).where(among(connection, STORAGE_UNIT.c.id, unit_ids))
    ).all()
    wanted = sorted({path for row in rows for path in ancestors(row.path)})
    names: dict[str, str] = {}
    for start in range(0, len(wanted), 5000):
        part = wanted[start : start + 5000]
        found = connection.execute(
            select(STORAGE_UNIT.c.path, STORAGE_UNIT.c.name).where(STORAGE_UNIT.c.path.in_(part))
        )
        names.update({row.path: row.name for row in found})
    return {row.id: " › ".join(names[path] for path in ancestors(row.path)) for row in rows}
