"""A scanner at its fastest, on a real terminal: no tube is lost, and each lands in its own hole, in order."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from biobank_tui.actions import samples, storage
from biobank_tui.actions.donors import NewDonor, register_donors
from biobank_tui.bank.bank import Bank
from biobank_tui.rules import positions

CODES = 200
PATIENCE = 120.0
"""Seconds for the whole burst on a machine that does much else."""


class Terminal:
    """The other end of a pseudo-terminal: what is typed goes in, and all that the app paints is read and kept."""

    def __init__(self, master: int) -> None:
        self.master = master
        self.painted = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                got = os.read(self.master, 65_536)
            except OSError:
                return
            if not got:
                return
            self.painted += got

    def type(self, text: str) -> None:
        """Every byte of it, at once."""
        data = text.encode()
        while data:
            data = data[os.write(self.master, data) :]

    def wait_for(self, *texts: str, since: int = 0) -> None:
        """Wait until all of these were painted, each after the place `since` of what was painted."""
        until(lambda: all(text.encode() in self.painted[since:] for text in texts), 60.0, lambda: self.painted[-3000:])


def until(condition: Callable[[], bool], seconds: float, tell: Callable[[], object]) -> None:
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end, tell()
        select.select([], [], [], 0.02)


@contextmanager
def app_at(bank: Path, size: tuple[int, int]) -> Iterator[tuple[Terminal, subprocess.Popen[bytes]]]:
    """The app itself, in a process of its own, on a terminal of that many rows and columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    surroundings = {
        "PATH": os.environ["PATH"], "HOME": str(bank.parent), "TERM": "xterm-256color", "LANG": "C.UTF-8",
        "BIOBANK_SETTINGS": str(bank.parent / "settings.toml"), "COLORTERM": "truecolor",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "biobank_tui", "--bank", str(bank), "--user", "admin"],
        stdin=slave, stdout=slave, stderr=slave, env=surroundings, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    try:
        yield Terminal(master), process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
        os.close(master)


def test_two_hundred_scans_back_to_back_land_in_two_hundred_holes_in_order(sqlite_bank: Bank, tmp_path: Path) -> None:
    actor = sqlite_bank.actor("admin")
    box = storage.add_tree(sqlite_bank, actor, storage.NewTree("box 16x24")).code
    (donor,) = register_donors(sqlite_bank, actor, [NewDonor(custodian="HOME")])
    barcodes = [f"SC{number * 7919 % 10_000_000_000:010d}" for number in range(1, CODES + 1)]
    assert {len(code) for code in barcodes} == {12}
    samples.register(
        sqlite_bank, actor, [samples.NewSample(donor, "plasma", "200 µL", barcode=code) for code in barcodes]
    )

    def placed() -> list[tuple[Any, ...]]:
        with sqlite_bank.read() as connection:
            rows = connection.exec_driver_sql(
                'SELECT barcode, "row", col FROM sample WHERE "row" IS NOT NULL ORDER BY "row", col'
            )
            return [tuple(row) for row in rows]

    with app_at(Path(sqlite_bank.address), (40, 120)) as (terminal, process):
        terminal.wait_for("Scan a tube")
        terminal.wait_for("Today", "Administrator")
        terminal.type(f"{box}\r")
        terminal.wait_for("A1", "empty", "384 free")
        terminal.type("p")
        terminal.wait_for("Placing: next to A1")
        began = monotonic()
        for code in barcodes:
            terminal.type(f"{code}\r")
        typed = monotonic() - began
        until(lambda: len(placed()) == CODES, PATIENCE, lambda: (len(placed()), terminal.painted[-2000:]))
        took = monotonic() - began
        assert process.poll() is None
        print(f"{CODES} codes typed in {typed:.3f} s, all placed after {took:.2f} s")
        terminal.type("\x1b")
        terminal.wait_for("200 tubes placed")
        terminal.type("q")
        until(lambda: process.poll() is not None, 30.0, lambda: terminal.painted[-2000:])
        assert process.returncode == 0
    assert [code for code, _row, _col in placed()] == barcodes
    layout = positions.Layout(16, 24)
    filling = [divmod(place, layout.columns) for place in range(CODES)]
    assert [(row, col) for _code, row, col in placed()] == filling
