"""Where everything goes inside one label: one plan, drawn by paper and printer alike.

Lengths in mm from the label's upper left corner, down and to the right; text sizes in points.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from biobank_tui.labels.glyphs import ELLIPSIS, printable
from biobank_tui.labels.layout import Label, Layout, QrPlace
from biobank_tui.labels.qr import Matrix, matrix
from biobank_tui.labels.stock import Stock
from biobank_tui.rules.errors import Refused

MM_PER_INCH = 25.4
MM_PER_PT = MM_PER_INCH / 72
LEADING = 1.15
# Of a line's height: from its top to the baseline, and from the top of a capital to the baseline.
ASCENT, CAPITAL = 0.84, 0.65
MARGIN_MM = 0.7
CAP_MARGIN_MM = 0.3
SMALLEST_PT = 3.5
SMALLEST_CAP_PT = 3.0
# Text that would have to be set smaller than LEAST_ONE_LINE_PT goes on several lines of WRAP_PT.
LEAST_ONE_LINE_PT = 3.8
WRAP_PT = 5.0
MOST_TEXT_LINES = 2
NARROWEST_TEXT_MM = 3.0

# A module of 0.33 mm is 4 dots at 300 dpi and 3 at 203: what common readers take without trouble.
# 0.25 mm (3 dots at 300) is the last resort of the smallest labels.
GOOD_MODULE_MM = 0.33
LEAST_MODULE_MM = 0.25
# Modules of white around the symbol: 4 by the standard; the label's own white edge covers for the rest.
QUIET = (4, 3, 2)


@dataclass(frozen=True, slots=True)
class Typeface:
    """What a printer can set: em(text, bold) is a text's width at size 1; has(char) whether it exists."""

    em: Callable[[str, bool], float]
    has: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Text:
    """One placed line of text; top_mm is the upper edge of its line."""

    text: str
    left_mm: float
    top_mm: float
    size_pt: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """One label ready to draw.

    left_mm, top_mm: the symbol's corner, quiet zone not counted; dots: printer dots per module;
    shortened: whether any text was cut or left out.
    """

    symbol: Matrix
    left_mm: float
    top_mm: float
    dots: int
    quiet: int
    texts: tuple[Text, ...]
    shortened: bool


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    size_pt: float
    bold: bool
    is_code: bool

    @property
    def height_mm(self) -> float:
        return self.size_pt * LEADING * MM_PER_PT


def fit_symbol(modules: int, side_mm: float, dpi: int, least_mm: float = GOOD_MODULE_MM) -> tuple[int, int]:
    """Dots per module and quiet modules for a symbol in a square; (0, 0) where it does not fit.

    The widest quiet zone that keeps modules of at least least_mm wins; whole dots only.
    """
    least = math.ceil(least_mm * dpi / MM_PER_INCH)
    for quiet in QUIET:
        dots = int(side_mm * dpi / MM_PER_INCH + 1e-6) // (modules + 2 * quiet)
        if dots >= least:
            return dots, quiet
    return 0, 0


def _square_mm(stock: Stock) -> float:
    """The side of the largest square inside the label."""
    side = min(stock.width_mm, stock.height_mm)
    return side / math.sqrt(2) if stock.shape == "round" else side


def _size_symbol(label: Label, symbol: Matrix, stock: Stock, layout: Layout, dpi: int) -> tuple[int, int]:
    """The layout's wish where the code stays readable in it, else all the room there is, else a refusal."""
    room = _square_mm(stock)
    wished = min(layout.qr_side_mm, room)
    for side, least in ((wished, GOOD_MODULE_MM), (room, GOOD_MODULE_MM), (room, LEAST_MODULE_MM)):
        dots, quiet = fit_symbol(len(symbol), side, dpi, least)
        if dots:
            return dots, quiet
    smallest = math.ceil(LEAST_MODULE_MM * dpi / MM_PER_INCH) * (len(symbol) + 2 * QUIET[-1]) / dpi * MM_PER_INCH
    raise Refused(
        "label.stock.small",
        "Code {code} needs a square of {needed} mm to be readable; {stock} has {room} mm. Use another.",
        code=label.code,
        needed=f"{smallest:.1f}",
        stock=stock.name,
        room=f"{room:.1f}",
    )


