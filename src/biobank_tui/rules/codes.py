"""Codes: PREFIX-XXXXXXC, a Crockford base 32 serial closed by an ISO 7064 MOD 37,36 check character.

The check character covers prefix and serial without the dash, so a code typed under the wrong prefix is caught too.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Literal

from biobank_tui.rules.errors import Refused

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SERIAL_LENGTH = 6
SERIALS = 32**SERIAL_LENGTH
LONGEST = 16

_VALUE = {char: value for value, char in enumerate(ALPHANUMERIC)}
_DIGIT = {char: value for value, char in enumerate(CROCKFORD)}
_BLOCK = 32**3
_PREFIX = re.compile(r"[0-9A-Z]{1,4}")
_SHAPE = re.compile(r"([0-9A-Z]{1,4})-([0-9A-Z]{6})([0-9A-Z])")
_ALIASES = str.maketrans("OIL", "011")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−_", "-"))


@dataclass(frozen=True, slots=True)
class ParsedCode:
    """A code read back. code: as it is printed; valid: the check character is right."""

    prefix: str
    serial: int
    check: str
    code: str
    valid: bool


def render(prefix: str, serial: int) -> str:
    """The code of a serial number (0 up to 1,073,741,823) under a prefix of 1 to 4 letters or digits."""
    return renders(prefix, serial, 1)[0]


def renders(prefix: str, start: int, n: int) -> list[str]:
    """The codes of n serials in a row from `start`; a million take a fraction of a second."""
    if _PREFIX.fullmatch(prefix) is None:
        raise Refused("code.prefix", "{prefix} is no prefix: 1 to 4 capital letters or digits are.", prefix=prefix)
    if start < 0 or n < 0 or start + n > SERIALS:
        raise Refused(
            "code.exhausted",
            "The prefix {prefix} has room for {room} codes; number {serial} is beyond them. Choose a new prefix.",
            prefix=prefix,
            room=SERIALS,
            serial=start + n - 1,
        )
    codes: list[str] = []
    serial, end = start, start + n
    while serial < end:
        high, low = divmod(serial, _BLOCK)
        stop = min(_BLOCK, low + end - serial)
        head = f"{prefix}-{_triples()[high]}"
        checks = _closing(_state(prefix + _triples()[high]))
        if stop - low == 1:
            codes.append(head + _triples()[low] + checks[low])
        else:
            codes += [head + tail + check for tail, check in zip(_triples()[low:stop], checks[low:stop], strict=True)]
        serial += stop - low
    return codes


def render_keyed(prefix: str, number: int) -> str:
    """A code made of a keyed number below 2**45: nine characters, and the check character."""
    body = "".join(CROCKFORD[number >> 5 * place & 31] for place in range(8, -1, -1))
    return f"{prefix}-{body}{check_character(prefix + body)}"


def check(code: str) -> bool:
    """Whether a code stands exactly as this program prints it, check character included."""
    found = _SHAPE.fullmatch(code)
    if found is None or any(char not in _DIGIT for char in found[2]):
        return False
    return check_character(found[1] + found[2]) == found[3]


def parse(text: str, prefixes: Collection[str] = ()) -> ParsedCode | None:
    """Read a code as people type it; nothing when the text has not our shape.

    Taken: lower case, spaces, any dash, O for 0 and I or L for 1 in the serial, and no dash at all
    after one of the `prefixes`.
    """
    found = _SHAPE.fullmatch(_dashed(text, prefixes))
    if found is None:
        return None
    prefix, serial, last = found[1], found[2].translate(_ALIASES), found[3]
    if any(char not in _DIGIT for char in serial):
        return None
    number = 0
    for char in serial:
        number = number * 32 + _DIGIT[char]
    valid = check_character(prefix + serial) == last
    return ParsedCode(prefix, number, last, f"{prefix}-{serial}{last}", valid)


def explain(text: str, prefixes: Collection[str]) -> Literal["ours", "mistyped", "foreign"]:
    """What a typed or scanned text is, before any lookup.

    ours: our shape and check character; mistyped: our prefix and shape, but a character is wrong;
    foreign: an imported code, a tube barcode, anything else.
    """
    found = _SHAPE.fullmatch(_dashed(text, prefixes))
    if found is None or found[1] not in {prefix.upper() for prefix in prefixes}:
        return "foreign"
    parsed = parse(text, prefixes)
    return "ours" if parsed is not None and parsed.valid else "mistyped"


def check_character(text: str) -> str:
    """The ISO 7064 MOD 37,36 check character of capital letters and digits."""
    return ALPHANUMERIC[(1 - _state(text)) % 36]


def _dashed(text: str, prefixes: Collection[str]) -> str:
    folded = "".join(text.split()).upper().translate(_DASHES)
    if "-" not in folded:
        for prefix in prefixes:
            if folded.startswith(prefix.upper()) and len(folded) == len(prefix) + SERIAL_LENGTH + 1:
                return f"{prefix.upper()}-{folded[len(prefix) :]}"
    return folded


def _step(state: int, value: int) -> int:
    return ((state + value) % 36 or 36) * 2 % 37


def _state(text: str) -> int:
    state = 36
    for char in text:
        state = _step(state, _VALUE[char])
    return state


@cache
def _triples() -> list[str]:
    return [a + b + c for a in CROCKFORD for b in CROCKFORD for c in CROCKFORD]


@cache
def _closing(state: int) -> str:
    """The check characters of all 32,768 last triples, given the state the first ones left."""
    values = [_VALUE[char] for char in CROCKFORD]
    out: list[str] = []
    for a in values:
        first = _step(state, a)
        for b in values:
            second = _step(first, b)
            out += [ALPHANUMERIC[(1 - _step(second, c)) % 36] for c in values]
    return "".join(out)
