"""The one QR encoder: paper, printers' size estimates and the terminal all draw this matrix.

ISO/IEC 18004, error correction level Q (a quarter of the symbol may be lost to frost or ink).
Own codes are at most 16 characters of the alphanumeric set and fit version 1 (21 × 21 modules).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from biobank_tui.rules.errors import Refused

Matrix = tuple[tuple[bool, ...], ...]

ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
LONGEST = 200
# Weighing all eight masks costs ten times the encoding. Any mask decodes; this one weighs best on own codes.
MASK = 0


def check_code(code: str) -> None:
    """Refuse what a scanner could not type back: nothing, control characters, or far too much."""
    if not code:
        raise Refused("label.code.empty", "A label needs a code: there is none.")
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in code):
        raise Refused(
            "label.code.control",
            "Code {code} holds a control character, which a scanner would type as a key. Correct the code.",
            code=code.encode("unicode_escape").decode("ascii"),
        )
    if len(code) > LONGEST:
        raise Refused(
            "label.code.long",
            "Code {code} has {length} characters; a label takes at most {limit}.",
            code=code[:24] + "…",
            length=len(code),
            limit=LONGEST,
        )


@lru_cache(maxsize=4096)
def matrix(code: str) -> Matrix:
    """The modules of the code's QR symbol, rows of dark = True, without a quiet zone.

    The smallest version at level Q: numeric or alphanumeric mode where the characters allow it,
    else bytes (UTF-8). Raises Refused for a code that no scanner could give back.
    """
    check_code(code)
    from qrcode.constants import ERROR_CORRECT_Q
    from qrcode.main import QRCode
    from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, MODE_NUMBER, QRData

    if code.isascii() and code.isdigit():
        mode = MODE_NUMBER
    elif ALPHANUMERIC.issuperset(code):
        mode = MODE_ALPHA_NUM
    else:
        mode = MODE_8BIT_BYTE
    symbol = QRCode(error_correction=ERROR_CORRECT_Q, mask_pattern=MASK, border=0)
    symbol.add_data(QRData(code.encode("utf-8"), mode=mode))
    symbol.make(fit=True)
    return tuple(tuple(map(bool, row)) for row in symbol.modules)
