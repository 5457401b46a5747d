"""Storage trees are built from one line and moved with all they hold."""

import pytest

from biobank_tui.actions import storage
from biobank_tui.actions.storage import NewTree
from biobank_tui.queries import room
from biobank_tui.queries import storage as places
from biobank_tui.queries.room import Wanted, Way, boxes_for
from biobank_tui.rules.errors import Conflict, Refused


def tree(bank, code=None):
    with bank.read() as connection:
        return places.subtree(connection, code)


def test_a_freezer_with_racks_drawers_and_boxes_is_one_line(bank, actor):
    added = storage.add_tree(
        bank, actor, NewTree("freezer F01 / 20 racks / 5 drawers / 13 boxes 9x9", temperature="-80")
    )
    assert (added.code, added.units, added.places) == ("F01", 1 + 20 + 100 + 1300, 1300 * 81)
    units = tree(bank, "F01")
    assert units[0].places == 1300 * 81
    assert units[3].code == "F01.R01.D1.B01"
    assert {unit.temperature for unit in units} == {"-60to-85"}
    assert [unit.path for unit in units] == sorted(unit.path for unit in units)


def test_units_added_later_count_on_every_level_above(bank, actor):
    storage.add_tree(bank, actor, NewTree("freezer F01 / 2 racks", temperature="-80"))
    storage.add_tree(bank, actor, NewTree("3 boxes 8x12", parent="F01.R2"))
    by_code = {unit.code: unit for unit in tree(bank)}
    assert (by_code["F01"].places, by_code["F01.R2"].places, by_code["F01.R1"].places) == (288, 288, 0)
    assert by_code["F01.R2.B3"].temperature == "-60to-85"


def test_the_tree_is_shown_as_deep_as_it_is_asked_for(bank, actor):
    storage.add_tree(bank, actor, NewTree("freezer F02 / 2 racks / 1 box 9x9"))
    storage.add_tree(bank, actor, NewTree("freezer F01 / 1 rack / 1 box 9x9"))
    with bank.read() as connection:

        def shown(code, depth):
            return [(unit.code, unit.children) for unit in places.subtree(connection, code, depth=depth)]

        assert shown(None, 0) == []
        assert shown(None, 1) == [("F02", 2), ("F01", 1)]
        assert shown(None, 2) == [("F02", 2), ("F02.R1", 1), ("F02.R2", 1), ("F01", 1), ("F01.R1", 1)]
        assert shown("F02", 0) == [("F02", 2)]
        assert shown("F02", 1) == [("F02", 2), ("F02.R1", 1), ("F02.R2", 1)]
        assert len(shown(None, 99)) == 8 == len(shown("F02", 99)) + len(shown("F01", 99))


@pytest.mark.parametrize("parts", [(1,), (2, 1), (3, 5, 2), (1000,)])
def test_the_fullest_boxes_come_first_however_the_bank_is_looked_through(bank, actor, make, monkeypatch, parts):
    storage.add_tree(bank, actor, NewTree("freezer F02 / 1 rack / 3 boxes 1x3"))
    storage.add_tree(bank, actor, NewTree("freezer F01 / 2 racks / 2 boxes 1x3"))
    for box in ("F02.R1.B2", "F01.R2.B1", "F01.R2.B1", "F01.R1.B2"):
        make.sample(unit=box)

    def found(wanted):
        with bank.read() as connection:
            return [share.unit.code for share in boxes_for(connection, wanted, Way.ONE_BOX)]

    asked = [Wanted(tubes, within) for tubes in (1, 2, 3, 4) for within in (None, "F01", "F01.R2.B1")]
    whole = [found(wanted) for wanted in asked]
    assert whole[0][:4] == ["F01.R2.B1", "F02.R1.B2", "F01.R1.B2", "F02.R1.B1"]
    monkeypatch.setattr(room, "PARTS", parts)
    for shown in (1, 2, 40):
        monkeypatch.setattr(room, "SHOWN", shown)
        assert [found(wanted) for wanted in asked] == [codes[:shown] for codes in whole]


def test_a_moved_unit_takes_its_contents_and_counts_along(bank, actor, make):
    storage.add_tree(bank, actor, NewTree("freezer F01 / 2 racks / 1 box 9x9"))
    storage.add_tree(bank, actor, NewTree("freezer F02"))
    tube = make.sample(unit="F01.R1.B1")
    assert storage.move_unit(bank, actor, "F01.R1", "F02") == 2
    by_code = {unit.code: unit for unit in tree(bank)}
    assert (by_code["F01"].tubes, by_code["F01"].places) == (0, 81)
    assert (by_code["F02"].tubes, by_code["F02"].places) == (1, 81)
    with bank.read() as connection:
        from biobank_tui.queries.sample_detail import detail

        assert str(detail(connection, tube).place) == "F02 › R1 › B1 › A1"


def test_a_unit_cannot_stand_inside_itself(bank, actor):
    storage.add_tree(bank, actor, NewTree("freezer F01 / 1 rack / 1 drawer"))
    with pytest.raises(Refused, match="inside itself"):
        storage.move_unit(bank, actor, "F01", "F01.R1.D1")


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ("", "not understood"),
        ("freezer F01 / 3 spaceships", "spaceships"),
        ("0 racks", "nothing"),
        ("box 9x900", "grid"),
        ("999 racks / 999 boxes 9x9", "at most"),
        ("3 racks NAME", "one name to 3"),
    ],
)
def test_a_plan_that_is_not_understood_says_which_part(bank, actor, plan, says):
    with pytest.raises(Refused, match=says):
        storage.add_tree(bank, actor, NewTree(plan))
    assert tree(bank) == ()


def test_a_code_is_given_once(bank, actor):
    storage.add_tree(bank, actor, NewTree("freezer F01"))
    with pytest.raises(Conflict, match="F01"):
        storage.add_tree(bank, actor, NewTree("freezer F01"))


def test_a_unit_with_tubes_is_not_retired(bank, actor, make):
    box = make.box()
    make.sample(unit=box)
    with pytest.raises(Refused, match="still holds 1"):
        storage.set_service(bank, actor, box, "retired")


def test_room_is_found_in_the_fullest_box_that_still_fits(bank, actor, make):
    storage.add_tree(bank, actor, NewTree("rack R / 3 boxes 2x2"))
    make.placed(1, unit="R.B1", positions=["A1"])
    make.placed(3, unit="R.B2", positions=["A1", "A2", "B1"])
    with bank.read() as connection:
        found = boxes_for(connection, Wanted(2), Way.ONE_BOX)
        assert [share.unit.code for share in found] == ["R.B1", "R.B3"]
