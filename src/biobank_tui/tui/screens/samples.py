"""Samples: every tube of the bank, by filter and in any order; what is marked is acted upon."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from biobank_tui.rules.query import Query
from biobank_tui.tui import work
from biobank_tui.tui.dialogs import Choose
from biobank_tui.tui.ports import Found, Session, Situation
from biobank_tui.tui.safe import plain
from biobank_tui.tui.screens import (
    sample_acts,
    sample_export,
    sample_labels,
    sample_making,
    sample_receiving,
    sample_sharing,
)
from biobank_tui.tui.screens.sample_family import FamilyPage, family_of
from biobank_tui.tui.screens.sample_filter import FilterLine, searches
from biobank_tui.tui.screens.sample_life import LifePage, life_of
from biobank_tui.tui.screens.sample_marks import codes_of_marked, few
from biobank_tui.tui.screens.sample_pane import SampleWhole, read_sample, whole
from biobank_tui.tui.screens.sample_rows import NEWEST, Built, SampleRows, indexing, look_ahead
from biobank_tui.tui.views import View
from biobank_tui.tui.widgets.table import RowTable
from biobank_tui.words import _, mark

REST: Final = 0.06
"""Seconds the cursor rests on a row before the tube is fetched."""

LONG: Final = 200_000
"""Rows beyond which a tube is looked for by a filter of its own, not in the order."""


class SamplePane(VerticalScroll, can_focus=True):
    """One tube whole; it scrolls."""

    class Left(Message):
        """Esc: back to the list."""

    def compose(self) -> ComposeResult:
        yield Static("", id="pane-says", markup=False)

    def show(self, sample: SampleWhole | None) -> None:
        """Show a tube from its top; nothing where there is none."""
        says = self.query_one("#pane-says", Static)
        width = max(self.scrollable_content_region.width - 1, 20)
        says.update(plain("") if sample is None else whole(sample, width))
        self.scroll_home(animate=False)

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            self.post_message(self.Left())


class Samples(View):
    """The filter, the list, and the tube under the cursor."""

    command_group: ClassVar[str] = "samples"
    about: ClassVar[str] = mark(
        "Every tube of the bank. f types a filter such as type:plasma dx:C50 status:available; Tab completes, Enter"
        " looks. Space marks tubes, v a range, and the acts take all that is marked, or else the tube under the cursor."
    )
    styles_path: ClassVar[Path | None] = Path(__file__).with_suffix(".tcss")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.source: SampleRows | None = None
        self.query_text = ""
        self._query = Query()
        self._at: tuple[int, str] | None = None
        self._whole: SampleWhole | None = None
        self._resting: Timer | None = None
        self._wanted: Found | None = None
        self._arriving: tuple[int, str] | None = None

    def compose(self) -> ComposeResult:
        # The list comes first, so that it has the focus; the filter is docked above it.
        with Horizontal(id="samples-main"):
            yield RowTable(empty=_("No tube answers to this filter. f changes it, F lists good ones."), id="list")
            yield SamplePane(id="pane")
        yield FilterLine()

    # -- what is shown -----------------------------------------------------------------------------

    @property
    def table(self) -> RowTable:
        return self.query_one("#list", RowTable)

    @property
    def pane(self) -> SamplePane:
        return self.query_one("#pane", SamplePane)

    @property
    def line(self) -> FilterLine:
        return self.query_one(FilterLine)

    def ready(self, session: Session) -> None:
        self._look(self._query, NEWEST)
        self.run_worker(self._index(), group="index", exclusive=True)
        if self._wanted is not None:
            found, self._wanted = self._wanted, None
            self.open_thing(found)

    async def _index(self) -> None:
        """Have a large bank's index made or brought up by a process beside this one, which ends with it."""
        command = await asyncio.to_thread(indexing, self.session.bank)
        if command is not None:
            nowhere = asyncio.subprocess.DEVNULL
            beside = await asyncio.create_subprocess_exec(*command, stdin=nowhere, stdout=nowhere, stderr=nowhere)
            if await beside.wait() == 0:
                self.refresh_rows()

    def shown_again(self) -> None:
        if self.source is not None:
            work.run(self, "stale", self.source.is_stale, lambda stale: self._renew() if stale else None)

    def _renew(self) -> None:
        self.refresh_rows()
        self.run_worker(self._index(), group="index", exclusive=True)

    def on_unmount(self) -> None:
        """Nothing goes on being built for a screen that is gone."""
        if self.source is not None:
            self.source.stop()

    def _look(self, query: Query, sort: tuple[str, bool]) -> None:
        """Show another filter or order; what is still being built for the one before is stopped."""
        if self.source is not None:
            self.source.stop()
        self._query = query
        self.source = SampleRows(self.session.bank, query, sort)
        self.table.show(self.source, sorted_by=None if sort == NEWEST else sort)
        self._build(self.source)

    def _build(self, source: SampleRows) -> None:
        key = self._at[0] if self._at is not None else None

        def built(answer: Built | None) -> None:
            if source is not self.source or answer is None:
                return
            self.table.recount(answer.count)
            if not answer.first:
                self.table.reload()
            if answer.ordinal is not None and self._at is not None and self._at[0] == key:
                self.table.jump(answer.ordinal)
            self.shell.refresh_keys()

        work.run(self, "order", partial(source.build, key), built)

    def refresh_rows(self) -> None:
        """Something was written: fetch what is on screen again, and the order behind it."""
        if self.source is not None:
            self.table.reload()
            self._build(self.source)
        if self._at is not None:
            self._fetch_pane(self._at[1])

    @on(FilterLine.Applied)
    def _filtered(self, event: FilterLine.Applied) -> None:
        event.stop()
        self.query_text = event.text
        self._at, self._arriving = self._arriving, None
        self._look(event.query, self._sort)
        if self._at is None:
            self.table.focus()

    @on(FilterLine.Rested)
    def _resting_over_filter(self, event: FilterLine.Rested) -> None:
        event.stop()
        ahead = partial(look_ahead, self.session.bank, event.query, self._sort)
        # What is wrong with it is said once it is applied.
        work.run(self, "ahead", ahead, lambda _nothing: None, lambda _refused: None)

    @on(FilterLine.Left)
    def _filter_left(self, event: FilterLine.Left) -> None:
        event.stop()
        self.table.focus()

    @property
    def _sort(self) -> tuple[str, bool]:
        return self.source.sort if self.source is not None else NEWEST

    @on(RowTable.SortAsked)
    def _sorted(self, event: RowTable.SortAsked) -> None:
        event.stop()
        self._look(self._query, (event.column, event.descending))

    @on(RowTable.RowHighlighted)
    def _highlighted(self, event: RowTable.RowHighlighted) -> None:
        event.stop()
        if event.row is None:
            if self.table.total == 0:
                self._at = self._whole = None
                self.pane.show(None)
            return
        here = (event.row.key, event.row.cells[0])
        if here != self._at or self._whole is None:
            self._at = here
            if self._resting is not None:
                self._resting.stop()
            self._resting = self.set_timer(REST, partial(self._fetch_pane, here[1]))
        self.shell.refresh_keys()

    def _fetch_pane(self, code: str) -> None:
        bank = self.session.bank
        work.run(self, "pane", partial(read_sample, bank, code), self._fetched)

    def _fetched(self, sample: SampleWhole) -> None:
        if self._at is not None and sample.detail.id == self._at[0]:
            self._whole = sample
            self.pane.show(sample)
            self.shell.refresh_keys()

    @on(RowTable.RowChosen)
    def _chosen(self, event: RowTable.RowChosen) -> None:
        event.stop()
        self._into_pane()

    def _into_pane(self) -> None:
        self.add_class("-detail")
        # Where it is narrow the pane takes the focus only once it is displayed.
        self.call_after_refresh(self.pane.focus)
        self.call_after_refresh(self._paint)

    def _paint(self) -> None:
        self.pane.show(self._whole)

    @on(SamplePane.Left)
    def _pane_left(self, event: SamplePane.Left) -> None:
        event.stop()
        self.remove_class("-detail")
        self.call_after_refresh(self.table.focus)

    @on(RowTable.MarksChanged)
    def _marked(self) -> None:
        self.shell.refresh_keys()

    def on_resize(self) -> None:
        """The pane is wrapped anew."""
        self.call_after_refresh(self._paint)

    def open_thing(self, found: Found) -> None:
        """A tube is put under the cursor where the list has it, else looked for; a filter is applied."""
        if self.source is None:
            self._wanted = found
        elif found.kind == "filter":
            self.remove_class("-detail")
            self.line.set(found.code)
        else:
            self._at, self._whole = (found.key, found.code), None
            near = (self.source.count() or LONG) < LONG
            at = self.source.ordinal(found.key) if near else None
            if at is not None:
                self.table.jump(at)
            else:
                self._arriving = self._at
                self.line.set(f"code:{found.code}")
            self._fetch_pane(found.code)
            self._into_pane()

    def situation(self) -> Situation:
        words = set()
        if self._whole is not None and self._whole.detail.place is not None:
            words.add("placed")
        if self.table.marks:
            words.add("marks")
        row = self._at[0] if self._at is not None else None
        return replace(super().situation(), row=row, marked=self.table.marked, words=frozenset(words))

    # -- acts --------------------------------------------------------------------------------------

    async def _codes(self) -> tuple[str, ...]:
        """Codes of what is marked, or of the tube under the cursor."""
        marks, source = self.table.marks, self.source
        if not marks or source is None:
            return (self._at[1],) if self._at is not None else ()
        chosen = few(marks, source)
        return await work.ask(self, partial(codes_of_marked, self.session, chosen, source))

    async def _with_many(self, act: Callable[[View, tuple[str, ...]], Awaitable[bool]]) -> None:
        if await act(self, await self._codes()):
            self.table.clear_marks()
            self.refresh_rows()

    def do_filter(self) -> None:
        """Type what to look for."""
        self.remove_class("-detail")
        self.line.input.focus()

    async def do_saved(self) -> None:
        """Choose among good searches."""
        text = await self.app.push_screen_wait(Choose(_("Look for"), searches(), [self.query_text or "*"]))
        if text is not None:
            self.remove_class("-detail")
            self.line.set("" if text == "*" else text)

    async def do_place(self) -> None:
        await self._with_many(sample_acts.place)

    async def do_check_out(self) -> None:
        await self._with_many(sample_acts.check_out)

    async def do_put_back(self) -> None:
        await self._with_many(sample_acts.put_back)

    async def do_receive(self) -> None:
        await self._with_many(sample_receiving.receive)

    async def do_hold(self) -> None:
        await self._with_many(sample_acts.hold)

    async def do_release(self) -> None:
        await self._with_many(sample_acts.release)

    async def do_end(self) -> None:
        await self._with_many(sample_acts.end)

    async def do_label(self) -> None:
        await self._with_many(sample_labels.print_labels)

    async def do_export(self) -> None:
        """Write a file of what is marked, of what the filter finds, or of everything."""
        codes = await self._codes() if self.table.marks else ()
        await sample_export.export_samples(self, codes, self.query_text)

    async def do_aliquot(self) -> None:
        await self._with_many(sample_sharing.aliquot)

    async def do_derive(self) -> None:
        await self._with_many(sample_sharing.derive)

    async def do_pool(self) -> None:
        await self._with_many(sample_sharing.pool)

    async def do_lineage(self) -> None:
        """The family of this tube."""
        assert self._at is not None
        found = await work.ask(self, partial(family_of, self.session.bank, self._at[1]))
        self.app.push_screen(FamilyPage(found))

    async def do_register(self) -> None:
        """Register new tubes of a donor."""
        if await sample_making.register(self):
            self.refresh_rows()

    async def do_history(self) -> None:
        """What was ever done to this tube."""
        assert self._at is not None
        key, code = self._at
        moments = await work.ask(self, partial(life_of, self.session.bank, "sample", key))
        self.app.push_screen(LifePage(code, moments))

    def do_box(self) -> None:
        """Open the box the tube is in."""
        place = self._whole.detail.place if self._whole is not None else None
        if place is not None:
            key = self._whole.box.unit.id if self._whole is not None and self._whole.box is not None else 0
            self.shell.open_found(Found("storage_unit", key, place.unit, "", "storage"))

    def do_unmark(self) -> None:
        """Forget the marks."""
        self.table.clear_marks()
