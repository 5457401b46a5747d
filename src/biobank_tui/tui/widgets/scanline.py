"""The scan line: takes whole scans from the stream of keys, at any pace, and loses none.

Enter is taken in the widget's own key handler, where the value is still whole; a message on submit would
arrive after the next scan has begun to be typed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.message import Message
from textual.widgets import Input

from biobank_tui.rules.text import visible
from biobank_tui.tui.keystream import ENDS, GS
from biobank_tui.words import _

SHOWN_GS = "␝"


class ScanLine(Input):
    """A line for scans. submit: queues a scan and returns its number; without one, scans are only posted."""

    takes_text: ClassVar[bool] = True

    @dataclass
    class Scanned(Message):
        """One whole scan; number counts from 1."""

        text: str
        number: int

    class Left(Message):
        """Esc was pressed: the focus wants to go back."""

    def __init__(self, submit: Callable[[str], int] | None = None, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(placeholder=_("Scan or type a code"), id=id, compact=True, select_on_focus=False)
        self._submit = submit
        self._last = 0

    def feed(self, text: str) -> None:
        """Take a whole scan that was cut elsewhere."""
        code = text.replace(SHOWN_GS, GS).strip(" \t\r\n")
        if not code:
            return
        self._last = self._submit(code) if self._submit else self._last + 1
        self.post_message(self.Scanned(code, self._last))

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        if event.key in ENDS and (self.value or event.key == "enter"):
            text, self.value = self.value, ""
            self.feed(text)
        elif event.character == GS:
            self.insert_text_at_cursor(SHOWN_GS)
        elif event.key == "escape":
            self.value = ""
            self.post_message(self.Left())
        else:
            return
        event.stop()
        event.prevent_default()

    def _on_paste(self, event: events.Paste) -> None:
        self.paste(event.text)
        event.stop()
        event.prevent_default()

    def paste(self, text: str) -> None:
        """Every line of a paste of several is a scan; a single line without its end waits for Enter."""
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if len(lines) == 1:
            self.insert_text_at_cursor(visible(text.replace(GS, SHOWN_GS)))
            return
        lines[0], self.value = self.value + lines[0], ""
        for line in lines:
            self.feed(line)
