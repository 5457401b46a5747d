"""A whole rack of tubes finds its boxes in one act, in the order of the labels; a scan then verifies it."""

import pytest

from biobank_tui.actions import filling, racking
from biobank_tui.actions.racking import ApplyScan
from biobank_tui.exchange.racks import read_rack
from biobank_tui.queries import storage as places
from biobank_tui.queries.ledger import acts
from biobank_tui.queries.offers import offers_for
from biobank_tui.rules.errors import Refused


def cells(bank, code):
    with bank.read() as connection:
        return [cell.code for cell in places.box(connection, code).cells]


def test_288_tubes_fill_three_racks_in_the_order_of_their_labels(bank, actor, make):
    make.storage("freezer F1 / 3 racks / 1 plate 8x12", temperature="-80", fill_order="columns_from_top_left")
    tubes = make.samples(288)
    boxes = [f"F1.R{n}.P1" for n in (1, 2, 3)]
    placed = filling.fill(bank, actor, tubes, boxes)
    assert [one.sample for one in placed] == tubes
    assert [placed[at].position for at in (0, 1, 8, 96)] == ["A1", "B1", "A2", "A1"]
    assert [len(cells(bank, box)) for box in boxes] == [96, 96, 96]


def test_filling_begins_where_it_is_told_and_goes_round_what_is_there(bank, actor, make):
    box = make.box(2, 3)
    there = make.sample(unit=box, position="B1")
    tubes = make.samples(3)
    placed = filling.fill(bank, actor, tubes, [box], "A3")
    assert [one.position for one in placed[:2]] == ["A3", "B2"]
    assert cells(bank, box) == [tubes[0], there, tubes[1], tubes[2]]


def test_too_few_places_are_said_with_their_number_and_nothing_is_placed(bank, actor, make):
    box = make.box(2, 2)
    with pytest.raises(Refused, match=r"Room in \S+: 4; 5 tubes"):
        filling.fill(bank, actor, make.samples(5), [box])
    assert cells(bank, box) == []


def test_a_first_position_that_is_taken_is_refused_with_the_tube_that_is_there(bank, actor, make):
    box = make.box()
    there = make.sample(unit=box, position="A1")
    with pytest.raises(Exception, match=f"already holds {there}"):
        filling.fill(bank, actor, make.samples(2), [box], "A1")


def test_a_scan_that_finds_every_tube_in_its_place_is_written_into_the_ledger(bank, actor, make, tmp_path):
    box = make.box(8, 12)
    tubes = make.samples(96)
    placed = filling.fill(bank, actor, tubes, [box])
    file = tmp_path / "rack.csv"
    file.write_text("".join(f"{one.position},{one.sample}\n" for one in placed))
    what = ApplyScan(box, read_rack(file))
    assert racking.verify(bank, actor, what).tubes == 96
    with bank.read() as connection:
        last = acts(connection)[0]
    assert (last.verb, last.subject, last.facts["same"], last.count) == ("storage.verify", box, 96, 0)
    file.write_text("".join(f"{one.position},{one.sample}\n" for one in placed[:95]))
    with pytest.raises(Refused, match="1 position differs"):
        racking.verify(bank, actor, ApplyScan(box, read_rack(file)))


class TestOffers:
    def boxes(self, bank, tubes):
        with bank.read() as connection:
            return [offer.boxes for offer in offers_for(connection, tubes)]

    def test_free_boxes_are_offered_the_fullest_that_fits_first(self, bank, make):
        make.storage("freezer F1 / 3 boxes 2x2", temperature="-80")
        make.placed(2, unit="F1.B2", positions=["A1", "A2"])
        assert self.boxes(bank, make.samples(2))[0] == ("F1.B2",)
        assert self.boxes(bank, make.samples(6))[0] == ("F1.B1", "F1.B3")

    def test_what_is_frozen_is_not_offered_a_fridge(self, bank, make):
        make.storage("freezer W / 1 box 2x2", temperature="4")
        make.storage("freezer C / 1 box 2x2", temperature="-20")
        assert self.boxes(bank, [make.sample(frozen="2026-02-03T08:00Z")]) == [("C.B1",)]

    def test_nothing_is_offered_where_nothing_has_room(self, bank, make):
        assert self.boxes(bank, make.samples(2)) == []
