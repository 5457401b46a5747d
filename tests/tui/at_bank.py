"""The app at a real bank, as a test sits down at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic

from bench_bank import until
from textual.pilot import Pilot

from biobank_tui.bank.bank import Bank
from biobank_tui.settings import Settings
from biobank_tui.tui.app import BiobankApp
from biobank_tui.tui.ports import Session
from biobank_tui.tui.session import Door
from biobank_tui.tui.views import View

KEYS = {
    " ": "space", ".": "full_stop", ":": "colon", "/": "slash", "-": "minus", ",": "comma", ">": "greater_than_sign",
    "=": "equals_sign", "µ": "µ", "[": "left_square_bracket", "]": "right_square_bracket",
}  # fmt: skip
"""What the keys of some characters are called."""


@asynccontextmanager
async def sitting(
    bank: Bank, login: str, view: str, size: tuple[int, int] = (100, 30), password: str = ""
) -> AsyncIterator[tuple[BiobankApp, Pilot[None], View]]:
    """The app with this view in front and this person before it."""
    door = Door(str(bank.address), replace(Settings(), user=login))

    def come_in() -> Session:
        door.open()
        return door.enter(login, password)

    app = BiobankApp(come_in)
    try:
        async with app.run_test(size=size) as pilot:
            await until(lambda: app.session is not None and app.view is not None)
            shown = await app.show_view(view)
            await settled(app)
            yield app, pilot, shown
    finally:
        door.close()


async def settled(app: BiobankApp, seconds: float = 10.0) -> None:
    """Wait until nothing is under way."""
    end, quiet = monotonic() + seconds, 0
    while quiet < 3:
        assert monotonic() < end, "it never came to rest"
        await asyncio.sleep(0.01)
        still = app.busy.count == 0 and not app.scans.waiting and not app._cutter.holding
        quiet = quiet + 1 if still else 0


async def press(app: BiobankApp, pilot: Pilot[None], *keys: str) -> None:
    """Press keys one by one, waiting for each; "type:…" types a text."""
    for key in keys:
        if key.startswith("type:"):
            await pilot.press(*(KEYS.get(letter, letter) for letter in key[5:]))
        else:
            await pilot.press(key)
        await settled(app)


def told(app: BiobankApp) -> str:
    """The sentence in the message line."""
    return app.message.verdict.sentence if app.message.verdict is not None else ""


def verdict(app: BiobankApp) -> str:
    """The sentence about the last scan."""
    return app.verdict.verdict.sentence if app.verdict.verdict is not None else ""
