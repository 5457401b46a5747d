"""Donors of the demonstration bank: who they are, what they have, and what they answered over the years."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from biobank_tui.demo.calendar import Days
from biobank_tui.demo.catalogue import Form
from biobank_tui.demo.diseases import DISEASES, HEALTHY, Disease
from biobank_tui.demo.harvest import Harvest
from biobank_tui.rules.majority import OF_AGE

_STAGES = ("I", "IA", "IB", "II", "IIA", "IIB", "III", "IIIA", "IIIB", "IV")
_COUNTRIES = ("FR",) * 14 + ("CH",) * 5 + ("ES", "DE", "IT", "BE", "PT", "MA")
MAJORITY = 18


@dataclass(frozen=True, slots=True)
class Answers:
    """A form as it stands in the bank, with the profiles of its answers and how common each is."""

    form: Form
    form_id: int
    profiles: tuple[int, ...]
    weights: tuple[float, ...]

    def draw(self, random: Random) -> int:
        """A profile's id."""
        return self.profiles[bisect(self.weights, random.random() * self.weights[-1], hi=len(self.profiles) - 1)]


@dataclass(frozen=True, slots=True)
class Patient:
    """A donor, as far as their tubes need to know.

    hold_id: a hold on all they gave. destroyed: their tubes were destroyed after they withdrew.
    first: day of the first visit.
    """

    id: int
    custodian_id: int
    founder: int
    disease: Disease | None
    profile_id: int | None
    hold_id: int | None
    destroyed: bool
    first: int
    birth_year: int


@dataclass(slots=True)
class Recorded:
    """What a donor's consents come to: the profile in force, and what befell."""

    profile_id: int | None = None
    withdrawn: int | None = None
    came_of_age: bool = False


