"""The projects screen where it decides: scores by criterion, parts granted, the wait-list, and who sits before it."""

from __future__ import annotations

from typing import Any

import pytest
from at_bank import press, sitting, told
from bench_bank import until
from desk_bank import seated, view_of
from textual.widgets import Static

from biobank_tui.actions import calls, projects, requests, reserving
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.queries import requests as request_queries
from biobank_tui.queries.calls import call
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.dialogs import Choose
from biobank_tui.tui.screens.request_form import RequestForm


@pytest.fixture
def database() -> str:
    return "sqlite"


def shown(view: Any, name: str = "#project-detail") -> str:
    return str(view.query_one(name, Static).visual)


def submitted(bank: Bank, make: Any, *lines: NewLine) -> str:
    code = requests.new(bank, make.actor, requests.NewRequest(make.project(), "P", lines)).code
    return requests.submit(bank, make.actor, code).code


def detail(bank: Bank, code: str) -> request_queries.RequestDetail:
    with bank.read() as connection:
        return request_queries.detail(connection, code)


async def test_a_proposal_is_scored_by_criterion_and_ranked(bank: Bank, make: Any) -> None:
    make.person(Role.COMMITTEE, login="cleo", organisation=make.organisation("ELSE"))
    code = projects.propose(bank, make.actor, projects.NewProject("Rare", "admin", "HOME")).code
    async with sitting(bank, "cleo", "projects") as (app, pilot, view):
        await press(app, pilot, "g", "g")
        await press(app, pilot, "o", "type:8", "enter", "type:6", "enter", "type:7", "enter", "type:11", "ctrl+s")
        assert app.screen is not app.base, "11 is no point"
        await press(app, pilot, "backspace", "backspace", "type:10", "ctrl+s")
        assert f"Your score of {code} is kept" in told(app)
        assert "science 8" in shown(view)
        assert view.table.row.cells[:4] == (code, "1", "7.50", "7.5")


async def test_who_has_an_interest_is_told_and_sees_no_score(bank: Bank, make: Any) -> None:
    make.person(Role.COMMITTEE, login="home")
    projects.propose(bank, make.actor, projects.NewProject("Rare", "admin", "HOME"))
    async with sitting(bank, "home", "projects") as (app, pilot, view):
        await press(app, pilot, "g", "g")
        assert view.table.row.cells[2] == "⊘"
        assert "Your organisation takes part" in shown(view)
        await press(app, pilot, "o", "type:8", "enter", "type:6", "enter", "type:7", "enter", "type:1", "ctrl+s")
        assert app.screen is not app.base
        await press(app, pilot, "escape", "y")


async def test_a_manager_announces_the_call_and_looks_at_another_year(bank: Bank, make: Any) -> None:
    make.person(Role.MANAGER, login="mia")
    async with sitting(bank, "mia", "projects") as (app, pilot, view):
        await press(app, pilot, "C", "type:2031", "enter", "type:2031-01-01", "enter", "type:2031-03-31", "ctrl+s")
        assert "The call of" in told(app)
        await press(app, pilot, "Y", "type:2031", "enter")
        assert "open 2031-01-01 to 2031-03-31" in shown(view, "#project-head")
    with bank.read() as connection:
        assert call(connection, 2031).closes == "2031-03-31"


async def test_a_turn_that_is_ones_own_says_so_and_who_else_may_act(bank: Bank, make: Any) -> None:
    make.person(Role.MANAGER, login="mia")
    make.person(Role.AUDITOR, login="otto")
    submitted(bank, make, NewLine("type:plasma", asked=2))
    async with sitting(bank, "mia", "projects", (160, 40)) as (_app, _pilot, view):
        assert "your turn" in shown(view)
        assert "the committee's turn; who may act: committee Administrator · manager Mia" in shown(view)
        assert view.table.row.cells[1] == "mine"
    async with sitting(bank, "otto", "projects", (160, 40)) as (_app, _pilot, view):
        assert "waits for committee Administrator · manager Mia" in shown(view)


async def test_a_part_is_granted_line_by_line(bank: Bank, make: Any) -> None:
    code = submitted(bank, make, NewLine("type:plasma", asked=9), NewLine("type:serum", asked=4))
    make.person(Role.COMMITTEE, login="cleo")
    async with sitting(bank, "cleo", "projects") as (app, pilot, view):
        keys = ("backspace", "type:5", "enter", "backspace", "type:2", "enter", "type:few are left")
        await press(app, pilot, "A", *keys, "ctrl+s")
        assert "approved in part" in told(app)
        assert "5 of 9 are approved" in shown(view)
    assert [line.granted for line in detail(bank, code).lines] == [5, 2]


