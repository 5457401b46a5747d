"""How proposals are scored, ranked, and taken in between two days."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.phrases import mark

MOST_POINTS = 10


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a proposal is scored by. weight: of its points in the whole, 1 or more."""

    code: str
    name: str
    weight: int = 1


USUAL = (
    Criterion("science", mark("scientific merit"), 3),
    Criterion("feasibility", mark("feasibility"), 2),
    Criterion("patients", mark("use to patients"), 2),
    Criterion("team", mark("team and partners"), 1),
)
"""What proposals are scored by where a call says nothing else."""


def criteria_of(stored: str | None) -> tuple[Criterion, ...]:
    """The criteria of a call as it was stored; the usual ones where it says nothing."""
    if not stored:
        return USUAL
    return tuple(Criterion(each["code"], each["name"], each["weight"]) for each in json.loads(stored))


def criteria_to_json(criteria: Sequence[Criterion]) -> str:
    """Criteria as they are stored."""
    said = [{"code": each.code, "name": each.name, "weight": each.weight} for each in criteria]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def parse_criteria(lines: Sequence[str]) -> tuple[Criterion, ...]:
    """Criteria written as "science=scientific merit=3", the weight 1 where it is left out; Refused otherwise."""
    found: dict[str, Criterion] = {}
    for line in lines:
        code, name, weight = (*(part.strip() for part in line.split("=")), "", "")[:3]
        if not (code.isidentifier() and name and (not weight or (weight.isdecimal() and int(weight) > 0))):
            raise Refused(
                "criterion.form", "{value} is no criterion; write code=name=weight, as science=scientific merit=3.",
                value=line,
            )  # fmt: skip
        if code in found:
            raise Refused("criterion.twice", "The criterion {code} is there twice.", code=code)
        found[code] = Criterion(code, name, int(weight or 1))
    return tuple(found.values())


def checked_points(points: float) -> float:
    """Points as given; Refused outside 0 to 10."""
    if not 0 <= points <= MOST_POINTS:
        raise Refused("score.range", "A score is from 0 to {most}, not {points}.", most=MOST_POINTS, points=points)
    return points


def weighed(marks: Mapping[str, float], criteria: Sequence[Criterion]) -> float:
    """The weighted mean of points given by criterion; Refused where one is missing, unknown or out of range."""
    unknown = sorted(marks.keys() - {each.code for each in criteria})
    if unknown:
        raise Refused(
            "score.criterion", "{code} is no criterion of this call; there are {criteria}.",
            code=unknown[0], criteria=", ".join(each.code for each in criteria),
        )  # fmt: skip
    for each in criteria:
        if each.code not in marks:
            raise Refused("score.incomplete", "Points for {criterion} are missing.", criterion=each.code)
        checked_points(marks[each.code])
    total = sum(each.weight for each in criteria)
    return round(sum(marks[each.code] * each.weight for each in criteria) / total, 2)


@dataclass(frozen=True, slots=True)
class Rank:
    """A place in a ranking, from 1. tied: others share it, and the places after it stay empty."""

    place: int
    tied: bool

    def __str__(self) -> str:
        return f"{self.place}=" if self.tied else str(self.place)


def ranked(means: Sequence[float | None]) -> tuple[Rank | None, ...]:
    """The rank of each mean, the highest first; equal ones to a hundredth share a place. None without a mean."""
    shown = [None if mean is None else round(mean, 2) for mean in means]
    given = [mean for mean in shown if mean is not None]
    return tuple(
        None if mean is None else Rank(1 + sum(other > mean for other in given), given.count(mean) > 1)
        for mean in shown
    )


def marks_of(stored: str | None) -> dict[str, float]:
    """Points by criterion as they were stored."""
    found: Any = json.loads(stored) if stored else {}
    return {str(code): float(points) for code, points in found.items()}


def closed_on(opens: str | None, closes: str | None, day: str) -> str | None:
    """ "early" or "late" where a call takes nothing in on this day; None where it does. Dates may be partial."""
    if opens and day[: len(opens)] < opens:
        return "early"
    return "late" if closes and day[: len(closes)] > closes else None
