"""Memory tidied while nobody types: Python's search for circles of objects takes a tenth of a second at a time."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Final

REST: Final = 2.0
"""Seconds without a key after which nobody is taken to be typing."""

ROUNDS: Final = (2_000, 20, 500)
"""New objects before the youngest are looked through, and rounds of these before the older ones: the oldest, all but
never by themselves."""

TURN: Final = 0.0005
"""Seconds that a thread may paint while another has something read and waits for its turn."""


M_MMAP_THRESHOLD: Final = -3
"""As malloc.h has it: https://man7.org/linux/man-pages/man3/mallopt.3.html"""

GREAT: Final = 1 << 20
"""Bytes from which on a block of memory is great."""


class Tidying:
    """When it is time to tidy, and the tidying itself."""

    def __init__(self) -> None:
        self._last = monotonic()
        self._tidy = False

    def disturbed(self) -> None:
        """Somebody does something."""
        self._last = monotonic()
        self._tidy = False

    def at_rest(self) -> None:
        """Tidy, where nothing was done for a while; once until something is done again."""
        if not self._tidy and monotonic() - self._last > REST:
            gc.unfreeze()
            gc.collect()
            # What is left is not looked through again before the next rest.
            gc.freeze()
            self._tidy = True


def _part_great_blocks() -> None:
    """Have great blocks of memory given back to the system once they are free, where the C library knows how.

    By itself glibc takes to keeping ever greater ones: a fifth of the app's memory would be holes.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, GREAT)


@contextmanager
def at_hand() -> Iterator[None]:
    """A program that answers a hand: nothing is tidied for long, and threads that read are not kept waiting."""
    before, turn = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(*ROUNDS)
    sys.setswitchinterval(TURN)
    _part_great_blocks()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
        sys.setswitchinterval(turn)
