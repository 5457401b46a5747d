"""Templates of a visit: which tubes are drawn from a donor, and what is made of them, on one line or as TOML.

2 blood EDTA 9 mL -> 6 plasma 500 µL, 2 buffy coat

title = "Baseline"
[[tube]]
material = "blood"
container = "PED"
count = 2
amount = "9 mL"
  [[tube.made]]
  material = "plasma"
  count = 6
  amount = "500 µL"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from biobank_tui.rules import amounts, materials
from biobank_tui.rules.errors import Refused

MOST: Final = 500
"""Tubes of one visit."""

CONTAINERS: Final = {
    "edta": "PED",
    "k2edta": "PED",
    "heparin": "HEP",
    "héparine": "HEP",
    "citrate": "SCI",
    "sst": "SST",
    "acd": "ACD",
    "cpt": "CPT",
    "paxgene": "PAX",
    "streck": "ZZZ",
}
"""Containers as people say them on one line, as codes of SPREC's second element."""

_AMOUNT = re.compile(r"\d+(?:[.,]\d+)?\s*(?:[munµμ]?L|[munµμp]?g|cells|pieces|cellules|pièces)(?=\s|$)", re.I)
_COUNT = re.compile(r"(\d+)\s*[x×]?\s+(.+)", re.S)
_WRITTEN_AS_TOML = re.compile(r"\[\[|^\s*\w+\s*=(?!>)")
_FIELDS: Final = frozenset({"material", "container", "count", "amount", "made"})


@dataclass(frozen=True, slots=True)
class VisitTube:
    """Tubes of one kind. count: of all of them. amount: of each. made: what is made of them, shared evenly."""

    material: str
    count: int
    amount: str | None = None
    container: str | None = None
    made: tuple[VisitTube, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """What a visit yields. title: for people."""

    title: str
    tubes: tuple[VisitTube, ...]

    @property
    def count(self) -> int:
        """All the tubes of it."""
        return sum(tube.count + sum(made.count for made in tube.made) for tube in self.tubes)

    @property
    def drawn(self) -> int:
        """The tubes drawn from the donor."""
        return sum(tube.count for tube in self.tubes)


def read(text: str, title: str = "") -> Template:
    """A template as it was written, one line or TOML; Refused, with what is wrong, where it is none."""
    written = text.strip()
    if not written:
        raise Refused("visit.empty", "A visit's template names its tubes: 2 blood EDTA 9 mL -> 6 plasma 500 µL.")
    found = _toml(written, title) if _WRITTEN_AS_TOML.search(written) else _lines(written, title)
    if found.count > MOST:
        raise Refused("visit.many", "A visit has at most {most} tubes, not {count}.", most=MOST, count=found.count)
    return found


def in_words(template: Template) -> str:
    """A template on one line, as `read` reads it back."""
    return "; ".join(_said(tube) for tube in template.tubes)


def _said(tube: VisitTube) -> str:
    parts = [str(tube.count), tube.material, tube.container or "", tube.amount or ""]
    own = " ".join(part for part in parts if part)
    return f"{own} -> {', '.join(_said(made) for made in tube.made)}" if tube.made else own


def _lines(text: str, title: str) -> Template:
    drawn = []
    for line in re.split(r"[;\n]", text):
        if line.strip():
            left, _arrow, right = re.sub(r"→|=>", "->", line).partition("->")
            made = tuple(_one(part) for part in right.split(",") if part.strip())
            tubes = [_one(part) for part in left.split(",") if part.strip()]
            if not tubes or (made and len(tubes) > 1):
                raise Refused(
                    "visit.arrow", "{line}: one kind of tube stands before ->, what is made of it behind.",
                    line=line.strip(),
                )  # fmt: skip
            drawn += tubes if not made else [VisitTube(tubes[0].material, tubes[0].count, tubes[0].amount,
                                                       tubes[0].container, made)]  # fmt: skip
    return Template(title, tuple(drawn))


def _one(text: str) -> VisitTube:
    written = text.strip()
    counted = _COUNT.fullmatch(written)
    count, rest = (int(counted[1]), counted[2]) if counted else (1, written)
    # "9 mL blood" counts no tubes: its number belongs to the amount.
    if counted and _AMOUNT.match(written):
        count, rest = 1, written
    amount = _AMOUNT.search(rest)
    words = (rest[: amount.start()] + rest[amount.end() :] if amount else rest).split()
    container = next((word for word in words if word.casefold() in CONTAINERS or _is_code(word)), None)
    material = " ".join(word for word in words if word is not container)
    return _checked(
        material,
        count,
        amount[0] if amount else None,
        None if container is None else CONTAINERS.get(container.casefold(), container),
        (),
    )


def _is_code(word: str) -> bool:
    return len(word) == 3 and word.isupper() and word not in ("DNA", "RNA", "ADN", "ARN", "CSF", "LCR", "BAL")


def _toml(text: str, title: str) -> Template:
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise Refused("visit.toml", "The template cannot be read: {detail}", detail=str(fault)) from fault
    unknown = written.keys() - {"title", "tube"}
    if unknown or not isinstance(written.get("tube"), list) or not written["tube"]:
        raise Refused(
            "visit.fields", "A template has a title and [[tube]] tables; {fields} is none of these.",
            fields=", ".join(sorted(unknown)) or "—",
        )  # fmt: skip
    return Template(str(written.get("title", title)), tuple(_tube(each) for each in written["tube"]))


def _tube(written: Any) -> VisitTube:
    if not isinstance(written, Mapping) or written.keys() - _FIELDS:
        raise Refused(
            "visit.tube", "A tube has {allowed}; {fields} is none of these.",
            allowed=", ".join(sorted(_FIELDS)),
            fields=", ".join(sorted(written.keys() - _FIELDS)) if isinstance(written, Mapping) else str(written),
        )  # fmt: skip
    count = written.get("count", 1)
    made = written.get("made", [])
    if not isinstance(count, int) or isinstance(count, bool) or not isinstance(made, list):
        raise Refused("visit.count", "{count} is no number of tubes.", count=str(count))
    return _checked(
        str(written.get("material", "")),
        count,
        str(written["amount"]) if "amount" in written else None,
        str(written["container"]) if "container" in written else None,
        tuple(_tube(each) for each in made),
    )


def _checked(
    material: str, count: int, amount: str | None, container: str | None, made: tuple[VisitTube, ...]
) -> VisitTube:
    if not 1 <= count <= MOST:
        raise Refused("visit.count", "{count} is no number of tubes.", count=str(count))
    if any(each.made for each in made):
        raise Refused("visit.deep", "What is made of a tube is made in one step; write the next as tubes of their own.")
    if amount is not None:
        amounts.parse(amount)
    return VisitTube(materials.material(material), count, amount, container, made)
