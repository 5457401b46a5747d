"""Help, generated from the command table: for what has the focus, all keys, and the last scans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from biobank_tui.tui.chrome import SIGNS
from biobank_tui.tui.commands import Command
from biobank_tui.tui.dialogs import Dialog
from biobank_tui.tui.keymap import KeyMap, shown
from biobank_tui.tui.ports import Scan, Verdict
from biobank_tui.tui.safe import hanging, paragraph, plain
from biobank_tui.words import _, mark

GROUPS = {
    None: mark("Everywhere"),
    "table": mark("In a table"),
    "grid": mark("In a box"),
    "bench": mark("Bench"),
    "samples": mark("Samples"),
    "storage": mark("Storage"),
    "donors": mark("Donors"),
    "projects": mark("Projects"),
    "work": mark("Work"),
    "reports": mark("Reports"),
    "ledger": mark("Ledger"),
}


WIDTH: Final = 92
"""Cells a page is wide where the terminal has them, as in the style sheet."""


class Page(Dialog[None]):
    """Something to read; Esc, Enter or q closes it."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.heading = heading

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog dialog-page"):
            yield Static(plain(self.heading), classes="dialog-title")
            with VerticalScroll():
                yield Static(self.body())
            yield Static(plain(_("↑ ↓ scroll · Esc close")), classes="dialog-keys")

    @property
    def room(self) -> int:
        """Cells across for what it says: less frame, padding and scroll bar."""
        return min(WIDTH, self.app.size.width * 94 // 100) - 8

    def body(self) -> Content:
        """What it says."""
        raise NotImplementedError

    def on_key(self, event: events.Key) -> None:
        if event.key in ("enter", "q"):
            event.stop()
            self.dismiss(None)


def key_lines(keymap: KeyMap, commands: Iterable[Command], width: int) -> list[Content]:
    """A command each: all its keys, its label, its sentence, which goes on under itself where it is long."""
    lines: list[Content] = []
    for command in commands:
        keys = " ".join(shown(key) for key in keymap.keys(command.name)) or _("palette")
        label = _(command.label)
        head = Content.assemble(
            plain(keys + " " * max(9 - cell_len(keys), 1), "$accent"),
            plain(label + " " * max(17 - cell_len(label), 1), "bold"),
        )
        lines += hanging(head, _(command.help), "$quiet", width, inset=26)
    return lines


class KeysScreen(Page):
    """Every key, by where it holds."""

    def __init__(self, keymap: KeyMap) -> None:
        super().__init__(_("Keys"))
        self.keymap = keymap

    def body(self) -> Content:
        lines: list[Content] = []
        for group in dict.fromkeys(command.screen for command in self.keymap.commands):
            lines += [plain(_(GROUPS.get(group, group or "")), "bold $accent underline")]
            lines += key_lines(self.keymap, [each for each in self.keymap.commands if each.screen == group], self.room)
            lines += [Content("")]
        return Content("\n").join(lines[:-1])


class AboutScreen(Page):
    """Help for what has the focus. groups: from the focused widget outwards."""

    def __init__(self, about: str, keymap: KeyMap, groups: Sequence[str | None]) -> None:
        super().__init__(_("Help"))
        self.about = about
        self.keymap = keymap
        self.groups = tuple(group for group in groups if group is not None)

    def body(self) -> Content:
        lines: list[Content] = [paragraph(_(self.about)), Content("")] if self.about else []
        for group in self.groups:
            commands = [each for each in self.keymap.commands if each.screen == group]
            if commands:
                lines += [plain(_(GROUPS.get(group, group)), "bold $accent underline")]
                lines += [*key_lines(self.keymap, commands, self.room), Content("")]
        lines += [
            paragraph(
                _(
                    "Scan a code at any moment: what no field has claimed goes to the scan line, and what was"
                    " scanned opens. Where letters are typed into a field, Esc comes back from it."
                ),
                "$quiet",
            ),
            Content(""),
            plain(_("? lists every key."), "$quiet"),
        ]
        return Content("\n").join(lines)


class ScansScreen(Page):
    """The last scans, the newest first."""

    def __init__(self, history: Sequence[tuple[Scan, Verdict]]) -> None:
        super().__init__(_("Last scans"))
        self.history = tuple(history)

    def body(self) -> Content:
        if not self.history:
            return plain(_("Nothing has been scanned yet."), "$quiet")
        lines = []
        for scan, verdict in reversed(self.history):
            sign = SIGNS[verdict.level]
            lines.append(
                Content.assemble(
                    plain(f"{scan.number:>4}  {scan.at}  ", "$quiet"),
                    plain(scan.text, "bold"),
                    (f"  {sign.glyph} {_(sign.msgid)}  ", sign.ink),
                    plain(verdict.sentence),
                )
            )
        return Content("\n").join(lines)
