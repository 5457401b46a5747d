"""Work that takes long: its bar, its rate, the time left, and the way to stop it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.dom import DOMNode
from textual.widgets import Static

from biobank_tui.tui.dialogs import Dialog
from biobank_tui.tui.safe import plain
from biobank_tui.tui.work import Progress, app_of
from biobank_tui.words import _, figure

T = TypeVar("T")

WIDTH: Final = 60
"""Cells of the bar."""

PACE: Final = 0.1
"""Seconds between two looks at how far it is."""


class LongWork(Dialog[None]):
    """Stands in front while work runs; Esc asks it to stop at its next step."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(self.progress.title), classes="dialog-title")
            yield Static(bar(self.progress, monotonic()), id="bar")
            yield Static(plain(_("Esc stop")), classes="dialog-keys")

    def on_mount(self) -> None:
        self.set_interval(PACE, self._look)

    def _look(self) -> None:
        self.query_one(".dialog-title", Static).update(plain(self.progress.title))
        self.query_one("#bar", Static).update(bar(self.progress, monotonic()))

    def leave(self) -> None:
        self.progress.stop()


def bar(progress: Progress, now: float) -> Content:
    """How far it is: a bar where the end is known, figures beside it."""
    done = figure(progress.done)
    figures = [done if progress.total is None else f"{done} / {figure(progress.total)}"]
    if progress.done:
        figures.append(_("{rate}/s").format(rate=figure(round(progress.rate(now)))))
    left = progress.left(now)
    if left is not None and left >= 1:
        figures.append(_("{seconds} s left").format(seconds=figure(round(left))))
    words = plain("  ·  ".join(figures), "$quiet")
    if not progress.total:
        return words
    full = min(progress.done * WIDTH // progress.total, WIDTH)
    return Content.assemble(("━" * full, "$accent"), ("━" * (WIDTH - full), "$rule"), "\n", words)


async def carry_out(owner: DOMNode, title: str, work: Callable[[Progress], T], total: int | None = None) -> T:
    """Run work in a thread behind its bar; raises what it raises, Stopped where it was stopped."""
    progress = Progress(title, total)
    dialog = LongWork(progress)
    await app_of(owner).push_screen(dialog)
    try:
        return await asyncio.to_thread(work, progress)
    finally:
        await dialog.dismiss()
