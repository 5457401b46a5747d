"""Shipments and pick lists as they are read: a lead reads the own projects', under the project's codes alone."""

from __future__ import annotations

from typing import Any

import pytest

from biobank_tui.actions import arrivals, dispatching, holding, packing, parties, picking, reserving
from biobank_tui.actions.arrivals import Outcome, Receipt, Return
from biobank_tui.actions.carriage import Carriage
from biobank_tui.actions.packing import NewShipment
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries import picklists, requests, shipments
from biobank_tui.queries.manifests import manifest
from biobank_tui.rules.errors import Denied, Refused
from biobank_tui.rules.permissions import Role


def boxed(bank: Bank, actor: Actor, request: str) -> tuple[str, str]:
    """All that is reserved for a request, picked and packed; the pick list and the shipment."""
    started = picking.start(bank, actor, request).code
    with bank.read() as connection:
        tubes = [hole.code for box in picklists.walk(connection, started) for hole in box.holes]
    for tube in tubes:
        assert picking.scan(bank, actor, picking.Scan(started, tube)).picked
    shipment = packing.open_shipment(bank, actor, NewShipment(request, carriage=Carriage("Polar Couriers")))
    packing.fill(bank, actor, shipment)
    return started, shipment


@pytest.fixture
def two(bank: Bank, actor: Actor, make: Any) -> dict[str, Any]:
    """Two leads, each with two tubes packed for a project here: (lead, tubes, shipment, pick list, request)."""
    parties.settle(bank, actor, "HOME", "FR")
    found = {}
    for login in ("ann", "bob"):
        lead = make.person(Role.PROJECT_LEAD, login=login)
        tubes = make.samples(2, donor=make.consenting())
        request = make.request(NewLine(samples=tuple(tubes)), project=make.project(lead=login))
        reserving.reserve(bank, actor, reserving.Reserve(request))
        walk, shipment = boxed(bank, actor, request)
        found[login] = (lead, tubes, shipment, walk, request)
    return found


def test_a_lead_reads_the_own_shipments_and_pick_lists_alone(bank: Bank, two: Any) -> None:
    (ann, _tubes, own, walk, _request), (_bob, _others, other, their_walk, _theirs) = two["ann"], two["bob"]
    reader = ann.person_id
    with bank.read() as connection:
        assert [row.code for row in shipments.shipments(connection, reader=reader)] == [own]
        assert [row.code for row in picklists.pick_lists(connection, reader=reader)] == [walk]
        assert picklists.pick_list(connection, walk, reader=reader).code == walk
        for forbidden in (
            lambda: shipments.detail(connection, other, bank.clock(), reader=reader),
            lambda: manifest(connection, other, bank.clock(), reader=reader),
            lambda: picklists.pick_list(connection, their_walk, reader=reader),
        ):
            with pytest.raises(Denied, match="another team's project"):
                forbidden()
        assert len(shipments.shipments(connection)) == 2


def test_a_lead_is_told_tubes_by_the_projects_codes_and_receives_by_them(bank: Bank, actor: Actor, two: Any) -> None:
    ann, tubes, own, _walk, _request = two["ann"]
    with bank.read() as connection:
        whole = shipments.detail(connection, own, bank.clock(), reader=actor.person_id)
        seen = shipments.detail(connection, own, bank.clock(), reader=ann.person_id)
    assert [item.sample for item in whole.items] == tubes
    names = [item.project_code for item in whole.items]
    assert [item.sample for item in seen.items] == names
    assert not any(tube in repr(seen) for tube in tubes)
    dispatching.dispatch(bank, actor, own)
    twice = (Outcome(names[0] or "", "damaged"), Outcome("A1", "received"))
    with pytest.raises(Refused, match="A1 is said to be damaged and received"):
        arrivals.receive(bank, ann, Receipt(own, twice))
    assert arrivals.receive(bank, ann, Receipt(own, twice[:1])).damaged == 1


def test_what_stands_against_a_tube_is_told_a_lead_without_the_banks_code(bank: Bank, two: Any, make: Any) -> None:
    ann, tubes, own, _walk, _request = two["ann"]
    holding.hold_samples(bank, make.actor, tubes[:1], "quality", "haemolysed")
    with bank.read() as connection:
        (gate,) = shipments.detail(connection, own, bank.clock(), reader=ann.person_id).gates
    assert "haemolysed" in str(gate)
    assert tubes[0] not in repr(gate)


def test_a_lead_takes_no_receipt_for_another_team(bank: Bank, actor: Actor, two: Any) -> None:
    ann, other = two["ann"][0], two["bob"][2]
    dispatching.dispatch(bank, actor, other)
    with pytest.raises(Denied, match="another team's project"):
        arrivals.receive(bank, ann, Receipt(other))


def test_a_tube_sent_again_after_it_came_back_is_counted_once_for_each_line(
    bank: Bank, actor: Actor, make: Any, clock: Any
) -> None:
    parties.settle(bank, actor, "HOME", "FR")
    tube, other = make.samples(2, donor=make.consenting())
    request = make.request(NewLine(samples=(tube, other)), NewLine("type:plasma", asked=1))
    reserving.reserve(bank, actor, reserving.Reserve(request, line=1))
    _walk, first = boxed(bank, actor, request)
    dispatching.dispatch(bank, actor, first)
    arrivals.receive(bank, actor, Receipt(first))
    clock.now = "2026-03-05T09:00:00Z"
    arrivals.take_back(bank, actor, Return(first, (tube,)))
    clock.now = "2026-03-06T09:00:00Z"
    reserving.reserve(bank, actor, reserving.Reserve(request, line=2))
    _walk, second = boxed(bank, actor, request)
    dispatching.dispatch(bank, actor, second)
    with bank.read() as connection:
        found = requests.detail(connection, request)
    assert [(line.shipped, line.returned, line.missing) for line in found.lines] == [(2, 1, 0), (1, 0, 0)]
    assert (found.request.shipped, found.request.returned) == (3, 1)
