"""Questions in front of everything else: confirm, choose one, choose many. All return by `dismiss`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option as Item

from biobank_tui.tui.fields import Option
from biobank_tui.tui.safe import paragraph, plain
from biobank_tui.tui.status import Tone
from biobank_tui.words import _, figure, phrase

__all__ = ["Change", "Choose", "ChooseMany", "Confirm", "Dialog", "Option"]

T = TypeVar("T")

SHOWN_AT_ONCE: Final = 500
"""Options listed; the filter brings the others."""


class Dialog(ModalScreen[T]):
    """A modal of the kit: Esc leaves without an answer."""

    command_group: ClassVar[str] = "dialog"

    def key_escape(self, event: events.Key) -> None:
        # It must not reach the app, which would take it for a wish to clear the message line.
        event.stop()
        self.leave()

    def leave(self) -> None:
        """Go without an answer."""
        self.dismiss(None)


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a preview: what will change, counted (count None: a remark)."""

    count: int | None
    text: str
    tone: Tone = Tone.PLAIN


def counted(count: int, msgid: str, tone: Tone = Tone.PLAIN, **facts: object) -> Change:
    """A change whose words agree with its count, which stands before them: `{count:tube moves|tubes move}`."""
    return Change(count, phrase(msgid, count=count, **facts), tone)


class Confirm(Dialog[bool]):
    """Asks before a write. Answers True or False.

    changes: the preview, counted; tone: BAD for what cannot be undone: then "no" has the focus.
    """

    def __init__(
        self,
        question: str,
        changes: Sequence[Change] = (),
        *,
        yes: str = "",
        no: str = "",
        tone: Tone = Tone.ACCENT,
    ) -> None:
        super().__init__()
        self.question = question
        self.changes = tuple(changes)
        self.yes = yes or _("Yes")
        self.no = no or _("No")
        self.tone = tone

    def compose(self) -> ComposeResult:
        with Vertical(classes=f"dialog tone-{self.tone}"):
            yield Static(paragraph(self.question), classes="dialog-title")
            if self.changes:
                with VerticalScroll(classes="dialog-changes", can_focus=False):
                    yield Static(self._preview())
            with Horizontal(classes="dialog-buttons"):
                yield Button(plain(f"{self.yes}  {_('y')}"), id="yes", compact=True)
                yield Button(plain(f"{self.no}  {_('n')}"), id="no", compact=True)

    def _preview(self) -> Content:
        width = (
            max(len(figure(change.count)) for change in self.changes if change.count is not None)
            if any(change.count is not None for change in self.changes)
            else 0
        )
        lines = []
        for change in self.changes:
            count = "" if change.count is None else figure(change.count)
            ink = "" if change.tone is Tone.PLAIN else f"${change.tone}"
            lines.append(Content.assemble((f"{count:>{width}}  ", "bold"), paragraph(change.text, ink)))
        return Content("\n").join(lines)

    def on_mount(self) -> None:
        self.query_one("#no" if self.tone is Tone.BAD else "#yes").focus()

    def on_key(self, event: events.Key) -> None:
        """The letters, and the arrows between the buttons."""
        if event.character and event.character.lower() in (_("y"), "y"):
            self.dismiss(True)
        elif event.character and event.character.lower() in (_("n"), "n"):
            self.dismiss(False)
        elif event.key in ("left", "right", "up", "down"):
            self.focus_next()
        else:
            return
        event.stop()

    def leave(self) -> None:
        self.dismiss(False)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "yes")


class _Filter(Input):
    """The filter of a list: what moves in the list is passed on."""

    takes_text: ClassVar[bool] = True

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        dialog = self.screen
        if event.key == "space" and isinstance(dialog, ChooseMany):
            dialog.turn_highlighted()
            event.stop()
            event.prevent_default()


