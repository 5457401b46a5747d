"""A technician's session at the bench, by the keys alone; and what waits there."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_bank import until
from desk_bank import at_rest, confirmed, form, message, seated, verdict, view_of
from textual.widgets import Static

from biobank_tui.actions.withdrawing import withdraw
from biobank_tui.bank.bank import Bank
from biobank_tui.queries.sample_detail import detail
from biobank_tui.queries.worklists import Work
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.screens.bench import Bench
from biobank_tui.tui.screens.sample_labels import LabelLook


@pytest.fixture
def bank(sqlite_bank: Bank) -> Bank:
    return sqlite_bank


def card(bench: Bench) -> str:
    return str(bench.query_one("#card-says", Static).content)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_scan_open_place_aliquot_and_print_by_the_keys_alone(
    bank: Bank, make, tmp_path: Path, size: tuple[int, int]
) -> None:
    code, box = make.sample(amount="500 µL", material="Plasma"), make.box()
    make.person(Role.TECHNICIAN, login="tess")
    target = tmp_path / "labels.pdf"
    async with seated(bank, login="tess", size=size, printer=str(target)) as (app, pilot):
        bench = await view_of(app, "bench")
        await pilot.press("slash")
        await until(lambda: app.focused is app.scan_line)
        await pilot.press(*code, "enter")
        await until(lambda: code in card(bench) and "no place yet" in card(bench))
        await until(lambda: app.focused is bench.card)
        await pilot.press("p")
        await form(app)
        await pilot.press(*box, "enter", *"B2", "enter")
        await until(lambda: f"{code} is in {box} B2" in message(app))
        await until(lambda: "B2" in card(bench))
        await pilot.press("a")
        asked = await form(app)
        await pilot.press("3", "enter", *"100 µL", "enter")
        assert asked.entry("each").value == "100 µL"
        await pilot.press("ctrl+s")
        await confirmed(app, pilot)
        await until(lambda: isinstance(app.screen, LabelLook) and app.focused is not None)
        await pilot.press("y")
        await form(app)
        await pilot.press("ctrl+s")
        await until(lambda: "3 labels printed" in message(app))
        assert target.stat().st_size > 1000
        await until(lambda: "200 µL" in card(bench))
        await until(lambda: app.focused is bench.card)
        await pilot.press("enter")
        await until(lambda: app.view is not None and app.view.command_group == "samples")
        await until(lambda: app.view is not None and app.view.situation().row is not None)
        with bank.read() as connection:
            assert detail(connection, code).amount == "200 µL"


async def test_scans_one_after_the_other_are_all_told_and_the_last_stays(bank: Bank, make) -> None:
    codes = make.samples(12)
    async with seated(bank) as (app, _pilot):
        bench = await view_of(app, "bench")
        for code in codes:
            app.take_burst(code)
        await until(lambda: len(app.scans.history) == 12 and codes[-1] in card(bench))
        assert [scan.text for scan, _verdict in app.scans.history] == codes
        assert app.view is bench


async def test_a_withdrawn_donor_s_tube_raises_the_alarm_in_words_and_colour(bank: Bank, make, actor) -> None:
    donor = make.donor()
    code = make.sample(donor=donor)
    withdraw(bank, actor, donor, "asked by letter")
    async with seated(bank) as (app, _pilot):
        bench = await view_of(app, "bench")
        app.take_burst(code)
        await until(lambda: "has withdrawn" in verdict(app))
        await until(lambda: "has withdrawn" in card(bench))
        assert bench.card.has_class("-bad")


async def test_an_unknown_code_stays_large_and_offers_no_acts(bank: Bank, make) -> None:
    make.sample()
    async with seated(bank) as (app, pilot):
        bench = await view_of(app, "bench")
        app.take_burst("NOSUCH")
        await until(lambda: "NOSUCH is unknown" in card(bench))
        await pilot.press("p")
        await until(lambda: message(app) == "Scan a tube first.")


async def test_a_box_scanned_opens_in_its_own_screen(bank: Bank, make) -> None:
    box = make.box()
    async with seated(bank) as (app, _pilot):
        await view_of(app, "bench")
        app.take_burst(box)
        await until(lambda: app.view is not None and app.view.command_group == "storage")


async def test_what_waits_is_counted_and_opens_among_the_samples(bank: Bank, make) -> None:
    make.samples(3)
    make.samples(2, expected=True)
    async with seated(bank) as (app, pilot):
        bench = await view_of(app, "bench")
        await until(lambda: bench.works.total == len(Work) and bench.works.settled)
        rows = {row.cells[1]: row.cells[0] for at in range(len(Work)) if (row := bench.works._window.row(at))}
        assert (rows["To receive"], rows["To place"], rows["To pick"]) == ("2", "3", "—")
        bench.works.focus()
        await pilot.press("down", "enter")
        await until(lambda: app.view is not None and app.view.command_group == "samples")
        samples = app.view
        await until(lambda: samples.query_text == "status:available -box:*")  # type: ignore[union-attr]
        await until(lambda: samples.table.total == 3)  # type: ignore[union-attr]


async def test_ones_last_acts_are_told(bank: Bank, make) -> None:
    code = make.sample()
    async with seated(bank) as (app, _pilot):
        bench = await view_of(app, "bench")
        await until(lambda: f"sample register  {code}" in str(bench.query_one("#last-acts", Static).content))


async def test_esc_puts_the_tube_away(bank: Bank, make) -> None:
    code = make.sample()
    async with seated(bank) as (app, pilot):
        bench = await view_of(app, "bench")
        app.take_burst(code)
        await until(lambda: app.focused is bench.card)
        await pilot.press("escape")
        await until(lambda: "Scan a tube." in card(bench))
        assert bench.situation().words == frozenset()
        await at_rest(app)


async def test_the_first_frame_does_not_wait_for_the_store() -> None:
    import subprocess
    import sys

    program = "import sys, biobank_tui.tui.entry, biobank_tui.tui.screens.bench; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