async def test_what_is_short_waits_and_is_served_by_a_sweep(bank: Bank, make: Any) -> None:
    code = make.request(NewLine("type:plasma", asked=2))
    make.person(Role.TECHNICIAN, login="tim")
    async with sitting(bank, "tim", "projects") as (app, pilot, view):
        await press(app, pilot, "w", "y")
        assert "is on the wait-list" in told(app)
        assert "on the wait-list since" in shown(view)
        make.samples(2, donor=make.consenting("GRU", "outside_eu"))
        await press(app, pilot, "z")
        assert f"{code} waited and got 2" in told(app)
        await press(app, pilot, "b", "end", "backspace", "backspace", "type:60", "ctrl+s")
        await until(lambda: "2 reservations stand until" in told(app))
        assert "came free and are reserved" in shown(view)


async def test_reserved_samples_are_transferred_with_a_reason(bank: Bank, make: Any) -> None:
    make.samples(2, donor=make.consenting("GRU", "outside_eu"))
    source, target = (make.request(NewLine("type:plasma", asked=2)) for _ in range(2))
    reserving.reserve(bank, make.actor, reserving.Reserve(source))
    make.person(Role.MANAGER, login="mia")
    async with sitting(bank, "mia", "projects") as (app, pilot, view):
        await until(lambda: source in shown(view))
        await press(app, pilot, "T", "enter", "enter", "enter", "type:rarer", "ctrl+s", "y")
        assert f"2 samples went to {target}" in told(app)
    assert detail(bank, target).lines[0].reserved == 2


async def test_the_criteria_are_narrowed_by_what_is_eligible(bank: Bank, make: Any) -> None:
    for dx in ("C50.4", "C34.1"):
        make.samples(3, donor=make.consenting("GRU", "outside_eu", dx=dx), material="Plasma")
    make.project(lead=make.person(Role.PROJECT_LEAD, Role.MANAGER, login="lead").login)
    async with sitting(bank, "lead", "projects") as (app, pilot, _view):
        await press(app, pilot, "n", "enter", "type:Lung", "enter", "type:type:plasma")
        form = app.screen
        assert isinstance(form, RequestForm)
        await until(lambda: "6 eligible now" in shown(form, "#feasible"))
        await press(app, pilot, "f6", "type:C34", "enter")
        await until(lambda: "3 eligible now" in shown(form, "#feasible"))
        assert form.entry("criteria").value == "type:Plasma dx:C34"
        await press(app, pilot, "escape", "y")


async def test_another_line_is_added_to_a_draft(bank: Bank, make: Any) -> None:
    project = make.project(lead=make.person(Role.PROJECT_LEAD, login="lead").login)
    code = requests.new(bank, make.actor, requests.NewRequest(project, "P", (NewLine("type:plasma", asked=2),))).code
    async with sitting(bank, "lead", "projects") as (app, pilot, _view):
        await press(app, pilot, "i", "enter", "type:type:serum", "enter", "ctrl+s")
        assert "has another line" in told(app)
    assert [line.criteria for line in detail(bank, code).lines] == ["type:Plasma", "type:Serum"]


async def test_a_team_is_changed_and_a_project_suspended_and_closed(bank: Bank, make: Any) -> None:
    make.organisation("ACME", kind="company", commercial=True, country="FR")
    project = make.project()
    async with sitting(bank, "admin", "projects") as (app, pilot, view):
        await press(app, pilot, "g", "y", "type:ACME", "enter", "y")
        assert f"ACME is on the team of {project}" in told(app)
        assert "commercial" in shown(view)
        await press(app, pilot, "S", "type:audit", "ctrl+s")
        assert "is suspended" in told(app)
        await press(app, pilot, "X", "ctrl+s")
        assert "is closed" in told(app)


async def test_somebody_else_who_sits_down_finds_the_request_that_was_looked_at(bank: Bank, make: Any) -> None:
    make.person(Role.MANAGER, login="mia")
    for _ in range(3):
        submitted(bank, make, NewLine("type:plasma", asked=2))
    async with seated(bank) as (app, pilot):
        view = await view_of(app, "projects")
        await until(lambda: view.detail is not None)
        await pilot.press("down", "down")
        wanted = view.table.row.cells[0]
        await until(lambda: view.detail is not None and view.detail.request.code == wanted)
        await pilot.press("f4")
        await until(lambda: isinstance(app.screen, Choose))
        await pilot.press(*"mia", "enter")
        await until(lambda: app.session is not None and app.session.actor.login == "mia")
        again = await view_of(app, "projects")
        assert again is not view
        await until(lambda: again.detail is not None and again.detail.request.code == wanted)
        assert again.table.row.cells[0] == wanted


async def test_a_call_without_days_says_nothing_of_them(bank: Bank, make: Any) -> None:
    calls.announce(bank, make.actor, calls.NewCall(2031, target=3))
    with bank.read() as connection:
        found = call(connection, 2031)
    from biobank_tui.tui.screens.project_words import call_days

    assert (call_days(found), found.target) == ("", 3)
