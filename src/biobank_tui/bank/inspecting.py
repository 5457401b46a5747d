"""A bank checked by several processes, each taking the parts of the check as they come: a large one in half the time.

Each part compares one state of the bank with itself, so the parts need not see the same state.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context

from sqlalchemy import func, select

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.checking import CHECKS, shortened
from biobank_tui.bank.replaying import Finding
from biobank_tui.model.tables import SAMPLE

LARGE = 200_000
"""Samples from which on several processes are quicker than one."""

ROOM = 262_144
"""KiB of pages that each process keeps in memory."""

LONGEST_FIRST = ("pages", "rows", "counts", "ledger", "references")
"""Parts that are begun first, so that none of them is left alone at the end."""

INDEX = "index"


def inspect(bank: Bank, progress: Callable[[str], None] = lambda _name: None) -> list[Finding]:
    """Everything found wrong in a bank and in its samples' index, in the order of the parts.

    progress is told the name of each part: as it begins, or as it ends where several are at work.
    """
    found: dict[str, list[Finding]] = {}
    parts = [*CHECKS, INDEX] if bank.index.there else list(CHECKS)
    for name in _apart(bank, parts, found) if _is_large(bank) else ():
        progress(name)
    for name in parts:
        # One whose process was ended, or failed, is done here, where an error can be told.
        if name not in found:
            progress(name)
            found[name] = part_of(bank, name)
    return [finding for name in parts for finding in found[name]]


def part_of(bank: Bank, name: str) -> list[Finding]:
    """One part of the check of an open bank."""
    with bank.read() as connection:
        if name != INDEX:
            return list(shortened(CHECKS[name](connection)))
        from biobank_tui.bank.index.comparing import compare

        return list(shortened(compare(connection, bank.index)))


def _is_large(bank: Bank) -> bool:
    with bank.read() as connection:
        large = (connection.scalar(select(func.max(SAMPLE.c.id))) or 0) >= LARGE
    return large and "://" not in bank.address and (os.cpu_count() or 1) > 1


def _apart(bank: Bank, parts: list[str], found: dict[str, list[Finding]]) -> Iterator[str]:
    """Fill in what processes of their own find, part by part; the name of each part that is done."""
    first = [name for name in LONGEST_FIRST if name in parts]
    workers = min(os.cpu_count() or 1, len(LONGEST_FIRST))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        asked: dict[Future[list[Finding]], str] = {
            pool.submit(partial(_found_in, bank.address), name): name
            for name in [*first, *(name for name in parts if name not in first)]
        }
        for done in as_completed(asked):
            if done.exception() is None:
                found[asked[done]] = done.result()
                yield asked[done]


def _found_in(address: str, name: str) -> list[Finding]:
    with Bank.open(address) as bank:
        with bank.read() as connection:
            # The process ends with the check; until then every row and every index is gone through.
            connection.exec_driver_sql(f"PRAGMA cache_size=-{ROOM}")
        return part_of(bank, name)
