from __future__ import annotations

from typing import Any

import pytest

from biobank_tui.actions import consents, holding, picking, placing, projects, releasing, reserving, withdrawing
from biobank_tui.actions.picking import Item, Scan, Substitution
from biobank_tui.actions.requests import NewLine
from biobank_tui.actions.reserving import Reserve
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries import picklists, sample_detail
from biobank_tui.queries.scanning import PickSaid
from biobank_tui.rules.errors import Conflict, Refused


class Walk:
    """A pick list of three tubes of one donor, in a box; a fourth tube stands beside them, unreserved."""

    def __init__(self, bank: Bank, actor: Actor, make: Any, *yes: str) -> None:
        self.bank, self.actor, self.make = bank, actor, make
        self.donor = make.consenting(*yes)
        self.box = make.box()
        self.tubes = make.placed(4, unit=self.box, positions=["B2", "A1", "B1", "C5"], donor=self.donor)
        self.project = make.project()
        self.request = make.request(NewLine("type:plasma", asked=3), project=self.project)
        reserving.reserve(bank, actor, Reserve(self.request))
        self.code = picking.start(bank, actor, self.request).code

    def scan(self, text: str) -> Any:
        return picking.scan(self.bank, self.actor, Scan(self.code, text))

    def status(self, code: str) -> str:
        with self.bank.read() as connection:
            return sample_detail.detail(connection, code).status

    def holes(self) -> list[tuple[str, str, str]]:
        with self.bank.read() as connection:
            return [
                (hole.label, hole.code, hole.state)
                for box in picklists.walk(connection, self.code)
                for hole in box.holes
            ]


@pytest.fixture
def walk(bank: Bank, actor: Actor, make: Any) -> Walk:
    return Walk(bank, actor, make)


def test_a_pick_list_walks_the_box_row_by_row(walk: Walk) -> None:
    b2, a1, b1, _rest = walk.tubes
    assert walk.holes() == [("A1", a1, "to_pick"), ("B1", b1, "to_pick"), ("B2", b2, "to_pick")]


def test_boxes_come_in_walking_order_and_unplaced_tubes_last(bank: Bank, actor: Actor, make: Any) -> None:
    first, second = make.box(), make.box()
    donor = make.consenting()
    far = make.sample(donor=donor, unit=second, position="A1")
    loose = make.sample(donor=donor)
    near = make.sample(donor=donor, unit=first, position="I9")
    request = make.request(NewLine(samples=(far, loose, near)))
    reserving.reserve(bank, actor, Reserve(request))
    code = picking.start(bank, actor, request).code
    with bank.read() as connection:
        boxes = picklists.walk(connection, code)
    assert [(box.unit, box.to_pick, box.holes[0].code) for box in boxes] == [
        (first, 1, near),
        (second, 1, far),
        (None, 1, loose),
    ]


def test_a_picked_tube_is_out_for_its_request_and_keeps_its_place(walk: Walk) -> None:
    outcome = walk.scan(walk.tubes[0])
    assert (outcome.said, outcome.left) == (PickSaid.PICKED, 2)
    with walk.bank.read() as connection:
        tube = sample_detail.detail(connection, walk.tubes[0])
    assert tube.status == "checked_out"
    assert tube.place is not None
    assert tube.place.position == "B2"
    assert ("B2", walk.tubes[0], "picked") in walk.holes()


def test_a_tube_is_picked_by_its_barcode_too(bank: Bank, actor: Actor, make: Any) -> None:
    make.sample(donor=make.consenting(), barcode="0123456789")
    request = make.request(NewLine("type:plasma", asked=1))
    reserving.reserve(bank, actor, Reserve(request))
    code = picking.start(bank, actor, request).code
    assert picking.scan(bank, actor, Scan(code, " 0123456789\n")).picked


def test_scanning_a_tube_twice_says_so_and_writes_nothing(walk: Walk, raw: Any) -> None:
    walk.scan(walk.tubes[0])
    before = raw("SELECT max(number) FROM ledger_entry")
    assert walk.scan(walk.tubes[0]).said is PickSaid.ALREADY
    assert raw("SELECT max(number) FROM ledger_entry") == before


def test_a_wrong_tube_is_told_which_hole_it_belongs_to(walk: Walk) -> None:
    outcome = walk.scan(walk.tubes[3])
    assert outcome.said is PickSaid.NOT_LISTED
    assert str(outcome) == (f"{walk.tubes[3]} (Plasma) is not on this list; put it back in {walk.box} › C5.")


def test_a_tube_of_another_request_is_told_whose_it_is(walk: Walk) -> None:
    other = walk.make.request(NewLine(samples=(walk.tubes[3],)))
    reserving.reserve(walk.bank, walk.actor, Reserve(other))
    outcome = walk.scan(walk.tubes[3])
    assert outcome.said is PickSaid.TAKEN
    assert f"reserved for {other}" in str(outcome)


def test_an_unknown_and_a_mistyped_code_are_told_apart(walk: Walk) -> None:
    good = walk.tubes[0]
    mistyped = good[:-1] + ("A" if good[-1] != "A" else "B")
    assert walk.scan(mistyped).said is PickSaid.MISTYPED
    assert walk.scan("9876543210").said is PickSaid.UNKNOWN


def test_a_withdrawn_donor_leaves_every_open_pick_list(walk: Walk) -> None:
    withdrawing.withdraw(walk.bank, walk.actor, walk.donor, "asked us to")
    assert {state for _label, _code, state in walk.holes()} == {"dropped"}
    outcome = walk.scan(walk.tubes[0])
    assert outcome.said is PickSaid.WITHDRAWN
    assert "has withdrawn" in str(outcome)
    assert walk.status(walk.tubes[0]) == "available"


