"""Labels on sheets: a vector PDF, one path for each QR code, every module whole dots at 300 dpi."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from biobank_tui.labels.files import write_whole
from biobank_tui.labels.glyphs import in_winansi
from biobank_tui.labels.layout import Label, Layout, layout_for
from biobank_tui.labels.plan import ASCENT, LEADING, MM_PER_INCH, MM_PER_PT, Plan, Typeface, plan
from biobank_tui.labels.qr import Matrix
from biobank_tui.labels.stock import Stock
from biobank_tui.rules.errors import Refused

DPI = 300
PT_PER_MM = 72 / MM_PER_INCH
PT_PER_DOT = 72 / DPI
REGULAR, BOLD = "Helvetica", "Helvetica-Bold"
MOST_COPIES = 999


@dataclass(frozen=True, slots=True)
class Printed:
    """What went into the file.

    labels counts copies too; next_free is the first free position (1-based) on the last sheet, 1 when that
    one is full; shortened holds the codes whose text had to be cut or left out.
    """

    path: Path
    pages: int
    labels: int
    next_free: int
    shortened: tuple[str, ...]


def _em(text: str, bold: bool) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(stringWidth(text, BOLD if bold else REGULAR, 1))


HELVETICA = Typeface(em=_em, has=in_winansi)


@lru_cache(maxsize=4096)
def _path(symbol: Matrix) -> str:
    """The dark modules as one PDF path in module units, y downwards: a rectangle for each run along a row."""
    runs = []
    for y, row in enumerate(symbol):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"{start} {y} {x - start} 1 re")
            x += 1
    return "\n".join(runs)


def _draw(canvas: Any, ready: Plan, corner_mm: tuple[float, float], page_pt: float) -> None:
    """One label on the page; the symbol's corner is put on the dot grid, so that no module is blurred."""
    left = round((corner_mm[0] + ready.left_mm) * DPI / MM_PER_INCH) * PT_PER_DOT
    top = page_pt - round((corner_mm[1] + ready.top_mm) * DPI / MM_PER_INCH) * PT_PER_DOT
    module = ready.dots * PT_PER_DOT
    canvas.addLiteral(f"q {module:.4f} 0 0 {-module:.4f} {left:.4f} {top:.4f} cm\n{_path(ready.symbol)}\nf Q")
    for text in ready.texts:
        canvas.setFont(BOLD if text.bold else REGULAR, text.size_pt)
        baseline = corner_mm[1] + text.top_mm + text.size_pt * ASCENT * LEADING * MM_PER_PT
        canvas.drawString((corner_mm[0] + text.left_mm) * PT_PER_MM, page_pt - baseline * PT_PER_MM, text.text)


def _check(count: int, stock: Stock, start: int, copies: int) -> None:
    if not count:
        raise Refused("label.none", "There is no label to print.")
    if not 1 <= start <= stock.per_sheet:
        raise Refused(
            "label.start",
            "Position {start} is not on the sheet: {stock} has positions 1 to {last}.",
            start=start,
            stock=stock.name,
            last=stock.per_sheet,
        )
    if not 1 <= copies <= MOST_COPIES:
        raise Refused(
            "label.copies",
            "{copies} copies cannot be printed: take 1 to {most}.",
            copies=copies,
            most=MOST_COPIES,
        )


def write_pdf(
    labels: Sequence[Label],
    stock: Stock,
    path: str | os.PathLike[str],
    *,
    start: int = 1,
    copies: int = 1,
    layout: Layout | None = None,
) -> Printed:
    """Print labels to a PDF at true size; each label's copies follow one another.

    start is the first free position (1-based) of a part-used first sheet. Raises Refused (nothing to print,
    stock too small for a code, start or copies out of range) before anything is written, and Unreachable
    where the file cannot be written; an existing file is replaced only by a whole new one.
    """
    _check(len(labels), stock, start, copies)
    chosen = layout or layout_for(stock)
    plans = [plan(label, stock, chosen, DPI, HELVETICA) for label in labels]
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    width, height = (side * PT_PER_MM for side in stock.page_mm)
    canvas = Canvas(buffer, pagesize=(width, height), pageCompression=1, invariant=1)
    canvas.setTitle("Labels")
    canvas.setCreator("biobank")
    position = start - 1
    pages = 1
    for ready in plans:
        for _ in range(copies):
            if position == stock.per_sheet:
                canvas.showPage()
                position, pages = 0, pages + 1
            _draw(canvas, ready, stock.corner_mm(position), height)
            position += 1
    canvas.showPage()
    canvas.save()
    target = Path(path)
    write_whole(target, buffer.getvalue())
    return Printed(
        path=target,
        pages=pages,
        labels=len(labels) * copies,
        next_free=position % stock.per_sheet + 1,
        shortened=tuple(label.code for label, each in zip(labels, plans, strict=True) if each.shortened),
    )