def _rows(label: Label, layout: Layout, face: Typeface) -> list[_Row]:
    """The layout's lines filled in; lines beyond the layout take the size of its last one."""
    texts = iter(label.lines)
    rows = [
        _Row(label.code if line.is_code else next(texts, ""), line.size_pt, line.bold, line.is_code)
        for line in layout.lines
    ]
    last = layout.lines[-1]
    rows += [_Row(text, last.size_pt, last.bold, False) for text in texts]
    return [replace(row, text=printable(row.text.strip(), face.has)) for row in rows if row.text.strip()]


def _cut(text: str, room_em: float, bold: bool, face: Typeface) -> str:
    """The longest beginning that fits, with an ellipsis; nothing where not even that fits."""
    low, high = 0, len(text) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if face.em(text[:middle] + ELLIPSIS, bold) <= room_em:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS if low else ""


def _wrap(row: _Row, width_mm: float, face: Typeface) -> list[_Row]:
    """A row over several lines: a code is broken after a dash or dot, other text between words."""
    marks = "-." if row.is_code else " "
    longest = 0.1 if row.is_code else max(face.em(word, row.bold) for word in row.text.split())
    size = max(min(row.size_pt, WRAP_PT, width_mm / (longest * MM_PER_PT)), SMALLEST_PT)
    room = width_mm / (size * MM_PER_PT)
    rest, parts = row.text, []
    while rest:
        end = len(rest)
        while end > 1 and face.em(rest[:end], row.bold) > room:
            end -= 1
        if end < len(rest) and rest[end] != " ":
            mark = max(rest.rfind(sign, 0, end) for sign in marks) + 1
            end = mark if mark > end // 2 or (mark and not row.is_code) else end
        parts.append(replace(row, text=rest[:end].strip(), size_pt=size))
        rest = rest[end:].strip()
    return parts


def _fit_width(rows: Iterable[_Row], width_mm: float, face: Typeface) -> tuple[list[_Row], bool]:
    """Every row made narrow enough: set smaller, then wrapped, and text beyond two lines is cut."""
    fitted: list[_Row] = []
    shortened = False
    for row in rows:
        size = min(row.size_pt, width_mm / (max(face.em(row.text, row.bold), 0.1) * MM_PER_PT))
        if size >= LEAST_ONE_LINE_PT or size == row.size_pt:
            fitted.append(replace(row, size_pt=size))
            continue
        parts = _wrap(row, width_mm, face)
        if not row.is_code and len(parts) > MOST_TEXT_LINES:
            last = parts[MOST_TEXT_LINES - 1]
            rest = " ".join(part.text for part in parts[MOST_TEXT_LINES - 1 :])
            cut = _cut(rest, width_mm / (last.size_pt * MM_PER_PT), row.bold, face)
            parts = [*parts[: MOST_TEXT_LINES - 1], replace(last, text=cut)]
            shortened = True
        fitted += parts
    return fitted, shortened


def _fit_height(rows: list[_Row], height_mm: float) -> tuple[list[_Row], bool]:
    """All rows made low enough: set smaller together, then the last ones left out, but never the code."""
    kept = list(rows)
    while True:
        scale = min(1.0, height_mm / max(sum(row.height_mm for row in kept), 0.1))
        spare = next((row for row in reversed(kept) if not row.is_code), None)
        if spare is None or all(row.size_pt * scale >= SMALLEST_PT - 1e-6 for row in kept):
            break
        kept.remove(spare)
    return [replace(row, size_pt=row.size_pt * scale) for row in kept], len(kept) < len(rows)


