"""A report as rows of a table, with its bars, and as the cells of a file; small cells hidden where they must be."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from biobank_tui.queries.reports import DonorCounts, Kind, Report, ReportColumn, Value
from biobank_tui.tui.listed import Listed
from biobank_tui.tui.ports import Column, Row
from biobank_tui.tui.safe import plain
from biobank_tui.tui.screens.storage_box import temperature_word
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import Tone, look
from biobank_tui.tui.widgets.bars import bar, percent
from biobank_tui.words import _, figure, mark, phrase

WIDTHS: Final = {
    "material": 16,
    "code": 9,
    "place": 16,
    "temperature": 13,
    "service": 10,
    "title": 14,
    "state": 11,
    "month": 7,
    "form": 12,
}
"""Cells of the columns of words; numbers take what their titles need."""

LAST_TO_GO: Final = {
    "inventory": ("available", "gone", "held", "reserved"),
    "occupancy": ("free", "tubes", "places", "temperature"),
    "accrual": ("consents",),
    "consent": ("all", "withdrawn", "expired", "superseded"),
    "projects": ("title", "asked", "shipped", "state", "reserved"),
}
"""The columns that stay longest on a narrow screen, besides the first and the one that is drawn."""

BAR: Final = 14
TITLES: Final = (
    mark("Inventory"),
    mark("Occupancy"),
    mark("Accrual"),
    mark("Consent"),
    mark("Project use"),
    mark("Material"),
    mark("In the bank"),
    mark("Available"),
    mark("Reserved"),
    mark("Out"),
    mark("Returned"),
    mark("Expected"),
    mark("In transit"),
    mark("On hold"),
    mark("Missing"),
    mark("Gone"),
    mark("Unit"),
    mark("Place"),
    mark("Temperature"),
    mark("Service"),
    mark("Places"),
    mark("Tubes"),
    mark("Free"),
    mark("Month"),
    mark("Samples collected"),
    mark("Consents given"),
    mark("Form"),
    mark("Records"),
    mark("Active"),
    mark("Expired"),
    mark("Withdrawn"),
    mark("Superseded"),
    mark("Project"),
    mark("Title"),
    mark("State"),
    mark("Asked"),
    mark("Picked"),
    mark("Shipped"),
    mark("Open requests"),
    mark("Quota"),
    mark("On hold counts samples that are counted under their status too."),
    mark("What is dated by its year alone is in no month."),
)
"""What the reports say, named here for the catalogue."""


def cell(column: ReportColumn, value: Value, limit: int) -> str:
    """A value in words. limit: numbers below it are hidden, nothing excepted; 0 hides none."""
    if value is None:
        return ""
    if column.kind is Kind.NUMBER:
        return f"<{limit}" if limit and int(value) < limit else figure(int(value))
    text = str(value)
    if column.kind is Kind.MATERIAL:
        return material_word(text)
    if column.kind is Kind.TEMPERATURE:
        return temperature_word(text)
    return look("service", text).word if column.kind is Kind.SERVICE else text


def table_of(report: Report, limit: int, ticks: int = BAR) -> Listed:
    """The report for a RowTable: the drawn column beside the first, its bar after it."""
    limit = limit if report.personal else 0
    order = _order(report)
    stay = LAST_TO_GO.get(report.name, ())
    columns = []
    for place in order:
        column = report.columns[place]
        drop = 0 if column.key in (report.columns[0].key, report.bar) else _drop(column.key, stay)
        columns.append(_column(column, drop, grow=2 if column.key in ("title", "place") else 0))
        if column.key == report.bar:
            columns.append(Column("bar", "", ticks, grow=3, tone=Tone.ACCENT, drop=1 if ticks < BAR else 0))
    rows = [_row(report, order, number, row, limit, ticks) for number, row in enumerate(report.rows)]
    if report.total is not None:
        rows.append(_total(report, order, len(rows), limit))
    return Listed(tuple(columns), tuple(rows))


def _order(report: Report) -> list[int]:
    """The first column, the drawn one, then the others."""
    drawn = next(place for place, column in enumerate(report.columns) if column.key == report.bar)
    texts = [place for place, column in enumerate(report.columns) if column.kind is not Kind.NUMBER]
    first = texts[:1]
    return [*first, drawn, *(place for place in range(len(report.columns)) if place not in (*first, drawn))]


def _drop(key: str, stay: tuple[str, ...]) -> int:
    return stay.index(key) + 1 if key in stay else len(stay) + 1


def _column(column: ReportColumn, drop: int, grow: int) -> Column:
    title = _(column.title)
    if column.kind is Kind.NUMBER:
        return Column(column.key, title, max(len(title), 7), "right", drop=drop)
    family = "project" if column.kind is Kind.PROJECT else ""
    return Column(column.key, title, WIDTHS.get(column.key, 12), grow=grow, drop=drop, family=family)


def _row(report: Report, order: list[int], number: int, row: tuple[Value, ...], limit: int, ticks: int) -> Row:
    cells = []
    for place in order:
        column = report.columns[place]
        cells.append(cell(column, row[place], limit))
        if column.key == report.bar:
            cells.append(_bar(report, row, place, limit, ticks))
    return Row(number, tuple(cells))


def _bar(report: Report, row: tuple[Value, ...], place: int, limit: int, ticks: int) -> str:
    value = int(row[place] or 0)
    if limit and value < limit:
        return ""
    if report.of:
        whole = int(row[next(at for at, column in enumerate(report.columns) if column.key == report.of)] or 0)
        filled, _rest = bar(value / whole if whole else 0.0, ticks - 6)
        return f"{percent(value, whole):>5} {filled}"
    most = max((int(each[place] or 0) for each in report.rows), default=0) or 1
    filled, _rest = bar(value / most, ticks)
    return filled


def _total(report: Report, order: list[int], number: int, limit: int) -> Row:
    total = report.total or ()
    cells = []
    for place in order:
        column = report.columns[place]
        # A sum would tell the one cell that is hidden.
        hidden = limit and column.kind is Kind.NUMBER and any(int(row[place] or 0) < limit for row in report.rows)
        cells.append(_("All") if place == order[0] else "" if hidden else cell(column, total[place], limit))
        if column.key == report.bar:
            cells.append("")
    return Row(number, tuple(cells), Tone.ACCENT)


def file_rows(report: Report, limit: int) -> list[list[str | int | None]]:
    """The report as a file has it: codes as they are stored, numbers as numbers, small cells left out."""
    limit = limit if report.personal else 0
    return [
        [
            f"<{limit}" if limit and column.kind is Kind.NUMBER and int(value or 0) < limit else value
            for column, value in zip(report.columns, row, strict=True)
        ]
        for row in report.rows
    ]


def head(names: list[tuple[str, str]], front: str, report: Report | None, donors: DonorCounts | None) -> Content:
    """The reports to turn through, and a line on the one in front."""
    parts: list[Content | tuple[str, str]] = []
    for name, title in names:
        parts.append(plain(f" {_(title)} ", "bold reverse $accent" if name == front else ""))
        parts.append((" ", ""))
    about = _(report.note) if report is not None and report.note else ""
    if front == "consent" and donors is not None:
        about = phrase(
            "{all} {all:donor|donors}: {without} without a consent in force, {withdrawn} of them withdrawn.",
            all=donors.all,
            without=donors.without,
            withdrawn=donors.withdrawn,
        )
    return Content.assemble(*parts, "\n", plain(f" {about}" if about else "", "$quiet"))
