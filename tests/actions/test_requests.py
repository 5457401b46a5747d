from __future__ import annotations

from typing import Any

import pytest

from biobank_tui.actions import picking, projects, requests, reserving
from biobank_tui.actions.requests import LineChange, NewLine, NewRequest, Review
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries import requests as asking
from biobank_tui.rules.errors import Conflict, Denied, NotFound, Refused
from biobank_tui.rules.permissions import Role

PLASMA = NewLine("type:plasma", asked=2)


def row(bank: Bank, code: str) -> asking.RequestRow:
    with bank.read() as connection:
        return asking.detail(connection, code).request


def test_every_state_says_whose_turn_it_is_and_since_when(bank: Bank, actor: Actor, make: Any, clock: Any) -> None:
    make.samples(2, donor=make.consenting())
    code = requests.new(bank, actor, NewRequest(make.project(), "Plasma", (PLASMA,))).code
    assert (row(bank, code).state, row(bank, code).turn) == ("draft", "lead")
    clock.now = "2026-03-03T08:00:00Z"
    requests.submit(bank, actor, code)
    assert (row(bank, code).turn, row(bank, code).turn_since) == ("committee", clock.now)
    clock.now = "2026-03-04T08:00:00Z"
    requests.review(bank, actor, Review(code, "changes", "which stage?"))
    assert (row(bank, code).state, row(bank, code).turn) == ("changes_requested", "lead")
    requests.submit(bank, actor, code)
    clock.now = "2026-03-05T08:00:00Z"
    requests.review(bank, actor, Review(code, "approve"))
    assert (row(bank, code).turn, row(bank, code).turn_since) == ("technician", clock.now)
    clock.now = "2026-03-06T08:00:00Z"
    reserving.reserve(bank, actor, reserving.Reserve(code))
    assert (row(bank, code).state, row(bank, code).turn_since) == ("in_fulfilment", "2026-03-05T08:00:00Z")


def test_a_review_is_kept_with_its_reason(bank: Bank, actor: Actor, make: Any) -> None:
    code = requests.new(bank, actor, NewRequest(make.project(), "Plasma", (PLASMA,))).code
    requests.submit(bank, actor, code)
    with pytest.raises(Refused, match="say why"):
        requests.review(bank, actor, Review(code, "reject"))
    requests.review(bank, actor, Review(code, "reject", "out of scope"))
    with bank.read() as connection:
        (decision,) = asking.detail(connection, code).decisions
    assert (decision.person, decision.vote, decision.reason) == ("admin", "reject", "out of scope")
    with pytest.raises(Refused, match="stays so"):
        requests.review(bank, actor, Review(code, "approve"))


def test_nobody_reviews_a_request_of_the_own_project(bank: Bank, actor: Actor, make: Any) -> None:
    lead = make.person(Role.PROJECT_LEAD, Role.COMMITTEE)
    code = requests.new(bank, lead, NewRequest(make.project(lead=lead.login), "Plasma", (PLASMA,))).code
    requests.submit(bank, lead, code)
    with pytest.raises(Refused, match="You are on the team"):
        requests.review(bank, lead, Review(code, "approve"))


