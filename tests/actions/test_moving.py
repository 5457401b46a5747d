"""Boxes are freed and failing freezers emptied by lists of moves that are worked through and come to an end."""

import pytest

from biobank_tui.actions import failing, moving, placing, storage, undoing
from biobank_tui.actions.failing import Failure
from biobank_tui.queries import evacuating, room, sample_detail
from biobank_tui.queries import storage as places
from biobank_tui.queries.freeing import propose
from biobank_tui.queries.moving import move_lists, moves
from biobank_tui.queries.outside import outside
from biobank_tui.queries.room import Wanted, Way
from biobank_tui.rules.errors import Denied, NotFound, Refused
from biobank_tui.rules.permissions import Role

LABELS = [f"{row}{col}" for row in "AB" for col in "12"]


def asked(bank, question, *values, **more):
    with bank.read() as connection:
        return question(connection, *values, **more)


def place_of(bank, tube):
    return str(asked(bank, sample_detail.detail, tube).place)


@pytest.fixture
def sparse(make):
    """A freezer whose boxes of four hold 3, 1, 2 and 0 plasma tubes, and one of serum."""
    make.storage("freezer F1 / 1 rack / 5 boxes 2x2", temperature="-80")
    tubes = {n: make.placed(n, unit=f"F1.R1.B{at}", positions=LABELS) for at, n in ((1, 3), (2, 1), (3, 2))}
    serum = make.sample(unit="F1.R1.B5", material="Serum", position="A1")
    return tubes | {"serum": [serum]}


def test_a_proposal_frees_the_emptiest_boxes_into_the_fullest_of_their_kind(bank, sparse):
    found = asked(bank, propose, "F1")
    assert found.freed == ("F1.R1.B2",)
    assert [(move.code, move.before, move.target, move.label) for move in found.moves] == [
        (sparse[1][0], "F1.R1.B2 A1", "F1.R1.B1", "B2")
    ]


def test_a_box_from_which_a_tube_is_out_is_left_alone(bank, actor, sparse):
    placing.check_out(bank, actor, sparse[1])
    assert asked(bank, propose, "F1").freed == ()


def test_a_list_is_worked_through_by_scans_and_then_closed(bank, actor, sparse):
    planned = moving.plan_freeing(bank, actor, "F1")
    (listed,) = asked(bank, move_lists)
    assert (listed.code, listed.unit, listed.moves, listed.left) == (planned.code, "F1", 1, 1)
    done = moving.work(bank, actor, planned.code, sparse[1])
    assert (done.done, done.left, done.placed[0].position) == (1, 0, "B2")
    assert place_of(bank, sparse[1][0]) == "F1 › R1 › B1 › B2"
    assert asked(bank, move_lists) == ()
    assert [row.state for row in asked(bank, moves, planned.code)] == ["moved"]
    with pytest.raises(Refused, match="is done"):
        moving.work(bank, actor, planned.code)


def test_a_tube_that_is_not_on_the_list_is_not_moved(bank, actor, sparse):
    planned = moving.plan_freeing(bank, actor, "F1")
    with pytest.raises(NotFound, match="is not to be moved"):
        moving.work(bank, actor, planned.code, sparse["serum"])


def test_a_hole_taken_since_sends_the_tube_to_the_next_of_the_box(bank, actor, make):
    make.storage("freezer F1 / 2 boxes 2x3")
    make.placed(3, unit="F1.B1", positions=["A1", "A2", "A3"])
    lone = make.sample(unit="F1.B2", position="A1")
    planned = moving.plan_freeing(bank, actor, "F1")
    make.sample(unit="F1.B1", position="B1")
    (placed,) = moving.work(bank, actor, planned.code).placed
    assert (placed.sample, placed.unit, placed.position) == (lone, "F1.B1", "B2")


def test_what_is_left_of_a_list_may_stay_where_it_is(bank, actor, sparse):
    planned = moving.plan_freeing(bank, actor, "F1")
    assert moving.leave(bank, actor, planned.code) == 1
    assert asked(bank, move_lists) == ()
    assert place_of(bank, sparse[1][0]).endswith("B2 › A1")


def test_a_list_of_another_organisation_s_tubes_is_not_one_s_own_to_write(bank, make, sparse):
    theirs = make.organisation()
    with pytest.raises(Denied):
        moving.plan_freeing(bank, make.person(Role.TECHNICIAN, within=theirs), "F1")


