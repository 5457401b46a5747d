"""The export dialog on the Samples screen: what is marked, what the filter finds, or everything, as a file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from bench_bank import until
from desk_bank import at_rest, fill, form, message, seated, view_of
from textual.widgets import Static

from biobank_tui.bank.bank import Bank
from biobank_tui.rules.permissions import Role


@pytest.fixture
def bank(sqlite_bank: Bank) -> Bank:
    return sqlite_bank


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


async def test_what_the_filter_finds_is_written_and_told(bank: Bank, make, tmp_path: Path) -> None:
    make.samples(2, material="Plasma")
    make.samples(3, material="Serum")
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        samples.line.set("type:serum")
        await until(lambda: samples.table.total == 3 and samples.table.settled)
        samples.table.focus()
        await pilot.press("W")
        asked = await form(app)
        assert asked.entry("which").value == "found"
        await fill(app, pilot, file=str(tmp_path / "serum.csv"))
        await until(lambda: "3 rows are in" in message(app))
        await at_rest(app)
    assert {row["material"] for row in table(tmp_path / "serum.csv")} == {"Serum"}


async def test_what_is_marked_is_written_with_its_donors(bank: Bank, make, tmp_path: Path) -> None:
    kept = make.samples(2, material="Plasma")
    make.samples(3, material="Serum")
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        samples.line.set("type:plasma")
        await until(lambda: samples.table.total == 2 and samples.table.settled)
        samples.table.focus()
        await pilot.press("ctrl+a")
        samples.line.set("")
        await until(lambda: samples.table.total == 2 or samples.table.settled)
        await pilot.press("W")
        await fill(app, pilot, kind="donors", file=str(tmp_path / "donors.csv"))
        await until(lambda: "is in" in message(app) or "are in" in message(app))
        await at_rest(app)
    assert len(kept) == 2
    assert table(tmp_path / "donors.csv") != []


async def test_a_form_that_does_not_fit_and_a_file_that_is_there_are_told_where_they_stand(
    bank: Bank, make, tmp_path: Path
) -> None:
    make.sample()
    (tmp_path / "mine.csv").write_text("mine")
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 1)
        await pilot.press("W")
        await fill(app, pilot, kind="holds", form="mii-fhir", file=str(tmp_path / "new.json"))
        asked = await form(app)
        await until(lambda: "take one of" in str(asked.query_one("#problem-form", Static).content))
        await fill(app, pilot, kind="samples", form="csv", file=str(tmp_path / "mine.csv"))
        await until(lambda: "already there" in str(asked.query_one("#problem-file", Static).content))
        await fill(app, pilot, file=str(tmp_path / "none" / "x.csv"))
        await until(lambda: "no folder" in str(asked.query_one("#problem-file", Static).content))
    assert (tmp_path / "mine.csv").read_text() == "mine"


async def test_a_technician_is_offered_no_export(bank: Bank, make, tmp_path: Path) -> None:
    make.sample()
    make.person(Role.TECHNICIAN, login="tom")
    async with seated(bank, "tom") as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 1)
        await pilot.press("W")
        await at_rest(app)
        assert app.screen is app.base
