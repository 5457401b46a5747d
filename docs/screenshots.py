"""Draws the guide's pictures: the app itself, on a demonstration bank, turned to its screens. `make docs` runs it."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from biobank_tui import demo
from biobank_tui.settings import Settings
from biobank_tui.tui.entry import BankApp
from biobank_tui.tui.session import Door

FOLDER = Path(__file__).parent / "images"
TODAY = date(2026, 11, 23)
WIDE, SMALL = (120, 40), (80, 24)
PATIENCE = 30.0

PICTURES: tuple[tuple[str, str, tuple[int, int], tuple[str, ...]], ...] = (
    ("bench", "tech", WIDE, ("1",)),
    ("samples", "tech", WIDE, ("2", "down", "down")),
    ("samples-small", "tech", SMALL, ("2",)),
    ("storage", "tech", WIDE, ("3", "right", "down", "right", "down", "right", "down", "right", "down", "enter")),
    ("donors", "manager", WIDE, ("4", "down", "down", "down")),
    ("projects", "lead", WIDE, ("5",)),
    ("work", "tech", WIDE, ("6", "enter")),
    ("reports", "manager", WIDE, ("7",)),
    ("ledger", "auditor", WIDE, ("8",)),
    ("keys", "tech", WIDE, ("2", "question_mark")),
)
"""Name of the picture, who sits there, the terminal's size, and the keys pressed."""


async def draw(address: str, name: str, login: str, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    """One picture."""
    app = BankApp(Door(address, Settings(user=login)))
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(app, lambda: app.session is not None)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.8)
        await asyncio.sleep(1.5)
        picture = re.sub(r"terminal-\d+", "terminal", app.export_screenshot(title="biobank"))
        picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
        (FOLDER / f"{name}.svg").write_text(picture, encoding="utf-8")
        print(f"{name}.svg")


async def settled(app: BankApp, condition: Callable[[], bool]) -> None:
    """Wait for a condition, not for ever."""
    for _turn in range(int(PATIENCE / 0.1)):
        if condition():
            return
        await asyncio.sleep(0.1)
    raise TimeoutError(app)


def main() -> None:
    os.environ.pop("NO_COLOR", None)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        address = str(Path(folder) / "demo.db")
        demo.generate(address, today=TODAY).close()
        for name, login, size, keys in PICTURES:
            asyncio.run(draw(address, name, login, size, keys))


if __name__ == "__main__":
    main()
