"""What was done to a sample before it froze: facts as people write them, their SPREC code, times against limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.materials import MATERIALS
from biobank_tui.rules.moments import minutes_between
from biobank_tui.rules.phrases import mark
from biobank_tui.rules.sprec import Facts, Matrix, Table, compute, sample_type

COLUMNS: Final = (
    "container",
    "pre_delay",
    "pre_temperature",
    "spin_minutes",
    "spin_rcf",
    "spin_temperature",
    "spin_brake",
    "second_minutes",
    "second_rcf",
    "second_temperature",
    "second_brake",
    "post_delay",
    "post_temperature",
    "storage",
    "fixation",
    "fixation_minutes",
    "warm_ischaemia",
    "cold_ischaemia",
)
"""What the bank keeps of it. Minutes, g and degrees Celsius; container, storage and fixation are SPREC codes."""

SOLID: Final = frozenset({"Tissue (fresh frozen or fixed)", "Post-mortem tissue", "Embryo or fetal tissue"})

_CODED: Final = ("container", "storage", "fixation")
_DURATION = re.compile(
    r"(?:(\d+(?:[.,]\d+)?)\s*(?:h|hours?|heures?))?\s*(?:(\d+(?:[.,]\d+)?)\s*(?:min|minutes?|m|')?)?", re.I
)
_SPIN = (
    ("minutes", re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:min|m|')", re.I)),
    ("rcf", re.compile(r"(\d+(?:[.,]\d+)?)\s*[x×]?\s*g\b", re.I)),
    ("temperature", re.compile(r"(-?\d+(?:[.,]\d+)?)\s*°?\s*C\b", re.I)),
)
_NO_BRAKE = re.compile(r"\b(no|without|sans)\s+(brake|frein)", re.I)
_BRAKE = re.compile(r"\b(brake|frein)", re.I)
_NO_SPIN = ("none", "no", "not spun", "0", "aucune", "non")


@dataclass(frozen=True, slots=True)
class Limit:
    """A time that is watched. setting: the bank's setting that holds its limit, in minutes."""

    name: str
    label: str
    setting: str


LIMITS: Final = (
    Limit("warm", mark("Warm ischaemia"), "limit_warm_ischaemia"),
    Limit("cold", mark("Cold ischaemia"), "limit_cold_ischaemia"),
    Limit("processing", mark("To processing"), "limit_processing"),
    Limit("freezing", mark("To freezing"), "limit_freezing"),
)


@dataclass(frozen=True, slots=True)
class Lapse:
    """A time that was watched. minutes, limit: both in minutes; over: it is beyond its limit."""

    name: str
    label: str
    minutes: float
    limit: float

    @property
    def over(self) -> bool:
        return self.minutes > self.limit


def matrix_of(material: str) -> Matrix:
    """Which of SPREC's two lists of elements a material is coded by."""
    known = MATERIALS.get(material)
    return "solid" if known is not None and known.group in SOLID else "fluid"


def duration(text: str) -> float:
    """Minutes of "90", "1 h 30", "45 min"; Refused where it is none."""
    written = text.strip()
    found = _DURATION.fullmatch(written)
    if not written or found is None or not any(found.groups()):
        raise Refused("duration.form", "{text} is no duration; write 45 min, 90 or 1 h 30.", text=text)
    hours, minutes = (float(part.replace(",", ".")) if part else 0.0 for part in found.groups())
    return hours * 60 + minutes


def spin(text: str) -> dict[str, float | int]:
    """A centrifugation as "10 min 1500 g 20 °C brake", its parts in any order; "none" is not spun."""
    written = text.strip()
    if written.casefold() in _NO_SPIN:
        return {"minutes": 0.0}
    parts: dict[str, float | int] = {}
    for name, pattern in _SPIN:
        found = pattern.search(written)
        if found is not None:
            parts[name] = float(found[1].replace(",", "."))
    if _NO_BRAKE.search(written):
        parts["brake"] = 0
    elif _BRAKE.search(written):
        parts["brake"] = 1
    if "minutes" not in parts:
        raise Refused("spin.form", "{text} is no centrifugation; write 10 min 1500 g 20 °C brake, or none.", text=text)
    return parts


