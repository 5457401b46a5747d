"""A box on the terminal: a grid of glyphs under its labels, or its tubes as rows when piped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from biobank_tui.cli.desk import Desk
from biobank_tui.cli.output import print_lines
from biobank_tui.words import _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from biobank_tui.queries.storage import Box

GLYPHS = {"available": "●", "reserved": "◆", "checked_out": "○", "in_transit": "▷"}
HELD, FREE, OTHER = "■", "·", "?"


def show_box(desk: Desk, connection: Connection, code: str) -> None:
    """The grid on a terminal; every tube with its position in a pipe or as JSON."""
    from biobank_tui.queries.storage import box as box_of

    box = box_of(connection, code)
    if sys.stdout.isatty() and not desk.flags.json and box.layout.places > 1:
        print_lines(grid(box))
        return
    titles = {
        "label": _("Position"),
        "code": _("Code"),
        "barcode": _("Barcode"),
        "material": _("Material"),
        "status": _("Status"),
        "donor": _("Donor"),
    }
    desk.table(box.cells, titles)


def grid(box: Box) -> list[str]:
    """The box as lines: where it stands, its grid, what the glyphs mean."""
    from biobank_tui.rules.positions import column_label, row_label

    rows = [row_label(box.layout, row) for row in range(box.layout.rows)]
    columns = [column_label(box.layout, col) for col in range(box.layout.columns)]
    margin = max(len(label) for label in rows)
    width = max(len(label) for label in columns) + 1
    lines = [" › ".join(box.trail), "", " " * margin + "".join(f"{label:>{width}}" for label in columns)]
    taken = box.taken
    for place, label in enumerate(rows):
        cells = (taken.get((place, column)) for column in range(len(columns)))
        glyphs = "".join(
            f"{(HELD if cell.holds else GLYPHS.get(cell.status, OTHER)) if cell else FREE:>{width}}" for cell in cells
        )
        lines.append(f"{label:>{margin}}{glyphs}")
    meaning = _("● available  ◆ reserved  ○ out  ■ on hold  · free")
    return [*lines, "", meaning, _("{tubes} of {places} taken").format(tubes=box.unit.tubes, places=box.unit.places)]
