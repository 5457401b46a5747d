"""The ledger is read, filtered and proven on screen."""

from __future__ import annotations

import sqlite3

import pytest
from bench_bank import until
from desk_bank import at_rest, fill, message, seated, view_of
from textual.widgets import Static

from biobank_tui.actions.placing import Placing, place
from biobank_tui.bank.bank import Bank
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.chrome import Sentence
from biobank_tui.tui.ports import Level
from biobank_tui.tui.screens.ledger import AnchorPage, Ledger
from biobank_tui.tui.screens.sample_life import LifePage


@pytest.fixture
def bank(sqlite_bank: Bank) -> Bank:
    return sqlite_bank


def entry(ledger: Ledger) -> str:
    return str(ledger.query_one("#entry-says", Static).content)


async def test_entries_stand_from_the_newest_with_what_each_changed(bank: Bank, make, actor) -> None:
    code, box = make.sample(), make.box()
    place(bank, actor, [Placing(code, box, "A1")])
    async with seated(bank) as (app, _pilot):
        ledger = await view_of(app, "ledger")
        await until(lambda: ledger.table.row and ledger.table.row.cells[3:5] == ("sample place", code))
        await until(lambda: "sample place" in entry(ledger))
        assert f"sample {code}" in entry(ledger)


async def test_entries_are_filtered_and_shown_whole_again(bank: Bank, make) -> None:
    make.samples(2)
    make.box()
    async with seated(bank) as (app, pilot):
        ledger = await view_of(app, "ledger")
        await until(lambda: ledger.table.total)
        whole = ledger.table.total
        await pilot.press("f")
        await fill(app, pilot, verb="storage.add")
        await until(lambda: ledger.table.total == 1)
        assert ledger.table.row is not None
        assert "storage.add" in str(ledger.query_one("#ledger-filter", Static).content)
        await pilot.press("c")
        await until(lambda: ledger.table.total == whole)


async def test_the_life_of_a_thing_is_told_by_its_code(bank: Bank, make, actor) -> None:
    code, box = make.sample(), make.box()
    place(bank, actor, [Placing(code, box, "A1")])
    async with seated(bank) as (app, pilot):
        await view_of(app, "ledger")
        await pilot.press("H")
        await fill(app, pilot, code=code)
        await until(lambda: isinstance(app.screen, LifePage))
        page = app.screen
        assert isinstance(page, LifePage)
        text = str(page.body())
        assert text.index("sample place") < text.index("sample register")
        await pilot.press("escape")
        await at_rest(app)


async def test_an_unaltered_ledger_is_proven(bank: Bank, make) -> None:
    make.samples(3)
    async with seated(bank) as (app, pilot):
        await view_of(app, "ledger")
        await pilot.press("y")
        await fill(app, pilot)
        await until(lambda: "The ledger stands" in message(app))


async def test_the_first_entry_that_was_edited_is_named_and_shown(bank: Bank, make) -> None:
    make.samples(3)
    make.samples(3)
    outside = sqlite3.connect(bank.address)
    for (name,) in outside.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        outside.execute(f'DROP TRIGGER "{name}"')
    outside.execute("UPDATE ledger_entry SET actor = 'somebody' WHERE number = 2")
    outside.commit()
    outside.close()
    async with seated(bank) as (app, pilot):
        ledger = await view_of(app, "ledger")
        await pilot.press("y")
        await fill(app, pilot)
        await until(lambda: "Entry 2 was edited" in message(app))
        said = app.base.query_one("#message", Sentence).verdict
        assert said is not None
        assert said.level is Level.BAD
        await until(lambda: ledger.table.row and ledger.table.row.key == 2)


async def test_the_anchor_is_shown_and_verifies(bank: Bank, make) -> None:
    make.sample()
    async with seated(bank) as (app, pilot):
        await view_of(app, "ledger")
        await pilot.press("a")
        await until(lambda: isinstance(app.screen, AnchorPage))
        assert isinstance(app.screen, AnchorPage)
        word = app.screen.word
        await pilot.press("escape")
        await at_rest(app)
        await pilot.press("y")
        await fill(app, pilot, anchor=word)
        await until(lambda: "The ledger stands" in message(app))


async def test_a_technician_is_told_who_reads_the_ledger(bank: Bank, make) -> None:
    make.person(Role.TECHNICIAN, login="tess")
    async with seated(bank, login="tess") as (app, pilot):
        ledger = await view_of(app, "ledger")
        await until(lambda: ledger.table.total == 0)
        assert "Managers, auditors" in ledger.table.empty
        await pilot.press("y")
        await until(lambda: "needs one of the roles" in message(app))
