"""A bank in memory for the kit's tests: sources, a finder, views, and the wait on conditions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.pilot import Pilot
from textual.widgets import Static

from biobank_tui.tui import work
from biobank_tui.tui.app import BiobankApp
from biobank_tui.tui.command import Command, may, rows_chosen
from biobank_tui.tui.commands import EVERYWHERE, GRID, TABLE
from biobank_tui.tui.dialogs import Change, Confirm
from biobank_tui.tui.keymap import KeyMap
from biobank_tui.tui.ports import (
    Cell,
    CellGrid,
    Column,
    Found,
    Level,
    Row,
    ScanAnswer,
    Session,
    Situation,
    Verdict,
)
from biobank_tui.tui.safe import plain
from biobank_tui.tui.views import VIEWS, View, ViewSpec
from biobank_tui.tui.widgets.boxgrid import BoxGrid
from biobank_tui.tui.widgets.table import RowTable

STATUSES = ("available", "available", "reserved", "available", "checked_out", "in_transit", "missing", "expected")
MATERIALS = ("Plasma, EDTA", "Serum", "Buffy coat", "DNA", "Tissue, frozen", "PBMC")

COLUMNS = (
    Column("code", "Code", 11, sortable=True),
    Column("material", "Material", 14, sortable=True, grow=2),
    Column("site", "Site", 6, drop=2),
    Column("amount", "Amount", 9, "right", sortable=True),
    Column("status", "Status", 14, family="sample"),
    Column("collected", "Collected", 10, drop=1),
    Column("place", "Place", 18, drop=3, grow=3),
)


async def until(condition: Callable[[], Any], seconds: float = 10.0) -> None:
    """Wait until something holds; fails after so many seconds."""
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end, "it never came about"
        await asyncio.sleep(0.005)


@dataclass
class Samples:
    """So many made-up samples; `gate`, where given, holds every answer until set."""

    total: int
    gate: Event | None = None
    prefix: str = "S"
    columns: Sequence[Column] = COLUMNS
    asked: list[int] = field(default_factory=list)

    def count(self) -> int | None:
        return self.total

    def members(self) -> None:
        return None

    def window(self, start: int, n: int) -> Sequence[Row]:
        self.asked.append(start)
        if self.gate is not None:
            assert self.gate.wait(10)
        return [self.row(at) for at in range(start, min(start + n, self.total))]

    def row(self, at: int) -> Row:
        return Row(
            at + 1,
            (
                f"{self.prefix}-{at:06d}K",
                MATERIALS[at % len(MATERIALS)],
                ("C50.4", "C34.1", "C18.7")[at % 3],
                f"{150 + at % 7 * 25} µL",
                STATUSES[at % len(STATUSES)],
                f"202{at % 5}-0{at % 9 + 1}-1{at % 10}",
                f"F{at % 40 + 1:02d} R{at % 5 + 1} B{at % 12 + 1:02d} A{at % 9 + 1}",
            ),
        )


def box(rows: int, cols: int, filled: float = 0.7) -> CellGrid:
    """A box with some tubes in it."""
    cells = {}
    for at in range(rows * cols):
        if (at * 7) % 10 < filled * 10:
            cells[divmod(at, cols)] = Cell(
                at, STATUSES[at % len(STATUSES)], f"{at:06d}K"[-7:], project=at % 4, age=at % 5
            )
    letters = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:rows])
    return CellGrid(letters, tuple(str(col + 1) for col in range(cols)), cells)


class Shelf:
    """A finder over the made-up samples."""

    def scan(self, text: str) -> ScanAnswer:
        if not text.startswith("S-"):
            return ScanAnswer(Verdict(Level.BAD, f"{text} is not a code of this bank: check what was scanned."))
        if text.endswith("X"):
            return ScanAnswer(Verdict(Level.BAD, f"{text}: its donor withdrew consent. Put it in the quarantine box."))
        found = Found("sample", 1, text, "Plasma, EDTA", "samples")
        return ScanAnswer(Verdict(Level.GOOD, f"{text}: plasma, 200 µL, in F03 R1 B07 A4."), found)

    def search(self, text: str, limit: int) -> Sequence[Found]:
        return [Found("sample", 1, f"S-{text.upper()}", "Plasma, EDTA", "samples")][:limit]


class SamplesView(View):
    """A table with one act, as a screen writer would begin."""

    command_group: ClassVar[str] = "samples"
    about: ClassVar[str] = "All samples of the bank. Mark some, then move, print or hold them."
    total: ClassVar[int] = 1_234_567

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.opened: list[Found] = []

    def compose(self) -> ComposeResult:
        yield RowTable(empty="No sample answers to this filter.")

    @property
    def table(self) -> RowTable:
        return self.query_one(RowTable)

    def ready(self, session: Session) -> None:
        self.table.show(Samples(self.total))

    def situation(self) -> Situation:
        row = self.table.row
        return replace(super().situation(), row=row.key if row else None, marked=self.table.marked)

    def open_thing(self, found: Found) -> None:
        self.opened.append(found)

    def on_row_table_marks_changed(self) -> None:
        self.shell.refresh_keys()

    async def do_move(self) -> None:
        count = self.table.marked or 1
        changes = [Change(count, "samples change their place"), Change(2, "of them are reserved")]
        if await self.app.push_screen_wait(Confirm("Move the marked samples to F01 R1 B01?", changes)):
            await work.ask(self, lambda: None)
            self.shell.done(f"{count} samples moved.")


class StorageView(View):
    """A box beside a note."""

    command_group: ClassVar[str] = "storage"

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield BoxGrid()

    def ready(self, session: Session) -> None:
        self.query_one(BoxGrid).show(box(9, 9))


class BenchView(View):
    """Words only."""

    command_group: ClassVar[str] = "bench"

    def compose(self) -> ComposeResult:
        yield Static(plain("Good morning. 3 pick lists wait."), classes="empty")


@dataclass(frozen=True, slots=True)
class Here(ViewSpec):
    """A view made of a class at hand instead of a module."""

    made_of: type[View] | None = None

    def make(self, session: Session | None = None) -> View:
        return ViewSpec.make(self, session) if self.made_of is None else self.made_of(id=f"view-{self.name}")


def views_with(**own: type[View]) -> tuple[ViewSpec, ...]:
    """The eight views, these classes among them."""
    classes = {"bench": BenchView, "samples": SamplesView, "storage": StorageView} | own
    nowhere = "biobank_tui.no_such_module:X"
    return tuple(Here(spec.name, spec.label, nowhere, made_of=classes.get(spec.name)) for spec in VIEWS)


OWN_COMMANDS = (
    Command("samples.move", "m", "Move", "Move the marked samples.", "samples", may("sample.move", rows_chosen)),
)


def session() -> Session:
    return Session(object(), "Tumour Bank West", "M. Laurent", "technician", finder=Shelf())


def make_app(**given: Any) -> BiobankApp:
    """The app on the bank in memory."""
    options: dict[str, Any] = {"opener": session, "views": views_with()} | given
    app = BiobankApp(options.pop("opener"), **options)
    # The kit's own commands only: the screens' come and go, and these views do not do them.
    app.keymap = KeyMap(options.get("remapped"), (*EVERYWHERE, *TABLE, *GRID, *OWN_COMMANDS))
    return app


async def opened(app: BiobankApp, name: str = "bench") -> View:
    """Wait for the bank, for this view, and until it has its size."""
    await until(lambda: app.session is not None and app.view is not None)
    view = await app.show_view(name)
    await until(lambda: all(each.size.height for each in view.query("RowTable, BoxGrid")))
    return view


FOLDER = Path(__file__).parent
P = Pilot[None]
