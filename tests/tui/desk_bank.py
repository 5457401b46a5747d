"""The app on a real bank in a file, and what the tests of its screens wait for and type."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bench_bank import until
from textual.pilot import Pilot
from textual.screen import ModalScreen

from biobank_tui.bank.bank import Bank
from biobank_tui.settings import Settings
from biobank_tui.tui.chrome import Sentence
from biobank_tui.tui.dialogs import Confirm
from biobank_tui.tui.entry import BankApp
from biobank_tui.tui.form import Form
from biobank_tui.tui.session import Door
from biobank_tui.tui.views import View
from biobank_tui.tui.widgets.table import RowTable

P = Pilot[None]


@asynccontextmanager
async def app_on(
    address: str, login: str = "admin", size: tuple[int, int] = (120, 40), **given: Any
) -> AsyncIterator[tuple[BankApp, P]]:
    """The app opened on the bank at an address; closed with its door at the end."""
    door = Door(address, Settings(user=login, **given))
    app = BankApp(door)
    try:
        async with app.run_test(size=size) as pilot:
            yield app, pilot
    finally:
        door.close()


@asynccontextmanager
async def seated(
    bank: Bank, login: str = "admin", size: tuple[int, int] = (120, 40), **given: Any
) -> AsyncIterator[tuple[BankApp, P]]:
    """The same, once somebody sits at it."""
    async with app_on(bank.address, login, size, **given) as (app, pilot):
        await until(lambda: app.session is not None)
        yield app, pilot


async def view_of(app: BankApp, name: str) -> Any:
    """Bring a screen to the front, and wait until its tables have their rows."""
    view: View = await app.show_view(name)
    await until(lambda: all(table.settled for table in view.query(RowTable) if table.display and table.size.height))
    return view


def message(app: BankApp) -> str:
    """The sentence in the message line."""
    shown = app.base.query_one("#message", Sentence).verdict
    return "" if shown is None else shown.sentence


def verdict(app: BankApp) -> str:
    """What was said of the last scan."""
    shown = app.base.query_one("#verdict", Sentence).verdict
    return "" if shown is None else shown.sentence


async def form(app: BankApp) -> Form:
    """Wait for a form in front, with the focus in its first field."""
    await until(lambda: isinstance(app.screen, Form) and app.focused is not None)
    found = app.screen
    assert isinstance(found, Form)
    return found


async def fill(app: BankApp, pilot: P, **values: str) -> None:
    """Put values into the form in front, and submit it."""
    asked = await form(app)
    for name, value in values.items():
        asked.entry(name).value = value
    await pilot.press("ctrl+s")


async def confirmed(app: BankApp, pilot: P) -> Confirm:
    """Wait for a question in front, and say yes; the question."""
    await until(lambda: isinstance(app.screen, Confirm))
    question = app.screen
    assert isinstance(question, Confirm)
    await pilot.press("y")
    return question


async def at_rest(app: BankApp) -> None:
    """Wait until no dialog is in front."""
    await until(lambda: not isinstance(app.screen, ModalScreen))
    await asyncio.sleep(0)
