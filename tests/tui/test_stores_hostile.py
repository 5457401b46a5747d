"""What stands in the data is shown as it stands, in storage, donors, projects, work and reports; at any size."""

from __future__ import annotations

from typing import Any

import pytest
from at_bank import press, settled, sitting, told, verdict
from bench_bank import until
from textual.widgets import Static

from biobank_tui.actions import holding, picking, requests, reserving
from biobank_tui.actions.requests import NewLine, NewRequest
from biobank_tui.bank.bank import Bank

NASTY = "[@click=app.quit]x[/] {braces} %s 漢字"
SIZES = [(80, 24), (120, 40), (200, 60), (44, 12)]


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture
def hostile(bank: Bank, make: Any) -> dict[str, str]:
    """A bank whose every free text would break a careless screen."""
    make.storage("freezer F01 / 1 rack / 1 box 9x9")
    donor = make.consenting("GRU", "outside_eu", note=NASTY)
    tube = make.sample(code="[/]T-1", donor=donor, material="Plasma", unit="F01.R1.B1", position="A1", barcode="[red]7")
    other = make.sample(donor=donor, material="Plasma", unit="F01.R1.B1", position="A2")
    project = make.project(title=NASTY, summary=NASTY)
    code = requests.new(bank, make.actor, NewRequest(project, NASTY, (NewLine("type:plasma", asked=2),))).code
    requests.submit(bank, make.actor, code)
    requests.review(bank, make.actor, requests.Review(code, "approve", NASTY))
    requests.message(bank, make.actor, code, NASTY)
    reserving.reserve(bank, make.actor, reserving.Reserve(code))
    picks = picking.start(bank, make.actor, code).code
    holding.hold_samples(bank, make.actor, [other], "quality", NASTY)
    return {"donor": donor, "tube": tube, "other": other, "request": code, "project": project, "picks": picks}


def text_of(view: Any, name: str) -> str:
    return " ".join(str(view.query_one(name, Static).content).split())


@pytest.mark.parametrize("size", SIZES)
async def test_markup_and_braces_are_shown_literally(
    bank: Bank, hostile: dict[str, str], size: tuple[int, int]
) -> None:
    async with sitting(bank, "admin", "storage", size=size) as (app, pilot, _view):
        app.take_burst("F01.R1.B1")
        storage = await app.show_view("storage")
        await until(lambda: "[/]T-1" in text_of(storage, "#store-tube"))
        await press(app, pilot, "right")
        await until(lambda: NASTY in text_of(storage, "#store-tube"))
        donors = await app.show_view("donors")
        await until(lambda: NASTY in text_of(donors, "#donor-detail"))
        projects = await app.show_view("projects")
        await until(lambda: text_of(projects, "#project-detail").count(NASTY) >= 3)
        await press(app, pilot, "g")
        await until(lambda: text_of(projects, "#project-detail").count(NASTY) == 2)
        work = await app.show_view("work")
        await until(lambda: work.picks.row is not None)
        assert NASTY in work.picks.row.cells[4]
        await press(app, pilot, "enter")
        await until(lambda: "[/]T-1" in text_of(work, "#walk-holes"))
        app.take_burst(hostile["other"])
        await until(lambda: NASTY in verdict(app))
        reports = await app.show_view("reports")
        for _turn in range(5):
            await settled(app)
            await press(app, pilot, "right")
        await until(lambda: reports.table.total is not None)
        assert told(app) == ""


@pytest.mark.parametrize("size", [(80, 24), (44, 12), (20, 6)])
async def test_no_size_breaks_an_empty_bank(bank: Bank, size: tuple[int, int]) -> None:
    async with sitting(bank, "admin", "storage", size=size) as (app, pilot, _view):
        for name in ("storage", "donors", "projects", "work", "reports"):
            await app.show_view(name)
            await settled(app)
            await pilot.resize_terminal(size[0] + 40, size[1] + 12)
            await settled(app)
            await pilot.resize_terminal(*size)
            await settled(app)
