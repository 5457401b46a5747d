"""The palette: commands and screens from the command table, and things by code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option as Item

from biobank_tui.rules.text import visible
from biobank_tui.tui import work
from biobank_tui.tui.commands import Command
from biobank_tui.tui.dialogs import Dialog
from biobank_tui.tui.ports import Found
from biobank_tui.tui.safe import plain
from biobank_tui.words import _

if TYPE_CHECKING:
    from biobank_tui.tui.app import BiobankApp

THINGS: Final = 20
"""Things found by code at most."""


def score(query: str, text: str) -> int:
    """How well a text answers a query: 0 not at all; words that begin so count most, scattered letters least."""
    query, text = query.casefold().strip(), text.casefold()
    if not query:
        return 1
    found = [word for word in query.split() if word in text]
    if len(found) == len(query.split()):
        starts = sum(f" {word}" in f" {text}" for word in found)
        return 10 + 10 * starts
    letters = iter(text)
    return 1 if len(query) > 1 and all(letter in letters for letter in query if letter != " ") else 0


def rank(query: str, label: str, sentence: str) -> int:
    """How well a command answers: its label counts twice, its sentence only by whole words."""
    told = score(query, sentence)
    return 2 * score(query, label) + (told if told >= 10 else 0)


class Palette(Dialog[str | Found | None]):
    """Answers the name of a command, a Found, or None."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog dialog-palette"):
            yield Input(placeholder=_("A command, a screen, a code"), compact=True)
            yield OptionList(compact=True)

    def on_mount(self) -> None:
        self._things: Sequence[Found] = ()
        self._moved = False
        self.query_one(OptionList).can_focus = False
        self._fill("")
        self.query_one(Input).focus()

    @property
    def _shell(self) -> BiobankApp:
        return cast("BiobankApp", self.app)

    def _commands(self, text: str) -> list[Command]:
        known = [each for each in self._shell.keymap.commands if each.name != "palette" and not self._elsewhere(each)]
        scored = [(rank(text, _(each.label), _(each.help)), each) for each in known]
        fits = [(points, each) for points, each in scored if points]
        session = self._shell.session
        if len(text) > 1 and session is not None and not session.leads:
            # What is done at another screen comes last, and only where words of it were typed.
            there = [each for each in self._shell.keymap.commands if self._elsewhere(each) in self._shell.screen_words]
            far = [(rank(text, _(each.label), _(each.help)), each) for each in there]
            fits += [(points - 100, each) for points, each in far if points >= 10]
        if text:
            fits.sort(key=lambda pair: -pair[0])
        return [each for _points, each in fits]

    def _elsewhere(self, command: Command) -> str | None:
        """The screen a command belongs to, where that is another than the one in front."""
        return None if command.screen in set(self._shell.groups()) else command.screen

    def _fill(self, text: str) -> None:
        things = [Item(self._thing_line(found), id=f"thing:{at}") for at, found in enumerate(self._things)]
        commands = [Item(self._command_line(each), id=f"command:{each.name}") for each in self._commands(text)]
        # Codes have digits, commands have none: what was more likely meant comes first.
        items = things + commands if any(letter.isdecimal() for letter in text) else commands + things
        listing = self.query_one(OptionList)
        before = self._chosen()
        listing.clear_options()
        listing.add_options(items or [Item(plain(_("Nothing answers to that."), "$quiet"), disabled=True)])
        stays = [at for at, item in enumerate(items) if self._moved and item.id == before]
        listing.highlighted = (stays or [0])[0] if items else None

    def _chosen(self) -> str:
        """The id of the option under the bar, "" where there is none."""
        listing = self.query_one(OptionList)
        if listing.highlighted is None:
            return ""
        return listing.get_option_at_index(listing.highlighted).id or ""

    def _command_line(self, command: Command) -> Content:
        there = self._elsewhere(command)
        reason = None if there else self._shell.reason_against(command)
        key = "→" if there else self._shell.keymap.shown(command.name)
        label = _(command.label)
        return Content.assemble(
            plain(f"{key:>6}  ", "$accent" if reason is None else "$faint"),
            plain(label + " " * max(22 - cell_len(label), 1), "bold" if reason is None else "$quiet"),
            plain(f"{_(self._shell.screen_words[there])}: " if there else "", "$accent"),
            plain(reason or _(command.help), "$quiet"),
        )

    def _thing_line(self, found: Found) -> Content:
        code = visible(found.code)
        return Content.assemble(
            ("     → ", "$accent"),
            (f" {code}" + " " * max(22 - cell_len(code), 1), "bold"),
            plain(found.title, "$quiet"),
        )

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        text = event.value.strip()
        session = self._shell.session
        self._things = ()
        self._moved = False
        if len(text) >= 2 and session is not None and session.finder is not None:
            work.run(self, "things", partial(session.finder.search, text, THINGS), partial(self._found, text))
        else:
            work.forget(self, "things")
        self._fill(text)

    def _found(self, text: str, things: Sequence[Found]) -> None:
        self._things = things
        self._fill(text)

    def on_key(self, event: events.Key) -> None:
        """Up and down move in the list."""
        listing = self.query_one(OptionList)
        moves = {"up": listing.action_cursor_up, "down": listing.action_cursor_down}
        if event.key in moves:
            self._moved = True
            moves[event.key]()
            event.stop()

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _accept(self, event: Input.Submitted | OptionList.OptionSelected) -> None:
        event.stop()
        kind, _colon, name = self._chosen().partition(":")
        if kind == "thing":
            self.dismiss(self._things[int(name)])
        elif kind == "command":
            self.dismiss(name)
