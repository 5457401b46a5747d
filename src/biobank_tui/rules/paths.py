"""A unit's path in the tree: ordinals of its ancestors and its own, each three base-36 digits ("00100a0c1")."""

from __future__ import annotations

from typing import Final

from biobank_tui.rules.errors import Refused

PATH_DIGITS: Final = 3
MOST_CHILDREN: Final = 36**PATH_DIGITS - 1
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def path_part(ordinal: int) -> str:
    """One step of a path: the ordinal, from 1, in three base-36 digits."""
    if ordinal > MOST_CHILDREN:
        raise Refused("unit.crowded", "One unit holds at most {most} others.", most=MOST_CHILDREN)
    digits = ""
    for _ in range(PATH_DIGITS):
        ordinal, digit = divmod(ordinal, 36)
        digits = _DIGITS[digit] + digits
    return digits


def last_ordinal(path: str | None) -> int:
    """The ordinal of a path's last step; 0 where there is no path."""
    return int(path[-PATH_DIGITS:], 36) if path else 0


def above(path: str) -> str:
    """The path of what the unit stands in; empty at the top."""
    return path[:-PATH_DIGITS]


def ancestors(path: str) -> list[str]:
    """The paths of all a unit stands in, and its own, outermost first."""
    return [path[:end] for end in range(PATH_DIGITS, len(path) + 1, PATH_DIGITS)]
