"""Tubes of the demonstration bank: visits, what was drawn, what was made of it, and what became of each tube."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from biobank_tui.demo.calendar import MINUTES, Days
from biobank_tui.demo.catalogue import HOSTILE, NOTES
from biobank_tui.demo.cohort import Patient
from biobank_tui.demo.harvest import Harvest
from biobank_tui.demo.places import SITE_OF_FOUNDER, Storeroom
from biobank_tui.rules.codes import render

UNTOUCHED = 0.80
"""Share of the tubes that still stand as they were frozen."""

FATES: tuple[tuple[float, str], ...] = (
    (0.865, "distributed"),
    (0.92, "consumed"),
    (0.955, "used"),
    (0.967, "destroyed"),
    (0.972, "missing"),
    (0.976, "rejected"),
    (0.978, "checked_out"),
    (0.986, "quality"),
    (0.998, "noted"),
    (1.0, "hostile"),
)
"""What became of the others, by a number drawn between UNTOUCHED and 1."""

PLACED = frozenset({"available", "checked_out"})
BOX_SIDE = 9

Stamps = tuple[str | None, str | None, str | None, str | None]
NO_TIMES: Stamps = (None, None, None, None)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request of the past that samples went to. day: when they left."""

    day: int
    project_id: int
    request_id: int
    line_id: int
    pick_list_id: int
    shipment_id: int


@dataclass(slots=True)
class Collection:
    """Makes a donor's tubes. people: ids of technicians. permitted: past requests each profile allowed, by day."""

    days: Days
    upto: int
    people: Sequence[int]
    permitted: Mapping[int, Sequence[Delivery]]
    sent: dict[int, int] = field(default_factory=dict)

    def give(
        self, harvest: Harvest, random: Random, room: Storeroom, patient: Patient, codes: list[str], n: int
    ) -> None:
        """n tubes of a donor, visit after visit; codes: theirs, in order."""
        family = Family(self, harvest, random, room, patient, codes, n)
        day = patient.first
        while family.left:
            family.visit(day)
            day = min(self.upto, day + 1 + int(random.expovariate(1 / 110)))
        family.name_to_projects()


