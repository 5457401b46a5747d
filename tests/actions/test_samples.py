"""Samples come in whole or not at all, are corrected with a reason, and end once."""

import pytest

from biobank_tui.actions import holding, receiving, samples
from biobank_tui.actions.samples import NewSample
from biobank_tui.queries import resolve
from biobank_tui.queries.sample_detail import detail, history
from biobank_tui.queries.samples import facets
from biobank_tui.rules import codes
from biobank_tui.rules.errors import Conflict, NotFound, Refused
from biobank_tui.rules.lifecycles import SampleStatus
from biobank_tui.rules.query import Query


def look(bank, code):
    with bank.read() as connection:
        return detail(connection, code)


def test_codes_are_ours_with_a_check_character_or_kept_as_they_came(bank, actor, make):
    donor = make.donor()
    ours, kept = samples.register(
        bank, actor, [NewSample(donor, "plasma"), NewSample(donor, "serum", code="TCGA-AR-A1AR-01A")]
    ).codes
    assert codes.check(ours)
    assert kept == "TCGA-AR-A1AR-01A"


def test_one_bad_tube_of_a_batch_keeps_all_out(bank, actor, make):
    donor = make.donor()
    with pytest.raises(Refused, match="no material"):
        samples.register(bank, actor, [NewSample(donor, "plasma"), NewSample(donor, "moon dust")])
    with bank.read() as connection:
        assert facets(connection, Query())["type"] == ()


def test_a_barcode_belongs_to_one_tube(bank, actor, make):
    tube = make.sample(barcode="0099016644")
    with pytest.raises(Conflict, match=tube):
        make.sample(barcode="0099016644")
    with bank.read() as connection:
        assert resolve.resolve(connection, "0099016644").code == tube


def test_times_out_of_order_are_refused(bank, actor, make):
    with pytest.raises(Refused):
        make.sample(collected="2024-03-02", frozen="2024-03-01")


def test_control_characters_are_refused(bank, actor, make):
    with pytest.raises(Refused, match="note"):
        make.sample(note="\x1b]52;c;ZXZpbA==\x07")


def test_an_external_identifier_finds_the_tube_whatever_its_case(bank, actor, make):
    tube = make.sample(external={"uuid": "AbC-1"})
    with bank.read() as connection:
        assert resolve.resolve(connection, "abc-1").code == tube


def test_an_expected_tube_becomes_available_when_received(bank, actor, make):
    tube = make.sample(expected=True)
    receiving.arrive(bank, actor, [receiving.Arrival(tube, "77")])
    found = look(bank, tube)
    assert (found.status, found.received, found.barcode) == ("available", "2026-03-02T09:00Z", "77")


def test_a_correction_keeps_what_it_said_before_and_why(bank, actor, make):
    tube = make.sample(material="plasma")
    samples.correct(bank, actor, tube, "wrong tube type read", material="serum")
    with bank.read() as connection:
        event = history(connection, "sample", detail(connection, tube).id)[0]
    assert (event.verb, event.reason) == ("sample.edit", "wrong tube type read")
    assert ("material", "Plasma", "Serum") in event.changes
    with pytest.raises(Refused, match="reason"):
        samples.correct(bank, actor, tube, "", material="plasma")


@pytest.mark.parametrize("how", [SampleStatus.CONSUMED, SampleStatus.DESTROYED, SampleStatus.MISSING])
def test_an_ended_tube_frees_its_place(bank, actor, make, how):
    box = make.box()
    (tube,) = make.placed(1, unit=box, positions=["A1"])
    samples.end(bank, actor, [tube], how, "broken")
    assert look(bank, tube).place is None
    make.placed(1, unit=box, positions=["A1"])


def test_a_missing_tube_is_found_again_and_a_destroyed_one_is_not(bank, actor, make):
    lost, broken = make.samples(2)
    samples.end(bank, actor, [lost], SampleStatus.MISSING)
    samples.end(bank, actor, [broken], SampleStatus.DESTROYED, "broken")
    receiving.arrive(bank, actor, [receiving.Arrival(lost)])
    assert look(bank, lost).status == "available"
    with pytest.raises(Refused):
        receiving.arrive(bank, actor, [receiving.Arrival(broken)])


def test_a_donor_hold_reaches_the_tubes_that_come_later(bank, actor, make):
    donor = make.donor()
    make.samples(2, donor=donor)
    assert holding.hold_donor(bank, actor, donor, "legal", "court order") == 2
    late = make.sample(donor=donor)
    assert [hold.reason for hold in look(bank, late).holds] == ["court order"]
    assert holding.release(bank, actor, donor, "lifted") == 3
    assert look(bank, late).holds == ()


def test_a_unit_hold_stays_on_the_tube_when_it_is_moved(bank, actor, make):
    from biobank_tui.actions import placing

    box = make.box()
    (tube,) = make.placed(1, unit=box, positions=["A1"])
    holding.hold_unit(bank, actor, box, "quality", "freezer at -20")
    placing.place(bank, actor, [placing.Placing(tube, make.box())])
    assert [hold.scope for hold in look(bank, tube).holds] == ["storage_unit"]


def test_an_unknown_donor_is_named(bank, actor):
    with pytest.raises(NotFound, match="D-NOBODY"):
        samples.register(bank, actor, [NewSample("D-NOBODY", "plasma")])


def test_a_tube_that_is_here_is_not_received_again(bank, actor, make):
    from biobank_tui.actions import placing

    tube = make.sample()
    placing.check_out(bank, actor, [tube])
    with pytest.raises(Refused, match="here already"):
        receiving.arrive(bank, actor, [receiving.Arrival(tube)])


def test_a_tube_lost_while_out_can_be_taken_out_again(bank, actor, make):
    from biobank_tui.actions import placing

    tube = make.sample()
    placing.check_out(bank, actor, [tube])
    samples.end(bank, actor, [tube], SampleStatus.MISSING)
    receiving.arrive(bank, actor, [receiving.Arrival(tube)])
    assert placing.check_out(bank, actor, [tube]) == 1
