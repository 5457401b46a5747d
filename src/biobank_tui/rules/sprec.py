"""SPREC 2.0: the preanalytical life of a sample in seven elements, computed from recorded facts and explained back.

The code lists come from outside (schema/codes/sprec_codes.csv, rows as dictionaries). What was not recorded is X;
what was recorded but fits no class is Z. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.materials import MATERIALS

Matrix = Literal["fluid", "solid"]
VERSION = "2.0"
_MINUTES = {"min": 1.0, "h": 60.0, "": 1.0}


@dataclass(frozen=True, slots=True)
class Class:
    """One code of one element. Bounds are None where the table has none; minutes, g and degrees Celsius."""

    code: str
    label: str
    minutes: tuple[float | None, float | None]
    celsius: tuple[float | None, float | None]
    rcf: tuple[float | None, float | None]
    brake: bool | None


@dataclass(frozen=True, slots=True)
class Element:
    """One of the seven places of a code; classes by their letters."""

    position: int
    name: str
    classes: dict[str, Class]

    @property
    def unknown(self) -> str:
        return "XXX" if max(map(len, self.classes)) == 3 else "X"

    @property
    def other(self) -> str:
        return "ZZZ" if max(map(len, self.classes)) == 3 else "Z"


Table = dict[Matrix, tuple[Element, ...]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What was recorded; None is not recorded. Minutes, g, degrees Celsius; 0 spin minutes is "not spun".

    type, container, storage, fixation are codes of the table; container is the type of collection of solid samples.
    """

    type: str | None = None
    container: str | None = None
    pre_delay: float | None = None
    pre_temperature: float | None = None
    spin_minutes: float | None = None
    spin_rcf: float | None = None
    spin_temperature: float | None = None
    spin_brake: bool | None = None
    second_minutes: float | None = None
    second_rcf: float | None = None
    second_temperature: float | None = None
    second_brake: bool | None = None
    post_delay: float | None = None
    post_temperature: float | None = None
    warm_ischaemia: float | None = None
    cold_ischaemia: float | None = None
    fixation: str | None = None
    fixation_minutes: float | None = None
    storage: str | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """One element of a code in words."""

    name: str
    code: str
    label: str


def table(rows: Iterable[Mapping[str, str]], version: str = VERSION) -> Table:
    """The elements of both matrices from the rows of the code list."""
    found: dict[tuple[str, int], Element] = {}
    for row in rows:
        if row["sprec_version"] != version:
            continue
        place = (row["matrix"], int(row["position"]))
        element = found.setdefault(place, Element(place[1], row["element"], {}))
        element.classes[row["code"]] = _class(row)
    matrices: tuple[Matrix, ...] = ("fluid", "solid")
    return {
        matrix: tuple(element for (kind, _), element in sorted(found.items()) if kind == matrix) for matrix in matrices
    }


def sample_type(material: str, facts: Facts) -> str | None:
    """The first element of a material, where the facts leave one answer; plasma is PL1 or PL2 by its spins."""
    if facts.type is not None:
        return facts.type
    if material == "Plasma":
        if facts.second_minutes is None:
            return None
        return "PL2" if facts.second_minutes > 0 else "PL1"
    if material in ("TissueFreshFrozen", "TissueFixed"):
        return "TIS"
    return MATERIALS[material].sprec or None


def compute(facts: Facts, codes: Table, matrix: Matrix) -> str:
    """The code of what was recorded, as "SER-SST-A-B-N-A-A"."""
    elements = codes[matrix]
    spun = (facts.spin_minutes, facts.spin_temperature, facts.spin_rcf, facts.spin_brake)
    again = (facts.second_minutes, facts.second_temperature, facts.second_rcf, facts.second_brake)
    parts: list[str]
    if matrix == "fluid":
        parts = [
            _coded(elements[0], facts.type),
            _coded(elements[1], facts.container),
            _delay(elements[2], facts.pre_delay, facts.pre_temperature),
            _spin(elements[3], *spun),
            _spin(elements[4], *again),
            _delay(elements[5], facts.post_delay, facts.post_temperature),
        ]
    else:
        parts = [
            _coded(elements[0], facts.type),
            _coded(elements[1], facts.container),
            _time(elements[2], facts.warm_ischaemia),
            _time(elements[3], facts.cold_ischaemia),
            _coded(elements[4], facts.fixation),
            _time(elements[5], facts.fixation_minutes),
        ]
    return "-".join([*parts, _coded(elements[6], facts.storage)])


