"""Jump mode: a letter on everything that can be focused; pressing it goes there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from biobank_tui.tui.dialogs import Dialog
from biobank_tui.tui.safe import plain
from biobank_tui.words import _

LETTERS: Final = "asdfghjklqwertyuiopzxcvbnm"


class JumpScreen(Dialog[None]):
    """Lies over the screen; any other key leaves."""

    command_group: ClassVar[str] = "jump"

    def __init__(self, targets: Sequence[Widget]) -> None:
        super().__init__()
        visible = [target for target in targets if target.region.area]
        self.targets = dict(zip(LETTERS, visible, strict=False))

    def compose(self) -> ComposeResult:
        for letter, target in self.targets.items():
            label = Static(Content(f" {letter} "), classes="jump-label")
            label.styles.offset = (target.region.x, target.region.y)
            yield label
        yield Static(plain(_("A letter goes there · 1–8 a screen · Esc stays")), classes="jump-hint")

    def on_key(self, event: events.Key) -> None:
        """Go where the letter is, or leave."""
        event.stop()
        target = self.targets.get(event.character or "")
        self.dismiss(None)
        if target is not None:
            target.focus()
        elif (event.character or "").isdecimal():
            self.app.call_later(self.app.simulate_key, event.key)
