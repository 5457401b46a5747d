"""Projects are proposed, decided and made active; their teams change."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import RowMapping, or_, select

from biobank_tui.actions.rejudging import TakenBack, rejudge_project
from biobank_tui.bank.access import require
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import PROJECT, PROJECT_MEMBER, REQUEST
from biobank_tui.queries import finding
from biobank_tui.queries.calls import stored_call
from biobank_tui.queries.purposes import OPEN_REQUESTS, on_team
from biobank_tui.queries.sight import sight_of
from biobank_tui.rules import lifecycles
from biobank_tui.rules.codes import render
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.lifecycles import ProjectState
from biobank_tui.rules.moments import parse_moment
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.phrases import mark
from biobank_tui.rules.scoring import closed_on
from biobank_tui.rules.text import controls
from biobank_tui.rules.withdrawing import Cause

NOTHING = TakenBack()
DECISIONS = (ProjectState.SELECTED, ProjectState.DECLINED)


@dataclass(frozen=True, slots=True)
class NewProject:
    """A proposal. lead: login. organisation: the lead's, by code. purpose: None while nothing is coded.

    ethics_expires: a date, possibly partial. quota: most samples it may hold. year: of the call; None is this year's.
    people, partners: of the team, by login and by code. late: why it is taken outside the call's days, by who may.
    """

    title: str
    lead: str
    organisation: str
    purpose: Purpose | None = None
    summary: str | None = None
    ethics_reference: str | None = None
    ethics_expires: str | None = None
    export_authorisation: str | None = None
    quota: int | None = None
    year: int | None = None
    people: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    late: str | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """What changes in a project; None leaves a field as it is."""

    project: str
    title: str | None = None
    summary: str | None = None
    purpose: Purpose | None = None
    ethics_reference: str | None = None
    ethics_expires: str | None = None
    export_authorisation: str | None = None
    quota: int | None = None


@dataclass(frozen=True, slots=True)
class ProjectDecision:
    """outcome: selected or declined."""

    project: str
    outcome: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A person (login) or an organisation (code) of a project's team; one of the two."""

    project: str
    person: str | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class ProjectStanding:
    """A project after an act. taken_back: what consent no longer permits it, where that was judged again."""

    id: int
    code: str
    state: str
    taken_back: TakenBack = NOTHING

    @property
    def released(self) -> int:
        """Reservations that ended."""
        return self.taken_back.reservations


def propose(bank: Bank, actor: Actor, new: NewProject) -> ProjectStanding:
    """Enter a proposal into the call of its year."""
    title = _line(mark("title"), new.title)
    if title is None:
        raise Refused("project.title", "A project needs a title.")
    _check_quota(new.quota)
    ethics_expires = parse_moment(new.ethics_expires) if new.ethics_expires else None
    with bank.transaction(actor, Verb.PROJECT_PROPOSE, reason=new.late) as tx:
        year = new.year if new.year is not None else int(tx.at[:4])
        _require_open_call(tx, year)
        organisation = finding.organisation(tx.connection, new.organisation)
        tx.permit([organisation["id"]])
        lead = finding.person(tx.connection, new.lead)
        number, prefix = tx.allocate(PROJECT.name)
        code = render(prefix, number)
        tx.insert(
            PROJECT,
            [
                {
                    "id": number,
                    "code": code,
                    "title": title,
                    "summary": _text(new.summary),
                    "lead_id": lead["id"],
                    "organisation_id": organisation["id"],
                    "purpose": new.purpose.to_json() if new.purpose is not None else None,
                    "ethics_reference": _line(mark("ethics reference"), new.ethics_reference),
                    "ethics_expires": ethics_expires,
                    "export_authorisation": _line(mark("export authorisation"), new.export_authorisation),
                    "quota": new.quota,
                    "year": year,
                    "state": ProjectState.PROPOSED,
                }
            ],
        )
        for login in dict.fromkeys(new.people):
            if login != new.lead:
                person = finding.person(tx.connection, login)["id"]
                tx.add(PROJECT_MEMBER, project_id=number, person_id=person, organisation_id=None, left=None)
        for partner in dict.fromkeys(new.partners):
            party = finding.organisation(tx.connection, partner)["id"]
            tx.add(PROJECT_MEMBER, project_id=number, person_id=None, organisation_id=party, left=None)
        tx.subject = code
        tx.facts = {"title": title}
        return ProjectStanding(number, code, ProjectState.PROPOSED)