def explain(code: str, codes: Table) -> tuple[Explained, ...]:
    """A code in words; Refused, naming the element, when it is none of either matrix."""
    parts = code.strip().upper().replace(" ", "-").split("-")
    if len(parts) != 7:
        raise Refused("sprec.length", "{code} has {count} elements; a SPREC code has 7.", code=code, count=len(parts))
    wrong = {matrix: _first_wrong(parts, elements) for matrix, elements in codes.items()}
    matrix = max(wrong, key=lambda each: 99 if wrong[each] is None else wrong[each] or 0)
    place = wrong[matrix]
    if place is not None:
        element = codes[matrix][place]
        raise Refused(
            "sprec.element",
            "{value} is no {element} (element {position}); there are {allowed}.",
            value=parts[place],
            element=element.name.replace("_", " "),
            position=place + 1,
            allowed=", ".join(element.classes),
        )
    return tuple(
        Explained(element.name, part, _label(element, part)) for element, part in zip(codes[matrix], parts, strict=True)
    )


def parse(code: str, codes: Table) -> tuple[str, ...]:
    """The seven elements of a code; Refused as by `explain`."""
    return tuple(each.code for each in explain(code, codes))


def _class(row: Mapping[str, str]) -> Class:
    scale = _MINUTES[row["duration_unit"]]
    low, high = _number(row["duration_min"]), _number(row["duration_max"])
    return Class(
        row["code"],
        row["label"],
        (None if low is None else low * scale, None if high is None else high * scale),
        (_number(row["temp_min_c"]), _number(row["temp_max_c"])),
        (_number(row["rcf_min_g"]), _number(row["rcf_max_g"])),
        {"yes": True, "no": False}.get(row["brake"]),
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _label(element: Element, part: str) -> str:
    known = element.classes.get(part)
    return known.label if known is not None else "Unknown"


def _first_wrong(parts: list[str], elements: tuple[Element, ...]) -> int | None:
    for place, element in enumerate(elements):
        if parts[place] not in element.classes and parts[place] != element.unknown:
            return place
    return None


def _coded(element: Element, code: str | None) -> str:
    if code is None:
        return element.unknown
    folded = code.strip().upper()
    if folded not in element.classes and folded != element.unknown:
        raise Refused(
            "sprec.code",
            "{value} is no {element}; there are {allowed}.",
            value=code,
            element=element.name.replace("_", " "),
            allowed=", ".join(element.classes),
        )
    return folded


def _time(element: Element, minutes: float | None) -> str:
    if minutes is None:
        return element.unknown
    return _fitting(element, minutes, None, None, None)


def _delay(element: Element, minutes: float | None, celsius: float | None) -> str:
    if minutes is None or celsius is None:
        return element.unknown
    return _fitting(element, minutes, celsius, None, None)


def _spin(element: Element, minutes: float | None, celsius: float | None, rcf: float | None, brake: bool | None) -> str:
    if minutes == 0:
        return "N"
    if minutes is None or celsius is None or rcf is None or brake is None:
        return element.unknown
    return _fitting(element, minutes, celsius, rcf, brake)


def _fitting(element: Element, minutes: float, celsius: float | None, rcf: float | None, brake: bool | None) -> str:
    """The class all of it falls in. Classes that share a bound are parted at it: the later one begins there,
    but where the later one reads "more than", or there is none, the earlier one still holds it."""
    for closed in (False, True):
        for each in element.classes.values():
            if each.minutes == (None, None):
                continue
            if (
                _within(minutes, each.minutes, closed)
                and (celsius is None or _within(celsius, each.celsius, True))
                and (rcf is None or _within(rcf, each.rcf, False))
                and (brake is None or each.brake is brake)
            ):
                return each.code
    return element.other


def _within(value: float, bounds: tuple[float | None, float | None], closed: bool) -> bool:
    low, high = bounds
    if high is None:
        return low is None or value > low
    above = low is None or value >= low
    return above and (value <= high if closed else value < high)
