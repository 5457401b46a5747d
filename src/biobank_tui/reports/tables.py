"""Tables and box maps on paper (PDF) and in workbooks (XLSX); every text is text, whatever it begins with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from biobank_tui.rules.text import visible

MARGIN: Final = 36.0
LINE: Final = 14.0
SMALLEST: Final = 3.5
SHEETS: Final = 2_000
"""The most boxes in one workbook; a larger one opens in no spreadsheet in reasonable time."""


@dataclass(frozen=True, slots=True)
class Page:
    """One table under a title. name: of its sheet."""

    title: str
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]
    bold_last: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """One box. title: where it stands. code: its own. filled: how full, in words. cells: (row, column) → lines."""

    title: str
    code: str
    filled: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[int, int], tuple[str, ...]]


def write_workbook(out: BinaryIO, pages: Sequence[Page]) -> None:
    """A sheet a table, with a frozen header."""
    from xlsxwriter import Workbook

    with Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        for page in pages:
            sheet = book.add_worksheet(page.name[:31])
            sheet.write_string(0, 0, page.title, bold)
            sheet.freeze_panes(3, 1)
            for place, title in enumerate(page.columns):
                sheet.write_string(2, place, title, bold)
                longest = max([len(title), *(len(str(row[place])) for row in page.rows)])
                sheet.set_column(place, place, min(40, longest + 2))
            for at, row in enumerate(page.rows, 3):
                style = bold if page.bold_last and at == len(page.rows) + 2 else None
                for place, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(at, place, value, style)
                    else:
                        sheet.write_number(at, place, value, style)


def write_grids_xlsx(out: BinaryIO, grids: Iterable[Grid]) -> int:
    """A sheet a box, named by its code; how many."""
    from xlsxwriter import Workbook

    from biobank_tui.rules.errors import Refused

    count = 0
    taken: set[str] = set()
    with Workbook(out, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "font_size": 8})
        edge = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "border": 1})
        for grid in grids:
            if count == SHEETS:
                raise Refused("export.boxes", "A workbook holds {most} boxes; choose fewer, or take pdf.", most=SHEETS)
            sheet = book.add_worksheet(_sheet_name(grid.code, taken))
            sheet.set_landscape()
            sheet.fit_to_pages(1, 1)
            sheet.write_string(0, 0, grid.title, bold)
            sheet.write_string(1, 0, grid.filled)
            sheet.set_column(1, len(grid.columns), 16)
            for place, name in enumerate(grid.columns, 1):
                sheet.write_string(3, place, name, edge)
            for at, name in enumerate(grid.rows):
                sheet.set_row(4 + at, 30)
                sheet.write_string(4 + at, 0, name, edge)
                for place in range(len(grid.columns)):
                    lines = grid.cells.get((at, place))
                    if lines:
                        sheet.write_string(4 + at, place + 1, "\n".join(lines), cell)
                    else:
                        sheet.write_blank(4 + at, place + 1, None, cell)
            count += 1
        if not count:
            book.add_worksheet("-")
    return count


def _sheet_name(code: str, taken: set[str]) -> str:
    """A name that spreadsheets allow, unlike the others whatever the case."""
    plain = "".join("-" if char in "[]:*?/\\'" else char for char in code)[:31] or "-"
    name, number = plain, 2
    while name.casefold() in taken:
        name = f"{plain[: 31 - len(str(number)) - 1]}~{number}"
        number += 1
    taken.add(name.casefold())
    return name


def _canvas(out: BinaryIO, *, landscape: bool) -> tuple[Any, float, float]:
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    width, height = (A4[1], A4[0]) if landscape else A4
    return Canvas(out, pagesize=(width, height), pageCompression=1), width, height


def _fitted(text: str, font: str, size: float, room: float) -> str:
    """The text, cut to the room it has."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    shown = visible(text)
    if stringWidth(shown, font, size) <= room:
        return shown
    while shown and stringWidth(shown + "…", font, size) > room:
        shown = shown[:-1]
    return shown + "…"


