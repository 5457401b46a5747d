"""A storage tree in one line: "freezer F01 / 20 racks / 5 drawers / 13 boxes 9x9"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from biobank_tui.rules.errors import Refused

LETTERS: dict[str, str] = {
    "site": "S",
    "room": "M",
    "freezer": "F",
    "tank": "T",
    "shelf": "H",
    "tower": "W",
    "rack": "R",
    "drawer": "D",
    "box": "B",
    "plate": "P",
    "bag": "G",
}
"""The letter that stands for each kind of unit in its code."""

PLURALS = {"shelves": "shelf", "boxes": "box"} | {f"{kind}s": kind for kind in LETTERS if kind not in {"shelf", "box"}}
MOST_UNITS = 100_000
MOST_SIDE = 100

_KINDS = "|".join(sorted({*LETTERS, *PLURALS}, key=len, reverse=True))
_PARTING = re.compile(rf"\s*[/>]\s*|\s+[x×]\s*(?=\d{{1,6}}\s+(?:{_KINDS})\b)", re.IGNORECASE)
"""Between levels: a slash, or a times sign before a number of units; never the one within a grid."""
_LEVEL = re.compile(
    r"(?:(?P<count>\d{1,6})\s*[×x]?\s+)?(?P<kind>[a-z]+)(?:\s+of\s+(?P<capacity>\d{1,5}))?(?:\s+(?P<rows>\d{1,3})\s*[x×]\s*(?P<columns>\d{1,3}))?"
    r"(?:\s+(?P<name>[\w .-]{1,40}?))?(?:\s+(?P<rows2>\d{1,3})\s*[x×]\s*(?P<columns2>\d{1,3}))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a plan: so many units of a kind, named where there is one, with a grid or without.

    capacity: how many units, or tubes without a grid, each may hold; None: no limit.
    """

    kind: str
    count: int = 1
    name: str | None = None
    rows: int | None = None
    columns: int | None = None
    capacity: int | None = None


def parse_plan(text: str) -> tuple[Level, ...]:
    """The levels of a plan, from the outermost; Refused says which part is not understood.

    Levels are parted by a slash or a times sign ("20 racks × 5 drawers"); "of 13" says how many each may hold.
    """
    levels = tuple(_level(part) for part in _PARTING.split(text.strip()))
    total, width = 0, 1
    for level in levels:
        width *= level.count
        total += width
    for outer, inner in pairwise(levels):
        if outer.rows:
            raise Refused("plan.grid_inside", "A {kind} with a grid holds tubes, not other units.", kind=outer.kind)
        if outer.capacity is not None and inner.count > outer.capacity:
            raise Refused(
                "plan.over_capacity",
                "Each {kind} is to hold {most} at most, and the plan puts {count} into it.",
                kind=outer.kind,
                most=outer.capacity,
                count=inner.count,
            )
    if total > MOST_UNITS:
        raise Refused(
            "plan.too_large",
            "That plan makes {total} units; at most {most} at once.",
            total=total,
            most=MOST_UNITS,
        )
    return levels


def parse_grid(text: str) -> tuple[int, int]:
    """Rows and columns of "9x9"; Refused where it is none."""
    found = re.fullmatch(r"\s*(\d{1,3})\s*[x×]\s*(\d{1,3})\s*", text, re.IGNORECASE)
    sides = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(1 <= side <= MOST_SIDE for side in sides):
        raise Refused("plan.grid_text", "{value} is no grid; write rows and columns, such as 9x9.", value=text)
    return sides


def _level(part: str) -> Level:
    found = _LEVEL.fullmatch(part.strip())
    word = found["kind"].lower() if found else ""
    kind = PLURALS.get(word, word)
    if found is None or kind not in LETTERS:
        raise Refused(
            "plan.part",
            "“{part}” is not understood; write a kind, such as “5 drawers” or “13 boxes 9x9”. Kinds: {kinds}.",
            part=part,
            kinds=", ".join(LETTERS),
        )
    rows, columns = (found["rows"] or found["rows2"], found["columns"] or found["columns2"])
    count = int(found["count"] or 1)
    if count < 1 or (rows and not 1 <= int(rows) <= MOST_SIDE) or (columns and not 1 <= int(columns) <= MOST_SIDE):
        raise Refused(
            "plan.grid",
            "“{part}” asks for nothing, or for a grid beyond {most} × {most}.",
            part=part,
            most=MOST_SIDE,
        )
    if count > 1 and found["name"]:
        raise Refused("plan.name", "“{part}” gives one name to {count} units.", part=part, count=count)
    capacity = int(found["capacity"]) if found["capacity"] else None
    if capacity is not None and (rows or capacity < 1):
        raise Refused("plan.capacity", "“{part}”: a grid says itself how much it holds; “of” is 1 or more.", part=part)
    return Level(kind, count, found["name"], int(rows) if rows else None, int(columns) if columns else None, capacity)