@dataclass(slots=True)
class Family:
    """The tubes of one donor as they come into being."""

    bank: Collection
    harvest: Harvest
    random: Random
    room: Storeroom
    patient: Patient
    codes: list[str]
    left: int
    made: int = 0
    projects: dict[int, None] = field(default_factory=dict)

    def visit(self, day: int) -> None:
        """Draw what a visit brings: blood, often; tissue at operations; other fluids."""
        chance = self.random.random()
        disease = self.patient.disease
        if disease is not None and disease.solid and chance < 0.22:
            self._tissue(day)
        if chance < 0.9:
            self._blood(day)
        if chance > 0.78:
            self._fluid(day)

    def _times(self, day: int, longest: int) -> tuple[Stamps, int]:
        """Collected, received, processed and frozen on a day; early ones are not known to the minute."""
        random, days = self.random, self.bank.days
        if day < 900 and random.random() < 0.12:
            return (days.texts[day][:7], None, None, None), day
        at = day * MINUTES + 420 + random.randrange(540)
        received = at + 10 + random.randrange(150)
        processed = received + 10 + random.randrange(longest)
        frozen = processed + 10 + random.randrange(110)
        last = frozen // MINUTES
        return (days.moment(at), days.moment(received), days.moment(processed), days.moment(frozen)), last

    def _blood(self, day: int) -> None:
        random = self.random
        times, last = self._times(day, 220)
        tube = self._tube(
            last, None, "primary", "WholeBlood", "blood", "mL", 6_000_000, times, used=random.random() < 0.93
        )
        plasma = self._tube(last, tube, "derivative", "Plasma", "plasma", "mL", 3_000_000, times, used=True)
        share = (200_000, 200_000, 250_000, 500_000)[random.randrange(4)]
        for _ in range(3 + random.randrange(5)):
            self._tube(last, plasma, "aliquot", "Plasma", "plasma", "µL", share, times)
        buffy = tube
        for _ in range(1 + random.randrange(2)):
            buffy = self._tube(last, tube, "derivative", "BuffyCoat", "buffy", "µL", 400_000, times)
        if random.random() < 0.45:
            self._nucleic(last, buffy, "DNA", "dna", times)
        if random.random() < 0.6:
            red = self._tube(last, None, "primary", "WholeBlood", "blood", "mL", 5_000_000, times, used=True)
            serum = self._tube(last, red, "derivative", "Serum", "serum", "mL", 2_000_000, times, used=True)
            for _ in range(2 + random.randrange(4)):
                self._tube(last, serum, "aliquot", "Serum", "serum", "µL", 250_000, times)
        if random.random() < 0.16:
            for _ in range(2):
                self._tube(
                    last, tube, "derivative", "PBMC", "cells", "cells", 5_000_000 + random.randrange(9) * 10**6, times
                )

    def _tissue(self, day: int) -> None:
        random = self.random
        times, last = self._times(day, 90)
        disease = self.patient.disease
        site = disease.code if disease else None
        piece = self._tube(
            last, None, "primary", "TissueFreshFrozen", "tissue", "mg", 400 * 10**9, times, topography=site
        )
        for _ in range(2 + random.randrange(4)):
            self._tube(last, piece, "aliquot", "TissueFreshFrozen", "tissue", "mg", 60 * 10**9, times, topography=site)
        fixed: Stamps = (times[0], times[1], times[2], None)
        for _ in range(1 + random.randrange(3)):
            self._tube(last, None, "primary", "TissueFixed", "blocks", "pieces", 1, fixed, topography=site)
        if random.random() < 0.7:
            self._nucleic(last, piece, "DNA", "dna", times)
        if random.random() < 0.6:
            self._nucleic(last, piece, "RNA", "rna", times)

    def _fluid(self, day: int) -> None:
        random = self.random
        times, last = self._times(day, 150)
        disease = self.patient.disease
        if disease is not None and not disease.solid and random.random() < 0.6:
            material, lane = "BoneMarrowAspirate", "cells"
        else:
            material = random.choices(
                ("Urine", "Saliva", "Faeces", "CerebrospinalFluid", "AscitesFluid"), (60, 25, 8, 4, 3)
            )[0]
            lane = "fluids"
        first = self._tube(last, None, "primary", material, lane, "mL", 10_000_000, times, used=random.random() < 0.8)
        for _ in range(2 + random.randrange(3)):
            self._tube(last, first, "aliquot", material, lane, "mL", 1_500_000, times)

    def _nucleic(self, day: int, parent: int | None, material: str, lane: str, times: Stamps) -> None:
        random = self.random
        strength = round(random.lognormvariate(4.6 if material == "DNA" else 5.4, 0.5), 1)
        mass = 1_000_000 * (2 + random.randrange(12))
        stock = self._tube(day, parent, "derivative", material, lane, "µg", mass, times, strength=strength)
        for _ in range(random.randrange(1, 4)):
            self._tube(day, stock, "aliquot", material, lane, "µg", mass // 10, times, strength=strength)
        if material == "DNA" and random.random() < 0.5:
            self._tube(day, stock, "aliquot", material, "screen", "ng", 500_000, times, strength=20.0)

    def _tube(
        self,
        day: int,
        parent: int | None,
        kind: str,
        material: str,
        lane: str,
        unit: str,
        amount: int,
        times: Stamps,
        *,
        used: bool = False,
        topography: str | None = None,
        strength: float | None = None,
    ) -> int | None:
        """One tube, unless the donor's share of the bank is given; its id. amount: base units."""
        if not self.left:
            return parent
        self.left -= 1
        random, patient = self.random, self.patient
        numbers = self.harvest.numbers["sample"]
        number = numbers.next
        numbers.next += 1
        status, remaining, thaws, holds, note = "available", amount, 0, 0, None
        if used:
            status, remaining = "consumed", 0
        elif patient.hold_id is not None:
            if patient.destroyed:
                status, remaining = "destroyed", 0
            else:
                holds = 1
                self.harvest.add("hold_sample", patient.hold_id, number)
        elif (chance := random.random()) > UNTOUCHED:
            status, remaining, thaws, holds, note = self._fate(number, day, chance, amount)
        unit_id, row, col = (
            (None, None, None) if used else self.room.place(SITE_OF_FOUNDER[patient.founder], lane, random)
        )
        if status not in PLACED:
            unit_id = row = col = None
        code = self.codes[self.made]
        self.made += 1
        self.harvest.rows["sample"].append(
            (
                number,
                code,
                None if used and kind != "primary" else f"{_barcode(number):010d}",
                kind,
                patient.id,
                parent,
                patient.custodian_id,
                status,
                holds,
                material,
                topography,
                patient.disease.code if patient.disease else None,
                strength,
                "ng/µL" if strength is not None else None,
                *times,
                note,
                unit,
                amount,
                remaining,
                thaws,
                patient.profile_id,
                unit_id,
                row,
                col,
            )
        )
        if kind == "primary":
            self._record_primary(number, material, times)
        return number

    def _fate(self, number: int, day: int, chance: float, amount: int) -> tuple[str, int, int, int, str | None]:
        """Status, what is left, thaws, holds and a note of a tube something happened to."""
        random = self.random
        fate = next(name for limit, name in FATES if chance <= limit)
        match fate:
            case "distributed":
                return ("distributed" if self._deliver(number, day) else "available"), amount, 0, 0, None
            case "consumed":
                return "consumed", 0, random.randrange(3), 0, None
            case "used":
                thaws = 1 + int(random.expovariate(1.2))
                return "available", amount * random.randrange(1, 9) // 10, thaws, 0, None
            case "destroyed":
                return "destroyed", 0, 0, 0, NOTES[random.randrange(len(NOTES))]
            case "checked_out":
                taken = min(self.bank.upto, max(day + 1, self.bank.upto - random.randrange(90)))
                at, holder = self.bank.days.moment(taken * MINUTES + 600), random.choice(self.bank.people)
                self.harvest.add("checkout", number, holder, "extraction", at, None, 0)
                return "checked_out", amount, 0, 0, None
            case "quality":
                reason = NOTES[random.randrange(len(NOTES))]
                laid = self.bank.days.moment((day + 1) * MINUTES + 540)
                hold = self.harvest.add(
                    "hold", "quality", "sample", number, reason, random.choice(self.bank.people), laid, None
                )
                self.harvest.add("hold_sample", hold, number)
                return "available", amount, 0, 1, reason
            case "noted":
                return "available", amount, 0, 0, NOTES[random.randrange(len(NOTES))]
            case "hostile":
                return "available", amount, 0, 0, HOSTILE[random.randrange(len(HOSTILE))]
            case _:
                return fate, amount, 0, 0, None

    def _deliver(self, number: int, day: int) -> bool:
        """Send a tube to a past request its donor allowed, if one was open after it was frozen."""
        open_then = self.bank.permitted.get(self.patient.profile_id or 0, ())
        start = bisect(open_then, day + 20, key=lambda delivery: delivery.day)
        if start == len(open_then):
            return False
        delivery = open_then[self.random.randrange(start, len(open_then))]
        days, add = self.bank.days, self.harvest.add
        left = days.moment(delivery.day * MINUTES + 840)
        picked = days.moment((delivery.day - 2) * MINUTES + 600)
        turn = self.bank.sent.get(delivery.request_id, 0)
        self.bank.sent[delivery.request_id] = turn + 1
        reservation = add(
            "reservation", number, delivery.request_id, delivery.line_id, "picked",
            days.moment((delivery.day - 12) * MINUTES + 660), days.texts[delivery.day + 18], left, None,
        )  # fmt: skip
        add("pick_item", delivery.pick_list_id, number, reservation, turn + 1, "picked", picked, None)
        box, hole = divmod(turn, BOX_SIDE * BOX_SIDE)
        add("shipment_item", delivery.shipment_id, number, box + 1, *divmod(hole, BOX_SIDE), "received", None)
        self.projects[delivery.project_id] = None
        return True

    def name_to_projects(self) -> None:
        """Give the donor a pseudonym of its own in each project that got a tube."""
        for project in self.projects:
            numbers = self.harvest.numbers["project_donor"]
            number = numbers.take()
            self.harvest.rows["project_donor"].append(
                (number, project, self.patient.id, render(numbers.prefix, number))
            )

    def _record_primary(self, number: int, material: str, times: Stamps) -> None:
        random, harvest = self.random, self.harvest
        chance = random.random()
        if chance < 0.4:
            value = (
                f"{('VAL', 'MON', 'LAC', 'ORV', 'HEL')[self.patient.founder]}{(times[0] or '0000')[:4]}-{number:08d}"
            )
            harvest.add("external_identifier", "sample", number, "hospital LIMS", value, value.lower())
        if chance > 0.45:
            facts: tuple[str | float | None, ...]
            if material == "WholeBlood":
                facts = ("EDTA", 60.0, 21.0, 10.0, 2000.0, 20.0, 1, 45.0, 4.0, None, None, None)
            elif material.startswith("Tissue"):
                fixation = "NBF" if material == "TissueFixed" else "SNP"
                facts = (None, None, None, None, None, None, None, None, None, 15.0, 8.0, fixation)
            else:
                facts = (None, 90.0, 4.0, None, None, None, None, 30.0, 4.0, None, None, None)
            harvest.rows["preanalytics"].append((number, *facts))


def _barcode(number: int) -> int:
    """A tube maker's number: racks of 96 in a row, the racks themselves from all over."""
    rack, place = divmod(number, 96)
    return (rack * 7_368_787) % 99_999_989 * 96 + place
