"""Samples leave their country under an authorisation that the project names and the custodian has on record."""

from __future__ import annotations

from typing import Any

import pytest

from biobank_tui.actions import authorising, dispatching, packing, parties, projects
from biobank_tui.actions.authorising import NewAuthorisation
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries.manifests import manifest
from biobank_tui.rules.errors import Refused
from tests.actions.test_shipments import Bench


@pytest.fixture
def bench(bank: Bank, actor: Actor, make: Any) -> Bench:
    """Boxes packed in FR for a lab in DE, where consent allows the use."""
    found = Bench(bank, actor, make, country="DE")
    found.agree()
    packing.fill(bank, actor, found.code)
    return found


def record(bench: Bench, reference: str = "IE-1", organisation: str = "HOME", **more: Any) -> None:
    new = NewAuthorisation(organisation, "export", reference, "plasma", **({"issued": "2026-01-01"} | more))
    authorising.authorise(bench.bank, bench.actor, new)


def name(bench: Bench, text: str) -> None:
    projects.amend(bench.bank, bench.actor, projects.Amendment(bench.project, export_authorisation=text))


def gates(bench: Bench) -> dict[str, str]:
    return {gate.code: str(gate) for gate in bench.detail().gates}


def paper(bench: Bench) -> str | None:
    with bench.bank.read() as connection:
        return manifest(connection, bench.code, bench.bank.clock()).export_authorisation


def test_a_bank_that_records_none_keeps_to_what_its_projects_name(bench: Bench) -> None:
    assert list(gates(bench)) == ["export.unauthorised"]
    name(bench, "IE-1")
    assert (gates(bench), paper(bench)) == ({}, "IE-1")


def test_the_named_authorisation_has_to_be_on_record_once_the_bank_records_any(bench: Bench, raw: Any) -> None:
    name(bench, "IE-1")
    record(bench, "IE-7", expires="2026-12-31")
    assert gates(bench) == {
        "export.other": f"{bench.project} names IE-1, which does not let samples of HOME go to DE; IE-7 does:"
        " name it in the project."
    }
    with pytest.raises(Refused, match="IE-7 does"):
        bench.send()
    name(bench, "IE-1; IE-7")
    assert (gates(bench), paper(bench)) == ({}, "IE-7")
    assert bench.send().samples == 3
    [(facts,)] = raw("SELECT facts FROM ledger_entry WHERE verb = 'shipment.dispatch'")
    assert '"export":"IE-7"' in facts


def test_one_that_covers_it_is_proposed_to_a_project_that_names_none(bench: Bench) -> None:
    record(bench, "IE-7", countries=("DE", "CH"))
    assert "IE-7 of HOME covers it: name it in the project." in gates(bench)["export.unnamed"]


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        ({"countries": ("CH", "US")}, "export.elsewhere", "covers CH, US, not DE"),
        ({"expires": "2026-03-01"}, "export.expired", "ran out on 2026-03-01; it needs another"),
        ({"issued": "2026-03-03"}, "export.future", "holds from 2026-03-03 on, not before"),
        ({"reference": "IE-2"}, "export.other", "IE-2 does"),
        ({"reference": "IE-2", "countries": ("US",)}, "export.unrecorded", "on record is called so"),
    ],
)
def test_what_is_wrong_with_it_is_said(bench: Bench, more: dict[str, Any], code: str, told: str) -> None:
    name(bench, "IE-1")
    record(bench, **more)
    assert list(gates(bench)) == [code]
    with pytest.raises(Refused, match=told):
        bench.send()


def test_one_that_was_ended_or_ran_out_since_lets_nothing_leave(bench: Bench, actor: Actor, clock: Any) -> None:
    name(bench, "IE-1")
    record(bench, expires="2026-06", countries=("EU",))
    assert gates(bench) == {}
    clock.now = "2026-07-01T09:00:00Z"
    assert list(gates(bench)) == ["export.expired"]
    clock.now = "2026-03-02T09:00:00Z"
    authorising.end_authorisation(bench.bank, actor, "HOME", "IE-1", "replaced")
    assert "was ended on 2026-03-02" in gates(bench)["export.ended"]


def test_a_declaration_of_the_collection_lets_nothing_leave_the_country(bench: Bench, actor: Actor) -> None:
    name(bench, "DC-1")
    record(bench, "IE-9", countries=("US",))
    authorising.authorise(bench.bank, actor, NewAuthorisation("HOME", "declaration", "DC-1", "tissue", "2026-01-01"))
    assert list(gates(bench)) == ["export.unrecorded"]


def test_where_to_is_not_known_only_anywhere_reaches(bank: Bank, actor: Actor, make: Any) -> None:
    bench = Bench(bank, actor, make, country=None)
    bench.agree()
    packing.fill(bank, actor, bench.code)
    name(bench, "IE-1")
    record(bench, countries=("DE",))
    assert "the country of LAB is not known: say its country" in gates(bench)["export.country"]
    record(bench, "IE-2")
    name(bench, "IE-2")
    assert gates(bench) == {}


def test_each_custodian_needs_its_own_and_within_the_country_nobody_does(bank: Bank, actor: Actor, make: Any) -> None:
    bench = Bench(bank, actor, make, country="FR")
    bench.agree()
    packing.fill(bank, actor, bench.code)
    record(bench, "IE-1", countries=("CH",))
    assert (gates(bench), paper(bench)) == ({}, None)
    parties.settle(bank, actor, "HOME", "DE")
    name(bench, "IE-1")
    assert list(gates(bench)) == ["export.elsewhere"]
    make.organisation("WARD", country="DE")
    record(bench, "IE-3", "WARD")
    name(bench, "IE-3")
    assert list(gates(bench)) == ["export.unrecorded"]
    record(bench, "IE-3")
    assert dispatching.dispatch(bank, actor, bench.code).samples == 3
