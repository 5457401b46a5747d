from __future__ import annotations

from typing import Any

import pytest

from biobank_tui.actions import aliquoting, consents, holding, reserving
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries import eligibility, finding
from biobank_tui.queries.barriers import Bar, Barrier, ReasonCount, hide_cells, hide_small, reasons
from biobank_tui.queries.filters import condition
from biobank_tui.rules import amounts
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.query import parse

AT = "2026-03-02T09:00:00Z"


def eligible(bank: Bank, project: str, criteria: str, limit: int = 200, least: str | None = None, at: str = AT) -> Any:
    with bank.read() as connection:
        number = finding.project(connection, project)["id"]
        floor = amounts.parse(least) if least else None
        return eligibility.eligible(connection, number, parse(criteria), limit, least=floor, at=at)


def why_not(bank: Bank, project: str, criteria: str, least: str | None = None) -> list[tuple[str, int | None]]:
    with bank.read() as connection:
        number = finding.project(connection, project)["id"]
        floor = amounts.parse(least) if least else None
        found = reasons(connection, number, parse(criteria), least=floor, at=AT)
    return [(str(each.barrier), each.n) for each in found]


def codes(found: Any) -> list[str]:
    return [row.code for row in found.rows]


def test_a_project_may_have_what_donors_permit_and_no_more(bank: Bank, make: Any) -> None:
    permitted = make.samples(2, donor=make.consenting("GRU"))
    make.samples(3, donor=make.consenting("DS:C61"))
    make.samples(4, donor=make.consenting(no=["GRU"]))
    make.samples(5, donor=make.donor())
    found = eligible(bank, make.project(), "type:plasma")
    assert (found.count, codes(found)) == (2, permitted)


def test_disease_terms_match_by_ancestor(bank: Bank, make: Any) -> None:
    tubes = make.samples(2, donor=make.consenting("DS:C50-C58"))
    breast = make.project(purpose=Purpose("disease", ("C50.4",), countries=("FR",)))
    prostate = make.project(purpose=Purpose("disease", ("C61",), countries=("FR",)))
    assert codes(eligible(bank, breast, "type:plasma")) == tubes
    assert eligible(bank, prostate, "type:plasma").count == 0


def test_nothing_coded_is_nothing_eligible(bank: Bank, make: Any) -> None:
    make.samples(2, donor=make.consenting())
    found = eligible(bank, make.project(purpose=None), "type:plasma")
    assert (found.count, found.rows) == (0, ())


def test_the_count_is_of_all_and_the_rows_are_the_first(bank: Bank, make: Any) -> None:
    make.samples(7, donor=make.consenting())
    found = eligible(bank, make.project(), "type:plasma dx:C50", limit=3)
    assert (found.count, len(found.rows)) == (7, 3)


@pytest.mark.parametrize(
    "criteria",
    [
        "type:plasma",
        "type:plasma,serum dx:C50",
        "dx:C50-C58",
        "-dx:C50",
        "-dx:*",
        "dx:*",
        "-type:plasma",
        "type:plasma amount:>=600uL",
        "type:plasma collected:2025",
        "site:HOME type:plasma",
        "dx:8500/3",
    ],
)
def test_the_kept_tally_counts_what_the_samples_themselves_do(bank: Bank, make: Any, criteria: str) -> None:
    for dx in ("C50.4", "C61", None):
        donor = make.consenting(dx=dx)
        make.samples(2, donor=donor, collected="2025-05")
        make.samples(1, donor=donor, material="Serum", amount="1 mL")
    make.samples(1, donor=make.consenting(no=["GRU"]))
    project = make.project()
    found = eligible(bank, project, criteria)
    assert found.count == len(found.rows)


