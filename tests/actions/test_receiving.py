"""Tubes arrive: one scan each, with times, barcodes, treatment; and whole visits are registered in one act."""

from __future__ import annotations

from typing import Any

import pytest

from biobank_tui.actions import samples, undoing, withdrawing
from biobank_tui.actions.receiving import Arrival, arrive, attach, describe
from biobank_tui.actions.visits import Visit, keep_template, register_visit, retire_template
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries.preanalytics import assess
from biobank_tui.queries.visits import templates
from biobank_tui.rules.errors import Conflict, NotFound, Refused
from tests.looking import sound, tube

BLOODS = "2 blood EDTA 9 mL -> 6 plasma 500 µL, 2 buffy coat"
TREATMENT = {
    "container": "PED", "pre_temperature": "RT", "spin": "10 min 1500 g 20 C brake", "second_spin": "none",
    "post_temperature": "4", "storage": "A",
}  # fmt: skip


def test_one_scan_receives_a_tube_now_and_says_how_many_of_its_donor_are_still_to_come(
    bank: Bank, actor: Actor, make: Any
) -> None:
    codes = make.samples(3, expected=True)
    (arrived,) = arrive(bank, actor, [Arrival(codes[0])])
    assert (arrived.received, arrived.left) == ("2026-03-02T09:00Z", 2)
    assert (tube(bank, codes[0]).status, tube(bank, codes[0]).received) == ("available", "2026-03-02T09:00Z")
    with pytest.raises(Refused, match="here already"):
        arrive(bank, actor, [Arrival(codes[0])])
    sound(bank)


def test_a_tubes_treatment_gives_its_sprec_and_its_times_are_watched(bank: Bank, actor: Actor, make: Any) -> None:
    code = make.sample(expected=True)
    (arrived,) = arrive(
        bank, actor,
        [Arrival(code, collected="2026-03-02T03:00Z", received="2026-03-02T04:00Z", processed="2026-03-02T08:00Z",
                 frozen="2026-03-02T08:30Z", treatment=TREATMENT)],
    )  # fmt: skip
    assert arrived.sprec == "PL1-PED-E-B-N-A-A" == tube(bank, code).sprec
    assert [(each.name, each.minutes, each.over) for each in arrived.lapses] == [
        ("processing", 300.0, True), ("freezing", 330.0, False),
    ]  # fmt: skip
    with bank.read() as connection:
        found = assess(connection, code)
    assert found.elements[1].label == "Potassium EDTA"
    assert found.facts["spin_rcf"] == 1500
    sound(bank)


def test_what_was_written_of_a_treatment_is_corrected_and_coded_anew(bank: Bank, actor: Actor, make: Any) -> None:
    code = make.sample()
    assert describe(bank, actor, code, {"container": "PED"}, "label read") == "XXX-PED-X-X-X-X-X"
    assert describe(bank, actor, code, {"container": "HEP", "second_spin": "none"}, "was green") == "PL1-HEP-X-X-N-X-X"
    with pytest.raises(Refused, match="colour is nothing that is kept"):
        describe(bank, actor, code, {"colour": "green"}, "was green")
    sound(bank)


def test_a_barcode_is_attached_once_and_never_to_two_tubes(bank: Bank, actor: Actor, make: Any) -> None:
    one, two = make.samples(2)
    attach(bank, actor, one, " 0123456789 ")
    assert tube(bank, "0123456789").code == one
    with pytest.raises(Conflict, match=f"0123456789 is already the tube {one}"):
        attach(bank, actor, two, "0123456789")
    with pytest.raises(Conflict, match=f"{one} is already the tube {one}"):
        attach(bank, actor, two, one)
    with pytest.raises(Conflict, match="bears the barcode 0123456789 already"):
        attach(bank, actor, one, "9876543210")


def test_a_receipt_with_treatment_is_undone_and_done_again(bank: Bank, actor: Actor, make: Any) -> None:
    code, box = make.sample(expected=True), make.box()
    arrival = Arrival(code, "0123456789", treatment=TREATMENT, unit=box)
    arrive(bank, actor, [arrival])
    undoing.undo(bank, actor)
    back = tube(bank, code)
    assert (back.status, back.barcode, back.sprec, back.place) == ("expected", None, None, None)
    with bank.read() as connection:
        assert assess(connection, code).facts == {}
    arrive(bank, actor, [arrival])
    assert tube(bank, code).sprec == "PL1-PED-X-B-N-X-A"
    sound(bank)


