"""Storage: the tree with how full everything is, and a box as a grid in which tubes are placed, moved and pulled."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from biobank_tui.queries import storage as storage_queries
from biobank_tui.queries.storage import Box, Unit
from biobank_tui.queries.storage import Cell as Tube
from biobank_tui.rules import positions
from biobank_tui.rules.positions import FillOrder
from biobank_tui.tui import work
from biobank_tui.tui.dialogs import Choose, Option
from biobank_tui.tui.ports import Found, Level, Scan, ScanAnswer, Session, Situation
from biobank_tui.tui.readers import require_bank_codes
from biobank_tui.tui.screens import storage_acts as acts
from biobank_tui.tui.screens.storage_acts import Lifted
from biobank_tui.tui.screens.storage_box import FILL_WORDS, Aim
from biobank_tui.tui.screens.storage_commands import UnitCommands
from biobank_tui.tui.screens.storage_lists import Moved, move_scanned
from biobank_tui.tui.screens.storage_pane import BoxPane
from biobank_tui.tui.screens.storage_placing import Put, place_scanned
from biobank_tui.tui.screens.storage_reads import Below, below, tube_detail
from biobank_tui.tui.screens.storage_scan import take_rack_scan
from biobank_tui.tui.session import material_word
from biobank_tui.tui.views import View
from biobank_tui.tui.widgets.boxgrid import BoxGrid, Position
from biobank_tui.tui.widgets.unittree import UnitTree
from biobank_tui.words import _, figure, mark, ngettext


class Storage(UnitCommands, View):
    """Freezers, racks and boxes. box: the one in the grid; aim: where the next scan goes, while placing."""

    command_group: ClassVar[str] = "storage"
    about: ClassVar[str] = mark(
        "Every freezer, rack and box, with how full it is. Open a box with Enter; p begins to place: each tube"
        " scanned goes where the cursor is, and the cursor goes on in the box's fill order. m picks up a tube,"
        " m again puts it down, in this box or another. Scanning a box opens it."
    )
    styles_path: ClassVar[Path | None] = Path(__file__).with_suffix(".tcss")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.unit: Unit | None = None
        self.lifted: tuple[Lifted, ...] = ()
        self.placing = False
        self.placed = 0
        self.scans: Path | None = None
        self._aim: Aim | None = None
        self._order: FillOrder | None = None

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="store-tree"):
                yield UnitTree()
            yield BoxPane(lambda code: tube_detail(self.session, code), id="store-place")

    @property
    def units(self) -> UnitTree:
        return self.query_one(UnitTree)

    @property
    def pane(self) -> BoxPane:
        return self.query_one(BoxPane)

    @property
    def grid(self) -> BoxGrid:
        return self.pane.grid

    @property
    def box(self) -> Box | None:
        """The box in the grid."""
        return self.pane.box

    # -- the store ---------------------------------------------------------------------------------

    def ready(self, session: Session) -> None:
        work.run(self, "tree", partial(below, session, (None,)), self._first_tree)

    def _first_tree(self, found: Below) -> None:
        tops = found[None]
        only = {tops[0].id} if len(tops) == 1 and tops[0].children else set[int]()
        self.units.put(found, only)
        for number in only:
            self._fetch_below(number)

    def shown_again(self) -> None:
        self._reload()

    def _reload(self) -> None:
        """Fetch again what the tree and the grid show."""
        work.run(self, "tree", partial(below, self.session, self.units.known), self.units.put)
        if self.box is not None:
            self._fetch_box(self.box.unit.code)

    @on(UnitTree.Wanted)
    def _wanted(self, event: UnitTree.Wanted) -> None:
        self._fetch_below(event.parent)

    def _fetch_below(self, number: int | None) -> None:
        work.run(self, f"below:{number}", partial(below, self.session, (number,)), self.units.put)

    @on(UnitTree.Highlighted)
    def _unit_highlighted(self, event: UnitTree.Highlighted) -> None:
        self.unit = event.unit
        if self.placing:
            return
        if event.unit.rows:
            self._fetch_box(event.unit.code)
        else:
            self._fetch_card(event.unit)
        self.shell.refresh_keys()

    @on(UnitTree.Chosen)
    def _unit_chosen(self, event: UnitTree.Chosen) -> None:
        if event.unit.rows:
            self.grid.focus()

    def _fetch_card(self, unit: Unit) -> None:
        session = self.session

        def read() -> tuple[tuple[str, ...], tuple[Unit, ...]]:
            with session.bank.read() as connection:
                trail = storage_queries.trail(connection, unit.path)
                return trail, storage_queries.children(connection, unit.id)

        work.run(self, "place", read, partial(self._show_card, unit))

    def _show_card(self, unit: Unit, found: tuple[tuple[str, ...], tuple[Unit, ...]]) -> None:
        self._aim = None
        self.pane.show_card(unit, *found)
        self.show_mode()

    def _fetch_box(self, code: str) -> None:
        session = self.session

        def read() -> Box:
            require_bank_codes(session)
            with session.bank.read() as connection:
                return storage_queries.box(connection, code)

        work.run(self, "place", read, self.show_box)

    def show_box(self, box: Box) -> None:
        """Put a box in the grid; while placing, another box than before begins at its first free place."""
        other = self.box is None or self.box.unit.id != box.unit.id
        if other:
            self._order = None
        self.pane.show_box(box)
        if other and self.placing:
            self.grid.first_free(self.order)
        self._take_aim()
        self.show_mode()

    def show_mode(self) -> None:
        """The banner that says what a scan or a key would do now."""
        text = ""
        if self.placing and self.box is not None:
            where = self._aim.label if self._aim is not None and self._aim.label else _("no place left")
            done = ngettext("{count} placed", "{count} placed", self.placed).format(count=figure(self.placed))
            text = _("⌁ Placing: next to {label}").format(label=where) + f" · {done}"
            if self.pane.size.width > 60:
                text += f" · {_(FILL_WORDS[self._filling])}"
        elif self.errand is not None:
            text = self.errand.banner
        elif self.lifted:
            first = self.lifted[0].code
            text = ngettext(
                "✋ {code} in hand: m puts it down at the cursor, Esc leaves it",
                "✋ {count} tubes in hand: m puts them down from the cursor on, Esc leaves them",
                len(self.lifted),
            ).format(code=first, count=figure(len(self.lifted)))
        self.pane.say_mode(text)
        self.shell.refresh_keys()

    # -- the cursor in the box ---------------------------------------------------------------------

    @property
    def _filling(self) -> FillOrder:
        return self._order or (self.box.fill_order if self.box is not None else storage_queries.DEFAULT_FILL)

    @property
    def order(self) -> list[Position]:
        """Every position of the box, in the order it is filled."""
        return [] if self.box is None else list(positions.fill(self.box.layout, self._filling))

    def _take_aim(self) -> None:
        box = self.box
        self._aim = None if box is None else Aim(box.unit.code, box.layout, self._filling, self.grid.cursor)

    @on(BoxGrid.CellHighlighted)
    def _cell_highlighted(self) -> None:
        self._take_aim()
        self.show_mode()

    @on(BoxGrid.CellChosen)
    def _cell_chosen(self, event: BoxGrid.CellChosen) -> None:
        if self.lifted:
            self.shell.run_command("storage.move")
        elif event.cell is not None and (tube := self.pane.tube_at(event.position)) is not None:
            title = material_word(tube.material)
            self.shell.open_found(Found("sample", tube.sample_id, tube.code, title, "samples"))

    @on(BoxGrid.MarksChanged)
    def _marks_changed(self) -> None:
        self.shell.refresh_keys()

    @property
    def chosen(self) -> list[Tube]:
        """The marked tubes in fill order, else the one under the cursor."""
        return self.pane.chosen(self.order)

    def situation(self) -> Situation:
        words = set()
        if self.unit is not None:
            words.add("unit")
        if self.box is not None:
            words.add("box")
        if self.chosen:
            words.add("tube")
        if self.lifted:
            words.add("lifted")
        if self.errand is not None:
            words.add("errand")
        return replace(super().situation(), words=frozenset(words))

    def on_key(self, event: events.Key) -> None:
        """Esc puts back what is in hand, then ends placing, then goes back to the tree."""
        if event.key != "escape":
            return
        if self.lifted:
            self.lifted = ()
        elif self.placing:
            self._end_placing()
        elif self.errand is not None:
            self.end_errand()
        elif self.grid.has_focus and not self.tree_hidden:
            self.units.focus()
        else:
            return
        event.stop()
        self.show_mode()

    # -- scanning ----------------------------------------------------------------------------------

    def take_scan(self, scan: Scan) -> ScanAnswer:
        if self.placing and self._aim is not None:
            return place_scanned(self.session, self._aim, scan.text)
        if self.errand is not None:
            return move_scanned(self.session, self.errand.code, scan.text)
        return super().take_scan(scan)

    def scan_taken(self, scan: Scan, answer: ScanAnswer) -> None:
        put = answer.value
        if isinstance(put, Moved):
            self._moved(put)
            return
        if not isinstance(put, Put):
            super().scan_taken(scan, answer)
            return
        # Told by the scan itself: a box fetched before it must not overwrite it.
        work.forget(self, "place")
        self.placed += 1
        if self.box is not None and self.box.unit.id == put.box.unit.id:
            self.show_box(put.box)
            if put.next is not None:
                self.grid.cursor = put.next
            self._aim = Aim(put.box.unit.code, put.box.layout, self._filling, put.next)
            self.show_mode()
        work.run(self, "tree", partial(below, self.session, self.units.known), self.units.put)

    def _moved(self, moved: Moved) -> None:
        """A scan did a move of the list: go on to the next, or stay where the last went."""
        self.errand = moved.errand
        work.run(self, "tree", partial(below, self.session, self.units.known), self.units.put)
        if moved.errand.next is None and moved.box is not None:
            self.show_box(moved.box)
        self.show_next()

    def open_thing(self, found: Found) -> None:
        if found.kind == "move_list":
            self.take_up(found.code)
            return
        session = self.session

        def read() -> tuple[Unit, list[Unit]]:
            with session.bank.read() as connection:
                unit = storage_queries.unit(connection, found.code)
                chain = [unit]
                while chain[0].parent is not None:
                    chain.insert(0, storage_queries.unit_by_id(connection, chain[0].parent))
                return unit, chain

        def opened(answer: tuple[Unit, list[Unit]]) -> None:
            unit, chain = answer
            above = [each.id for each in chain[:-1]]
            work.run(
                self,
                "tree",
                partial(below, session, (None, *above)),
                lambda found: self.units.put(found, set(above), unit.id),
            )
            if unit.rows:
                self._fetch_box(unit.code)
                self.grid.focus()
                return
            self.units.focus()
            if self.placing:
                self.shell.say(Level.WARN, _("{unit} has no positions: scan a box.").format(unit=unit.code))

        work.run(self, "open", read, opened)

    # -- commands ----------------------------------------------------------------------------------

    def do_place(self) -> None:
        """Begin or end placing by scans."""
        if self.placing:
            self._end_placing()
        else:
            self.lifted, self.errand = (), None
            self.placing, self.placed = True, 0
            if self.pane.tube_at(self.grid.cursor) is not None:
                self.grid.first_free(self.order)
            self._take_aim()
            self.grid.focus()
        self.show_mode()

    def stop_placing(self) -> None:
        """A scan does something else from now on."""
        self.placing, self.lifted = False, ()

    def _end_placing(self) -> None:
        self.placing = False
        told = ngettext("{count} tube placed.", "{count} tubes placed.", self.placed)
        if self.placed:
            self.shell.done(told.format(count=figure(self.placed)))

    async def do_order(self) -> None:
        """Choose in which order the cursor goes on, here and now."""
        options = [Option(str(order), _(said)) for order, said in FILL_WORDS.items()]
        chosen = await self.app.push_screen_wait(Choose(_("Fill order"), options, [str(self._filling)]))
        if chosen is not None:
            self._order = FillOrder(chosen)
            self._take_aim()
            self.show_mode()

    async def do_move(self) -> None:
        """Pick up, or put down."""
        box = self.box
        if box is None:
            return
        if not self.lifted:
            self.lifted = tuple(Lifted(tube.code, box.unit.code, tube.label) for tube in self.chosen)
            self.show_mode()
            return
        order = self.order
        own = {tube.code for tube in self.lifted}
        from_here = order[order.index(self.grid.cursor) :]
        here = self.pane.tube_at(self.grid.cursor)
        if here is not None and here.code not in own:
            sentence = _("{label} already holds {code}: choose a free place.")
            self.shell.say(Level.BAD, sentence.format(label=here.label, code=here.code))
            return
        free = [spot for spot in from_here if (tube := self.pane.tube_at(spot)) is None or tube.code in own]
        if await acts.put_down(self, self.lifted, box.unit, free):
            self.lifted = ()
            self._reload()

    async def do_take(self) -> None:
        """Take tubes out."""
        if await acts.take_out(self, [tube.code for tube in self.chosen]):
            self._reload()

    async def do_back(self) -> None:
        """Put tubes back."""
        if await acts.put_back(self, [tube.code for tube in self.chosen]):
            self._reload()

    async def do_rack(self) -> None:
        """Compare a rack reader's file with the box, and take it over."""
        if self.box is not None and await take_rack_scan(self, self.box):
            self._reload()

    @property
    def tree_hidden(self) -> bool:
        """Whether the box has the whole width."""
        return not self.query_one("#store-tree").display

    def do_wide(self) -> None:
        """Show or hide the tree."""
        self.query_one("#store-tree").display = self.tree_hidden
        (self.grid if self.tree_hidden else self.units).focus()
