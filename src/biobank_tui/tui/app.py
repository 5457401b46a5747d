"""The app: the shell, and what the commands that hold everywhere do."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from textual import events

from biobank_tui import words
from biobank_tui.tui import theme, undoing, work
from biobank_tui.tui.dialogs import Choose, Confirm, Option
from biobank_tui.tui.ending import let_go_of_the_terminal
from biobank_tui.tui.help import AboutScreen, KeysScreen, ScansScreen
from biobank_tui.tui.jump import JumpScreen
from biobank_tui.tui.palette import Palette
from biobank_tui.tui.ports import Level
from biobank_tui.tui.shell import Shell
from biobank_tui.tui.tidying import Tidying, at_hand
from biobank_tui.words import _

OWN_THEMES: Final = (theme.DARK, theme.LIGHT, theme.CONTRAST)


class BiobankApp(Shell):
    """The app. Run it with `run_app`, which returns the exit code."""

    def on_load(self) -> None:
        self._tidying = Tidying()

    def on_mount(self) -> None:
        """Memory is tidied while nobody does anything. The shell's own handler is called besides this one."""
        if not self.is_headless:
            self.set_interval(1, self._tidying.at_rest)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            self._tidying.disturbed()
        await super().on_event(event)

    def do_scan(self) -> None:
        """Go to the scan line."""
        self.scan_line.focus()

    def do_palette(self) -> None:
        """Find commands, screens and things."""
        self.push_screen(Palette(), self._palette_chosen)

    def _palette_chosen(self, chosen: object) -> None:
        if isinstance(chosen, str):
            screen = self.keymap.by_name[chosen].screen
            if screen is not None and screen in self._specs and screen not in set(self.groups()):
                self.run_worker(self._run_there(screen, chosen), group="views")
            else:
                self.run_command(chosen)
        elif chosen is not None:
            self.open_found(chosen)  # type: ignore[arg-type]

    async def _run_there(self, screen: str, name: str) -> None:
        """Turn to the screen of a command, and run it there."""
        await self.show_view(screen)
        if screen in set(self.groups()):
            self.run_command(name)

    @property
    def screen_words(self) -> dict[str, str]:
        """The screens by name, and what each is called."""
        return {name: spec.label for name, spec in self._specs.items()}

    def do_jump(self) -> None:
        """Label what can be focused."""
        self.push_screen(JumpScreen(self.base.focus_chain))

    def do_help(self) -> None:
        """Help for what has the focus."""
        about = self.view.about if self.view is not None else ""
        self.push_screen(AboutScreen(about, self.keymap, tuple(self.groups())))

    def do_keys(self) -> None:
        """List every key."""
        self.push_screen(KeysScreen(self.keymap))

    def do_scans(self) -> None:
        """The last scans and their verdicts."""
        self.push_screen(ScansScreen(tuple(self.scans.history)))

    async def do_undo(self) -> None:
        """Undo the last act, after a counted preview."""
        await undoing.undo(self)

    def do_person(self) -> None:
        """Let somebody else sit down, where the app has a door."""
        self.say(Level.NOTE, _("Nobody else can sit down here."))

    async def do_print_queue(self) -> None:
        """Labels that wait for a printer."""
        from biobank_tui.tui.screens.print_queue import show_queue

        await show_queue(self)

    async def do_import(self) -> None:
        """A file is taken in."""
        show = (await work.ask(self, lambda: import_module("biobank_tui.tui.screens.import_door"))).show_import
        await show(self)

    def do_theme(self) -> None:
        """Turn to the next of our themes."""
        at = OWN_THEMES.index(self.theme) + 1 if self.theme in OWN_THEMES else 0
        self.theme = OWN_THEMES[at % len(OWN_THEMES)]

    def do_themes(self) -> None:
        """Choose among all themes."""
        names = [*OWN_THEMES, *sorted(set(self.available_themes) - set(OWN_THEMES))]
        self.push_screen(Choose(_("Theme"), [Option(name, name) for name in names], [self.theme]), self._theme_chosen)

    def _theme_chosen(self, name: str | None) -> None:
        if name is not None:
            self.theme = name

    async def do_language(self) -> None:
        """Turn to the next language; the views are made anew, unless something typed would be lost."""
        if any(view.dirty for view in self._views.values()):
            self.say(Level.WARN, _("Save or leave what is being typed first: the screens are made anew."))
            return
        at = self.languages.index(words.language()) if words.language() in self.languages else 0
        words.set_language(self.languages[(at + 1) % len(self.languages)])
        await self.remake_views()

    async def do_quit(self) -> None:
        """Leave; asks only where something typed would be lost."""
        if any(view.dirty for view in self._views.values()):
            question = Confirm(_("Leave? Something typed has not been saved."), yes=_("Leave"), no=_("Stay"))
            if not await self.push_screen_wait(question):
                return
        self.exit(return_code=self.return_code or 0)


def run_app(app: BiobankApp) -> int:
    """Run to the end; returns the exit code: 0, 1 after a crash, 3 where the bank could not be reached."""
    try:
        with at_hand():
            app.run()
    finally:
        if app.session is not None and app.session.close is not None:
            app.session.close()
        let_go_of_the_terminal()
    return app.return_code or 0
