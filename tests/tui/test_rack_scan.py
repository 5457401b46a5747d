"""A rack reader's file on the storage screen: seen on the grid before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from at_bank import press, settled, sitting, told
from bench_bank import until

from biobank_tui.bank.bank import Bank
from biobank_tui.queries import finding
from biobank_tui.queries.storage import box
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.screens.storage import Storage
from biobank_tui.tui.screens.storage_scan import RackLook, cell_line

BOX = "F01.R1.B1"
SCAN = "A1,T1\nA2,T2\nA3,T3\nB1,\nB2,NO READ\nB3,STRANGER\n"


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture
def rack(bank: Bank, make: Any, tmp_path: Path) -> Path:
    """A box with T1 in A1 and a tube in B1, T2 in another box, T3 without a place; and the scan of it."""
    make.storage("freezer F01 / 1 rack / 2 boxes 9x9", temperature="-80")
    make.person(Role.TECHNICIAN, login="tech")
    make.sample(barcode="T1", unit=BOX, position="A1")
    make.sample(barcode="T2", unit="F01.R1.B2", position="C3")
    make.sample(barcode="T3")
    make.sample(barcode="T4", unit=BOX, position="B1")
    file = tmp_path / "rack.csv"
    file.write_text(SCAN)
    return file


def taken(bank: Bank) -> dict[str, str | None]:
    with bank.read() as connection:
        return {cell.label: cell.barcode for cell in box(connection, BOX).cells}


async def compared(app: Any, pilot: Any, view: Any, file: Path) -> RackLook:
    """The box opened, and the file compared with it."""
    assert isinstance(view, Storage)
    app.take_burst(BOX)
    await until(lambda: view.box is not None and view.box.unit.code == BOX)
    await settled(app)
    await press(app, pilot, "r")
    app.screen.entry("file").value = str(file)
    await press(app, pilot, "ctrl+s")
    await until(lambda: isinstance(app.screen, RackLook))
    await settled(app)
    return app.screen


async def test_the_difference_is_on_the_grid_and_nothing_is_written_yet(bank: Bank, rack: Path) -> None:
    async with sitting(bank, "tech", "storage") as (app, pilot, view):
        look = await compared(app, pilot, view, rack)
        shown = {spot: cell.status for spot, cell in look.grid.source.cells.items()}
        assert shown == {
            (0, 0): "same",
            (0, 1): "moved",
            (0, 2): "new",
            (1, 0): "missing",
            (1, 1): "unread",
            (1, 2): "extra",
        }
        glyphs = {cell.glyph for cell in look.grid.source.cells.values()}
        assert len(glyphs) == 6
        assert "from F01.R1.B2 C3" in str(cell_line(look.found.cells[1]))
        await press(app, pilot, "escape")
        assert taken(bank) == {"A1": "T1", "B1": "T4"}


async def test_all_of_it_is_applied_after_a_counted_preview_and_undone_where_it_can_be(bank: Bank, rack: Path) -> None:
    rack.write_text("A1,T1\nA2,T2\n")
    async with sitting(bank, "tech", "storage") as (app, pilot, view):
        await compared(app, pilot, view, rack)
        await press(app, pilot, "enter", "y")
        assert "1 tube placed by the scan" in told(app)
        assert taken(bank) == {"A1": "T1", "A2": "T2", "B1": "T4"}
        await press(app, pilot, "u", "y")
        assert taken(bank) == {"A1": "T1", "B1": "T4"}


async def test_only_marked_positions_are_applied(bank: Bank, rack: Path) -> None:
    async with sitting(bank, "tech", "storage") as (app, pilot, view):
        look = await compared(app, pilot, view, rack)
        look.grid.cursor = (0, 2)
        await press(app, pilot, "space", "enter", "y")
        assert taken(bank) == {"A1": "T1", "A3": "T3", "B1": "T4"}


async def test_missing_tubes_are_given_up_only_on_request(bank: Bank, rack: Path) -> None:
    async with sitting(bank, "tech", "storage") as (app, pilot, view):
        await compared(app, pilot, view, rack)
        await press(app, pilot, "g", "enter", "y")
        assert "1 is missing now" in told(app)
        assert taken(bank) == {"A1": "T1", "A2": "T2", "A3": "T3"}
        with bank.read() as connection:
            assert finding.sample(connection, "T4")["status"] == "missing"


async def test_a_file_that_cannot_be_taken_is_said_in_the_form(bank: Bank, rack: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "volumes.csv"
    wrong.write_text("RACKID,TUBE,VOLAVG\nV-1,A01,40.1\nV-1,B01,40.2\n")
    async with sitting(bank, "tech", "storage") as (app, pilot, view):
        assert isinstance(view, Storage)
        app.take_burst(BOX)
        await until(lambda: view.box is not None)
        await settled(app)
        await press(app, pilot, "r")
        app.screen.entry("file").value = str(wrong)
        await press(app, pilot, "ctrl+s")
        problems = [str(each.render()) for each in app.screen.query(".field-problem.-shown")]
        assert any("names no tubes" in each for each in problems)


async def test_a_bank_that_changed_while_the_scan_was_looked_at_is_not_written_over(
    bank: Bank, rack: Path, make: Any
) -> None:
    async with sitting(bank, "tech", "storage") as (app, pilot, view):
        await compared(app, pilot, view, rack)
        make.sample(unit=BOX, position="C1")
        await press(app, pilot, "enter", "y")
        assert "look again" in told(app)
        assert "A2" not in taken(bank)