class _List(Dialog[T]):
    """A list with a filter above it."""

    hint: ClassVar[str] = ""

    def __init__(self, title: str, options: Sequence[Option], chosen: Sequence[str] = ()) -> None:
        super().__init__()
        self.heading = title
        self.options = tuple(options)
        self.chosen = set(chosen)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog dialog-list"):
            yield Static(plain(self.heading), classes="dialog-title")
            yield _Filter(placeholder=_("Type to filter"), compact=True)
            yield OptionList(compact=True)
            yield Static(plain(self._keys()), classes="dialog-keys")

    def _keys(self) -> str:
        return _("⏎ choose · Esc leave")

    def on_mount(self) -> None:
        listing = self.query_one(OptionList)
        listing.can_focus = False
        self._fill("")
        first = next(iter(self.chosen), None)
        if first is not None and any(option.key == first for option in self.options[:SHOWN_AT_ONCE]):
            listing.highlighted = listing.get_option_index(first)
        self.query_one(_Filter).focus()

    def _fill(self, text: str) -> None:
        wanted = text.casefold().split()
        fits = [
            option
            for option in self.options
            if all(word in f"{option.label} {option.detail}".casefold() for word in wanted)
        ]
        # Whoever types a whole key, such as a login, means that one.
        fits.sort(key=lambda option: option.key.casefold() != text.strip().casefold())
        listing = self.query_one(OptionList)
        width = max((cell_len(option.label) for option in fits[:SHOWN_AT_ONCE]), default=0)
        listing.clear_options()
        listing.add_options([Item(self._line(option, width), id=option.key) for option in fits[:SHOWN_AT_ONCE]])
        if len(fits) > SHOWN_AT_ONCE:
            more = _("… and {count} more: type to filter").format(count=figure(len(fits) - SHOWN_AT_ONCE))
            listing.add_option(Item(plain(more, "$quiet"), disabled=True))
        listing.highlighted = 0 if fits else None

    def _line(self, option: Option, width: int) -> Content:
        label = plain(option.label)
        if not option.detail:
            return label
        return Content.assemble(label, " " * (width - cell_len(option.label) + 2), plain(option.detail, "$quiet"))

    @on(Input.Changed)
    def _filtered(self, event: Input.Changed) -> None:
        event.stop()
        self._fill(event.value)

    def on_key(self, event: events.Key) -> None:
        """Up, down and pages move in the list while the filter has the focus."""
        listing = self.query_one(OptionList)
        moves: dict[str, Callable[[], object]] = {
            "up": listing.action_cursor_up,
            "down": listing.action_cursor_down,
            "pageup": listing.action_page_up,
            "pagedown": listing.action_page_down,
        }
        if event.key in moves:
            moves[event.key]()
            event.stop()

    @property
    def highlighted(self) -> str | None:
        """The key of the option under the bar."""
        listing = self.query_one(OptionList)
        return None if listing.highlighted is None else listing.get_option_at_index(listing.highlighted).id

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.accept()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.accept()

    def accept(self) -> None:
        """Enter, or a click."""
        raise NotImplementedError


class Choose(_List[str | None]):
    """Choose one: answers its key, or None."""

    def accept(self) -> None:
        if self.highlighted is not None:
            self.dismiss(self.highlighted)


class ChooseMany(_List[tuple[str, ...] | None]):
    """Choose any number: answers their keys in the options' order, or None. Space marks."""

    def _keys(self) -> str:
        return _("Space mark · ⏎ done · Esc leave")

    def _line(self, option: Option, width: int) -> Content:
        box = ("▪ ", "$accent") if option.key in self.chosen else ("· ", "$rule")
        return Content.assemble(box, super()._line(option, width))

    def turn_highlighted(self) -> None:
        """Turn the mark of the option under the bar."""
        if self.highlighted is not None:
            self.turn(self.highlighted)

    def turn(self, key: str) -> None:
        """Turn one option's mark."""
        self.chosen ^= {key}
        listing = self.query_one(OptionList)
        width = max((cell_len(option.label) for option in self.options), default=0)
        option = next(option for option in self.options if option.key == key)
        listing.replace_option_prompt(key, self._line(option, width))

    def accept(self) -> None:
        self.dismiss(tuple(option.key for option in self.options if option.key in self.chosen))
