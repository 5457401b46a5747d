"""The reports count what one would count by hand."""

from __future__ import annotations

from typing import Any

from biobank_tui.actions import holding, reserving, withdrawing
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries import reports
from biobank_tui.queries.reports import Report


def row_of(report: Report, first: str) -> dict[str, object]:
    (found,) = [row for row in report.rows if row[0] == first]
    return {column.key: value for column, value in zip(report.columns, found, strict=True)}


def test_the_inventory_tells_materials_by_status_with_what_is_on_hold(bank: Bank, actor: Actor, make: Any) -> None:
    donor = make.consenting("GRU", "outside_eu")
    plasma = make.samples(5, donor=donor, material="Plasma")
    make.samples(2, donor=donor, material="Serum")
    holding.hold_samples(bank, actor, plasma[:1], "quality", "haemolysed")
    reserving.reserve(bank, actor, reserving.Reserve(make.request(NewLine("type:plasma", asked=2))))
    with bank.read() as connection:
        found = reports.inventory(connection)
    assert row_of(found, "Plasma") | {"material": ""} == {
        "material": "", "here": 5, "available": 3, "reserved": 2, "out": 0, "expected": 0, "transit": 0, "held": 1,
        "missing": 0, "gone": 0,
    }  # fmt: skip
    assert found.total is not None
    assert found.total[1] == 7


def test_occupancy_tells_each_freezer_and_its_free_places(bank: Bank, make: Any) -> None:
    make.storage("freezer F01 / 1 rack / 2 boxes 9x9", temperature="-80")
    make.sample(unit="F01.R1.B1", position="A1")
    with bank.read() as connection:
        found = row_of(reports.occupancy(connection), "F01")
    assert (found["places"], found["tubes"], found["free"]) == (162, 1, 161)


def test_accrual_counts_by_month_and_leaves_out_what_has_only_a_year(bank: Bank, make: Any) -> None:
    month = reports.accrual  # counted back from this month
    with bank.read() as connection:
        newest = str(month(connection).rows[0][0])
    make.samples(3, collected=f"{newest}-01", donor=make.donor())
    make.samples(2, collected=newest[:4], donor=make.donor())
    with bank.read() as connection:
        assert month(connection).rows[0][1] == 3


def test_consents_are_told_by_form_and_state_and_donors_by_whether_any_is_in_force(
    bank: Bank, actor: Actor, make: Any
) -> None:
    first, _second = make.consenting("GRU"), make.consenting("GRU")
    make.donor()
    withdrawing.withdraw(bank, actor, first, "asked by letter")
    with bank.read() as connection:
        found = row_of(reports.consent(connection), "FORM1 1")
        donors = reports.donor_counts(connection)
    assert (found["all"], found["active"], found["withdrawn"]) == (2, 1, 1)
    assert (donors.all, donors.without, donors.withdrawn) == (3, 2, 1)


def test_project_use_tells_what_was_asked_reserved_and_picked(bank: Bank, actor: Actor, make: Any) -> None:
    make.samples(5, donor=make.consenting("GRU", "outside_eu"), material="Plasma")
    project = make.project(quota=10)
    reserving.reserve(bank, actor, reserving.Reserve(make.request(NewLine("type:plasma", asked=4), project=project)))
    with bank.read() as connection:
        found = row_of(reports.project_use(connection), project)
    assert (found["asked"], found["reserved"], found["picked"], found["open"], found["quota"]) == (4, 4, 0, 1, 10)
