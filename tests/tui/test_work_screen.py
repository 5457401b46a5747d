"""Work: a pick list walked box by box; every scan has its own sentence."""

from __future__ import annotations

from typing import Any

import pytest
from at_bank import press, settled, sitting, told, verdict
from bench_bank import until
from test_scanning import feed
from textual.widgets import Static

from biobank_tui.actions import holding, parties, picking, reserving, withdrawing
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.queries.picklists import pick_list
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.screens.work import Work


@pytest.fixture
def database() -> str:
    return "sqlite"


class Picking:
    """A list of four reserved tubes in two boxes, and four more of the same donor free in the second."""

    def __init__(self, bank: Bank, make: Any) -> None:
        self.bank = bank
        self.make = make
        make.storage("freezer F01 / 1 rack / 2 boxes 9x9", temperature="-80")
        make.person(Role.TECHNICIAN, login="tech")
        self.donor = make.consenting("GRU", "outside_eu")
        one, two = "F01.R1.B1", "F01.R1.B2"
        self.listed = [self._tube(one, "A1"), self._tube(one, "C5"), self._tube(two, "A1"), self._tube(two, "A2")]
        self.free = [self._tube(two, label) for label in ("B1", "B2", "B3", "B4")]
        self.request = make.request(NewLine("type:plasma", asked=5))
        reserving.reserve(bank, make.actor, reserving.Reserve(self.request, count=4))
        self.code = picking.start(bank, make.actor, self.request).code

    def _tube(self, unit: str, label: str) -> str:
        return str(self.make.sample(donor=self.donor, material="Plasma", unit=unit, position=label))

    def left(self) -> int:
        with self.bank.read() as connection:
            return pick_list(connection, self.code).to_pick


@pytest.fixture
def work(bank: Bank, make: Any) -> Picking:
    return Picking(bank, make)


async def walking(app: Any, pilot: Any, view: Any) -> Work:
    assert isinstance(view, Work)
    await until(lambda: view.picks.row is not None)
    await press(app, pilot, "enter")
    await until(lambda: view.walk is not None)
    return view


async def test_tubes_are_picked_by_scanning_and_the_walk_goes_from_box_to_box(work: Picking) -> None:
    async with sitting(work.bank, "tech", "work") as (app, pilot, view):
        screen = await walking(app, pilot, view)
        assert screen.walk is not None
        assert screen.walk.here is not None
        assert screen.walk.here.unit == "F01.R1.B1"
        for code in work.listed[:2]:
            feed(app, code)
        await until(lambda: "Next box" in verdict(app))
        assert screen.walk.here.unit == "F01.R1.B2"
        for code in work.listed[2:]:
            feed(app, code)
        await until(lambda: "All are picked" in verdict(app))
        assert work.left() == 0
        await press(app, pilot, "x", "y")
        assert "is closed" in told(app)


async def test_every_wrong_tube_has_its_own_sentence_and_rings(work: Picking) -> None:
    other = work.make.sample(donor=work.make.donor(), material="Serum", unit="F01.R1.B1", position="I9")
    holding.hold_samples(work.bank, work.make.actor, [work.listed[1]], "quality", "haemolysed")
    async with sitting(work.bank, "tech", "work") as (app, pilot, view):
        await walking(app, pilot, view)
        rung: list[int] = []
        app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
        withdrawing.withdraw(work.bank, work.make.actor, work.donor, "asked by letter")
        for text, says in (
            (other, "not on this list; put it back in F01 › R1 › B1 › I9"),
            (work.listed[0], "has withdrawn"),
            ("NO-SUCH-TUBE", "knows no tube"),
        ):
            app.take_burst(text)
            await until(lambda says=says: says in verdict(app))
        assert len(rung) == 3


