from __future__ import annotations

from typing import Any

from biobank_tui.actions import holding, picking, requests, reserving
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, grants_of
from biobank_tui.queries import requests as asking
from biobank_tui.rules.permissions import Role


def lines(bank: Bank, code: str) -> tuple[asking.LineRow, ...]:
    with bank.read() as connection:
        return asking.detail(connection, code, at="2026-03-02T09:00:00Z").lines


def waiting(bank: Bank, who: Actor) -> list[str]:
    assert who.person_id is not None
    with bank.read() as connection:
        grants = grants_of(connection, who.person_id)
        return [row.code for row in asking.requests_waiting_for(connection, who.person_id, grants)]


def test_each_line_counts_from_asked_to_picked(bank: Bank, actor: Actor, make: Any) -> None:
    donor = make.consenting()
    tubes = make.samples(5, donor=donor)
    code = make.request(NewLine("type:plasma", asked=3), NewLine("type:serum", asked=2))
    reserving.reserve(bank, actor, reserving.Reserve(code, line=1, count=2))
    pick_list = picking.start(bank, actor, code).code
    picking.scan(bank, actor, picking.Scan(pick_list, tubes[0]))
    plasma, serum = lines(bank, code)
    assert (plasma.asked, plasma.eligible, plasma.reserved, plasma.picked, plasma.shipped) == (3, 3, 1, 1, 0)
    assert (serum.asked, serum.eligible, serum.reserved) == (2, 0, 0)


def test_named_samples_that_cannot_be_had_stand_with_their_reason(bank: Bank, actor: Actor, make: Any) -> None:
    good, held = make.samples(2, donor=make.consenting())
    holding.hold_samples(bank, actor, [held], "quality", "cracked")
    (line,) = lines(bank, make.request(NewLine(samples=(good, held))))
    assert (line.samples, line.eligible) == ((good, held), 1)
    assert [(each.code, str(each.barrier)) for each in line.barred] == [(held, "on hold")]


def test_a_finished_request_is_no_longer_counted_against_the_bank(bank: Bank, actor: Actor, make: Any) -> None:
    code = make.request(NewLine("type:plasma", asked=3))
    requests.cancel(bank, actor, code)
    assert lines(bank, code)[0].eligible is None
    with bank.read() as connection:
        assert asking.requests(connection) == ()
        assert [row.code for row in asking.requests(connection, everything=True)] == [code]


def test_those_that_wait_longest_come_first(bank: Bank, actor: Actor, make: Any, clock: Any) -> None:
    first = make.request(NewLine("type:plasma", asked=1))
    clock.now = "2026-03-03T09:00:00Z"
    second = make.request(NewLine("type:plasma", asked=1))
    with bank.read() as connection:
        rows = asking.requests(connection)
    assert [(row.code, row.asked, row.reserved, row.shipped) for row in rows] == [(first, 1, 0, 0), (second, 1, 0, 0)]


def test_a_turn_is_shown_to_those_whose_it_is(bank: Bank, actor: Actor, make: Any) -> None:
    lead, other_lead = make.person(Role.PROJECT_LEAD), make.person(Role.PROJECT_LEAD)
    member, technician = make.person(Role.COMMITTEE), make.person(Role.TECHNICIAN)
    elsewhere = make.person(Role.COMMITTEE, within=make.organisation("ELSE"))
    project = make.project(lead=lead.login)
    code = requests.new(bank, actor, requests.NewRequest(project, "Plasma", (NewLine("type:plasma", asked=1),))).code
    everybody = (lead, other_lead, member, elsewhere, technician)
    assert [waiting(bank, who) for who in everybody] == [[code], [], [], [], []]
    requests.submit(bank, actor, code)
    assert [waiting(bank, who) for who in everybody] == [[], [], [code], [], []]
    requests.review(bank, actor, requests.Review(code, "approve"))
    assert [waiting(bank, who) for who in everybody] == [[], [], [], [], [code]]
