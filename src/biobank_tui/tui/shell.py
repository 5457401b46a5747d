"""The shell: header, tabs, the view in front, the scan line with its last verdict, and the keys."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import isawaitable
from time import monotonic
from typing import Any, Final

from textual import events, on
from textual.app import App, ComposeResult
from textual.containers import Container, Horizontal
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from biobank_tui import words
from biobank_tui.rules.errors import BiobankError
from biobank_tui.tui import chrome, ending, safe, theme, work
from biobank_tui.tui.commands import Command
from biobank_tui.tui.keymap import KeyMap
from biobank_tui.tui.keystream import InTurn, KeyCutter, Piece, Scanned, Typed, unread
from biobank_tui.tui.ports import Found, Level, Scan, ScanTaker, Session, Situation, Verdict
from biobank_tui.tui.scans import ScanDesk
from biobank_tui.tui.views import VIEWS, View, ViewSpec
from biobank_tui.tui.widgets.scanline import ScanLine
from biobank_tui.words import _

PINNED: Final = "keys"
"""The command whose key the footer always shows."""


class Shell(App[None]):
    """What frames the views. opener: opens the bank; called in a thread after the first frame.

    remapped: keys by command name, from the settings; views: the screens, the first is shown first.
    """

    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012
        (0, "-narrow"),
        (100, "-wide"),
        (160, "-vast"),
    ]
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012
        (0, "-low"),
        (34, "-tall"),
        (54, "-high"),
    ]

    def __init__(
        self,
        opener: Callable[[], Session],
        *,
        remapped: Mapping[str, str] | None = None,
        views: Sequence[ViewSpec] = VIEWS,
        theme_name: str = theme.DARK,
        languages: Sequence[str] = ("en", "fr"),
    ) -> None:
        super().__init__()
        safe.guard(self)
        for each in theme.THEMES:
            self.register_theme(each)
        self.theme = theme_name if theme_name in self.available_themes else theme.DARK
        self.opener = opener
        self.session: Session | None = None
        self.keymap = KeyMap(remapped)
        self.languages = tuple(languages)
        self.scans = ScanDesk(self._scan_taker, self._show_verdict, self._scans_rest)
        self._in_turn = InTurn(lambda: self.scans.busy, self._take_piece)
        self.header = chrome.Header()
        self.tab_bar = chrome.TabBar(self._tabs)
        self.message = chrome.Sentence(id="message")
        self.scan_line = ScanLine(self.scans.submit, id="scan")
        self.busy = chrome.Busy(work.PATIENCE)
        self.verdict = chrome.Sentence(id="verdict")
        self.key_bar = chrome.KeyBar(self._hints)
        self._specs = {spec.name: spec for spec in views}
        self._views: dict[str, View] = {}
        self._kept: dict[str, object] = {}
        self._front = views[0].name
        self._turning = asyncio.Lock()
        self._cutter = KeyCutter()
        self._last_words = ""

    def get_css_variables(self) -> dict[str, str]:
        """The theme's colours and our tokens."""
        given = super().get_css_variables()
        self.theme_variables = theme.tokens(given, self.current_theme.dark) | given
        return self.theme_variables

    # -- layout ------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.tab_bar
        yield Container(id="body")
        yield self.message
        with Horizontal(id="scan-row"):
            yield Static(" ⌁ ", id="scan-glyph", markup=False)
            yield self.scan_line
            yield self.busy
        yield self.verdict
        yield self.key_bar

    def on_mount(self) -> None:
        if not self.is_headless:
            ending.heed_signals(lambda code: self.exit(return_code=code))
        self.run_worker(self._begin(), group="views")
        self.call_after_refresh(self._open)
        for problem in self.keymap.problems:
            self.say(Level.WARN, problem)

    async def _begin(self) -> None:
        await self.show_view(self._front)
        self.run_worker(self.scans.serve(), group="scans")

    @property
    def base(self) -> Screen[Any]:
        """The screen under all dialogs."""
        return self.screen_stack[0]

    @property
    def view(self) -> View | None:
        """The view in front, once it is there."""
        return self._views.get(self._front)

    def _tabs(self) -> list[chrome.Tab]:
        return [chrome.Tab(name, self.keymap.shown(name), _(spec.label)) for name, spec in self._specs.items()]

    # -- the bank ----------------------------------------------------------------------------------

    def _open(self) -> None:
        work.run(self, "open", self.opener, self._opened, self._not_opened)

    def _opened(self, session: Session) -> None:
        self.session = session
        self.header.bank = session.bank_name
        self.header.who = " · ".join(part for part in (session.person, session.role) if part)
        for view in self._views.values():
            view.ready(session)
        self.refresh_keys()

    def _not_opened(self, error: BiobankError) -> None:
        self.say_error(error)
        self._return_code = error.exit_code

    # -- views -------------------------------------------------------------------------------------

    async def show_view(self, name: str) -> View:
        """Bring a view to the front; it is imported and mounted the first time."""
        async with self._turning:
            view = self._views.get(name)
            if view is not None and name == self._front:
                return view
            if view is None:
                view = self._specs[name].make(self.session)
                view.show_kept(self._kept.pop(name, None))
                self._load_styles(view)
                view.display = False
                await self.base.query_one("#body").mount(view)
                self._views[name] = view
                if self.session is not None:
                    view.ready(self.session)
            elif self.session is not None:
                view.shown_again()
            for each in self._views.values():
                each.display = each is view
            self._front = name
            self.tab_bar.active = name
            self._focus_view(view)
            self.refresh_keys()
            return view

    async def remake_views(self) -> None:
        """Throw the views away and make the one in front anew, as after a change of language."""
        async with self._turning:
            views, self._kept = list(self._views.values()), {name: each.keep() for name, each in self._views.items()}
            self._views = {}
            await self.base.query_one("#body").remove_children(views)
        self.scan_line.placeholder = _("Scan or type a code")
        self.tab_bar.refresh()
        await self.show_view(self._front)

    def _load_styles(self, view: View) -> None:
        path = view.styles_path
        if path is not None and not self.stylesheet.has_source(str(path), ""):
            self.stylesheet.read(path)
            self.stylesheet.reparse()

    def _focus_view(self, view: View) -> None:
        """Give the focus to the first widget of the view that takes it, or to nothing."""
        first = next((each for each in self.base.focus_chain if view in each.ancestors), None)
        self.base.set_focus(first)

    def open_found(self, found: Found) -> None:
        """Show a thing in its own view."""
        self._quiet()

        async def go() -> None:
            (await self.show_view(found.screen)).open_thing(found)

        self.run_worker(go(), group="views")

    # -- sentences ---------------------------------------------------------------------------------

    def say(self, level: Level, sentence: str) -> None:
        """Show a translated sentence in the message line, until the next act or Esc."""
        self.message.say(Verdict(level, sentence))
        if level is Level.BAD:
            self.bell()

    def say_error(self, error: BiobankError) -> None:
        """Show what an error says."""
        self.say(Level.BAD, words.sentence(error))

    def done(self, sentence: str) -> None:
        """Say what was done; what the last scan said may no longer be so, and is shown as said before."""
        self.verdict.turn_past()
        self.say(Level.GOOD, sentence)
        self.refresh_keys()

    def _quiet(self) -> None:
        self.message.say(None)

    def refresh_keys(self) -> None:
        """Paint the footer anew: call it when what is enabled may have changed."""
        self.key_bar.refresh()

    # -- scans -------------------------------------------------------------------------------------

    def _scan_taker(self) -> ScanTaker | None:
        return self.view

    def _show_verdict(self, scan: Scan, verdict: Verdict) -> None:
        # The newest word is the scan's: what was done before it is no longer beside it.
        self._quiet()
        self.verdict.say(verdict)
        if verdict.level in (Level.BAD, Level.WARN):
            self.bell()

    def _scans_rest(self) -> None:
        self.call_later(self._in_turn.go_on)

    def take_burst(self, text: str) -> None:
        """A scan that no field has claimed; a dialog in front refuses it, loudly."""
        if isinstance(self.screen, ModalScreen):
            sentence = _("Answer the question on the screen first: {code} was not taken.").format(code=text)
            self._show_verdict(*self.scans.refuse(text, Verdict(Level.BAD, sentence)))
        else:
            self.scan_line.feed(text)

    @on(ScanLine.Left)
    def _scan_line_left(self) -> None:
        if self.view is not None:
            self._focus_view(self.view)

    # -- keys --------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Keys that no text field claims go through the cutter, which tells scans from commands."""
        if isinstance(event, events.Key) and not event.is_forwarded and self._cuts():
            for piece in self._cutter.feed(event):
                await self._in_turn.take(piece)
            if self._cutter.holding:
                self.set_timer(self._cutter.patience, self._expire)
            return
        await super().on_event(event)

    def _cuts(self) -> bool:
        return bool(self.screen_stack) and (self._cutter.holding or not takes_text(self.focused))

    async def _expire(self) -> None:
        # On a busy machine the rest of a scan may be here already: not read yet, or on its way to our queue
        # (the reading thread's posts take the loop three turns).
        for _turn in range(3):
            await asyncio.sleep(0)
        if not self.message_queue_size and not unread(self._driver):
            for piece in self._cutter.expire(monotonic()):
                await self._in_turn.take(piece)
        if self._cutter.holding:
            self.set_timer(self._cutter.patience, self._expire)

    async def _take_piece(self, piece: Piece) -> None:
        if isinstance(piece, Typed):
            for key in piece.keys:
                await super().on_event(key)
        elif isinstance(piece, Scanned) or isinstance(self.screen, ModalScreen):
            self.take_burst(piece.text)
        else:
            # At once, so that what is still to come of this scan lands behind it (`focus` waits its turn).
            self.base.set_focus(self.scan_line)
            self.scan_line.paste(piece.text)

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted where no field takes it goes to the scan line."""
        if not isinstance(self.screen, ModalScreen):
            self.scan_line.focus()
            self.scan_line.paste(event.text)

    def on_key(self, event: events.Key) -> None:
        """A key nobody wanted: the command it stands for here."""
        if isinstance(self.screen, ModalScreen):
            return
        if event.key == "escape":
            self._quiet()
        command = self.keymap.find(self.groups(), event.key)
        if command is not None:
            event.stop()
            event.prevent_default()
            self.run_command(command.name)

    # -- commands ----------------------------------------------------------------------------------

    def groups(self) -> Iterator[str | None]:
        """Where keys are looked up: from the focused widget outwards, then the view, then everywhere."""
        return iter([*(name for name, _node in self._owners()), None])

    def _owners(self) -> list[tuple[str, Any]]:
        focused = self.base.focused
        chain = list(focused.ancestors_with_self) if focused is not None else []
        found = [(group, node) for node in chain if (group := getattr(node, "command_group", ""))]
        if self.view is not None and all(node is not self.view for _group, node in found):
            found.append((self.view.command_group, self.view))
        return found

    def situation(self) -> Situation:
        """What commands may know, as the view in front tells it."""
        if self.view is None:
            return Situation(self._front, self.session)
        return self.view.situation()

    def reason_against(self, command: Command) -> str | None:
        """Why a command does nothing now, translated; None where it may run."""
        reason = command.enabled(self.situation())
        return None if reason is None else _(reason)

    def run_command(self, name: str) -> None:
        """Run a command by name, or say why not."""
        command = self.keymap.by_name[name]
        self._quiet()
        if (reason := self.reason_against(command)) is not None:
            self.say(Level.WARN, reason)
            self.bell()
            return
        if name in self._specs:
            self.run_worker(self.show_view(name), group="views")
            return
        owner = next((node for group, node in self._owners() if group == command.screen), self)
        self.run_worker(self._carry(getattr(owner, command.handler)), group=f"command:{name}")

    async def _carry(self, handler: Callable[[], Any]) -> None:
        try:
            answer = handler()
            if isawaitable(answer):
                await answer
        except BiobankError as error:
            self.say_error(error)
        self.refresh_keys()

    def _hints(self) -> list[chrome.KeyHint]:
        shown = [command for command in self.keymap.of(self.groups()) if command.footer]
        return [
            chrome.KeyHint(each.name, key, _(each.label), _(each.help), self.reason_against(each), each.name == PINNED)
            for each in shown
            if (key := self.keymap.shown(each.name))
        ]

    @on(chrome.TabBar.Chosen)
    @on(chrome.KeyBar.Pressed)
    def _clicked(self, event: chrome.TabBar.Chosen | chrome.KeyBar.Pressed) -> None:
        self.run_command(event.name)

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        self.refresh_keys()

    # -- the end -----------------------------------------------------------------------------------

    def _fatal_error(self) -> None:
        """After a crash: what is printed holds no values (Textual would print local variables)."""
        self.bell()
        if self._exception is not None and not self._last_words:
            self._last_words = ending.last_words(self._exception)
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        if self._last_words:
            print(self._last_words, file=sys.stderr)
        else:
            super()._print_error_renderables()


def takes_text(widget: object) -> bool:
    """Whether a widget wants every printable key for itself."""
    from textual.widgets import Input, TextArea

    return bool(getattr(widget, "takes_text", isinstance(widget, Input | TextArea)))
