"""Which characters a printer can show: the others are replaced where everyone sees it, never dropped."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

UNPRINTABLE = "?"
ELLIPSIS = "…"
LONGEST = 120

# The same sign to a reader's eye, in the form that printers' fonts have.
SAME_TO_THE_EYE = str.maketrans(
    {"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u03bc": "µ", "\u00a0": " ", "\u202f": " ", "\u2009": " "}
)


def in_winansi(char: str) -> bool:
    """Whether a PDF's built-in fonts have it (Windows code page 1252)."""
    if char.isascii():
        return char.isprintable()
    return char.isprintable() and bool(char.encode("cp1252", "ignore"))


def in_wgl4(char: str) -> bool:
    """Whether a thermal printer's scalable font has it: Latin, Greek, Cyrillic and the 1252 signs."""
    return char.isprintable() and (ord(char) < 0x250 or 0x370 <= ord(char) < 0x500 or in_winansi(char))


def printable(text: str, fits: Callable[[str], bool]) -> str:
    """The text as it can be printed: control, bidirectional and unknown characters become a question mark.

    Cut at 120 characters, more than any label holds.
    """
    if text.isascii() and text.isprintable():
        return text[:LONGEST]
    composed = unicodedata.normalize("NFC", text).translate(SAME_TO_THE_EYE)
    return "".join(char if fits(char) else UNPRINTABLE for char in composed[:LONGEST])
