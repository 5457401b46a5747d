"""Storage by commands: set up anew, moved, failing, emptied by a list of moves, and what is out."""

from __future__ import annotations

import pytest


@pytest.fixture
def tubes(freezer):
    """Four tubes: three in the first box, one alone in the second."""
    codes = freezer("sample", "register", "D-0000010", "plasma", "--amount", "500 µL", "--count", "4").lines
    assert freezer("sample", "place", *codes[:3], "--box", "F01.R1.B1").code == 0
    assert freezer("sample", "place", codes[3], "--box", "F01.R1.B2").code == 0
    return codes


def places(freezer, *codes):
    found = [freezer("show", code, "--json").json["place"] for code in codes]
    return [f"{each['unit']} {each['position']}" for each in found]


def test_a_unit_is_set_up_anew_and_never_smaller_than_what_lies_in_it(freezer, tubes):
    done = freezer("storage", "edit", "F01.R1.B3", "--name", "Spare", "--grid", "10x10", "--style", "1A")
    assert (done.code, "1 unit." in done.err) == (0, True)
    assert freezer("storage", "edit", "F01.R1", "--material", "plasma").code == 0
    assert (
        freezer("sample", "place", tubes[0], "--box", "F01.R1.B3", "--at", "10J", "--json").json[0]["position"] == "10J"
    )
    too_small = freezer("storage", "edit", "F01.R1.B1", "--grid", "1x1")
    assert (too_small.code, "cannot shrink" in too_small.err) == (1, True)
    assert freezer("storage", "edit", "F01.R1.B1").code == 1
    serum = freezer("sample", "register", "D-0000010", "serum", "--box", "F01.R1.B2")
    assert (serum.code, "holds Plasma only" in serum.err) == (1, True)


def test_a_unit_moves_with_all_it_holds(freezer, tubes):
    assert freezer("storage", "move", "F01.R1.B1", "--in", "F01.R2").code == 0
    tree = {each["code"]: each for each in freezer("storage", "tree", "F01.R2", "--json").json}
    assert tree["F01.R1.B1"]["tubes"] == 3
    assert freezer("storage", "move", "F01.R2", "--in", "F01.R2").code == 1


def test_a_box_is_freed_by_a_list_that_is_worked_through_by_scans(freezer, tubes):
    proposed = freezer("storage", "defragment", "--json")
    assert [each["code"] for each in proposed.json["moves"]] == [tubes[3]]
    assert freezer("storage", "moves", "--json").json == []
    made = freezer("storage", "defragment", "--list")
    assert "1 box comes free by 1 move." in made.err
    (code,) = made.lines
    assert [each["left"] for each in freezer("storage", "moves", "--json").json] == [1]
    wrong = freezer("storage", "moves", code, tubes[0])
    assert (wrong.code, tubes[0] in wrong.err) == (1, True)
    assert freezer("storage", "moves", code, tubes[3]).code == 0
    assert places(freezer, tubes[3])[0].startswith("F01.R1.B1 ")
    assert freezer("storage", "moves", "--json").json == []


def test_what_stays_where_it_is_leaves_the_list(freezer, tubes):
    (code,) = freezer("storage", "defragment", "--list").lines
    done = freezer("storage", "moves", code, "--stay", "--json")
    assert done.json == {"list": code, "stay": 1}
    assert places(freezer, tubes[3]) == ["F01.R1.B2 A1"]


def test_a_failing_freezer_takes_nothing_in_and_its_tubes_are_listed_and_led_out(freezer, tubes):
    assert freezer("storage", "add", "freezer F02 / 1 rack / 2 boxes 9x9", "--temperature", "-80").code == 0
    assert freezer("storage", "fail", "F01").code == 2
    failed = freezer("storage", "fail", "F01", "--reason", "compressor")
    assert (failed.code, "F01 is failing, with 4 tubes; nothing goes in." in failed.err) == (0, True)
    (code,) = failed.lines
    assert [each["code"] for each in freezer("storage", "failing", "--json").json] == ["F01"]
    assert {each["code"] for each in freezer("storage", "failing", "F01", "--json").json} == set(tubes)
    refused = freezer("sample", "register", "D-0000010", "plasma", "--box", "F01.R2.B1")
    assert (refused.code, "failing" in refused.err) == (1, True)
    assert freezer("storage", "moves", code, "--done").code == 0
    assert all(place.startswith("F02.") for place in places(freezer, *tubes))
    assert freezer("storage", "service", "F01", "active").code == 0
    assert freezer("storage", "failing", "--json").json == []


def test_room_is_found_for_tubes_beside_a_tube_and_for_whole_boxes(freezer, tubes):
    assert freezer("storage", "free", "78", "--json").json[0]["code"] == "F01.R1.B1"
    assert freezer("storage", "free", "2", "--beside", tubes[3], "--json").json[0]["code"] == "F01.R1.B2"
    none = freezer("storage", "free", "500")
    assert (none.code, "no such room for 500 tubes" in none.err) == (0, True)
    assert freezer("storage", "edit", "F01.R2", "--capacity", "5").code == 0
    assert [each["unit"]["code"] for each in freezer("storage", "free", "--boxes", "2", "--json").json] == ["F01.R2"]


def test_what_is_out_is_listed_with_who_has_it_and_goes_back_into_its_hole(freezer, tubes):
    assert freezer("storage", "out", "--json").json == []
    assert freezer("sample", "checkout", tubes[0], "--purpose", "assay").code == 0
    (row,) = freezer("storage", "out", "--in", "F01", "--json").json
    assert (row["code"], row["purpose"], row["place"].endswith("A1")) == (tubes[0], "assay", True)
    assert freezer("sample", "return", tubes[0]).code == 0
    assert freezer("storage", "out", "--json").json == []
    assert places(freezer, tubes[0]) == ["F01.R1.B1 A1"]


def test_receive_and_sample_receive_are_one_command(freezer, tubes):
    code = freezer("sample", "register", "D-0000010", "plasma", "--expected").lines[0]
    received = freezer("sample", "receive", code, "--treated", "container=PED", "--box", "F01.R1.B1", "--json")
    assert received.code == 0, received.err
    assert received.json[0]["code"] == code
    again = [freezer(*way, code).code for way in (("sample", "receive"), ("receive",))]
    assert again == [1, 1]