def _beside(rows: list[_Row], stock: Stock, left_mm: float, face: Typeface) -> tuple[tuple[Text, ...], bool]:
    """Text in the column right of the symbol, in the middle of the height."""
    width = stock.width_mm - left_mm - MARGIN_MM
    if width < NARROWEST_TEXT_MM:
        return (), bool(rows)
    rows, cut = _fit_width(rows, width, face)
    rows, dropped = _fit_height(rows, stock.height_mm - 2 * MARGIN_MM)
    top = (stock.height_mm - sum(row.height_mm for row in rows)) / 2
    texts = []
    for row in rows:
        texts.append(Text(row.text, left_mm, top, row.size_pt, row.bold))
        top += row.height_mm
    return tuple(texts), cut or dropped


def _below(rows: list[_Row], stock: Stock, top_mm: float, face: Typeface) -> tuple[tuple[Text, ...], bool]:
    """Text under the symbol, each line in the middle of the width the label has at that height.

    Lines stand close: only capitals' height counts, or a cap would have no room for its code.
    """
    texts: list[Text] = []
    for row in rows:
        size, em = row.size_pt, face.em(row.text, row.bold)
        while size > SMALLEST_CAP_PT and em * size * MM_PER_PT > _width_under(stock, top_mm, size):
            size = max(size - 0.25, SMALLEST_CAP_PT)
        room = _width_under(stock, top_mm, size) / (size * MM_PER_PT)
        text = row.text
        if em > room:
            # A code's end tells it from its neighbours, so that is what stays.
            backwards = _cut(text[::-1], room, row.bold, face)[::-1]
            text = backwards if row.is_code else _cut(text, room, row.bold, face)
        if text:
            left = (stock.width_mm - face.em(text, row.bold) * size * MM_PER_PT) / 2
            line_mm = size * LEADING * MM_PER_PT
            texts.append(Text(text, left, top_mm - (ASCENT - CAPITAL) * line_mm, size, row.bold))
            top_mm += line_mm
    return tuple(texts), [text.text for text in texts] != [row.text for row in rows]


def _width_under(stock: Stock, top_mm: float, size_pt: float) -> float:
    """The width left for a line of that size that begins at top_mm: nothing below the label's edge."""
    bottom = top_mm + size_pt * CAPITAL * LEADING * MM_PER_PT
    return max(_width_at(stock, bottom) - 2 * CAP_MARGIN_MM, 0.0) if bottom <= stock.height_mm else 0.0


def _width_at(stock: Stock, y_mm: float) -> float:
    """How wide the label is at a height: a chord of the circle, or the whole rectangle."""
    if stock.shape != "round":
        return stock.width_mm
    radius = stock.width_mm / 2
    return 2 * math.sqrt(max(radius**2 - (y_mm - radius) ** 2, 0.0))


def plan(label: Label, stock: Stock, layout: Layout, dpi: int, face: Typeface) -> Plan:
    """One label laid out on its stock for a printer of that resolution.

    Raises Refused where the stock is too small for the code to be readable, or the code cannot be encoded.
    """
    symbol = matrix(label.code)
    dots, quiet = _size_symbol(label, symbol, stock, layout, dpi)
    dot_mm = MM_PER_INCH / dpi
    side, border = len(symbol) * dots * dot_mm, quiet * dots * dot_mm
    rows = _rows(label, layout, face)
    if layout.qr_place is QrPlace.LEFT and stock.shape != "round":
        left, top = border, (stock.height_mm - side) / 2
        texts, shortened = _beside(rows, stock, left + side + border, face)
    else:
        left = (stock.width_mm - side) / 2
        top = (stock.height_mm - side) / 2 if stock.shape == "round" else border
        texts, shortened = _below(rows, stock, top + side + border, face)
    return Plan(symbol, left, top, dots, quiet, texts, shortened)
