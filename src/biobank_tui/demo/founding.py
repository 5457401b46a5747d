"""How the demonstration bank begins: partners, people, forms with their questions, studies, and its projects' past."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from sqlalchemy import select

from biobank_tui.actions import consents, parties, projects
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.demo.calendar import Days, MovingClock
from biobank_tui.demo.catalogue import FORMS, ORGANISATIONS, PEOPLE, PLANS, STUDIES, Form, Plan
from biobank_tui.demo.cohort import Answers
from biobank_tui.demo.tubes import Delivery
from biobank_tui.model import tables
from biobank_tui.queries import finding
from biobank_tui.queries.purposes import judged_for
from biobank_tui.rules.codes import renders
from biobank_tui.rules.consent import Answer, LegalBasis, Profile, Purpose
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.profiles import Reply

ADMINISTRATOR = "admin"
MANAGER = "manager"
COMMITTEE = ("committee", "ruth", "hugo")
DRAWS = 4000


def welcome(bank: Bank, clock: MovingClock) -> None:
    """Partners join and people get their logins."""
    admin = bank.actor(ADMINISTRATOR)
    for code, name, kind, commercial, country in ORGANISATIONS[1:]:
        clock.pass_minutes(7)
        parties.add_organisation(bank, admin, parties.NewOrganisation(code, name, kind, commercial, country))
    for login, name, organisation, roles in PEOPLE:
        clock.pass_minutes(3)
        parties.add_person(bank, admin, parties.NewPerson(login, name, organisation, roles))


def publish_forms(bank: Bank, actor: Actor) -> tuple[int, ...]:
    """Every form of the catalogue, with its coded questions; their ids."""
    return tuple(consents.add_form(bank, actor, _new_form(form)) for form in FORMS)


def _new_form(form: Form) -> consents.NewForm:
    named = f"{form.code}/{form.version}/{form.language}"
    return consents.NewForm(
        form.code,
        form.version,
        form.title,
        tuple(question for question, _yes in form.questions),
        form.language,
        form.basis,
        f"{form.since}-01-01",
        f"{form.until}-01-01" if form.until else None,
        hashlib.sha256(named.encode()).hexdigest(),
    )


def collect_answers(tx: Transaction, forms: Sequence[int], random: Random, each: int) -> tuple[Answers, ...]:
    """The commonest `each` sets of answers to every form, stored as profiles."""
    found = []
    for form, form_id in zip(FORMS, forms, strict=True):
        drawn = Counter(tuple(_answer(random, yes) for _question, yes in form.questions) for _ in range(DRAWS))
        common = drawn.most_common(each)
        profiles = tuple(consents.profile_id(tx, _profile(form, answers)) for answers, _n in common)
        found.append(Answers(form, form_id, profiles, tuple(accumulate(float(n) for _answers, n in common))))
    return tuple(found)


def _answer(random: Random, yes: float) -> Answer:
    chance = random.random()
    # What is not answered with yes was mostly answered with no; now and then it was left open.
    return Answer.YES if chance < yes else Answer.NO if chance < yes + (1 - yes) * 0.8 else Answer.NOT_ASKED


def _profile(form: Form, answers: Sequence[Answer]) -> Profile:
    questions = [question.partition(":") for question, _yes in form.questions]
    return Profile(
        LegalBasis(form.basis),
        tuple(
            Reply(code, answer, parameter or None)
            for (code, _colon, parameter), answer in zip(questions, answers, strict=True)
        ),
    )


def open_studies(tx: Transaction) -> tuple[tuple[int, str], ...]:
    """The studies donors are enrolled in: id and code."""
    return tuple((tx.add(tables.STUDY, code=code, title=title), code) for code, title in STUDIES)


def purpose_of(plan: Plan) -> Purpose | None:
    """A plan's purpose, coded."""
    if not plan.coded:
        return None
    return Purpose(
        research_type=plan.research,  # type: ignore[arg-type]
        diseases=plan.diseases,
        commercial=plan.commercial,
        genetic=plan.genetic,
        animal=plan.animal,
        countries=plan.countries,
        publication=True,
        minors=plan.research != "drug",
    )