@pytest.mark.parametrize("criteria", ["type:plasma", "dx:C50", "type:plasma dx:C61", "-type:serum", ""])
def test_what_ran_out_by_the_calendar_is_not_counted(bank: Bank, actor: Actor, make: Any, criteria: str) -> None:
    staying, leaving = make.consenting(), make.consenting(no=["GRU"])
    shared = make.samples(2, donor=staying)
    form = make.forms[("GRU",)]
    consents.record_consent(
        bank, actor, consents.NewConsent(leaving, form, {"GRU": "yes"}, "2026-01-06", expires="2026-04-01")
    )
    own = make.samples(3, donor=leaving)
    make.samples(1, donor=leaving, material="Serum")
    held = make.sample(donor=leaving)
    holding.hold_samples(bank, actor, [held], "quality", "cloudy")
    aliquoting.pool(bank, actor, [(shared[0], "50 µL"), (own[0], "50 µL")])
    project = make.project()
    for at in (AT, "2026-05-01T09:00:00Z"):
        found = eligible(bank, project, criteria, at=at)
        assert found.count == len(found.rows) > 0 or criteria == "type:plasma dx:C61", at


def test_counts_by_material_and_diagnosis_come_from_the_kept_tally(bank: Bank) -> None:
    with bank.read() as connection:
        for criteria, kept in (
            ("type:plasma dx:C50", True),
            ("-dx:C50 type:dna", True),
            ("dx:C50-C58", True),
            ("type:plasma amount:>=1mL", False),
            ("dx:8500/3", False),
            ("status:available", False),
            ("site:HOME", False),
            ("type:plasma S-0", False),
        ):
            query = parse(criteria)
            assert (eligibility.on_tally(condition(connection, query), query) is not None) is kept, criteria


def test_least_is_compared_within_one_dimension(bank: Bank, make: Any) -> None:
    donor = make.consenting()
    enough = make.sample(donor=donor, amount="1 mL")
    make.sample(donor=donor, amount="500 µL")
    make.sample(donor=donor, amount="5 g")
    make.sample(donor=donor, amount=None)
    assert codes(eligible(bank, make.project(), "type:plasma", least="1000 µL")) == [enough]


def test_obligations_are_those_of_the_eligible_samples_alone(bank: Bank, make: Any) -> None:
    make.sample(donor=make.consenting("GRU", "PUB"))
    make.sample(donor=make.consenting("GRU", "RTN"), material="Serum")
    found = eligible(bank, make.project(), "type:plasma")
    assert [duty.code for duty in found.obligations] == ["obligation.PUB"]


def test_what_is_not_eligible_is_counted_by_its_reason(bank: Bank, actor: Actor, make: Any) -> None:
    donor = make.consenting()
    tubes = make.samples(4, donor=donor, amount="1 mL")
    make.samples(2, donor=donor, amount="100 µL")
    make.samples(3, donor=make.donor())
    make.samples(5, donor=make.consenting(no=["GRU"]))
    holding.hold_samples(bank, actor, [tubes[0]], "quality", "cracked")
    taker = make.request(NewLine(samples=tuple(tubes[1:3])))
    reserving.reserve(bank, actor, reserving.Reserve(taker))
    assert why_not(bank, make.project(), "type:plasma", least="200 µL") == [
        ("consent: The donor agreed to no research; no answer is no.", 5),
        ("no consent in force", 3),
        ("less than 200 µL", 2),
        (f"taken by {taker}", 2),
        ("on hold", 1),
    ]
    assert eligible(bank, make.project(), "type:plasma", least="200 µL").count == 1


@pytest.mark.parametrize(("n", "shown"), [(0, None), (4, None), (5, 5), (60, 60)])
def test_cells_under_the_limit_are_hidden_nothing_included(n: int, shown: int | None) -> None:
    assert hide_small(n, 5) == shown


def test_a_lone_hidden_cell_takes_the_next_smallest_with_it() -> None:
    cells = [ReasonCount(Barrier(bar), n) for bar, n in ((Bar.HELD, 40), (Bar.EMPTY, 3), (Bar.NO_CONSENT, 9))]
    assert [(each.barrier.bar, each.n) for each in hide_cells(cells, 5)] == [
        (Bar.HELD, 40),
        (Bar.NO_CONSENT, None),
        (Bar.EMPTY, None),
    ]
    assert [each.n for each in hide_cells(cells[:1], 5)] == [40]