def _figures(page: Page) -> set[int]:
    """The columns that hold figures: they stand at the right, and so do their titles."""
    return {
        place
        for place in range(len(page.columns))
        if any(not isinstance(row[place], str) for row in page.rows)
        and all(row[place] == "" or not isinstance(row[place], str) for row in page.rows)
    }


def write_pdf_pages(out: BinaryIO, pages: Sequence[Page]) -> None:
    """Tables on A4 across, each from a new page on, the header on each of its pages."""
    canvas, width, height = _canvas(out, landscape=True)
    for page in pages:
        step = (width - 2 * MARGIN) / (len(page.columns) + 1)
        edges = [MARGIN, *(MARGIN + step * (place + 1) for place in range(1, len(page.columns) + 1))]

        figures = _figures(page)

        def line(
            values: Sequence[object], y: float, font: str, edges: list[float] = edges, figures: Set[int] = figures
        ) -> None:
            canvas.setFont(font, 8)
            for place, value in enumerate(values):
                left, right = edges[place], edges[place + 1]
                shown = _fitted(str(value), font, 8, right - left - 8)
                if place in figures:
                    canvas.drawRightString(right - 6, y, shown)
                else:
                    canvas.drawString(left, y, shown)

        y = 0.0
        for at, row in enumerate(page.rows or [()]):
            if y < MARGIN + LINE:
                if at:
                    canvas.showPage()
                canvas.setFont("Helvetica-Bold", 12)
                canvas.drawString(
                    MARGIN, height - MARGIN, _fitted(page.title, "Helvetica-Bold", 12, width - 2 * MARGIN)
                )
                line(page.columns, height - MARGIN - 2 * LINE, "Helvetica-Bold")
                canvas.line(MARGIN, height - MARGIN - 2 * LINE - 4, width - MARGIN, height - MARGIN - 2 * LINE - 4)
                y = height - MARGIN - 3 * LINE - 2
            last = page.bold_last and at == len(page.rows) - 1
            line(row, y, "Helvetica-Bold" if last else "Helvetica")
            y -= LINE
        canvas.showPage()
    canvas.save()


def write_grids_pdf(out: BinaryIO, grids: Iterable[Grid]) -> int:
    """A box a page, A4 across, as large as the page lets it be; how many."""
    canvas, width, height = _canvas(out, landscape=True)
    count = 0
    for grid in grids:
        count += 1
        canvas.setFont("Helvetica-Bold", 12)
        room = width - 2 * MARGIN
        canvas.drawString(MARGIN, height - MARGIN, _fitted(grid.title, "Helvetica-Bold", 12, room - 90))
        canvas.setFont("Helvetica", 10)
        canvas.drawRightString(width - MARGIN, height - MARGIN, grid.filled)
        _draw_grid(canvas, grid, width, height)
        canvas.showPage()
    if not count:
        canvas.showPage()
    canvas.save()
    return count


def _draw_grid(canvas: Any, grid: Grid, width: float, height: float) -> None:
    edge = 18.0
    top = height - MARGIN - 2 * LINE
    across = (width - 2 * MARGIN - edge) / len(grid.columns)
    down = min(across, (top - MARGIN - edge) / len(grid.rows))
    size = max(SMALLEST, min(8.0, across / 8, down / 3.2))
    canvas.setFont("Helvetica-Bold", max(SMALLEST, min(9.0, down * 0.6)))
    for place, name in enumerate(grid.columns):
        canvas.drawCentredString(MARGIN + edge + across * (place + 0.5), top - edge + 5, name)
    for at, name in enumerate(grid.rows):
        canvas.drawCentredString(MARGIN + edge / 2, top - edge - down * (at + 0.5) - 3, name)
    for at in range(len(grid.rows)):
        for place in range(len(grid.columns)):
            left, bottom = MARGIN + edge + across * place, top - edge - down * (at + 1)
            canvas.rect(left, bottom, across, down)
            for number, text in enumerate(grid.cells.get((at, place), ())):
                font = "Helvetica" if number else "Helvetica-Bold"
                canvas.setFont(font, size)
                canvas.drawString(
                    left + 2, bottom + down - size * (1.2 * number + 1.1), _fitted(text, font, size, across - 4)
                )