def amend(bank: Bank, actor: Actor, change: Amendment) -> ProjectStanding:
    """Change what a project says of itself; reservations its new purpose no longer permits are released."""
    _check_quota(change.quota)
    changes = {
        "title": _line(mark("title"), change.title),
        "summary": _text(change.summary),
        "purpose": change.purpose.to_json() if change.purpose is not None else None,
        "ethics_reference": _line(mark("ethics reference"), change.ethics_reference),
        "ethics_expires": parse_moment(change.ethics_expires) if change.ethics_expires else None,
        "export_authorisation": _line(mark("export authorisation"), change.export_authorisation),
        "quota": change.quota,
    }
    changes = {name: value for name, value in changes.items() if value is not None}
    with bank.transaction(actor, Verb.PROJECT_AMEND) as tx:
        project = found_project(tx, change.project)
        tx.update(PROJECT, {project["id"]: changes})
        tx.facts = {"changed": sorted(changes)}
        return _standing(tx, project, project["state"], Cause.PURPOSE)


def decide(bank: Bank, actor: Actor, decision: ProjectDecision) -> ProjectStanding:
    """Select or decline a proposal; one that is declined is told why."""
    if decision.outcome not in DECISIONS:
        raise Refused(
            "decision.unknown",
            "A proposal is {allowed}, not {outcome}.",
            allowed=" or ".join(DECISIONS),
            outcome=decision.outcome,
        )
    grounds = _text(decision.reason)
    if decision.outcome == ProjectState.DECLINED and grounds is None:
        raise Refused("decision.reason", "To decline a proposal, say why; its team reads it.")
    with bank.transaction(actor, Verb.PROJECT_DECIDE, reason=grounds) as tx:
        project = found_project(tx, decision.project)
        if on_team(tx.connection, project["id"], actor.person_id):
            raise Refused(
                "decision.own", "You are on the team of {project}; others decide on it.", project=project["code"]
            )
        # A proposal nobody scored is decided all the same; the ledger shows that it has no scores.
        steps = [ProjectState.SCORED] if project["state"] == ProjectState.PROPOSED else []
        state = move_project(tx, project, *steps, ProjectState(decision.outcome))
        tx.update(PROJECT, {project["id"]: {"decided": tx.at, "grounds": grounds}})
        return ProjectStanding(project["id"], project["code"], state)


def activate(bank: Bank, actor: Actor, code: str) -> ProjectStanding:
    """A selected or suspended project may ask for samples from now on."""
    with bank.transaction(actor, Verb.PROJECT_DECIDE) as tx:
        project = found_project(tx, code)
        return ProjectStanding(project["id"], project["code"], move_project(tx, project, ProjectState.ACTIVE))


def suspend(bank: Bank, actor: Actor, code: str, reason: str) -> ProjectStanding:
    """Nothing is reserved or picked for a suspended project; what is reserved stays so until it expires."""
    with bank.transaction(actor, Verb.PROJECT_DECIDE, reason=reason) as tx:
        project = found_project(tx, code)
        return ProjectStanding(project["id"], project["code"], move_project(tx, project, ProjectState.SUSPENDED))


def close(bank: Bank, actor: Actor, code: str, reason: str | None = None) -> ProjectStanding:
    """End a project once none of its requests is open."""
    with bank.transaction(actor, Verb.PROJECT_DECIDE, reason=reason) as tx:
        project = found_project(tx, code)
        still = tx.count(REQUEST, REQUEST.c.project_id == project["id"], REQUEST.c.state.in_(OPEN_REQUESTS))
        if still:
            raise Refused(
                "project.open_requests",
                "{project} still has {n} open requests; close or cancel them first.",
                project=project["code"],
                n=still,
            )
        return ProjectStanding(project["id"], project["code"], move_project(tx, project, ProjectState.CLOSED))


def add_member(bank: Bank, actor: Actor, member: Member) -> ProjectStanding:
    """Add to the team; a commercial organisation releases what donors did not allow for commercial use."""
    with bank.transaction(actor, Verb.PROJECT_TEAM) as tx:
        project = found_project(tx, member.project)
        who = _who(tx, member)
        if _membership(tx, project["id"], who):
            raise Conflict(
                "member.there",
                "{member} is on the team of {project} already.",
                member=member.person or member.organisation,
                project=project["code"],
            )
        tx.add(PROJECT_MEMBER, project_id=project["id"], **who, left=None)
        tx.facts = {"joined": member.person or member.organisation}
        return _standing(tx, project, project["state"], Cause.TEAM)


