"""A shipment's manifest on paper and as a table: what lies in which hole, under the project's own codes."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from biobank_tui.labels.files import write_whole
from biobank_tui.labels.glyphs import in_winansi, printable
from biobank_tui.labels.qr import matrix
from biobank_tui.rules.text import sheet_cell
from biobank_tui.words import _, in_words, phrase

COLUMNS = ("box", "position", "sample", "donor", "material", "amount")
WIDTHS_MM = (12, 18, 38, 38, 44, 24)
PAGE_MM = (210.0, 297.0)
MARGIN_MM = 18.0
LINE_MM = 5.2
PT = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Line:
    """One tube. sample, donor: the project's codes. position: its hole's label."""

    box: int
    position: str
    sample: str
    donor: str
    material: str
    amount: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What travels with the boxes. dispatched: None on a preview. dry_ice: kg."""

    shipment: str
    request: str
    project: str
    recipient: str
    recipient_name: str
    agreement: str | None
    export_authorisation: str | None
    dispatched: str | None
    carrier: str | None
    tracking: str | None
    dry_ice: float | None
    temperature: str | None
    conditions: str | None
    lines: tuple[Line, ...]

    def facts(self) -> tuple[tuple[str, str], ...]:
        """What stands at its head, in words."""
        told = (
            (_("To"), f"{self.recipient_name} ({self.recipient})"),
            (_("Project"), f"{self.project} · {self.request}"),
            (_("Agreement"), self.agreement),
            (_("Export authorisation"), self.export_authorisation),
            (_("Sent"), (self.dispatched or "")[:10]),
            (_("Carrier"), " · ".join(each for each in (self.carrier, self.tracking) if each)),
            (_("Dry ice"), f"{self.dry_ice:g} kg" if self.dry_ice is not None else None),
            (_("Temperature"), self.temperature),
            (_("Conditions"), self.conditions),
            (_("Tubes"), f"{len(self.lines)}"),
        )
        return tuple((name, value) for name, value in told if value)


def as_csv(found: Manifest) -> bytes:
    """The tubes as a table that no spreadsheet takes for formulas; UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("shipment", *COLUMNS))
    for line in found.lines:
        cells = (found.shipment, line.box, line.position, line.sample, line.donor, line.material, line.amount)
        writer.writerow([sheet_cell(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue().encode()


def as_pdf(found: Manifest) -> bytes:
    """The same on paper: its head with the shipment's code to scan, and each box's tubes in the order of reading."""
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(PAGE_MM[0] * PT, PAGE_MM[1] * PT), pageCompression=1, invariant=1)
    canvas.setTitle(found.shipment)
    canvas.setCreator("biobank")
    top = _head(canvas, found)
    page = 1
    for box, group in groupby(found.lines, key=lambda line: line.box):
        lines = list(group)
        if top < MARGIN_MM + 5 * LINE_MM:
            page, top = _turn(canvas, found, page)
        top = _titles(canvas, phrase("Box {box}: {count} {count:tube|tubes}", box=box, count=len(lines)), top)
        for line in lines:
            if top < MARGIN_MM + 2 * LINE_MM:
                page, top = _turn(canvas, found, page)
                top = _titles(canvas, _("Box {box}, continued").format(box=box), top)
            cells = (str(line.box), line.position, line.sample, line.donor, in_words(line.material), line.amount)
            _row(canvas, cells, top, bold=False)
            top -= LINE_MM
    _foot(canvas, found, page)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def write_manifest(found: Manifest, path: Path) -> Path:
    """Write it as a PDF where the name ends so, else as CSV; an older file is replaced by the whole new one."""
    write_whole(path, as_pdf(found) if path.suffix.lower() == ".pdf" else as_csv(found))
    return path


def _text(canvas: Any, x: float, y: float, text: str, size: float, *, bold: bool = False, most: float = 0) -> None:
    """Text at millimetres from the page's lower left, cut to `most` of them."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    font = "Helvetica-Bold" if bold else "Helvetica"
    shown = printable(text, in_winansi)
    if most:
        whole = shown
        while shown and stringWidth(shown, font, size) > most * PT:
            shown = shown[:-1]
        shown = shown if shown == whole else shown[:-1] + "…"
    canvas.setFont(font, size)
    canvas.drawString(x * PT, y * PT, shown)


def _head(canvas: Any, found: Manifest) -> float:
    top = PAGE_MM[1] - MARGIN_MM
    _text(canvas, MARGIN_MM, top - 6, _("Shipment {code}").format(code=found.shipment), 18, bold=True)
    symbol = matrix(found.shipment)
    module = 24 / len(symbol)
    left = PAGE_MM[0] - MARGIN_MM - 24
    for y, row in enumerate(symbol):
        for x, dark in enumerate(row):
            if dark:
                canvas.rect(
                    (left + x * module) * PT, (top - (y + 1) * module) * PT, module * PT, module * PT, stroke=0, fill=1
                )
    line = top - 14
    for name, value in found.facts():
        _text(canvas, MARGIN_MM, line, name, 9, bold=True, most=36)
        _text(canvas, MARGIN_MM + 38, line, value, 9, most=90)
        line -= LINE_MM
    return min(line, top - 28) - LINE_MM


def _titles(canvas: Any, heading: str, top: float) -> float:
    _text(canvas, MARGIN_MM, top, heading, 11, bold=True)
    top -= LINE_MM + 1
    titles = (_("Box"), _("Position"), _("Sample"), _("Donor"), _("Material"), _("Amount"))
    _row(canvas, titles, top, bold=True)
    canvas.setLineWidth(0.4)
    canvas.line(MARGIN_MM * PT, (top - 1.4) * PT, (PAGE_MM[0] - MARGIN_MM) * PT, (top - 1.4) * PT)
    return top - LINE_MM


def _row(canvas: Any, cells: Sequence[str], top: float, *, bold: bool) -> None:
    left = MARGIN_MM
    for cell, width in zip(cells, WIDTHS_MM, strict=True):
        _text(canvas, left, top, cell, 9, bold=bold, most=width - 2)
        left += width


def _turn(canvas: Any, found: Manifest, page: int) -> tuple[int, float]:
    _foot(canvas, found, page)
    canvas.showPage()
    return page + 1, PAGE_MM[1] - MARGIN_MM - LINE_MM


def _foot(canvas: Any, found: Manifest, page: int) -> None:
    told = _("{code}, page {page}. Codes are the project’s own; the bank alone can tell whose they are.")
    _text(canvas, MARGIN_MM, MARGIN_MM - 8, told.format(code=found.shipment, page=page), 8, most=170)
