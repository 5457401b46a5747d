"""Sentences of the rules and questions: named for the catalogue of translations, and filled with their facts.

A sentence agrees with its counts by two forms after a colon: `{count} {count:tube is|tubes are} out.`
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final


def mark(msgid: str) -> str:
    """Name a sentence for the catalogue where it stands in a table; the faces translate it where they show it."""
    return msgid


COUNTS: Final = frozenset(
    {
        "all", "asked", "boxes", "count", "counted", "donors", "drawn", "eligible", "entries", "expired", "facets",
        "files", "free", "given", "granted", "grown", "held", "kept", "left", "limit", "made", "most", "moves", "n",
        "named", "noticed", "parents", "picks", "places", "pools", "printed", "quota", "records", "refused",
        "released", "reservations", "room", "rows", "samples", "stranded", "total", "tubes", "units", "unpacked",
        "usable", "waiting", "wanted", "withdrawn", "withheld", "without",
    }
)  # fmt: skip
"""Facts that say how many, where they are whole numbers; the others number a thing, or name a year."""


def _alone(count: int) -> bool:
    return count == 1


def _parted(count: int) -> str:
    return f"{count:,}"


class _Filling(string.Formatter):
    def __init__(self, alone: Callable[[int], bool], parted: Callable[[int], str]) -> None:
        self.alone = alone
        self.parted = parted

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        value = super().get_value(key, args, kwargs)
        return _Count(value) if type(value) is int and key in COUNTS else value

    def format_field(self, value: Any, format_spec: str) -> str:
        one, parted, many = format_spec.partition("|")
        if parted:
            return one if self.alone(int(value)) else many
        return self.parted(value) if isinstance(value, _Count) and not format_spec else format(value, format_spec)


class _Count(int):
    """A whole number of things."""


def filled(
    sentence: str,
    facts: Mapping[str, object],
    alone: Callable[[int], bool] = _alone,
    parted: Callable[[int], str] = _parted,
) -> str:
    """The sentence with its facts: in English, unless it is said which counts are singular and how they are parted."""
    return _Filling(alone, parted).vformat(sentence, (), facts)
