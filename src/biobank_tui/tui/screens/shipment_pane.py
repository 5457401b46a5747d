"""A shipment on the screen: its boxes at the left, the one in front as a grid, and what stands against its leaving."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from biobank_tui.actions.arrivals import Outcome
from biobank_tui.queries.shipments import ItemRow
from biobank_tui.rules.lifecycles import ShipmentState
from biobank_tui.tui import work
from biobank_tui.tui.listed import Listed
from biobank_tui.tui.ports import Column, Row, ScanAnswer
from biobank_tui.tui.safe import plain
from biobank_tui.tui.screens import shipment_acts as acts
from biobank_tui.tui.screens.sample_labels import print_labels
from biobank_tui.tui.screens.shipment_load import Load, Loaded, grid_of, read_load, scanned
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import Tone, look
from biobank_tui.tui.views import View
from biobank_tui.tui.widgets.boxgrid import BoxGrid
from biobank_tui.tui.widgets.table import RowTable
from biobank_tui.words import _, figure, filled_in, ngettext

GATES_SHOWN = 3
LINES = 6


class ShipmentPane(Vertical):
    """Shows a Load and does what its commands say. load: the shipment at hand, None while none is open."""

    command_group: ClassVar[str] = "shipment"

    class Left(Message):
        """The shipment is put aside; the lists come back."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.load: Load | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="load-head", markup=False)
        yield Static("", id="load-gates", markup=False)
        with Horizontal():
            with Vertical(id="load-left"):
                yield RowTable(id="load-boxes")
            with Vertical(id="load-right"):
                yield BoxGrid(id="load-grid")
                yield Static("", id="load-items", markup=False)

    @property
    def grid(self) -> BoxGrid:
        return self.query_one("#load-grid", BoxGrid)

    @property
    def boxes(self) -> RowTable:
        return self.query_one("#load-boxes", RowTable)

    @property
    def view(self) -> View:
        """The screen it is part of."""
        return next(node for node in self.ancestors if isinstance(node, View))

    @property
    def item(self) -> ItemRow | None:
        """The tube under the cursor."""
        return self.load.at_hole(self.grid.cursor) if self.load is not None else None

    # -- showing -----------------------------------------------------------------------------------

    def open(self, code: str) -> None:
        """Read a shipment and show it."""
        work.run(self, "load", partial(read_load, self.view.session, code), self._opened)

    def _opened(self, load: Load) -> None:
        self.show(load)
        self.grid.focus()

    def reread(self) -> None:
        """Read the shipment at hand anew."""
        if self.load is not None:
            code = self.load.shipment.shipment.code
            work.run(self, "load", partial(read_load, self.view.session, code, self.load), self.show)

    def show(self, load: Load, sample: str | None = None) -> None:
        """Show it; the cursor goes to this tube, else to the next free hole while it is packed."""
        self.load = load
        self.query_one("#load-head", Static).update(_head(load))
        gates = load.shipment.gates
        lines = [plain(" ✕ " + filled_in(gate.sentence, gate.facts), "$bad") for gate in gates[:GATES_SHOWN]]
        if len(gates) > GATES_SHOWN:
            lines.append(
                plain("   " + _("… and {count} more").format(count=figure(len(gates) - GATES_SHOWN)), "$quiet")
            )
        self.query_one("#load-gates", Static).update(Content("\n").join(lines))
        self.boxes.show(Listed(_columns(), tuple(_row(load, number) for number in load.boxes)))
        self.boxes.jump(load.boxes.index(load.at))
        self.grid.show(grid_of(load))
        self._place_cursor(load, sample)
        self.show_items()
        self.view.shell.refresh_keys()

    def _place_cursor(self, load: Load, sample: str | None) -> None:
        found = next((item for item in load.shipment.in_box(load.at) if sample and item.sample == sample), None)
        if found is not None and load.state != ShipmentState.PACKING:
            self.grid.cursor = (found.row or 0, found.col or 0)
        elif load.state != ShipmentState.PACKING and self.item is None:
            first = next(iter(load.shipment.in_box(load.at)), None)
            self.grid.cursor = (first.row or 0, first.col or 0) if first is not None else (0, 0)
        elif load.state == ShipmentState.PACKING:
            taken = {(item.row, item.col) for item in load.shipment.in_box(load.at)}
            places = [(row, col) for row in range(load.shipment.rows) for col in range(load.shipment.columns)]
            self.grid.cursor = next((spot for spot in places if spot not in taken), places[-1])

    def show_items(self) -> None:
        """Tell the tubes: the one under the cursor first, then what is amiss or was taken out."""
        load = self.load
        if load is None:
            return
        under = self.item
        amiss = [item for item in load.shipment.items if item.state in ("unpacked", "missing", "damaged", "extra")]
        order = [*([under] if under is not None else []), *(item for item in amiss if item is not under)]
        most = LINES if self.app.size.height >= 34 else 3
        lines = [_line(load, item, item is under) for item in order[:most]]
        extra = [said.tube for said in load.told.values() if said.outcome == "extra"]
        lines += [plain(f"  + {tube}  " + _("extra"), "$warn") for tube in extra[:most]]
        self.query_one("#load-items", Static).update(Content("\n").join(lines))

    @on(BoxGrid.CellHighlighted)
    def _cell_highlighted(self, event: BoxGrid.CellHighlighted) -> None:
        event.stop()
        self.show_items()

    @on(BoxGrid.CellChosen)
    def _cell_chosen(self, event: BoxGrid.CellChosen) -> None:
        event.stop()

    @on(RowTable.RowHighlighted, "#load-boxes")
    def _box_highlighted(self, event: RowTable.RowHighlighted) -> None:
        event.stop()
        if self.load is not None and event.row is not None and self.boxes.has_focus and event.row.key != self.load.at:
            self.show(replace(self.load, at=event.row.key))

    def facts(self) -> frozenset[str]:
        """What its commands may know."""
        if self.load is None:
            return frozenset()
        words = {f"shipment:{self.load.state}"}
        if self.load.arriving:
            words.add("arriving")
        if self.load.shipment.discrepancies or self.load.state in ("received", "received_with_discrepancies", "closed"):
            words.add("arrived")
        if self.item is not None:
            words.add("item")
        return frozenset(words)

    # -- scanning ----------------------------------------------------------------------------------

    def take(self, text: str) -> ScanAnswer:
        """Judge a scan, in a thread: into the hole under the cursor where it was moved to a free one."""
        load = self.load
        assert load is not None
        return scanned(self.view.session, load, text, None)

    def taken(self, loaded: Loaded) -> None:
        """Show what a scan left behind."""
        work.forget(self, "load")
        self.show(loaded.load, loaded.sample)

    # -- commands ----------------------------------------------------------------------------------

    @property
    def at_hand(self) -> Load:
        """The shipment open."""
        assert self.load is not None
        return self.load

    async def _then(self, act: Awaitable[bool]) -> None:
        if await act:
            self.reread()

    def do_next(self) -> None:
        """The next box."""
        boxes = self.at_hand.boxes
        self.show(replace(self.at_hand, at=boxes[(boxes.index(self.at_hand.at) + 1) % len(boxes)]))

    async def do_fill(self) -> None:
        """Pack all that is picked."""
        await self._then(acts.fill(self.view, self.at_hand))

    async def do_unpack(self) -> None:
        """Take the tube under the cursor out."""
        item = self.item
        assert item is not None
        await self._then(acts.unpack(self.view, self.at_hand, item))

    async def do_travel(self) -> None:
        """Say how it travels."""
        await self._then(acts.travel(self.view, self.at_hand))

    async def do_manifest(self) -> None:
        """Look at the manifest, and write it."""
        await acts.write_manifest(self.view, self.at_hand)

    async def do_send(self) -> None:
        """Dispatch it."""
        await self._then(acts.send(self.view, self.at_hand))

    def _tell(self, outcome: str) -> None:
        item, load = self.item, self.at_hand
        if item is not None and item.sample is not None:
            self.show(replace(load, told={**load.told, item.sample: Outcome(item.sample, outcome)}), item.sample)

    def do_damaged(self) -> None:
        """The tube under the cursor is broken."""
        self._tell("damaged")

    def do_missing(self) -> None:
        """The tube under the cursor is not there."""
        self._tell("missing")

    async def do_receive(self) -> None:
        """Take the receipt."""
        if await acts.receive(self.view, self.at_hand):
            self.load = replace(self.at_hand, told={})
            self.reread()

    async def do_back(self) -> None:
        """Tubes came back."""
        await self._then(acts.take_back(self.view, self.at_hand, self.item))

    async def do_lose(self) -> None:
        """It never arrived."""
        await self._then(acts.lose(self.view, self.at_hand))

    async def do_close(self) -> None:
        """Put it away."""
        await self._then(acts.close(self.view, self.at_hand))

    async def do_label(self) -> None:
        """Print a label for each of its boxes."""
        await print_labels(self.view, [self.at_hand.shipment.shipment.code], "shipment", len(self.at_hand.boxes))

    def do_leave(self) -> None:
        """Back to the lists."""
        self.load = None
        self.post_message(self.Left())


