"""`python -m benchmarks`: build the bank once, ask everything, print one table."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import (
    adding,
    banks,
    cold,
    combinations,
    faces,
    grids,
    growth,
    importing,
    keeping,
    keys,
    printing,
)
from benchmarks.measuring import Figure
from benchmarks.questions import Examiner
from biobank_tui.bank.dialects import sqlite_module

PARTS = (
    "size",
    "cold",
    "questions",
    "growth",
    "combinations",
    "faces",
    "keeping",
    "import",
    "adding",
    "grids",
    "labels",
)


def main() -> int:
    """Exit 1 where a target is missed and --strict was given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--samples", type=int, default=1_000_000, help="size of the bank; rows of the import up to a million"
    )
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part alone")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    asked = parser.parse_args()
    wanted = asked.only or list(PARTS)
    console = Console(width=None if sys.stdout.isatty() else 130)
    found: list[Figure] = []
    if set(PARTS[: PARTS.index("import")]) & set(wanted):
        with banks.prepared(asked.samples) as bank:
            if "size" in wanted:
                found += banks.sizes(bank, asked.samples)
            if "cold" in wanted:
                found += cold.figures(bank.address)
            if "combinations" in wanted:
                found += combinations.figures(bank)
            if "questions" in wanted:
                found += Examiner.of(bank).figures()
            if "growth" in wanted:
                found += growth.figures(bank)
            # What was written for measuring is followed by the index, as the app has it done behind the list.
            with bank.read() as connection:
                bank.index.catch_up(connection)
            if "faces" in wanted:
                found += [*faces.figures(bank.address), *keys.figures(bank.address)]
            if "keeping" in wanted:
                found += keeping.figures(bank)
    if "import" in wanted:
        found += importing.figures(asked.samples)
    if "adding" in wanted:
        with banks.prepared(asked.samples) as bank:
            address = bank.address
        found += adding.figures(Path(address), asked.samples)
    if "grids" in wanted:
        found += grids.figures()
    if "labels" in wanted:
        found += printing.figures()
    console.print(table(found, asked.samples))
    load, cores = os.getloadavg()[1], os.cpu_count() or 1
    console.print(f"Load of the machine over the last five minutes: {load:.1f} on {cores} cores.")
    if load > cores:
        console.print("It was busy with other things: what a question itself costs is under cpu p95.")
    missed = [figure.name for figure in found if figure.missed]
    console.print(f"{len(missed)} of {len(found)} missed their target." if missed else "Every target is met.")
    return 1 if missed and asked.strict else 0


def table(figures: list[Figure], samples: int) -> Table:
    """All figures, in milliseconds."""
    version = sqlite_module().sqlite_version
    shown = Table(
        title=f"{samples:,} samples · milliseconds, warm · SQLite {version} · Python {platform.python_version()}",
        title_justify="left",
    )
    shown.add_column("question", overflow="fold")
    for name in ("p50", "p95", "p99", "max", "cpu p95", "target", "× limit"):
        shown.add_column(name, justify="right")
    shown.add_column("")
    for figure in figures:
        ratio = f"{figure.ratio:,.1f}" if figure.ratio is not None else ""
        target = f"{figure.target:,.0f}" if figure.target is not None else ""
        if figure.ceiling is not None:
            target = f"max {figure.ceiling:,.0f}"
        times = (_milliseconds(value) for value in (figure.p50, figure.p95, figure.p99, figure.worst, figure.work))
        missed = "missed" if figure.missed else ""
        shown.add_row(figure.name, *times, target, ratio, " ".join(filter(None, (missed, figure.note))))
    return shown


def _milliseconds(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.2f}" if value < 1000 else f"{value:,.0f}"


if __name__ == "__main__":
    sys.exit(main())
