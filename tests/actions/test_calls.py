"""The call of a year: proposals come in, are scored by who has no interest in them, ranked, and decided on."""

from __future__ import annotations

from typing import Any

import pytest

from biobank_tui.actions import calls, projects
from biobank_tui.actions.calls import NewCall
from biobank_tui.actions.projects import Member, NewProject, ProjectDecision
from biobank_tui.actions.scoring import NewScore, score
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries import projects as asking
from biobank_tui.queries.calls import Call, call
from biobank_tui.queries.interests import Interest
from biobank_tui.rules.errors import Denied, Refused
from biobank_tui.rules.permissions import Role
from biobank_tui.rules.scoring import Criterion

MARKS = {"science": 8, "feasibility": 6, "patients": 7, "team": 10}


@pytest.fixture
def elsewhere(make: Any) -> str:
    """An organisation that takes part in nothing."""
    return make.organisation("ELSEWHERE")


@pytest.fixture
def member(make: Any, elsewhere: str) -> Actor:
    return make.person(Role.COMMITTEE, login="member", organisation=elsewhere)


@pytest.fixture
def proposal(bank: Bank, actor: Actor, make: Any) -> str:
    lead = make.person(Role.PROJECT_LEAD, login="lena")
    return projects.propose(bank, actor, NewProject("Liquid biopsies", lead.login, "HOME", year=2026)).code


def year(bank: Bank, reader: Actor | None = None) -> Call:
    with bank.read() as connection:
        return call(connection, 2026, reader=reader and reader.person_id)


def scores(bank: Bank, code: str, reader: Actor | None = None) -> asking.ProjectDetail:
    with bank.read() as connection:
        return asking.detail(connection, code, at="2026-03-02", reader=reader and reader.person_id)


def test_a_score_is_points_marks_or_a_conflict_of_interest(bank: Bank, member: Actor, proposal: str) -> None:
    for wrong in (
        NewScore(proposal),
        NewScore(proposal, 5, "married to the lead"),
        NewScore(proposal, 11),
        NewScore(proposal, 5, marks=MARKS),
        NewScore(proposal, marks={"science": 5}),
        NewScore(proposal, marks=MARKS | {"luck": 1}),
        NewScore(proposal, marks=MARKS | {"science": -1}),
        NewScore(proposal, 5, comment="red\x1b[31m"),
    ):
        with pytest.raises(Refused):
            score(bank, member, wrong)
    score(bank, member, NewScore(proposal, 4))
    score(bank, member, NewScore(proposal, comment="better than it looked", marks=MARKS))
    (given,) = scores(bank, proposal).scores
    # 3, 2, 2 and 1 are the weights.
    assert (given.points, given.comment) == (7.5, "better than it looked")
    assert given.marks == {"feasibility": 6, "patients": 7, "science": 8, "team": 10}


def test_who_belongs_to_an_organisation_of_the_project_neither_scores_nor_sees_scores(
    bank: Bank, actor: Actor, make: Any, member: Actor, proposal: str
) -> None:
    score(bank, member, NewScore(proposal, 8))
    of_home = make.person(Role.COMMITTEE)
    with pytest.raises(Refused, match="Your organisation HOME takes part"):
        score(bank, of_home, NewScore(proposal, 10))
    (row,) = year(bank, of_home).proposals
    assert (row.interest, row.mean, row.scores) == (Interest.ORGANISATION, None, 0)
    assert (scores(bank, proposal, of_home).scores, scores(bank, proposal, of_home).interest) == ((), "organisation")
    # A partner that joins later brings its members' interest with it.
    projects.add_member(bank, actor, Member(proposal, organisation="ELSEWHERE"))
    with pytest.raises(Refused, match="ELSEWHERE takes part"):
        score(bank, member, NewScore(proposal, 9))


def test_a_declared_conflict_stands_and_hides_the_scores(
    bank: Bank, make: Any, member: Actor, elsewhere: str, proposal: str
) -> None:
    other = make.person(Role.COMMITTEE, organisation=elsewhere)
    score(bank, other, NewScore(proposal, 8))
    score(bank, member, NewScore(proposal, 9))
    score(bank, member, NewScore(proposal, conflict="we publish together"))
    with pytest.raises(Refused, match="You declared a conflict of interest"):
        score(bank, member, NewScore(proposal, 9))
    (row,) = year(bank, member).proposals
    assert (row.mean, row.interest) == (None, Interest.DECLARED)
    (row,) = year(bank, other).proposals
    assert (row.mean, row.scores, row.conflicts, row.mine) == (8.0, 1, 1, 8.0)


def test_a_committee_member_does_not_see_a_proposal_of_the_own_team(
    bank: Bank, actor: Actor, make: Any, member: Actor, elsewhere: str, proposal: str
) -> None:
    own = projects.propose(bank, actor, NewProject("Own", member.login, elsewhere, year=2026)).code
    joined = projects.propose(bank, actor, NewProject("Joined", "lena", "HOME", year=2026, people=(member.login,))).code
    found = year(bank, member)
    assert ([each.project.code for each in found.proposals], found.hidden) == ([proposal], 2)
    with pytest.raises(Refused, match="You are on the team"):
        score(bank, member, NewScore(joined, 10))
    assert {each.project.code for each in year(bank).proposals} == {proposal, own, joined}


