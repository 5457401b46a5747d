"""How long the command line and the app keep a person waiting before the first word, and the first frame."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measuring import Figure, quantile
from biobank_tui.bank.bank import Bank

HELP_TARGET = 150.0
PAINT_TARGET = 500.0
LATER_TARGET = 100.0
ROUNDS = 9
SIZE = (40, 120)
PAINTED = 1500
"""Bytes from the first line's address on that make a frame; the terminal's set-up before it is no paint."""

LEAST_APP = """
from textual.app import App
from textual.widgets import Static
class Least(App):
    def compose(self):
        yield Static("x" * 4000)
Least().run()
"""


def figures(bank: str) -> list[Figure]:
    """The help page and the first frame, each beside the least of its kind."""
    biobank = str(Path(sys.executable).parent / "biobank")
    python = [sys.executable, "-I"]
    helped = _figure("biobank --help", _run([biobank, "--help"]), _run([*python, "-c", "pass"]), HELP_TARGET)
    least = _painted([*python, "-c", LEAST_APP])
    full = _painted([biobank, "--bank", bank, "--user", "tech"])
    with tempfile.TemporaryDirectory(prefix="empty-", dir=Path(bank).parent) as folder:
        empty = Path(folder) / "empty.biobank"
        Bank.create(empty, administrator=("tech", "Technician")).close()
        bare = _painted([biobank, "--bank", str(empty), "--user", "tech"])
    later = quantile(full, 0.5) - quantile(bare, 0.5)
    return [
        helped,
        _figure("first frame of the app", full, least, PAINT_TARGET),
        _figure("first frame on an empty bank", bare, least, PAINT_TARGET),
        Figure("first frame, later than on an empty bank", later, later, later, None, LATER_TARGET, "of the medians"),
    ]


def _figure(name: str, took: list[float], limit: list[float], target: float) -> Figure:
    return Figure(name, quantile(took, 0.5), quantile(took, 0.95), took[-1], quantile(limit, 0.5), target)


def _run(command: Sequence[str]) -> list[float]:
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)


def _painted(command: Sequence[str]) -> list[float]:
    return sorted(_first_frame(command) for _ in range(ROUNDS))


def _first_frame(command: Sequence[str]) -> float:
    """Milliseconds until the program has painted a frame on a terminal of its own."""
    began = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        os.execv(command[0], list(command))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    seen = b""
    try:
        while time.perf_counter() - began < 20:
            if not select.select([terminal], [], [], 0.2)[0]:
                continue
            seen += os.read(terminal, 65536)
            if len(seen) - seen.find(b"\x1b[1;1H") > PAINTED and b"\x1b[1;1H" in seen:
                return (time.perf_counter() - began) * 1000
    except OSError as gone:
        raise RuntimeError(f"{command[0]} ended before it painted: {seen[-500:]!r}") from gone
    finally:
        os.kill(child, signal.SIGTERM)
        _drain(terminal)
        os.waitpid(child, 0)
        os.close(terminal)
    raise RuntimeError(f"{command[0]} painted nothing in 20 s: {seen[-500:]!r}")


def _drain(terminal: int) -> None:
    """Read what the program still says, so that it can end."""
    until = time.perf_counter() + 5
    try:
        while time.perf_counter() < until and os.read(terminal, 65536):
            pass
    except OSError:
        return
