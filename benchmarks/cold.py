"""The first use after a cold start: the bank is opened and asked once, and none of its pages is in memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure, quantile
from benchmarks.questions import Examiner
from biobank_tui.bank.bank import Bank

TARGET = 500.0
ASKED = 3
FORGETTING = """
import os, sys
for path in sys.argv[1:]:
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
"""


def figures(address: str) -> list[Figure]:
    """The slowest first use of all questions, and how the others spread."""
    bank = Bank.open(address)
    took: list[tuple[float, str]] = []

    def once(name: str, asks: Sequence[Callable[[], object]], *_limits: Any, **_more: Any) -> Figure:
        each = []
        for ask in asks[:ASKED]:
            examiner.bank.close()
            _forget(address)
            began = time.perf_counter()
            examiner.bank = Bank.open(address)
            ask()
            each.append((time.perf_counter() - began) * 1000)
        took.append((max(each), name))
        return Figure(name, each[0], max(each), max(each), None, None)

    examiner = Examiner.of(bank, once)
    for _figure in examiner.readings():
        pass
    examiner.bank.close()
    took.sort()
    times = [each for each, _name in took]
    note = f"opened and asked once, cold; worst: {took[-1][1]}"
    return [
        Figure(
            f"first use of {len(took)} questions",
            quantile(times, 0.5),
            quantile(times, 0.95),
            times[-1],
            None,
            None,
            note,
            ceiling=TARGET,
        )
    ]


def _forget(address: str) -> None:
    """Let the system forget what it holds of the bank's files; the disk's own memory is out of reach.

    Another process does it: whoever closes a file takes every lock on it from all connections of its process.
    """
    file = Path(address)
    subprocess.run([sys.executable, "-c", FORGETTING, *file.parent.glob(f"{file.name}*")], check=True)
