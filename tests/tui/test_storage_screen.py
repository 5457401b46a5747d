"""Storage: the tree, a box, and tubes placed, moved and pulled."""

from __future__ import annotations

from typing import Any

import pytest
from at_bank import press, settled, sitting, told, verdict
from bench_bank import until
from test_scanning import feed

from biobank_tui.bank.bank import Bank
from biobank_tui.queries import finding
from biobank_tui.queries.storage import box, position_label
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.screens.storage import Storage


class Store:
    """A small store: a freezer with a rack and two boxes, some tubes without a place."""

    def __init__(self, bank: Bank, make: Any) -> None:
        self.bank = bank
        self.make = make

    def place_of(self, code: str) -> str:
        with self.bank.read() as connection:
            tube = finding.sample(connection, code)
            unit = connection.exec_driver_sql("SELECT * FROM storage_unit WHERE id = ?", (tube["unit_id"],))
            row = unit.mappings().first()
            return f"{row['code']} {position_label(row, tube['row'], tube['col'])}" if row else ""

    def taken(self, unit: str) -> list[str]:
        with self.bank.read() as connection:
            return [cell.code for cell in box(connection, unit).cells]


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture
def store(bank: Bank, make: Any) -> Store:
    make.storage("freezer F01 / 1 rack / 2 boxes 9x9", temperature="-80")
    make.person(Role.TECHNICIAN, login="tech")
    return Store(bank, make)


BOX = "F01.R1.B1"
OTHER = "F01.R1.B2"


async def opened_box(app: Any, pilot: Any, view: Any, code: str = BOX) -> Storage:
    assert isinstance(view, Storage)
    app.take_burst(code)
    await until(lambda: view.box is not None and view.box.unit.code == code)
    await settled(app)
    return view


async def test_tubes_scanned_in_a_burst_fill_the_box_in_its_order(store: Store, make: Any) -> None:
    codes = make.samples(30)
    async with sitting(store.bank, "tech", "storage") as (app, pilot, view):
        storage = await opened_box(app, pilot, view)
        await press(app, pilot, "p")
        for code in codes:
            feed(app, code)
        await until(lambda: storage.placed == 30)
        assert store.taken(BOX) == codes
        assert storage.grid.cursor == (3, 3)
        assert "51 places left" in verdict(app)


async def test_a_wrong_scan_is_refused_with_the_bell_and_the_cursor_stays(store: Store, make: Any) -> None:
    first, second = make.samples(2)
    async with sitting(store.bank, "tech", "storage") as (app, pilot, view):
        storage = await opened_box(app, pilot, view)
        await press(app, pilot, "p")
        rung = []
        app.bell = lambda: rung.append(1)
        for text, says in (
            (first, "A1"),
            (first, "in this box already, at A1"),
            ("S-NOSUCH", "unknown"),
            (make.donor(), "is no tube"),
        ):
            app.take_burst(text)
            await until(lambda says=says: says in verdict(app))
        assert len(rung) == 3
        assert storage.grid.cursor == (0, 1)
        app.take_burst(second)
        await until(lambda: storage.placed == 2)
        assert store.place_of(second) == f"{BOX} A2"


async def test_scanning_a_box_while_placing_goes_on_in_that_box(store: Store, make: Any) -> None:
    first, second = make.samples(2)
    async with sitting(store.bank, "tech", "storage") as (app, pilot, view):
        storage = await opened_box(app, pilot, view)
        await press(app, pilot, "p")
        app.take_burst(first)
        await until(lambda: storage.placed == 1)
        await opened_box(app, pilot, view, OTHER)
        app.take_burst(second)
        await until(lambda: storage.placed == 2)
        assert (store.place_of(first), store.place_of(second)) == (f"{BOX} A1", f"{OTHER} A1")


async def test_a_tube_is_picked_up_and_put_down_and_the_move_undone(store: Store, make: Any) -> None:
    code = make.sample(unit=BOX, position="A1")
    async with sitting(store.bank, "tech", "storage") as (app, pilot, view):
        await opened_box(app, pilot, view)
        await press(app, pilot, "m", "down", "right", "m")
        assert store.place_of(code) == f"{BOX} B2"
        await press(app, pilot, "u", "y")
        assert store.place_of(code) == f"{BOX} A1"


async def test_marked_tubes_move_together_after_a_counted_preview(store: Store, make: Any) -> None:
    codes = [make.sample(unit=BOX, position=label) for label in ("A1", "A2", "A3")]
    async with sitting(store.bank, "tech", "storage") as (app, pilot, view):
        await opened_box(app, pilot, view)
        await press(app, pilot, "space", "right", "space", "right", "space", "m")
        await opened_box(app, pilot, view, OTHER)
        await press(app, pilot, "m", "y")
        assert [store.place_of(code) for code in codes] == [f"{OTHER} A1", f"{OTHER} A2", f"{OTHER} A3"]


async def test_a_tube_pulled_keeps_its_place_and_is_put_back(store: Store, make: Any) -> None:
    code = make.sample(unit=BOX, position="A1")
    async with sitting(store.bank, "tech", "storage") as (app, pilot, view):
        storage = await opened_box(app, pilot, view)
        await press(app, pilot, "o", "type:sections", "enter")
        assert storage.box is not None
        assert storage.box.cells[0].status == "checked_out"
        assert store.place_of(code) == f"{BOX} A1"
        await press(app, pilot, "b", "enter")
        assert storage.box.cells[0].status == "available"


async def test_units_are_made_from_one_line_after_a_counted_preview(store: Store) -> None:
    async with sitting(store.bank, "tech", "storage") as (app, pilot, _view):
        await press(app, pilot, "n", "type:freezer F02 / 2 racks / 3 boxes 8x12", "ctrl+s", "y")
        assert "9 units with 576 places" in told(app)
        with store.bank.read() as connection:
            assert finding.unit(connection, "F02.R2.B3")["columns"] == 12


async def test_a_manager_may_override_a_warmer_box_with_a_reason(store: Store, make: Any) -> None:
    make.storage("box W1 9x9", temperature="4")
    code = make.sample(unit=BOX, position="A1")
    async with sitting(store.bank, "admin", "storage") as (app, pilot, view):
        await opened_box(app, pilot, view)
        await press(app, pilot, "m")
        await opened_box(app, pilot, view, "W1")
        await press(app, pilot, "m", "type:freezer broke", "enter")
        assert store.place_of(code) == "W1 A1"


async def test_room_is_found_for_many_tubes(store: Store) -> None:
    async with sitting(store.bank, "tech", "storage") as (app, pilot, view):
        await press(app, pilot, "f", "ctrl+s", "enter")
        assert isinstance(view, Storage)
        await until(lambda: view.box is not None)
        assert view.box is not None
        assert view.box.unit.code == BOX


async def test_somebody_without_the_role_is_told_why(store: Store, make: Any) -> None:
    make.person(Role.AUDITOR, login="auditor")
    async with sitting(store.bank, "auditor", "storage") as (app, pilot, _view):
        await press(app, pilot, "n")
        assert "storage add" in told(app)