class TestFailure:
    @pytest.fixture
    def failed(self, make, sparse):
        """A backup freezer with room for one box, and one with room for tubes."""
        make.storage("freezer SPARE / 1 drawer of 1", temperature="-80")
        storage.set_service(make.bank, make.actor, "SPARE", "backup")
        make.storage("freezer F2 / 1 box 2x2", temperature="-80")
        make.storage("freezer WARM / 9 boxes 9x9", temperature="-20")
        return failing.fail(make.bank, make.actor, Failure("F1", "compressor is silent"))

    def test_one_act_marks_the_freezer_and_plans_where_everything_goes(self, bank, sparse, failed):
        rows = asked(bank, moves, failed.plan.code)
        assert (failed.tubes, failed.plan.moves, len(failed.plan.stranded)) == (7, 5, 0)
        assert [(row.code, row.target, row.whole_box) for row in rows][:1] == [("F1.R1.B1", "SPARE.D1", True)]
        assert {row.target for row in rows[1:]} == {"F2.B1"}

    def test_tubes_without_a_place_are_named(self, bank, make, sparse):
        planned = failing.fail(bank, make.actor, Failure("F1", "it beeps")).plan
        assert planned.code is None
        assert sorted(planned.stranded) == sorted(tube for tubes in sparse.values() for tube in tubes)

    def test_what_fails_is_listed_with_since_when_and_all_that_was_in_it(self, bank, actor, clock, sparse, failed):
        began = asked(bank, evacuating.failing, clock())
        assert [(each.code, each.tubes) for each in began] == [("F1", 7)]
        assert began[0].since is not None
        moving.work(bank, actor, failed.plan.code)
        was = asked(bank, evacuating.was_inside, "F1")
        assert {tube.code for tube in was} == {tube for tubes in sparse.values() for tube in tubes}
        by_code = {tube.code: tube for tube in was}
        assert by_code[sparse["serum"][0]].place == "F1.R1.B5 A1"
        assert by_code[sparse["serum"][0]].now.startswith("F2.B1")
        assert by_code[sparse[3][0]].now == "F1.R1.B1 A1"
        assert asked(bank, places.unit, "F1").tubes == 0

    def test_a_box_carried_to_a_backup_freezer_works_again_there(self, bank, actor, failed):
        moving.work(bank, actor, failed.plan.code, ["F1.R1.B1"])
        box = asked(bank, places.unit, "F1.R1.B1")
        assert (box.service, box.temperature) == ("backup", "-60to-85")

    def test_a_failure_is_said_with_its_reason(self, bank, actor, sparse):
        with pytest.raises(Refused, match="needs a reason"):
            failing.fail(bank, actor, Failure("F1", " "))


class TestRoom:
    def test_room_for_tubes_is_one_box_or_shared_out_over_the_fullest(self, bank, sparse):
        one = asked(bank, room.boxes_for, Wanted(3), Way.ONE_BOX)
        assert [share.unit.code for share in one] == ["F1.R1.B2", "F1.R1.B5", "F1.R1.B4"]
        shared = asked(bank, room.boxes_for, Wanted(4), Way.LEAST_EMPTY)
        assert [(share.unit.code, share.tubes) for share in shared] == [
            ("F1.R1.B1", 1),
            ("F1.R1.B3", 2),
            ("F1.R1.B2", 1),
        ]
        assert asked(bank, room.boxes_for, Wanted(4), Way.EMPTY_BOXES)[0].unit.code == "F1.R1.B4"

    def test_room_beside_a_tube_is_its_own_box_first(self, bank, sparse):
        found = asked(bank, room.boxes_for, Wanted(4, beside=sparse[2][0]), Way.SAME_BOX)
        assert [(share.unit.code, share.tubes) for share in found] == [
            ("F1.R1.B3", 2),
            ("F1.R1.B1", 1),
            ("F1.R1.B2", 1),
        ]

    def test_no_room_is_no_box(self, bank, sparse):
        assert asked(bank, room.boxes_for, Wanted(400)) == ()

    def test_boxes_kept_for_other_things_are_not_offered(self, bank, make):
        make.storage("freezer D / 1 box 2x2", materials=("DNA",))
        make.storage("freezer O / 1 box 2x2", organisation=make.organisation())
        home = make.storage("box HERE 2x2")
        with bank.read() as connection:
            custodian = sample_detail.detail(connection, make.sample()).custodian
            from biobank_tui.queries import finding

            owner = finding.organisation(connection, custodian)["id"]
            found = room.boxes_for(connection, Wanted(1, material="BloodPlasma", organisation_id=owner), Way.ONE_BOX)
        assert [share.unit.code for share in found] == [home]

    def test_room_for_boxes_is_in_units_that_say_how_many_they_hold(self, bank, make):
        make.storage("freezer F1 / 2 drawers of 5 / 3 boxes 9x9", temperature="-80")
        found = asked(bank, room.berths_for, 2)
        assert [(berth.unit.code, berth.free) for berth in found] == [("F1.D1", 2), ("F1.D2", 2)]
        assert asked(bank, room.berths_for, 3) == ()


def test_what_is_out_is_listed_with_who_has_it_since_when_and_the_place_it_keeps(bank, actor, make):
    box = make.box()
    tubes = make.placed(2, unit=box, positions=LABELS)
    placing.check_out(bank, actor, tubes[:1], "assay")
    (out,) = asked(bank, outside)
    assert (out.code, out.place, out.person, out.purpose) == (tubes[0], f"{box} A1", actor.login, "assay")
    placing.put_back(bank, actor, tubes[:1])
    assert asked(bank, outside) == ()
    assert place_of(bank, tubes[0]).endswith("A1")


class TestUndo:
    def test_a_scan_of_a_list_is_undone_and_the_move_is_to_do_again(self, bank, actor, sparse):
        planned = moving.plan_freeing(bank, actor, "F1")
        moving.work(bank, actor, planned.code)
        undoing.undo(bank, actor)
        assert place_of(bank, sparse[1][0]).endswith("B2 › A1")
        assert [row.left for row in asked(bank, move_lists)] == [1]

    def test_a_list_that_was_written_in_error_is_closed(self, bank, actor, sparse):
        moving.plan_freeing(bank, actor, "F1")
        undoing.undo(bank, actor)
        assert asked(bank, move_lists) == ()

    def test_a_failure_that_was_none_is_undone_with_its_list(self, bank, actor, sparse):
        storage.add_tree(bank, actor, storage.NewTree("freezer F2 / 2 boxes 9x9", temperature="-80"))
        failing.fail(bank, actor, Failure("F1", "a false alarm"))
        undoing.undo(bank, actor)
        assert asked(bank, evacuating.failing, "2026-03-01T08:00Z") == ()
        assert asked(bank, move_lists) == ()
        assert asked(bank, places.unit, "F1").service == "active"
