"""A key in the list of samples to the tubes it brings, and the app's memory, on a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

from benchmarks.measuring import Figure, memory, quantile

TARGET = 50.0
MEMORY_TARGET = 250.0
ROUNDS = 16
FILTERINGS = 20
SIZE = (40, 120)
STILL = 0.15
"""Seconds without a byte after which a repaint is over."""
FIRST_FRAME, LIST = 4.0, 5.0
"""Seconds given to the app and to the list before anything is measured."""

ROWS = 20
"""Codes of tubes that make the list's repaint, of the 30 that fit."""
CODE = re.compile(rb"S-[0-9A-Z]{6,}")
PATIENCE = 5.0
EMPTY = b"\x01\x0b"
PAGE_DOWN, END, HOME = b"\x1b[6~", b"\x1b[F", b"\x1b[H"
FILTERS = ("type:plasma", "status:available dx:C50", "kind:aliquot", "type:serum collected:2021")


def figures(bank: str) -> list[Figure]:
    """Page down, end and home, a new filter; then the resident memory."""
    biobank = str(Path(sys.executable).parent / "biobank")
    app = _App([biobank, "--bank", bank, "--user", "tech"])
    try:
        app.settle(FIRST_FRAME)
        app.send(b"2")
        app.settle(LIST)
        found = [
            _figure("list of samples, page down to repaint", [app.repaint(PAGE_DOWN) for _ in range(ROUNDS)]),
            _figure(
                "list of samples, end or home to repaint", [app.repaint((END, HOME)[k % 2]) for k in range(ROUNDS)]
            ),
        ]
        filtered = []
        for number in range(FILTERINGS):
            app.send(b"f")
            app.settle(1.0)
            # What empties the line is sent by itself: an editing key is done only when it has come back to the app.
            app.send(EMPTY)
            app.settle(0.4)
            app.send(FILTERS[number % len(FILTERS)].encode())
            app.settle(1.0)
            filtered.append(app.repaint(b"\r"))
            app.settle(1.0)
        found.append(_figure("list of samples, a new filter to repaint", filtered))
        memory = app.memory()
        found.append(Figure("memory of the app, MB", memory, memory, memory, None, MEMORY_TARGET, "resident, in MB"))
        return found
    finally:
        app.close()


def _figure(name: str, took: list[float]) -> Figure:
    took.sort()
    return Figure(name, quantile(took, 0.5), quantile(took, 0.95), took[-1], None, TARGET,
                  "its tubes' codes stand there", p99=quantile(took, 0.99))  # fmt: skip


class _App:
    def __init__(self, command: list[str]) -> None:
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execv(command[0], command)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))

    def send(self, keys: bytes) -> None:
        os.write(self._terminal, keys)

    def settle(self, most: float) -> None:
        """Read until the app has been still for a moment, at least half and at most all of so many seconds."""
        began = time.perf_counter()
        while (passed := time.perf_counter() - began) < most:
            if self._readable(STILL):
                os.read(self._terminal, 65536)
            elif passed > most / 2:
                return

    def repaint(self, key: bytes) -> float:
        """Milliseconds from a key until a screen of tubes stands there, or all is still where few lines change."""
        self.settle(0.4)
        began = time.perf_counter()
        self.send(key)
        painted, took = b"", 0.0
        while self._readable(2 * STILL if painted else PATIENCE):
            painted += os.read(self._terminal, 65536)
            took = (time.perf_counter() - began) * 1000
            if len(set(CODE.findall(painted))) >= ROWS:
                break
        if not painted:
            raise RuntimeError(f"{key!r} painted nothing in {PATIENCE:.0f} s")
        self.settle(0.4)
        return took

    def _readable(self, seconds: float) -> bool:
        return bool(select.select([self._terminal], [], [], seconds)[0])

    def memory(self) -> float:
        """Megabytes resident."""
        return memory(self._child)[0]

    def close(self) -> None:
        os.kill(self._child, signal.SIGTERM)
        until = time.perf_counter() + 5
        try:
            while time.perf_counter() < until and os.read(self._terminal, 65536):
                pass
        except OSError:
            pass
        os.waitpid(self._child, 0)
        os.close(self._terminal)
