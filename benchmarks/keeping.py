"""How long a check of the whole bank takes, and a backup while eight writers work, then put back and verified."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.measuring import Figure, quantile
from biobank_tui.actions.placing import check_out, put_back
from biobank_tui.bank import backup, ledger
from biobank_tui.bank.bank import Bank

CHECK_TARGET = 120_000.0
WRITERS = 8


def figures(bank: Bank) -> list[Figure]:
    """The check in a process of its own, then the backup."""
    return [_check(bank), *_backup(bank)]


def _check(bank: Bank) -> Figure:
    biobank = str(Path(sys.executable).parent / "biobank")
    began = time.perf_counter()
    ended = subprocess.run([biobank, "--bank", bank.address, "--user", "manager", "check"], check=False,
                           capture_output=True, text=True)  # fmt: skip
    took = (time.perf_counter() - began) * 1000
    note = "sound" if ended.returncode == 0 else f"exit {ended.returncode}: {ended.stderr.strip().splitlines()[-1]}"
    return Figure("biobank check", took, took, took, None, CHECK_TARGET, note)


def _backup(bank: Bank) -> list[Figure]:
    """A copy made while eight people take tubes out and put them back; it is put back elsewhere and verified."""
    stop = threading.Event()
    took: list[float] = []
    failed: list[str] = []
    codes = _free(bank)
    writers = [threading.Thread(target=_write, args=(bank, code, stop, took, failed)) for code in codes]
    with tempfile.TemporaryDirectory(prefix="backup-", dir=Path(bank.address).parent) as folder:
        for writer in writers:
            writer.start()
        began = time.perf_counter()
        try:
            copy = backup.backup(bank, Path(folder) / "copy.biobank")
        finally:
            spent = (time.perf_counter() - began) * 1000
            stop.set()
            for writer in writers:
                writer.join()
        restored = Path(folder) / "restored.biobank"
        backup.restore(Path(copy.path), str(restored))
        with Bank.open(restored) as again, again.read() as connection:
            sound = ledger.verify(connection, anchored=copy.anchor).fault is None
    took.sort()
    note = f"{len(took)} acts beside it; restored: {'verified' if sound else 'NOT SOUND'}"
    if failed:
        note += f"; {len(failed)} acts failed: {failed[0]}"
    return [
        Figure("backup while eight writers work, verified", spent, spent, spent, None, None, note),
        Figure("an act of theirs", quantile(took, 0.5), quantile(took, 0.95), took[-1], None, None, "durable, queued",
               p99=quantile(took, 0.99)),
    ]  # fmt: skip


def _free(bank: Bank) -> list[str]:
    with bank.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT code FROM sample WHERE status = 'available' AND holds = 0 AND unit_id IS NOT NULL"
            f" ORDER BY id LIMIT {WRITERS}"
        )
        return [row[0] for row in rows]


def _write(bank: Bank, code: str, stop: threading.Event, took: list[float], failed: list[str]) -> None:
    tech = bank.actor("tech")
    out = False
    while not stop.is_set() or out:
        began = time.perf_counter()
        try:
            if out:
                put_back(bank, tech, [code])
            else:
                check_out(bank, tech, [code], purpose="measuring")
        except Exception as error:
            failed.append(str(error))
            return
        out = not out
        took.append((time.perf_counter() - began) * 1000)
