"""A file of samples into an empty bank, beside the sqlite3 shell's `.import` of the same file and indexes."""

from __future__ import annotations

import csv
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from benchmarks.banks import FOLDER
from benchmarks.measuring import Figure, most_memory
from biobank_tui.actions.importing import ImportReport, ImportRequest, import_files
from biobank_tui.bank.bank import Bank
from biobank_tui.exchange.session import Session

COLUMNS = (
    "code", "donor", "parent", "kind", "barcode", "material", "topography", "diagnosis", "amount", "unit",
    "concentration", "concentration_unit", "collected", "received", "processed", "frozen", "thaws", "status",
    "custodian", "note",
)  # fmt: skip
INDEXES = (
    "CREATE UNIQUE INDEX s_code ON s (code)",
    "CREATE UNIQUE INDEX s_barcode ON s (barcode)",
    "CREATE INDEX s_donor ON s (donor)",
    "CREATE INDEX s_parent ON s (parent) WHERE parent <> ''",
    "CREATE INDEX s_facets ON s (material, status, diagnosis)",
    "CREATE INDEX s_collected ON s (collected)",
    "CREATE INDEX s_frozen ON s (frozen)",
    "CREATE INDEX s_usable ON s (material, diagnosis, amount, unit) WHERE status = 'available'",
    "CREATE INDEX s_unplaced ON s (status) WHERE status = 'available'",
)
"""Those the bank keeps of its samples, as far as the file has their columns; not those of places and holds, of which
a new bank's are empty."""

RATIO = 3.0
"""Times the shell's time that an import may take."""

DRY_RATIO = 1.2
"""Times the validating part of the import itself that a dry run may take."""

ONE_BAD_IN = 100
BAD = {
    "amount": ("plenty", "amount.bad"),
    "donor": ("PT-NOBODY", "donor.unknown"),
    "collected": ("31 June", "moment.bad"),
}
"""What the bad rows say, in turn, and the defect that each must be reported as."""

ALIQUOTS = 5
"""Made of each primary sample; a donor has a whole number of such families."""

ROWS_PER_DONOR = 96

MOST = 1_000_000
"""Rows of the file, at most."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of the import, of its validating part and of a dry run; MB of memory; the report on bad rows."""

    took: float
    validating: float
    dry: float
    peak: float
    judged: float
    told: str


def figures(rows: int) -> list[Figure]:
    """Import the rows both ways, a million at most; milliseconds for all of them."""
    rows = min(rows, MOST)
    donors, samples = files(rows)
    way, shell = _shell(samples)
    # In a process of its own, so that the peak is the import's alone.
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        taken: Taken = alone.submit(_bank, donors, samples, rows).result()
    rate = f"{rows / taken.took:,.0f} rows/s, peak {taken.peak:,.0f} MB, beside {way} in {shell:.1f} s"
    return [
        _figure(f"import {rows:,} × {len(COLUMNS)}", taken.took, shell, RATIO * shell, rate),
        _figure(
            "import: dry run", taken.dry, taken.validating, DRY_RATIO * taken.validating, "beside its validating part"
        ),
        _figure(f"import: 1 of {ONE_BAD_IN} rows bad", taken.judged, taken.validating, None, taken.told),
    ]


def _figure(name: str, took: float, limit: float, target: float | None, note: str) -> Figure:
    return Figure(
        name, took * 1000, took * 1000, took * 1000, limit * 1000, None if target is None else target * 1000, note
    )


