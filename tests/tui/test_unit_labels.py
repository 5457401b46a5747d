"""Labels of storage units, donors and shipments from their own screens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from at_bank import press, settled, sitting, told
from bench_bank import until
from test_shipments_screen import Sending

from biobank_tui.bank.bank import Bank
from biobank_tui.queries.labelling import inside
from biobank_tui.tui.dialogs import Choose
from biobank_tui.tui.screens.sample_labels import LabelLook


@pytest.fixture
def database() -> str:
    return "sqlite"


def codes_on(target: Path) -> list[str]:
    with pypdfium2.PdfDocument(target) as document:
        return [found.text for found in zxingcpp.read_barcodes(document[0].render(scale=300 / 72).to_pil())]


async def test_all_boxes_of_a_freezer_get_their_labels_in_one_go(bank: Bank, make: Any, tmp_path: Path) -> None:
    make.storage("freezer F01 / 2 racks / 3 boxes 9x9")
    target = tmp_path / "boxes.pdf"
    async with sitting(bank, "admin", "storage") as (app, pilot, view):
        await until(lambda: view.unit is not None)
        await press(app, pilot, "L")
        assert isinstance(app.screen, Choose)
        assert [option.label for option in app.screen.options] == [
            "F01 alone", "6 units of the kind box", "2 units of the kind rack", "9 units: all there are",
        ]  # fmt: skip
        await press(app, pilot, "down", "enter")
        assert isinstance(app.screen, LabelLook)
        assert any("F01.R1.B1" in line for line in app.screen.lines)
        await press(app, pilot, "y", "tab", "ctrl+u", f"type:{target}", "ctrl+s")
        await until(lambda: "6 labels printed" in told(app))
    with bank.read() as connection:
        assert sorted(codes_on(target)) == inside(connection, "F01", "box")


async def test_new_units_offer_their_labels(bank: Bank, make: Any) -> None:
    async with sitting(bank, "admin", "storage") as (app, pilot, _view):
        await press(app, pilot, "n", "type:freezer F07 / 2 boxes 9x9", "ctrl+s", "y")
        await until(lambda: isinstance(app.screen, Choose))
        assert app.screen.heading == "Labels of F07"
        await press(app, pilot, "escape")
        assert "F07: 3 units with 162 places were made." in told(app)


async def test_a_donors_folder_gets_a_label(bank: Bank, make: Any, tmp_path: Path) -> None:
    code = make.donor()
    target = tmp_path / "donor.pdf"
    async with sitting(bank, "admin", "donors") as (app, pilot, _view):
        await press(app, pilot, "l", "y", "tab", "ctrl+u", f"type:{target}", "ctrl+s")
        await until(lambda: "1 label printed" in told(app))
    assert codes_on(target) == [code]


async def test_each_box_of_a_shipment_gets_a_label(bank: Bank, make: Any, tmp_path: Path) -> None:
    sending = Sending(bank, make)
    target = tmp_path / "shipment.pdf"
    async with sitting(bank, "admin", "work") as (app, pilot, _view):
        app.take_burst(sending.code)
        await settled(app)
        await press(app, pilot, "L", "y", "tab", "ctrl+u", f"type:{target}", "ctrl+s")
        await until(lambda: "1 label printed" in told(app))
    assert codes_on(target) == [sending.code]
