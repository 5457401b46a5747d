"""Samples as bits, one for each id from 0, eight to a byte: found in slices of the index's codes, then combined."""

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

WORD: Final = 64
"""Bits are counted by so many: there are always whole words of them."""

T = TypeVar("T")

Bits = NDArray[np.uint8]
Flags = NDArray[np.bool_]
"""Whether each sample of a slice is meant, a byte each."""
Ids = NDArray[np.int64]


def nobody(length: int) -> Bits:
    """None of the samples 0 … length−1."""
    return np.zeros(-(-length // WORD) * (WORD // 8), np.uint8)


def listed(ids: Iterable[int], length: int) -> Bits:
    """The samples of these ids."""
    wanted = ids if isinstance(ids, np.ndarray) else np.fromiter(ids, np.int64)
    bits = nobody(length)
    np.bitwise_or.at(bits, wanted >> 3, np.right_shift(128, wanted & 7).astype(np.uint8))
    return bits


def coded(codes: NDArray[Any], table: Flags) -> Bits:
    """The samples whose code the table takes; codes beyond it are not taken."""
    taken = np.flatnonzero(table)
    return _tested(codes, _test(taken, table)) if len(taken) else nobody(len(codes))


def known(codes: NDArray[Any]) -> Bits:
    """The samples that have a code."""
    return _tested(codes, lambda part: part != 0)


def pointing(codes: NDArray[Any], ids: Iterable[int]) -> Bits:
    """The samples that point at one of these rows."""
    wanted = ids if isinstance(ids, np.ndarray) else np.fromiter(ids, np.int64)
    # The place beyond the greatest is never taken: what lies beyond the table is looked up there.
    table = np.zeros(int(wanted.max(initial=0)) + 2, np.bool_)
    table[wanted] = True
    return coded(codes, table)


def _tested(codes: NDArray[Any], test: Callable[[NDArray[Any]], Flags]) -> Bits:
    bits = nobody(len(codes))

    def tested(start: int, end: int) -> None:
        packed = np.packbits(test(codes[start:end]))
        bits[start // 8 : start // 8 + len(packed)] = packed

    for _start, _nothing in each_slice(0, len(codes), tested):
        pass
    return bits


def _test(taken: Ids, table: Flags) -> Callable[[NDArray[Any]], Flags]:
    """Codes that lie in a few runs are compared, which is faster than to look each up."""
    runs = [(run[0], run[-1]) for run in np.split(taken, np.flatnonzero(np.diff(taken) > 1) + 1)]
    if len(runs) > RUNS:
        beyond = table if not table[-1] else np.append(table, False)
        return lambda codes: beyond.take(codes, mode="clip")

    def test(codes: NDArray[Any]) -> Flags:
        found = _within(codes, *runs[0])
        for run in runs[1:]:
            found |= _within(codes, *run)
        return found

    return test


def _within(codes: NDArray[Any], first: int, last: int) -> Flags:
    found: Flags
    if first == last:
        found = codes == codes.dtype.type(first)
    elif first == 0:
        found = codes <= codes.dtype.type(last)
    else:
        # What is below the first wraps round to a great number.
        found = codes - codes.dtype.type(first) <= codes.dtype.type(last - first)
    return found


def flags(bits: Bits, start: int, end: int) -> Flags:
    """Of the samples start … end−1, which are meant; start is a whole number of bytes."""
    return np.unpackbits(bits[start // 8 : (end + 7) // 8], count=end - start).view(np.bool_)


def ids_of(bits: Bits) -> Ids:
    """The ids of those meant, in order."""
    there = np.flatnonzero(bits)
    place, bit = np.divmod(np.flatnonzero(np.unpackbits(bits[there]).view(np.bool_)), 8)
    found: Ids = there[place] * 8 + bit
    return found


def count(bits: Bits) -> int:
    """How many are meant."""
    return int(np.bitwise_count(bits.view(np.uint64)).sum(dtype=np.int64))


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


def summed(length: int, size: int, counted: Callable[[int, int], Ids]) -> Ids:
    """What is counted in each slice of the first `length` samples, added up; size: how many counts there are."""
    counts = np.zeros(size, np.int64)
    for _start, each in each_slice(0, length, counted):
        counts += each
    return counts


@cache
def _helpers() -> ThreadPoolExecutor:
    """Threads that look through slices; nearly all of that is done outside the interpreter."""
    return ThreadPoolExecutor(PROCESSORS, "slices")