def test_a_technician_does_not_review(bank: Bank, actor: Actor, make: Any) -> None:
    code = requests.new(bank, actor, NewRequest(make.project(), "Plasma", (PLASMA,))).code
    requests.submit(bank, actor, code)
    with pytest.raises(Denied):
        requests.review(bank, make.person(Role.TECHNICIAN), Review(code, "approve"))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (NewLine(), "either criteria or samples"),
        (NewLine("type:plasma", ("S-0000018",), 1), "either criteria or samples"),
        (NewLine("type:plasma"), "does not say how many"),
        (NewLine("type:plasma", asked=0), "asks for 1 to"),
        (NewLine(" ", asked=1), "needs criteria"),
        (NewLine("typ:plasma", asked=1), "did you mean"),
        (NewLine("type:plasma", asked=1, least="200 furlongs"), "no unit"),
    ],
)
def test_a_line_says_what_is_wrong_with_it(bank: Bank, actor: Actor, make: Any, line: NewLine, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        requests.new(bank, actor, NewRequest(make.project(), "Request", (line,)))


def test_a_named_sample_must_exist_and_is_named_once(bank: Bank, actor: Actor, make: Any) -> None:
    project, tube = make.project(), make.sample()
    with pytest.raises(NotFound):
        requests.new(bank, actor, NewRequest(project, "Request", (NewLine(samples=("nothing",)),)))
    with pytest.raises(Conflict, match="twice"):
        requests.new(bank, actor, NewRequest(project, "Request", (NewLine(samples=(tube, tube)),)))


def test_lines_change_while_the_request_is_with_its_project(bank: Bank, actor: Actor, make: Any) -> None:
    code = requests.new(bank, actor, NewRequest(make.project(), "Plasma", (PLASMA,))).code
    requests.change_line(bank, actor, LineChange(code, 1, criteria="material:serum", asked=5, least="0.2 mL"))
    requests.add_lines(bank, actor, code, (NewLine("type:dna", asked=1),))
    with bank.read() as connection:
        first, second = asking.detail(connection, code).lines
    assert (first.criteria, first.asked, first.least) == ("type:Serum", 5, "0.2 mL")
    assert (second.place, second.criteria) == (2, "type:DNA")
    requests.submit(bank, actor, code)
    with pytest.raises(Refused, match="no longer change"):
        requests.change_line(bank, actor, LineChange(code, 1, asked=50))


def test_cancelling_frees_what_was_reserved_and_closes_the_pick_list(
    bank: Bank, actor: Actor, make: Any, raw: Any
) -> None:
    make.samples(2, donor=make.consenting())
    code = make.request(PLASMA)
    reserving.reserve(bank, actor, reserving.Reserve(code))
    picking.start(bank, actor, code)
    standing = requests.cancel(bank, actor, code, "the grant was not given")
    assert (standing.state, standing.turn, standing.released) == ("cancelled", "nobody", 2)
    assert raw("SELECT DISTINCT status FROM sample") == [("available",)]
    assert raw("SELECT DISTINCT state FROM pick_item") == [("dropped",)]
    assert raw("SELECT count(*) FROM pick_list WHERE closed IS NULL") == [(0,)]


def test_closing_says_whether_every_line_got_what_it_asked(bank: Bank, actor: Actor, make: Any) -> None:
    tubes = make.samples(4, donor=make.consenting())
    whole, short = make.request(PLASMA), make.request(PLASMA)
    for code in (whole, short):
        reserving.reserve(bank, actor, reserving.Reserve(code))
    pick_list = picking.start(bank, actor, whole).code
    for tube in tubes[:2]:
        picking.scan(bank, actor, picking.Scan(pick_list, tube))
    assert requests.close(bank, actor, whole).state == "fulfilled"
    standing = requests.close(bank, actor, short)
    assert (standing.state, standing.released) == ("closed_short", 2)


def test_both_sides_talk_about_a_request(bank: Bank, actor: Actor, make: Any) -> None:
    lead, member = make.person(Role.PROJECT_LEAD), make.person(Role.COMMITTEE)
    code = requests.new(bank, actor, NewRequest(make.project(lead=lead.login), "Plasma", (PLASMA,))).code
    requests.message(bank, member, code, "Which stage?")
    requests.message(bank, lead, code, "II and later.\nThank you.")
    with bank.read() as connection:
        said = asking.detail(connection, code).messages
    assert [(each.person, each.body) for each in said] == [
        (member.login, "Which stage?"),
        (lead.login, "II and later.\nThank you."),
    ]


def test_a_suspended_project_asks_for_nothing(bank: Bank, actor: Actor, make: Any) -> None:
    project = make.project()
    projects.suspend(bank, actor, project, "audit")
    with pytest.raises(Refused, match="is suspended"):
        requests.new(bank, actor, NewRequest(project, "Plasma", (PLASMA,)))
