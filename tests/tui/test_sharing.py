"""One form for aliquots, derivatives and pools: what is left is said while one types, and many parents are one act."""

from __future__ import annotations

from typing import Any

import pytest
from at_bank import press, sitting, told
from bench_bank import until
from textual.widgets import Static

from biobank_tui.bank import ledger
from biobank_tui.bank.bank import Bank
from biobank_tui.queries.sample_detail import detail
from biobank_tui.tui.dialogs import Confirm
from biobank_tui.tui.screens.sample_labels import LabelLook
from biobank_tui.tui.screens.sample_sharing import SharingForm


@pytest.fixture
def database() -> str:
    return "sqlite"


def foot(app: Any) -> str:
    return str(app.screen.query_one("#sharing-left", Static).content)


def acts(bank: Bank) -> int:
    with bank.read() as connection:
        return int(ledger.head(connection)[0])


def look(bank: Bank, code: str) -> Any:
    with bank.read() as connection:
        return detail(connection, code)


async def opened(app: Any) -> SharingForm:
    await until(lambda: isinstance(app.screen, SharingForm) and app.screen.focused is not None)
    assert isinstance(app.screen, SharingForm)
    return app.screen


async def test_what_is_left_is_said_while_one_types_and_an_overdraw_too(bank: Bank, make: Any) -> None:
    make.sample(amount="0.5 mL")
    async with sitting(bank, "admin", "samples") as (app, pilot, _view):
        await press(app, pilot, "a")
        await opened(app)
        await press(app, pilot, "type:3", "enter", "type:100 µL")
        await until(lambda: "0.5 mL − 300 µL = 0.2 mL left" in foot(app))
        await press(app, pilot, *["backspace"] * 6, "type:0.2 mL")
        await until(lambda: "0.6 mL asked, 0.5 mL left" in foot(app))
        await press(app, pilot, *["backspace"] * 6, "type:2 mg")
        await until(lambda: "mass" in foot(app))


async def test_many_marked_parents_are_shared_out_in_one_act_with_few_keys(bank: Bank, make: Any) -> None:
    donor = make.donor()
    parents = make.samples(96, donor=donor, amount="1 mL")
    box, other = make.box(16, 24), make.box(9, 9)
    before = acts(bank)
    async with sitting(bank, "admin", "samples", size=(120, 40)) as (app, pilot, view):
        await until(lambda: view.table.total == 96)
        keys = ["ctrl+a", "a", "3", "enter", *"100", "space", "µ", "L"]
        await press(app, pilot, *keys)
        form = await opened(app)
        await until(lambda: "96 parents give 300 µL each; 0.7 mL left" in foot(app))
        form.entry("box").value = f"{other} {box}"
        await press(app, pilot, "ctrl+s")
        await until(lambda: isinstance(app.screen, Confirm))
        assert isinstance(app.screen, Confirm)
        assert [(change.count, change.text) for change in app.screen.changes[:2]] == [
            (288, "aliquots"),
            (96, "parents keep 0.7 mL"),
        ]
        assert [change.count for change in app.screen.changes[2:]] == [81, 207]
        await press(app, pilot, "y")
        await until(lambda: isinstance(app.screen, LabelLook))
        assert "Print 288 labels?" in app.screen.question
        assert len(keys) + 3 <= 2 * 96
    assert acts(bank) == before + 1
    assert look(bank, parents[0]).amount == "0.7 mL"


async def test_another_kind_asks_other_things(bank: Bank, make: Any) -> None:
    make.samples(2, donor=make.donor(), amount="1 mL")
    async with sitting(bank, "admin", "samples", size=(120, 40)) as (app, pilot, view):
        await until(lambda: view.table.total == 2)
        await press(app, pilot, "ctrl+a", "d")
        form = await opened(app)
        await until(lambda: form.focused is form.entry("material"))
        await press(app, pilot, "up", "right")
        await until(lambda: form.how == "pool")
        row = form.entry("count").parent
        assert row is not None
        assert not row.display
        form.entry("taken").value = "all"
        await until(lambda: "0 mL left" in foot(app))
        await press(app, pilot, "ctrl+s", "y")
        await until(lambda: "is the pool of 2 tubes" in told(app))


async def test_the_family_of_a_tube_is_a_page(bank: Bank, make: Any) -> None:
    from biobank_tui.actions import aliquoting
    from biobank_tui.tui.screens.sample_family import FamilyPage

    parent = make.sample(amount="1 mL")
    aliquoting.aliquot(bank, make.actor, aliquoting.Aliquoting(parent, 2, "100 µL", thawed=True))
    async with sitting(bank, "admin", "samples", size=(120, 40)) as (app, pilot, view):
        await until(lambda: view.table.total == 3)
        await press(app, pilot, "L")
        await until(lambda: isinstance(app.screen, FamilyPage))
        assert isinstance(app.screen, FamilyPage)
        body = str(app.screen.body())
        assert "0.8 mL / 1 mL" in body
        assert "thawed 1 time" in body