def run_projects(bank: Bank, clock: MovingClock, today: date, random: Random, first: date, last: date) -> dict[str, str]:
    """Propose, score and decide the plans proposed between two days, each on its days; project codes by title."""
    codes = {}
    for plan in sorted(PLANS, key=lambda plan: -plan.before):
        day = today - timedelta(days=plan.before)
        if first <= day < last:
            codes[plan.title] = _run(bank, clock, plan, day, random)
    return codes


def _run(bank: Bank, clock: MovingClock, plan: Plan, day: date, random: Random) -> str:
    clock.turn_to(day, 540)
    lead, manager = bank.actor(plan.lead), bank.actor(MANAGER)
    new = projects.NewProject(
        plan.title,
        plan.lead,
        plan.organisation,
        purpose_of(plan),
        summary=f"{plan.title}: samples by {plan.wants}.",
        ethics_reference=f"CPP {day.year}-{random.randrange(100, 999)}" if plan.coded else None,
        ethics_expires=f"{day.year + 10}-12-31" if plan.coded else None,
        export_authorisation=f"IE-{day.year}-{random.randrange(1000, 9999)}" if plan.countries != ("FR",) else None,
        quota=plan.quota,
        year=day.year,
    )
    code = projects.propose(bank, manager, new).code
    for partner in plan.partners:
        projects.add_member(bank, manager, projects.Member(code, organisation=partner))
    if plan.organisation != "VALMONT":
        signed = day + timedelta(days=30)
        projects.add_agreement(
            bank,
            manager,
            projects.NewAgreement(
                code, plan.organisation, f"MTA-{code}", signed.isoformat(), f"{signed.year + 10}-12-31"
            ),
        )
    if plan.state == "proposed":
        return code
    for number, member in enumerate(COMMITTEE):
        clock.pass_minutes(90)
        if finding_conflict(number, plan):
            score = projects.NewScore(code, conflict="works in the same institute")
        else:
            score = projects.NewScore(code, points=float(random.randrange(4 if plan.state == "declined" else 6, 11)))
        projects.score(bank, bank.actor(member), score)
    if plan.state == "scored":
        return code
    clock.pass_minutes(60 * 24)
    outcome = "declined" if plan.state == "declined" else "selected"
    reason = "too few samples would be left for others" if outcome == "declined" else None
    projects.decide(bank, manager, projects.ProjectDecision(code, outcome, reason))
    if plan.state in ("active", "suspended", "closed"):
        clock.pass_minutes(60 * 20)
        projects.activate(bank, manager, code)
    return code


def finding_conflict(number: int, plan: Plan) -> bool:
    """Whether a committee member sits in the project's own organisation."""
    login = COMMITTEE[number]
    return any(person[0] == login and person[2] == plan.organisation for person in PEOPLE)


def write_past_requests(
    tx: Transaction, days: Days, today: int, upto: int, codes: dict[str, str], random: Random, fold: int
) -> list[Delivery]:
    """Requests that were filled and received before the bank moved here: `fold` times those of the plans."""
    committee = finding.person(tx.connection, COMMITTEE[0])["id"]
    deliveries: list[Delivery] = []
    for plan in PLANS:
        if plan.title not in codes:
            continue
        project = finding.project(tx.connection, codes[plan.title])
        started = today - plan.before + 40
        for turn in range(plan.sent * fold):
            end = min(upto - 3, started + 900)
            day = started + 20 + (end - started - 20) * (turn + 1) // (plan.sent * fold)
            if day >= upto:
                continue
            deliveries.append(_past_request(tx, days, day, project["id"], plan, project["organisation_id"], committee, random))
    return deliveries