@dataclass(slots=True)
class Cohort:
    """Draws donors. today: number of the day the bank is shown on. upto: of the last day that is written in bulk."""

    days: Days
    today: int
    upto: int
    answers: Sequence[Answers]
    custodians: Sequence[int]
    custody: Sequence[float]
    studies: Sequence[tuple[int, str]]
    manager_id: int
    _diseases: list[float] = field(init=False)
    _custody: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self._diseases = list(accumulate(disease.weight for disease in DISEASES))
        self._custody = list(accumulate(self.custody))

    def enrol(self, harvest: Harvest, random: Random, code: str, place: float) -> Patient:
        """One donor with diagnoses and consents. place: 0 for the first donor of the bank, 1 for the last."""
        first = min(self.upto - 1, int((self.upto - 20) * place**0.7) + random.randrange(20))
        founder = bisect(self._custody, random.random() * self._custody[-1], hi=len(self._custody) - 1)
        disease = self._disease(random)
        age = self._age(random, disease)
        year = int(self.days.texts[first][:4])
        birth_year, birth_month = year - age, random.randrange(1, 13)
        sex = (disease.sex if disease else "") or random.choice("fm")
        donor_id = harvest.numbers["donor"].take()
        recorded = self._consent(harvest, random, donor_id, disease, first, birth_year, birth_month)
        hold_id = self._hold(harvest, donor_id, recorded)
        state = "withdrawn" if recorded.withdrawn else "deceased" if age > 55 and random.random() < 0.22 else "active"
        study = self.studies[random.randrange(len(self.studies))] if random.random() < 0.14 else None
        harvest.rows["donor"].append(
            (
                donor_id,
                code,
                self.custodians[founder],
                state,
                {"f": "female", "m": "male"}[sex] if random.random() > 0.006 else "unknown",
                birth_year if random.random() > 0.01 else None,
                birth_month if random.random() < 0.7 and birth_year else None,
                _COUNTRIES[random.randrange(len(_COUNTRIES))],
                None,
                recorded.profile_id,
                disease.code if disease else None,
                study[1] if study else None,
            )
        )
        if study:
            harvest.add("enrolment", donor_id, study[0], f"{study[1][:3]}-{donor_id % 900 + 100}")
        if disease:
            self._diagnose(harvest, random, donor_id, disease, first, age)
        if random.random() < 0.3:
            value = f"P{donor_id:07d}-{random.randrange(10)}"
            harvest.add("external_identifier", "donor", donor_id, "registry", value, value.lower())
        return Patient(
            donor_id,
            self.custodians[founder],
            founder,
            disease,
            recorded.profile_id,
            hold_id,
            recorded.withdrawn is not None and random.random() < 0.5,
            first,
            birth_year,
        )

    def _disease(self, random: Random) -> Disease | None:
        if random.random() < HEALTHY:
            return None
        return DISEASES[bisect(self._diseases, random.random() * self._diseases[-1], hi=len(DISEASES) - 1)]

    def _age(self, random: Random, disease: Disease | None) -> int:
        mean, spread = disease.age if disease else (48, 16)
        return max(0, min(96, int(random.gauss(mean, spread))))

    def _diagnose(
        self, harvest: Harvest, random: Random, donor_id: int, disease: Disease, first: int, age: int
    ) -> None:
        day = max(0, first - random.randrange(60))
        stage = tnm = edition = None
        if disease.solid and random.random() < 0.8:
            at = random.randrange(len(_STAGES))
            stage = _STAGES[at]
            tnm = f"T{min(4, 1 + at // 3)}N{at // 4}M{int(at == 9)}"
            edition = "8" if self.days.texts[day] >= "2018" else "7"
        text = self.days.texts[day]
        harvest.add(
            "diagnosis",
            donor_id,
            "ICD-10",
            disease.code,
            disease.morphologies[random.randrange(len(disease.morphologies))] if disease.morphologies else None,
            text if random.random() < 0.8 else text[:7],
            round(age + random.random(), 1),
            stage,
            tnm,
            edition,
        )
        if random.random() < 0.05:
            other = DISEASES[random.randrange(len(DISEASES))]
            harvest.add(
                "diagnosis", donor_id, "ICD-10", other.code, None, text[:4], float(max(0, age - 5)), None, None, None
            )

    def _consent(
        self,
        harvest: Harvest,
        random: Random,
        donor_id: int,
        disease: Disease | None,
        first: int,
        birth_year: int,
        birth_month: int,
    ) -> Recorded:
        recorded = Recorded()
        chance = random.random()
        if chance < 0.025:
            return recorded
        # A consent runs to the first day of the month in which its donor comes of age.
        majority = f"{birth_year + MAJORITY}-{birth_month:02}-01"
        now, given = self.days.texts[self.today], self.days.texts[first]
        minor = given < majority
        answers = self._form(random, given, disease, minor=minor)
        profile = answers.draw(random)
        expires = majority if minor else _later(given, answers.form.years)
        state = "expired" if expires and expires <= now else "active"
        withdrawn = None
        if state == "active" and 0.025 <= chance < 0.043 and first + 60 < self.upto:
            recorded.withdrawn = first + random.randrange(30, max(31, self.upto - first))
            state, withdrawn = "withdrawn", self.days.moment(recorded.withdrawn * 1440 + random.randrange(480, 1080))
        again = self.upto - random.randrange(1, 700) if chance > 0.86 else 0
        if again > first + 30 and state in ("active", "expired") and not (minor and state == "active"):
            self._record(harvest, random, donor_id, answers, profile, given, minor, expires, None, "superseded")
            given = self.days.texts[again]
            answers = self._form(random, given, disease, minor=False)
            profile, minor, withdrawn = answers.draw(random), False, None
            expires, state = _later(given, answers.form.years), "active"
        self._record(harvest, random, donor_id, answers, profile, given, minor, expires, withdrawn, state)
        recorded.profile_id = profile if state == "active" else None
        recorded.came_of_age = minor and state == "expired"
        return recorded

    def _form(self, random: Random, day: str, disease: Disease | None, *, minor: bool) -> Answers:
        year = int(day[:4])
        fitting = [
            each
            for each in self.answers
            if each.form.since <= year < (each.form.until or 9999)
            and (each.form.of == "minor") == minor
            and (each.form.of in ("adult", "minor") or (disease is not None and disease.code.startswith(each.form.of)))
        ]
        return random.choices(fitting, [each.form.share for each in fitting])[0]

    def _record(
        self,
        harvest: Harvest,
        random: Random,
        donor_id: int,
        answers: Answers,
        profile: int,
        given: str,
        minor: bool,
        expires: str | None,
        withdrawn: str | None,
        state: str,
    ) -> None:
        by = "guardian" if minor else "authority" if answers.form.basis == "derogation" else "donor"
        document = f"{random.getrandbits(256):064x}" if answers.form.basis == "consent" else None
        harvest.add(
            "consent", donor_id, answers.form_id, profile, given, by, expires, withdrawn, state, document, None, 1
        )

    def _hold(self, harvest: Harvest, donor_id: int, recorded: Recorded) -> int | None:
        if recorded.withdrawn is not None:
            laid = self.days.moment(recorded.withdrawn * 1440 + 600)
            reason = "consent withdrawn"
        elif recorded.came_of_age:
            laid, reason = (
                self.days.moment(self.upto * 1440 + 420),
                OF_AGE,
            )
        else:
            return None
        hold = harvest.add("hold", "consent", "donor", donor_id, reason, self.manager_id, laid, None)
        if recorded.withdrawn is not None:
            harvest.add("withdrawal", donor_id, laid, "destroy", "hold", hold, harvest.entry)
        return hold


def _later(day: str, years: int | None) -> str | None:
    if years is None:
        return None
    end = f"{int(day[:4]) + years}{day[4:]}"
    return end[:8] + "28" if end.endswith("02-29") else end
