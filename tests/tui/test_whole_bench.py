"""A morning at the bench: 96 tubes come in, become 288 aliquots, are labelled, placed and verified by rack scans."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from at_bank import press, settled, sitting, told
from bench_bank import until
from textual.pilot import Pilot

from biobank_tui.bank import checking
from biobank_tui.bank.bank import Bank
from biobank_tui.queries.storage import box
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.app import BiobankApp
from biobank_tui.tui.dialogs import Confirm
from biobank_tui.tui.screens.bench import Bench
from biobank_tui.tui.screens.sample_labels import LabelLook
from biobank_tui.tui.screens.sample_sharing import SharingForm
from biobank_tui.tui.screens.samples import Samples
from biobank_tui.tui.screens.storage import Storage
from tests.fake_printer import FakePrinter

TUBES, EACH = 96, 3
RACKS = ("RACK1", "RACK2", "RACK3")


@pytest.fixture
def database() -> str:
    return "sqlite"


@dataclass
class Hands:
    """What a technician does: keys pressed and codes scanned, counted."""

    app: BiobankApp
    pilot: Pilot[None]
    keys: int = 0
    scans: int = 0

    async def press(self, *keys: str) -> None:
        """Press keys, or type a text ("type:…"), each letter a key."""
        self.keys += sum(len(key) - 5 if key.startswith("type:") else 1 for key in keys)
        await press(self.app, self.pilot, *keys)

    async def scan(self, *codes: str) -> None:
        """Scan codes where no field has the focus."""
        self.scans += len(codes)
        for code in codes:
            self.app.take_burst(code)
        await settled(self.app, 60)

    async def scan_into(self, *codes: str) -> None:
        """Scan codes into the field that has the focus: a scanner's letters, and its Enter."""
        self.scans += len(codes)
        for code in codes:
            await self.pilot.press(*code, "enter")
        await settled(self.app)


async def test_96_tubes_become_288_verified_aliquots_by_fewer_than_two_keys_a_tube(
    bank: Bank, make: Any, tmp_path: Path
) -> None:
    make.person(Role.TECHNICIAN, login="tech")
    expected = make.samples(TUBES, donor=make.donor(), expected=True, amount="1 mL")
    for rack in RACKS:
        make.storage(f"plate {rack} 8x12", temperature="-80")
    barcodes = [f"T{number:03}" for number in range(TUBES * EACH)]
    with FakePrinter() as printer:
        async with sitting(bank, "tech", "bench", size=(120, 40)) as (app, pilot, bench):
            hands = Hands(app, pilot)
            await receive(hands, bench, expected)
            samples = await app.show_view("samples")
            await settled(app)
            hands.keys += 1
            await share_out(hands, samples, barcodes)
            await label(hands, printer)
            storage = await app.show_view("storage")
            await settled(app)
            hands.keys += 1
            await verify(hands, storage, tmp_path, barcodes)
    assert len(printer.codes) == len(set(printer.codes)) == TUBES * EACH
    with bank.read() as connection:
        placed = [cell for rack in RACKS for cell in box(connection, rack).cells]
        assert [cell.barcode for cell in placed] == barcodes
        assert [cell.code for cell in placed] == printer.codes
        assert checking.check(connection) == []
    assert hands.scans == TUBES + len(RACKS) + TUBES * EACH + len(RACKS)
    assert hands.keys <= 2 * TUBES


async def receive(hands: Hands, view: Any, expected: list[str]) -> None:
    """One scan each, after one key."""
    assert isinstance(view, Bench)
    await hands.press("n")
    await hands.scan(*expected)
    await hands.press("escape")
    assert told(hands.app) == f"{TUBES} tubes received."


async def share_out(hands: Hands, view: Any, barcodes: list[str]) -> None:
    """All of today's tubes in one act: three aliquots each, their barcodes and their racks scanned."""
    assert isinstance(view, Samples)
    await until(lambda: view.table.total == TUBES)
    await hands.press("s", "enter", "ctrl+a", "a")
    await until(lambda: isinstance(hands.app.screen, SharingForm) and hands.app.screen.focused is not None)
    form = hands.app.screen
    assert isinstance(form, SharingForm)
    await hands.press("type:3", "enter", "type:100 µL")
    while form.focused is not form.entry("box"):
        await hands.press("tab")
    await hands.scan_into(*RACKS)
    while form.focused is not form.entry("barcodes"):
        await hands.press("tab")
    await hands.scan_into(*barcodes)
    await hands.press("ctrl+s")
    await until(lambda: isinstance(hands.app.screen, Confirm))
    await hands.press("y")


async def label(hands: Hands, printer: FakePrinter) -> None:
    """The labels are offered at once, and go to the printer."""
    await until(lambda: isinstance(hands.app.screen, LabelLook))
    await hands.press("y", "tab", "ctrl+u", f"type:{printer.target}", "ctrl+s")
    await until(lambda: len(printer.printed) == TUBES * EACH, 60)
    await settled(hands.app)


async def verify(hands: Hands, view: Any, folder: Path, barcodes: list[str]) -> None:
    """Each rack is opened by its code and compared with the reader's newest file."""
    assert isinstance(view, Storage)
    view.scans = folder
    for number, rack in enumerate(RACKS):
        held = barcodes[number * 96 : number * 96 + 96]
        wells = [f"{letter}{column:02}" for letter in "ABCDEFGH" for column in range(1, 13)]
        file = folder / f"{rack}.csv"
        file.write_text("".join(f"{well},{code}\n" for well, code in zip(wells, held, strict=True)))
        await hands.scan(rack)
        await until(lambda rack=rack: view.box is not None and view.box.unit.code == rack)
        await hands.press("r")
        await until(lambda: isinstance(hands.app.screen, ActForm))
        await hands.press("ctrl+s")
        # Nothing differs, so nothing is asked: the ledger has the verification.
        await until(lambda rack=rack: told(hands.app).startswith(f"{rack}: 96 tubes, all where the bank has them"))
