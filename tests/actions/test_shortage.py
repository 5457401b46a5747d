"""Where samples are short: requests granted in part, the wait-list, more time, transfers by decision."""

from __future__ import annotations

from typing import Any

import pytest

from biobank_tui.actions import expiring, holding, picking, projects, releasing, requests, reserving, transferring
from biobank_tui.actions import waiting as wait_list
from biobank_tui.actions.releasing import Release
from biobank_tui.actions.requests import NewLine, Review
from biobank_tui.actions.reserving import Reserve
from biobank_tui.actions.transferring import Transfer
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.ledger import verify
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries import requests as asking
from biobank_tui.queries.shortage import substitutes
from biobank_tui.rules.errors import Conflict, Denied, Refused
from biobank_tui.rules.permissions import Role
from biobank_tui.words import filled_in

PLASMA = NewLine("type:plasma dx:C50", asked=3)


def look(bank: Bank, code: str) -> asking.RequestDetail:
    with bank.read() as connection:
        return asking.detail(connection, code, at=bank.clock())


def told(bank: Bank, code: str) -> list[str]:
    return [filled_in(each.body, each.facts) for each in look(bank, code).messages if each.facts is not None]


def submitted(bank: Bank, actor: Actor, make: Any, *lines: NewLine) -> str:
    code = requests.new(bank, actor, requests.NewRequest(make.project(), "Plasma", lines)).code
    return requests.submit(bank, actor, code).code


# -- granted in part ---------------------------------------------------------------------------------


def test_an_approval_may_grant_a_part_and_no_more_is_reserved(bank: Bank, actor: Actor, make: Any) -> None:
    make.samples(5, donor=make.consenting())
    code = submitted(bank, actor, make, PLASMA, NewLine("type:serum", asked=4))
    requests.review(bank, actor, Review(code, "approve", "few are left", {1: 2, 2: 0}))
    assert reserving.reserve(bank, actor, Reserve(code)).count == 2
    first, second = look(bank, code).lines
    assert (first.asked, first.granted, first.missing, second.granted, second.missing) == (3, 2, 0, 0, 0)
    with pytest.raises(Refused, match="is granted 2 and has 2"):
        reserving.reserve(bank, actor, Reserve(code, line=1, count=1))
    pick_list = picking.start(bank, actor, code).code
    for tube in reversed(range(2)):
        picking.scan(bank, actor, picking.Scan(pick_list, make_code(bank, code, tube)))
    assert requests.close(bank, actor, code).state == "fulfilled"


def make_code(bank: Bank, request: str, place: int) -> str:
    with bank.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT s.code FROM sample s JOIN reservation v ON v.sample_id = s.id JOIN request r ON r.id = v.request_id"
            f" WHERE r.code = '{request}' ORDER BY s.id"
        ).all()
    return str(rows[place][0])


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (Review("", "approve", None, {1: 4}), "from 0 to that many"),
        (Review("", "approve", None, {2: 1}), "no line 2"),
        (Review("", "approve", None, {1: 0}), "grants nothing is a rejection"),
        (Review("", "reject", "no", {1: 1}), "Only an approval"),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(
    bank: Bank, actor: Actor, make: Any, said: Review, sentence: str
) -> None:
    code = submitted(bank, actor, make, PLASMA)
    with pytest.raises(Refused, match=sentence):
        requests.review(bank, actor, Review(code, said.vote, said.reason, said.granted))
    assert look(bank, code).request.state == "submitted"


# -- the wait-list -----------------------------------------------------------------------------------


def test_what_is_released_goes_to_who_waited_longest_in_the_same_act(
    bank: Bank, actor: Actor, make: Any, clock: Any, raw: Any
) -> None:
    make.samples(3, donor=make.consenting())
    holder, first, second = (make.request(PLASMA) for _ in range(3))
    reserving.reserve(bank, actor, Reserve(holder))
    wait_list.wait(bank, actor, first)
    clock.now = "2026-03-03T09:00:00Z"
    wait_list.wait(bank, actor, second)
    assert [line.waiting for line in look(bank, first).lines] == ["2026-03-02T09:00:00Z"]
    ((before,),) = raw("SELECT max(number) FROM ledger_entry")
    releasing.release(bank, actor, Release(holder, "not needed"))
    assert raw("SELECT count(*) FROM ledger_entry WHERE number > ?", before) == [(1,)]
    assert (look(bank, first).lines[0].reserved, look(bank, second).lines[0].reserved) == (3, 0)
    assert told(bank, first) == ["3 samples came free and are reserved for line 1 until 2026-04-02."]
    assert look(bank, first).request.state == "in_fulfilment"
    # The first has all it asked for and waits no more; the second still does.
    assert [look(bank, code).lines[0].waiting is None for code in (first, second)] == [True, False]


