"""The index in this process: columns in memory as long as there is room, all at one entry of the ledger."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from biobank_tui.bank import ledger
from biobank_tui.bank.dialects import sqlite_module
from biobank_tui.bank.index.building import Progress, build, fenced, silent
from biobank_tui.bank.index.coding import Buckets, Fence
from biobank_tui.bank.index.columns import CHUNK, CROWDED, FENCED
from biobank_tui.bank.index.following import follow, touched
from biobank_tui.bank.index.store import Codes, IndexFile, dtype_of
from biobank_tui.model.tables import LEDGER_ENTRY, SAMPLE

ROOM: Final = 80 << 20
"""Bytes of codes kept in memory; those longest unused go first."""

ANSWERS: Final = 16 << 20
"""Bytes of answers kept in memory while nothing is written to the bank."""

LEAST: Final = 200_000
"""Samples from which on a bank has an index; a smaller one is asked itself."""

NOWHERE: Final = (-1, "")
"""The entry of an index that was never made."""

AT_ONCE: Final = 2_000
"""Records of acts that are followed within a question; more are followed in the background, and the question asks
the bank itself until then."""


Answer = NDArray[np.uint8]
Asked = Hashable


@dataclass(frozen=True, slots=True)
class View:
    """The index at one entry. length: one more than the greatest sample id.

    codes, words, fences: by a column's name; codes once given are never changed. fence_keys: where a column's buckets
    begin, as values are compared, without the samples. holding: ids of the samples that hold a word of three letters
    or more, whichever way its letters are written. kept: an answer at this entry, made where it is not in memory. All
    are asked within `SampleIndex.view`.
    """

    entry: int
    length: int
    codes: Callable[[str], Codes]
    words: Callable[[str], list[Any]]
    fences: Callable[[str], list[Fence]]
    fence_keys: Callable[[str], list[tuple[Any, ...]]]
    holding: Callable[[str], list[int]]
    kept: Callable[[Asked, Callable[[Any], Answer]], Answer]


class SampleIndex:
    """The index of one bank. A thread asks for a view within a reading of the bank; others wait for it meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = RLock()
        self._file: IndexFile | None = None
        self._entry = NOWHERE
        self._made = ""
        self._length = 0
        self._codes: OrderedDict[str, Codes] = OrderedDict()
        self._words: dict[str, list[Any]] = {}
        self._buckets: dict[str, Buckets] = {}
        self._answers: OrderedDict[Asked, Answer] = OrderedDict()

    @property
    def there(self) -> bool:
        """Whether an index was ever made of this bank; a small one does without."""
        return self.path.exists()

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def wanted(self, connection: Connection) -> bool:
        """Whether it is time to make the index, or to bring it up in the background."""
        number = ledger.head(connection)[0]
        if not self.there:
            return (connection.scalar(select(func.max(SAMPLE.c.id))) or 0) >= LEAST
        with self._lock:
            kept = self._opened.entry[0]
        return kept < 0 or kept > number or _records(connection, kept, number) > AT_ONCE

    @contextmanager
    def view(self, connection: Connection) -> Iterator[View | None]:
        """The index as the reader's state of the bank has it; None where it is not there, or too far behind."""
        with self._lock:
            yield self._view(connection)

    def _view(self, connection: Connection) -> View | None:
        if not self.there:
            return None
        self._heed_making()
        entry = ledger.head(connection)
        if self._entry != entry and not self._bring(connection, entry, AT_ONCE):
            return None
        return View(
            entry[0],
            self._length,
            self._column,
            self._worded,
            self._opened.fences,
            self._fence_keys,
            self._holding,
            self._kept,
        )

    def catch_up(self, connection: Connection, progress: Progress = silent) -> None:
        """Bring the index to the reader's state of the bank, however far behind; make it where there is none."""
        with self._lock:
            entry = ledger.head(connection)
            if not self._bring(connection, entry, None):
                build(connection, self._opened, progress)
                self._heed_making()
                self._settle(connection, entry)
            self._make_room(connection)
            self._heed_making()

    def forget_answers(self) -> None:
        """Find everything anew at the next question, as after an act; for who measures that."""
        with self._lock:
            self._answers.clear()

    def make_anew(self, connection: Connection, progress: Progress = silent) -> None:
        """Make the index from the reader's state of the bank, whatever it held; a file that cannot be read goes."""
        with self._lock:
            try:
                build(connection, self._opened, progress)
            except sqlite_module().DatabaseError:
                self.close()
                for end in ("", "-wal", "-shm"):
                    self.path.with_name(self.path.name + end).unlink(missing_ok=True)
                build(connection, self._opened, progress)
            self._heed_making()
            self._settle(connection, ledger.head(connection))

    def _heed_making(self) -> None:
        """Forget what is in memory where a column was made anew, by whomever: its codes now mean something else."""
        made = self._opened.noted("made") or ""
        if made != self._made:
            self._codes.clear()
            self._words.clear()
            self._answers.clear()
            self._made, self._entry = made, NOWHERE

    @property
    def _opened(self) -> IndexFile:
        if self._file is None:
            self._file = IndexFile(self.path)
        return self._file

    def _bring(self, connection: Connection, entry: tuple[int, str], most: int | None) -> bool:
        """Follow the ledger to this entry; whether the index stands there now."""
        file, number = self._opened, entry[0]
        kept, hashed = file.entry
        if kept < 0 or kept > number or not _is_of_this_ledger(connection, kept, hashed):
            return False
        if kept < number:
            if most is not None and _records(connection, kept, number) > most:
                return False
            what = touched(connection, kept, number)
            with file.writing():
                # Somebody else may have followed it meanwhile.
                if file.entry[0] == kept:
                    follow(connection, file, entry, what)
            if file.entry != entry:
                return False
        self._settle(connection, entry)
        return True

    def _settle(self, connection: Connection, entry: tuple[int, str]) -> None:
        """Take what was written into the file since into the columns in memory."""
        length = (connection.scalar(select(func.max(SAMPLE.c.id))) or 0) + 1
        for name, codes in list(self._codes.items()):
            self._codes[name] = self._renewed(name, codes, length)
        self._words.clear()
        if self._entry != entry:
            self._answers.clear()
        self._entry, self._length = entry, length

    def _renewed(self, name: str, codes: Codes, length: int) -> Codes:
        chunks = list(self._opened.changed_chunks(name, self._entry[0]))
        if not chunks and len(codes) == length:
            return codes
        renewed: Codes = np.zeros(length, dtype_of(name))
        renewed[: len(codes)] = codes[:length]
        for n, part in chunks:
            piece = part[: max(0, length - n * CHUNK)]
            renewed[n * CHUNK : n * CHUNK + len(piece)] = piece
        return renewed

    def _make_room(self, connection: Connection) -> None:
        """Make a column anew whose buckets grew too far apart, which acts in the midst of an order do in time."""
        for column in FENCED:
            size = self._opened.tail(column.name).size
            codes = self._column(column.name)
            if len(codes) > 1 and int(np.bincount(codes).max()) > CROWDED * size:
                with self._opened.writing():
                    fenced(connection, self._opened, column, self._entry[0], self._length)
                self._codes.pop(column.name, None)

    def _column(self, name: str) -> Codes:
        with self._lock:
            codes = self._codes.get(name)
            if codes is None:
                # Others go first, so that what they took is taken again.
                room = ROOM - self._length * dtype_of(name).itemsize
                while self._codes and sum(each.nbytes for each in self._codes.values()) > room:
                    self._codes.popitem(last=False)
                codes = self._codes[name] = self._opened.codes(name, self._length)
            else:
                self._codes.move_to_end(name)
            return codes

    def _worded(self, name: str) -> list[Any]:
        with self._lock:
            if name not in self._words:
                self._words[name] = self._opened.words(name)
            return self._words[name]

    def _fence_keys(self, name: str) -> list[tuple[Any, ...]]:
        with self._lock:
            said = self._opened.fences_said(name)
            found = self._buckets.get(name)
            if found is None or found.said != said:
                found = self._buckets[name] = Buckets.of(said)
            return found.keys

    def _kept(self, asked: Asked, find: Callable[[Any], Answer]) -> Answer:
        with self._lock:
            answer = self._answers.get(asked)
            if answer is None:
                answer = self._answers[asked] = find(asked)
                while sum(each.nbytes for each in self._answers.values()) > ANSWERS and len(self._answers) > 1:
                    self._answers.popitem(last=False)
            else:
                self._answers.move_to_end(asked)
            return answer

    def _holding(self, word: str) -> list[int]:
        asked = '"' + word.replace('"', '""') + '"'
        with self._lock:
            rows = self._opened.connection.execute("SELECT rowid FROM trigram WHERE trigram MATCH ?", (asked,))
            return [row[0] for row in rows.fetchall()]


def _is_of_this_ledger(connection: Connection, number: int, digest: str) -> bool:
    """Whether the ledger has that very entry: a bank that was restored may have gone another way since."""
    return connection.scalar(select(LEDGER_ENTRY.c.hash).where(LEDGER_ENTRY.c.number == number)) == digest


def _records(connection: Connection, since: int, until: int) -> int:
    counted = select(func.coalesce(func.sum(LEDGER_ENTRY.c.count), 0)).where(
        LEDGER_ENTRY.c.number > since, LEDGER_ENTRY.c.number <= until
    )
    return connection.scalar(counted) or 0
