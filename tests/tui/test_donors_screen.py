"""Donors: found, registered, asked for consent, and withdrawn with all that follows."""

from __future__ import annotations

from typing import Any

import pytest
from at_bank import press, settled, sitting, told
from bench_bank import until

from biobank_tui.actions import consents
from biobank_tui.bank.access import hash_password
from biobank_tui.bank.bank import Bank
from biobank_tui.queries import donors, withdrawal
from biobank_tui.queries.sample_detail import detail
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.dialogs import Confirm
from biobank_tui.tui.ports import Found
from biobank_tui.tui.screens.donors import Donors


@pytest.fixture
def database() -> str:
    return "sqlite"


def state_of(bank: Bank, code: str) -> str:
    with bank.read() as connection:
        return donors.detail(connection, code).row.state


async def test_a_search_narrows_the_list_and_shows_the_donor(bank: Bank, make: Any) -> None:
    make.donors(30)
    code = make.donor(sex="female", birth_year=1960)
    async with sitting(bank, "admin", "donors") as (app, pilot, view):
        assert isinstance(view, Donors)
        await press(app, pilot, "f", f"type:{code}", "enter")
        await until(lambda: view.detail is not None and view.detail.row.code == code)
        assert view.table.total == 1


async def test_three_donors_are_registered_alike_after_a_counted_preview(bank: Bank, make: Any) -> None:
    async with sitting(bank, "admin", "donors") as (app, pilot, _view):
        await press(app, pilot, "n", "enter", "type:3", "ctrl+s")
        assert isinstance(app.screen, Confirm)
        await press(app, pilot, "y")
        assert "3 donors are registered" in told(app)
        with bank.read() as connection:
            assert len(donors.order(connection)) == 3


async def test_a_consent_is_recorded_question_by_question_and_what_is_not_asked_stays_so(bank: Bank, make: Any) -> None:
    code = make.donor()
    new = consents.NewForm("GENERAL", "1", "General consent", ("GRU", "genetic_research", "recontact"))
    consents.add_form(bank, make.actor, new)
    async with sitting(bank, "admin", "donors") as (app, pilot, _view):
        # yes to the first, no to the second, the third is left as it is
        await press(app, pilot, "c", "enter", "right", "enter", "right", "right", "enter", "ctrl+s")
        assert "is recorded" in told(app)
        with bank.read() as connection:
            found = {reply.code: reply.answer for reply in donors.detail(connection, code).consents[0].answers}
        assert found == {"GRU": "yes", "genetic_research": "no", "recontact": "not_asked"}


async def test_a_withdrawal_is_previewed_counted_signed_with_the_password_and_done(bank: Bank, make: Any) -> None:
    code = make.donor()
    make.samples(4, donor=code)
    make.person(Role.MANAGER, login="manager")
    with bank.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE person SET password = ? WHERE login = 'manager'", (hash_password("pw"),))
    with bank.read() as connection:
        seen = withdrawal.preview(connection, code)
    door_password = "pw"
    async with sitting(bank, "manager", "donors", password=door_password) as (app, pilot, _view):
        await press(app, pilot, "w")
        assert isinstance(app.screen, Confirm)
        assert any(change.count == 4 for change in app.screen.changes)
        await press(app, pilot, "y", "enter", "type:asked by letter", "enter", "type:wrong", "enter")
        assert state_of(bank, code) == "active"
        assert "password is not right" in told(app)
        await press(app, pilot, "w", "y", "enter", "type:asked by letter", "enter", f"type:{door_password}", "enter")
        await settled(app)
        assert state_of(bank, code) == "withdrawn"
    assert seen.samples == 4


async def test_a_withdrawal_without_a_reason_is_not_signed(bank: Bank, make: Any) -> None:
    code = make.donor()
    async with sitting(bank, "admin", "donors") as (app, pilot, _view):
        await press(app, pilot, "w", "y", "enter", "enter")
        assert state_of(bank, code) == "active"
        await press(app, pilot, "type:asked", "enter")
        assert state_of(bank, code) == "withdrawn"


async def test_a_diagnosis_that_is_none_is_refused_at_its_field_and_stays_typed(bank: Bank, make: Any) -> None:
    code = make.donor()
    async with sitting(bank, "admin", "donors") as (app, pilot, _view):
        await press(app, pilot, "d", "type:breast", "ctrl+s")
        assert app.screen is not app.base
        await press(app, pilot, "ctrl+u", "type:c50.4", "ctrl+s")
        with bank.read() as connection:
            assert donors.detail(connection, code).row.diagnosis == "C50.4"


async def test_who_only_leads_projects_sees_no_donor(bank: Bank, make: Any) -> None:
    code = make.donor()
    make.person(Role.PROJECT_LEAD, login="lead")
    async with sitting(bank, "lead", "donors") as (app, _pilot, view):
        assert isinstance(view, Donors)
        assert view.table.total == 0
        view.open_thing(Found("donor", 1, code, "", "donors"))
        await settled(app)
        assert view.detail is None


async def test_a_donor_scanned_before_the_screen_was_ever_shown_is_opened(bank: Bank, make: Any) -> None:
    codes = make.donors(20)
    async with sitting(bank, "admin", "ledger") as (app, _pilot, _view):
        app.take_burst(codes[12])
        await until(lambda: isinstance(app.view, Donors))
        donors_view = app.view
        assert isinstance(donors_view, Donors)
        await until(lambda: donors_view.detail is not None and donors_view.detail.row.code == codes[12])


async def test_a_permission_is_taken_back_and_samples_of_who_withdrew_are_signed_off(bank: Bank, make: Any) -> None:
    code = make.consenting("GRU", "commercial_use")
    tube = make.sample(donor=code)
    async with sitting(bank, "admin", "donors") as (app, pilot, _view):
        await press(app, pilot, "b", "down", "space", "enter", "type:told us", "enter")
        await settled(app)
        with bank.read() as connection:
            in_force = donors.detail(connection, code).in_force
        assert in_force is not None
        assert [in_force.answered(each) for each in ("GRU", "commercial_use")] == ["yes", "no"]
        await press(app, pilot, "w", "y", "enter", "type:letter", "enter")
        await settled(app)
        await press(app, pilot, "x", "y", "type:incinerated", "enter")
        await settled(app)
        with bank.read() as connection:
            assert detail(connection, tube).status == "destroyed"


async def test_samples_stand_by_material_with_how_many_of_each_status(bank: Bank, make: Any) -> None:
    from textual.widgets import Static

    code = make.donor()
    make.samples(2, donor=code)
    make.sample(donor=code, material="BuffyCoat")
    async with sitting(bank, "admin", "donors") as (_app, _pilot, view):
        await until(lambda: isinstance(view, Donors) and view.detail is not None and view.detail.row.code == code)
        shown = str(view.query_one("#donor-detail", Static).render())
        assert "● available: 2" in shown
        assert "● available: 1" in shown
