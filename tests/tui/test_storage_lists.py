"""Boxes are freed and a freezer is emptied on the storage screen: proposed, written down, worked through by scans."""

from __future__ import annotations

from typing import Any

import pytest
from at_bank import press, settled, sitting, told, verdict
from bench_bank import until
from test_scanning import feed

from biobank_tui.bank.bank import Bank
from biobank_tui.queries import storage as places
from biobank_tui.queries.moving import move_lists
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.dialogs import Confirm
from biobank_tui.tui.screens.storage import Storage


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture
def tubes(bank: Bank, make: Any) -> list[str]:
    """A freezer with boxes of four, holding three tubes and one; the codes of all four."""
    make.storage("freezer F1 / 2 boxes 2x2", temperature="-80")
    make.storage("freezer F2 / 1 box 9x9", temperature="-80")
    make.person(Role.TECHNICIAN, login="tech")
    labels = ["A1", "A2", "B1"]
    return [*make.placed(3, unit="F1.B1", positions=labels), *make.placed(1, unit="F1.B2", positions=labels)]


def held(bank: Bank, box: str) -> int:
    with bank.read() as connection:
        return places.unit(connection, box).tubes


async def at(app: Any, view: Any, code: str) -> Storage:
    assert isinstance(view, Storage)
    app.take_burst(code)
    await until(lambda: view.unit is not None and view.unit.code == code)
    await settled(app)
    return view


async def test_a_box_is_freed_by_a_list_and_one_scan(bank: Bank, tubes: list[str]) -> None:
    async with sitting(bank, "tech", "storage") as (app, pilot, view):
        storage = await at(app, view, "F1")
        await press(app, pilot, "d")
        await until(lambda: isinstance(app.screen, Confirm))
        await press(app, pilot, "y")
        await until(lambda: storage.errand is not None)
        await settled(app)
        assert held(bank, "F1.B1") == 3
        feed(app, tubes[3])
        await until(lambda: held(bank, "F1.B1") == 4)
        await settled(app)
        assert "put it into F1.B1 B2. 0 left" in verdict(app)
        with bank.read() as connection:
            assert move_lists(connection) == ()


async def test_a_failing_freezer_is_marked_with_a_reason_and_its_list_begins(bank: Bank, tubes: list[str]) -> None:
    async with sitting(bank, "tech", "storage") as (app, pilot, view):
        storage = await at(app, view, "F1")
        await press(app, pilot, "exclamation_mark")
        app.screen.entry("reason").value = "the compressor is silent"
        await press(app, pilot, "ctrl+s")
        await until(lambda: isinstance(app.screen, Confirm))
        await press(app, pilot, "y")
        await until(lambda: storage.errand is not None)
        await settled(app)
        assert "F1 is failing; 4 tubes are in it. 4 moves are planned" in told(app)
        feed(app, tubes[0])
        await until(lambda: "3 left to move" in verdict(app))
        await settled(app)
        assert held(bank, "F2.B1") == 1
