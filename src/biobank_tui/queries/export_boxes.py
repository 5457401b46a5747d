"""Box maps as a file: each box as the grid it is, with the code and the material in each position."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection, Select, func, select

from biobank_tui.model.tables import SAMPLE, STORAGE_UNIT
from biobank_tui.queries.exporting import Choice, samples_chosen
from biobank_tui.queries.storage import Box, box
from biobank_tui.reports.tables import Grid, write_grids_pdf, write_grids_xlsx
from biobank_tui.rules.materials import MATERIALS
from biobank_tui.rules.positions import column_label, row_label
from biobank_tui.words import _

BOX_FORMS: Final = ("xlsx", "pdf")


def _units(connection: Connection, choice: Choice) -> Select[Any]:
    """The gridded units that hold tubes; with a choice, those in which its samples lie."""
    lying = select(SAMPLE.c.unit_id).where(samples_chosen(connection, choice), SAMPLE.c.unit_id.is_not(None))
    return select(STORAGE_UNIT.c.code).where(STORAGE_UNIT.c.rows.is_not(None), STORAGE_UNIT.c.id.in_(lying))


def box_extent(connection: Connection, choice: Choice) -> tuple[int, frozenset[int | None]]:
    """How many boxes, and whose tubes lie in them."""
    units = _units(connection, choice)
    count = connection.scalar(select(func.count()).select_from(units.subquery())) or 0
    inside = select(STORAGE_UNIT.c.id).where(STORAGE_UNIT.c.code.in_(units))
    whose = connection.scalars(select(SAMPLE.c.custodian_id).where(SAMPLE.c.unit_id.in_(inside)).distinct())
    return count, frozenset(whose)


def _grids(connection: Connection, choice: Choice, told: Callable[[int], None]) -> Iterator[Grid]:
    codes = connection.scalars(_units(connection, choice).order_by(STORAGE_UNIT.c.path)).all()
    for number, code in enumerate(codes, 1):
        yield _grid(box(connection, code))
        told(number)


def _grid(found: Box) -> Grid:
    layout = found.layout
    cells = {
        (cell.row, cell.col): (
            cell.code,
            " ".join(word for word in (_material(cell.material), _("HOLD") if cell.holds else "") if word),
        )
        for cell in found.cells
    }
    facts = {"tubes": found.unit.tubes, "places": found.unit.places, "free": found.unit.places - found.unit.tubes}
    return Grid(
        " › ".join(found.trail),
        found.unit.code,
        _("{tubes} of {places} · {free} free").format(**facts),
        tuple(row_label(layout, row) for row in range(layout.rows)),
        tuple(column_label(layout, col) for col in range(layout.columns)),
        cells,
    )


def write_boxes(connection: Connection, out: BinaryIO, form: str, choice: Choice, told: Callable[[int], None]) -> int:
    """One sheet or page a box, in walking order; how many."""
    grids = _grids(connection, choice, told)
    return write_grids_pdf(out, grids) if form == "pdf" else write_grids_xlsx(out, grids)


def _material(code: str) -> str:
    return _(MATERIALS[code].label) if code in MATERIALS else code
