"""More samples into a copy of the measured bank, beside as many into an empty one: what its size costs an import."""

from __future__ import annotations

import os
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import select

from benchmarks.banks import FOLDER
from benchmarks.importing import MOST, files, remove
from benchmarks.measuring import Figure, most_memory
from biobank_tui.actions.importing import ImportRequest, import_files
from biobank_tui.actions.parties import NewOrganisation, add_organisation
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import sqlite_module
from biobank_tui.model.tables import ORGANISATION

RATIO = 2.0
"""Times the time per row of the first ones that a row into the filled bank may take."""

HOME = "HOME"
"""The custodian that the file names."""

BESIDE = 1_000_000_000
"""Bytes that are left free beside the copy and what is added to it."""


@dataclass(frozen=True, slots=True)
class Added:
    """Seconds of the samples' import by the clock and by the processor, and MB of memory at most."""

    took: float
    worked: float
    peak: float


def figures(bank: Path, samples: int) -> list[Figure]:
    """Import the same rows into an empty bank and into a copy of the bank; milliseconds for all of them.

    They are a tenth of the bank's, and a million at most.
    """
    rows = min(MOST, samples // 10)
    donors, tubes = files(rows)
    target = FOLDER / "adding.biobank"
    try:
        first = _alone(donors, tubes, rows, target)
        remove(target)
        _copy(bank, target)
        more = _alone(donors, tubes, rows, target)
    finally:
        remove(target)
    limit = first.took * 1000
    return [
        _figure(f"import {rows:,} more into {samples:,}", more, rows, limit),
        _figure(f"import the first {rows:,}", first, rows, None),
    ]


def _figure(name: str, added: Added, rows: int, limit: float | None) -> Figure:
    took = added.took * 1000
    note = f"{rows / added.took:,.0f} rows/s, peak {added.peak:,.0f} MB"
    return Figure(name, took, took, took, limit, limit and RATIO * limit, note, added.worked * 1000)


def _alone(donors: Path, tubes: Path, rows: int, target: Path) -> Added:
    """In a process of its own, so that the peak is the import's alone."""
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        return alone.submit(_add, donors, tubes, rows, target).result()


def _add(donors: Path, tubes: Path, rows: int, target: Path) -> Added:
    with Bank.open(target) if target.exists() else Bank.create(target) as bank:
        admin = bank.actor("admin")
        with bank.read() as connection:
            known = connection.scalar(select(ORGANISATION.c.id).where(ORGANISATION.c.code == HOME))
        if known is None:
            add_organisation(bank, admin, NewOrganisation(HOME, "Home organisation", "hospital"))
        import_files(bank, admin, ImportRequest("donors", (donors,), custodian=HOME))
        began, busy = time.perf_counter(), time.process_time()
        report = import_files(bank, admin, ImportRequest("samples", (tubes,), mode="create", custodian=HOME))
        took, worked = time.perf_counter() - began, time.process_time() - busy
        if report.total("created") != rows or report.refused:
            raise RuntimeError(f"{report.total('created')} of {rows} rows came in: {report.defects.head()}")
        return Added(took, worked, most_memory())


def _copy(bank: Path, target: Path) -> None:
    """The bank's file beside it, with nothing left in a journal."""
    with closing(sqlite_module().connect(str(bank))) as connection:
        busy, *_pages = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise RuntimeError(f"{bank} is being written by another process; what it writes is not in its file yet.")
    needed, free = bank.stat().st_size * 5 // 4 + BESIDE, shutil.disk_usage(target.parent).free
    if needed > free:
        raise RuntimeError(f"A copy of {bank} needs {needed / 1e9:,.0f} GB of disk; {free / 1e9:,.0f} GB are free.")
    shutil.copyfile(bank, target)
    # Else the copy is still on its way to the disk while the import is measured.
    with target.open("rb") as copied:
        os.fsync(copied.fileno())
