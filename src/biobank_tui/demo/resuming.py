"""A long generation that was stopped goes on from the last slice written: what it had in hand is kept beside the bank.

The state after a slice is written down just before that slice is, under the key of its ledger entry; the last two are
kept. Whichever of them the bank's last entry names is the one to go on from, so that nothing is lost or told twice.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.exc import DBAPIError

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import sqlite_module
from biobank_tui.demo.calendar import MovingClock
from biobank_tui.demo.cohort import Cohort
from biobank_tui.demo.places import Storeroom
from biobank_tui.demo.tubes import Collection
from biobank_tui.model.tables import LEDGER_ENTRY
from biobank_tui.rules.errors import BiobankError

SETTLED = "settled"
LAST_KEY = "SELECT key FROM ledger_entry ORDER BY number DESC LIMIT 1"


@dataclass(slots=True)
class Stage:
    """How far a generation is, and all it goes on with. slices: written so far; asked: what bank it is to become."""

    asked: tuple[int, int, int]
    day: date
    clock: MovingClock
    random: Random
    codes: dict[str, str]
    requests: Any
    room: Storeroom
    cohort: Cohort
    collection: Collection
    slices: int = 0
    done: int = 0
    settled: bool = False


class Notes:
    """Where the stages of one generation are kept: two files beside the bank's own."""

    def __init__(self, bank: Path) -> None:
        self.bank = bank
        self._files = [bank.with_name(f"{bank.name}-stage-{n}") for n in (0, 1)]
        self._next = 0

    def save(self, key: str, stage: Stage) -> None:
        """Keep the stage that the bank is at once the entry of that key is written."""
        file = self._files[self._next]
        part = file.with_name(f"{file.name}-part")
        part.write_bytes(pickle.dumps((key, stage)))
        part.replace(file)
        self._next = 1 - self._next

    def stage(self, asked: tuple[int, int, int]) -> Stage | None:
        """The stage the bank stands at; None where it was not begun, or has to be begun again."""
        if not self.bank.exists():
            return None
        kept = {key: (place, stage) for place, (key, stage) in enumerate(self._kept()) if stage.asked == asked}
        key = self._last_key()
        if key not in kept:
            return None
        place, stage = kept[key]
        self._next = 1 - place
        return stage

    def _kept(self) -> list[tuple[str, Stage]]:
        found = []
        for file in self._files:
            try:
                found.append(pickle.loads(file.read_bytes()))
            except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError):
                found.append(("", _NONE))
        return found

    def _last_key(self) -> str | None:
        """The bank's last entry's key. What the last weeks wrote into the journal of a settled bank goes."""
        journal = self.bank.with_name(f"{self.bank.name}-wal")
        if journal.exists():
            raw = sqlite_module().connect(f"{self.bank.absolute().as_uri()}?immutable=1", uri=True)
            try:
                row = raw.execute(LAST_KEY).fetchone()
            except sqlite_module().DatabaseError:
                row = None
            finally:
                raw.close()
            if row and (row[0] or "").endswith(f":{SETTLED}"):
                journal.unlink()
                self.bank.with_name(f"{self.bank.name}-shm").unlink(missing_ok=True)
        try:
            with Bank.open(self.bank) as bank, bank.read() as connection:
                return connection.scalar(select(LEDGER_ENTRY.c.key).order_by(LEDGER_ENTRY.c.number.desc()).limit(1))
        except (BiobankError, DBAPIError):
            # There is no bank, or one that broke off before it could be opened.
            return None

    def begin(self) -> None:
        """Remove what an earlier generation left."""
        for end in ("", "-wal", "-shm"):
            self.bank.with_name(f"{self.bank.name}{end}").unlink(missing_ok=True)
        self.forget()

    def forget(self) -> None:
        """The bank is whole."""
        for file in self._files:
            file.unlink(missing_ok=True)


_NONE: Any = type("_None", (), {"asked": None})()


def hurry(bank: Bank, *, resumable: bool) -> None:
    """Write without waiting for the disk: a bank that broke off while being generated is generated again.

    resumable: only as far as the file stays sound when the machine is gone.
    """
    if bank.engine.dialect.name != "sqlite":
        return

    @event.listens_for(bank.engine, "connect")
    def _careless(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA synchronous={'NORMAL' if resumable else 'OFF'}")
        connection.execute("PRAGMA cache_size=-262144")

    bank.engine.dispose()


def leave_in_journal(bank: Bank) -> None:
    """From here on what is written stays in the journal, and the file as it is, until the bank is closed."""

    @event.listens_for(bank.engine, "connect")
    def _unmoved(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA wal_autocheckpoint=0")

    # The last connection to go moves the journal into the file.
    bank.engine.dispose()
