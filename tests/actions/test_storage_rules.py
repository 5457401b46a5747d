"""What a place takes: nothing lies where its temperature, keeping, service or size forbids it."""

import pytest

from biobank_tui.actions import placing, refitting, storage
from biobank_tui.actions.placing import Placing
from biobank_tui.actions.refitting import Refit
from biobank_tui.actions.requests import NewLine
from biobank_tui.actions.reserving import Reserve, reserve
from biobank_tui.actions.storage import NewTree
from biobank_tui.queries import storage as places
from biobank_tui.queries.ledger import acts
from biobank_tui.rules.errors import Denied, Refused
from biobank_tui.rules.permissions import Role


def unit_of(bank, code):
    with bank.read() as connection:
        return places.unit(connection, code)


def put(bank, actor, tube, unit, **more):
    return placing.place(bank, actor, [Placing(tube, unit)], **more)


@pytest.fixture
def cold_tube(make):
    freezer = make.storage("freezer F80 / 1 box 9x9", temperature="-80")
    return make.sample(unit=f"{freezer}.B1")


class TestTemperature:
    @pytest.mark.parametrize("there", ["4", "-20", "RT"])
    def test_a_tube_from_minus_80_does_not_go_where_it_would_warm(self, bank, actor, make, cold_tube, there):
        with pytest.raises(Refused, match="would warm") as caught:
            put(bank, actor, cold_tube, make.box(temperature=there))
        assert caught.value.code == "unit.temperature"

    def test_liquid_nitrogen_s_liquid_is_colder_than_its_vapour(self, bank, actor, make):
        liquid = make.storage("tank T1 / 1 box 9x9", temperature="liquid") + ".B1"
        vapour = make.storage("tank T2 / 1 box 9x9", temperature="vapour") + ".B1"
        tube = make.sample(unit=liquid)
        with pytest.raises(Refused, match="would warm"):
            put(bank, actor, tube, vapour)
        other = make.sample(unit=vapour)
        assert put(bank, actor, other, liquid)[0].unit == liquid

    def test_a_frozen_tube_without_a_place_does_not_go_into_a_fridge(self, bank, actor, make):
        tube = make.sample(frozen="2026-03-01T10:00Z")
        with pytest.raises(Refused, match="is frozen and would thaw"):
            put(bank, actor, tube, make.box(temperature="4"))
        assert put(bank, actor, tube, make.box(temperature="-20"))

    def test_a_manager_overrides_with_a_reason_that_the_ledger_keeps(self, bank, actor, make, cold_tube):
        manager = make.person(Role.MANAGER)
        put(bank, manager, cold_tube, make.box(temperature="4"), override="thawed for the assay")
        with bank.read() as connection:
            last = acts(connection)[0]
        assert (last.verb, last.reason) == ("sample.place", "thawed for the assay")

    def test_a_technician_cannot_override(self, bank, make, cold_tube):
        with pytest.raises(Denied, match="Only a manager"):
            put(bank, make.person(Role.TECHNICIAN), cold_tube, make.box(temperature="4"), override="because")

    def test_a_manager_of_another_organisation_cannot_override_for_this_one(self, bank, make, cold_tube):
        other = make.organisation()
        person = make.person(Role.TECHNICIAN)
        from biobank_tui.actions import parties

        parties.grant(bank, make.actor, parties.NewGrant(person.login, Role.MANAGER, other, None))
        with pytest.raises(Denied, match="manager of the organisation a tube belongs to"):
            put(bank, person, cold_tube, make.box(temperature="4"), override="because")

    def test_a_box_of_cold_tubes_is_not_stood_in_a_fridge(self, bank, actor, make, cold_tube):
        make.storage("freezer FRIDGE", temperature="4")
        with pytest.raises(Refused, match="would warm"):
            storage.move_unit(bank, actor, "F80.B1", "FRIDGE")
        storage.move_unit(bank, actor, "F80.B1", "FRIDGE", override="the freezer is lost anyway")
        assert unit_of(bank, "F80.B1").temperature == "2to10"

    def test_a_moved_box_is_as_cold_as_where_it_stands(self, bank, actor, make, cold_tube):
        make.storage("tank T1", temperature="vapour")
        storage.move_unit(bank, actor, "F80.B1", "T1")
        assert unit_of(bank, "F80.B1").temperature == "LN-vapour"