def test_a_tube_taken_off_a_pick_list_goes_to_who_waits_in_the_same_act(bank: Bank, actor: Actor, make: Any) -> None:
    tubes = make.samples(4, donor=make.consenting())
    holder = make.request(PLASMA)
    reserving.reserve(bank, actor, Reserve(holder))
    waiter = make.request(NewLine("type:plasma dx:C50", asked=2))
    reserving.reserve(bank, actor, Reserve(waiter, fewest=1))
    wait_list.wait(bank, actor, waiter)
    pick_list = picking.start(bank, actor, holder).code
    picking.drop(bank, actor, picking.Item(pick_list, tubes[0], "haemolysed for this use"))
    assert [look(bank, code).lines[0].reserved for code in (holder, waiter)] == [2, 2]


def test_who_waits_is_served_up_to_the_quota(bank: Bank, actor: Actor, make: Any) -> None:
    make.samples(3, donor=make.consenting())
    holder, waiter = make.request(PLASMA), make.request(PLASMA, project=make.project(quota=2))
    reserving.reserve(bank, actor, Reserve(holder))
    wait_list.wait(bank, actor, waiter)
    requests.cancel(bank, actor, holder)
    assert look(bank, waiter).lines[0].reserved == 2
    assert look(bank, waiter).lines[0].waiting is not None


def test_new_samples_reach_the_wait_list_with_the_next_sweep(bank: Bank, actor: Actor, make: Any) -> None:
    waiter = make.request(PLASMA)
    wait_list.wait(bank, actor, waiter)
    make.samples(2, donor=make.consenting())
    make.sample(donor=make.consenting("GRU", no=("GRU",)))
    (served,) = expiring.sweep(bank, actor).served
    assert (served.request, served.count, served.left) == (waiter, 2, 1)


def test_waiting_ends_with_the_request_or_when_told(bank: Bank, actor: Actor, make: Any) -> None:
    first, second = make.request(PLASMA), make.request(PLASMA)
    for code in (first, second):
        wait_list.wait(bank, actor, code)
    requests.cancel(bank, actor, first)
    assert wait_list.stop_waiting(bank, actor, second) == 1
    with pytest.raises(Refused, match="No line of"):
        wait_list.stop_waiting(bank, actor, second)
    make.samples(3, donor=make.consenting())
    assert expiring.sweep(bank, actor).served == ()


def test_only_what_is_missing_of_an_approved_request_waits(bank: Bank, actor: Actor, make: Any) -> None:
    make.samples(3, donor=make.consenting())
    draft = requests.new(bank, actor, requests.NewRequest(make.project(), "Draft", (PLASMA,))).code
    with pytest.raises(Refused, match="is draft"):
        wait_list.wait(bank, actor, draft)
    full = make.request(PLASMA)
    reserving.reserve(bank, actor, Reserve(full))
    with pytest.raises(Refused, match="has all it asks for"):
        wait_list.wait(bank, actor, full)


# -- time --------------------------------------------------------------------------------------------


def test_a_project_is_told_once_before_its_reservations_run_out_and_once_after(
    bank: Bank, actor: Actor, make: Any, clock: Any
) -> None:
    make.samples(3, donor=make.consenting())
    code = make.request(PLASMA)
    reserving.reserve(bank, actor, Reserve(code))
    clock.now = "2026-03-25T08:59:59Z"
    assert expiring.sweep(bank, actor).noticed == 0
    clock.now = "2026-03-25T09:00:00Z"
    assert [expiring.sweep(bank, actor).noticed for _ in range(2)] == [3, 0]
    clock.now = "2026-04-01T09:00:00Z"
    assert expiring.sweep(bank, actor).expired == 3
    assert told(bank, code) == [
        "3 reservations run out on 2026-04-01: have them picked, or ask for more time.",
        "3 reservations ran out; their samples are free for others again.",
    ]


def test_reservations_are_prolonged_and_noticed_anew(bank: Bank, actor: Actor, make: Any, clock: Any) -> None:
    make.samples(3, donor=make.consenting())
    code = make.request(PLASMA)
    reserving.reserve(bank, actor, Reserve(code))
    clock.now = "2026-03-28T09:00:00Z"
    assert expiring.sweep(bank, actor).noticed == 3
    done = expiring.prolong(bank, actor, code, 10, "the courier is late")
    assert (done.count, done.until) == (3, "2026-04-07T09:00:00Z")
    assert look(bank, code).expires == done.until
    clock.now = "2026-04-01T09:00:01Z"
    swept = expiring.sweep(bank, actor)
    assert (swept.expired, swept.noticed) == (0, 3)
    with pytest.raises(Refused, match="would stand longer"):
        expiring.prolong(bank, actor, code, 2)
    with pytest.raises(Refused, match="1 to 366 days"):
        expiring.prolong(bank, actor, code, 0)


# -- transfer ----------------------------------------------------------------------------------------


