"""The one way to do work off the event loop.

    run(self, "rows", lambda: queries.find(bank, text), self.show_rows)

The answer of an older run under the same owner and key is dropped. A BiobankError becomes a sentence in
the message line; anything else goes to the app's last handler. Work over 50 ms shows as busy.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from weakref import WeakKeyDictionary

from textual.dom import DOMNode

from biobank_tui.rules.errors import BiobankError
from biobank_tui.words import mark

if TYPE_CHECKING:
    from biobank_tui.tui.app import BiobankApp

T = TypeVar("T")

PATIENCE: Final = 0.05
"""Seconds after which work shows as busy."""

_numbers: WeakKeyDictionary[DOMNode, dict[str, int]] = WeakKeyDictionary()


def _next_number(owner: DOMNode, key: str) -> int:
    numbers = _numbers.setdefault(owner, {})
    numbers[key] = numbers.get(key, 0) + 1
    return numbers[key]


def _is_newest(owner: DOMNode, key: str, number: int) -> bool:
    return _numbers.get(owner, {}).get(key) == number


def _wanted(owner: DOMNode, key: str, number: int) -> bool:
    """Whether anybody still waits for this answer: no newer run, and the screen is not being taken down."""
    return _is_newest(owner, key, number) and owner.is_attached and owner.app.is_running


def app_of(owner: DOMNode) -> BiobankApp:
    """The app, as ours."""
    return cast("BiobankApp", owner.app)


def run(
    owner: DOMNode,
    key: str,
    work: Callable[[], T],
    then: Callable[[T], Any],
    failed: Callable[[BiobankError], Any] | None = None,
) -> None:
    """Run `work` in a thread and give its answer to `then` in the app, unless a newer run took its place.

    work touches no widget. failed, where given, is told of a refusal instead of the message line.
    """
    number = _next_number(owner, key)
    # Begun at once: the screen may be laid out anew before a worker has its turn.
    begun = _begin(owner, work)

    async def carry() -> None:
        try:
            answer = await begun
        except BiobankError as error:
            if _wanted(owner, key, number):
                (failed or app_of(owner).say_error)(error)
        else:
            if _wanted(owner, key, number):
                then(answer)

    owner.run_worker(carry(), group=f"work:{key}")


def forget(owner: DOMNode, key: str) -> None:
    """Drop whatever answer is still to come under this key."""
    _next_number(owner, key)


async def ask(owner: DOMNode, work: Callable[[], T]) -> T:
    """Run `work` in a thread and await its answer: for handlers that are `async def`.

    Raises what work raises; a BiobankError that leaves an `async def do_…` is shown as a sentence.
    """
    return await _begin(owner, work)


def _begin(owner: DOMNode, work: Callable[[], T]) -> asyncio.Future[T]:
    """Begin `work` in a thread, which shows as busy as long as it takes."""
    app = app_of(owner)

    def ended(done: asyncio.Future[T]) -> None:
        app.busy.end()
        # Asked for, so that an error nobody waits for any more is not reported.
        if not done.cancelled():
            done.exception()

    app.busy.begin()
    begun = asyncio.get_running_loop().run_in_executor(None, partial(copy_context().run, work))
    begun.add_done_callback(ended)
    return begun


class Progress:
    """How far long work has come; made by the app, stepped by the work in its thread.

    total: steps in all, None while unknown. `step` raises Stopped where the user cancelled.
    """

    def __init__(self, title: str, total: int | None = None) -> None:
        self.title = title
        self.total = total
        self.done = 0
        self.began = monotonic()
        self._stop = Event()

    def step(self, count: int = 1) -> None:
        """Count steps done; the place where cancelled work ends."""
        self.done += count
        if self._stop.is_set():
            raise Stopped

    def stop(self) -> None:
        """Ask the work to end at its next step."""
        self._stop.set()

    def rate(self, now: float) -> float:
        """Steps a second so far."""
        return self.done / max(now - self.began, 1e-6)

    def left(self, now: float) -> float | None:
        """Seconds left at this rate; None while unknown."""
        rate = self.rate(now)
        return None if self.total is None or not rate else max(self.total - self.done, 0) / rate


class Stopped(BiobankError):
    """Long work that was cancelled by hand."""

    def __init__(self) -> None:
        super().__init__("work.stopped", mark("Stopped: nothing of it was kept."))