async def test_a_held_tube_and_one_scanned_twice_are_told_apart(work: Picking) -> None:
    holding.hold_samples(work.bank, work.make.actor, [work.listed[1]], "quality", "haemolysed")
    async with sitting(work.bank, "tech", "work") as (app, pilot, view):
        await walking(app, pilot, view)
        for text, says in (
            (work.listed[1], "on hold: haemolysed"),
            (work.listed[0], "is picked; "),
            (work.listed[0], "picked already"),
        ):
            app.take_burst(text)
            await until(lambda says=says: says in verdict(app))
        assert work.left() == 3


async def test_a_missing_tube_is_replaced_by_one_of_the_same_donor(work: Picking) -> None:
    async with sitting(work.bank, "tech", "work") as (app, pilot, view):
        screen = await walking(app, pilot, view)
        await press(app, pilot, "m", "type:box was turned", "enter", "enter")
        assert f"instead of {work.listed[0]}" in told(app)
        assert screen.walk is not None
        assert screen.walk.row.missing == 1
        assert work.left() == 4
        app.take_burst(work.free[0])
        await until(lambda: "is picked" in verdict(app))


async def test_a_picked_tube_is_put_back_and_a_dropped_one_leaves_with_a_reason(work: Picking) -> None:
    async with sitting(work.bank, "tech", "work") as (app, pilot, view):
        screen = await walking(app, pilot, view)
        app.take_burst(work.listed[0])
        await until(lambda: "is picked" in verdict(app))
        await settled(app)
        screen.pane.grid.cursor = (0, 0)
        await press(app, pilot, "b")
        assert work.left() == 4
        await press(app, pilot, "d", "type:label unreadable", "enter")
        assert work.left() == 3


async def test_a_list_is_started_from_what_is_reserved(bank: Bank, make: Any) -> None:
    make.samples(3, donor=make.consenting("GRU", "outside_eu"), material="Plasma")
    request = make.request(NewLine("type:plasma", asked=3))
    # The bank under test stands in March, the app in today: what is reserved must still stand.
    parties.set_setting(bank, make.actor, "reservation_days", "36500")
    reserving.reserve(bank, make.actor, reserving.Reserve(request))
    async with sitting(bank, "admin", "work") as (app, pilot, view):
        assert isinstance(view, Work)
        await press(app, pilot, "n", "enter")
        await until(lambda: view.walk is not None)
        assert "3 tubes to pick" in told(app)


async def test_what_was_held_since_is_marked_before_it_is_pulled_and_replaced_on_the_spot(work: Picking) -> None:
    holding.hold_samples(work.bank, work.make.actor, [work.listed[1]], "quality", "haemolysed")
    async with sitting(work.bank, "tech", "work", size=(120, 40)) as (app, pilot, view):
        screen = await walking(app, pilot, view)
        assert screen.walk is not None
        assert len(screen.walk.barred) == 1
        assert "1 to leave there" in str(screen.pane.query_one("#walk-head", Static).content)
        assert "leave it there: on hold: haemolysed" in str(screen.pane.query_one("#walk-holes", Static).content)
        app.take_burst(work.listed[1])
        await until(lambda: "i takes another in its stead." in verdict(app))
        await settled(app)
        assert screen.pane.hole is not None
        assert screen.pane.hole.code == work.listed[1]
        await press(app, pilot, "i", "enter")
        await until(lambda: f"instead of {work.listed[1]}" in told(app))
        assert work.left() == 4


async def test_somebody_else_goes_on_where_a_list_was_left(work: Picking) -> None:
    work.make.person(Role.TECHNICIAN, login="second")
    async with sitting(work.bank, "tech", "work") as (app, pilot, view):
        await walking(app, pilot, view)
        for code in work.listed[:3]:
            app.take_burst(code)
            await until(lambda code=code: f"{code} is picked" in verdict(app))
    async with sitting(work.bank, "second", "work") as (app, pilot, view):
        screen = await walking(app, pilot, view)
        assert screen.walk is not None
        assert screen.walk.here is not None
        assert screen.walk.here.unit == "F01.R1.B2"
        assert screen.pane.hole is not None
        assert screen.pane.hole.code == work.listed[3]
        app.take_burst(work.listed[3])
        await until(lambda: "All are picked" in verdict(app))
