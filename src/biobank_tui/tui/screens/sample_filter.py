"""The filter line: a small query language with completion; what is wrong is said below it, never a crash."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.fields import FIELDS
from biobank_tui.rules.query import Query, complete, parse, token_span
from biobank_tui.tui.dialogs import Option
from biobank_tui.tui.safe import plain
from biobank_tui.words import _, mark, sentence

SEARCHES: Final = (
    (mark("Everything"), ""),
    (mark("Available now"), "status:available held:no"),
    (mark("To receive"), "status:expected"),
    (mark("Without a place"), "status:available -box:*"),
    (mark("Taken out"), "status:checked_out"),
    (mark("Reserved"), "status:reserved"),
    (mark("On hold"), "held:yes"),
    (mark("Missing"), "status:missing"),
    (mark("Plasma with 200 µL and more"), "type:plasma status:available amount:>=200µL"),
    (mark("Thawed more than twice"), "thaws:>2"),
    (mark("Breast cancer tissue"), "type:tissue dx:C50"),
    (mark("Never frozen, as far as we know"), "status:available -frozen:*"),
)
"""Good searches to start from: a name and a filter line."""

REST: Final = 0.15
"""Seconds without a key after which a filter is looked for ahead."""

LINGER: Final = 0.2
"""Seconds that what is said below the line stays after it is due to go."""


class FilterInput(Input):
    """Where the filter is typed. Tab takes the completion offered, Enter applies, Esc goes back to the list."""

    takes_text: ClassVar[bool] = True

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        line = self.parent.parent if self.parent is not None else None
        assert isinstance(line, FilterLine)
        if event.key == "tab":
            line.take_offer()
        elif event.key == "enter":
            line.apply()
        elif event.key in ("escape", "down"):
            line.post_message(FilterLine.Left())
        else:
            return
        event.stop()
        event.prevent_default()


class FilterLine(Vertical):
    """The line, and under it what may come next or what is wrong."""

    DEFAULT_CSS = """
    FilterLine { height: auto; }
    FilterLine Horizontal { height: 1; }
    FilterLine #filter-glyph { width: 3; color: $accent; text-style: bold; }
    FilterLine #filter { width: 1fr; }
    FilterLine #filter-says {
        height: auto; max-height: 2; display: none; padding: 0 0 0 3; overlay: screen; background: $surface;
    }
    FilterLine #filter-says.-shown { display: block; }
    """

    @dataclass
    class Applied(Message):
        """A filter that is understood."""

        text: str
        query: Query

    @dataclass
    class Rested(Message):
        """Somebody stopped typing for a moment, at a filter that is understood."""

        query: Query

    class Left(Message):
        """The person wants back to the list."""

    _resting: Timer | None = None
    _leaving: Timer | None = None

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(" ▸ ", id="filter-glyph", markup=False)
            yield FilterInput(placeholder=_("type:plasma dx:C50 status:available …"), id="filter", compact=True)
        yield Static("", id="filter-says", markup=False)

    @property
    def input(self) -> FilterInput:
        return self.query_one("#filter", FilterInput)

    @property
    def text(self) -> str:
        return self.input.value

    def set(self, text: str) -> None:
        """Put a filter in, and apply it."""
        self.input.value = text
        self.input.cursor_position = len(text)
        self.apply()

    def apply(self) -> None:
        """Read the line; post the query, or say what is not understood."""
        try:
            query = parse(self.text)
        except Refused as refusal:
            self._say(plain(f"✕ {sentence(refusal)}", "$bad"))
            self.app.bell()
        else:
            self._say(None)
            self.post_message(self.Applied(self.text, query))

    def take_offer(self) -> None:
        """Put the first completion in the place of the token at the cursor; Tab again takes the next."""
        offers = self._offers()
        field = self.input
        if not offers:
            return
        start, end = token_span(field.value, field.cursor_position)
        field.value = field.value[:start] + offers[0] + field.value[end:]
        field.cursor_position = start + len(offers[0])

    def _offers(self) -> list[str]:
        field = self.input
        start, end = token_span(field.value, field.cursor_position)
        token = field.value[start:end]
        if not token:
            return []
        return [offer for offer in complete(field.value, field.cursor_position) if offer != token]

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if not self.input.has_focus:
            return
        self._rest()
        offers = self._offers()
        name = offers[0].lstrip("-").partition(":")[0] if offers else ""
        if not offers:
            self._say(None)
            return
        shown = Content.assemble(
            plain(_("Tab"), "bold $accent"), " ", plain("  ".join(_tails(offers)[:12]), "$quiet"),
            plain(f"   {_(FIELDS[name].help)}" if len(offers) == 1 and name in FIELDS else "", "$info"),
        )  # fmt: skip
        self._say(shown)

    def _rest(self) -> None:
        """Tell of what is typed, once no more comes for a moment."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._rested)

    def _rested(self) -> None:
        with suppress(Refused):
            self.post_message(self.Rested(parse(self.text)))

    def on_descendant_blur(self) -> None:
        """Offers are for who is typing; a complaint stays."""
        says = self.query_one("#filter-says", Static)
        if "✕" not in str(says.content):
            self._say(None)

    def _say(self, content: Content | None) -> None:
        """Say something below the line, or nothing any more: then a moment later, as the list comes first.

        Each time the whole screen is laid out anew.
        """
        if self._leaving is not None:
            self._leaving.stop()
            self._leaving = None
        says = self.query_one("#filter-says", Static)
        if content is not None:
            says.update(content)
            says.add_class("-shown")
        elif says.has_class("-shown"):
            self._leaving = self.set_timer(LINGER, partial(says.remove_class, "-shown"))


def _tails(offers: list[str]) -> list[str]:
    """Offers without what is typed already: the values after "field:" alone."""
    return [offer.rpartition(",")[2].rpartition(":")[2] or offer for offer in offers]


def searches() -> list[Option]:
    """The good searches, to choose from."""
    return [Option(text or "*", _(name), text) for name, text in SEARCHES]
