"""The inventory as a file: how much of each material there is, and how full the stores are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection

from biobank_tui.bank.settings import setting
from biobank_tui.exchange.destinations import new_file
from biobank_tui.exchange.writing import Column, Type, write_csv
from biobank_tui.queries.exporting import Choice
from biobank_tui.queries.reports import Report, inventory, occupancy
from biobank_tui.reports.sheet import Value
from biobank_tui.reports.sheet import write_csv as write_sheet
from biobank_tui.reports.tables import Page, write_pdf_pages, write_workbook
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.materials import MATERIALS
from biobank_tui.rules.moments import today
from biobank_tui.words import _

INVENTORY_FORMS: Final = ("csv", "xlsx", "pdf")


def _pages(connection: Connection) -> list[Page]:
    name = setting(connection, "name")
    return [_page(name, report) for report in (inventory(connection), occupancy(connection))]


def _page(name: str, report: Report) -> Page:
    rows = [*report.rows, *([(_("All"), *report.total[1:])] if report.total is not None else [])]
    return Page(
        f"{name}: {_(report.title)}, {today().isoformat()}",
        _(report.title),
        tuple(_(column.title) for column in report.columns),
        tuple(tuple(_shown(value) for value in row) for row in rows),
        bold_last=report.total is not None,
    )


def _shown(value: Value) -> str | int | float:
    """A material by its name, nothing as nothing; anything else as it is."""
    if isinstance(value, str) and value in MATERIALS:
        return _(MATERIALS[value].label)
    return "" if value is None else value


def inventory_extent(connection: Connection, choice: Choice) -> tuple[int, frozenset[int | None]]:
    """How many lines; they are of every organisation."""
    if not choice.everything:
        raise Refused("export.where", "No query of samples chooses among {kind}; leave it out.", kind="inventory")
    return len(inventory(connection).rows), frozenset({None})


def write_inventory(connection: Connection, out: BinaryIO, form: str, _choice: Choice) -> int:
    """Materials by status; in a workbook and on paper the occupancy of the stores beside them."""
    pages = _pages(connection)
    if form == "pdf":
        write_pdf_pages(out, pages)
    elif form == "xlsx":
        write_workbook(out, pages)
    else:
        report = inventory(connection)
        columns = tuple(Column(each.key, Type.WORD) for each in report.columns)
        return write_csv(out, "inventory", columns, iter(report.rows))
    return len(pages[0].rows)


def write_report(path: Path, title: str, titles: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """A report as a new file: a workbook or a PDF where its name ends so, else CSV. How many rows."""
    ending = path.suffix.lower()
    if ending not in (".xlsx", ".pdf"):
        return write_sheet(path, titles, rows)
    told = tuple(tuple("" if value is None else value for value in row) for row in rows)
    page = Page(f"{title}, {today().isoformat()}", title, tuple(titles), told)
    with new_file(path) as out:
        if ending == ".xlsx":
            write_workbook(out, [page])
        else:
            write_pdf_pages(out, [page])
    return len(told)
