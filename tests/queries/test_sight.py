"""Who only leads projects reads the own ones; everybody sees whose turn it is for what they read."""

from __future__ import annotations

from typing import Any

import pytest

from biobank_tui.actions import projects, requests
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, grants_of
from biobank_tui.queries import projects as project_queries
from biobank_tui.queries import requests as request_queries
from biobank_tui.queries.feasibility import feasibility
from biobank_tui.queries.searching import things
from biobank_tui.queries.sight import refused
from biobank_tui.queries.turns import who_may_act
from biobank_tui.rules.errors import Denied
from biobank_tui.rules.permissions import Role
from biobank_tui.rules.query import parse

LINE = NewLine("type:plasma", asked=1)


@pytest.fixture
def two(make: Any) -> dict[str, tuple[Actor, str, str]]:
    """Two leads, each with a project and an approved request."""
    found = {}
    for login in ("ann", "bob"):
        lead = make.person(Role.PROJECT_LEAD, login=login)
        project = make.project(lead=login)
        found[login] = (lead, project, make.request(LINE, project=project))
    return found


def test_a_lead_reads_the_own_projects_and_requests_alone(bank: Bank, two: Any) -> None:
    (ann, project, request), (_bob, other, others) = two["ann"], two["bob"]
    with bank.read() as connection:
        assert [row.code for row in project_queries.projects(connection, reader=ann.person_id)] == [project]
        assert [row.code for row in request_queries.requests(connection, reader=ann.person_id)] == [request]
        assert request_queries.detail(connection, request, reader=ann.person_id).request.turn == "technician"
        for forbidden in (
            lambda: request_queries.detail(connection, others, reader=ann.person_id),
            lambda: project_queries.detail(connection, other, at=bank.clock(), reader=ann.person_id),
            lambda: feasibility(connection, other, parse("type:plasma"), reader=ann.person_id),
        ):
            with pytest.raises(Denied, match="another team's project"):
                forbidden()


def test_a_team_member_reads_what_the_team_does(bank: Bank, actor: Actor, make: Any, two: Any) -> None:
    (ann, _project, request), (_bob, other, others) = two["ann"], two["bob"]
    projects.add_member(bank, actor, projects.Member(other, person=ann.login))
    with bank.read() as connection:
        assert {row.code for row in request_queries.requests(connection, reader=ann.person_id)} == {request, others}


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.COMMITTEE, Role.MANAGER, Role.AUDITOR])
def test_those_who_serve_all_projects_read_all(bank: Bank, make: Any, two: Any, role: Role) -> None:
    who = make.person(role, Role.PROJECT_LEAD)
    with bank.read() as connection:
        assert len(request_queries.requests(connection, reader=who.person_id)) == 2
        assert len(project_queries.projects(connection, reader=who.person_id)) == 2


def test_a_lead_acts_in_the_own_projects_alone(bank: Bank, actor: Actor, two: Any) -> None:
    (ann, _project, _request), (_bob, other, others) = two["ann"], two["bob"]
    for forbidden in (
        lambda: requests.new(bank, ann, requests.NewRequest(other, "Mine", (LINE,))),
        lambda: requests.message(bank, ann, others, "hello"),
        lambda: requests.cancel(bank, ann, others),
        lambda: projects.add_member(bank, ann, projects.Member(other, person=ann.login)),
    ):
        with pytest.raises(Denied, match="another team's project"):
            forbidden()


def test_a_request_names_who_may_act_and_own_people_do_not_decide(bank: Bank, actor: Actor, make: Any) -> None:
    make.person(Role.MANAGER, login="mia")
    make.person(Role.COMMITTEE, login="cleo")
    own = make.person(Role.COMMITTEE, login="otto")
    make.person(Role.COMMITTEE, login="ed", within=make.organisation("ELSE"))
    make.person(Role.TECHNICIAN, login="tim")
    project = make.project(lead=make.person(Role.PROJECT_LEAD, login="ann").login, people=(own.login,))
    code = requests.new(bank, actor, requests.NewRequest(project, "Plasma", (LINE,))).code

    def may_act() -> list[tuple[str, str]]:
        with bank.read() as connection:
            found = request_queries.detail(connection, code).may_act
            assert found == who_may_act(connection, request_queries.finding.request(connection, code))
        return [(each.login, each.role) for each in found]

    assert may_act() == [("ann", "lead"), ("otto", "lead")]
    requests.submit(bank, actor, code)
    assert may_act() == [("admin", "committee"), ("cleo", "committee"), ("mia", "manager")]
    with bank.read() as connection:
        assert own.person_id is not None
        grants = grants_of(connection, own.person_id)
        assert request_queries.requests_waiting_for(connection, own.person_id, grants) == ()
    requests.review(bank, actor, requests.Review(code, "approve"))
    assert {login for login, _role in may_act()} == {"admin", "mia", "tim"}
    requests.cancel(bank, actor, code)
    assert may_act() == []


def test_neither_the_palette_nor_a_scan_tells_a_lead_of_anothers_project(bank: Bank, two: Any) -> None:
    (ann, project, request), (_bob, other, others) = two["ann"], two["bob"]
    with bank.read() as connection:
        found = {each.code for each in things(connection, "Project", 20, reader=ann.person_id)}
        found |= {each.code for each in things(connection, "R-", 20, reader=ann.person_id)}
        assert found == {project, request}
        assert {each.code for each in things(connection, "R-", 20)} == {request, others}
        for kind, code, hidden in (("project", other, True), ("request", others, True), ("request", request, False)):
            assert (refused(connection, kind, code, ann.person_id) is not None) is hidden
        for kind in ("sample", "donor", "pick_list"):
            assert refused(connection, kind, "S-1", ann.person_id) is not None
        assert refused(connection, "storage_unit", "F01", ann.person_id) is None
