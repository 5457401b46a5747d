"""Timing: a question asked many times with different inputs, beside a limit asked the same way."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

INTERACTIVE = 16.0
"""Milliseconds a question on the screen may take, p95."""

RARELY = 50.0
"""Milliseconds the same may take, p99."""

ROUNDS = 60
WARM = 5
PATIENCE = 10.0
"""Seconds after which a slow question has been asked often enough."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Milliseconds. limit: p50 of the least that could be done, in the same run. target: what p95 must stay under.

    ceiling: what the worst must stay under.
    work: p95 of the processor's own time; where that is far less than p95, the machine was busy elsewhere.
    """

    name: str
    p50: float
    p95: float
    worst: float
    limit: float | None
    target: float | None
    note: str = ""
    work: float | None = None
    p99: float | None = None
    ceiling: float | None = None

    @property
    def missed(self) -> bool:
        if self.ceiling is not None and self.worst > self.ceiling:
            return True
        if self.target is None:
            return False
        return self.p95 > self.target or (self.target == INTERACTIVE and (self.p99 or 0) > RARELY)

    @property
    def ratio(self) -> float | None:
        return self.p50 / self.limit if self.limit else None


def timed(asks: Sequence[Callable[[], object]], rounds: int = ROUNDS) -> tuple[list[float], list[float]]:
    """Milliseconds of each round, by the clock and by the processor, each sorted.

    The inputs follow one another. The first rounds warm up and do not count.
    """
    for ask in asks[:WARM]:
        ask()
    took: list[float] = []
    worked: list[float] = []
    gc.collect()
    gc.disable()
    began = time.perf_counter()
    try:
        for number in range(rounds):
            ask = asks[number % len(asks)]
            start, busy = time.perf_counter_ns(), time.thread_time_ns()
            ask()
            took.append((time.perf_counter_ns() - start) / 1e6)
            worked.append((time.thread_time_ns() - busy) / 1e6)
            if time.perf_counter() - began > PATIENCE and number >= 5:
                break
    finally:
        gc.enable()
    return sorted(took), sorted(worked)


def figure(
    name: str,
    asks: Sequence[Callable[[], object]],
    limits: Sequence[Callable[[], object]] = (),
    *,
    target: float | None = INTERACTIVE,
    rounds: int = ROUNDS,
    note: str = "",
) -> Figure:
    """Time a question and its limit."""
    took, worked = timed(asks, rounds)
    limit = timed(limits, rounds)[0] if limits else []
    return Figure(
        name,
        quantile(took, 0.5),
        quantile(took, 0.95),
        took[-1],
        quantile(limit, 0.5) if limit else None,
        target,
        note,
        quantile(worked, 0.95),
        quantile(took, 0.99),
    )


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which that part of the sorted values lies."""
    return values[min(len(values) - 1, int(len(values) * part))]


def memory(process: int) -> tuple[float, float]:
    """Megabytes of a process: resident now, and at most so far. 0 where the system does not tell."""
    status = Path(f"/proc/{process}/status")
    told = status.read_text(encoding="ascii", errors="replace") if status.exists() else ""
    found = dict(line.split(":", 1) for line in told.splitlines())
    now, most = (int(found.get(name, "0 kB").split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def most_memory() -> float:
    """Megabytes this process held at most."""
    return memory(os.getpid())[1]
