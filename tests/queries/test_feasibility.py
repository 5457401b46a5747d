"""What criteria would give a project, told before they are asked for."""

from __future__ import annotations

from typing import Any

from biobank_tui.bank.bank import Bank
from biobank_tui.queries.feasibility import feasibility
from biobank_tui.rules.amounts import parse as amount
from biobank_tui.rules.query import parse


def test_what_is_eligible_and_what_is_not_add_up_to_what_matches(bank: Bank, make: Any) -> None:
    make.samples(6, donor=make.consenting("GRU", "outside_eu"), material="Plasma", amount="500 µL")
    make.samples(3, donor=make.consenting("GRU", no=("GRU",)), material="Plasma")
    make.samples(2, donor=make.consenting("GRU", "outside_eu"), material="Plasma", amount="50 µL")
    project = make.project()
    with bank.read() as connection:
        found = feasibility(connection, project, parse("type:plasma"), least=amount("200 µL"))
    assert (found.matching, found.eligible) == (11, 6)
    assert sum(each.n or 0 for each in found.reasons) == 5
    counted = {name: sum(each.n or 0 for each in values) for name, values in found.facets.items()}
    assert counted == dict.fromkeys(("dx", "type", "site", "collected"), 6) | {"status": 11}


def test_small_cells_are_hidden_everywhere_they_could_be_read(bank: Bank, make: Any) -> None:
    make.samples(3, donor=make.consenting("GRU", "outside_eu"), material="Plasma")
    project = make.project()
    with bank.read() as connection:
        found = feasibility(connection, project, parse("type:plasma"), small_cell=5)
    assert (found.matching, found.eligible) == (None, None)
    assert all(each.n is None for values in found.facets.values() for each in values)


def test_two_questions_that_differ_by_one_donor_do_not_give_that_donor_away(bank: Bank, make: Any) -> None:
    make.samples(6, donor=make.consenting("GRU", "outside_eu"), material="Plasma")
    one = make.consenting("GRU", "outside_eu", dx="C34.1")
    make.sample(donor=one, material="Plasma")
    project = make.project()
    with bank.read() as connection:
        both = feasibility(connection, project, parse("type:plasma"), small_cell=5)
        without = feasibility(connection, project, parse("type:plasma dx:C50"), small_cell=5)
    assert both.eligible == without.eligible == 5
    assert both.matching == without.matching == 5
