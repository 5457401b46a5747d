"""The index's file: codes in chunks, the words and fences they stand for, and the ledger entry they are true at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from biobank_tui.bank.dialects import BUSY_MILLISECONDS, sqlite_module
from biobank_tui.bank.index.coding import Fence, Tail
from biobank_tui.bank.index.columns import CHUNK, COLUMNS

FORM: Final = "3"
"""Raised when what is in the file changes; a file of another form is made anew."""

Codes = NDArray[np.unsignedinteger[Any]]

_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS said (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS chunk (name TEXT NOT NULL, n INTEGER NOT NULL, entry INTEGER NOT NULL,"
    " data BLOB NOT NULL, PRIMARY KEY (name, n)) STRICT",
    # No text is kept, only which samples hold which three letters, and where, so that a longer word is known too.
    "CREATE VIRTUAL TABLE IF NOT EXISTS trigram USING fts5"
    "(said, content='', contentless_delete=1, detail=full, tokenize='trigram')",
)


def dtype_of(name: str) -> np.dtype[Any]:
    """The numbers a column's codes are kept as."""
    return np.dtype({1: "u1", 2: "<u2", 4: "<u4"}[COLUMNS[name].width])


class IndexFile:
    """One connection to the index's file; for one thread at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection: Any = sqlite_module().connect(
            str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_MILLISECONDS / 1000
        )
        # Columns are read whole: longer pages, long runs of them.
        for pragma in (
            "page_size=16384",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "cache_size=-8192",
            "temp_store=MEMORY",
        ):
            self.connection.execute(f"PRAGMA {pragma}")
        for statement in _TABLES:
            self.connection.execute(statement)

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All that is written within, or nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def empty(self) -> None:
        """Leave nothing of what was there, whichever form it had."""
        for table in ("said", "chunk", "trigram"):
            self.connection.execute(f"DROP TABLE {table}")
        for statement in _TABLES:
            self.connection.execute(statement)

    def noted(self, name: str) -> str | None:
        """A word the file keeps about itself."""
        row = self.connection.execute("SELECT value FROM said WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def note(self, name: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO said VALUES (?, ?)", (name, value))

    @property
    def entry(self) -> tuple[int, str]:
        """Number and hash of the ledger entry the index is true at; (-1, "") while it was never made."""
        if self.noted("form") != FORM:
            return (-1, "")
        number, _colon, digest = (self.noted("entry") or "-1:").partition(":")
        return (int(number), digest)

    def stand_at(self, entry: tuple[int, str]) -> None:
        """Say which entry the index is true at from now on."""
        self.note("form", FORM)
        self.note("entry", f"{entry[0]}:{entry[1]}")

    def words(self, name: str) -> list[Any]:
        """The values of a word column by code; the first stands for no sample."""
        return list(json.loads(self.noted(f"words:{name}") or "[null]"))

    def put_words(self, name: str, words: Sequence[Any]) -> None:
        self.note(f"words:{name}", json.dumps(list(words), ensure_ascii=False))

    def fences(self, name: str) -> list[Fence]:
        """Where each bucket of a fenced column begins: value and sample id, in order."""
        return [(value, number) for value, number in json.loads(self.fences_said(name))]

    def fences_said(self, name: str) -> str:
        """The same as the file keeps it."""
        return self.noted(f"fences:{name}") or "[]"

    def put_fences(self, name: str, fences: Sequence[Fence]) -> None:
        self.note(f"fences:{name}", json.dumps(list(fences), ensure_ascii=False))

    def tail(self, name: str) -> Tail:
        """The last bucket of a fenced column."""
        count, size, value, number = json.loads(self.noted(f"tail:{name}") or "[0, 1, null, 0]")
        return Tail(count, size, (value, number))

    def put_tail(self, name: str, tail: Tail) -> None:
        self.note(f"tail:{name}", json.dumps([tail.count, tail.size, *tail.greatest], ensure_ascii=False))

    def codes(self, name: str, length: int) -> Codes:
        """The codes of samples 0 … length−1."""
        found: Codes = np.zeros(length, dtype_of(name))
        for n, data in self.connection.execute("SELECT n, data FROM chunk WHERE name = ?", (name,)):
            part = np.frombuffer(data, dtype_of(name))[: max(0, length - n * CHUNK)]
            found[n * CHUNK : n * CHUNK + len(part)] = part
        return found

    def chunk(self, name: str, n: int) -> Codes:
        """One chunk's codes, to be changed and put back."""
        row = self.connection.execute("SELECT data FROM chunk WHERE name = ? AND n = ?", (name, n)).fetchone()
        return np.frombuffer(row[0], dtype_of(name)).copy() if row else np.zeros(CHUNK, dtype_of(name))

    def put_chunk(self, name: str, n: int, entry: int, codes: Codes) -> None:
        self.connection.execute("INSERT OR REPLACE INTO chunk VALUES (?, ?, ?, ?)", (name, n, entry, codes.tobytes()))

    def put_codes(self, name: str, entry: int, codes: Codes) -> None:
        """All codes of a column, in the place of those that were there."""
        self.connection.execute("DELETE FROM chunk WHERE name = ?", (name,))
        for n in range(-(-len(codes) // CHUNK)):
            part = np.zeros(CHUNK, dtype_of(name))
            piece = codes[n * CHUNK : (n + 1) * CHUNK]
            part[: len(piece)] = piece
            self.put_chunk(name, n, entry, part)

    def changed_chunks(self, name: str, since: int) -> Iterator[tuple[int, Codes]]:
        """Chunks of a column that were written after an entry."""
        rows = self.connection.execute("SELECT n, data FROM chunk WHERE name = ? AND entry > ?", (name, since))
        for n, data in rows:
            yield n, np.frombuffer(data, dtype_of(name))
