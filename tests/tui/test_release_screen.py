"""A project's papers, the data it is given and the results it returns, on the projects screen."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from at_bank import press, settled, sitting, told
from bench_bank import until
from desk_bank import at_rest, confirmed, fill, form
from textual.widgets import Static

from biobank_tui.actions import reserving
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.queries.agreements import agreements
from biobank_tui.queries.ledger import LedgerFilter, acts
from biobank_tui.queries.releases import releases, results
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.dialogs import Confirm
from biobank_tui.tui.screens.projects import Projects
from biobank_tui.tui.screens.release_form import ReleaseForm


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture
def project(bank: Bank, make: Any) -> str:
    """Six donors' tubes are set aside for it; one donor, born in 1931, is like no other."""
    make.organisation("LAB", country="FR")
    made = str(make.project(organisation="LAB", lead=make.person(Role.PROJECT_LEAD, login="lead").login))
    tubes = [make.sample(donor=make.consenting("GRU", birth_year=1960, sex="female")) for _ in range(5)]
    tubes.append(make.sample(donor=make.consenting("GRU", birth_year=1931, sex="female")))
    request = make.request(NewLine(samples=tuple(tubes)), project=made)
    reserving.reserve(bank, make.actor, reserving.Reserve(request))
    return made


async def on_project(app: Any, pilot: Any, view: Any) -> str:
    """Turn to the list of projects, the cursor on the only one; what its pane says."""
    assert isinstance(view, Projects)
    await press(app, pilot, "g")
    await until(lambda: view.detail is not None)
    return pane(view)


def pane(view: Any) -> str:
    return str(view.query_one("#project-detail", Static).visual)


async def test_an_agreement_is_recorded_signed_and_called_off(bank: Bank, make: Any, project: str) -> None:
    async with sitting(bank, "admin", "projects", (120, 40)) as (app, pilot, view):
        assert "No transfer agreement" in await on_project(app, pilot, view)
        await pilot.press("M")
        await fill(app, pilot, reference="MTA-7")
        await until(lambda: "not signed" in pane(view))
        await pilot.press("M")
        asked = await form(app)
        assert asked.entry("reference").value == "MTA-7"
        await fill(app, pilot, signed="2026-02-01", expires="2030")
        await until(lambda: "in force" in pane(view) and "2030-12-31" in pane(view))
        await pilot.press("N")
        await fill(app, pilot, reason="The party left")
        await confirmed(app, pilot)
        await until(lambda: "called off" in pane(view))
    with bank.read() as connection:
        (row,) = agreements(connection, bank.clock(), project)
    assert (row.party, row.reference, row.signed, str(row.standing)) == ("LAB", "MTA-7", "2026-02-01", "called off")


async def test_an_agreement_that_ends_before_it_is_signed_is_refused_at_its_field(bank: Bank, project: str) -> None:
    async with sitting(bank, "admin", "projects", (80, 24)) as (app, pilot, view):
        await on_project(app, pilot, view)
        await pilot.press("M")
        await fill(app, pilot, reference="MTA-8", signed="2026-02-01", expires="2025-01-01")
        asked = await form(app)
        await until(lambda: "before it was signed" in str(asked.query_one("#problem-expires", Static).visual))
        assert asked.entry("reference").value == "MTA-8"


