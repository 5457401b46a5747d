"""The tree of storage units with how full each is, painted line by line; children are fetched when asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from biobank_tui.tui.status import Tone, look
from biobank_tui.tui.theme import inks
from biobank_tui.tui.widgets.bars import bar, percent
from biobank_tui.tui.widgets.columns import cut

if TYPE_CHECKING:
    from biobank_tui.queries.storage import Unit

BAR = 8
"""Cells of the bar of occupancy."""


@dataclass(frozen=True, slots=True)
class Line:
    """One visible unit and how deep it stands, from 0."""

    unit: Unit
    depth: int


class UnitTree(ScrollView, can_focus=True):
    """Storage units. The view feeds it with `put`; it asks for what it lacks by `Wanted`."""

    DEFAULT_CSS = """
    UnitTree { height: 1fr; width: 1fr; background: $background; scrollbar-size: 1 1; overflow-x: hidden; }
    """

    cursor: reactive[int] = reactive(0, init=False)

    @dataclass
    class Wanted(Message):
        """The units directly in this one (its id; None: those at the top) are wanted."""

        parent: int | None

    @dataclass
    class Highlighted(Message):
        """The cursor is on this unit."""

        unit: Unit

    @dataclass
    class Chosen(Message):
        """Enter or a double click on a unit that holds positions."""

        unit: Unit

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.below: dict[int | None, tuple[Unit, ...]] = {}
        self.opened: set[int] = set()
        self.lines: list[Line] = []
        self._inks: Mapping[str, Style] = {}
        self._told: Unit | None = None

    # -- what views call ---------------------------------------------------------------------------

    def put(
        self, found: Mapping[int | None, Sequence[Unit]], opened: set[int] | None = None, at: int | None = None
    ) -> None:
        """Take units by the id of what they stand in. opened: also open these; at: put the cursor on this id."""
        here = at if at is not None else (self.unit.id if self.unit is not None else None)
        self.below.update({parent: tuple(units) for parent, units in found.items()})
        self.opened |= opened or set()
        self._lay_out()
        for number, line in enumerate(self.lines):
            if line.unit.id == here:
                self.set_reactive(UnitTree.cursor, number)
                break
        self.cursor = self.validate_cursor(self.cursor)
        self._moved()

    @property
    def unit(self) -> Unit | None:
        """The unit under the cursor."""
        return self.lines[self.cursor].unit if self.cursor < len(self.lines) else None

    @property
    def known(self) -> tuple[int | None, ...]:
        """What was opened and is shown: whose children to fetch again after a write."""
        return (None, *(number for number in self.opened if number in self.below))

    # -- layout ------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        lines: list[Line] = []

        def walk(parent: int | None, depth: int) -> None:
            for unit in self.below.get(parent, ()):
                lines.append(Line(unit, depth))
                if unit.id in self.opened:
                    walk(unit.id, depth + 1)

        walk(None, 0)
        self.lines = lines
        self.virtual_size = Size(self.scrollable_content_region.width, len(lines))
        self.refresh()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._forget_inks())

    def on_resize(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.lines))
        self._keep_in_view()

    def _forget_inks(self) -> None:
        self._inks = {}
        self.refresh()

    def _keep_in_view(self) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif height and self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)

    # -- painting ----------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        self._inks = self._inks or inks(self.app)
        width = self.scrollable_content_region.width
        number = self.scroll_offset.y + y
        if number >= len(self.lines):
            return Strip.blank(width, self.rich_style)
        here = number == self.cursor
        strip = Strip(self._segments(self.lines[number], here, width)).adjust_cell_length(width)
        if here:
            strip = strip.apply_style(self._inks["on-cursor" if self.has_focus else "on-mark"])
        return strip.apply_style(self.rich_style)

    def _segments(self, line: Line, here: bool, width: int) -> list[Segment]:
        unit, ink = line.unit, self._inks
        sign = "▾ " if unit.id in self.opened else "▸ " if unit.children else "▦ " if unit.rows else "  "
        service = "" if unit.service == "active" else f" {look('service', unit.service).glyph}"
        share = unit.tubes / unit.places if unit.places else 0.0
        right = BAR + 6 if width >= 26 else 5
        room = max(width - 1 - 2 * line.depth - 2 - right, 1)
        name = cut(unit.name, max(room - cell_len(service), 1))
        filled, rest = bar(share, BAR)
        full = ink[Tone.BAD if share >= 1 else Tone.WARN if share >= 0.9 else Tone.ACCENT]
        segments = [
            Segment("▌" if here else " ", ink[Tone.ACCENT if self.has_focus else Tone.QUIET]),
            Segment("  " * line.depth),
            Segment(sign, ink[Tone.ACCENT if unit.rows else Tone.QUIET]),
            Segment(name, ink[Tone.PLAIN] + Style(bold=here)),
            Segment(service, ink[look("service", unit.service).tone]),
        ]
        if right > 5:
            segments += [Segment(" "), Segment(filled, full + ink["on-panel"]), Segment(rest, ink["on-panel"])]
        segments.append(Segment(percent(unit.tubes, unit.places).rjust(5), ink[Tone.QUIET]))
        return segments

    # -- the cursor --------------------------------------------------------------------------------

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self.lines) - 1))

    def watch_cursor(self) -> None:
        self._keep_in_view()
        self.refresh()
        self._moved()

    def _moved(self) -> None:
        unit = self.unit
        if unit is not None and unit != self._told:
            self._told = unit
            self.post_message(self.Highlighted(unit))

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        page = max(self.scrollable_content_region.height - 1, 1)
        moves = {
            "up": -1,
            "down": 1,
            "pageup": -page,
            "pagedown": page,
            "home": -len(self.lines),
            "end": len(self.lines),
        }
        if event.key in moves:
            self.cursor += moves[event.key]
        elif event.key == "right":
            self._open()
        elif event.key == "left":
            self._shut()
        elif event.key == "enter":
            self._choose()
        else:
            return
        event.stop()
        event.prevent_default()

    def _open(self) -> None:
        unit = self.unit
        if unit is None:
            return
        if unit.children and unit.id not in self.opened:
            self.opened.add(unit.id)
            if unit.id not in self.below:
                self.post_message(self.Wanted(unit.id))
            self._lay_out()
        elif unit.rows and not unit.children:
            self.post_message(self.Chosen(unit))
        elif unit.id in self.opened:
            self.cursor += 1

    def _shut(self) -> None:
        unit = self.unit
        if unit is None:
            return
        if unit.id in self.opened:
            self.opened.discard(unit.id)
            self._lay_out()
            return
        above = next((number for number, line in enumerate(self.lines) if line.unit.id == unit.parent), None)
        if above is not None:
            self.cursor = above

    def _choose(self) -> None:
        unit = self.unit
        if unit is None:
            return
        if unit.rows or not unit.children:
            self.post_message(self.Chosen(unit))
        elif unit.id in self.opened:
            self._shut()
        else:
            self._open()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; a click on the sign, or a double click, opens and shuts."""
        number = self.scroll_offset.y + event.y
        if number >= len(self.lines):
            return
        self.cursor = number
        sign = 1 + 2 * self.lines[number].depth
        if event.chain == 2 or sign <= event.x <= sign + 1:
            self._choose()
