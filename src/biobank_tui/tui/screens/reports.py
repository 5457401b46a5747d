"""Reports: the bank in figures, each as a table with bars, and as a file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from biobank_tui.queries import reports as report_queries
from biobank_tui.queries.export_inventory import write_report
from biobank_tui.queries.reports import REPORTS, DonorCounts, Report
from biobank_tui.rules.moments import today
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.fields import Field
from biobank_tui.tui.form import Answer
from biobank_tui.tui.ports import Level, Session
from biobank_tui.tui.readers import small_cell
from biobank_tui.tui.screens.report_words import BAR, file_rows, head, table_of
from biobank_tui.tui.views import View
from biobank_tui.tui.widgets.table import RowTable
from biobank_tui.words import _, figure, mark, ngettext

TITLES: Final = {
    "inventory": mark("Inventory"),
    "occupancy": mark("Occupancy"),
    "accrual": mark("Accrual"),
    "consent": mark("Consent"),
    "projects": mark("Project use"),
}
WIDE: Final = 110
"""Cells from which the bars are long."""


class Reports(View):
    """One report in front; ← and → turn to the others. report: the one shown."""

    command_group: ClassVar[str] = "reports"
    about: ClassVar[str] = mark(
        "The bank in figures, counted as you look. ← and → turn between the reports, e writes the one in front as a"
        " CSV file that spreadsheets open safely. Counts below the bank's limit are hidden from project leads."
    )
    styles_path: ClassVar[Path | None] = Path(__file__).with_suffix(".tcss")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.front = next(iter(REPORTS))
        self.report: Report | None = None
        self._donors: DonorCounts | None = None
        self._limit = 0

    def compose(self) -> ComposeResult:
        yield Static("", id="report-head", markup=False)
        yield RowTable(empty=_("Nothing to count yet."))

    @property
    def table(self) -> RowTable:
        return self.query_one(RowTable)

    def ready(self, session: Session) -> None:
        self._count()

    def shown_again(self) -> None:
        self._count()

    def _count(self) -> None:
        work.run(self, "report", partial(_read, self.session, self.front), self._came)

    def _came(self, found: tuple[Report, DonorCounts, int]) -> None:
        self.report, self._donors, self._limit = found
        self._show()

    def _show(self) -> None:
        if self.report is None:
            return
        names = list(TITLES.items())
        # Those who may not see small cells do not see them among donors either.
        donors = None if self._limit else self._donors
        self.query_one("#report-head", Static).update(head(names, self.front, self.report, donors))
        ticks = BAR if self.size.width < WIDE else BAR * 2
        at = self.table.cursor
        self.table.show(table_of(self.report, self._limit, ticks))
        self.table.jump(at)

    def on_resize(self) -> None:
        """The bars are drawn anew."""
        self.call_after_refresh(self._show)

    def on_key(self, event: events.Key) -> None:
        """← and → turn between the reports."""
        if event.key in ("left", "right"):
            self._turn(1 if event.key == "right" else -1)
            event.stop()

    def _turn(self, by: int) -> None:
        names = list(REPORTS)
        self.front = names[(names.index(self.front) + by) % len(names)]
        self.table.jump(0)
        self._count()

    def do_turn(self) -> None:
        """Show the next report."""
        self._turn(1)

    def do_again(self) -> None:
        """Count again."""
        self._count()

    async def do_export(self) -> None:
        """Write the report in front as a file: CSV, or a workbook or PDF where its name ends so."""
        report, limit = self.report, self._limit
        if report is None:
            self.shell.say(Level.WARN, _("The report is still being counted."))
            return
        name = f"{report.name}-{today().isoformat()}.csv"

        def act(answer: Answer) -> tuple[Path, int]:
            path = Path(answer["file"]).expanduser().absolute()
            titles = [_(column.title) for column in report.columns]
            return path, write_report(path, _(report.title), titles, file_rows(report, limit))

        form = ActForm(
            _("Export {report}").format(report=_(report.title)),
            [Field("file", _("File"), value=name, hint=".csv, .xlsx, .pdf")],
            act,
            submit=_("Write"),
        )
        if await self.app.push_screen_wait(form) is not None:
            path, rows = form.result
            told = ngettext("{rows} row is in {file}.", "{rows} rows are in {file}.", rows)
            self.shell.done(told.format(rows=figure(rows), file=path))


def _read(session: Session, name: str) -> tuple[Report, DonorCounts, int]:
    with session.bank.read() as connection:
        return REPORTS[name](connection), report_queries.donor_counts(connection), small_cell(session)
