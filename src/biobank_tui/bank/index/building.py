"""The index made anew from the bank, by a walk over the samples and one over each order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import uuid4

import numpy as np
from sqlalchemy import Connection, Select, collate, func, select

from biobank_tui.bank import ledger
from biobank_tui.bank.dialects import among, is_sqlite, slices
from biobank_tui.bank.index.coding import Tail, Words, place_of
from biobank_tui.bank.index.columns import FENCED, LEAST_BUCKET, MOST_BUCKETS, PLAIN, Coding, IndexColumn
from biobank_tui.bank.index.store import Codes, IndexFile, dtype_of
from biobank_tui.model.tables import EXTERNAL_IDENTIFIER, SAMPLE

SLICE: Final = 50_000

Progress = Callable[[str, int, int], None]
"""Called with a phase, how much of it is done, and how much there is."""


def silent(_phase: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


def build(connection: Connection, file: IndexFile, progress: Progress = silent) -> None:
    """Make the whole index from one state of the bank; the file has all of it afterwards, or what it had before."""
    entry = ledger.head(connection)
    length = (connection.scalar(select(func.max(SAMPLE.c.id))) or 0) + 1
    with file.writing():
        file.empty()
        _plain(connection, file, entry[0], length, progress)
        for place, column in enumerate(FENCED):
            progress("orders", place, len(FENCED))
            fenced(connection, file, column, entry[0], length)
        progress("orders", len(FENCED), len(FENCED))
        _texts(connection, file, length, progress)
        file.stand_at(entry)


def _plain(connection: Connection, file: IndexFile, entry: int, length: int, progress: Progress) -> None:
    codes: dict[str, Codes] = {column.name: np.zeros(length, dtype_of(column.name)) for column in PLAIN}
    words = {
        column.name: Words([None], (1 << 8 * column.width) - 1) for column in PLAIN if column.coding is Coding.WORD
    }
    done = 0
    wanted = select(SAMPLE.c.id, *(column.value for column in PLAIN)).order_by(SAMPLE.c.id)
    for rows in slices(connection, wanted, SLICE):
        ids, *columns = zip(*rows, strict=True)
        at = np.array(ids, np.int64)
        for column, values in zip(PLAIN, columns, strict=True):
            known = words.get(column.name)
            coded = values if known is None else [known[value] for value in values]
            codes[column.name][at] = np.array(coded, dtype_of(column.name))
        done += len(ids)
        progress("samples", done, length - 1)
    for name, known in words.items():
        listed, new = in_sequence(known.listed())
        codes[name] = new.astype(dtype_of(name))[codes[name]]
        file.put_words(name, listed)
    for name, each in codes.items():
        file.put_codes(name, entry, each)


def in_sequence(words: list[Any]) -> tuple[list[Any], Codes]:
    """Words in their order, so that what is asked for together lies together; the new code of each old one."""
    order = [0, *sorted(range(1, len(words)), key=lambda code: place_of(words[code], 0))]
    new = np.zeros(len(words), np.uint32)
    new[order] = np.arange(len(words))
    return [words[code] for code in order], new


def fenced(connection: Connection, file: IndexFile, column: IndexColumn, entry: int, length: int) -> None:
    """One fenced column, made anew."""
    codes: Codes = np.zeros(length, dtype_of(column.name))
    size = max(LEAST_BUCKET, -(-length // MOST_BUCKETS))
    starts: list[int] = []
    done = last = 0
    for rows in slices(connection, in_order(connection, column), SLICE):
        at = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        ranks = np.arange(done, done + len(at))
        starts += at[ranks % size == 0].tolist()
        codes[at] = (ranks // size).astype(dtype_of(column.name))
        done += len(at)
        last = int(at[-1])
    known = connection.execute(select(SAMPLE.c.id, column.value).where(among(connection, SAMPLE.c.id, [*starts, last])))
    values = {row[0]: row[1] for row in known}
    file.note("made", uuid4().hex)
    file.put_codes(column.name, entry, codes)
    file.put_fences(column.name, [(values[number], number) for number in starts])
    file.put_tail(column.name, Tail(done - (len(starts) - 1) * size, size, (values.get(last), last)))


def in_order(connection: Connection, column: IndexColumn) -> Select[Any]:
    """Every sample's id in the column's order: nothing known first, text by its characters' numbers, then by id."""
    if is_sqlite(connection):
        return select(SAMPLE.c.id).order_by(column.value, SAMPLE.c.id)
    text = column.name != "amount"
    value = collate(column.value, "C") if text else column.value
    return select(SAMPLE.c.id).order_by(value.nulls_first(), SAMPLE.c.id)


def _texts(connection: Connection, file: IndexFile, length: int, progress: Progress) -> None:
    others = _externals(connection)
    number, words = next(others, (length, ""))
    done = 0
    wanted = select(SAMPLE.c.id, SAMPLE.c.code, SAMPLE.c.barcode, SAMPLE.c.note).order_by(SAMPLE.c.id)
    for rows in slices(connection, wanted, SLICE):
        said = []
        for each, code, barcode, note in rows:
            external = ""
            while number <= each:
                external = words if number == each else ""
                number, words = next(others, (length, ""))
            said.append((each, words_of(code, barcode, note, external)))
        put_texts(file, said)
        done += len(rows)
        progress("words", done, length - 1)


def words_of(code: str, barcode: str | None, note: str | None, external: str) -> str:
    """What a sample can be found by a part of, with something between that nobody types."""
    return "\n".join(part for part in (code, barcode, note, external) if part)


def put_texts(file: IndexFile, said: list[tuple[int, str]]) -> None:
    """Take in the words of samples that are new."""
    file.connection.executemany("INSERT INTO trigram (rowid, said) VALUES (?, ?)", said)


def _externals(connection: Connection) -> Iterator[tuple[int, str]]:
    """Sample id and its other systems' identifiers, one below the other, by id."""
    rows = select(EXTERNAL_IDENTIFIER.c.target_id, EXTERNAL_IDENTIFIER.c.value).where(
        EXTERNAL_IDENTIFIER.c.noun == "sample"
    )
    current, found = -1, [""]
    for part in slices(connection, rows.order_by(EXTERNAL_IDENTIFIER.c.target_id), SLICE):
        for number, value in part:
            if number != current and current >= 0:
                yield current, "\n".join(found)
                found = []
            if number != current:
                current, found = number, []
            found.append(value)
    if current >= 0:
        yield current, "\n".join(found)
