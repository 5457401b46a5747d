"""The projects of the demonstration bank through the years, and the requests that were filled before its last weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from biobank_tui.actions import agreements, calls, projects, scoring
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.demo.calendar import Days, MovingClock
from biobank_tui.demo.catalogue import PEOPLE
from biobank_tui.demo.plans import PLANS, Plan
from biobank_tui.demo.staff import acting
from biobank_tui.demo.tubes import Delivery
from biobank_tui.model import tables
from biobank_tui.queries import finding
from biobank_tui.queries.calls import stored_call
from biobank_tui.queries.purposes import judged_for
from biobank_tui.rules.codes import renders
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.scoring import USUAL

MANAGER = "manager"
COMMITTEE = ("committee", "ruth", "hugo")


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


def run_projects(
    bank: Bank, clock: MovingClock, today: date, random: Random, first: date, last: date, plenty: int = 1
) -> dict[str, str]:
    """Propose, score and decide the plans proposed between two days, each on its days; project codes by title.

    plenty: how many times their quota projects get, in a bank as many times as large.
    """
    codes = {}
    for plan in sorted(PLANS, key=lambda plan: -plan.before):
        day = today - timedelta(days=plan.before)
        if first <= day < last:
            _announce(bank, clock, day)
            codes[plan.title] = _run(bank, clock, plan, day, random, plenty)
    return codes


def _announce(bank: Bank, clock: MovingClock, day: date) -> None:
    """The call of a year, once, before its first proposal."""
    with bank.read() as connection:
        announced = stored_call(connection, day.year) is not None
    if not announced:
        clock.turn_to(day, 530)
        calls.announce(bank, acting(bank, MANAGER), calls.NewCall(day.year, f"{day.year}-01-01", f"{day.year}-12-31"))


def _run(bank: Bank, clock: MovingClock, plan: Plan, day: date, random: Random, plenty: int) -> str:
    clock.turn_to(day, 540)
    manager = acting(bank, MANAGER)
    new = projects.NewProject(
        plan.title,
        plan.lead,
        plan.organisation,
        purpose_of(plan),
        summary=f"{plan.title}: samples by {plan.wants}.",
        ethics_reference=f"CPP {day.year}-{random.randrange(100, 999)}" if plan.coded else None,
        ethics_expires=f"{day.year + 10}-12-31" if plan.coded else None,
        export_authorisation=f"IE-{day.year}-{random.randrange(1000, 9999)}",
        quota=plan.quota * plenty if plan.quota else None,
        year=day.year,
    )
    code = projects.propose(bank, manager, new).code
    for partner in plan.partners:
        projects.add_member(bank, manager, projects.Member(code, organisation=partner))
    if plan.organisation != "VALMONT":
        signed = day + timedelta(days=30)
        agreements.add(
            bank,
            manager,
            agreements.NewAgreement(
                code, plan.organisation, f"MTA-{code}", signed.isoformat(), f"{signed.year + 10}-12-31"
            ),
        )
    if plan.state == "proposed":
        return code
    for number, member in enumerate(COMMITTEE):
        clock.pass_minutes(90)
        if finding_conflict(number, plan):
            score = scoring.NewScore(code, conflict="works in the same institute")
        else:
            least = 4 if plan.state == "declined" else 6
            marks = {each.code: float(random.randrange(least, 11)) for each in USUAL}
            score = scoring.NewScore(code, marks=marks)
        scoring.score(bank, acting(bank, member), score)
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
    """Whether a committee member sits in an organisation that takes part in the project."""
    login = COMMITTEE[number]
    return any(person[0] == login and person[2] in (plan.organisation, *plan.partners) for person in PEOPLE)


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
            deliveries.append(
                _past_request(tx, days, day, project["id"], plan, project["organisation_id"], committee, random)
            )
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
            {"id": request, "code": code, "project_id": project_id,
             "title": f"{plan.title}, part {random.randrange(1, 9)}", "state": state, "turn": "nobody",
             "turn_since": at(-4, 600), "created": at(40, 600)}
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
             "rows": 9, "columns": 9,
             "carrier": random.choice(("Polar Couriers", "Cold Chain Express")),
             "tracking": f"PC{random.randrange(10**9):09d}",
             "conditions": "dry ice 8 kg", "created": at(1, 600), "dispatched": at(0, 840), "received": at(-1, 660)}
        ],
    )  # fmt: skip
    return Delivery(day, project_id, request, line, pick, shipment)


def settle_past_requests(tx: Transaction, deliveries: Sequence[Delivery], sent: dict[int, int]) -> None:
    """Write what each past request had asked for, now that it is known what it got."""
    short = set(tx.connection.scalars(select(tables.REQUEST.c.id).where(tables.REQUEST.c.state == "closed_short")))
    asked = {}
    for delivery in deliveries:
        n = max(1, sent.get(delivery.request_id, 0))
        asked[delivery.line_id] = {"asked": n + max(1, n // 5) if delivery.request_id in short else n}
    tx.update(tables.REQUEST_LINE, asked)
    # In a small bank some got nothing at all.
    bare = [each.request_id for each in deliveries if each.request_id not in short | {n for n in sent if sent[n]}]
    tx.update_all(tables.REQUEST, bare, state="closed_short")


def what_each_profile_permitted(
    tx: Transaction, days: Days, deliveries: Sequence[Delivery]
) -> dict[int, list[Delivery]]:
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
