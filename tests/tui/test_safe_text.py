"""Nothing of the data reaches the terminal raw, whatever widget it comes through."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from bench_bank import Samples, Shelf, View, make_app, opened, until, views_with
from textual._compositor import CompositorUpdate
from textual.app import ComposeResult
from textual.widgets import Button, DataTable, Input, Label, OptionList, Static, Tree

from biobank_tui.tui.app import BiobankApp
from biobank_tui.tui.dialogs import Change, Choose, ChooseMany, Confirm, Dialog, Option
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Form
from biobank_tui.tui.palette import Palette
from biobank_tui.tui.ports import Cell, CellGrid, Column, Found, Level, Row, ScanAnswer, Session, Verdict
from biobank_tui.tui.safe import paragraph, plain
from biobank_tui.tui.widgets.boxgrid import BoxGrid
from biobank_tui.tui.widgets.table import RowTable

OSC = "\x1b]52;c;cm0gLXJmIC8=\x1b\\"
HOSTILE = ("[/]", "[@click=app.quit]x[/]", OSC, "\u202eevil\u2066", "\x9b31mred", "\x1b]8;;http://x\x1b\\y", "a\rb\x08")
ALL = " ".join(HOSTILE)
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
OWN_ESCAPES = re.compile("\x1b\\[[0-9;:?]*[A-Za-z]")


def painted(app: BiobankApp) -> str:
    """What the screen in front would write to the terminal, its own colours taken off."""
    update = app.screen._compositor.render_update(full=True)
    assert isinstance(update, CompositorUpdate)
    return OWN_ESCAPES.sub("", update.render_segments(app.console))


def assert_safe(app: BiobankApp, literal: str = "") -> None:
    text = painted(app)
    assert len(text) > 100
    assert RAW.search(text) is None, repr(RAW.search(text))
    assert literal in text


HOSTILE_COLUMNS = (Column("a", ALL, 60), Column("s", "Status", 12, family="sample"))


class HostileSource(Samples):
    def row(self, at: int) -> Row:
        return Row(at, (HOSTILE[at % len(HOSTILE)], ALL))


class HostileFinder(Shelf):
    def scan(self, text: str) -> ScanAnswer:
        return ScanAnswer(Verdict(Level.BAD, f"{text} {ALL}"))

    def search(self, text: str, limit: int) -> Sequence[Found]:
        return [Found("sample", 1, each, ALL, "samples") for each in HOSTILE]


class EverySink(View):
    """Textual's own widgets, each given the text as careless code would give it after `plain`."""

    command_group = "bench"

    def compose(self) -> ComposeResult:
        yield Static(plain(ALL))
        yield Label(paragraph(f"{ALL}\n{ALL}"))
        yield Button(plain(ALL))
        yield Input(ALL)
        yield OptionList(plain(ALL))
        box = Static("", id="titled")
        box.border_title = plain(ALL)  # type: ignore[assignment]
        yield box


def hostile_session() -> Session:
    return Session(object(), ALL, ALL, ALL, finder=HostileFinder())


async def test_the_frame_and_the_views_show_hostile_text_literally() -> None:
    app = make_app(opener=hostile_session, views=views_with(bench=EverySink))
    async with app.run_test(size=(200, 50)):
        await opened(app)
        app.say(Level.BAD, ALL)
        app.take_burst(OSC + "[/]")
        await until(lambda: app.verdict.verdict is not None)
        app.notify(ALL, markup=False)
        await until(lambda: "[@click=app.quit]x[/]" in painted(app))
        assert_safe(app, "␛]52;c;")


async def test_the_table_and_its_header_show_hostile_text_literally() -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)):
        view = await opened(app, "samples")
        view.query_one(RowTable).show(HostileSource(20, columns=HOSTILE_COLUMNS))
        await until(lambda: view.query_one(RowTable).settled)
        await until(lambda: "[@click=app.quit]x[/]" in painted(app))
        assert_safe(app, "␛]52;c;")


async def test_the_box_shows_hostile_text_literally() -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)):
        view = await opened(app, "storage")
        cells = {(0, at): Cell(at, "available", text) for at, text in enumerate(HOSTILE)}
        view.query_one(BoxGrid).show(CellGrid((OSC, "[/]"), HOSTILE, cells))
        await until(lambda: "[/]" in painted(app))
        assert_safe(app)


@pytest.mark.parametrize(
    "dialog",
    [
        Confirm(ALL, [Change(3, ALL), Change(None, ALL)], yes="[/]", no=OSC),
        Choose(ALL, [Option(str(at), each, each) for at, each in enumerate(HOSTILE)]),
        ChooseMany(ALL, [Option(str(at), each, each) for at, each in enumerate(HOSTILE)], ["1"]),
        Form(
            ALL,
            [
                Field("a", "[/]", value=ALL, hint=ALL),
                Field("b", OSC, Kind.CHOICE, [Option("x", ALL)], "x"),
                Field("c", "\u202ec", check=lambda value: ALL),
            ],
        ),
    ],
    ids=["confirm", "choose", "choose many", "form"],
)
async def test_dialogs_show_hostile_text_literally(dialog: Dialog[object]) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)):
        await opened(app)
        app.push_screen(dialog)
        await until(lambda: app.screen is dialog and app.focused is not None)
        if isinstance(dialog, Form):
            dialog.submit()
        await until(lambda: "[/]" in painted(app))
        assert_safe(app)


async def test_the_palette_shows_things_with_hostile_codes_literally() -> None:
    app = make_app(opener=hostile_session)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app)
        app.do_palette()
        await until(lambda: isinstance(app.screen, Palette) and app.focused is not None)
        await pilot.press("a", "b", "c")
        await until(lambda: "[@click=app.quit]x[/]" in painted(app))
        assert_safe(app, "␛]52;c;")


async def test_what_goes_round_the_gate_is_stopped_by_the_filter() -> None:
    class Careless(View):
        command_group = "bench"

        def compose(self) -> ComposeResult:
            yield Static(OSC + "\u202e", markup=False)
            tree: Tree[None] = Tree("root")
            tree.root.expand()
            tree.root.add_leaf(OSC.replace("[", ""))
            yield tree
            table: DataTable[str] = DataTable()
            yield table

        def on_mount(self) -> None:
            table = self.query_one(DataTable)
            table.add_column("c")
            table.add_row("\x1b]52;c;xx\x1b\\\x9b31m")

    app = make_app(views=views_with(bench=Careless))
    async with app.run_test(size=(100, 40)):
        await opened(app)
        await until(lambda: "␛" in painted(app))
        assert_safe(app)


def test_plain_keeps_one_line_and_paragraph_its_lines() -> None:
    assert plain("a\nb").plain == "a␊b"
    assert paragraph("a\r\nb\x1b").plain == "a\nb␛"
