"""A moment in which nothing is painted: most answers are here before it is over, and dots would only flicker."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final

from textual.widget import Widget

MOMENT: Final = 0.06
"""Seconds that nothing is painted for at most."""


class Stillness:
    """The moment of one widget, at most one at a time."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._held = ExitStack()

    def begin(self) -> None:
        """Paint nothing until `end`, or until the moment is over."""
        self.end()
        if self._widget.is_attached:
            self._held.enter_context(self._widget.app.batch_update())
            self._held.callback(self._widget.set_timer(MOMENT, self.end).stop)

    def end(self) -> None:
        """Paint what has changed since."""
        self._held.close()
