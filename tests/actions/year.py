"""A year of a cluster, told through the acts of those who do them: from the call to what came back from the projects.

Forty donors with breast cancer (every fourth of whom denied commercial use), eight with lung cancer, and one who
withdraws in the middle, with a tube sent, one packed, one on a pick list, one reserved and one in a pool.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from biobank_tui.actions import (
    agreements,
    arrivals,
    calls,
    consents,
    data_releases,
    dispatching,
    donors,
    packing,
    parties,
    picking,
    placing,
    projects,
    requests,
    reserving,
    results,
    samples,
    scoring,
    storage,
)
from biobank_tui.actions.aliquoting import pool
from biobank_tui.actions.carriage import Carriage
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries import given, picklists
from biobank_tui.queries.releasable import Ask
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.permissions import Role

TEAMS = ("UNI1", "UNI2", "UNI3", "UNI4", "UNI5", "UNI1", "UNI2", "TUM", "UNI3", "UNI4", "UNI5", "UNI1")
"""Where the twelve proposals come from; TUM is abroad."""
HOLES = [f"{row}{column}" for row in "ABCDEFGHI" for column in range(1, 10)]
BREAST, LUNG = 40, 8
PLASMA, DNA = "type:plasma dx:C50", "type:dna dx:C50"
COURIER = Carriage("Polar Couriers", "PC1", 8, "-78 °C")


@dataclass
class Year:
    """The bank, who works with it, and what was made: by the number of the proposal, from 1."""

    bank: Bank
    clock: Any
    folder: Path
    manager: Actor = field(init=False)
    technician: Actor = field(init=False)
    judges: list[Actor] = field(init=False)
    leads: list[Actor] = field(init=False)
    plasma: list[str] = field(default_factory=list)
    dna: list[str] = field(default_factory=list)
    leaver: str = ""
    """The donor who withdraws; theirs: her tubes."""
    theirs: list[str] = field(default_factory=list)
    pooled: str = ""
    spare: str = ""
    projects: dict[int, str] = field(default_factory=dict)
    requests: dict[int, str] = field(default_factory=dict)
    lists: dict[int, str] = field(default_factory=dict)
    shipments: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        admin = self.bank.actor("admin")
        parties.settle(self.bank, admin, "HOME", "FR")
        for code in sorted({*TEAMS, "ETHICS"}):
            country = "DE" if code == "TUM" else "FR"
            parties.add_organisation(self.bank, admin, parties.NewOrganisation(code, code, country=country))
        firm = parties.NewOrganisation("PHARMA", "Pharma", "company", commercial=True, country="FR")
        parties.add_organisation(self.bank, admin, firm)
        self.manager = self._person("manager", "HOME", Role.MANAGER)
        self.technician = self._person("technician", "HOME", Role.TECHNICIAN)
        self.judges = [self._person(f"judge{n}", at, Role.COMMITTEE) for n, at in enumerate(("ETHICS", "HOME", "UNI1"))]
        self.leads = [self._person(f"lead{n}", at, Role.PROJECT_LEAD) for n, at in enumerate(TEAMS, 1)]

    def _person(self, login: str, organisation: str, role: Role) -> Actor:
        admin = self.bank.actor("admin")
        parties.add_person(self.bank, admin, parties.NewPerson(login, login.title(), organisation))
        parties.grant(self.bank, admin, parties.NewGrant(login, role))
        return self.bank.actor(login)

    def lead(self, number: int) -> Actor:
        """Who leads a project."""
        return self.leads[number - 1]

    # -- samples come in -----------------------------------------------------------------------------

    def collect(self) -> None:
        """A tube of plasma and one of DNA of each donor; five of plasma of the one who will withdraw, one of a pool."""
        bank, who = self.bank, self.technician
        box = storage.NewTree("box 9x9")
        blood, nucleic, self.spare = (storage.add_tree(bank, who, box).code for _ in range(3))
        diseases = ["C50.4"] * BREAST + ["C34.1"] * LUNG + ["C61"]
        people = donors.register_donors(
            bank, who, [donors.NewDonor("HOME", diagnoses=(donors.NewDiagnosis(each),)) for each in diseases]
        )
        consents.add_form(bank, self.manager, consents.NewForm("F1", "1", "F1", ("GRU", "commercial_use")))
        for n, donor in enumerate(people):
            answers = {"GRU": "yes", "commercial_use": "no" if n % 4 == 0 else "yes"}
            consents.record_consent(bank, who, consents.NewConsent(donor, "F1", answers, "2026-01-05"))
        self.leaver = people[-1]
        owners = [*people[:-1], *[self.leaver] * 5]
        tubes = [
            samples.NewSample(donor, "plasma", "500 µL", unit=blood, position=hole)
            for donor, hole in zip(owners, HOLES, strict=False)
        ]
        codes = list(samples.register(bank, who, tubes).codes)
        self.plasma, self.theirs = codes[:-5], codes[-5:]
        tubes = [
            samples.NewSample(donor, "DNA", "10 µg", unit=nucleic, position=hole)
            for donor, hole in zip(people[:-1], HOLES, strict=False)
        ]
        self.dna = list(samples.register(bank, who, tubes).codes)
        shares = [(code, "50 µL") for code in (self.theirs[4], *self.plasma[-2:])]
        self.pooled = pool(bank, who, shares, unit=self.spare, position="A1")

    # -- the call ------------------------------------------------------------------------------------

    def announce(self) -> None:
        """March is open for proposals."""
        calls.announce(self.bank, self.manager, calls.NewCall(2026, "2026-03-02", "2026-03-31"))

    def propose(self, number: int) -> str:
        """A lead proposes; the project's code."""
        team = TEAMS[number - 1]
        new = projects.NewProject(
            f"Project {number}",
            f"lead{number}",
            team,
            purpose=Purpose("biomedical", countries=("DE" if team == "TUM" else "FR",)),
        )
        return projects.propose(self.bank, self.lead(number), new).code

    def score(self, judge: Actor, number: int, points: float | None = None, conflict: str | None = None) -> None:
        """A member of the committee scores a proposal, or declares a conflict."""
        scoring.score(self.bank, judge, scoring.NewScore(self.projects[number], points, conflict))

    def decide(self, number: int, outcome: str, reason: str | None = None) -> None:
        """Selected ones are active at once."""
        decision = projects.ProjectDecision(self.projects[number], outcome, reason)
        projects.decide(self.bank, self.manager, decision)
        if outcome == "selected":
            projects.activate(self.bank, self.manager, self.projects[number])

    # -- requests ------------------------------------------------------------------------------------

    def ask(self, number: int, *lines: NewLine) -> None:
        """A lead asks for samples and hands it in."""
        new = requests.NewRequest(self.projects[number], f"Request {number}", lines)
        self.requests[number] = requests.new(self.bank, self.lead(number), new).code
        requests.submit(self.bank, self.lead(number), self.requests[number])

    def review(self, number: int, vote: str = "approve", reason: str | None = None, **more: Any) -> None:
        """The committee's word on a request."""
        said = requests.Review(self.requests[number], vote, reason, **more)
        requests.review(self.bank, self.judges[0], said)

    def reserve(self, number: int, fewest: int | None = None) -> reserving.Reserved:
        """Set aside what a request is granted."""
        return reserving.reserve(self.bank, self.technician, reserving.Reserve(self.requests[number], fewest=fewest))

    # -- out of the freezer and into the box ---------------------------------------------------------

    def start(self, number: int) -> list[str]:
        """A pick list; its tubes in walking order."""
        self.lists[number] = picking.start(self.bank, self.technician, self.requests[number]).code
        with self.bank.read() as connection:
            return [hole.code for box in picklists.walk(connection, self.lists[number]) for hole in box.holes]

    def scan(self, number: int, text: str) -> str:
        """Scan one tube for a pick list; what is said."""
        return str(picking.scan(self.bank, self.technician, picking.Scan(self.lists[number], text)).said)

    def pick(self, number: int) -> list[str]:
        """Walk a new pick list to its end."""
        tubes = self.start(number)
        for tube in tubes:
            assert self.scan(number, tube) == "picked"
        picking.close(self.bank, self.technician, self.lists[number])
        return tubes

    def open(self, number: int) -> str:
        """Begin a shipment; its code."""
        new = packing.NewShipment(self.requests[number], carriage=COURIER)
        self.shipments[number] = packing.open_shipment(self.bank, self.technician, new)
        return self.shipments[number]

    def pack(self, number: int, text: str) -> str:
        """Scan one tube at the packing bench; what is said."""
        return str(packing.pack(self.bank, self.technician, packing.Pack(self.shipments[number], text)).said)

    def fill(self, number: int) -> packing.Filled:
        """Pack all that is picked."""
        return packing.fill(self.bank, self.technician, self.shipments[number])

    def agree(self, number: int, **more: Any) -> None:
        """A transfer agreement with the project's organisation."""
        new = agreements.NewAgreement(
            self.projects[number], TEAMS[number - 1], f"MTA-{number}", "2026-04-20", "2027", **more
        )
        agreements.add(self.bank, self.manager, new)

    def send(self, number: int) -> int:
        """Dispatch; how many tubes left."""
        return dispatching.dispatch(self.bank, self.technician, self.shipments[number]).samples

    def arrive(self, number: int, *outcomes: arrivals.Outcome) -> arrivals.Received:
        """The lead takes the receipt, by the holes of the box; all else is there."""
        receipt = arrivals.Receipt(self.shipments[number], outcomes)
        return arrivals.receive(self.bank, self.lead(number), receipt)

    def supply(self, number: int) -> int:
        """From the pick list to the receipt, with nothing amiss; how many arrived."""
        self.pick(number)
        self.open(number)
        assert self.fill(number).kept == ()
        self.send(number)
        return self.arrive(number).received

    def back(self, *tubes: str) -> None:
        """Tubes that are out after all go back to their places."""
        placing.put_back(self.bank, self.technician, tubes)

    def finish(self, number: int) -> str:
        """Shipments, request and project are closed; how the request ended."""
        if number in self.shipments:
            dispatching.close(self.bank, self.technician, self.shipments[number])
        ended = requests.close(self.bank, self.technician, self.requests[number]).state
        projects.close(self.bank, self.manager, self.projects[number])
        return ended

    # -- what projects are told, and tell ------------------------------------------------------------

    def names(self, number: int) -> list[str]:
        """A project's own codes for its samples."""
        with self.bank.read() as connection:
            found = given.samples_of(connection, self.bank.address, self.projects[number])
        return [each.code for each in found]

    def release(self, number: int, where: str = "") -> data_releases.Released:
        """Data of a project's samples as a file."""
        columns = ("sample", "donor", "material", "diagnosis")
        ask = Ask(self.projects[number], columns, ("diagnosis",), where)
        return data_releases.release(self.bank, self.manager, ask, self.folder / f"data{number}.csv")

    def give_back(self, number: int, *names: str) -> results.Result:
        """A project returns what it found, under its own codes."""
        file = self.folder / f"results{number}.vcf"
        file.write_text("##fileformat=VCFv4.3\n")
        return results.give_back(
            self.bank, self.lead(number), results.NewResult(self.projects[number], "Exomes", file, names)
        )
