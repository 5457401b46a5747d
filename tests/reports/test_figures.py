"""The figures are what one would count by hand."""

from __future__ import annotations

import pytest

from biobank_tui.reports.figures import REPORTS, report
from biobank_tui.rules.errors import NotFound


@pytest.fixture
def filled(bank, make):
    """Three tubes of plasma collected in two years, two of them in a freezer of 81 places."""
    freezer = make.storage("freezer F01 / 1 rack / 1 box 9x9", temperature="-80")
    donor = make.donor()
    make.samples(2, donor=donor, collected="2024-05-01", unit=f"{freezer}.R1.B1")
    make.sample(donor=donor, collected="2025-05-01")
    return bank


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("inventory", [("Plasma", "available", 3)]),
        ("occupancy", [("F01", "freezer", "-60to-85", "active", 2, 81, 2.5)]),
        ("accrual", [("2024", "Plasma", 2), ("2025", "Plasma", 1)]),
        ("donors", [(None, "active", 1)]),
        ("consent", []),
        ("projects", []),
    ],
)
def test_each_report_counts_right(filled, name, rows):
    with filled.read() as connection:
        found = report(name).figures(connection)
    assert found == rows
    assert all(len(row) == len(report(name).columns) for row in found)


def test_an_unknown_report_is_answered_with_those_there_are():
    with pytest.raises(NotFound) as unknown:
        report("beauty")
    assert unknown.value.facts["names"] == ", ".join(REPORTS)