def facts_from(written: Mapping[str, str], codes: Table, matrix: Matrix) -> dict[str, Any]:
    """What a form or a command line says, as the bank keeps it; what is empty is left out, not guessed.

    spin, second_spin: as `spin` reads them. delays and ischaemia: as `duration` does. Codes must be of the matrix.
    """
    facts: dict[str, Any] = {}
    for name, said in written.items():
        text = said.strip()
        if not text:
            continue
        if name == "spin":
            facts |= {f"spin_{part}": value for part, value in spin(text).items()}
        elif name == "second_spin":
            facts |= {f"second_{part}": value for part, value in spin(text).items()}
        elif name in _CODED:
            facts[name] = code_of(text, name, codes, matrix)
        elif name.endswith("_temperature"):
            facts[name] = _celsius(text)
        else:
            facts[name] = duration(text)
    return facts


def code_of(text: str, name: str, codes: Table, matrix: Matrix) -> str:
    """The code of a container, a storage or a fixation, by its code or by words of its label where one alone fits."""
    place = {"container": 1, "fixation": 4, "storage": 6}[name]
    if name == "fixation" and matrix == "fluid":
        raise Refused("sprec.fixation", "A fluid is not fixed; leave the fixation out.")
    classes = codes[matrix][place].classes
    if text.upper() in classes:
        return text.upper()
    words = text.casefold().split()
    fitting = [each.code for each in classes.values() if all(word in each.label.casefold() for word in words)]
    if len(fitting) == 1:
        return fitting[0]
    raise Refused(
        "sprec.code",
        "{value} is no {element}; there are {allowed}.",
        value=text,
        element=codes[matrix][place].name.replace("_", " "),
        allowed=", ".join(f"{each.code} ({each.label})" for each in classes.values()),
    )


def code(material: str, recorded: Mapping[str, Any], times: Mapping[str, str | None], codes: Table) -> str:
    """The SPREC code of what was recorded; delays that were not written down follow from times that were."""
    facts = as_facts(recorded, times, matrix_of(material))
    kind = sample_type(material, facts) if material in MATERIALS else None
    return compute(Facts(**{**_fields(facts), "type": kind}), codes, matrix_of(material))


def as_facts(recorded: Mapping[str, Any], times: Mapping[str, str | None], matrix: Matrix) -> Facts:
    """Facts as SPREC takes them, from the bank's columns and the sample's times."""
    values = {name: recorded.get(name) for name in COLUMNS}
    for brake in ("spin_brake", "second_brake"):
        values[brake] = None if values[brake] is None else bool(values[brake])
    if matrix == "fluid":
        if values["pre_delay"] is None:
            values["pre_delay"] = _spent(times, "collected", "processed")
        if values["post_delay"] is None:
            values["post_delay"] = _spent(times, "processed", "frozen")
    elif values["cold_ischaemia"] is None:
        values["cold_ischaemia"] = _cold(times)
    return Facts(**values)


def lapses(
    material: str, recorded: Mapping[str, Any], times: Mapping[str, str | None], limits: Mapping[str, float]
) -> tuple[Lapse, ...]:
    """The times that are watched and known, against the bank's limits (minutes, by the limit's name)."""
    solid = matrix_of(material) == "solid"
    cold = recorded.get("cold_ischaemia")
    known: dict[str, float | None] = {
        "warm": recorded.get("warm_ischaemia"),
        "cold": (_cold(times) if cold is None else cold) if solid else None,
        "processing": None if solid else _spent(times, "collected", "processed"),
        "freezing": _spent(times, "collected", "frozen"),
    }
    return tuple(
        Lapse(each.name, each.label, float(minutes), limits[each.name])
        for each in LIMITS
        if (minutes := known[each.name]) is not None
    )


def in_words(minutes: float) -> str:
    """Minutes as people read them: "25 min", "1 h 25 min", "2 d 3 h"."""
    whole = round(minutes)
    days, rest = divmod(whole, 24 * 60)
    hours, left = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {left:02d} min" if left else f"{hours} h"
    return f"{left} min"


def _cold(times: Mapping[str, str | None]) -> float | None:
    """From collection to fixation or freezing, whichever was first."""
    known = [spent for step in ("processed", "frozen") if (spent := _spent(times, "collected", step)) is not None]
    return min(known) if known else None


def _spent(times: Mapping[str, str | None], start: str, end: str) -> float | None:
    return minutes_between(times.get(start), times.get(end))


def _celsius(text: str) -> float:
    found = re.fullmatch(r"([-−]?\d+(?:[.,]\d+)?)\s*°?\s*C?", text, re.I)
    if found is None:
        if text.casefold() in ("rt", "room", "ambient", "ta", "ambiante"):
            return 21.0
        raise Refused("temperature.form", "{text} is no temperature; write 4, 21 °C or RT.", text=text)
    return float(found[1].replace(",", ".").replace("−", "-"))


def _fields(facts: Facts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in Facts.__slots__}
