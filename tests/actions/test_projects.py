from __future__ import annotations

from typing import Any

import pytest

from biobank_tui.actions import agreements, projects
from biobank_tui.actions.projects import Amendment, Member, NewProject, ProjectDecision
from biobank_tui.actions.scoring import NewScore, score
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries import projects as asking
from biobank_tui.queries.finding import project as found
from biobank_tui.queries.purposes import effective_purpose
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.errors import Conflict, Denied, Refused
from biobank_tui.rules.permissions import Role


@pytest.fixture
def proposal(bank: Bank, actor: Actor, make: Any) -> str:
    lead = make.person(Role.PROJECT_LEAD, login="lena")
    new = NewProject("Liquid biopsies", lead.login, "HOME", Purpose("disease", ("C50",)), year=2026)
    return projects.propose(bank, actor, new).code


def purpose(bank: Bank, code: str) -> Purpose | None:
    with bank.read() as connection:
        return effective_purpose(connection, found(connection, code))


def test_a_proposal_goes_from_scores_to_a_decision_to_an_active_project(
    bank: Bank, actor: Actor, make: Any, proposal: str
) -> None:
    assert (
        score(bank, make.person(Role.COMMITTEE, organisation=make.organisation()), NewScore(proposal, 8)).state
        == "scored"
    )
    assert projects.decide(bank, actor, ProjectDecision(proposal, "selected")).state == "selected"
    assert projects.activate(bank, actor, proposal).state == "active"
    assert projects.suspend(bank, actor, proposal, "audit").state == "suspended"
    assert projects.activate(bank, actor, proposal).state == "active"
    assert projects.close(bank, actor, proposal).state == "closed"


def test_a_declined_proposal_stays_declined(bank: Bank, actor: Actor, proposal: str) -> None:
    projects.decide(bank, actor, ProjectDecision(proposal, "declined", "no samples of that kind"))
    with pytest.raises(Refused, match="declined"):
        projects.activate(bank, actor, proposal)


def test_nobody_scores_or_decides_on_a_project_of_their_own(bank: Bank, actor: Actor, make: Any, proposal: str) -> None:
    member = make.person(Role.COMMITTEE)
    projects.add_member(bank, actor, Member(proposal, person=member.login))
    with pytest.raises(Refused, match="You are on the team"):
        score(bank, member, NewScore(proposal, 10))
    with pytest.raises(Refused, match="You are on the team"):
        projects.decide(bank, member, ProjectDecision(proposal, "selected"))


def test_a_commercial_organisation_on_the_team_makes_the_project_commercial(
    bank: Bank, actor: Actor, make: Any, proposal: str
) -> None:
    assert purpose(bank, proposal) == Purpose(
        "disease", ("C50",), institutions=("HOME",), users=("lena",), project=proposal
    )
    company = make.organisation("ACME", kind="company", commercial=True)
    projects.add_member(bank, actor, Member(proposal, organisation=company))
    assert (purpose(bank, proposal) or Purpose()).commercial
    projects.remove_member(bank, actor, Member(proposal, organisation=company))
    assert not (purpose(bank, proposal) or Purpose(commercial=True)).commercial


def test_a_person_from_a_company_makes_the_project_commercial_too(
    bank: Bank, actor: Actor, make: Any, proposal: str
) -> None:
    company = make.organisation("ACME", kind="company", commercial=True)
    projects.add_member(bank, actor, Member(proposal, person=make.person(organisation=company).login))
    assert (purpose(bank, proposal) or Purpose()).commercial


def test_partners_abroad_add_their_countries_to_those_coded(bank: Bank, actor: Actor, make: Any, proposal: str) -> None:
    projects.add_member(bank, actor, Member(proposal, organisation=make.organisation("US1", country="US")))
    assert (purpose(bank, proposal) or Purpose()).countries == ()
    projects.amend(bank, actor, Amendment(proposal, purpose=Purpose("biomedical", countries=("FR",))))
    assert (purpose(bank, proposal) or Purpose()).countries == ("FR", "US")


def test_a_member_joins_once_and_leaves_once(bank: Bank, actor: Actor, make: Any, proposal: str) -> None:
    partner = Member(proposal, organisation=make.organisation("UNI", kind="university"))
    projects.add_member(bank, actor, partner)
    with pytest.raises(Conflict, match="on the team"):
        projects.add_member(bank, actor, partner)
    projects.remove_member(bank, actor, partner)
    with pytest.raises(Refused, match="not on the team"):
        projects.remove_member(bank, actor, partner)
    projects.add_member(bank, actor, partner)


def test_an_agreement_is_in_date_from_its_signature_to_its_last_day(
    bank: Bank, actor: Actor, make: Any, proposal: str
) -> None:
    party = make.organisation("UNI", kind="university")
    agreements.add(bank, actor, agreements.NewAgreement(proposal, party, "MTA-1", "2026-01-10", "2026-06"))
    with pytest.raises(Refused, match="before it was signed"):
        agreements.add(bank, actor, agreements.NewAgreement(proposal, party, "MTA-2", "2026-01-10", "2025-12-31"))
    for day, in_date in (("2026-01-09", False), ("2026-06-30T23:00:00Z", True), ("2026-07-01", False)):
        with bank.read() as connection:
            (agreement,) = asking.detail(connection, proposal, at=day).agreements
        assert agreement.in_date is in_date, day


def test_a_lead_manages_the_own_team_only(bank: Bank, make: Any, proposal: str) -> None:
    partner = make.organisation("UNI", kind="university")
    own = make.person(Role.PROJECT_LEAD, project=proposal)
    projects.add_member(bank, own, Member(proposal, organisation=partner))
    other = make.person(Role.PROJECT_LEAD, project=make.project())
    with pytest.raises(Denied):
        projects.remove_member(bank, other, Member(proposal, organisation=partner))


def test_a_project_closes_once_its_requests_are(bank: Bank, actor: Actor, make: Any) -> None:
    from biobank_tui.actions import requests

    project = make.project()
    request = make.request(requests.NewLine("type:plasma", asked=1), project=project)
    with pytest.raises(Refused, match="1 open requests"):
        projects.close(bank, actor, project)
    requests.cancel(bank, actor, request)
    assert projects.close(bank, actor, project).state == "closed"


@pytest.mark.parametrize("title", ["", "  ", "red\x1b[31m"])
def test_a_title_is_plain_text(bank: Bank, actor: Actor, title: str) -> None:
    with pytest.raises(Refused):
        projects.propose(bank, actor, NewProject(title, "admin", "HOME"))
