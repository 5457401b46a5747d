"""Donors: the list under their pseudonyms, and one whole, with what consent says over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, Static

from biobank_tui.queries import donors as donor_queries
from biobank_tui.queries.donors import DonorDetail, DonorRow
from biobank_tui.rules.moments import today
from biobank_tui.tui import work
from biobank_tui.tui.form import Line
from biobank_tui.tui.ports import Column, Found, Row, Session, Situation
from biobank_tui.tui.readers import leads_only
from biobank_tui.tui.screens import collection_papers
from biobank_tui.tui.screens import donor_acts as acts
from biobank_tui.tui.screens import donor_ends as ends
from biobank_tui.tui.screens.donor_words import SEXES, donor_content
from biobank_tui.tui.screens.sample_labels import print_labels
from biobank_tui.tui.status import Tone
from biobank_tui.tui.views import View
from biobank_tui.tui.widgets.table import RowTable
from biobank_tui.words import _, figure, mark


def columns() -> tuple[Column, ...]:
    """The columns of the list, in the language in use."""
    return (
        Column("code", _("Donor"), 9, grow=1),
        Column("diagnosis", _("ICD"), 6),
        Column("samples", _("Tubes"), 5, "right"),
        Column("consent", _("Consent"), 12, family="consent"),
        Column("born", _("Born"), 4, drop=1),
        Column("sex", _("Sex"), 6, drop=2),
        Column("custodian", _("Custodian"), 9, drop=3),
        Column("state", _("State"), 11, family="donor", drop=4),
    )


class DonorRows:
    """The donors a search finds, in a RowTable; the order is fetched once, the rows as they are seen."""

    def __init__(self, session: Session, search: str) -> None:
        self.session = session
        self.search = search
        self.columns: Sequence[Column] = columns()
        self._ids: list[int] | None = None

    def _order(self) -> list[int]:
        if self._ids is None:
            with self.session.bank.read() as connection:
                self._ids = donor_queries.order(connection, self.search)
        return self._ids

    def count(self) -> int | None:
        return len(self._order())

    def members(self) -> None:
        return None

    def window(self, start: int, n: int) -> Sequence[Row]:
        ids = self._order()[start : start + n]
        with self.session.bank.read() as connection:
            return [_row(row) for row in donor_queries.rows(connection, ids)]

    def ordinal(self, key: int) -> int | None:
        """Where a donor stands in the order, once that is known."""
        return self._ids.index(key) if self._ids is not None and key in self._ids else None


class NoDonors(DonorRows):
    """What is shown to those who may not see donors."""

    def _order(self) -> list[int]:
        return []


def _row(row: DonorRow) -> Row:
    cells = (
        row.code,
        row.diagnosis or "",
        figure(row.samples),
        row.consent,
        str(row.birth_year or ""),
        _(SEXES.get(row.sex, row.sex)) if row.sex != "unknown" else "",
        row.custodian,
        row.state,
    )
    return Row(row.id, cells, Tone.BAD if row.state == "withdrawn" else Tone.PLAIN)


class Donors(View):
    """The list at the left, the donor under the cursor at the right."""

    command_group: ClassVar[str] = "donors"
    about: ClassVar[str] = mark(
        "Donors stand here under their pseudonyms; nothing tells who they are. f searches: the beginning of a code,"
        " another system's number, a diagnosis such as C50, or a state such as withdrawn. w shows what a withdrawal"
        " would do before it is signed. a shows what allows the collections to be kept, and samples to leave the"
        " country."
    )
    styles_path: ClassVar[Path | None] = Path(__file__).with_suffix(".tcss")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.source: DonorRows | None = None
        self.detail: DonorDetail | None = None
        self.closed = True
        self._begun = False
        self._wanted: Found | None = None

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="donor-list"):
                yield RowTable(empty=_("No donor answers to this search."))
                yield Line(placeholder=_("Search: code, diagnosis, state"), id="donor-search", compact=True)
            with VerticalScroll(id="donor-pane", can_focus=True):
                yield Static("", id="donor-detail", markup=False)

    @property
    def table(self) -> RowTable:
        return self.query_one(RowTable)

    @property
    def search(self) -> Line:
        return self.query_one("#donor-search", Line)

    def ready(self, session: Session) -> None:
        work.run(self, "reader", partial(leads_only, session), self._begin)

    def _begin(self, leads: bool) -> None:
        """Those who only lead projects know donors by their projects' codes alone."""
        self.closed = leads
        if leads:
            self.table.empty = _("Project leads do not see the bank's own codes of donors.")
            self.search.disabled = True
        self._begun = True
        self._seek("")
        if self._wanted is not None:
            self.open_thing(self._wanted)

    def shown_again(self) -> None:
        if not self._begun:
            return
        at = self.table.cursor
        self._seek(self.search.value)
        self.table.jump(at)

    def _seek(self, text: str) -> None:
        self.source = NoDonors(self.session, "") if self.closed else DonorRows(self.session, text.strip())
        self.table.show(self.source)

    @on(Input.Changed, "#donor-search")
    def _searched(self, event: Input.Changed) -> None:
        event.stop()
        if self.shell.session is not None:
            self._seek(event.value)

    @on(Line.Done)
    def _search_done(self, event: Line.Done) -> None:
        event.stop()
        self.table.focus()

    def on_key(self, event: events.Key) -> None:
        """Esc leaves the search and the detail."""
        if event.key == "escape" and not self.table.has_focus:
            if self.search.has_focus:
                self.search.value = ""
            self.table.focus()
            event.stop()

    @on(RowTable.RowHighlighted)
    def _highlighted(self, event: RowTable.RowHighlighted) -> None:
        if event.row is None:
            if self.table.total == 0:
                self.detail = None
                self.query_one("#donor-detail", Static).update("")
            return
        self._fetch(event.row.cells[0])

    def _fetch(self, code: str) -> None:
        session = self.session

        def read() -> DonorDetail:
            with session.bank.read() as connection:
                return donor_queries.detail(connection, code)

        work.run(self, "detail", read, self._show)

    def _show(self, detail: DonorDetail) -> None:
        self.detail = detail
        self._draw()
        self.query_one("#donor-pane").scroll_to(y=0, animate=False)
        self.shell.refresh_keys()

    def _draw(self) -> None:
        if self.detail is not None:
            width = self.query_one("#donor-pane").content_region.width - 1
            self.query_one("#donor-detail", Static).update(donor_content(self.detail, today(), width))

    def on_resize(self) -> None:
        """The time line is drawn anew to the width."""
        self.call_after_refresh(self._draw)

    @on(RowTable.RowChosen)
    def _chosen(self) -> None:
        self.query_one("#donor-pane").focus()

    def situation(self) -> Situation:
        row = self.detail.row.id if self.detail is not None else None
        return replace(super().situation(), row=row)

    def open_thing(self, found: Found) -> None:
        if not self._begun:
            self._wanted = found
            return
        if self.closed:
            return
        self.search.value = ""
        source = DonorRows(self.session, "")

        def opened(at: int | None) -> None:
            self.source = source
            self.table.show(source)
            if at is not None:
                self.table.jump(at)
            self._fetch(found.code)

        work.run(self, "open", partial(_place, source, found.key), opened)
        self.table.focus()

    # -- acts --------------------------------------------------------------------------------------

    @property
    def _code(self) -> str:
        assert self.detail is not None
        return self.detail.row.code

    def _again(self) -> None:
        self.table.reload()
        if self.detail is not None:
            self._fetch(self.detail.row.code)

    def do_find(self) -> None:
        """Go to the search line."""
        self.search.focus()

    async def do_new(self) -> None:
        """Register donors."""
        code = await acts.register(self)
        if code is not None and self.shell.session is not None:
            self.search.value = ""
            self._seek("")
            self._fetch(code)

    async def do_consent(self) -> None:
        """Record a consent."""
        gone = self.detail is not None and self.detail.row.state == "withdrawn"
        if await acts.record_consent(self, self._code, withdrawn=gone):
            self._again()

    async def do_diagnosis(self) -> None:
        """Add a diagnosis."""
        if await acts.diagnose(self, self._code):
            self._again()

    async def do_withdraw(self) -> None:
        """Withdraw consent."""
        if await ends.withdraw(self, self._code):
            self._again()

    async def do_narrow(self) -> None:
        """Take back permissions."""
        if self.detail is not None and await ends.narrow(self, self.detail):
            self._again()

    async def do_settle(self) -> None:
        """Carry a withdrawal out."""
        if await ends.settle(self, self._code):
            self._again()

    async def do_expire(self) -> None:
        """Mark consents that ran out."""
        if await ends.expire(self):
            self._again()

    async def do_label(self) -> None:
        """Print the label of the donor's folder."""
        await print_labels(self, [self._code], "donor")

    async def do_papers(self) -> None:
        """What allows the collections to be kept."""
        await collection_papers.papers(self)

    async def do_authorise(self) -> None:
        """Record an authorisation."""
        await collection_papers.authorise(self)

    def do_samples(self) -> None:
        """Show this donor's samples."""
        self.shell.open_found(Found("filter", 0, f"donor:{self._code}", "", "samples"))


def _place(source: DonorRows, key: int) -> int | None:
    source.count()
    return source.ordinal(key)
