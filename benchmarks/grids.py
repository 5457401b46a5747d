"""How long the box grid keeps a hand waiting: a key to the repaint, in the app's own pilot."""

from __future__ import annotations

import asyncio
import gc
import time
from typing import Any

from textual import events
from textual.app import App, ComposeResult

from benchmarks.measuring import INTERACTIVE, Figure, quantile
from biobank_tui.tui.ports import Cell, CellGrid
from biobank_tui.tui.theme import tokens
from biobank_tui.tui.widgets.boxgrid import BoxGrid

ROWS, COLUMNS = 16, 24
KEYS = 200
PATIENCE = 10.0
"""Seconds after which a key that painted nothing is an error."""
STATUSES = ("available", "reserved", "checked_out", "held")


def figures() -> list[Figure]:
    """A plate of 384 tubes: the cursor's keys, and the key that colours it anew."""
    return [asyncio.run(_measured("box grid 16 × 24, key to repaint", ("right", "down", "left", "up"))),
            asyncio.run(_measured("box grid 16 × 24, coloured anew", ("c",)))]  # fmt: skip


class _Plate(App[None]):
    def compose(self) -> ComposeResult:
        yield BoxGrid()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return tokens(self.current_theme.to_color_system().generate(), dark=True)


def _plate() -> CellGrid:
    cells = {
        (row, col): Cell(
            row * COLUMNS + col, STATUSES[(row + col) % 4], f"S-{row * COLUMNS + col:07d}", col % 8, row % 5
        )
        for row in range(ROWS)
        for col in range(COLUMNS)
    }
    rows = tuple(chr(ord("A") + row) for row in range(ROWS))
    return CellGrid(rows, tuple(str(col + 1) for col in range(COLUMNS)), cells)


async def _measured(name: str, keys: tuple[str, ...]) -> Figure:
    app = _Plate()
    took: list[float] = []
    worked: list[float] = []
    async with app.run_test(size=(120, 40)) as pilot:
        grid = app.query_one(BoxGrid)
        grid.show(_plate())
        grid.focus()
        grid.cursor = (4, 4)
        await pilot.pause()
        painted = asyncio.Event()
        shown: Any = app._display

        def display(*given: Any, **named: Any) -> None:
            shown(*given, **named)
            painted.set()

        app._display = display  # type: ignore[method-assign]
        gc.collect()
        gc.disable()
        try:
            for number in range(KEYS + 10):
                key = keys[number % len(keys)]
                painted.clear()
                start, busy = time.perf_counter_ns(), time.thread_time_ns()
                if key == "c":
                    grid.do_colour()
                else:
                    app.post_message(events.Key(key, None))
                await asyncio.wait_for(painted.wait(), PATIENCE)
                if number >= 10:
                    took.append((time.perf_counter_ns() - start) / 1e6)
                    worked.append((time.thread_time_ns() - busy) / 1e6)
                await pilot.pause()
        finally:
            gc.enable()
    took.sort()
    worked.sort()
    return Figure(name, quantile(took, 0.5), quantile(took, 0.95), took[-1], None, INTERACTIVE,
                  work=quantile(worked, 0.95))  # fmt: skip
