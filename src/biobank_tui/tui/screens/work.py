"""Work: pick lists walked box by box and picked by scanning, and the shipments."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from biobank_tui.queries.picklists import Hole, PickListRow, pick_lists
from biobank_tui.queries.shipments import ShipmentRow, shipments
from biobank_tui.rules.moments import today
from biobank_tui.tui import work
from biobank_tui.tui.listed import Listed
from biobank_tui.tui.ports import Column, Found, Row, Scan, ScanAnswer, Session, Situation
from biobank_tui.tui.safe import plain
from biobank_tui.tui.screens import shipment_acts
from biobank_tui.tui.screens import work_acts as acts
from biobank_tui.tui.screens.shipment_load import Loaded
from biobank_tui.tui.screens.shipment_pane import ShipmentPane
from biobank_tui.tui.screens.work_pane import WalkPane
from biobank_tui.tui.screens.work_picking import Scanned, Walk, at_box, pick_scanned, read_walk
from biobank_tui.tui.status import Tone
from biobank_tui.tui.views import View
from biobank_tui.tui.when import ago, ago_width, day
from biobank_tui.tui.widgets.boxgrid import BoxGrid
from biobank_tui.tui.widgets.table import RowTable
from biobank_tui.words import _, figure, mark

CLOSED_SHOWN = 100
"""Closed pick lists kept in sight, the newest."""


class Work(View):
    """The lists, or one list as it is walked. walk: the pick list at hand."""

    command_group: ClassVar[str] = "work"
    about: ClassVar[str] = mark(
        "Open a pick list with Enter: it goes through the freezers box by box, and the tubes to pull are lit. Scan"
        " each tube; what is wrong is said at once. m marks a tube that is not there and offers others in its stead;"
        " l goes back to the lists. Open a shipment with Enter, or o begins one: scan tube after tube into its boxes, s"
        " sends it under your signature; once it has arrived, scan what is there and r takes the receipt."
    )
    styles_path: ClassVar[Path | None] = Path(__file__).with_suffix(".tcss")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.walk: Walk | None = None
        self._picks: tuple[PickListRow, ...] = ()

    def compose(self) -> ComposeResult:
        with Vertical(id="work-lists"):
            yield Static(plain(_("Pick lists"), "bold $accent"), markup=False, classes="work-title")
            yield RowTable(empty=_("No pick list yet: n makes one of what is reserved."), id="picks")
            yield Static(plain(_("Shipments"), "bold $accent"), markup=False, classes="work-title")
            yield RowTable(empty=_("No shipment yet: o opens one for a request."), id="shipments")
        yield WalkPane(id="work-walk")
        yield ShipmentPane(id="work-load")

    def on_mount(self) -> None:
        self.pane.display = False
        self.load.display = False

    @property
    def picks(self) -> RowTable:
        return self.query_one("#picks", RowTable)

    @property
    def pane(self) -> WalkPane:
        return self.query_one(WalkPane)

    @property
    def load(self) -> ShipmentPane:
        return self.query_one(ShipmentPane)

    # -- the lists ---------------------------------------------------------------------------------

    def ready(self, session: Session) -> None:
        self._read_lists()

    def shown_again(self) -> None:
        self._read_lists()
        if self.walk is not None:
            self._reread()
        self.load.reread()

    def _read_lists(self) -> None:
        session = self.session

        def read() -> tuple[tuple[PickListRow, ...], tuple[ShipmentRow, ...]]:
            with session.bank.read() as connection:
                reader = session.actor.person_id
                every = pick_lists(connection, everything=True, reader=reader)
                opened = [row for row in every if row.closed is None]
                closed = [row for row in reversed(every) if row.closed is not None][:CLOSED_SHOWN]
                return (*opened, *closed), shipments(connection, reader=reader)

        work.run(self, "lists", read, self._lists_came)

    def _lists_came(self, found: tuple[tuple[PickListRow, ...], tuple[ShipmentRow, ...]]) -> None:
        self._picks = found[0]
        at = self.picks.cursor
        self.picks.show(Listed(_pick_columns(), tuple(_pick_row(row) for row in found[0])))
        self.picks.jump(at)
        sent = self.query_one("#shipments", RowTable)
        sent.show(Listed(_shipment_columns(), tuple(_shipment_row(row) for row in found[1])))

    @on(RowTable.RowChosen, "#picks")
    def _list_chosen(self, event: RowTable.RowChosen) -> None:
        event.stop()
        self.open_list(event.row.cells[0])

    @on(RowTable.RowChosen, "#shipments")
    def _shipment_chosen(self, event: RowTable.RowChosen) -> None:
        event.stop()
        self.open_shipment(event.row.cells[0])

    def open_shipment(self, code: str) -> None:
        """Pack this shipment, or receive it."""
        self.do_lists()
        self._front("load")
        self.load.open(code)

    @on(ShipmentPane.Left)
    def _shipment_left(self, event: ShipmentPane.Left) -> None:
        event.stop()
        self.do_lists()

    def _front(self, which: str) -> None:
        """Bring the lists, the walk or the load to the front; the shipment's keys stand alone while it is."""
        self.query_one("#work-lists").display = which == "lists"
        self.pane.display = which == "walk"
        self.load.display = which == "load"
        self.command_group = "" if which == "load" else "work"  # type: ignore[misc]

    # -- one list ----------------------------------------------------------------------------------

    def open_list(self, code: str) -> None:
        """Walk this pick list."""
        work.run(self, "walk", partial(read_walk, self.session, code), self._walk_opened)

    def _walk_opened(self, walk: Walk) -> None:
        self._front("walk")
        self.pane.known = None
        self._show(walk)
        self.pane.grid.focus()

    def _show(self, walk: Walk, sample: str | None = None) -> None:
        self.walk = walk
        self.pane.show(walk, sample)
        self.shell.refresh_keys()

    def _reread(self) -> None:
        """Read the list at hand anew; it stays at its box while something is to pick there."""
        if self.walk is None:
            return
        unit = self.walk.here.unit if self.walk.here is not None else None
        work.run(self, "walk", partial(read_walk, self.session, self.walk.row.code, unit), self._show)

    @on(RowTable.RowHighlighted, "#walk-boxes")
    def _box_highlighted(self, event: RowTable.RowHighlighted) -> None:
        event.stop()
        if (
            self.walk is not None
            and event.row is not None
            and event.row.key != self.walk.at
            and self.pane.boxes.has_focus
        ):
            self._go_to(event.row.key)

    @on(RowTable.RowChosen, "#walk-boxes")
    def _box_chosen(self, event: RowTable.RowChosen) -> None:
        event.stop()
        self.pane.grid.focus()

    def _go_to(self, at: int) -> None:
        if self.walk is not None and self.walk.boxes:
            at %= len(self.walk.boxes)
            work.run(self, "walk", partial(at_box, self.session, self.walk, at), self._show)

    @on(BoxGrid.CellHighlighted)
    def _cell_highlighted(self) -> None:
        self.pane.show_holes()
        self.shell.refresh_keys()

    @on(BoxGrid.CellChosen)
    def _cell_chosen(self, event: BoxGrid.CellChosen) -> None:
        hole = self.pane.hole
        if hole is not None:
            self.shell.open_found(Found("sample", hole.sample_id, hole.code, "", "samples"))

    def situation(self) -> Situation:
        words = set(self.load.facts())
        hole = self.pane.hole if self.walk is not None else None
        if self.walk is not None:
            words.add("list")
        if hole is not None and hole.state in ("to_pick", "missing", "dropped"):
            words.add("hole")
        if hole is not None and hole.state == "picked":
            words.add("picked")
        row = self.picks.row
        return replace(super().situation(), row=row.key if row else None, words=frozenset(words))

    def on_key(self, event: events.Key) -> None:
        """Esc goes back to the lists."""
        if event.key == "escape" and (self.walk is not None or self.load.load is not None):
            self.do_lists()
            event.stop()

    def open_thing(self, found: Found) -> None:
        if found.kind == "pick_list":
            self.open_list(found.code)
        elif found.kind == "shipment":
            self.open_shipment(found.code)
        else:
            self.do_lists()

    # -- scanning ----------------------------------------------------------------------------------

    def take_scan(self, scan: Scan) -> ScanAnswer:
        if self.load.load is not None:
            return self.load.take(scan.text)
        walk = self.walk
        return super().take_scan(scan) if walk is None else pick_scanned(self.session, walk, scan.text)

    def scan_taken(self, scan: Scan, answer: ScanAnswer) -> None:
        if isinstance(answer.value, Loaded):
            self.load.taken(answer.value)
            return
        if not isinstance(answer.value, Scanned):
            super().scan_taken(scan, answer)
            return
        # What was read before the scan must not overwrite it.
        work.forget(self, "walk")
        self._show(answer.value.walk, answer.value.sample)

    # -- commands ----------------------------------------------------------------------------------

    def do_lists(self) -> None:
        """Back to the lists."""
        self.walk = None
        self.load.load = None
        self._front("lists")
        self.picks.focus()
        self._read_lists()

    async def do_ship(self) -> None:
        """Open a shipment."""
        code = await shipment_acts.begin(self)
        if code is not None:
            self.open_shipment(code)

    async def do_start(self) -> None:
        """Make a pick list."""
        await acts.start(self)

    def do_next(self) -> None:
        """The next box."""
        if self.walk is not None:
            self._go_to(self.walk.at + 1)

    def do_previous(self) -> None:
        """The box before."""
        if self.walk is not None:
            self._go_to(self.walk.at - 1)

    @property
    def _at_hand(self) -> tuple[Walk, Hole]:
        walk, hole = self.walk, self.pane.hole
        assert walk is not None
        assert hole is not None
        return walk, hole

    async def _then(self, act: Awaitable[bool]) -> None:
        if await act:
            self._reread()

    async def do_missing(self) -> None:
        """The tube is not there."""
        await self._then(acts.missing(self, *self._at_hand))

    async def do_substitute(self) -> None:
        """Take another in its stead."""
        await self._then(acts.substitute(self, *self._at_hand))

    async def do_drop(self) -> None:
        """Take it off the list."""
        await self._then(acts.drop(self, *self._at_hand))

    async def do_unpick(self) -> None:
        """Put it back."""
        await self._then(acts.unpick(self, *self._at_hand))

    async def do_close(self) -> None:
        """Put the list away."""
        if self.walk is not None and await acts.close(self, self.walk):
            self.do_lists()


