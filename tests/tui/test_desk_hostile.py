"""What stands in the data is shown as it stands, on every screen that shows it; no size breaks a screen."""

from __future__ import annotations

import pytest
from bench_bank import until
from desk_bank import seated, verdict, view_of
from textual.widgets import Static

from biobank_tui.actions.holding import hold_samples
from biobank_tui.bank.bank import Bank
from biobank_tui.tui.screens.sample_life import LifePage

CODE = "[/]X-1"
NASTY = "[@click=app.quit]note[/] {braces} %s"


@pytest.fixture
def bank(sqlite_bank: Bank) -> Bank:
    return sqlite_bank


@pytest.fixture
def hostile(bank: Bank, make, actor) -> str:
    make.sample(code=CODE, barcode="[red]77", note=NASTY, material="Plasma", external={"[b]LIMS": "[/b]9"})
    hold_samples(bank, actor, [CODE], "quality", "[reverse]because[/] {reason}")
    return CODE


def text_of(content: object) -> str:
    """What is written, however its lines are wrapped."""
    return " ".join(str(content).split())


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (44, 12)])
async def test_markup_and_braces_in_data_are_shown_literally(bank: Bank, hostile: str, size: tuple[int, int]) -> None:
    async with seated(bank, size=size) as (app, pilot):
        bench = await view_of(app, "bench")
        app.take_burst(hostile)
        await until(lambda: hostile in verdict(app))
        await until(lambda: "[reverse]because[/] {reason}" in str(bench.query_one("#card-says", Static).content))
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 1 and samples.table.row)
        await pilot.press("enter")
        await until(lambda: NASTY in text_of(samples.pane.query_one(Static).content))
        assert "[red]77" in str(samples.pane.query_one(Static).content)
        await pilot.press("H")
        await until(lambda: isinstance(app.screen, LifePage))
        assert isinstance(app.screen, LifePage)
        assert NASTY in str(app.screen.body())
        await pilot.press("escape")
        ledger = await view_of(app, "ledger")
        await until(lambda: ledger.table.row and "[reverse]because[/]" in ledger.table.row.cells[-1])
        await until(lambda: "[reverse]because[/] {reason}" in str(ledger.query_one("#entry-says", Static).content))


async def test_a_scan_of_anything_at_all_is_a_sentence(bank: Bank) -> None:
    async with seated(bank) as (app, _pilot):
        await view_of(app, "bench")
        for text in ("[/]", "{0}", "%s", "'; DROP TABLE sample; --", "é" * 300, "S-000000A"):
            app.take_burst(text)
            await until(lambda text=text: app.scans.history and app.scans.history[-1][0].text == text)
        assert all(said.sentence for _scan, said in app.scans.history)
