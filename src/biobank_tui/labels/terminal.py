"""A label as characters, for a terminal.

Two rows of modules make one row of characters: "▀", "▄", "█" and space, ink where modules are dark. A face
must paint these rows in explicit black on explicit white, whatever its theme: on a dark background the same
characters would be a negative, which many readers refuse.
"""

from __future__ import annotations

import unicodedata

from biobank_tui.labels.glyphs import printable
from biobank_tui.labels.layout import Label
from biobank_tui.labels.qr import matrix

QUIET = 2
BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
TEXT_GAP = " "


def preview(code: str) -> str:
    """The code's QR symbol with two modules of quiet zone: equally long rows, parted by line feeds.

    A version 1 symbol takes 25 columns and 13 rows. Raises Refused for a code that cannot be encoded.
    """
    symbol = matrix(code)
    side = len(symbol) + 2 * QUIET
    white = (False,) * side
    edge = (False,) * QUIET
    rows = [white] * QUIET + [edge + row + edge for row in symbol] + [white] * QUIET
    if len(rows) % 2:
        rows.append(white)
    return "\n".join(
        "".join(BLOCKS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )


def _cells(text: str) -> int:
    """Columns a printable text takes: wide East Asian letters two, combining marks none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def preview_lines(label: Label) -> tuple[str, ...]:
    """The whole label as equally wide rows: the QR symbol, and right of it the code and the text lines."""
    rows = preview(label.code).split("\n")
    texts = [printable(text, str.isprintable) for text in (label.code, *label.lines) if text.strip()]
    first = max((len(rows) - len(texts)) // 2, 0)
    rows += [" " * len(rows[0])] * (len(texts) - len(rows))
    width = max(map(_cells, texts)) + len(TEXT_GAP)
    beside = [""] * first + [text + TEXT_GAP for text in texts] + [""] * (len(rows) - first - len(texts))
    return tuple(row + text + " " * (width - _cells(text)) for row, text in zip(rows, beside, strict=True))
