"""A scan says in one sentence what the thing is, or what is wrong with it."""

import pytest

from biobank_tui.actions import holding, placing, samples, storage, undoing
from biobank_tui.queries.resolve import Mood, resolve
from biobank_tui.rules.lifecycles import SampleStatus


def scan(bank, text):
    with bank.read() as connection:
        return resolve(connection, text)


def test_a_tube_says_what_it_is_and_where(bank, make):
    box = make.box()
    (tube,) = make.placed(1, unit=box, positions=["B7"])
    found = scan(bank, f" {tube.lower()} ")
    assert (found.kind, found.code, found.mood) == ("sample", tube, Mood.GOOD)
    assert "B7" in str(found)


def test_a_mistyped_code_is_caught_before_any_lookup(bank, make):
    tube = make.sample()
    wrong = tube[:-1] + ("A" if tube[-1] != "A" else "B")
    found = scan(bank, wrong)
    assert (found.kind, found.mood) == (None, Mood.ALARM)
    assert "check character" in str(found)


def test_an_unknown_code_is_an_alarm(bank):
    assert "unknown" in str(scan(bank, "0099016644"))
    assert scan(bank, "0099016644").mood is Mood.ALARM


def test_an_empty_scan_is_no_error(bank):
    assert scan(bank, " \n").mood is Mood.NOTICE


def test_a_hold_is_said_with_its_reason(bank, actor, make):
    tube = make.sample()
    holding.hold_samples(bank, actor, [tube], "quality", "haemolysed {x} [/]")
    assert str(scan(bank, tube)).endswith("on hold (quality): haemolysed {x} [/]")


@pytest.mark.parametrize("how", [SampleStatus.CONSUMED, SampleStatus.DESTROYED])
def test_a_tube_that_should_not_exist_is_an_alarm(bank, actor, make, how):
    tube = make.sample()
    samples.end(bank, actor, [tube], how, "gone")
    assert scan(bank, tube).mood is Mood.ALARM
    assert "should not exist" in str(scan(bank, tube))


def test_a_tube_that_is_out_says_with_whom(bank, actor, make):
    tube = make.sample()
    placing.check_out(bank, actor, [tube])
    assert "Administrator" in str(scan(bank, tube))


def test_boxes_and_donors_are_known_too(bank, make):
    box, donor = make.storage("box B1 9x9"), make.donor(sex="female", birth_year=1960)
    assert str(scan(bank, box)) == "box B1, 0 of 81 places taken."
    assert (scan(bank, donor).kind, scan(bank, donor).code) == ("donor", donor)


def test_a_number_that_two_systems_gave_to_two_tubes_stands_for_neither(bank, actor, make):
    donor = make.donor()
    tubes = [make.sample(donor=donor, external={system: "4711"}) for system in ("LIMS", "HIS")]
    found = scan(bank, "4711")
    assert (found.kind, found.mood) == (None, Mood.ALARM)
    assert f"{tubes[0]} (LIMS), {tubes[1]} (HIS)" in str(found)


def test_the_kind_of_barcode_that_a_scanner_sends_before_the_code_is_taken_off(bank, make):
    tube = make.sample()
    assert scan(bank, f"]Q1{tube}").code == tube


def test_a_retired_box_and_a_closed_pick_list_are_said_so(bank, actor, make):
    box = make.box()
    storage.set_service(bank, actor, box, "retired")
    found = scan(bank, box)
    assert (found.kind, found.mood) == ("storage_unit", Mood.ALARM)
    assert "is retired; nothing goes in" in str(found)


def test_a_tube_struck_off_by_an_undoing_is_an_alarm(bank, actor, make):
    tube = make.sample()
    undoing.undo(bank, actor)
    assert scan(bank, tube).mood is Mood.ALARM
