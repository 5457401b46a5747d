"""Projects: a lead asks, sees whose turn it is; others approve, reserve and pick."""

from __future__ import annotations

from typing import Any

import pytest
from at_bank import press, sitting, told
from bench_bank import until
from textual.widgets import Static

from biobank_tui.bank.bank import Bank
from biobank_tui.queries import projects as project_queries
from biobank_tui.queries import requests as request_queries
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.dialogs import Confirm
from biobank_tui.tui.screens.projects import Projects
from biobank_tui.tui.screens.request_form import RequestForm


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture
def plasma(make: Any) -> list[str]:
    """Thirty plasma tubes of donors who agreed, three of one who did not."""
    codes = make.samples(30, donor=make.consenting("GRU", "outside_eu"), material="Plasma")
    make.samples(3, donor=make.consenting("GRU", no=("GRU",)), material="Plasma")
    return list(codes)


def shown(view: Any, name: str) -> str:
    return str(view.query_one(name, Static).visual)


def request_of(bank: Bank) -> request_queries.RequestDetail:
    with bank.read() as connection:
        (row,) = request_queries.requests(connection, everything=True)
        return request_queries.detail(connection, row.code)


async def test_a_lead_asks_for_twenty_plasma_aliquots_and_sees_whose_turn_it_is(
    bank: Bank, make: Any, plasma: list[str]
) -> None:
    make.project(lead=make.person(Role.PROJECT_LEAD, login="lead").login)
    async with sitting(bank, "lead", "projects") as (app, pilot, view):
        await press(app, pilot, "n", "enter", "type:Plasma, 2026", "enter", "type:type:plasma")
        form = app.screen
        assert isinstance(form, RequestForm)
        await until(lambda: "30 eligible now" in shown(form, "#feasible"))
        await press(app, pilot, "enter", "enter", "ctrl+s")
        assert isinstance(app.screen, Confirm)
        await press(app, pilot, "y")
        assert "the committee's turn now" in told(app)
        assert "the committee's turn" in shown(view, "#project-detail")
        assert request_of(bank).lines[0].asked == 20


async def test_criteria_that_are_not_understood_are_told_and_stay_typed(bank: Bank, make: Any) -> None:
    make.project(lead=make.person(Role.PROJECT_LEAD, login="lead").login)
    async with sitting(bank, "lead", "projects") as (app, pilot, _view):
        await press(app, pilot, "n", "enter", "type:X", "enter", "type:tpye:plasma")
        await until(lambda: "did you mean type" in shown(app.screen, "#feasible"))
        await press(app, pilot, "ctrl+s")
        assert isinstance(app.screen, RequestForm)


async def test_small_cells_are_hidden_from_a_lead_and_shown_to_a_manager(bank: Bank, make: Any) -> None:
    make.samples(3, donor=make.consenting("GRU"), material="Serum")
    make.project(lead=make.person(Role.PROJECT_LEAD, login="lead").login)
    make.person(Role.MANAGER, login="manager")
    for login, says in (("lead", "fewer than 5 eligible"), ("manager", "3 eligible now")):
        async with sitting(bank, login, "projects") as (app, pilot, _view):
            await press(app, pilot, "n", "enter", "type:X", "enter", "type:type:serum")
            await until(lambda says=says: says in shown(app.screen, "#feasible"))


async def test_a_manager_approves_and_a_technician_reserves_part_of_it(
    bank: Bank, make: Any, plasma: list[str]
) -> None:
    from biobank_tui.actions import requests

    project = make.project()
    new = requests.new(
        bank, make.actor, requests.NewRequest(project, "P", (requests.NewLine("type:plasma", asked=20),))
    )
    requests.submit(bank, make.actor, new.code)
    make.person(Role.MANAGER, login="manager")
    make.person(Role.TECHNICIAN, login="tech")
    async with sitting(bank, "manager", "projects") as (app, pilot, _view):
        await press(app, pilot, "a", "y")
        assert "is approved: the technician's turn now" in told(app)
    async with sitting(bank, "tech", "projects") as (app, pilot, view):
        await press(app, pilot, "r", "enter", "type:12", "ctrl+s", "y")
        assert "12 samples are reserved" in told(app)
        line = request_of(bank).lines[0]
        assert (line.asked, line.reserved, line.eligible) == (20, 12, 18)
        assert isinstance(view, Projects)