def test_a_hold_laid_since_stops_the_pick(walk: Walk) -> None:
    holding.hold_samples(walk.bank, walk.actor, [walk.tubes[0]], "quality", "cracked cap")
    outcome = walk.scan(walk.tubes[0])
    assert outcome.said is PickSaid.HELD
    assert "cracked cap" in str(outcome)


def test_consent_that_changed_since_stops_the_pick(walk: Walk) -> None:
    form = "FORM1"
    consents.record_consent(walk.bank, walk.actor, consents.NewConsent(walk.donor, form, {"GRU": "no"}, "2026-02-01"))
    outcome = walk.scan(walk.tubes[0])
    assert outcome.said is PickSaid.CONSENT
    assert "agreed to no research" in str(outcome)


def test_what_was_released_since_is_told_with_its_reason(walk: Walk) -> None:
    releasing.release(walk.bank, walk.actor, releasing.Release(walk.request, "too thawed", (walk.tubes[0],)))
    outcome = walk.scan(walk.tubes[0])
    assert outcome.said is PickSaid.DROPPED
    assert "too thawed" in str(outcome)


def test_nothing_is_picked_for_a_suspended_project(walk: Walk) -> None:
    projects.suspend(walk.bank, walk.actor, walk.project, "audit")
    with pytest.raises(Refused, match="is suspended"):
        walk.scan(walk.tubes[0])


def test_a_pick_is_undone(walk: Walk, raw: Any) -> None:
    walk.scan(walk.tubes[0])
    picking.unpick(walk.bank, walk.actor, Item(walk.code, walk.tubes[0]))
    assert walk.status(walk.tubes[0]) == "reserved"
    assert raw("SELECT count(*) FROM checkout WHERE returned IS NULL") == [(0,)]
    assert walk.scan(walk.tubes[0]).picked


def test_a_missing_tube_frees_its_place_and_substitutes_are_offered(walk: Walk, raw: Any) -> None:
    stranger = walk.make.sample(donor=walk.make.consenting())
    offered = picking.missing(walk.bank, walk.actor, Item(walk.code, walk.tubes[1], "hole is empty"))
    assert [(each.code, each.same_donor) for each in offered] == [(walk.tubes[3], True), (stranger, False)]
    assert walk.status(walk.tubes[1]) == "missing"
    assert raw("SELECT unit_id FROM sample WHERE code = ?", walk.tubes[1]) == [(None,)]
    picking.substitute(walk.bank, walk.actor, Substitution(walk.code, walk.tubes[1], walk.tubes[3]))
    assert walk.scan(walk.tubes[3]).picked
    assert {code: state for _label, code, state in walk.holes()}[walk.tubes[1]] == "missing"


def test_a_substitute_must_be_eligible(walk: Walk) -> None:
    other = walk.make.request(NewLine(samples=(walk.tubes[3],)))
    reserving.reserve(walk.bank, walk.actor, Reserve(other))
    with pytest.raises(Conflict, match=f"taken by {other}"):
        picking.substitute(walk.bank, walk.actor, Substitution(walk.code, walk.tubes[0], walk.tubes[3]))
    assert walk.status(walk.tubes[0]) == "reserved"


def test_a_substituted_tube_is_free_again(walk: Walk) -> None:
    picking.substitute(walk.bank, walk.actor, Substitution(walk.code, walk.tubes[0], walk.tubes[3]))
    assert walk.status(walk.tubes[0]) == "available"
    assert walk.scan(walk.tubes[0]).said is PickSaid.DROPPED


def test_a_dropped_tube_is_free_for_others(walk: Walk) -> None:
    picking.drop(walk.bank, walk.actor, Item(walk.code, walk.tubes[0], "haemolytic"))
    assert walk.status(walk.tubes[0]) == "available"
    with pytest.raises(Refused, match="dropped on this list"):
        picking.drop(walk.bank, walk.actor, Item(walk.code, walk.tubes[0], "haemolytic"))


def test_a_closed_list_leaves_the_rest_reserved_for_another(walk: Walk) -> None:
    walk.scan(walk.tubes[0])
    assert picking.close(walk.bank, walk.actor, walk.code) == 2
    assert walk.scan(walk.tubes[1]).said is PickSaid.CLOSED
    again = picking.start(walk.bank, walk.actor, walk.request)
    assert again.items == 2


def test_a_tube_stands_on_one_open_list_only(walk: Walk) -> None:
    with pytest.raises(Refused, match="not already on a list"):
        picking.start(walk.bank, walk.actor, walk.request)


def test_what_consent_or_a_hold_now_keeps_is_left_out_with_its_reason(bank: Bank, actor: Actor, make: Any) -> None:
    tubes = make.samples(2, donor=make.consenting())
    request = make.request(NewLine("type:plasma", asked=2))
    reserving.reserve(bank, actor, Reserve(request))
    holding.hold_samples(bank, actor, [tubes[0]], "quality", "cracked cap")
    started = picking.start(bank, actor, request)
    assert started.items == 1
    assert [str(each) for each in started.left_out] == [f"{tubes[0]} is on hold: cracked cap."]


def test_a_returned_tube_that_was_not_picked_is_no_longer_out(walk: Walk) -> None:
    placing.check_out(walk.bank, walk.actor, [walk.tubes[0]], "a look")
    assert walk.scan(walk.tubes[0]).said is PickSaid.STATUS
    placing.put_back(walk.bank, walk.actor, [walk.tubes[0]])
    assert walk.scan(walk.tubes[0]).picked