def test_a_tube_of_a_donor_who_withdrew_is_not_taken_in(bank: Bank, actor: Actor, make: Any) -> None:
    donor = make.consenting()
    code = make.sample(donor=donor)
    samples.end(bank, actor, [code], samples.SampleStatus.MISSING)
    withdrawing.withdraw(bank, actor, donor, "asked by letter")
    arrive(bank, actor, [Arrival(code)])
    assert tube(bank, code).holds
    with pytest.raises(Refused, match="no visit is planned"):
        register_visit(bank, actor, Visit(donor, "1 blood", expected=True))


def test_a_visit_is_registered_whole_with_parents_amounts_barcodes_places_and_codes_in_order(
    bank: Bank, actor: Actor, make: Any
) -> None:
    donor, box = make.donor(), make.box()
    barcodes = tuple(f"90000{number}" for number in range(8))
    done = register_visit(
        bank, actor,
        Visit(donor, BLOODS, collected="2026-03-02T08:00Z", unit=box, position="B1", barcodes=barcodes),
    )  # fmt: skip
    assert (len(done.drawn), len(done.made), done.alarms) == (2, 8, ())
    made = [tube(bank, code) for code in done.made]
    assert [each.parent for each in made] == [done.drawn[0]] * 3 + [done.drawn[1]] * 3 + list(done.drawn)
    assert [each.material for each in made] == ["Plasma"] * 6 + ["BuffyCoat"] * 2
    assert [each.barcode for each in made] == list(barcodes)
    assert (made[0].amount, made[0].kind, made[0].received) == ("500 µL", "derivative", "2026-03-02T09:00Z")
    assert [placed.position for placed in done.placed] == [f"B{column}" for column in range(1, 9)]
    assert tube(bank, done.drawn[0]).sprec == "BLD-PED-X-X-X-X-X"
    undoing.undo(bank, actor)
    assert {tube(bank, code).status for code in done.codes} == {"rejected"}
    assert register_visit(bank, actor, Visit(donor, BLOODS, barcodes=barcodes)).made != done.made
    sound(bank)


def test_an_announced_visit_is_confirmed_tube_by_tube(bank: Bank, actor: Actor, make: Any) -> None:
    done = register_visit(bank, actor, Visit(make.donor(), BLOODS, expected=True))
    assert {tube(bank, code).status for code in done.codes} == {"expected"}
    lefts = [arrive(bank, actor, [Arrival(code)])[0].left for code in done.codes]
    assert lefts == list(range(9, -1, -1))
    with pytest.raises(Refused, match="no place and no time of receipt"):
        register_visit(bank, actor, Visit(make.donor(), BLOODS, expected=True, unit=make.box()))


def test_too_few_barcodes_register_nothing(bank: Bank, actor: Actor, make: Any) -> None:
    with pytest.raises(Refused, match="3 barcodes are given; the visit has 8 tubes made and 10 in all"):
        register_visit(bank, actor, Visit(make.donor(), BLOODS, barcodes=("1", "2", "3")))
    with pytest.raises(Conflict, match="given to two"):
        register_visit(bank, actor, Visit(make.donor(), "2 serum", barcodes=("77", "77")))


def test_the_bank_keeps_templates_under_names_changes_and_retires_them(bank: Bank, actor: Actor, make: Any) -> None:
    keep_template(bank, actor, "Baseline", BLOODS)
    keep_template(bank, actor, "Baseline", "1 serum SST 1 mL")
    with bank.read() as connection:
        assert [(each.name, each.line, each.tubes) for each in templates(connection)] == [
            ("Baseline", "1 Serum SST 1 mL", 1)
        ]
    assert len(register_visit(bank, actor, Visit(make.donor(), "Baseline")).codes) == 1
    retire_template(bank, actor, "Baseline")
    with pytest.raises(NotFound, match="keeps no template Baseline"):
        register_visit(bank, actor, Visit(make.donor(), "Baseline"))
    sound(bank)