def _head(load: Load) -> Content:
    found = load.shipment
    seen = look("shipment", load.state)
    n = found.shipment.items
    facts = [ngettext("{count} tube", "{count} tubes", n).format(count=figure(n))]
    if load.state == ShipmentState.PACKING:
        facts.append(_("{count} to pack").format(count=figure(found.waiting)))
    if load.told:
        facts.append(_("{count} told, not written yet").format(count=figure(len(load.told))))
    ice = f"{found.dry_ice:g} kg" if found.dry_ice is not None else None
    travel = [each for each in (found.shipment.carrier, found.tracking, ice, found.temperature) if each]
    return Content.assemble(
        plain(f" {found.shipment.code}", "bold $accent"),
        plain(f"  {seen.glyph} {seen.word}", f"${seen.tone}"),
        plain("  " + _("to {recipient} for {request}").format(
            recipient=found.shipment.recipient, request=found.shipment.request or "—"), "$quiet"),
        plain("  " + " · ".join(facts), "bold"),
        plain("  " + " · ".join(travel), "$quiet"),
    )  # fmt: skip


def _columns() -> tuple[Column, ...]:
    return (Column("box", _("Box"), 6, grow=1), Column("tubes", _("Tubes"), 6, "right"))


def _row(load: Load, number: int) -> Row:
    count, size = len(load.shipment.in_box(number)), load.shipment.rows * load.shipment.columns
    return Row(number, (str(number), f"{count}/{size}"), Tone.PLAIN)


def _line(load: Load, item: ItemRow, under: bool) -> Content:
    seen = look("item", load.shown(item))
    note = f" · {item.note}" if item.note else ""
    back = " · " + _("came back on {day}").format(day=item.returned[:10]) if item.returned else ""
    return Content.assemble(
        plain("▌" if under else " ", "$accent"),
        plain(f"{seen.glyph} {item.box}:{item.hole:<4}", f"bold ${seen.tone}"),
        plain(item.sample or item.read or "?", "bold" if under else ""),
        plain(f"  {item.project_code or ''}" if item.project_code != item.sample else "", "$quiet"),
        plain(f"  {material_word(item.material) if item.material else ''}  {item.amount}"),
        plain(f"  {seen.word}{note}{back}", "$quiet"),
    )