def test_a_lead_sees_the_own_proposals_and_no_score(bank: Bank, actor: Actor, member: Actor, proposal: str) -> None:
    projects.propose(bank, actor, NewProject("Another", "admin", "HOME", year=2026))
    score(bank, member, NewScore(proposal, 8))
    found = year(bank, bank.actor("lena"))
    assert [(each.project.code, each.mean, each.scores) for each in found.proposals] == [(proposal, None, 0)]
    assert scores(bank, proposal, bank.actor("lena")).scores == ()


def test_a_manager_runs_the_call_and_sees_every_score(bank: Bank, make: Any, member: Actor, proposal: str) -> None:
    score(bank, member, NewScore(proposal, 8))
    manager = make.person(Role.MANAGER)
    assert [each.mean for each in year(bank, manager).proposals] == [8.0]
    with pytest.raises(Denied):
        score(bank, manager, NewScore(proposal, 8))


def test_equal_means_share_a_rank_and_it_is_stated(bank: Bank, actor: Actor, make: Any, member: Actor) -> None:
    codes = [projects.propose(bank, actor, NewProject(f"P{n}", "admin", "HOME", year=2026)).code for n in range(5)]
    for code, points in zip(codes, (6, 9, 6, 4), strict=False):
        score(bank, member, NewScore(code, points))
    found = year(bank)
    assert [(each.project.title, str(each.rank)) for each in found.proposals] == [
        ("P1", "1"),
        ("P0", "2="),
        ("P2", "2="),
        ("P3", "4"),
        ("P4", "None"),
    ]


def test_the_years_count_stands_against_its_target(bank: Bank, actor: Actor, proposal: str) -> None:
    assert (year(bank).selected, year(bank).target) == (0, 10)
    projects.decide(bank, actor, ProjectDecision(proposal, "selected", "the best of the year"))
    calls.announce(bank, actor, NewCall(2026, target=12))
    assert (year(bank).selected, year(bank).target) == (1, 12)
    assert (scores(bank, proposal).decided, scores(bank, proposal).grounds) == (
        "2026-03-02T09:00:00Z",
        "the best of the year",
    )


def test_a_proposal_is_declined_with_a_reason_only(bank: Bank, actor: Actor, proposal: str) -> None:
    with pytest.raises(Refused, match="say why"):
        projects.decide(bank, actor, ProjectDecision(proposal, "declined", "  "))


def test_proposals_come_in_between_the_days_of_their_call(bank: Bank, actor: Actor, make: Any, clock: Any) -> None:
    lead, manager = make.person(Role.PROJECT_LEAD), make.person(Role.MANAGER)
    calls.announce(bank, manager, NewCall(2026, "2026-03-03", "2026-03-31"))

    def propose(who: Actor, late: str | None = None) -> str:
        return projects.propose(bank, who, NewProject("P", lead.login, "HOME", late=late)).code

    with pytest.raises(Refused, match="opens on 2026-03-03"):
        propose(lead)
    clock.now = "2026-03-31T22:00:00Z"
    propose(lead)
    clock.now = "2026-04-01T08:00:00Z"
    with pytest.raises(Refused, match="closed on 2026-03-31"):
        propose(lead)
    with pytest.raises(Denied):
        propose(lead, "the server was down")
    propose(manager, "the server was down")
    # A year without a call takes them at any time.
    projects.propose(bank, lead, NewProject("Q", lead.login, "HOME", year=2027))


def test_a_call_is_scored_by_its_own_criteria_which_then_stay(
    bank: Bank, actor: Actor, member: Actor, proposal: str
) -> None:
    criteria = (Criterion("novelty", "novelty", 1), Criterion("need", "need of patients", 3))
    calls.announce(bank, actor, NewCall(2026, criteria=criteria))
    score(bank, member, NewScore(proposal, marks={"novelty": 2, "need": 10}))
    assert year(bank).proposals[0].mean == 8.0
    assert year(bank).proposals[0].by_criterion == {"novelty": 2, "need": 10}
    with pytest.raises(Refused, match="scored already"):
        calls.announce(bank, actor, NewCall(2026, criteria=criteria[:1]))
    assert calls.announce(bank, actor, NewCall(2026, closes="2026-12-31", criteria=criteria)) == 2026


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (NewCall(1815), "no year of a call"),
        (NewCall(2026, target=-1), "a number of projects"),
        (NewCall(2026, "2026-04-01", "2026-03-01"), "before it opens"),
        (NewCall(2026, opens="2026-04"), "no whole day"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(bank: Bank, actor: Actor, wrong: NewCall, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        calls.announce(bank, actor, wrong)


def test_only_who_runs_the_bank_announces_a_call(bank: Bank, make: Any, member: Actor) -> None:
    with pytest.raises(Denied):
        calls.announce(bank, member, NewCall(2026))
