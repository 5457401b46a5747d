"""Disease codes: ICD-10, ICD-O-3 topography (C50.4) and morphology (8500/3), and which code covers which.

A range of codes is turned into half-open text bounds once; the same bounds serve `covers` here and SQL elsewhere.
"""

from __future__ import annotations

import re

from biobank_tui.rules.errors import Refused

_SITE = re.compile(r"([A-Z]\d[0-9A-Z])(?:\.?([0-9A-Z]{1,4}))?")
_MORPHOLOGY = re.compile(r"M?-?(\d{4})(?:/?([0-9]))?")
_ONTOLOGY = re.compile(r"[A-Z]+[:_][0-9A-Z]+")
_PREFIX = re.compile(r"([A-Z]\d{0,2}(?:\.\d{0,3})?|\d{1,4}/?)\*")
_AFTER = "~"
"""Sorts after every character of a code, so that code + "~" closes the codes below it."""


def normalise(text: str) -> str:
    """A code as the bank keeps it: "c504" → "C50.4", "M8500/3" → "8500/3"; Refused when it is none."""
    folded = "".join(text.split()).upper().rstrip("+*†!")
    site = _SITE.fullmatch(folded)
    if site is not None:
        return f"{site[1]}.{site[2]}" if site[2] else site[1]
    morphology = _MORPHOLOGY.fullmatch(folded)
    if morphology is not None:
        return f"{morphology[1]}/{morphology[2]}" if morphology[2] else morphology[1]
    if _ONTOLOGY.fullmatch(folded):
        return folded.replace("_", ":")
    raise Refused(
        "disease.code",
        "{code} is no disease code; write ICD-10 or ICD-O-3, as in C50.4 or 8500/3.",
        code=text,
    )


def bounds(range_text: str) -> tuple[tuple[str, str], ...]:
    """Half-open text bounds (low ≤ code < high) of "C50", "C50.*", "C50-C58", "8500/3", or several with commas.

    Refused when a part is none of these, or ends before it begins.
    """
    parts = [part.strip() for part in re.split(r"[,;]", range_text) if part.strip()]
    if not parts:
        raise Refused("disease.empty", "No disease code is given.")
    return tuple(_bound(part) for part in parts)


def normalise_range(range_text: str) -> str:
    """A range in one spelling: "c50 – c58" → "C50-C58", "C50.*" → "C50"."""
    spelled = []
    for low, high in bounds(range_text):
        end = high.rstrip(_AFTER + "\0")
        text = low if end == low else f"{low}-{end}"
        spelled.append(text if end != low or _is_code(text) else f"{text}*")
    return ",".join(spelled)


def covers(range_text: str, code: str) -> bool:
    """Whether a code is the range's own, below it, or between its ends; malformed ranges cover nothing."""
    try:
        known = normalise(code)
        return any(low <= known < high for low, high in bounds(range_text))
    except Refused:
        return False


def covers_range(outer: str, inner: str) -> bool:
    """Whether everything the inner range covers is covered by the outer one."""
    try:
        outers = bounds(outer)
        return all(any(low <= start and end <= high for low, high in outers) for start, end in bounds(inner))
    except Refused:
        return False


def _bound(part: str) -> tuple[str, str]:
    folded = "".join(part.split()).upper().replace("–", "-")
    prefix = _PREFIX.fullmatch(folded)
    if prefix is not None:
        low = prefix[1].rstrip("./")
        return low, low + _AFTER
    if re.fullmatch(r"[A-Z]", folded):
        return folded, folded + _AFTER
    low, dash, high = folded.partition("-")
    if not dash or low in ("", "M"):
        code = normalise(folded)
        if ":" in code:
            return code, code + "\0"
        return code, code + _AFTER
    first, last = normalise(low), normalise(high)
    if first > last or first[0].isdigit() is not last[0].isdigit() or ":" in first + last:
        raise Refused("disease.range", "{range} is no range: it ends before it begins.", range=part)
    return first, last + _AFTER


def _is_code(text: str) -> bool:
    return any(shape.fullmatch(text) for shape in (_SITE, _MORPHOLOGY, _ONTOLOGY)) or len(text) == 1
