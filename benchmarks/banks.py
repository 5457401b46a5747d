"""The bank that is measured: built once by the demonstration's generator, and kept until that or the schema changes."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from pathlib import Path

from benchmarks.measuring import Figure
from biobank_tui import demo
from biobank_tui.bank.bank import Bank
from biobank_tui.demo.pouring import Progress
from biobank_tui.paths import PACKAGE, schema_dir

FOLDER = Path(".bench")
SAMPLES_PER_DONOR = 100
SEED = 1


def prepared(samples: int) -> Bank:
    """The open bank of that size with its samples' index; built first where there is none, or an old one.

    One that was stopped while being built goes on from its last slice.
    """
    FOLDER.mkdir(exist_ok=True)
    name = f"{samples}-{_fingerprint()}"
    file = FOLDER / f"{name}.biobank"
    if not file.exists():
        for old in FOLDER.glob(f"{samples}-*"):
            if not old.name.startswith(name):
                old.unlink()
        # It gets its name when it is whole.
        part = FOLDER / f"{name}-part.biobank"
        _build(part, samples)
        part.rename(file)
    bank = Bank.open(file)
    with bank.read() as connection:
        if bank.index.wanted(connection):
            bank.index.catch_up(connection, _teller())
            print(file=sys.stderr)
    return bank


def sizes(bank: Bank, samples: int) -> list[Figure]:
    """Bytes a sample, of the bank's file and of the index beside it."""
    found = []
    for name, ending in (("the bank's file", ""), ("its samples' index", "-index")):
        each = Path(f"{bank.address}{ending}").stat().st_size / samples
        found.append(Figure(f"{name}, bytes a sample", each, each, each, None, None, "in bytes"))
    return found


def _teller() -> Progress:
    """Says how far a phase is, and how long it has taken."""
    began = time.perf_counter()

    def tell(phase: str, done: int, total: int) -> None:
        if sys.stderr.isatty() or done == total:
            passed = time.perf_counter() - began
            print(f"\r{phase} {done:,} of {total:,}, {passed:.0f} s ", end="", file=sys.stderr, flush=True)

    return tell


def _build(part: Path, samples: int) -> None:
    began = time.perf_counter()
    donors = max(50, samples // SAMPLES_PER_DONOR)
    try:
        bank = demo.generate(part, donors=donors, samples=samples, seed=SEED, progress=_teller(), resume=True)
    except KeyboardInterrupt:
        print("\nStopped; the next run goes on from here.", file=sys.stderr, flush=True)
        # Without closing the bank, which would move what the last weeks wrote into its file.
        os._exit(130)
    with bank.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    bank.close()
    for end in ("-wal", "-shm"):
        part.with_name(f"{part.name}{end}").unlink(missing_ok=True)
    took = time.perf_counter() - began
    size = part.stat().st_size
    print(f"\rbuilt in {took:.0f} s: {size / 1e6:,.0f} MB, {size / samples:.0f} bytes a sample", file=sys.stderr)


def _fingerprint() -> str:
    """Of the generator and the schema, so that a change of either builds the bank anew."""
    digest = hashlib.sha256()
    for path in (*sorted((PACKAGE / "demo").glob("*.py")), schema_dir() / "biobank.sql"):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
