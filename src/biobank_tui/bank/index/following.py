"""The index brought from one entry of the ledger to a later one, by reading again the samples that were touched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Connection, case, func, or_, select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.index.building import words_of
from biobank_tui.bank.index.coding import Fences, Words, place_of
from biobank_tui.bank.index.columns import CHUNK, COLUMNS, Coding, IndexColumn
from biobank_tui.bank.index.store import IndexFile, dtype_of
from biobank_tui.model.tables import EXTERNAL_IDENTIFIER, LEDGER_RECORD, SAMPLE

SPOKEN: Final = ("code", "barcode", "note")
"""Fields of a sample that it can be found by a part of."""

FIELDS: Final = {
    "held": "holds",
    "custodian": "custodian_id",
    "donor": "donor_id",
    "parent": "parent_id",
    "box": "unit_id",
}
"""The fields of a sample that columns of another name stand for."""

SEVERAL: Final = 2_000
"""Samples up to which it is worth looking which of their fields changed."""

PART: Final = 50_000
"""Samples read again at a time."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Samples that acts touched: `coded` in any way, `spoken` in the words they are found by.

    columns: those of the index in which any of them may have changed.
    """

    coded: tuple[int, ...]
    spoken: tuple[int, ...]
    columns: tuple[IndexColumn, ...]


@dataclass(slots=True)
class Change:
    """New codes by column: sample ids and, beside them, their codes."""

    ids: list[int] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)


def touched(connection: Connection, since: int, until: int) -> Touched:
    """The samples that entries since+1 … until touched."""
    within = (LEDGER_RECORD.c.entry > since) & (LEDGER_RECORD.c.entry <= until)
    spoke = or_(*(LEDGER_RECORD.c.change.contains(f'"{name}":', autoescape=True) for name in SPOKEN))
    rows = connection.execute(
        select(LEDGER_RECORD.c.target_id, func.max(case((spoke, 1), else_=0)))
        .where(within, LEDGER_RECORD.c.noun == "sample")
        .group_by(LEDGER_RECORD.c.target_id)
    ).all()
    named = connection.scalars(
        select(LEDGER_RECORD.c.target_id).where(within, LEDGER_RECORD.c.noun == "external_identifier")
    ).all()
    others: set[int] = set()
    for start in range(0, len(named), PART):
        others.update(
            connection.scalars(
                select(EXTERNAL_IDENTIFIER.c.target_id).where(
                    EXTERNAL_IDENTIFIER.c.noun == "sample",
                    among(connection, EXTERNAL_IDENTIFIER.c.id, named[start : start + PART]),
                )
            )
        )
    spoken = {row[0] for row in rows if row[1]} | others
    changed = set(COLUMNS) if len(rows) > SEVERAL else _changed(connection, within)
    if others:
        changed.add("identified")
    return Touched(
        tuple(sorted({row[0] for row in rows} | others)),
        tuple(sorted(spoken)),
        tuple(column for column in COLUMNS.values() if column.name in changed),
    )


def _changed(connection: Connection, within: ColumnElement[bool]) -> set[str]:
    """The columns whose fields of a sample these records tell of."""
    changes = connection.scalars(select(LEDGER_RECORD.c.change).where(within, LEDGER_RECORD.c.noun == "sample"))
    told = {name for change in changes for name in json.loads(change)}
    # What was never known of a new sample is not told, but it is coded.
    if "code" in told:
        return set(COLUMNS)
    return {name for name in COLUMNS if FIELDS.get(name, name) in told}


def follow(connection: Connection, file: IndexFile, entry: tuple[int, str], what: Touched) -> None:
    """Write the touched samples into the index anew and let it stand at the entry; within `file.writing()`."""
    for start in range(0, len(what.coded) if what.columns else 0, PART):
        _codes(connection, file, entry[0], what.coded[start : start + PART], what.columns)
    for start in range(0, len(what.spoken), PART):
        _texts(connection, file, what.spoken[start : start + PART])
    file.stand_at(entry)


def _codes(
    connection: Connection, file: IndexFile, entry: int, ids: Sequence[int], columns: Sequence[IndexColumn]
) -> None:
    rows = connection.execute(
        select(SAMPLE.c.id, *(column.value for column in columns))
        .where(among(connection, SAMPLE.c.id, ids))
        .order_by(SAMPLE.c.id)
    ).all()
    if not rows:
        return
    found, *known = zip(*rows, strict=True)
    at = np.array(found, np.int64)
    for column, values in zip(columns, known, strict=True):
        if column.coding is Coding.WORD:
            coded = _worded(file, column.name, values)
        elif column.coding is Coding.NUMBER:
            coded = list(values)
        else:
            coded = _fenced(file, column.name, found, values)
        _put(file, column.name, entry, at, np.array(coded, dtype_of(column.name)))


def _worded(file: IndexFile, name: str, values: Iterable[Any]) -> list[int]:
    known = file.words(name)
    words = Words(known, (1 << 8 * COLUMNS[name].width) - 1)
    coded = [words[value] for value in values]
    if len(words) + 1 > len(known):
        file.put_words(name, words.listed())
    return coded


def _fenced(file: IndexFile, name: str, ids: Sequence[int], values: Sequence[Any]) -> list[int]:
    kept = file.fences(name)
    tail = file.tail(name)
    fences = Fences(kept, tail)
    # In the column's order, so that those beyond the last fence make one new bucket after the other.
    order = sorted(range(len(ids)), key=lambda place: place_of(values[place], ids[place]))
    coded = [0] * len(ids)
    for place in order:
        coded[place] = fences.take(values[place], ids[place])
    if len(fences.listed) > len(kept):
        file.put_fences(name, fences.listed)
    if fences.tail != tail:
        file.put_tail(name, fences.tail)
    return coded


def _put(file: IndexFile, name: str, entry: int, at: Any, codes: Any) -> None:
    """Write codes into the chunks they belong to, where they differ from what is there."""
    chunks = at // CHUNK
    for n in np.unique(chunks).tolist():
        here = chunks == n
        part = file.chunk(name, n)
        places = at[here] - n * CHUNK
        if not np.array_equal(part[places], codes[here]):
            part[places] = codes[here]
            file.put_chunk(name, n, entry, part)


def _texts(connection: Connection, file: IndexFile, ids: Sequence[int]) -> None:
    externals: dict[int, list[str]] = {}
    for number, value in connection.execute(
        select(EXTERNAL_IDENTIFIER.c.target_id, EXTERNAL_IDENTIFIER.c.value).where(
            EXTERNAL_IDENTIFIER.c.noun == "sample", among(connection, EXTERNAL_IDENTIFIER.c.target_id, ids)
        )
    ):
        externals.setdefault(number, []).append(value)
    rows = connection.execute(
        select(SAMPLE.c.id, SAMPLE.c.code, SAMPLE.c.barcode, SAMPLE.c.note).where(among(connection, SAMPLE.c.id, ids))
    )
    said = [(row[0], words_of(row[1], row[2], row[3], "\n".join(externals.get(row[0], ())))) for row in rows]
    file.connection.executemany("DELETE FROM trigram WHERE rowid = ?", [(number,) for number, _said in said])
    file.connection.executemany("INSERT INTO trigram (rowid, said) VALUES (?, ?)", said)
