"""Tubes find their places and keep them."""

import pytest

from biobank_tui.actions import picking, placing, requests, reserving
from biobank_tui.actions.placing import Placing
from biobank_tui.queries import resolve, storage
from biobank_tui.queries.sample_detail import detail, history
from biobank_tui.rules.errors import Conflict, Denied, Refused
from biobank_tui.rules.permissions import Role


def position(bank, code):
    with bank.read() as connection:
        place = detail(connection, code).place
    return f"{place.unit} {place.position}" if place else ""


def test_a_tube_goes_where_it_is_told(bank, actor, make):
    box, tube = make.box(), make.sample()
    (placed,) = placing.place(bank, actor, [Placing(tube, box, "b7")])
    assert (placed.unit, placed.position, placed.before) == (box, "B7", "")
    assert position(bank, tube) == f"{box} B7"


def test_without_a_position_tubes_fill_the_box_in_its_order(bank, actor, make):
    box = make.box(2, 2, fill_order="columns_from_top_left")
    tubes = make.samples(4)
    placed = placing.place(bank, actor, [Placing(tube, box) for tube in tubes])
    assert [one.position for one in placed] == ["A1", "B1", "A2", "B2"]


def test_tubes_that_follow_a_named_position_go_on_from_it(bank, actor, make):
    box, tubes = make.box(), make.samples(3)
    placed = placing.place(bank, actor, [Placing(tubes[0], box, "C8"), Placing(tubes[1], box), Placing(tubes[2], box)])
    assert [one.position for one in placed] == ["C8", "C9", "D1"]


def test_a_full_box_refuses_and_places_none_of_the_tubes(bank, actor, make):
    box, tubes = make.box(1, 2), make.samples(3)
    with pytest.raises(Refused, match="full"):
        placing.place(bank, actor, [Placing(tube, box) for tube in tubes])
    assert [position(bank, tube) for tube in tubes] == ["", "", ""]


def test_a_taken_position_names_the_tube_in_it(bank, actor, make):
    box = make.box()
    first, second = make.samples(2)
    placing.place(bank, actor, [Placing(first, box, "A1")])
    with pytest.raises(Conflict, match=first):
        placing.place(bank, actor, [Placing(second, box, "A1")])


def test_two_tubes_change_places_in_one_act(bank, actor, make):
    box = make.box()
    first, second = make.placed(2, unit=box, positions=["A1", "A2"])
    placing.place(bank, actor, [Placing(first, box, "A2"), Placing(second, box, "A1")])
    assert (position(bank, first), position(bank, second)) == (f"{box} A2", f"{box} A1")


def test_moving_counts_the_tube_once_on_every_level(bank, actor, make):
    make.storage("freezer F01 / 2 racks / 1 box 9x9")
    tube = make.sample(unit="F01.R1.B1")
    placing.place(bank, actor, [Placing(tube, "F01.R2.B1")])
    with bank.read() as connection:
        counted = {unit.code: unit.tubes for unit in storage.subtree(connection, "F01")}
    assert counted == {"F01": 1, "F01.R1": 0, "F01.R1.B1": 0, "F01.R2": 1, "F01.R2.B1": 1}


def test_a_frozen_tube_is_not_put_into_the_fridge(bank, actor, make):
    make.storage("box COLD 9x9", temperature="-80")
    make.storage("box FRIDGE 9x9", temperature="4")
    tube = make.sample(unit="COLD")
    with pytest.raises(Refused, match="would warm"):
        placing.place(bank, actor, [Placing(tube, "FRIDGE")])
    placing.place(bank, actor, [Placing(tube, "FRIDGE")], override="freezer is down")
    with bank.read() as connection:
        assert history(connection, "sample", detail(connection, tube).id)[0].reason == "freezer is down"


def test_a_technician_cannot_override(bank, actor, make):
    make.storage("box COLD 9x9", temperature="-80")
    make.storage("box FRIDGE 9x9", temperature="4")
    tube, technician = make.sample(unit="COLD"), make.person(Role.TECHNICIAN)
    with pytest.raises(Denied, match="manager"):
        placing.place(bank, technician, [Placing(tube, "FRIDGE")], override="please")


def test_a_unit_takes_only_the_materials_it_is_for(bank, actor, make):
    make.storage("box DNABOX 9x9", materials=("DNA",))
    with pytest.raises(Refused, match="DNA only"):
        placing.place(bank, actor, [Placing(make.sample(), "DNABOX")])


def test_a_technician_of_one_organisation_leaves_the_others_tubes_alone(bank, actor, make):
    other = make.organisation("UNI")
    technician = make.person(Role.TECHNICIAN, within=other)
    tube, box = make.sample(), make.box()
    with pytest.raises(Denied, match="outside"):
        placing.place(bank, technician, [Placing(tube, box)])


def test_a_tube_that_is_out_keeps_its_place_and_says_who_has_it(bank, actor, make):
    box = make.box()
    (tube,) = make.placed(1, unit=box, positions=["D4"])
    technician = make.person(Role.TECHNICIAN, login="eve")
    placing.check_out(bank, technician, [tube], "thawing for DNA")
    assert position(bank, tube) == f"{box} D4"
    with bank.read() as connection:
        assert "out with Eve" in str(resolve.resolve(connection, tube))
    with pytest.raises(Conflict):
        placing.place(bank, actor, [Placing(make.sample(), box, "D4")])


def test_putting_back_counts_the_thaw(bank, actor, make):
    (tube,) = make.placed(1, unit=make.box(), positions=["A1"])
    placing.check_out(bank, actor, [tube])
    placing.put_back(bank, actor, [tube], thawed=True)
    with bank.read() as connection:
        found = detail(connection, tube)
    assert (found.status, found.thaws, found.out) == ("available", 1, None)
    with pytest.raises(Refused, match="not out"):
        placing.put_back(bank, actor, [tube])


def test_a_picked_tube_is_not_put_back_behind_the_requests_back(bank, actor, make):
    tube = make.sample(donor=make.consenting())
    request = make.request(requests.NewLine(samples=(tube,)))
    reserving.reserve(bank, actor, reserving.Reserve(request))
    pick_list = picking.start(bank, actor, request).code
    assert picking.scan(bank, actor, picking.Scan(pick_list, tube)).picked
    with pytest.raises(Refused, match="undo the pick"):
        placing.put_back(bank, actor, [tube])