def test_reserved_samples_go_to_another_project_by_a_new_decision_only(
    bank: Bank, actor: Actor, make: Any, raw: Any
) -> None:
    tubes = make.samples(3, donor=make.consenting())
    source, target = make.request(PLASMA), make.request(PLASMA)
    reserving.reserve(bank, actor, Reserve(source))
    with pytest.raises(Conflict, match=f"is taken by {source}"):
        reserving.reserve(bank, actor, Reserve(target, line=1, samples=(tubes[0],)))
    committee = make.person(Role.COMMITTEE)
    with pytest.raises(Refused, match="needs a reason"):
        transferring.transfer(bank, committee, Transfer(source, target, " "))
    done = transferring.transfer(bank, committee, Transfer(source, target, "rarer disease first", tuple(tubes[:2])))
    assert done.samples == tuple(tubes[:2])
    assert [look(bank, code).lines[0].reserved for code in (source, target)] == [1, 2]
    decision = look(bank, target).decisions[-1]
    assert (decision.person, decision.vote, decision.reason) == (committee.login, "approve", "rarer disease first")
    assert told(bank, source) == [f"2 samples went to {target} by a new decision: rarer disease first"]
    assert raw("SELECT count(*) FROM reservation WHERE state = 'active'") == [(3,)]
    with bank.read() as connection:
        verify(connection)


def test_a_transfer_is_judged_by_the_receiving_projects_consent_criteria_and_quota(
    bank: Bank, actor: Actor, make: Any
) -> None:
    make.samples(3, donor=make.consenting("GRU"))
    source = make.request(PLASMA)
    reserving.reserve(bank, actor, Reserve(source))
    company = make.organisation("ACME", kind="company", commercial=True, country="FR")
    commercial = make.request(PLASMA, project=make.project(partners=(company,)))
    serum = make.request(NewLine("type:serum", asked=3))
    small = make.request(PLASMA, project=make.project(quota=2))
    short = make.request(NewLine("type:plasma", asked=2))
    for target, sentence in (
        (commercial, "commercial use"),
        (serum, "is not what the line asks for"),
        (small, "may hold 2 samples"),
        (short, "still lacks 2 samples, not 3"),
        (source, "has them already"),
    ):
        with pytest.raises(Refused, match=sentence):
            transferring.transfer(bank, actor, Transfer(source, target, "why not"))
    assert look(bank, source).lines[0].reserved == 3


def test_own_people_and_technicians_decide_on_no_transfer(bank: Bank, actor: Actor, make: Any) -> None:
    make.samples(3, donor=make.consenting())
    source, target = make.request(PLASMA), make.request(PLASMA)
    reserving.reserve(bank, actor, Reserve(source))
    committee = make.person(Role.COMMITTEE)
    projects.add_member(bank, actor, projects.Member(look(bank, source).request.project, person=committee.login))
    with pytest.raises(Refused, match="You are on the team"):
        transferring.transfer(bank, committee, Transfer(source, target, "mine"))
    with pytest.raises(Denied):
        transferring.transfer(bank, make.person(Role.TECHNICIAN), Transfer(source, target, "handy"))


def test_what_is_picked_or_held_is_not_transferred(bank: Bank, actor: Actor, make: Any) -> None:
    tubes = make.samples(3, donor=make.consenting())
    source, target = make.request(PLASMA), make.request(PLASMA)
    reserving.reserve(bank, actor, Reserve(source))
    pick_list = picking.start(bank, actor, source).code
    picking.scan(bank, actor, picking.Scan(pick_list, tubes[0]))
    with pytest.raises(Refused, match="is picked already"):
        transferring.transfer(bank, actor, Transfer(source, target, "urgent", (tubes[0],)))
    holding.hold_samples(bank, actor, [tubes[1]], "quality", "cracked")
    with pytest.raises(Refused, match="is on hold"):
        transferring.transfer(bank, actor, Transfer(source, target, "urgent", tuple(tubes[1:2])))


# -- what would do instead ---------------------------------------------------------------------------


def test_what_would_do_instead_is_counted_for_each_thing_not_asked(bank: Bank, actor: Actor, make: Any) -> None:
    make.samples(2, donor=make.consenting())
    make.samples(4, donor=make.consenting(dx="C34"))
    make.samples(1, donor=make.consenting(), amount="50 µL")
    code = make.request(NewLine("type:plasma dx:C50", asked=5, least="200 µL"))
    with bank.read() as connection:
        (short,) = substitutes(connection, code, at=bank.clock())
        hidden = substitutes(connection, code, at=bank.clock(), small_cell=5)[0]
    assert (short.line, short.missing, short.eligible) == (1, 5, 2)
    assert [(way.without, way.eligible) for way in short.ways] == [("dx:C50", 6), ("≥ 200 µL", 3)]
    assert [way.eligible for way in hidden.ways] == [5, None]


def test_for_a_named_sample_that_cannot_be_had_others_of_its_donor_do(bank: Bank, actor: Actor, make: Any) -> None:
    donor = make.consenting()
    held, *_others = make.samples(3, donor=donor)
    holding.hold_samples(bank, actor, [held], "quality", "cracked")
    code = make.request(NewLine(samples=(held,)))
    with bank.read() as connection:
        (short,) = substitutes(connection, code, at=bank.clock())
    assert [(way.without, way.eligible) for way in short.ways] == [(held, 2)]