def _past_request(
    tx: Transaction,
    days: Days,
    day: int,
    project_id: int,
    plan: Plan,
    recipient: int,
    voter: int,
    random: Random,
) -> Delivery:
    def at(before: int, minute: int) -> str:
        return days.moment((day - before) * 1440 + minute)

    def coded(noun: str) -> tuple[int, str]:
        number, prefix = tx.allocate(noun)
        return number, renders(prefix, number, 1)[0]

    request, code = coded("request")
    state = "closed_short" if random.random() < 0.25 else "fulfilled"
    tx.insert(
        tables.REQUEST,
        [
            {"id": request, "code": code, "project_id": project_id, "title": f"{plan.title}, part {random.randrange(1, 9)}",
             "state": state, "turn": "nobody", "turn_since": at(-4, 600), "created": at(40, 600)}
        ],
    )  # fmt: skip
    line = tx.add(tables.REQUEST_LINE, request_id=request, place=1, kind="criteria", criteria=plan.wants, asked=1,
                  least=None, least_unit=None)  # fmt: skip
    tx.add(tables.DECISION, request_id=request, person_id=voter, vote="approve", reason=None, decided=at(20, 900))
    pick, code = coded("pick_list")
    tx.insert(
        tables.PICK_LIST,
        [{"id": pick, "code": code, "request_id": request, "made": at(3, 500), "closed": at(1, 900)}],
    )
    shipment, code = coded("shipment")
    tx.insert(
        tables.SHIPMENT,
        [
            {"id": shipment, "code": code, "request_id": request, "recipient_id": recipient, "state": "closed",
             "carrier": ("Polar Couriers", "Cold Chain Express")[random.randrange(2)], "tracking": f"PC{random.randrange(10**9):09d}",
             "conditions": "dry ice 8 kg", "created": at(1, 600), "dispatched": at(0, 840), "received": at(-1, 660)}
        ],
    )  # fmt: skip
    return Delivery(day, project_id, request, line, pick, shipment)


def settle_past_requests(tx: Transaction, deliveries: Sequence[Delivery], sent: dict[int, int]) -> None:
    """Write what each past request had asked for, now that it is known what it got."""
    short = set(
        tx.connection.scalars(select(tables.REQUEST.c.id).where(tables.REQUEST.c.state == "closed_short"))
    )
    asked = {}
    for delivery in deliveries:
        n = max(1, sent.get(delivery.request_id, 0))
        asked[delivery.line_id] = {"asked": n + max(1, n // 5) if delivery.request_id in short else n}
    tx.update(tables.REQUEST_LINE, asked)


def what_each_profile_permitted(tx: Transaction, days: Days, deliveries: Sequence[Delivery]) -> dict[int, list[Delivery]]:
    """The past requests that each consent profile allows, by day."""
    permitted: dict[int, list[Delivery]] = {}
    for delivery in sorted(deliveries, key=lambda delivery: delivery.day):
        for profile in judged_for(tx.connection, delivery.project_id, days.texts[delivery.day]).permitted:
            permitted.setdefault(profile, []).append(delivery)
    return permitted


def conclude(bank: Bank, actor: Actor, codes: dict[str, str]) -> None:
    """Close and suspend the projects whose plan ends so."""
    for plan in PLANS:
        if plan.title in codes and plan.state == "closed":
            projects.close(bank, actor, codes[plan.title], "the work is published")
        elif plan.title in codes and plan.state == "suspended":
            projects.suspend(bank, actor, codes[plan.title], "the ethics committee asks for an amendment")


def slices(quotas: Sequence[int], most: int) -> list[tuple[int, int]]:
    """Runs of donors whose tubes together are at most `most` (one donor at least): first and last + 1."""
    total = list(accumulate(quotas, initial=0))
    runs, start = [], 0
    while start < len(quotas):
        end = max(start + 1, bisect_left(total, total[start] + most + 1) - 1)
        runs.append((start, end))
        start = end
    return runs
