"""The last weeks of the demonstration bank, act by act: what a bench does, and what waits on it today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sqlalchemy import Connection, select

from biobank_tui.actions import aliquoting, consents, donors, holding, placing, receiving, samples, withdrawing
from biobank_tui.bank.bank import Bank
from biobank_tui.demo.calendar import MovingClock
from biobank_tui.demo.catalogue import HOSTILE, NOTES
from biobank_tui.demo.places import SITES
from biobank_tui.demo.staff import acting
from biobank_tui.model.tables import DONOR, SAMPLE
from biobank_tui.queries import room
from biobank_tui.rules.lifecycles import SampleStatus

PLASMA_TUBES = 6
TUBES_OF_A_DONOR = 2 + 1 + PLASMA_TUBES + 1
"""Two drawn, plasma, its aliquots, a buffy coat."""

DONORS_A_WEEK = 1
EXPECTED_TODAY, UNPLACED_TODAY = 12, 9

COMMON = ("C34.1", "C18.7", "C50.4", "C25.0")
FREE = (SAMPLE.c.status == "available", SAMPLE.c.holds == 0, SAMPLE.c.unit_id.is_not(None))
"""A tube in its place that may be taken."""
CONSENTING = (DONOR.c.profile_id.is_not(None), DONOR.c.state == "active")


@dataclass(frozen=True, slots=True)
class Weeks:
    """How many of the last weeks are written act by act."""

    number: int

    @classmethod
    def for_bank(cls, tubes: int, people: int) -> Weeks:
        return cls(17 if tubes >= 10_000 and people >= 100 else 2)

    @property
    def donors(self) -> int:
        return self.number * DONORS_A_WEEK

    @property
    def tubes(self) -> int:
        """How many tubes those weeks and today bring."""
        return self.donors * TUBES_OF_A_DONOR + EXPECTED_TODAY + UNPLACED_TODAY


@dataclass(slots=True)
class Bench:
    """Somebody at the bench of a site, day by day."""

    bank: Bank
    clock: MovingClock
    random: Random
    today: date
    login: str = "tech"

    def work(self, weeks: Weeks, since: date, until: date) -> None:
        """The weeks that begin between two days."""
        for week in range(weeks.number, 0, -1):
            day = self.today - timedelta(days=week * 7)
            if since <= day < until:
                self._week(week, day)

    def _week(self, week: int, day: date) -> None:
        tech = acting(self.bank, self.login)
        for _ in range(DONORS_A_WEEK):
            self.clock.turn_to(day, 500 + self.random.randrange(60))
            self._arrival(day)
        self.clock.turn_to(day + timedelta(days=1), 560)
        out = self._tubes(2, *FREE)
        placing.check_out(self.bank, tech, out, purpose="aliquoting")
        self.clock.pass_minutes(95)
        if week > 1:
            placing.put_back(self.bank, tech, out, thawed=week % 3 == 0)
        self.clock.turn_to(day + timedelta(days=2), 600)
        moved = self._tubes(1, SAMPLE.c.material == "Plasma", *FREE)
        placing.place(self.bank, tech, [placing.Placing(moved[0], self._box("-60to-85", 1))])
        self._mishap(week, day)

    def _arrival(self, day: date) -> None:
        """A new donor: consent, two tubes, plasma and its aliquots into a box."""
        bank, tech, random = self.bank, acting(self.bank, self.login), self.random
        year = day.year - random.randrange(35, 80)
        (donor,) = donors.register_donors(
            bank,
            tech,
            [
                donors.NewDonor(
                    "VALMONT",
                    sex=random.choice(("female", "male")),
                    birth_year=year,
                    country="FR",
                    diagnoses=(donors.NewDiagnosis(random.choice(COMMON), date=day.isoformat()),),
                )
            ],
        )
        self.clock.pass_minutes(4)
        answers = dict.fromkeys(("GRU", "genetic_research", "recontact"), "yes")
        answers["commercial_use"] = random.choice(("yes", "no"))
        consents.record_consent(bank, tech, consents.NewConsent(donor, "GENERAL/3/fr", answers, day.isoformat()))
        self.clock.pass_minutes(25)
        drawn, here = f"{day.isoformat()}T07:10Z", f"{day.isoformat()}T08:05Z"
        note = random.choice(NOTES + HOSTILE)
        blood, _serum = samples.register(
            bank,
            tech,
            [
                samples.NewSample(donor, "WholeBlood", "6 mL", collected=drawn, received=here),
                samples.NewSample(
                    donor, "WholeBlood", "5 mL", note=note, collected=drawn, received=here, unit=self._box("2to10", 1)
                ),
            ],
        ).codes
        self.clock.pass_minutes(40)
        plasma = aliquoting.derive(bank, tech, aliquoting.Deriving(blood, "Plasma", each="3 mL")).codes[0]
        aliquoting.derive(
            bank,
            tech,
            aliquoting.Deriving(blood, "BuffyCoat", each="400 µL", unit=self._box("-60to-85", 1), close=True),
        )
        self.clock.pass_minutes(12)
        frozen = f"{day.isoformat()}T11:30Z"
        aliquoting.aliquot(
            bank,
            tech,
            aliquoting.Aliquoting(
                plasma, PLASMA_TUBES, "400 µL", unit=self._box("-60to-85", PLASMA_TUBES), close=True, frozen=frozen
            ),
        )

    def _mishap(self, week: int, day: date) -> None:
        """Now and then something goes wrong, and somebody takes note of it."""
        bank, tech, manager = self.bank, acting(self.bank, self.login), acting(self.bank, "manager")
        self.clock.turn_to(day + timedelta(days=3), 640)
        match week % 6:
            case 0:
                samples.end(bank, tech, self._tubes(1, *FREE), SampleStatus.MISSING)
            case 1:
                held = self._tubes(3, *FREE)
                holding.hold_samples(bank, tech, held, "quality", "freezer door was open for an hour")
                self.clock.pass_minutes(60 * 20)
                holding.release(bank, manager, held[0], "inspected, still frozen")
            case 2:
                samples.correct(bank, tech, self._tubes(1, *FREE)[0], "label was misread", note="checked by hand")
            case 3:
                samples.end(bank, manager, self._tubes(2, *FREE), SampleStatus.DESTROYED, "thawed by accident")
            case 4:
                found = self._tubes(1, SAMPLE.c.status == "missing")
                if found:
                    receiving.arrive(bank, tech, [receiving.Arrival(found[0])])
                    placing.place(bank, tech, [placing.Placing(found[0], self._box("-60to-85", 1))])
            case _:
                gone = self._donors(1, *CONSENTING)
                withdrawing.withdraw(bank, manager, gone[0], "letter of the donor")

    def leave_work(self) -> None:
        """What waits today: arrivals, tubes without a place, consents that run out, donors who come of age."""
        bank, tech = self.bank, acting(self.bank, self.login)
        known = self._donors(EXPECTED_TODAY + UNPLACED_TODAY, *CONSENTING)
        day = self.today.isoformat()
        self.clock.turn_to(self.today, 400)
        samples.register(
            bank,
            tech,
            [
                samples.NewSample(known[k % len(known)], "WholeBlood", "6 mL", expected=True, collected=day)
                for k in range(EXPECTED_TODAY)
            ],
        )
        self.clock.pass_minutes(50)
        samples.register(
            bank,
            tech,
            [
                samples.NewSample(known[-1 - k % len(known)], "Plasma", "500 µL", collected=day, received=day)
                for k in range(UNPLACED_TODAY)
            ],
        )
        for k, donor in enumerate(known[:4]):
            self.clock.pass_minutes(6)
            consents.record_consent(
                bank,
                tech,
                consents.NewConsent(
                    donor,
                    "TRIAL/4/en",
                    {"HMB": "yes", "genetic_research": "yes", "outside_eu": "yes"},
                    (self.today - timedelta(days=1)).isoformat(),
                    expires=(self.today + timedelta(days=5 + 6 * k)).isoformat(),
                ),
            )
        self._coming_of_age()

    def _coming_of_age(self) -> None:
        bank, tech = self.bank, acting(self.bank, self.login)
        codes = self._donors(3, DONOR.c.birth_year > self.today.year - 18, DONOR.c.profile_id.is_not(None))
        for k, donor in enumerate(codes):
            self.clock.pass_minutes(5)
            majority = self.today + timedelta(days=9 + 8 * k)
            consents.record_consent(
                bank,
                tech,
                consents.NewConsent(
                    donor,
                    "PAEDIATRIC/2/fr",
                    {"HMB": "yes", "recontact": "yes"},
                    (self.today - timedelta(days=2)).isoformat(),
                    expressed_by="guardian",
                    expires=majority.isoformat(),
                ),
            )

    def _tubes(self, n: int, *where: object) -> list[str]:
        """Codes of n tubes, from anywhere among those that fit."""
        with self.bank.read() as connection:
            return _any(connection, self.random, SAMPLE, n, where)

    def _donors(self, n: int, *where: object) -> list[str]:
        with self.bank.read() as connection:
            return _any(connection, self.random, DONOR, n, where)

    def _box(self, temperature: str, tubes: int) -> str:
        with self.bank.read() as connection:
            within = SITES[0][0].upper()
            wanted = room.Wanted(tubes, within, temperature)
            return room.boxes_for(connection, wanted, room.Way.ONE_BOX)[0].unit.code


def _any(connection: Connection, random: Random, table: object, n: int, where: Sequence[object]) -> list[str]:
    """Codes of n rows following a number drawn at random, or of the first where few follow."""
    noun = SAMPLE if table is SAMPLE else DONOR
    last = connection.scalar(select(noun.c.id).order_by(noun.c.id.desc()).limit(1)) or 0
    query = select(noun.c.code).where(*where).order_by(noun.c.id).limit(n)  # type: ignore[arg-type]
    found = list(connection.scalars(query.where(noun.c.id > random.randrange(max(1, last * 9 // 10)))))
    return found if len(found) == n else list(connection.scalars(query))
