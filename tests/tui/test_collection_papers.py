"""What allows collections to be kept and samples to leave: listed, recorded and ended on the donors' screen."""

from __future__ import annotations

from typing import Any

import pytest
from at_bank import press, settled, sitting, told

from biobank_tui.actions import authorising, projects
from biobank_tui.actions.authorising import NewAuthorisation
from biobank_tui.bank.bank import Bank
from biobank_tui.queries.authorisations import authorisations
from biobank_tui.rules.moments import today
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.dialogs import Choose
from biobank_tui.tui.screens.projects import Projects


@pytest.fixture
def database() -> str:
    return "sqlite"


def standing(bank: Bank) -> dict[str, tuple[str, str | None, str]]:
    """As the app sees it, whose day is today's."""
    with bank.read() as connection:
        rows = authorisations(connection, today().isoformat())
    return {row.reference: (row.kind, row.countries, row.standing) for row in rows}


async def test_an_export_authorisation_is_recorded_listed_and_ended(bank: Bank, make: Any) -> None:
    make.sample()
    async with sitting(bank, "admin", "donors") as (app, pilot, _view):
        await press(app, pilot, "a")
        assert "No declaration or authorisation covers the samples of HOME" in told(app)
        await press(app, pilot, "A")
        assert isinstance(app.screen, ActForm)
        await press(
            app, pilot, "enter", "right", "right", "enter", "type:IE-7", "enter", "enter", "type:plasma", "enter"
        )
        await press(app, pilot, "type:ch, us", "enter", "ctrl+u", "type:2026-01-01", "ctrl+s")
        await settled(app)
        assert standing(bank) == {"IE-7": ("export", "CH,US", "stands")}
        await press(app, pilot, "a")
        assert isinstance(app.screen, Choose)
        assert "HOME" in app.screen.heading
        assert app.screen.options[0].detail == "HOME · export authorisation · to CH, US · without an end · in force"
        await press(app, pilot, "enter", "type:replaced", "ctrl+s")
        await settled(app)
        assert standing(bank)["IE-7"][2] == "ended"
        assert "IE-7 of HOME no longer stands" in told(app)


async def test_a_country_that_is_none_is_refused_at_its_field(bank: Bank) -> None:
    async with sitting(bank, "admin", "donors") as (app, pilot, _view):
        await press(app, pilot, "A", "enter", "right", "right", "enter", "type:IE-7", "enter", "enter", "type:plasma")
        await press(app, pilot, "enter", "type:Utopia", "enter", "ctrl+u", "type:2026-01-01", "ctrl+s")
        assert isinstance(app.screen, ActForm)
        assert standing(bank) == {}


async def test_a_technician_reads_them_and_ends_none(bank: Bank, actor: Any, make: Any) -> None:
    authorising.authorise(bank, actor, NewAuthorisation("HOME", "declaration", "DC-1", "tissue", "2026-01-01"))
    make.person(Role.TECHNICIAN, login="tech")
    async with sitting(bank, "tech", "donors") as (app, pilot, _view):
        await press(app, pilot, "A")
        assert app.screen is app.base
        await press(app, pilot, "a", "enter")
        assert "DC-1 · HOME · declaration of the collection" in told(app)
        assert standing(bank)["DC-1"][2] == "stands"


async def test_a_projects_papers_say_how_the_authorisation_it_names_stands(bank: Bank, actor: Any, make: Any) -> None:
    code = make.project()
    projects.amend(bank, actor, projects.Amendment(code, export_authorisation="IE-1"))
    async with sitting(bank, "admin", "projects") as (app, pilot, view):
        assert isinstance(view, Projects)
        await press(app, pilot, "g")
        await settled(app)
        assert "on record" not in shown(view)
        authorising.authorise(bank, actor, NewAuthorisation("HOME", "export", "IE-2", "plasma", "2026-01-01"))
        view.shown_again()
        await settled(app)
        assert "None of that name is on record" in shown(view)
        authorising.authorise(
            bank, actor, NewAuthorisation("HOME", "export", "IE-1", "plasma", "2026-01-01", countries=("CH",))
        )
        view.shown_again()
        await settled(app)
        assert "HOME  to CH · without an end · in force" in shown(view)


def shown(view: Projects) -> str:
    from textual.widgets import Static

    return str(view.query_one("#project-detail", Static).render())
