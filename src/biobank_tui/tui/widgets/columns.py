"""How wide each column is, and how a cell is cut to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rich.cells import cell_len, set_cell_size

from biobank_tui.rules.text import visible
from biobank_tui.tui.ports import Column

GAP = 2
"""Cells between columns."""

MARGIN = 2
"""Cells at the left of a row for the cursor and the mark."""


def fit(columns: Sequence[Column], width: int) -> list[tuple[int, int]]:
    """The columns that are shown in so many cells, as (index, width).

    Where they do not fit, those with the highest `drop` go; what is left over makes titles whole, then is shared by
    `grow`.
    """
    chosen = list(range(len(columns)))

    def needed() -> int:
        return sum(columns[index].width for index in chosen) + GAP * (len(chosen) - 1)

    while needed() > width and (loose := [index for index in chosen if columns[index].drop]):
        chosen.remove(max(loose, key=lambda index: (columns[index].drop, index)))
    spare = max(width - needed(), 0)
    widths = {index: columns[index].width for index in chosen}
    for index in chosen:
        more = min(max(cell_len(columns[index].title) - widths[index], 0), spare)
        widths[index] += more
        spare -= more
    shares = sum(columns[index].grow for index in chosen)
    for index in chosen:
        widths[index] += spare * columns[index].grow // shares if shares else 0
    return list(widths.items())


def tail(text: str, width: int) -> str:
    """The end of a text, where its cells are too few: codes differ at their ends."""
    text = visible(text)
    while width > 0 and cell_len(text) > width:
        text = "…" + text.removeprefix("…")[1:]
    return text if width > 0 else ""


def cut(text: str, width: int, align: Literal["left", "right"] = "left") -> str:
    """Text as exactly `width` terminal cells; what does not fit ends in "…". Control characters show as pictures."""
    text = visible(text)
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, width - 1) + "…" if width else ""
    pad = " " * (width - size)
    return pad + text if align == "right" else text + pad
