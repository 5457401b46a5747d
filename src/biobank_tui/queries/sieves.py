"""Which samples of a slice of the index match: sieves, what they are made of, and how all slices are gone through."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

SLICE: Final = 1 << 20
"""Samples looked at together: what is worked on stays in the processor's own memory."""

MANY: Final = 3
"""Slices from which on they are parted among the processors."""

PROCESSORS: Final = min(os.cpu_count() or 1, 4)

RUNS: Final = 6
"""Runs of codes that are compared one by one; more are looked up in a table."""

T = TypeVar("T")

Flags = NDArray[np.bool_]
Sieve = Callable[[int, int], Flags]
"""Which samples of a slice (first, last + 1) match."""


def each_slice(
    begin: int, end: int, work: Callable[[int, int], T], *, backward: bool = False, lazily: bool = False
) -> Iterator[tuple[int, T]]:
    """The first id of each slice and what `work` makes of it; several at once, where there are many and all are needed.

    lazily: only as far as it is asked.
    """
    starts = range(begin, end, SLICE)
    ordered = starts[::-1] if backward else starts

    def one(start: int) -> T:
        return work(start, min(start + SLICE, end))

    if lazily or len(starts) < MANY or PROCESSORS < 2:
        return ((start, one(start)) for start in ordered)
    return zip(ordered, _helpers().map(one, ordered), strict=True)


def summed(length: int, size: int, count: Callable[[int, int], NDArray[np.int64]]) -> NDArray[np.int64]:
    """What is counted in each slice of the first `length` samples, added up; size: how many counts there are."""
    counts = np.zeros(size, np.int64)
    for _start, each in each_slice(0, length, count):
        counts += each
    return counts


@cache
def _helpers() -> ThreadPoolExecutor:
    """Threads that look through slices; nearly all of that is done outside the interpreter."""
    return ThreadPoolExecutor(PROCESSORS, "slices")


def looked_up(codes: NDArray[Any], table: Flags) -> Sieve:
    """The samples whose code the table takes; codes that lie in a few runs are compared, which is faster."""
    taken = np.flatnonzero(table)
    if not len(taken):
        return lambda start, end: np.zeros(end - start, np.bool_)
    runs = np.split(taken, np.flatnonzero(np.diff(taken) > 1) + 1)
    if len(runs) <= RUNS:
        return either(*(_run(codes, run[0], run[-1]) for run in runs))
    return lambda start, end: table.take(codes[start:end], mode="clip")


def _run(codes: NDArray[Any], first: int, last: int) -> Sieve:
    low, high = codes.dtype.type(first), codes.dtype.type(last)
    if low == high:
        return lambda start, end: codes[start:end] == low
    return lambda start, end: (codes[start:end] >= low) & (codes[start:end] <= high)


def by_numbers(codes: NDArray[Any], ids: Iterable[int]) -> Sieve:
    """The samples that point at one of these rows."""
    wanted = ids if isinstance(ids, np.ndarray) else np.fromiter(ids, np.int64)
    if not len(wanted):
        return lambda start, end: np.zeros(end - start, np.bool_)
    table = np.zeros(int(wanted.max()) + 2, np.bool_)
    table[wanted] = True
    # What lies beyond the table is clipped to its last place, which is never taken.
    return looked_up(codes, table)


def listed(ids: Iterable[int]) -> Sieve:
    """The samples of these ids."""
    wanted = np.unique(np.fromiter(ids, np.int64))

    def flags(start: int, end: int) -> Flags:
        found = np.zeros(end - start, np.bool_)
        first, last = np.searchsorted(wanted, (start, end))
        found[wanted[first:last] - start] = True
        return found

    return flags


def either(*sieves: Sieve) -> Sieve:
    """The samples that any of these takes."""

    def flags(start: int, end: int) -> Flags:
        # What a sieve gives is its own only by chance, so it is not written into.
        found = sieves[0](start, end) | sieves[1](start, end)
        for sieve in sieves[2:]:
            found |= sieve(start, end)
        return found

    return flags if len(sieves) > 1 else sieves[0]


def ids_of(sieve: Sieve, length: int) -> NDArray[np.int64]:
    """The ids a sieve takes."""

    def taken(start: int, end: int) -> NDArray[np.int64]:
        return np.flatnonzero(sieve(start, end)) + start

    parts = [part for _start, part in each_slice(0, length, taken)]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)
