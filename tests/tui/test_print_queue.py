"""Labels that wait for a printer, on the screen: where it stopped, what is doubtful, and going on."""

from __future__ import annotations

from typing import Any

import pytest
from at_bank import press, settled, sitting, told
from bench_bank import until

from biobank_tui.actions import labelling
from biobank_tui.actions.labelling import PrintRequest
from biobank_tui.bank.bank import Bank
from biobank_tui.queries.printing import jobs
from biobank_tui.tui.dialogs import Choose
from tests.fake_printer import FakePrinter


@pytest.fixture
def database() -> str:
    return "sqlite"


def left(bank: Bank) -> list[tuple[int, int, int]]:
    with bank.read() as connection:
        return [(row.printed, row.doubtful, row.waiting) for row in jobs(connection)]


async def test_a_printer_that_dies_is_gone_on_with_from_the_queue(bank: Bank, make: Any) -> None:
    codes = make.samples(6)
    with FakePrinter(dies_after=2, swallows=True) as press_one:
        done = labelling.print_labels(bank, make.actor, PrintRequest(tuple(codes), "L4732", press_one.target)).printing
    assert done is not None
    assert left(bank) == [(2, 1, 3)]
    with FakePrinter(port=press_one.port) as again:
        async with sitting(bank, "admin", "bench") as (app, pilot, _view):
            await press(app, pilot, "f6", "enter", "enter")
            assert isinstance(app.screen, Choose)
            assert f"did label 3, {codes[2]}, come out?" in app.screen.heading
            await press(app, pilot, "down", "enter")
            await until(lambda: "4 labels printed" in told(app))
            assert left(bank) == []
            await press(app, pilot, "f6")
            assert told(app) == "No label waits for a printer."
    assert again.codes == codes[2:]


async def test_labels_printed_from_the_list_say_where_the_printer_stopped(bank: Bank, make: Any) -> None:
    codes = make.samples(5)
    with FakePrinter(dies_after=3) as printer:
        async with sitting(bank, "admin", "samples", size=(120, 40)) as (app, pilot, _view):
            await press(app, pilot, "ctrl+a", "l", "y", "tab", "ctrl+u", f"type:{printer.target}", "ctrl+s")
            await until(lambda: "Stopped after 3" in told(app))
            assert "2 wait in print job 1: F6." in told(app)
            await press(app, pilot, "f6", "enter", "down", "down", "enter", "y")
            await until(lambda: "given up; 2 labels" in told(app))
            await settled(app)
    assert left(bank) == []
    assert len(printer.codes) == 3
    assert set(printer.codes) < set(codes)