def files(rows: int) -> tuple[Path, Path]:
    """Donors and samples as CSV, written once."""
    FOLDER.mkdir(exist_ok=True)
    donors, samples = FOLDER / f"donors-{rows}.csv", FOLDER / f"samples-{rows}.csv"
    if not samples.exists():
        _write_donors(donors, rows // ROWS_PER_DONOR + 1)
        _write_samples(samples, rows)
    return donors, samples


def _write_donors(path: Path, n: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(("code", "sex", "birth_year", "diagnosis"))
        random = Random(5)
        out.writerows((f"PT-{k:07d}", random.choice(("female", "male")), 1930 + k % 70, "C50.4") for k in range(n))


def _write_samples(path: Path, rows: int) -> None:
    random = Random(6)
    first = date(2018, 1, 1)
    part = path.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        parent, day = "", ""
        for k in range(rows):
            primary = k % (ALIQUOTS + 1) == 0
            code = f"LAB-{k:09d}"
            if primary:
                parent, day = code, (first + timedelta(days=random.randrange(2500))).isoformat()
            dna = k % 11 == 3
            out.writerow(
                (
                    code,
                    f"PT-{k // ROWS_PER_DONOR:07d}",
                    "" if primary else parent,
                    "primary" if primary else "derivative",
                    f"{random.randrange(10**4):04d}{k:08d}",
                    "WholeBlood" if primary else "DNA" if dna else "Plasma",
                    "",
                    random.choice(("C50.4", "C34.1", "C18.7", "C61", "C25.0")),
                    "5" if primary else str(50 * random.randrange(1, 9)),
                    "mL" if primary else "µg" if dna else "µL",
                    f"{random.random() * 200:.1f}" if dna else "",
                    "ng/µL" if dna else "",
                    f"{day}T08:{random.randrange(60):02d}Z",
                    f"{day}T09:{random.randrange(60):02d}Z",
                    f"{day}T10:{random.randrange(60):02d}Z",
                    f"{day}T11:{random.randrange(60):02d}Z",
                    str(random.randrange(3)),
                    "available",
                    "HOME",
                    "low volume" if k % 40 == 0 else "",
                )
            )
    part.rename(path)


def _shell(samples: Path) -> tuple[str, float]:
    """Seconds of the shell, or where there is none of the interpreter's own SQLite doing the same; and which it was.

    On the bank's own terms: 4,096-byte pages, a write-ahead log, synchronous=FULL, 256 MB of cache, one transaction.
    """
    target = FOLDER / "shell.db"
    remove(target)
    connection = sqlite3.connect(target)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"CREATE TABLE s ({', '.join(f'{name} TEXT' for name in COLUMNS)})")
    for index in INDEXES:
        connection.execute(index)
    connection.close()
    shell = shutil.which("sqlite3")
    began = time.perf_counter()
    if shell is not None:
        script = f"PRAGMA synchronous=FULL;\nPRAGMA cache_size=-262144;\n.import --csv --skip 1 {samples} s\n"
        subprocess.run([shell, str(target)], input=script, text=True, check=True, capture_output=True)
    else:
        _without_shell(target, samples)
    took = time.perf_counter() - began
    remove(target)
    return ("sqlite3 .import" if shell else "csv and executemany, for want of the sqlite3 shell"), took


def _without_shell(target: Path, samples: Path) -> None:
    with sqlite3.connect(target) as connection, samples.open(newline="", encoding="utf-8") as file:
        connection.execute("PRAGMA cache_size=-262144")
        rows = csv.reader(file)
        next(rows)
        connection.executemany(f"INSERT INTO s VALUES ({', '.join('?' * len(COLUMNS))})", rows)


def _bank(donors: Path, samples: Path, rows: int) -> Taken:
    """The samples' import into an empty bank, whose journal and page size are the shell's; then what is only judged."""
    target = FOLDER / "import.biobank"
    remove(target)
    bad, wanted = _with_bad_rows(samples)
    with Bank.create(target) as bank:
        admin = bank.actor("admin")
        import_files(bank, admin, ImportRequest("donors", (donors,), custodian="HOME"))
        asked = ImportRequest("samples", (samples,), mode="create", custodian="HOME")

        def run(request: ImportRequest) -> tuple[float, ImportReport]:
            began = time.perf_counter()
            report = import_files(bank, admin, request)
            return time.perf_counter() - began, report

        dry, _report = run(replace(asked, dry_run=True))
        judged, found = run(replace(asked, paths=(bad,)))
        told = _complete(found, wanted)
        with _writing() as written:
            took, report = run(asked)
        if report.records != rows or report.refused:
            raise RuntimeError(f"{report.records} of {rows} rows came in: {report.defects.head()}")
        validating = report.files[0].seconds - sum(written)
    remove(target)
    bad.unlink()
    return Taken(took, validating, dry, most_memory(), judged, told)


@contextmanager
def _writing() -> Iterator[list[float]]:
    """The seconds that an import spends on rows, ledger records, indexes and counts."""
    spent: list[float] = []

    def clocked(part: Callable[..., None]) -> Callable[..., None]:
        def run(*told: Any) -> None:
            began = time.perf_counter()
            part(*told)
            spent.append(time.perf_counter() - began)

        return run

    with patch.multiple(Session, load=clocked(Session.load), settle=clocked(Session.settle)):
        yield spent


def _with_bad_rows(samples: Path) -> tuple[Path, list[tuple[int, str, str]]]:
    """The file with one row of a hundred made bad, none of them another's parent; and what is to be said of it."""
    path, wanted = samples.with_suffix(".bad"), []
    with samples.open(newline="", encoding="utf-8") as file, path.open("w", newline="", encoding="utf-8") as out:
        reader, writer = csv.reader(file), csv.writer(out)
        writer.writerow(next(reader))
        turns = cycle(BAD.items())
        due = False
        for line, row in enumerate(reader, 2):
            due = due or line % ONE_BAD_IN == 0
            if due and row[COLUMNS.index("parent")]:
                column, (value, code) = next(turns)
                row[COLUMNS.index(column)] = value
                wanted.append((line, column, code))
                due = False
            writer.writerow(row)
    return path, wanted


def _complete(report: ImportReport, wanted: list[tuple[int, str, str]]) -> str:
    """Each bad row is reported, by its line, its column and its fault, and no other; nothing of the file came in."""
    said = report.defects.select("line", "column", "code").rows()
    if said != wanted or not report.refused or report.total("created"):
        astray = sorted(set(said) ^ set(wanted))[:5]
        raise RuntimeError(f"{len(said)} defects reported where {len(wanted)} are: {astray}")
    return f"{len(said):,} rows refused, each by its line, column and fault"


def remove(path: Path) -> None:
    for each in FOLDER.glob(f"{path.name}*"):
        each.unlink()
