"""Ledger: who did what, one entry with all it changed, the life of a thing, and the proof that it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from biobank_tui.bank.ledger import Verification, anchor, head, verify
from biobank_tui.queries.ledger import LedgerFilter
from biobank_tui.queries.people import people
from biobank_tui.rules.errors import NotFound
from biobank_tui.rules.permissions import Verb
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.fields import Field, Kind, Option
from biobank_tui.tui.form import Form
from biobank_tui.tui.help import Page
from biobank_tui.tui.longwork import carry_out
from biobank_tui.tui.ports import Column, Level, Row, Session, Situation
from biobank_tui.tui.safe import paragraph, plain
from biobank_tui.tui.screens.ledger_rows import Entry, LedgerRows, entry_content, in_words, read_entry
from biobank_tui.tui.screens.sample_life import LifePage, Moment, life_of
from biobank_tui.tui.screens.sample_pane import verb_word
from biobank_tui.tui.session import BankFinder
from biobank_tui.tui.undoing import undo
from biobank_tui.tui.views import View
from biobank_tui.tui.widgets.table import RowTable
from biobank_tui.tui.work import Progress
from biobank_tui.words import _, mark, phrase

REST: Final = 0.06
"""Seconds the cursor rests on an entry before it is fetched."""


class EntryPane(VerticalScroll, can_focus=True):
    """One entry; it scrolls."""

    def compose(self) -> ComposeResult:
        yield Static("", id="entry-says", markup=False)


class Nothing:
    """No rows, for those who may not read the ledger."""

    columns: ClassVar[tuple[Column, ...]] = (Column("at", "", 10),)

    def count(self) -> int | None:
        return 0

    def members(self) -> None:
        return None

    def window(self, start: int, n: int) -> tuple[Row, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Life:
    """A thing and what was done to it."""

    code: str
    moments: tuple[Moment, ...]


class Ledger(View):
    """The entries from the newest, and the one under the cursor."""

    command_group: ClassVar[str] = "ledger"
    about: ClassVar[str] = mark(
        "Every act in the order it was done, with what each record was before and after. Nothing here can be changed:"
        " y proves it by walking the chain, a shows the head of the chain to be kept elsewhere, H tells the life of"
        " one thing."
    )
    styles_path: ClassVar[Path | None] = Path(__file__).with_suffix(".tcss")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.wanted = LedgerFilter()
        self._resting: Timer | None = None
        self._people: tuple[Option, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static("", id="ledger-filter", markup=False)
        with Horizontal(id="ledger-main"):
            yield RowTable(empty=_("No entry fits. c shows them all."), id="entries")
            yield EntryPane(id="entry")

    @property
    def table(self) -> RowTable:
        return self.query_one("#entries", RowTable)

    @property
    def pane(self) -> EntryPane:
        return self.query_one("#entry", EntryPane)

    def ready(self, session: Session) -> None:
        if session.may(Verb.LEDGER_READ) is not None:
            self.table.empty = _("Managers, auditors and administrators read the ledger. H tells one thing's life.")
            self.table.show(Nothing())
            return
        self._look(self.wanted)

    def shown_again(self) -> None:
        if self.session.may(Verb.LEDGER_READ) is None:
            at = self.table.cursor
            self._look(self.wanted)
            self.table.jump(at)

    def _look(self, wanted: LedgerFilter) -> None:
        self.wanted = wanted
        self.table.show(LedgerRows(self.session.bank, wanted))
        words = in_words(wanted)
        line = self.query_one("#ledger-filter", Static)
        line.update(plain(words, "$info"))
        line.set_class(bool(words), "-shown")
        self.shell.refresh_keys()

    @on(RowTable.RowHighlighted)
    def _highlighted(self, event: RowTable.RowHighlighted) -> None:
        event.stop()
        if event.row is None:
            self.pane.query_one(Static).update(Content(""))
            return
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, partial(self._fetch, event.row.key))

    def _fetch(self, number: int) -> None:
        work.run(self, "entry", partial(read_entry, self.session.bank, number), self._fetched)

    def _fetched(self, entry: Entry | None) -> None:
        says = _("This entry is not there any more: verify the ledger.")
        content = plain(says, "$bad") if entry is None else entry_content(entry)
        self.pane.query_one(Static).update(content)
        self.pane.scroll_home(animate=False)

    @on(RowTable.RowChosen)
    def _chosen(self, event: RowTable.RowChosen) -> None:
        event.stop()
        self.add_class("-detail")
        # Where it is narrow the pane takes the focus only once it is displayed.
        self.call_after_refresh(self.pane.focus)

    @on(events.Key)
    def _keys(self, event: events.Key) -> None:
        """Esc in the entry goes back to the list."""
        if event.key == "escape" and self.pane.has_focus:
            event.stop()
            self.remove_class("-detail")
            self.call_after_refresh(self.table.focus)

    def situation(self) -> Situation:
        words = frozenset({"filtered"}) if self.wanted != LedgerFilter() else frozenset()
        row = self.table.row
        return replace(super().situation(), row=row.key if row else None, words=words)

    # -- commands ----------------------------------------------------------------------------------

    async def do_filter(self) -> None:
        """Ask which entries."""
        if not self._people:
            self._people = await work.ask(self, self._read_people)
        wanted = self.wanted
        verbs = [Option(str(verb), verb_word(verb)) for verb in Verb]
        fields = [
            Field("verb", _("Act"), Kind.CHOICE, verbs, wanted.verb or "", required=False, hint=_("any; Space lists")),
            Field("actor", _("Who"), Kind.CHOICE, self._people, wanted.actor or "", required=False, hint=_("anybody")),
            Field("subject", _("What, by code"), value=wanted.subject or "", required=False),
            Field("since", _("Since"), Kind.DATE, value=wanted.since or "", required=False, hint="2026-03-01"),
            Field("until", _("Before"), Kind.DATE, value=wanted.until or "", required=False),
        ]
        answer = await self.app.push_screen_wait(Form(_("Which entries"), fields, submit=_("Show")))
        if answer is not None:
            names = ("actor", "verb", "subject", "since", "until")
            self._look(LedgerFilter(**{name: answer[name] or None for name in names}))
            self.table.focus()

    def _read_people(self) -> tuple[Option, ...]:
        with self.session.bank.read() as connection:
            return tuple(Option(each.login, each.name, each.login) for each in people(connection))

    async def do_undo(self) -> None:
        """Undo the act under the cursor, where nothing has happened since."""
        row = self.table.row
        if row is not None:
            await undo(self.shell, row.key)

    def do_unfilter(self) -> None:
        """Show every entry again."""
        self._look(LedgerFilter())

    async def do_life(self) -> None:
        """Ask for a code, and tell what was ever done to what goes by it."""
        bank = self.session.bank
        row = self.table.row
        subject = row.cells[4] if row is not None else ""
        form = ActForm(
            _("Life of …"),
            [Field("code", _("Code"), value=subject, hint=_("scan or type it"))],
            lambda answer: self._life(answer["code"]),
            submit=_("Show"),
        )
        if bank is not None and await self.app.push_screen_wait(form) is not None:
            life: Life = form.result
            self.app.push_screen(LifePage(life.code, life.moments))

    def _life(self, code: str) -> Life:
        answer = BankFinder(self.session.bank).scan(code)
        found = answer.value
        if found is None:
            raise NotFound("thing.unknown", "Nothing in this bank goes by {code}.", code=code)
        return Life(found.code, life_of(self.session.bank, found.kind, found.key))  # type: ignore[attr-defined]

    async def do_verify(self) -> None:
        """Walk the whole chain, and compare it with an anchor where one is given."""
        session = self.session
        fields = [Field("anchor", _("Anchor kept elsewhere"), required=False, hint=_("number:hash; empty: none"))]
        answer = await self.app.push_screen_wait(Form(_("Verify the ledger"), fields, submit=_("Verify")))
        if answer is None:
            return
        total = await work.ask(self, partial(_length, session))

        def walk(progress: Progress) -> Verification:
            with session.bank.read() as connection:
                return verify(
                    connection,
                    anchored=answer["anchor"] or None,
                    progress=lambda number: progress.step(number - progress.done),
                )

        found = await carry_out(self, _("Verifying the ledger"), walk, total)
        if found.fault is not None:
            said = _(found.fault.what).format(number=found.fault.number)
            self.shell.say(Level.BAD, said)
            if found.fault.number:
                self._look(LedgerFilter())
                self.table.jump(max(total - found.fault.number, 0))
            return
        told = phrase(
            "The ledger stands: {entries} {entries:entry|entries} and {records} {records:record|records},"
            " none edited, removed or reordered.",
            entries=found.entries,
            records=found.records,
        )
        self.shell.done(told)

    async def do_anchor(self) -> None:
        """Show the head of the chain, and put it on the clipboard."""
        bank = self.session.bank

        def read() -> str:
            with bank.read() as connection:
                return anchor(connection)

        word = await work.ask(self, read)
        self.app.copy_to_clipboard(word)
        self.app.push_screen(AnchorPage(word))


def _length(session: Session) -> int:
    """How many entries there are."""
    with session.bank.read() as connection:
        number: int = head(connection)[0]
        return number


class AnchorPage(Page):
    """The anchor, to be copied."""

    def __init__(self, word: str) -> None:
        super().__init__(_("Anchor"))
        self.word = word

    def body(self) -> Content:
        told = _(
            "This word stands for the whole ledger up to now. Keep it outside the bank, with its date: verifying with"
            " it later proves that nothing before it was changed. It is on the clipboard, where the terminal allows."
        )
        return Content.assemble(plain(self.word, "bold"), "\n\n", paragraph(told, "$quiet"))
