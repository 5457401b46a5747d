"""Tubes that left, or lie packed to leave: the books and the boxes say the same, whichever way one goes about it."""

from __future__ import annotations

from typing import Any

import pytest

from biobank_tui.actions import arrivals, dispatching, picking, placing, receiving, reserving, samples, undoing
from biobank_tui.actions.arrivals import Outcome, Receipt
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries import undoing as asking
from biobank_tui.rules.errors import Conflict, Denied, Refused
from biobank_tui.rules.lifecycles import SampleStatus
from biobank_tui.rules.permissions import Role
from tests.actions.test_shipments import Bench


@pytest.fixture
def bench(bank: Bank, actor: Actor, make: Any) -> Bench:
    return Bench(bank, actor, make)


def test_a_tube_scanned_in_at_the_bench_is_no_longer_the_projects(bench: Bench, actor: Actor, raw: Any) -> None:
    bench.sent()
    arrivals.receive(bench.bank, actor, Receipt(bench.code))
    receiving.arrive(bench.bank, actor, [receiving.Arrival(bench.tubes[0])])
    assert bench.detail().items[0].returned is not None
    assert raw("SELECT state, why FROM reservation WHERE sample_id = 1") == [("released", "returned")]


def test_a_tube_of_a_lost_shipment_that_turns_up_can_be_reserved_again(bench: Bench, actor: Actor) -> None:
    bench.sent()
    arrivals.lose(bench.bank, actor, bench.code, "the van burned")
    receiving.arrive(bench.bank, actor, [receiving.Arrival(bench.tubes[0])])
    again = bench.make.request(NewLine(samples=(bench.tubes[0],)), project=bench.make.project())
    reserving.reserve(bench.bank, actor, reserving.Reserve(again))
    assert bench.tube(bench.tubes[0]).status == "reserved"


def test_what_is_on_its_way_is_not_received_at_home_before_the_shipment_is(bench: Bench, actor: Actor) -> None:
    bench.sent()
    with pytest.raises(Refused, match="on its way"):
        receiving.arrive(bench.bank, actor, [receiving.Arrival(bench.tubes[0])])
    assert bench.tube(bench.tubes[0]).status == "in_transit"


def test_a_tube_found_at_home_did_not_arrive_with_the_shipment(bench: Bench, actor: Actor) -> None:
    bench.sent()
    lost = bench.tubes[0]
    arrivals.receive(bench.bank, actor, Receipt(bench.code, (Outcome(lost, "missing"),)))
    receiving.arrive(bench.bank, actor, [receiving.Arrival(lost, unit=bench.box)])
    with pytest.raises(Refused, match=f"{lost} is available in this bank"):
        arrivals.receive(bench.bank, actor, Receipt(bench.code, (Outcome(lost, "received"),)))
    assert bench.tube(lost).place is not None


def test_a_packed_tube_is_not_put_back_in_the_books(bench: Bench, actor: Actor) -> None:
    bench.agree()
    with bench.bank.read() as connection:
        number = asking.last_act(connection, actor.login) - 2
    bench.scan(bench.tubes[2])
    with pytest.raises(Refused, match="packed already"):
        picking.unpick(bench.bank, actor, picking.Item(bench.list, bench.tubes[2]))
    with pytest.raises(Conflict, match=f"lies packed in {bench.code}"):
        undoing.undo(bench.bank, actor, number)
    dispatching.dispatch(bench.bank, actor, bench.code)
    assert bench.tube(bench.tubes[2]).status == "in_transit"


def test_what_the_books_say_is_not_out_does_not_leave(bench: Bench, actor: Actor, raw: Any) -> None:
    bench.agree()
    bench.scan(bench.tubes[0])
    raw("UPDATE sample SET status = 'available' WHERE id = 1")
    with pytest.raises(Refused, match="is available in the bank's books"):
        dispatching.dispatch(bench.bank, actor, bench.code)


def test_a_loss_that_ended_a_picked_reservation_is_not_undone_in_a_databases_words(bench: Bench, actor: Actor) -> None:
    samples.end(bench.bank, actor, [bench.tubes[0]], SampleStatus.MISSING)
    with pytest.raises(Refused, match="reserve and pick"):
        undoing.undo(bench.bank, actor)
    receiving.arrive(bench.bank, actor, [receiving.Arrival(bench.tubes[0])])
    placing.check_out(bench.bank, actor, [bench.tubes[0]])


def test_a_lead_takes_receipt_of_the_own_projects_shipments_alone(bench: Bench, actor: Actor) -> None:
    bench.sent()
    stranger = bench.make.person(Role.PROJECT_LEAD)
    with pytest.raises(Denied, match="another team's project"):
        arrivals.receive(bench.bank, stranger, Receipt(bench.code))
