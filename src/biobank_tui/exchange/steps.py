"""Ways to a value inside nested records (JSON, FHIR, XML): `collection.collected`, `type.coding[system=URL].code`.

A step is a key. A list behind a key gives its first element unless brackets say which: `[2]` the second, `[*]` all of
them, `[key=value]` those whose key says so. `^` at the beginning is the record that holds this one, `^^` the one that
holds that. Several values are parted by `JOIN`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

STEP: Final = re.compile(r"([^.\[\]]*)((?:\[[^\]]*\])*)(?:\.|$)")
CHOICE: Final = re.compile(r"\[([^\]]*)\]")
JOIN: Final = "; "
MOST_LEVELS: Final = 24

Step = tuple[str, tuple[str, ...]]


@lru_cache(maxsize=4096)
def steps(path: str) -> tuple[int, tuple[Step, ...]]:
    """How many records up a path begins, and its steps: a key and the choices behind it."""
    up = len(path) - len(path.lstrip("^"))
    rest, found, at = path[up:].lstrip("."), [], 0
    while at < len(rest):
        step = STEP.match(rest, at)
        if step is None or step.end() == at:
            return up, ((rest, ()),)
        found.append((step[1], tuple(CHOICE.findall(step[2]))))
        at = step.end()
    return up, tuple(found)


def value_at(lineage: tuple[Any, ...], path: str) -> str | None:
    """What stands at the end of a path from the last record of `lineage`; nothing where there is nothing."""
    record = lineage[-1]
    if isinstance(record, dict) and path in record and not isinstance(record[path], (dict, list)):
        return _text(record[path])
    up, way = steps(path)
    if up >= len(lineage):
        return None
    told = [text for value in _walk(lineage[-1 - up], way) if (text := _text(value)) is not None]
    return JOIN.join(told) if told else None


def _walk(value: Any, way: tuple[Step, ...]) -> Iterator[Any]:
    if not way:
        if isinstance(value, list):
            for each in value:
                yield from _walk(each, ())
        else:
            yield value
        return
    key, choices = way[0]
    if isinstance(value, list):
        value = value[0] if value else None
    if key:
        value = value.get(key) if isinstance(value, dict) else None
    kept = [value]
    for choice in choices:
        kept = [each for one in kept for each in _chosen(one, choice)]
    for each in kept:
        yield from _walk(each, way[1:])


def _chosen(value: Any, choice: str) -> list[Any]:
    elements = value if isinstance(value, list) else [] if value is None else [value]
    if choice == "*":
        return elements
    if choice.isdigit():
        return elements[int(choice) - 1 : int(choice)]
    key, _, wanted = choice.partition("=")
    return [each for each in elements if isinstance(each, dict) and value_at((each,), key) == wanted]


def _text(value: Any) -> str | None:
    match value:
        case None | "":
            return None
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case dict():
            # An XML element with attributes keeps its own text under the empty key.
            return value.get("") if isinstance(value.get(""), str) else None
    return str(value)


def leaves(value: Any, prefix: str = "", level: int = 0) -> Iterator[str]:
    """The paths of everything a record says, the first element standing for its list."""
    if isinstance(value, list):
        if value and isinstance(value[0], (dict, list)):
            yield from leaves(value[0], prefix, level + 1)
        elif value:
            yield prefix
    elif isinstance(value, dict):
        for key, inner in value.items() if level < MOST_LEVELS else ():
            yield from leaves(inner, f"{prefix}.{key}".strip("."), level + 1)
    else:
        yield prefix


def records_at(whole: Any, path: str) -> Iterator[tuple[Any, ...]]:
    """Each record on a path of lists from the top, with those that hold it; commas part several paths."""
    for each in path.split(",") if path else [""]:
        yield from _records((whole,), [name for name in each.strip().split(".") if name])


def _records(lineage: tuple[Any, ...], names: list[str]) -> Iterator[tuple[Any, ...]]:
    value = lineage[-1]
    if isinstance(value, list):
        for each in value:
            yield from _records((*lineage[:-1], each), names)
    elif not names:
        if isinstance(value, dict):
            yield lineage
    elif isinstance(value, dict) and names[0] in value:
        yield from _records((*lineage, value[names[0]]), names[1:])
