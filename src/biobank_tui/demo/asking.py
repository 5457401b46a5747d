"""Requests of the demonstration bank, in every state, each brought there by the acts that lead to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from biobank_tui.actions import picking, requests, reserving
from biobank_tui.actions.turns import advance
from biobank_tui.bank.bank import Bank
from biobank_tui.demo import sending
from biobank_tui.demo.calendar import MovingClock
from biobank_tui.demo.plans import PLANS
from biobank_tui.demo.staff import acting
from biobank_tui.model.tables import PICK_ITEM, PICK_LIST, SAMPLE
from biobank_tui.queries import finding
from biobank_tui.queries.eligibility import eligible
from biobank_tui.rules.lifecycles import RequestState
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.query import parse

VOTES: dict[str, tuple[str, str]] = {
    "rejected": ("reject", "the slides are the last ones of these donors"),
    "changes_requested": ("changes", "say how much tissue is really needed"),
}
"""What the committee says to requests it does not approve, by their fate."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A request to come. plan: the title of its project. before: days before today. fate: how far it is brought."""

    plan: str
    title: str
    criteria: str
    asked: int
    before: int
    fate: str


WISHES: tuple[Wish, ...] = (
    Wish("Methylation in prostate cancer", "Validation set", "type:DNA dx:C61", 40, 110, "received"),
    Wish("Serum metabolites and response to chemotherapy", "Pilot", "type:Serum", 24, 96, "fulfilled"),
    Wish("Mouse avatars of pancreatic tumours", "Second passage", "type:TissueFreshFrozen", 10, 84, "cancelled"),
    Wish("HER2-low companion test", "Training slides", "type:TissueFixed dx:C50*", 12, 70, "rejected"),
    Wish("Methylation in prostate cancer", "Matched plasma", "type:Plasma dx:C61", 48, 52, "dispatched"),
    Wish("Serum metabolites and response to chemotherapy", "Responders", "type:Serum dx:C34*", 30, 41, "packing"),
    Wish("Plasma lipids in rare cancers", "First samples", "type:Plasma", 60, 27, "picking"),
    Wish("HER2-low companion test", "Test slides", "type:TissueFixed dx:C50*", 15, 26, "reserved"),
    Wish("Methylation in prostate cancer", "Normal DNA", "type:DNA dx:C61", 25, 19, "picklist"),
    Wish("Single cells of lymphoma at relapse", "Relapses", "type:PBMC", 8, 14, "approved"),
    Wish("Mouse avatars of pancreatic tumours", "Larger pieces", "type:TissueFreshFrozen", 20, 12, "changes_requested"),
    Wish("Serum metabolites and response to chemotherapy", "Non-responders", "type:Serum dx:C18*", 30, 9, "in_review"),
    Wish("Plasma lipids in rare cancers", "Sarcomas", "type:Plasma dx:C49*", 20, 6, "submitted"),
    Wish("Urine exosomes for the bladder", "All stages", "type:Urine dx:C67*", 15, 3, "submitted"),
    Wish("Plasma lipids in rare cancers", "Controls", "type:Plasma", 40, 1, "draft"),
)


@dataclass(slots=True)
class Desk:
    """Those who ask, decide and send."""

    bank: Bank
    clock: MovingClock
    today: date
    projects: dict[str, str]

    def work(self, since: date, until: date) -> None:
        """The requests that begin between two days."""
        for wish in WISHES:
            day = self.today - timedelta(days=wish.before)
            if since <= day < until:
                self.clock.turn_to(day, 560)
                self._bring(wish, day)

    def _bring(self, wish: Wish, day: date) -> None:
        bank, manager = self.bank, acting(self.bank, "manager")
        plan = next(plan for plan in PLANS if plan.title == wish.plan)
        project = self.projects[wish.plan]
        # A small bank has fewer than are asked for.
        line = requests.NewLine(criteria=wish.criteria, asked=max(1, min(wish.asked, self._eligible(project, wish))))
        code = requests.new(bank, manager, requests.NewRequest(project, wish.title, (line,))).code
        if wish.fate == "draft":
            return
        self.clock.pass_minutes(25)
        requests.submit(bank, manager, code)
        self.clock.pass_minutes(60 * 5)
        if wish.fate == "submitted":
            return
        committee = acting(bank, "committee" if plan.organisation != "HELIA" else "hugo")
        if wish.fate == "in_review":
            with bank.transaction(committee, Verb.REQUEST_REVIEW) as tx:
                request = finding.request(tx.connection, code)
                tx.permit(project_id=request["project_id"])
                tx.subject = code
                advance(tx, request, RequestState.IN_REVIEW)
            return
        self.clock.turn_to(day + timedelta(days=1), 840)
        vote, reason = VOTES.get(wish.fate, ("approve", None))
        requests.review(bank, committee, requests.Review(code, vote, reason))
        if wish.fate in ("rejected", "changes_requested", "approved"):
            return
        self.clock.pass_minutes(45)
        if wish.fate == "cancelled":
            requests.cancel(bank, manager, code, "the animals are not ready")
            return
        if not self._eligible(project, wish):
            return
        reserving.reserve(bank, manager, reserving.Reserve(code, fewest=1))
        if wish.fate != "reserved":
            self._fill(wish, code, day)

    def _fill(self, wish: Wish, code: str, day: date) -> None:
        bank, tech = self.bank, acting(self.bank, "mira")
        self.clock.turn_to(day + timedelta(days=2), 530)
        if wish.fate in ("picklist", "picking"):
            pick = picking.start(bank, tech, code).code
            if wish.fate == "picking":
                for tube in self._listed(pick)[:7]:
                    self.clock.pass_minutes(1)
                    picking.scan(bank, tech, picking.Scan(pick, tube))
            return
        shipment = sending.pack(bank, tech, code)
        if wish.fate == "packing":
            return
        self.clock.turn_to(day + timedelta(days=3), 900)
        sending.dispatch(bank, tech, shipment)
        if wish.fate in ("received", "fulfilled"):
            self.clock.turn_to(day + timedelta(days=5), 640)
            sending.receive(bank, tech, shipment, damaged=1 if wish.fate == "received" else 0)
        if wish.fate == "fulfilled":
            self.clock.pass_minutes(60 * 20)
            requests.close(bank, acting(bank, "manager"), code)

    def _eligible(self, project: str, wish: Wish) -> int:
        with self.bank.read() as connection:
            number = finding.project(connection, project)["id"]
            return eligible(connection, number, parse(wish.criteria), 1, at=self.clock()).count

    def _listed(self, pick: str) -> list[str]:
        with self.bank.read() as connection:
            query = (
                select(SAMPLE.c.code)
                .join(PICK_ITEM, PICK_ITEM.c.sample_id == SAMPLE.c.id)
                .join(PICK_LIST, PICK_LIST.c.id == PICK_ITEM.c.pick_list_id)
                .where(PICK_LIST.c.code == pick)
                .order_by(PICK_ITEM.c.place)
            )
            return list(connection.scalars(query))
