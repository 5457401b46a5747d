"""Receiving at the bench: one scan is one tube; barcodes in pairs; whole visits; SPREC while the form is filled."""

from __future__ import annotations

from typing import Any

import pytest
from at_bank import press, settled, sitting, told, verdict
from bench_bank import until

from biobank_tui.actions import visits
from biobank_tui.actions.parties import set_setting
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries.ledger import LedgerFilter, acts
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.app import BiobankApp
from biobank_tui.tui.liveform import LiveForm
from biobank_tui.tui.screens.bench import Bench
from biobank_tui.wall import set_zone
from tests.looking import tube

BLOODS = "2 blood EDTA 9 mL -> 6 plasma 500 µL, 2 buffy coat"


async def scanned(app: BiobankApp, *codes: str) -> None:
    for code in codes:
        before = len(app.scans.history)
        app.take_burst(code)
        await until(lambda before=before: len(app.scans.history) > before)
    await settled(app)


async def test_one_key_and_one_scan_each_receive_what_was_expected_into_a_box(bank: Bank, make: Any) -> None:
    make.person(Role.TECHNICIAN, login="tech")
    codes, box = make.samples(12, expected=True), make.box()
    async with sitting(bank, "tech", "bench") as (app, pilot, view):
        assert isinstance(view, Bench)
        await press(app, pilot, "n")
        await scanned(app, box, *codes)
        assert view.reception is not None
        assert (view.reception.received, view.reception.box) == (12, box)
        assert {tube(bank, code).status for code in codes} == {"available"}
        assert str(tube(bank, codes[11]).place).endswith("B3")
        assert "received at" in verdict(app)
        await scanned(app, codes[0])
        assert "is here already" in verdict(app)
        await press(app, pilot, "escape")
        assert told(app) == "12 tubes received."
        await scanned(app, codes[0])
        assert view.reception is None
        assert "B3" not in verdict(app)


async def test_in_pairs_each_code_is_followed_by_the_tubes_own_barcode(bank: Bank, make: Any) -> None:
    one, two = make.samples(2, expected=True)
    other = make.sample()
    async with sitting(bank, "admin", "bench") as (app, pilot, _view):
        await press(app, pilot, "N")
        await scanned(app, one, "0099000001")
        assert verdict(app) == f"0099000001 is the barcode of {one} now."
        await scanned(app, two, other)
        assert verdict(app).startswith(f"This should be the own barcode of {two}")
        await scanned(app, "0099000002", other, "0099000003")
        assert [tube(bank, code).barcode for code in (one, two, other)] == [f"009900000{n}" for n in (1, 2, 3)]


async def test_an_unexpected_tube_is_refused_and_registered_with_what_was_scanned(bank: Bank, make: Any) -> None:
    donor = make.donor()
    async with sitting(bank, "admin", "bench") as (app, pilot, _view):
        await press(app, pilot, "n")
        await scanned(app, "0099000009")
        assert "is not expected here" in verdict(app)
        await press(app, pilot, "r", f"type:{donor}", "enter", "type:serum", "ctrl+s")
        assert tube(bank, "0099000009").material == "Serum"


async def test_the_form_of_a_receipt_says_the_sprec_code_and_the_limits_while_it_is_filled(
    bank: Bank, make: Any
) -> None:
    code = make.sample(expected=True)
    async with sitting(bank, "admin", "bench", size=(110, 44)) as (app, pilot, _view):
        await scanned(app, code)
        await press(app, pilot, "i")
        form = app.screen
        assert isinstance(form, LiveForm)
        live = form.query_one("#live")
        await until(lambda: "XXX-XXX-X-X-X-X-X" in str(live.render()))
        for name, value in (
            ("collected", "2026-03-02T03:00Z"), ("received", "2026-03-02T04:00Z"), ("processed", "2026-03-02T08:00Z"),
            ("container", "EDTA potassium"), ("pre_temperature", "RT"), ("spin", "10 min 1500 g 20 C brake"),
            ("second_spin", "none"),
        ):  # fmt: skip
            form.entry(name).value = value
        await settled(app)
        await until(lambda: "PL1-PED-E-B-N-X-X" in str(live.render()))
        said = str(live.render())
        assert "PED Potassium EDTA" in said
        assert "To processing: 5 h, beyond the 4 h allowed" in said
        form.entry("container").value = "jam jar"
        await settled(app)
        await until(lambda: "jam jar is no" in str(live.render()))
        form.entry("container").value = "PED"
        await press(app, pilot, "ctrl+s")
        assert told(app) == f"{code} is received. Beyond its limit: To processing."
        assert tube(bank, code).sprec == "PL1-PED-E-B-N-X-X"


async def test_a_visit_is_registered_from_a_template_by_few_keys(bank: Bank, actor: Actor, make: Any) -> None:
    visits.keep_template(bank, actor, "Baseline", BLOODS)
    donor = make.donor()
    make.person(Role.TECHNICIAN, login="tech")
    async with sitting(bank, "tech", "bench", size=(110, 44)) as (app, pilot, _view):
        await press(app, pilot, "t")
        form = app.screen
        assert isinstance(form, LiveForm)
        await until(lambda: "10 tubes, 2 of them drawn" in str(form.query_one("#live").render()))
        # One scan of the donor, and two keys: this one and the one that opened the form.
        await press(app, pilot, f"type:{donor}", "ctrl+s", "ctrl+s")
        assert "10 tubes of" in told(app) or "Print 10 labels" in app.screen.question  # type: ignore[attr-defined]
        await press(app, pilot, "n")
        assert told(app).startswith(f"10 tubes of {donor} registered")
    with bank.read() as connection:
        assert len(acts(connection, LedgerFilter(verb="sample.register"))) == 1


async def test_a_visit_takes_as_many_barcodes_as_it_makes_tubes(bank: Bank, make: Any) -> None:
    donor = make.donor()
    async with sitting(bank, "admin", "bench", size=(110, 50)) as (app, pilot, _view):
        await press(app, pilot, "t")
        form = app.screen
        assert isinstance(form, LiveForm)
        form.entry("donor").value = donor
        form.entry("written").value = "1 blood -> 3 plasma"
        await until(lambda: form.focused is form.entry("donor"))
        form.set_focus(form.entry("barcodes"))
        await until(lambda: form.focused is form.entry("barcodes"))
        await press(app, pilot, "type:771", "enter", "type:772", "enter", "type:773", "enter")
        assert form.focused is form.entry("box")
        await press(app, pilot, "ctrl+s", "n")
        assert {tube(bank, code).material for code in ("771", "772", "773")} == {"Plasma"}


async def test_times_are_offered_and_typed_as_the_wall_has_them(
    bank: Bank, actor: Actor, make: Any, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(lambda: set_zone("UTC"))
    set_setting(bank, actor, "zone", "Europe/Paris")
    code = make.sample(expected=True, collected="2026-03-02T03:00Z")
    async with sitting(bank, "admin", "bench", size=(110, 44)) as (app, pilot, _view):
        await scanned(app, code)
        await press(app, pilot, "i")
        form = app.screen
        assert isinstance(form, LiveForm)
        assert form.entry("collected").value == "2026-03-02 04:00"
        form.entry("received").value = "2026-03-02 05:30"
        await press(app, pilot, "ctrl+s")
        await until(lambda: "is received" in told(app))
    assert (tube(bank, code).collected, tube(bank, code).received) == ("2026-03-02T03:00Z", "2026-03-02T04:30Z")