class TestKeptFor:
    def test_a_box_kept_for_a_project_takes_only_what_is_reserved_for_it(self, bank, actor, make):
        donor = make.consenting()
        tubes = make.samples(2, donor=donor)
        request = make.request(NewLine(samples=(tubes[0],)))
        reserve(bank, actor, Reserve(request))
        with bank.read() as connection:
            from biobank_tui.queries import requests as asked

            project = asked.detail(connection, request).request.project
        box = make.storage("freezer K / 1 box 9x9", project=project) + ".B1"
        with pytest.raises(Refused, match=f"kept for project {project}; {tubes[1]} is not reserved"):
            put(bank, actor, tubes[1], box)
        assert put(bank, actor, tubes[0], box)[0].position == "A1"

    def test_what_is_made_inside_later_is_kept_for_the_same(self, bank, actor, make):
        make.storage("freezer DNA", materials=("DNA",), temperature="-20")
        storage.add_tree(bank, actor, NewTree("1 box 9x9", parent="DNA"))
        with pytest.raises(Refused, match="holds DNA only"):
            put(bank, actor, make.sample(), "DNA.B1")

    def test_keeping_a_full_box_for_something_else_is_refused(self, bank, actor, make):
        box = make.box()
        make.sample(unit=box)
        with pytest.raises(Refused, match="holds DNA only"):
            refitting.refit(bank, actor, Refit(box, materials=("DNA",)))


class TestSize:
    def test_a_box_cannot_shrink_below_its_contents(self, bank, actor, make):
        box = make.box()
        tube = make.sample(unit=box, position="I9")
        with pytest.raises(Refused, match=f"1 of its tubes lies outside, the first is {tube} at I9"):
            refitting.refit(bank, actor, Refit(box, rows=8, columns=8))
        refitting.refit(bank, actor, Refit(box, rows=10, columns=10, label_style="serial"))
        assert unit_of(bank, box).places == 100

    def test_places_further_up_follow_a_refitted_box(self, bank, actor, make):
        make.storage("freezer F1 / 1 rack / 1 box 9x9")
        refitting.refit(bank, actor, Refit("F1.R1.B1", rows=8, columns=12))
        assert unit_of(bank, "F1").places == 96

    def test_a_drawer_takes_as_many_boxes_as_it_says(self, bank, actor, make):
        make.storage("freezer F1 / 2 drawers of 2 / 2 boxes 9x9")
        with pytest.raises(Refused, match="holds 2 at most, and has 2"):
            storage.add_tree(bank, actor, NewTree("1 box 9x9", parent="F1.D1"))
        with pytest.raises(Refused, match="holds 2 at most"):
            storage.move_unit(bank, actor, "F1.D1.B1", "F1.D2")

    def test_a_bag_takes_as_many_loose_tubes_as_it_says(self, bank, actor, make):
        bag = make.storage("bag of 2")
        for tube in make.samples(2):
            put(bank, actor, tube, bag)
        with pytest.raises(Refused, match="holds 2 tubes at most"):
            put(bank, actor, make.sample(), bag)

    def test_nothing_stands_in_a_box_with_a_grid(self, bank, actor, make):
        box, other = make.box(), make.box()
        with pytest.raises(Refused, match="has a grid"):
            storage.move_unit(bank, actor, other, box)


class TestService:
    @pytest.mark.parametrize("state", ["defrosting", "failing"])
    def test_nothing_goes_into_what_is_out_of_service(self, bank, actor, make, state):
        box = make.box()
        storage.set_service(bank, actor, box, state)
        with pytest.raises(Refused, match=f"is {state}; nothing goes in"):
            put(bank, actor, make.sample(), box)

    def test_what_is_retired_stays_so(self, bank, actor, make):
        make.storage("freezer F1 / 2 boxes 9x9")
        storage.set_service(bank, actor, "F1.B1", "retired")
        storage.set_service(bank, actor, "F1", "defrosting")
        storage.set_service(bank, actor, "F1", "active")
        assert unit_of(bank, "F1.B1").service == "retired"
        with pytest.raises(Refused, match="stays so"):
            storage.set_service(bank, actor, "F1.B1", "active")


@pytest.mark.parametrize(
    "plan",
    [
        "freezer F01 / 20 racks / 5 drawers / 13 boxes 9x9",
        "freezer F01 × 20 racks × 5 drawers × 13 boxes 9×9",
        "freezer F01 x 20 racks x 5 drawers x 13 boxes 9 x 9",
        "freezer F01 > 20 x racks > 5 drawers of 13 > 13 boxes 9x9",
    ],
)
def test_a_plan_may_be_written_with_slashes_or_times_signs(bank, actor, plan):
    assert storage.add_tree(bank, actor, NewTree(plan)).units == 1 + 20 + 100 + 1300
