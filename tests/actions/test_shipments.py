"""From the packing bench to the recipient and back: what may leave, under what paper, and what became of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from biobank_tui.actions import (
    agreements,
    arrivals,
    dispatching,
    holding,
    packing,
    parties,
    picking,
    projects,
    receiving,
    reserving,
    undoing,
    withdrawing,
)
from biobank_tui.actions.agreements import NewAgreement
from biobank_tui.actions.arrivals import Outcome, Receipt, Return
from biobank_tui.actions.carriage import Carriage
from biobank_tui.actions.packing import NewShipment, Pack
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank import ledger
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.checking import check
from biobank_tui.bank.transaction import Actor
from biobank_tui.model.tables import LEDGER_ENTRY
from biobank_tui.queries import requests as asked
from biobank_tui.queries import sample_detail, shipments
from biobank_tui.queries.manifests import manifest
from biobank_tui.queries.packing import PackSaid
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.errors import Conflict, Denied, NotFound, Refused
from biobank_tui.rules.permissions import Role

COURIER = Carriage("Polar Couriers", "PC1", 8, "-78 °C")


class Bench:
    """Three tubes picked for a request of a project at LAB, a signed agreement, and an open shipment of 2×2 boxes."""

    def __init__(self, bank: Bank, actor: Actor, make: Any, **lab: Any) -> None:
        self.bank, self.actor, self.make = bank, actor, make
        parties.settle(bank, actor, "HOME", "FR")
        self.lab = make.organisation("LAB", **({"country": "FR"} | lab))
        self.donors = [make.consenting("GRU", no=["commercial_use"]) for _ in range(3)]
        self.box = make.box()
        places = ["A1", "A2", "A3"]
        self.tubes = [
            make.sample(donor=donor, unit=self.box, position=place, barcode=f"00{place}")
            for donor, place in zip(self.donors, places, strict=True)
        ]
        self.project = make.project(organisation="LAB", purpose=Purpose("biomedical", countries=("FR",)))
        self.request = make.request(NewLine(samples=tuple(self.tubes)), project=self.project)
        reserving.reserve(bank, actor, reserving.Reserve(self.request))
        self.list = picking.start(bank, actor, self.request).code
        for tube in self.tubes:
            assert picking.scan(bank, actor, picking.Scan(self.list, tube)).picked
        self.code = packing.open_shipment(bank, actor, NewShipment(self.request, rows=2, columns=2, carriage=COURIER))

    def scan(self, text: str, **where: Any) -> Any:
        return packing.pack(self.bank, self.actor, Pack(self.code, text, **where))

    def agree(self, signed: str | None = "2026-01-10", expires: str | None = "2027") -> None:
        agreements.add(self.bank, self.actor, NewAgreement(self.project, "LAB", "MTA-1", signed, expires))

    def send(self) -> Any:
        return dispatching.dispatch(self.bank, self.actor, self.code)

    def sent(self) -> None:
        self.agree()
        packing.fill(self.bank, self.actor, self.code)
        self.send()

    def detail(self) -> Any:
        with self.bank.read() as connection:
            return shipments.detail(connection, self.code, self.bank.clock())

    def tube(self, code: str) -> Any:
        with self.bank.read() as connection:
            return sample_detail.detail(connection, code)

    def states(self) -> dict[str | None, str]:
        return {item.sample or item.read: item.state for item in self.detail().items}


@pytest.fixture
def bench(bank: Bank, actor: Actor, make: Any) -> Bench:
    return Bench(bank, actor, make)


def test_tubes_go_into_the_next_hole_and_a_full_box_is_followed_by_another(bench: Bench) -> None:
    first, second, third = bench.tubes
    assert str(bench.scan(first)) == f"{first} goes into box 1, A1; 2 to go."
    assert bench.scan("00A2").facts["hole"] == "A2"
    outcome = bench.scan(third, box=2, position="b2")
    assert (outcome.box, outcome.facts["hole"], outcome.left) == (2, "B2", 0)
    found = bench.detail()
    assert [(item.sample, item.box, item.hole) for item in found.items] == [
        (first, 1, "A1"),
        (second, 1, "A2"),
        (third, 2, "B2"),
    ]
    assert bench.tube(first).status == "checked_out"


def test_each_scan_that_may_not_be_packed_has_its_sentence_and_writes_nothing(
    bench: Bench, raw: Any, actor: Actor
) -> None:
    donor = bench.make.consenting("GRU")
    stranger, other, waiting = (bench.make.sample(donor=donor) for _ in range(3))
    for_others = bench.make.request(NewLine(samples=(other,)), project=bench.project)
    reserving.reserve(bench.bank, actor, reserving.Reserve(for_others))
    packing.pack(bench.bank, actor, Pack(bench.code, bench.tubes[0]))
    entries = raw("SELECT max(number) FROM ledger_entry")
    said = {
        bench.tubes[0]: PackSaid.ALREADY,
        stranger: PackSaid.NOT_ASKED,
        waiting: PackSaid.NOT_ASKED,
        other: PackSaid.TAKEN,
        "NO-TUBE-AT-ALL": PackSaid.UNKNOWN,
        bench.tubes[1][:-1] + ("0" if bench.tubes[1][-1] != "0" else "1"): PackSaid.MISTYPED,
    }
    assert {text: bench.scan(text).said for text in said} == said
    assert raw("SELECT max(number) FROM ledger_entry") == entries


def test_a_tube_that_is_reserved_but_not_picked_is_picked_first(bench: Bench, actor: Actor) -> None:
    tube = bench.make.sample(donor=bench.make.consenting("GRU"))
    request = bench.make.request(NewLine(samples=(tube,)), project=bench.project)
    reserving.reserve(bench.bank, actor, reserving.Reserve(request))
    code = packing.open_shipment(bench.bank, actor, NewShipment(request))
    assert packing.pack(bench.bank, actor, Pack(code, tube)).said is PackSaid.NOT_PICKED


def test_a_held_tube_and_one_whose_donor_withdrew_stay_out(bench: Bench, actor: Actor) -> None:
    held, withdrawn, _third = bench.tubes
    holding.hold_samples(bench.bank, actor, [held], "quality", "haemolysed")
    withdrawing.withdraw(bench.bank, actor, bench.donors[1], "asked by letter")
    assert str(bench.scan(held)) == f"{held} is on hold: haemolysed; set it aside."
    assert bench.scan(withdrawn).said is PackSaid.WITHDRAWN


def test_consent_is_judged_with_the_recipient_as_one_of_the_team(bench: Bench, actor: Actor) -> None:
    company = bench.make.organisation("CRO", kind="company", commercial=True, country="FR")
    code = packing.open_shipment(bench.bank, actor, NewShipment(bench.request, recipient=company))
    outcome = packing.pack(bench.bank, actor, Pack(code, bench.tubes[0]))
    assert outcome.said is PackSaid.CONSENT
    assert "commercial" in str(outcome)


def test_a_tube_lies_in_one_box_only(bench: Bench, actor: Actor) -> None:
    bench.scan(bench.tubes[0])
    other = packing.open_shipment(bench.bank, actor, NewShipment(bench.request))
    outcome = packing.pack(bench.bank, actor, Pack(other, bench.tubes[0]))
    assert (outcome.said, outcome.facts["shipment"]) == (PackSaid.ELSEWHERE, bench.code)
    with pytest.raises(Refused, match="Box 1, A1 holds"):
        bench.scan(bench.tubes[1], position="A1")


def test_the_database_itself_refuses_a_second_tube_in_a_hole_and_a_tube_packed_twice(bench: Bench, raw: Any) -> None:
    bench.scan(bench.tubes[0])
    line = 'INSERT INTO shipment_item (id, shipment_id, sample_id, box, "row", col, state)'
    hole = "shipment_item.box" if raw.sqlite else "shipment_item_hole"
    assert hole in raw.refused(f"{line} VALUES (80, 1, 2, 1, 0, 0, 'packed')")
    packing.open_shipment(bench.bank, bench.actor, NewShipment(bench.request))
    twice = "shipment_item.sample_id" if raw.sqlite else "shipment_item_packed"
    assert twice in raw.refused(f"{line} VALUES (81, 2, 1, 1, 0, 0, 'packed')")


def test_a_tube_taken_out_is_packed_again_in_another_hole(bench: Bench, actor: Actor) -> None:
    tube = bench.tubes[0]
    bench.scan(tube)
    assert packing.unpack(bench.bank, actor, bench.code, [tube], "wrong box") == 1
    assert bench.states() == {tube: "unpacked"}
    assert bench.scan(tube, position="B2").packed
    assert bench.states() == {tube: "packed"}
    with pytest.raises(Refused, match="is not packed in"):
        packing.unpack(bench.bank, actor, bench.code, [bench.tubes[1]])


def test_a_withdrawal_takes_the_donors_tubes_out_of_boxes_not_yet_sent(bench: Bench, actor: Actor) -> None:
    packing.fill(bench.bank, actor, bench.code)
    withdrawing.withdraw(bench.bank, actor, bench.donors[0], "asked by letter")
    assert bench.states() == {bench.tubes[0]: "unpacked", bench.tubes[1]: "packed", bench.tubes[2]: "packed"}
    bench.agree()
    assert bench.send().samples == 2


def test_a_commercial_partner_on_the_team_empties_the_boxes_not_yet_sent(bench: Bench, actor: Actor) -> None:
    packing.fill(bench.bank, actor, bench.code)
    bench.make.organisation("PHARMA", kind="company", commercial=True, country="FR")
    projects.add_member(bench.bank, actor, projects.Member(bench.project, organisation="PHARMA"))
    assert set(bench.states().values()) == {"unpacked"}
    assert "commercial" in bench.detail().items[0].note


@pytest.mark.parametrize(
    ("signed", "expires", "code"),
    [
        (None, None, "agreement.unsigned"),
        ("2026-06-01", None, "agreement.unsigned"),
        ("2025-01-01", "2025", "agreement.expired"),
        ("2025-01-01", "2026-03-01", "agreement.expired"),
    ],
)
def test_nothing_goes_to_another_organisation_without_an_agreement_signed_and_in_date(
    bench: Bench, signed: str | None, expires: str | None, code: str
) -> None:
    packing.fill(bench.bank, bench.actor, bench.code)
    with pytest.raises(Refused, match="no transfer agreement"):
        bench.send()
    bench.agree(signed, expires)
    with pytest.raises(Refused) as refused:
        bench.send()
    assert refused.value.code == code
    assert bench.detail().shipment.state == "packing"


def test_an_agreement_called_off_gates_dispatch(bench: Bench, actor: Actor) -> None:
    bench.agree()
    packing.fill(bench.bank, actor, bench.code)
    agreements.end(bench.bank, actor, bench.project, "MTA-1", "the partner left")
    with pytest.raises(Refused, match="was called off on 2026-03-02"):
        bench.send()


def test_an_unsigned_agreement_is_completed_under_its_reference_and_a_signed_one_is_not(bench: Bench) -> None:
    bench.agree(None, None)
    bench.agree("2026-02-01", "2026-12")
    with pytest.raises(Conflict, match="has the agreement MTA-1 already"):
        bench.agree("2026-02-02", None)
    with pytest.raises(Refused, match="signed on a day"):
        agreements.add(bench.bank, bench.actor, NewAgreement(bench.project, "LAB", "MTA-2", "2026-02"))
    with pytest.raises(Refused, match="64 hex digits"):
        agreements.add(bench.bank, bench.actor, NewAgreement(bench.project, "LAB", "MTA-2", document="abc"))


def test_nothing_leaves_the_country_without_the_projects_authorisation(bank: Bank, actor: Actor, make: Any) -> None:
    bench = Bench(bank, actor, make, country=None)
    bench.agree()
    packing.fill(bank, actor, bench.code)
    with pytest.raises(Refused, match="The country of LAB is not known"):
        bench.send()
    parties.settle(bank, actor, "LAB", "CH")
    # The use is abroad now, which consent has to allow as well.
    gates = [gate.code for gate in bench.detail().gates]
    assert gates[0] == "export.unauthorised"
    projects.amend(bank, actor, projects.Amendment(bench.project, export_authorisation="IE-2026-7"))
    assert "export.unauthorised" not in [gate.code for gate in bench.detail().gates]


def test_a_hold_laid_after_packing_gates_dispatch_until_the_tube_is_out(bench: Bench, actor: Actor) -> None:
    bench.agree()
    packing.fill(bench.bank, actor, bench.code)
    holding.hold_samples(bench.bank, actor, [bench.tubes[0]], "legal", "a claim")
    with pytest.raises(Refused, match="is on hold: a claim"):
        bench.send()
    packing.unpack(bench.bank, actor, bench.code, [bench.tubes[0]])
    assert bench.send().samples == 2


def test_an_empty_shipment_and_one_nobody_carries_do_not_leave(bench: Bench, actor: Actor) -> None:
    bench.agree()
    code = packing.open_shipment(bench.bank, actor, NewShipment(bench.request))
    with pytest.raises(Refused, match="holds no tube"):
        dispatching.dispatch(bench.bank, actor, code)
    packing.fill(bench.bank, actor, code)
    with pytest.raises(Refused, match="Nobody is named who carries"):
        dispatching.dispatch(bench.bank, actor, code)
    assert dispatching.dispatch(bench.bank, actor, code, COURIER).samples == 3


def test_dispatched_tubes_are_on_their_way_and_it_is_the_recipients_turn(bench: Bench, raw: Any) -> None:
    bench.sent()
    tube = bench.tube(bench.tubes[0])
    assert (tube.status, tube.out) == ("in_transit", None)
    with bench.bank.read() as connection:
        found = asked.detail(connection, bench.request)
    assert (found.request.turn, found.lines[0].shipped) == ("recipient", 3)
    (facts,) = raw("SELECT facts FROM ledger_entry WHERE verb = 'shipment.dispatch'")
    assert "You sign that 3 samples" in facts[0]
    assert bench.scan(bench.tubes[0]).said is PackSaid.LEFT


def test_the_manifest_names_nothing_by_the_banks_own_codes(bench: Bench, raw: Any) -> None:
    bench.sent()
    with bench.bank.read() as connection:
        found = manifest(connection, bench.code, bench.bank.clock())
    told = repr(found)
    hidden = [*bench.tubes, *bench.donors, "00A1", "00A2", "00A3"]
    assert [code for code in hidden if code in told] == []
    assert [(line.box, line.position) for line in found.lines] == [(1, "A1"), (1, "A2"), (1, "B1")]
    assert found.agreement == "MTA-1"
    assert all(line.sample.startswith("Q-") and line.donor.startswith("N-") for line in found.lines)
    assert raw("SELECT count(*) FROM project_donor") == [(3,)]


def test_two_projects_know_the_same_donor_by_different_codes(bench: Bench, actor: Actor, raw: Any) -> None:
    bench.sent()
    more = bench.make.sample(donor=bench.donors[0])
    project = bench.make.project()
    request = bench.make.request(NewLine(samples=(more,)), project=project)
    reserving.reserve(bench.bank, actor, reserving.Reserve(request))
    walk = picking.start(bench.bank, actor, request).code
    picking.scan(bench.bank, actor, picking.Scan(walk, more))
    code = packing.open_shipment(bench.bank, actor, NewShipment(request))
    packing.fill(bench.bank, actor, code)
    codes = [row[0] for row in raw("SELECT code FROM project_donor WHERE donor_id = 1")]
    assert len(set(codes)) == 2


def test_a_shipment_received_whole_ends_its_tubes_here(bench: Bench, actor: Actor) -> None:
    bench.sent()
    done = arrivals.receive(bench.bank, actor, Receipt(bench.code, arrival="5 kg of ice left"))
    assert (done.state, done.received, done.missing, done.extra) == ("received", 3, 0, ())
    tube = bench.tube(bench.tubes[0])
    assert (tube.status, tube.place) == ("distributed", None)
    assert bench.detail().arrival == "5 kg of ice left"
    assert dispatching.close(bench.bank, actor, bench.code) == "closed"


def test_a_receipt_with_discrepancies_is_one_step_and_the_missing_may_still_be_found(
    bench: Bench, actor: Actor, raw: Any
) -> None:
    bench.sent()
    entries = raw("SELECT max(number) FROM ledger_entry")[0][0]
    with bench.bank.read() as connection:
        by_project = manifest(connection, bench.code, bench.bank.clock()).lines[0].sample
    outcomes = (
        Outcome(by_project, "damaged", "lid open"),
        Outcome("A2", "missing"),
        Outcome("STRAY", "extra"),
    )
    done = arrivals.receive(bench.bank, actor, Receipt(bench.code, outcomes))
    assert (done.received, done.damaged, done.missing, done.extra) == (1, 1, 1, ("STRAY",))
    assert done.state == "received_with_discrepancies"
    assert raw("SELECT max(number) FROM ledger_entry") == [(entries + 1,)]
    first, second, third = bench.tubes
    assert bench.states() == {first: "damaged", second: "missing", third: "received", "STRAY": "extra"}
    assert bench.tube(second).status == "in_transit"
    arrivals.receive(bench.bank, actor, Receipt(bench.code, (Outcome(second),)))
    assert (bench.states()[second], bench.tube(second).status) == ("received", "distributed")
    assert dispatching.close(bench.bank, actor, bench.code) == "closed"


def test_what_was_not_found_is_missing_once_the_shipment_is_closed(bench: Bench, actor: Actor) -> None:
    bench.sent()
    arrivals.receive(bench.bank, actor, Receipt(bench.code, (Outcome(bench.tubes[0]),), rest="missing"))
    dispatching.close(bench.bank, actor, bench.code)
    assert bench.tube(bench.tubes[1]).status == "missing"


def test_an_extra_tube_that_is_ours_raises_the_alarm(bench: Bench, actor: Actor) -> None:
    bench.sent()
    ours = bench.make.sample()
    done = arrivals.receive(bench.bank, actor, Receipt(bench.code, (Outcome(ours),), unknown_extra=True))
    assert (done.extra, done.alarms) == ((ours,), (ours,))


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Outcome("STRAY"), "was not sent with"),
        (Outcome("A1", "extra"), "it is not extra"),
        (Outcome("A1", "lovely"), "not lovely"),
        (Outcome("A1", "damaged", "\x1b]52;c;"), "holds a"),
    ],
)
def test_a_receipt_that_cannot_be_is_refused_whole(bench: Bench, actor: Actor, outcome: Outcome, sentence: str) -> None:
    bench.sent()
    with pytest.raises((Refused, NotFound), match=sentence):
        arrivals.receive(bench.bank, actor, Receipt(bench.code, (outcome,)))
    assert bench.detail().shipment.state == "dispatched"


def test_a_tube_that_comes_back_is_received_anew_with_one_thaw_more(bench: Bench, actor: Actor, raw: Any) -> None:
    bench.sent()
    arrivals.receive(bench.bank, actor, Receipt(bench.code))
    tube = bench.tubes[0]
    thaws = bench.tube(tube).thaws
    done = arrivals.take_back(bench.bank, actor, Return(bench.code, (tube,), unit=bench.box))
    assert (done.samples, done.alarms) == ((tube,), ())
    back = bench.tube(tube)
    assert (back.status, back.thaws, back.place.position) == ("available", thaws + 1, "A1")
    assert raw("SELECT state, why FROM reservation WHERE sample_id = 1") == [("released", "returned")]
    with bench.bank.read() as connection:
        line = asked.detail(connection, bench.request).lines[0]
    # What was sent stays told; it was given, and is not owed again.
    assert (line.shipped, line.returned, line.picked, line.missing) == (3, 1, 3, 0)
    with pytest.raises(Refused, match="only a tube that is away comes back"):
        arrivals.take_back(bench.bank, actor, Return(bench.code, (tube,)))


def test_a_returned_tube_is_scanned_in_at_the_bench_all_the_same(bench: Bench, actor: Actor) -> None:
    bench.sent()
    arrivals.receive(bench.bank, actor, Receipt(bench.code))
    receiving.arrive(bench.bank, actor, [receiving.Arrival(bench.tubes[0])])
    assert bench.detail().items[0].returned is not None
    again = bench.make.request(NewLine(samples=(bench.tubes[0],)), project=bench.make.project())
    reserving.reserve(bench.bank, actor, reserving.Reserve(again))


def test_a_tube_that_comes_back_after_its_donor_withdrew_is_on_hold_and_raises_the_alarm(
    bench: Bench, actor: Actor
) -> None:
    bench.sent()
    arrivals.receive(bench.bank, actor, Receipt(bench.code))
    withdrawing.withdraw(bench.bank, actor, bench.donors[0], "asked by letter")
    done = arrivals.take_back(bench.bank, actor, Return(bench.code, (bench.tubes[0],)))
    assert done.alarms == (bench.donors[0],)
    assert bench.tube(bench.tubes[0]).holds


def test_a_lost_shipment_leaves_its_tubes_missing_and_their_places_free(bench: Bench, actor: Actor) -> None:
    bench.sent()
    with pytest.raises(Refused, match="needs a reason"):
        arrivals.lose(bench.bank, actor, bench.code, " ")
    assert arrivals.lose(bench.bank, actor, bench.code, "the courier's van burnt") == 3
    tube = bench.tube(bench.tubes[0])
    assert (tube.status, tube.place) == ("missing", None)
    assert bench.detail().shipment.state == "lost"
    with pytest.raises(Refused, match="is lost"):
        arrivals.receive(bench.bank, actor, Receipt(bench.code))


def test_an_emptied_shipment_is_closed_and_a_full_one_is_not(bench: Bench, actor: Actor) -> None:
    bench.scan(bench.tubes[0])
    with pytest.raises(Refused, match="still holds tubes"):
        dispatching.close(bench.bank, actor, bench.code)
    packing.unpack(bench.bank, actor, bench.code, [bench.tubes[0]])
    assert dispatching.close(bench.bank, actor, bench.code) == "closed"


def test_who_may_pack_and_who_may_receive(bench: Bench) -> None:
    lead = bench.make.person(Role.PROJECT_LEAD, project=bench.project)
    with pytest.raises(Denied):
        packing.fill(bench.bank, lead, bench.code)
    bench.sent()
    with pytest.raises(Denied):
        arrivals.lose(bench.bank, lead, bench.code, "gone")
    assert arrivals.receive(bench.bank, lead, Receipt(bench.code)).received == 3


def test_the_whole_way_stands_in_the_ledger_and_the_ledger_verifies(bench: Bench, actor: Actor) -> None:
    bench.sent()
    arrivals.receive(bench.bank, actor, Receipt(bench.code, (Outcome("A1", "damaged"),)))
    arrivals.take_back(bench.bank, actor, Return(bench.code, ("A2",)))
    with bench.bank.read() as connection:
        assert ledger.verify(connection).fault is None


def test_packing_is_undone_where_nothing_followed_and_the_tubes_stay_picked(bench: Bench, actor: Actor) -> None:
    packing.fill(bench.bank, actor, bench.code)
    done = undoing.undo(bench.bank, actor)
    assert {str(each): each.count for each in done.effects} == {
        "tubes packed by it leave their holes; they stay picked": 3,
    }
    assert set(bench.states().values()) == {"unpacked"}
    assert bench.scan(bench.tubes[0]).packed
    undoing.undo(bench.bank, actor)
    assert set(bench.states().values()) == {"unpacked"}
    with bench.bank.read() as connection:
        assert [str(found) for found in check(connection)] == []


def test_packing_that_was_sent_and_taking_out_of_a_box_are_not_undone(bench: Bench, actor: Actor) -> None:
    packing.fill(bench.bank, actor, bench.code)
    packing.unpack(bench.bank, actor, bench.code, bench.tubes[:1])
    with pytest.raises(Refused, match="scan them into it again"):
        undoing.undo(bench.bank, actor)
    bench.agree()
    with bench.bank.read() as connection:
        packed = connection.scalar(
            select(func.max(LEDGER_ENTRY.c.number)).where(LEDGER_ENTRY.c.facts.contains('"packed"'))
        )
    bench.send()
    with pytest.raises(Refused, match="A dispatch is not undone"):
        undoing.undo(bench.bank, actor)
    with pytest.raises(Conflict, match="touched since"):
        undoing.undo(bench.bank, actor, packed)
