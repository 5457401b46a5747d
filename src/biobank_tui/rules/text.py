"""Text from data: shown literally on screen, named where it hides something, safe in spreadsheets."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Letters and blanks that take no room, or the room of nothing, though Unicode calls them printable.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MOST_MARKS = 4
_C0 = (
    "NULL", "START OF HEADING", "START OF TEXT", "END OF TEXT", "END OF TRANSMISSION", "ENQUIRY",
    "ACKNOWLEDGE", "BELL", "BACKSPACE", "TABULATION", "LINE FEED", "LINE TABULATION", "FORM FEED",
    "CARRIAGE RETURN", "SHIFT OUT", "SHIFT IN", "DATA LINK ESCAPE", "DEVICE CONTROL ONE",
    "DEVICE CONTROL TWO", "DEVICE CONTROL THREE", "DEVICE CONTROL FOUR", "NEGATIVE ACKNOWLEDGE",
    "SYNCHRONOUS IDLE", "END OF BLOCK", "CANCEL", "END OF MEDIUM", "SUBSTITUTE", "ESCAPE",
    "FILE SEPARATOR", "GROUP SEPARATOR", "RECORD SEPARATOR", "UNIT SEPARATOR",
)  # fmt: skip

_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
_PLAIN_NUMBER = re.compile(r"-\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")


def visible(text: str, limit: int | None = None) -> str:
    """What data may look like on a screen or terminal: one line, nothing hidden, at most `limit` characters.

    Control characters become their pictures (␛, ␊), everything else that steers or hides becomes its code
    point in brackets (⟨U+202E⟩); a longer text ends in "…".
    """
    cut = limit is not None and len(text) > limit
    text = text[:limit]
    if not (text.isascii() and text.isprintable()):
        text = _marked(text)
    if limit is not None and (cut or len(text) > limit):
        return (text[: limit - 1] + "…") if limit > 0 else ""
    return text


def visible_lines(text: str, limit: int | None = None) -> list[str]:
    """A text of several lines, each made visible; only line feeds part lines."""
    return [visible(line, limit) for line in text.replace("\r\n", "\n").split("\n")]


def controls(text: str, allowed: str = "") -> str | None:
    """The first character no field should carry, as "U+001B ESCAPE"; None when there is none.

    allowed: characters taken all the same, such as the line feeds of a note.
    """
    if text.isascii() and text.isprintable():
        return None
    for char in text:
        if _mark(char) is not None and char not in allowed:
            point = ord(char)
            name = _C0[point] if point < 32 else unicodedata.name(char, "")
            if not name:
                name = "DELETE" if point == 127 else "CONTROL CHARACTER" if point < 160 else "NOT A CHARACTER"
            return f"U+{point:04X} {name}"
    return None


def sheet_cell(text: str) -> str:
    """A text for a CSV or XLSX cell that no spreadsheet takes for a formula; plain negative numbers stay.

    An apostrophe is put before it; `unsheet_cell` takes it away again.
    """
    return "'" + text if _like_formula(text) else text


def unsheet_cell(text: str) -> str:
    """The text `sheet_cell` was given."""
    return text[1:] if text.startswith("'") and _like_formula(text) else text


def _like_formula(text: str) -> bool:
    bare = text.lstrip("'").lstrip(" \u00a0")
    return bare[:1] in _FORMULA and bare != "" and _PLAIN_NUMBER.fullmatch(bare) is None


@lru_cache(maxsize=4096)
def _mark(char: str) -> str | None:
    """What stands for a character that must not reach the screen; None for those that may."""
    point = ord(char)
    if point < 32:
        return chr(0x2400 + point)
    if point == 127:
        return "␡"
    if unicodedata.category(char) in _HIDDEN or char in _INVISIBLE:
        return f"⟨U+{point:04X}⟩"
    return None


def _marked(text: str) -> str:
    out: list[str] = []
    marks = 0
    for char in text:
        if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
            # Marks without a letter would climb onto what stands before; towers of them onto other lines.
            marks += 1
            if not out:
                out.append("◌")
            if marks > _MOST_MARKS:
                continue
        else:
            marks = 0
        out.append(_mark(char) or char)
    return "".join(out)
