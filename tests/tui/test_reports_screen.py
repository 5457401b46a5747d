"""Reports: turned through, exported safely, small cells hidden from leads."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from at_bank import press, sitting, told
from bench_bank import until

from biobank_tui.bank.bank import Bank
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.screens.reports import Reports


@pytest.fixture
def database() -> str:
    return "sqlite"


def cells(view: Reports) -> list[tuple[str, ...]]:
    source = view.table.source
    assert source is not None
    return [row.cells for row in source.window(0, 100)]


async def test_the_arrows_turn_through_the_five_reports(bank: Bank, make: Any) -> None:
    make.samples(3, material="Plasma")
    async with sitting(bank, "admin", "reports") as (app, pilot, view):
        assert isinstance(view, Reports)
        seen = []
        for _turn in range(5):
            await until(lambda: view.report is not None and view.report.name == view.front)
            seen.append(view.front)
            await press(app, pilot, "right")
        assert seen == ["inventory", "occupancy", "accrual", "consent", "projects"]


async def test_the_report_in_front_is_written_as_a_file_and_never_over_another(
    bank: Bank, make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make.samples(3, material="Plasma")
    async with sitting(bank, "admin", "reports") as (app, pilot, _view):
        await press(app, pilot, "e", "ctrl+s")
        assert "1 row is in" in told(app)
        (path,) = tmp_path.glob("inventory-*.csv")
        with path.open(encoding="utf-8", newline="") as file:
            assert list(csv.reader(file))[1][:2] == ["Plasma", "3"]
        await press(app, pilot, "e", "ctrl+s")
        assert app.screen is not app.base


async def test_a_lead_sees_no_small_cell_and_no_sum_that_would_tell_it(bank: Bank, make: Any) -> None:
    make.samples(3, material="Plasma")
    make.samples(9, material="Serum")
    make.person(Role.PROJECT_LEAD, login="lead")
    async with sitting(bank, "lead", "reports", size=(120, 40)) as (_app, _pilot, view):
        assert isinstance(view, Reports)
        shown = {row[0]: row[1] for row in cells(view)}
        assert shown == {"Serum": "9", "Plasma": "<5", "All": ""}
