"""The app in French: the keys of a screen, a refusal, a scan."""

from __future__ import annotations

from typing import Any

import pytest
from at_bank import press, sitting, told, verdict
from bench_bank import until

from biobank_tui import words
from biobank_tui.bank.bank import Bank
from biobank_tui.settings import system_language


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture(autouse=True)
def french(english: None) -> None:
    assert words.set_language("fr_BE.UTF-8") == "fr"


def test_the_language_is_the_first_known_of_those_the_system_names() -> None:
    assert words.set_language("en_GB:fr") == "en"
    assert words.set_language("de:fr_FR:en") == "fr"
    words.set_language("en")
    assert words.set_language(system_language({"LANGUAGE": "fr", "LANG": "en_US.UTF-8"})) == "fr"


def shown(app: Any) -> str:
    """All that stands on the screen, line by line."""
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


async def test_the_footer_and_the_tabs_are_french(bank: Bank, make: Any) -> None:
    make.donors(3)
    async with sitting(bank, "admin", "donors", (120, 30)) as (app, _pilot, _view):
        screen = shown(app)
        assert "Enregistrer" in screen
        assert "Retrait" in screen
        assert "Échantillons" in screen


async def test_every_screen_keeps_its_key_in_the_row_of_tabs_at_80_columns(bank: Bank) -> None:
    async with sitting(bank, "admin", "samples", (80, 24)) as (app, _pilot, _view):
        tabs = shown(app).splitlines()[1]
        assert "2 Échantillons" in tabs
        assert "8 Reg" in tabs


async def test_a_scan_is_answered_in_french(bank: Bank, make: Any) -> None:
    tube = make.sample(donor=make.donor())
    async with sitting(bank, "admin", "bench") as (app, _pilot, _view):
        app.take_burst(tube)
        await until(lambda: "il n’a pas encore de place" in verdict(app))


async def test_an_empty_undo_is_refused_in_french(bank: Bank) -> None:
    async with sitting(bank, "admin", "samples") as (app, pilot, _view):
        await press(app, pilot, "u")
        assert told(app) == "Cet acte ne s’annule pas ; corrigez-le par un nouveau."
