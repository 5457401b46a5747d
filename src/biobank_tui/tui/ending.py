"""How the app ends when it does not end by itself: after a crash, and when it is told to go."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from threading import Timer
from typing import Final

from textual.worker import WorkerFailed

from biobank_tui.words import _

GRACE: Final = 5.0
"""Seconds a told-to-go app has to end in order; a dead terminal may block it for ever."""
LOOKS: Final = 1.0
"""Seconds between looks whether the terminal is still there."""


def cause_of(error: BaseException) -> BaseException:
    """What went wrong itself, not the worker that carried it."""
    return error.error if isinstance(error, WorkerFailed) else error


def last_words(error: BaseException) -> str:
    """What is printed after a crash: the kind of error and where, but no message and no values.

    A message or a local variable may hold a donor's data, and the terminal keeps what is printed.
    """
    cause = cause_of(error)
    frames = traceback.extract_tb(cause.__traceback__)
    places = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    kind = f"{type(cause).__module__}.{type(cause).__qualname__}".removeprefix("builtins.")
    head = _("The program had to stop. What was done is kept; what was being typed is lost.")
    foot = _("Please report these lines; they hold no data of the bank.")
    return "\n".join([head, "", f"  {kind}", *places, "", foot])


def let_go_of_the_terminal() -> None:
    """Write out what is still to be written; where the terminal is gone, nowhere.

    Left in a buffer, it would fail at the interpreter's end and change the exit code.
    """
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def heed_signals(leave: Callable[[int], None]) -> None:
    """End in order on SIGTERM, on SIGHUP and when the terminal is gone.

    leave(exit code) is called in the app's loop; then comes a hard stop.
    Called in the main thread, from within the loop; does nothing where signals cannot be had.
    """
    loop = asyncio.get_running_loop()

    def told(number: int) -> None:
        stop = Timer(GRACE, os._exit, (128 + number,))
        stop.daemon = True
        stop.start()
        leave(128 + number)

    def look() -> None:
        # Only the program that the terminal was made for is sent the signal, not what it started in turn.
        if _hung_up(0):
            told(signal.SIGHUP)
        else:
            loop.call_later(LOOKS, look)

    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", None)):
        if number is not None:
            try:
                loop.add_signal_handler(number, told, int(number))
            except (NotImplementedError, RuntimeError, ValueError):
                return
    if os.isatty(0):
        look()


def _hung_up(handle: int) -> bool:
    """Whether nobody is left at the other end of what is read from."""
    poll = select.poll()
    poll.register(handle, 0)
    return any(found & select.POLLHUP for _handle, found in poll.poll(0))
