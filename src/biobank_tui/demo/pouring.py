"""Many rows at once, with their ledger records: plain tuples through the driver's fastest way."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Table, select

from biobank_tui.bank.dialects import load
from biobank_tui.bank.transaction import Transaction
from biobank_tui.model.tables import SERIAL

Row = Sequence[Any]
Progress = Callable[[str, int, int], None]
"""Called with the phase's name, how much of it is done, and how much there is."""

CHUNK = 25_000

_canonical = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def silent(_phase: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


def pour(tx: Transaction, table: Table, columns: Sequence[str], rows: list[Row]) -> None:
    """Insert new rows and write each into the ledger, as `Transaction.insert` would."""
    identity = next(iter(table.primary_key.columns)).name
    where = columns.index(identity)
    named = sorted((name, place) for place, name in enumerate(columns) if name != identity)
    noun = table.name
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        load(tx.connection, table, columns, part)
        for row in part:
            shown = {name: value for name, place in named if (value := row[place]) is not None}
            tx.record_text(noun, row[where], _canonical(shown))


class Numbers:
    """Ids handed out within one transaction: read once, claimed at the end."""

    def __init__(self, tx: Transaction, noun: str) -> None:
        row = tx.connection.execute(select(SERIAL.c.next, SERIAL.c.prefix).where(SERIAL.c.noun == noun)).one()
        self.noun = noun
        self.first: int = row.next
        self.prefix: str = row.prefix
        self.next: int = row.next

    def take(self) -> int:
        """The next id."""
        self.next += 1
        return self.next - 1

    def claim(self, tx: Transaction) -> None:
        """Write down how many were taken."""
        if self.next > self.first:
            tx.allocate(self.noun, self.next - self.first)