async def test_rows_that_break_k_are_shown_the_advice_taken_and_the_file_written_once_signed(
    bank: Bank, project: str, tmp_path: Path
) -> None:
    file = tmp_path / "data.csv"
    async with sitting(bank, "admin", "projects", (120, 40)) as (app, pilot, view):
        await on_project(app, pilot, view)
        await pilot.press("D")
        await fill(app, pilot, file=str(file))
        await until(lambda: isinstance(app.screen, Confirm))
        breaking = app.screen
        assert isinstance(breaking, Confirm)
        assert "1 row of 6 stands for fewer than 5 donors" in breaking.question
        assert any("1931" in change.text for change in breaking.changes)
        assert not file.exists()
        await pilot.press("y")
        await until(lambda: isinstance(app.screen, Confirm) and app.screen is not breaking)
        offer = app.screen
        assert isinstance(offer, Confirm)
        assert any("Use these data for this project only" in change.text for change in offer.changes)
        assert not file.exists()
        await pilot.press("y")
        asked = await form(app)
        await until(lambda: not isinstance(app.screen, ReleaseForm))
        asked = await form(app)
        assert f"is given to {project}, k-anonymous" in asked.heading
        await fill(app, pilot, reason="Request of June")
        await at_rest(app)
        await settled(app)
        assert "k = 5" in told(app) or "k = 6" in told(app)
        await until(lambda: "Data given" in pane(view))
    with bank.read() as connection:
        (row,) = releases(connection, project=project)
        (entry,) = acts(connection, LedgerFilter(verb="data.release"), limit=5)
    assert row.digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert entry.reason == "Request of June"
    assert "1931" not in file.read_text()


async def test_a_signature_that_is_not_given_writes_nothing_and_loses_nothing(
    bank: Bank, project: str, tmp_path: Path
) -> None:
    file = tmp_path / "data.csv"
    async with sitting(bank, "admin", "projects", (80, 24)) as (app, pilot, view):
        await on_project(app, pilot, view)
        await pilot.press("D")
        await fill(app, pilot, file=str(file), withhold="yes")
        await confirmed(app, pilot)
        await until(lambda: "k-anonymous" in getattr(app.screen, "heading", ""))
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, ReleaseForm))
        asked = await form(app)
        assert (asked.entry("file").value, asked.entry("withhold").value) == (str(file), "yes")
        await pilot.press("escape")
        await at_rest(app)
    assert not file.exists()
    with bank.read() as connection:
        assert releases(connection) == ()


async def test_a_file_that_is_there_and_a_k_below_the_banks_are_said_at_their_fields(
    bank: Bank, project: str, tmp_path: Path
) -> None:
    there = tmp_path / "there.csv"
    there.write_text("mine")
    async with sitting(bank, "admin", "projects", (120, 40)) as (app, pilot, view):
        await on_project(app, pilot, view)
        await pilot.press("D")
        await fill(app, pilot, file=str(there))
        asked = await form(app)
        await until(lambda: "is there already" in str(asked.query_one("#problem-file", Static).visual))
        await fill(app, pilot, file=str(tmp_path / "new.csv"), k="2")
        await until(lambda: "reaches k = 5" in str(asked.query_one("#problem-k", Static).visual))
    assert there.read_text() == "mine"


async def test_a_lead_returns_results_and_the_tube_shows_them(bank: Bank, project: str, tmp_path: Path) -> None:
    file = tmp_path / "variants.vcf"
    file.write_text("##fileformat=VCFv4.2")
    async with sitting(bank, "lead", "projects", (120, 40)) as (app, pilot, view):
        await on_project(app, pilot, view)
        await pilot.press("R")
        await fill(app, pilot, file=str(file), title="[b]Exomes[/]")
        question = await confirmed(app, pilot)
        assert question.changes[0].count == 6
        await until(lambda: "Results returned" in pane(view) and "[b]Exomes[/]" in pane(view))
    with bank.read() as connection:
        (row,) = results(connection, project=project)
    assert row.digest == hashlib.sha256(file.read_bytes()).hexdigest()
    async with sitting(bank, "admin", "samples", (120, 40)) as (app, _pilot, view):
        await until(lambda: "[b]Exomes[/]" in str(view.query_one("#pane-says", Static).visual))


async def test_who_only_leads_neither_records_agreements_nor_gives_data(bank: Bank, project: str) -> None:
    async with sitting(bank, "lead", "projects", (120, 40)) as (app, pilot, view):
        await on_project(app, pilot, view)
        for key in ("M", "N", "D"):
            await press(app, pilot, key)
            assert "is not yours to do" in told(app)
