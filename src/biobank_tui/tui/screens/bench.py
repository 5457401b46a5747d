"""The bench: the tube last scanned, large; what waits today; what one did last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len, set_cell_size
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from biobank_tui.tui import work
from biobank_tui.tui.chrome import SIGNS
from biobank_tui.tui.dialogs import Choose, Option
from biobank_tui.tui.ports import Found, Level, Scan, ScanAnswer, Session, Situation, Verdict
from biobank_tui.tui.safe import paragraph, plain
from biobank_tui.tui.screens import (
    bench_duties,
    sample_acts,
    sample_labels,
    sample_making,
    sample_receiving,
    sample_sharing,
)
from biobank_tui.tui.screens.bench_card import tube_card
from biobank_tui.tui.screens.bench_reception import Reception, Taken, banner, receive_scanned
from biobank_tui.tui.screens.sample_family import FamilyPage, family_of
from biobank_tui.tui.screens.sample_life import LifePage, life_of
from biobank_tui.tui.screens.sample_pane import SampleWhole, read_sample
from biobank_tui.tui.views import View
from biobank_tui.tui.widgets.table import RowTable
from biobank_tui.words import _, figure, mark, ngettext

if TYPE_CHECKING:
    from biobank_tui.tui.screens.bench_reads import Today

QUIET: Final = 0.15
"""Seconds without a key after which the card may take the focus from the scan line: no scan is under way."""


class Card(VerticalScroll, can_focus=True):
    """The tube last scanned. While it has the focus, single keys act on the tube and Enter opens it."""

    def compose(self) -> ComposeResult:
        yield Static("", id="card-says", markup=False)

    def say(self, content: Content, level: Level | None) -> None:
        """Show this, in the colour of the verdict."""
        self.query_one("#card-says", Static).update(content)
        for each in Level:
            self.set_class(each is level, f"-{each}")


class Bench(View):
    """Where the day begins."""

    command_group: ClassVar[str] = "bench"
    about: ClassVar[str] = mark(
        "Scan anything. A tube stays here, large, and single keys act on it: p places, a aliquots, l prints labels, o"
        " takes out, b puts back; Enter opens it among the samples. Below is what waits today: Enter opens a list."
    )
    styles_path: ClassVar[Path | None] = Path(__file__).with_suffix(".tcss")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._at: tuple[int, str] | None = None
        self._whole: SampleWhole | None = None
        self._verdict: Verdict | None = None
        self._today: Today | None = None
        self.reception: Reception | None = None
        self._lapses: tuple[Content, ...] = ()

    def compose(self) -> ComposeResult:
        # The lists come first, so that they have the focus; the card is docked above them.
        with Horizontal(id="bench-day"):
            with Vertical(id="bench-left"):
                yield RowTable(id="works", empty=_("Nothing waits."))
                yield Static("", id="last-acts", markup=False)
            yield Static("", id="work-rows", markup=False)
        yield Card(id="card")

    @property
    def card(self) -> Card:
        return self.query_one("#card", Card)

    @property
    def works(self) -> RowTable:
        return self.query_one("#works", RowTable)

    def on_mount(self) -> None:
        self._show_card()

    def ready(self, session: Session) -> None:
        self._read()

    def shown_again(self) -> None:
        self._read()
        if self._at is not None:
            self._fetch(self._at[1])

    # -- today -------------------------------------------------------------------------------------

    def _read(self) -> None:
        session = self.session

        def read() -> Today:
            from biobank_tui.tui.screens.bench_reads import read_today

            return read_today(session)

        work.run(self, "today", read, self._show_today)

    def _show_today(self, today: Today) -> None:
        from biobank_tui.tui.screens.bench_reads import WorkRows, said

        first = self._today is None
        self._today = today
        at = self.works.cursor
        self.works.show(WorkRows(today.lists))
        if not first:
            self.works.jump(at)
        lines = [plain(_("Your last acts"), "bold $accent")]
        told = [said(act) for act in today.acts]
        wide = max((cell_len(what) for _when, what, _subject in told), default=0)
        for when, what, subject in told:
            lines.append(
                Content.assemble(
                    plain(f"{when}  ", "$quiet"), plain(set_cell_size(what, wide)), plain(f"  {subject}", "$quiet")
                )
            )
        if not today.acts:
            lines.append(plain(_("Nothing yet."), "$quiet"))
        self.query_one("#last-acts", Static).update(Content("\n").join(lines))

    @on(RowTable.RowHighlighted)
    def _highlighted(self, event: RowTable.RowHighlighted) -> None:
        event.stop()
        if event.row is None or self._today is None:
            return
        from biobank_tui.tui.screens.bench_reads import about_word

        listed = self._today.lists[event.row.key]
        lines = [plain(event.row.cells[1], "bold $accent")]
        lines += [
            Content.assemble(plain(row.code), plain(f"  {about_word(row.about)}  {(row.when or '')[:10]}", "$quiet"))
            for row in listed.rows
        ]
        if listed.count > len(listed.rows):
            more = _("… and {count} more").format(count=figure(listed.count - len(listed.rows)))
            lines.append(plain(more, "$quiet"))
        elif not listed.count:
            lines.append(plain(_("Nothing waits here."), "$quiet"))
        self.query_one("#work-rows", Static).update(Content("\n").join(lines))

    @on(RowTable.RowChosen)
    def _list_chosen(self, event: RowTable.RowChosen) -> None:
        event.stop()
        self.run_worker(self._open_list(event.row.key), group="open")

    async def _open_list(self, place: int) -> None:
        if self._today is None:
            return
        session, wanted = self.session, self._today.lists[place].work
        if await bench_duties.done(self, wanted):
            return

        def read() -> tuple[Found, ...]:
            from biobank_tui.tui.screens.bench_reads import things_of

            return things_of(session, wanted)

        things = await work.ask(self, read)
        if not things:
            self.shell.say(Level.NOTE, _("Nothing waits here."))
        elif len(things) == 1:
            self.shell.open_found(things[0])
        else:
            options = [Option(str(at), each.code, each.title) for at, each in enumerate(things)]
            chosen = await self.app.push_screen_wait(Choose(_("Open"), options))
            if chosen is not None:
                self.shell.open_found(things[int(chosen)])

    # -- scans -------------------------------------------------------------------------------------

    def take_scan(self, scan: Scan) -> ScanAnswer:
        """Receive it while receiving is on; else look it up."""
        if self.reception is not None and self.shell.session is not None:
            return receive_scanned(self.shell.session, self.reception, scan.text)
        return super().take_scan(scan)

    def scan_taken(self, scan: Scan, answer: ScanAnswer) -> None:
        """A tube stays here; anything else opens in its own screen; what is wrong stays in large."""
        found = answer.value
        self._lapses = ()
        if isinstance(found, Taken):
            self.reception = found.reception if self.reception is not None else None
            self._lapses = found.lapses
            found = found.tube
            self._read()
        if isinstance(found, Found) and found.kind != "sample":
            self.shell.open_found(found)
            return
        self._verdict, self._whole = answer.verdict, None
        self._at = (found.key, found.code) if isinstance(found, Found) else None
        self._show_card()
        if self._at is not None:
            self._fetch(self._at[1])
            self.set_timer(QUIET, self._to_card)

    def _to_card(self) -> None:
        """The card takes the keys, unless another scan is on its way."""
        shell = self.shell
        if not shell.scan_line.value and not shell.scans.waiting and shell.view is self and self._at is not None:
            self.card.focus()

    def open_thing(self, found: Found) -> None:
        self._at, self._verdict = (found.key, found.code), None
        self._fetch(found.code)
        self.card.focus()

    def _fetch(self, code: str) -> None:
        bank = self.session.bank
        work.run(self, "tube", partial(read_sample, bank, code), self._fetched)

    def _fetched(self, sample: SampleWhole) -> None:
        if self._at is not None and sample.detail.id == self._at[0]:
            self._whole = sample
            self._show_card()
            self.shell.refresh_keys()

    def _show_card(self) -> None:
        level = self._verdict.level if self._verdict is not None else None
        if self._whole is not None:
            self.card.say(self._headed(tube_card(self._whole)), level if level is not Level.GOOD else None)
        elif self._verdict is not None:
            sign = SIGNS[self._verdict.level]
            head = Content.styled(f"{sign.glyph} {_(sign.msgid)}\n", f"bold {sign.ink}")
            said = Content.assemble(head, paragraph(self._verdict.sentence, f"bold {sign.ink}"))
            self.card.say(self._headed(said), level)
        elif self.reception is not None:
            told = _("Scan each tube that arrives. A box scanned first takes them in; Esc ends it.")
            self.card.say(self._headed(paragraph(told, "$quiet")), None)
        else:
            self.card.say(
                Content.assemble(
                    plain(_("Scan a tube."), "bold $accent"),
                    "\n",
                    plain(_("Or a box, a donor, a request: it opens. / types a code."), "$quiet"),
                ),
                None,
            )

    def _headed(self, content: Content) -> Content:
        """With what a scan does now above, while that is not looking it up, and its times below."""
        if self.reception is None:
            return content
        return Content("\n").join([banner(self.reception), content, *self._lapses])

    @on(events.Key)
    def _keys(self, event: events.Key) -> None:
        """Esc ends receiving, then puts the tube away."""
        if event.key == "escape" and self.reception is not None:
            # What ending it says stays: the shell's own Esc would clear it.
            event.stop()
            self._end_reception()
        elif event.key == "escape" and self.card.has_focus:
            self._at = self._whole = self._verdict = None
            self._show_card()
            self.works.focus()

    def situation(self) -> Situation:
        words = {"tube"} if self._at is not None else set()
        if self._whole is not None and self._whole.detail.place is not None:
            words.add("placed")
        row = self._at[0] if self._at is not None else None
        return replace(super().situation(), row=row, words=frozenset(words))

    # -- acts --------------------------------------------------------------------------------------

    async def _acted(self, act: Callable[[View, Sequence[str]], Awaitable[bool]]) -> None:
        if self._at is not None and await act(self, (self._at[1],)):
            self._verdict = None
            self.shown_again()

    async def do_place(self) -> None:
        await self._acted(sample_acts.place)

    async def do_check_out(self) -> None:
        await self._acted(sample_acts.check_out)

    async def do_put_back(self) -> None:
        await self._acted(sample_acts.put_back)

    async def do_receive(self) -> None:
        await self._acted(sample_receiving.receive)

    def do_reception(self) -> None:
        """Receive by scans, or end it."""
        self._turn_reception(pairs=False)

    def do_pairs(self) -> None:
        """Receive by scans, each code followed by the tube's own barcode, or end it."""
        self._turn_reception(pairs=True)

    def _turn_reception(self, *, pairs: bool) -> None:
        if self.reception is not None and self.reception.pairs == pairs:
            self._end_reception()
            return
        begun = self.reception or Reception()
        self.reception = replace(begun, pairs=pairs, waits="")
        self._at = self._whole = self._verdict = None
        self._show_card()
        self.card.focus()

    def _end_reception(self) -> None:
        received = self.reception.received if self.reception is not None else 0
        self.reception, self._lapses = None, ()
        self._show_card()
        if received:
            told = ngettext("{count} tube received.", "{count} tubes received.", received)
            self.shell.done(told.format(count=figure(received)))

    async def do_visit(self) -> None:
        """Register all tubes of a visit."""
        if await sample_receiving.visit(self):
            self.shown_again()

    async def do_hold(self) -> None:
        await self._acted(sample_acts.hold)

    async def do_release(self) -> None:
        await self._acted(sample_acts.release)

    async def do_end(self) -> None:
        await self._acted(sample_acts.end)

    async def do_label(self) -> None:
        await self._acted(sample_labels.print_labels)

    async def do_aliquot(self) -> None:
        await self._acted(sample_sharing.aliquot)

    async def do_derive(self) -> None:
        await self._acted(sample_sharing.derive)

    async def do_lineage(self) -> None:
        """The family of this tube."""
        if self._at is not None:
            found = await work.ask(self, partial(family_of, self.session.bank, self._at[1]))
            self.app.push_screen(FamilyPage(found))

    async def do_register(self) -> None:
        """Register new tubes of a donor."""
        unknown = self.reception.unknown if self.reception is not None else ""
        if await sample_making.register(self, barcode=unknown):
            self.shown_again()

    async def do_history(self) -> None:
        """What was ever done to this tube."""
        if self._at is not None:
            key, code = self._at
            moments = await work.ask(self, partial(life_of, self.session.bank, "sample", key))
            self.app.push_screen(LifePage(code, moments))

    async def do_sweep(self) -> None:
        """End reservations that have run out, and tell projects of those that soon will."""
        # The store is imported with it, which the first frame does not wait for.
        from biobank_tui.tui.screens import request_shortage

        await request_shortage.sweep(self)
        self.shown_again()

    def do_box(self) -> None:
        """Open the box the tube is in."""
        place = self._whole.detail.place if self._whole is not None else None
        if place is not None:
            self.shell.open_found(Found("storage_unit", 0, place.unit, "", "storage"))

    def do_show(self) -> None:
        """Open the tube last scanned, in its own screen."""
        if self._at is not None:
            self.shell.open_found(Found("sample", *self._at, "", "samples"))
