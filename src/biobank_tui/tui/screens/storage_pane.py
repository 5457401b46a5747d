"""The right half of the storage screen: a unit as a card, or a box as a grid with what is under its cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from biobank_tui.queries.sample_detail import SampleDetail
from biobank_tui.queries.storage import Box, Unit
from biobank_tui.queries.storage import Cell as Tube
from biobank_tui.rules import positions
from biobank_tui.rules.moments import today
from biobank_tui.tui import work
from biobank_tui.tui.safe import plain
from biobank_tui.tui.screens import storage_box as words_of
from biobank_tui.tui.widgets.boxgrid import BoxGrid, Position
from biobank_tui.words import _


class BoxPane(Vertical):
    """Shows one place. look_up: a tube's detail by its code, called in a thread."""

    def __init__(self, look_up: Callable[[str], SampleDetail], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.box: Box | None = None
        self._look_up = look_up
        self._details: dict[int, SampleDetail] = {}

    def compose(self) -> ComposeResult:
        yield Static("", id="store-title", markup=False)
        yield Static("", id="store-mode", markup=False)
        yield Static(plain(_("Choose a unit at the left."), "$quiet"), id="store-card", markup=False)
        yield BoxGrid(id="store-grid")
        yield Static("", id="store-tally", markup=False)
        yield Static("", id="store-tube", markup=False)

    def on_mount(self) -> None:
        self._show_parts()
        self.say_mode("")

    @property
    def grid(self) -> BoxGrid:
        return self.query_one(BoxGrid)

    def show_card(self, unit: Unit, trail: tuple[str, ...], below: tuple[Unit, ...]) -> None:
        """A unit that holds others."""
        self.box = None
        width = self.content_region.width or 40
        self.query_one("#store-card", Static).update(words_of.unit_card(unit, trail, below, width))
        self._show_parts()

    def show_box(self, box: Box) -> None:
        """A box; another one than before begins at its first position."""
        other = self.box is None or self.box.unit.id != box.unit.id
        self.box = box
        self._details.clear()
        self.grid.show(words_of.grid_of(box, today()))
        if other:
            self.grid.cursor = (0, 0)
        self._show_parts()
        self.show_tube()

    def say_mode(self, text: str) -> None:
        """The banner that says what a scan or a key would do now; hidden without a text."""
        banner = self.query_one("#store-mode", Static)
        banner.update(plain(text))
        banner.display = bool(text)

    def tube_at(self, position: Position) -> Tube | None:
        """What is in a position."""
        return self.box.taken.get(position) if self.box is not None else None

    def chosen(self, order: Sequence[Position]) -> list[Tube]:
        """The marked tubes in this order, else the one under the cursor."""
        spots = [spot for spot in order if spot in self.grid.marks] or [self.grid.cursor]
        return [tube for spot in spots if (tube := self.tube_at(spot)) is not None]

    def _show_parts(self) -> None:
        boxed = self.box is not None
        self.query_one("#store-card").display = not boxed
        for name in ("#store-grid", "#store-tally", "#store-tube", "#store-title"):
            self.query_one(name).display = boxed
        if self.box is None:
            return
        facts = words_of.unit_facts(self.box.unit)
        trail = plain(" › ".join(self.box.trail), "bold $accent")
        gap = self.content_region.width - trail.cell_length - facts.cell_length
        parted = "  " if gap >= 2 else "\n"
        self.query_one("#store-title", Static).update(Content.assemble(trail, parted, facts))
        self.query_one("#store-tally", Static).update(words_of.box_tally(self.box))

    @on(BoxGrid.CellHighlighted)
    def _cell_highlighted(self) -> None:
        self.show_tube()

    def show_tube(self) -> None:
        """Tell what is under the cursor; its detail follows from a thread."""
        box = self.box
        if box is None or not self.grid.source.row_labels:
            return
        position = self.grid.cursor
        tube = self.tube_at(position)
        detail = self._details.get(tube.sample_id) if tube is not None else None
        label = positions.label(box.layout, *position)
        self.query_one("#store-tube", Static).update(words_of.tube_lines(label, tube, detail, today()))
        if tube is None or detail is not None:
            work.forget(self, "tube")
            return
        code = tube.code
        work.run(self, "tube", lambda: self._look_up(code), self._detail_came)

    def _detail_came(self, detail: SampleDetail) -> None:
        self._details[detail.id] = detail
        self.show_tube()