async def test_a_rejection_needs_its_reason_and_the_project_reads_it(bank: Bank, make: Any, plasma: list[str]) -> None:
    from biobank_tui.actions import requests

    new = requests.new(
        bank, make.actor, requests.NewRequest(make.project(), "P", (requests.NewLine("type:plasma", asked=2),))
    )
    requests.submit(bank, make.actor, new.code)
    make.person(Role.COMMITTEE, login="committee")
    async with sitting(bank, "committee", "projects") as (app, pilot, view):
        await press(app, pilot, "x", "enter")
        assert app.screen is not app.base
        await press(app, pilot, "type:too few are left", "enter")
        assert "rejected" in told(app)
        assert "too few are left" in shown(view, "#project-detail")


async def test_an_act_that_is_not_possible_says_why(bank: Bank, make: Any, plasma: list[str]) -> None:
    make.project()
    make.person(Role.AUDITOR, login="auditor")
    async with sitting(bank, "auditor", "projects") as (app, pilot, _view):
        await press(app, pilot, "a")
        assert "request review" in told(app)
    async with sitting(bank, "admin", "projects") as (app, pilot, _view):
        await press(app, pilot, "a")
        assert "Only a request that was handed in is reviewed" in told(app)


async def test_a_project_is_proposed_decided_and_made_active(bank: Bank, make: Any) -> None:
    make.person(Role.PROJECT_LEAD, login="lead")
    async with sitting(bank, "admin", "projects") as (app, pilot, view):
        await press(app, pilot, "p", "type:Rare cancers", "enter", "right", "ctrl+s")
        assert "in this year's call" in told(app)
        await press(app, pilot, "d", "right", "ctrl+s")
        assert "selected" in told(app)
        await press(app, pilot, "t", "y")
        assert "is active" in told(app)
        with bank.read() as connection:
            (row,) = project_queries.projects(connection)
        assert row.state == "active"
        assert "1 of 10 projects selected" in shown(view, "#project-head")


async def test_a_request_sent_back_is_changed_and_handed_in_again(bank: Bank, make: Any, plasma: list[str]) -> None:
    from biobank_tui.actions import requests

    project = make.project(lead=make.person(Role.PROJECT_LEAD, login="lead").login)
    new = requests.new(bank, make.actor, requests.NewRequest(project, "P", (requests.NewLine("type:plasma", asked=2),)))
    requests.submit(bank, make.actor, new.code)
    requests.review(bank, make.actor, requests.Review(new.code, "changes", "ask for more"))
    async with sitting(bank, "lead", "projects") as (app, pilot, _view):
        await press(app, pilot, "e", "enter", "type:9", "ctrl+s")
        assert request_of(bank).lines[0].asked == 9
        await press(app, pilot, "h")
        assert request_of(bank).request.state == "submitted"


async def test_what_is_reserved_is_given_back_and_the_request_finished(
    bank: Bank, make: Any, plasma: list[str]
) -> None:
    from biobank_tui.actions import reserving
    from biobank_tui.actions.requests import NewLine

    code = make.request(NewLine("type:plasma", asked=6))
    reserving.reserve(bank, make.actor, reserving.Reserve(code))
    make.person(Role.TECHNICIAN, login="tech")
    async with sitting(bank, "tech", "projects") as (app, pilot, _view):
        await press(app, pilot, "l", "type:asked by the lead", "enter", "y")
        assert "6 reservations have ended" in told(app)
        await press(app, pilot, "f", "ctrl+s", "y")
        assert request_of(bank).request.state == "closed_short"