def _pick_columns() -> tuple[Column, ...]:
    return (
        Column("code", _("List"), 9),
        Column("left", _("To pick"), 7, "right"),
        Column("picked", _("Picked"), 6, "right"),
        Column("missing", _("Missing"), 7, "right", drop=2),
        Column("title", _("For"), 16, grow=1),
        Column("made", _("Made"), ago_width()),
        Column("request", _("Request"), 9, drop=3),
        Column("project", _("Project"), 9, drop=4),
    )


def _pick_row(row: PickListRow) -> Row:
    made = ago(row.made, today()) if row.closed is None else _("closed")
    cells = (
        row.code,
        figure(row.to_pick),
        figure(row.picked),
        str(row.missing or ""),
        row.title,
        made,
        row.request,
        row.project,
    )
    return Row(row.id, cells, Tone.PLAIN if row.closed is None else Tone.QUIET)


def _shipment_columns() -> tuple[Column, ...]:
    return (
        Column("code", _("Shipment"), 9),
        Column("state", _("State"), 21, family="shipment"),
        Column("recipient", _("To"), 11, grow=1),
        Column("items", _("Tubes"), 5, "right"),
        Column("dispatched", _("Sent"), 10),
        Column("received", _("Received"), 10, drop=1),
        Column("carrier", _("Carrier"), 16, drop=2),
        Column("request", _("Request"), 9, drop=3),
    )


def _shipment_row(row: ShipmentRow) -> Row:
    cells = (
        row.code,
        row.state,
        row.recipient,
        figure(row.items),
        day(row.dispatched),
        day(row.received),
        row.carrier or "",
        row.request or "",
    )
    return Row(row.id, cells)