def remove_member(bank: Bank, actor: Actor, member: Member) -> ProjectStanding:
    """Somebody leaves the team; the row stays, with the day."""
    with bank.transaction(actor, Verb.PROJECT_TEAM) as tx:
        project = found_project(tx, member.project)
        rows = _membership(tx, project["id"], _who(tx, member))
        if not rows:
            raise Refused(
                "member.absent",
                "{member} is not on the team of {project}.",
                member=member.person or member.organisation,
                project=project["code"],
            )
        tx.update_all(PROJECT_MEMBER, rows, left=tx.at)
        tx.facts = {"left": member.person or member.organisation}
        return _standing(tx, project, project["state"], Cause.TEAM)


def found_project(tx: Transaction, code: str) -> RowMapping:
    """A project by its code, once the actor's grants reach it; the act's subject."""
    project = finding.project(tx.connection, code)
    tx.permit([project["organisation_id"]], project["id"])
    # Who leads projects acts in the own ones alone.
    sight_of(tx.connection, tx.actor.person_id).require(tx.connection, project)
    tx.subject = project["code"]
    return project


def move_project(tx: Transaction, project: RowMapping, *steps: ProjectState) -> ProjectState:
    """Take a project through states, each of which must be allowed; the last one stands."""
    state = ProjectState(project["state"])
    for step in steps:
        state = lifecycles.move(ProjectState, state, step)
    tx.update(PROJECT, {project["id"]: {"state": state}})
    tx.facts = {**tx.facts, "state": str(state)}
    return state


def _standing(tx: Transaction, project: RowMapping, state: str, cause: Cause) -> ProjectStanding:
    return ProjectStanding(project["id"], project["code"], state, rejudge_project(tx, project["id"], cause))


def _require_open_call(tx: Transaction, year: int) -> None:
    """Proposals come in between the days of their call; who announces calls may take a late one, with a reason."""
    call = stored_call(tx.connection, year)
    kind = closed_on(call["opens"], call["closes"], tx.at[:10]) if call else None
    if call is None or kind is None:
        return
    if tx.reason is not None:
        require(tx.connection, tx.actor, Verb.PROJECT_CALL)
        tx.facts = {**tx.facts, kind: True}
        return
    if kind == "early":
        raise Refused("call.early", "The call of {year} opens on {day}.", year=year, day=call["opens"])
    raise Refused(
        "call.late", "The call of {year} closed on {day}; a manager may take a late proposal, saying why.",
        year=year, day=call["closes"],
    )  # fmt: skip


def _who(tx: Transaction, member: Member) -> dict[str, int | None]:
    if (member.person is None) == (member.organisation is None):
        raise Refused("member.either", "A member is a person or an organisation.")
    if member.person is not None:
        return {"person_id": finding.person(tx.connection, member.person)["id"], "organisation_id": None}
    return {"person_id": None, "organisation_id": finding.organisation(tx.connection, member.organisation or "")["id"]}


def _membership(tx: Transaction, project_id: int, who: dict[str, int | None]) -> list[int]:
    return list(
        tx.connection.scalars(
            select(PROJECT_MEMBER.c.id).where(
                PROJECT_MEMBER.c.project_id == project_id,
                PROJECT_MEMBER.c.left.is_(None),
                or_(
                    PROJECT_MEMBER.c.person_id == who["person_id"],
                    PROJECT_MEMBER.c.organisation_id == who["organisation_id"],
                ),
            )
        )
    )


def _check_quota(quota: int | None) -> None:
    if quota is not None and quota < 0:
        raise Refused("project.quota", "A quota is a number of samples, not {quota}.", quota=quota)


def _line(name: str, text: str | None) -> str | None:
    cleaned = _text(text)
    found = controls(cleaned) if cleaned else None
    if found is not None:
        raise Refused(
            "text.control", "The {wording} holds {character}; write it without.", wording=name, character=found
        )
    return cleaned


def _text(text: str | None) -> str | None:
    return text.strip() or None if text else None
