"""The lower part of the import screen: its tables, one in front of the others, and what is said below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from biobank_tui.exchange.defects import no_defects
from biobank_tui.tui.chrome import signed
from biobank_tui.tui.ports import Level, Verdict
from biobank_tui.tui.safe import paragraph
from biobank_tui.tui.screens.import_job import Looked
from biobank_tui.tui.screens.import_tables import DefectRows, Entry, columns_table, entries, rows_table
from biobank_tui.tui.widgets.table import RowTable
from biobank_tui.words import _, figure, mark

if TYPE_CHECKING:
    from biobank_tui.actions.importing import ImportReport

COLUMNS, ROWS, ERRORS = "columns", "rows", "errors"
TABS: Final = {COLUMNS: mark("Columns"), ROWS: mark("First rows"), ERRORS: mark("Errors")}


class ImportPanel(Vertical):
    """looked: the file as last looked at. report: of the last trial or import; None once anything was changed.

    said: what stands below the tables, as a sentence.
    """

    class Edit(Message):
        """A line of the columns' table was chosen."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self) -> None:
        super().__init__(id="import-panel")
        self.looked: Looked | None = None
        self.report: ImportReport | None = None
        self.front = COLUMNS
        self.said = Verdict(Level.NOTE, "")
        self._entries: list[Entry] = []
        self._order: tuple[str, bool] | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="import-tabs"):
            for name in TABS:
                yield Static("", id=f"tab-{name}", classes="import-tab", markup=False)
        yield RowTable(empty=_("Choose a file first."), id="import-table")
        yield Static("", id="import-detail", markup=False)
        yield Static("", id="import-said", markup=False)

    @property
    def table(self) -> RowTable:
        return self.query_one(RowTable)

    def say(self, level: Level, sentence: str) -> None:
        """Say something below the tables; it stays until the next thing is said."""
        self.said = Verdict(level, sentence)
        self.query_one("#import-said", Static).update(signed(self.said))
        if level is Level.BAD:
            self.app.bell()

    def forget(self) -> None:
        """What the last trial found no longer holds."""
        self.report, self._order = None, None
        self.turn(COLUMNS if self.front == ERRORS else self.front)

    def seen(self, looked: Looked) -> None:
        """The file was looked at."""
        self.looked = looked
        self.turn(self.front)

    def judged(self, report: ImportReport) -> None:
        """The file was tried, or taken in."""
        self.report = report
        self.turn(ERRORS if report.defects.height else self.front)

    def turn(self, name: str = "") -> None:
        """Bring a table to the front: the next one unless it is named."""
        names = list(TABS)
        self.front = name or names[(names.index(self.front) + 1) % len(names)]
        for each, label in TABS.items():
            count = self.report.defects.height if each == ERRORS and self.report is not None else 0
            text = f"{_(label)} {figure(count)}" if count else _(label)
            ink = "bold $accent underline" if each == self.front else "$quiet"
            self.query_one(f"#tab-{each}", Static).update(Content.assemble((text, ink)))
        table = self.table
        self.query_one("#import-detail").display = self.front == ERRORS and self.report is not None
        if self.front == ERRORS:
            table.empty = _("F5 tries the file.") if self.report is None else _("Nothing is wrong with it.")
            table.show(self._defects(), self._order)
        elif self.looked is not None:
            self._entries = entries(self.looked)
            at = table.cursor
            table.show(columns_table(self._entries) if self.front == COLUMNS else rows_table(self.looked))
            table.jump(at)

    def _defects(self) -> DefectRows:
        if self.report is None:
            return DefectRows(no_defects(), frozenset())
        several = len({each.file for each in self.report.files}) > 1
        return DefectRows(self.report.defects, self.report.tolerated, self._order, several=several)

    @on(RowTable.SortAsked)
    def _sort(self, event: RowTable.SortAsked) -> None:
        if self.front == ERRORS:
            self._order = (event.column, event.descending)
            self.turn(ERRORS)

    @on(RowTable.RowHighlighted)
    def _on_row(self, event: RowTable.RowHighlighted) -> None:
        """The whole sentence of the error under the cursor, for which its line may have no room."""
        source = self.table.source
        if self.front == ERRORS and isinstance(source, DefectRows) and event.row is not None:
            self.query_one("#import-detail", Static).update(paragraph(source.sentence(event.ordinal)))

    @on(RowTable.RowChosen)
    def _chosen(self, event: RowTable.RowChosen) -> None:
        if self.front == COLUMNS and event.ordinal < len(self._entries):
            self.post_message(self.Edit(self._entries[event.ordinal]))

    def on_click(self, event: events.Click) -> None:
        """The names above the table turn it."""
        name = (event.widget.id or "") if event.widget is not None else ""
        if name.startswith("tab-"):
            self.turn(name.removeprefix("tab-"))
