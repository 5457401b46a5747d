"""A box as a grid, painted line by line: 9×9, 8×12, 16×24 or any other geometry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from biobank_tui.tui.ports import Cell, CellGrid, CellSource
from biobank_tui.tui.status import Tone, look
from biobank_tui.tui.theme import inks
from biobank_tui.tui.widgets.columns import cut, tail

Position = tuple[int, int]
"""Row and column, 0-based."""

NARROWEST, WIDEST = 2, 13
"""Cells a position takes."""


class ColourBy(StrEnum):
    """What the colours of a box tell."""

    STATUS = "status"
    PROJECT = "project"
    AGE = "age"


class BoxGrid(ScrollView, can_focus=True):
    """One box. `show(source)` puts another in; the cursor is (row, column).

    tones: positions to show in another tone, as a rack scan's comparison does.
    """

    command_group: ClassVar[str] = "grid"

    DEFAULT_CSS = """
    BoxGrid { height: 1fr; width: 1fr; background: $background; scrollbar-size: 1 1; }
    """

    cursor: reactive[Position] = reactive((0, 0), init=False, repaint=False)
    colour_by: reactive[ColourBy] = reactive(ColourBy.STATUS, init=False)

    @dataclass
    class CellHighlighted(Message):
        """The cursor is on this position; cell is None where it is empty."""

        grid: BoxGrid
        position: Position
        cell: Cell | None

    @dataclass
    class CellChosen(Message):
        """Enter or a double click."""

        grid: BoxGrid
        position: Position
        cell: Cell | None

    @dataclass
    class MarksChanged(Message):
        """The marked positions are others now."""

        grid: BoxGrid
        marks: frozenset[Position]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.source: CellSource = CellGrid((), ())
        self.marks: frozenset[Position] = frozenset()
        self.tones: Mapping[Position, Tone] = {}
        self._inks: dict[str, Style] = {}
        self._margin = 2
        self._bodies: dict[tuple[Position, int], str] = {}

    # -- what views call ---------------------------------------------------------------------------

    def show(self, source: CellSource, tones: Mapping[Position, Tone] | None = None) -> None:
        """Put a box in; marks are dropped, the cursor stays where it fits."""
        self.source = source
        self._bodies = {}
        self._margin = max((cell_len(label) for label in source.row_labels), default=0) + 2
        self.tones = tones or {}
        self.marks = frozenset()
        self._resize_content()
        self.cursor = self.validate_cursor(self.cursor)
        self.refresh()
        self.post_message(self.CellHighlighted(self, self.cursor, self.cell))

    @property
    def cell(self) -> Cell | None:
        """What is under the cursor."""
        return self.source.cell(*self.cursor) if self._rows and self._cols else None

    def label(self, position: Position) -> str:
        """The position as people say it: row label, column label."""
        return f"{self.source.row_labels[position[0]]}{self.source.col_labels[position[1]]}"

    def advance(self, order: Sequence[Position]) -> Position | None:
        """Move the cursor to the next empty position after it in this order; None where there is no more.

        order: every position of the box in the fill order; a cursor not in it begins at the start.
        """
        after = order.index(self.cursor) + 1 if self.cursor in order else 0
        for position in order[after:]:
            if self.source.cell(*position) is None:
                self.cursor = position
                return position
        return None

    def first_free(self, order: Sequence[Position]) -> Position | None:
        """Move the cursor to the first empty position of this order; None where the box is full."""
        free = next((position for position in order if self.source.cell(*position) is None), None)
        if free is not None:
            self.cursor = free
        return free

    # -- geometry ----------------------------------------------------------------------------------

    @property
    def _rows(self) -> int:
        return len(self.source.row_labels)

    @property
    def _cols(self) -> int:
        return len(self.source.col_labels)

    @property
    def _width(self) -> int:
        """Cells a position takes at this size."""
        room = (self.scrollable_content_region.width - self._margin) // max(self._cols, 1)
        return max(NARROWEST, min(room, WIDEST))

    @property
    def _pitch(self) -> int:
        """Lines from one row of the box to the next."""
        return 2 if self.scrollable_content_region.height > self._rows * 2 else 1

    def _resize_content(self) -> None:
        self.virtual_size = Size(self._margin + self._cols * self._width, 1 + self._rows * self._pitch)

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._forget_inks())

    def on_resize(self) -> None:
        self._resize_content()
        self._keep_in_view()

    def _keep_in_view(self) -> None:
        row, col = self.cursor
        height = self.scrollable_content_region.height - 1
        top, line = self.scroll_offset.y, row * self._pitch
        if line < top or line >= top + height:
            self.scroll_to(y=line if line < top else line - height + 1, animate=False, force=True)
        width = self.scrollable_content_region.width - self._margin
        left, at = self.scroll_offset.x, col * self._width
        if at < left or at + self._width > left + width:
            self.scroll_to(x=at if at < left else at + self._width - width, animate=False, force=True)

    # -- painting ----------------------------------------------------------------------------------

    def _forget_inks(self) -> None:
        self._inks = {}
        self.refresh()

    def render_line(self, y: int) -> Strip:
        self._inks = self._inks or inks(self.app)
        size = self.scrollable_content_region.width
        left = self.scroll_offset.x
        if y == 0:
            labels = self._label_line()
        else:
            row, between = divmod(self.scroll_offset.y + y - 1, self._pitch)
            if row >= self._rows or between:
                return Strip.blank(size, self.rich_style)
            labels = self._row_line(row)
        margin, rest = labels.divide([self._margin, labels.cell_length])
        strip = Strip.join([margin, rest.crop(left, left + size - self._margin)])
        return strip.adjust_cell_length(size).apply_style(self.rich_style)

    def _label_line(self) -> Strip:
        quiet, width = self._inks[Tone.QUIET], self._width
        segments = [Segment(" " * self._margin)]
        for col, label in enumerate(self.source.col_labels):
            # Two cells hold only every other label of two digits.
            shown = label if width > cell_len(label) or col % 2 == 0 else ""
            style = self._inks[Tone.ACCENT] if col == self.cursor[1] else quiet
            segments.append(Segment(cut(shown, width) if width > 2 else shown.rjust(2)[-2:], style))
        return Strip(segments)

    def _row_line(self, row: int) -> Strip:
        # Asked once a line: asked for every position, they took longer than the painting.
        width, cursor, focused = self._width, self.cursor, self.has_focus
        style = self._inks[Tone.ACCENT if row == cursor[0] else Tone.QUIET]
        label = cut(self.source.row_labels[row], self._margin - 2, "right")
        segments = [Segment(f"{label}  ", style)]
        for col in range(self._cols):
            segments += self._cell_segments((row, col), width, (row, col) == cursor, focused)
        return Strip(segments)

    def _cell_segments(self, position: Position, width: int, here: bool, focused: bool) -> list[Segment]:
        cell = self.source.cell(*position)
        marked = position in self.marks
        if cell is None:
            glyph, text, style = "·", "", self._inks["rule"]
        else:
            glyph = cell.glyph or look("sample", cell.status).glyph
            text = cell.text
            style = self._inks[self._ink_of(cell, position)]
        if cell is None and position in self.tones:
            style = self._inks[self.tones[position]]
        if here:
            style = self._inks[Tone.ACCENT] + Style(bold=True, reverse=focused, underline=marked)
        elif marked:
            style = style + self._inks["on-mark"] + Style(underline=True)
        body = self._bodies.get((position, width))
        if body is None:
            body = cut(f"{glyph} {tail(text, width - 3)}" if text and width >= 6 else glyph, width - 1)
            self._bodies[position, width] = body
        return [Segment(body, style), Segment(" ")]

    def _ink_of(self, cell: Cell, position: Position) -> str:
        if position in self.tones:
            return self.tones[position]
        if cell.tone is not None:
            return cell.tone
        if self.colour_by is ColourBy.PROJECT:
            return Tone.QUIET if cell.project is None else f"cat-{cell.project % 8 + 1}"
        if self.colour_by is ColourBy.AGE:
            return Tone.QUIET if cell.age is None else f"age-{min(cell.age, 4) + 1}"
        return look("sample", cell.status).tone

    # -- the cursor and the marks ------------------------------------------------------------------

    def validate_cursor(self, cursor: Position) -> Position:
        row, col = cursor
        return max(0, min(row, self._rows - 1)), max(0, min(col, self._cols - 1))

    def watch_cursor(self, old: Position, new: Position) -> None:
        """Paint anew the labels above, the row that was left and the one that was come to."""
        offset = self.scroll_offset
        self._keep_in_view()
        if offset == self.scroll_offset:
            lines = {0, *(1 + row * self._pitch - offset.y for row in (old[0], new[0]))}
            self.refresh(*(Region(0, y, self.size.width, 1) for y in sorted(lines) if 0 <= y < self.size.height))
        else:
            self.refresh()
        self.post_message(self.CellHighlighted(self, self.cursor, self.cell))

    def watch_colour_by(self) -> None:
        self.refresh()

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        row, col = self.cursor
        moves = {
            "up": (row - 1, col),
            "down": (row + 1, col),
            "left": (row, col - 1),
            "right": (row, col + 1),
            "home": (row, 0),
            "end": (row, self._cols - 1),
            "pageup": (0, col),
            "pagedown": (self._rows - 1, col),
            "ctrl+home": (0, 0),
            "ctrl+end": (self._rows - 1, self._cols - 1),
        }
        if event.key in moves:
            self.cursor = moves[event.key]
        elif event.key == "enter":
            self.post_message(self.CellChosen(self, self.cursor, self.cell))
        else:
            return
        event.stop()
        event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a double click chooses."""
        row = (event.y - 1 + self.scroll_offset.y) // self._pitch
        col = (event.x - self._margin + self.scroll_offset.x) // self._width
        if event.y > 0 and event.x >= self._margin and row < self._rows and col < self._cols:
            self.cursor = (row, col)
            if event.chain == 2:
                self.post_message(self.CellChosen(self, self.cursor, self.cell))

    def do_mark(self) -> None:
        """Turn the mark of the position under the cursor."""
        self.mark(self.marks ^ {self.cursor})

    def mark(self, positions: Iterable[Position]) -> None:
        """Mark exactly these positions."""
        self.marks = frozenset(positions)
        self.refresh()
        self.post_message(self.MarksChanged(self, self.marks))

    def do_colour(self) -> None:
        """Colour by the next of status, project and age."""
        ways = list(ColourBy)
        self.colour_by = ways[(ways.index(self.colour_by) + 1) % len(ways)]
