"""What the kit looks like: six pictures, kept on purpose."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from bench_bank import make_app, opened, until
from snapshots import assert_snapshot
from textual.pilot import Pilot
from textual.widgets import Input

from biobank_tui.tui.app import BiobankApp
from biobank_tui.tui.dialogs import Change, Confirm
from biobank_tui.tui.fields import Field, Kind, Option
from biobank_tui.tui.form import Form
from biobank_tui.tui.palette import Palette
from biobank_tui.tui.status import Tone

Deed = Callable[[BiobankApp, Pilot[None]], Awaitable[object]]


async def marked(app: BiobankApp, pilot: Pilot[None]) -> None:
    table = app.view.table  # type: ignore[union-attr]
    await until(lambda: table.settled)
    table.do_mark()
    table.do_mark()
    app.take_burst("S-000123X")
    await until(lambda: app.verdict.verdict is not None)


async def box(app: BiobankApp, pilot: Pilot[None]) -> None:
    await pilot.press("down", "right", "right")


async def withdrawal(app: BiobankApp, pilot: Pilot[None]) -> None:
    changes = [
        Change(214, "samples go on hold, pools and aliquots included"),
        Change(6, "reservations are cancelled"),
        Change(2, "open pick lists lose a line"),
        Change(31, "samples have already left: each project is told"),
    ]
    question = "Withdraw the consent of donor D-00041KX?"
    app.push_screen(Confirm(question, changes, yes="Withdraw", no="Leave", tone=Tone.BAD))
    await until(lambda: isinstance(app.screen, Confirm) and app.focused is not None)


async def form(app: BiobankApp, pilot: Pilot[None]) -> None:
    fields = (
        Field("code", "Tube barcode", hint="scan it"),
        Field("material", "Material", Kind.CHOICE, (Option("p", "Plasma, EDTA"), Option("s", "Serum")), "p"),
        Field("amount", "Amount (µL)", Kind.NUMBER, value="many"),
        Field("collected", "Collected", Kind.DATE, required=False, hint="2024-03-09"),
    )
    app.push_screen(Form("Register a sample", fields))
    await until(lambda: isinstance(app.screen, Form) and app.focused is not None)
    app.screen.submit()  # type: ignore[attr-defined]


async def palette(app: BiobankApp, pilot: Pilot[None]) -> None:
    app.do_palette()
    await until(lambda: isinstance(app.screen, Palette) and app.focused is not None)
    app.screen.query_one(Input).value = "mark"
    await pilot.pause()


LOOKS: dict[str, tuple[tuple[int, int], str, str, Deed]] = {
    "table-80x24": ((80, 24), "samples", "biobank-dark", marked),
    "table-120x40-light": ((120, 40), "samples", "biobank-light", marked),
    "box-80x24": ((80, 24), "storage", "biobank-dark", box),
    "question-80x24": ((80, 24), "samples", "biobank-light", withdrawal),
    "form-80x24": ((80, 24), "bench", "biobank-dark", form),
    "palette-120x40-contrast": ((120, 40), "samples", "biobank-contrast", palette),
}


@pytest.mark.parametrize("name", LOOKS)
async def test_it_looks_as_it_should(name: str) -> None:
    size, view, theme, deed = LOOKS[name]
    app = make_app(theme_name=theme)
    async with app.run_test(size=size) as pilot:
        for widget in (app.scan_line,):
            widget.cursor_blink = False
        await opened(app, view)
        await until(lambda: app.busy.count == 0)
        await deed(app, pilot)
        for entry in app.screen.query(Input):
            entry.cursor_blink = False
        await until(lambda: app.busy.count == 0)
        await pilot.pause()
        assert_snapshot(app, name)
