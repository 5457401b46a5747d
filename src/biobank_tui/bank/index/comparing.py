"""The samples' index compared with the bank: its counts, its fences, and samples drawn all over it coded anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, func, select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.index.coding import place_of
from biobank_tui.bank.index.columns import COLUMNS, FENCED, Coding, IndexColumn
from biobank_tui.bank.index.shelf import SampleIndex, View
from biobank_tui.bank.replaying import Finding
from biobank_tui.model.tables import SAMPLE, SAMPLE_TALLY

DRAWN: Final = 1_000
SPOKEN: Final = 10
"""Of the samples drawn, those looked for by a part of their code."""

TALLIED: Final = {
    "material": SAMPLE_TALLY.c.material,
    "status": SAMPLE_TALLY.c.status,
    "kind": SAMPLE_TALLY.c.kind,
    "diagnosis": func.nullif(SAMPLE_TALLY.c.diagnosis, ""),
    "custodian": SAMPLE_TALLY.c.custodian_id,
}
"""Columns that the bank keeps counts of, which the check compares with a recount themselves."""


def compare(connection: Connection, index: SampleIndex) -> Iterator[Finding]:
    """What the index says otherwise than the bank; nothing of one that is not there, or waits to be brought up."""
    with index.view(connection) as view:
        if view is None:
            return
        yield from _counts(connection, view)
        for column in FENCED:
            yield from _coded(connection, view, [column], [number for _value, number in view.fences(column.name)])
        yield from _coded(connection, view, list(COLUMNS.values()), list(_drawn(view)))
        yield from _spoken(connection, view)


def _drawn(view: View, n: int = DRAWN) -> set[int]:
    """Ids drawn all over the bank, others after every act."""
    random = Random(view.entry)
    return {random.randrange(1, view.length) for _ in range(n)} if view.length > 1 else set()


def _counts(connection: Connection, view: View) -> Iterator[Finding]:
    for name, value in TALLIED.items():
        kept = connection.execute(select(value, func.sum(SAMPLE_TALLY.c.n)).group_by(value))
        there: Counter[Any] = Counter({row[0]: int(row[1]) for row in kept})
        words = view.words(name)
        coded = np.bincount(view.codes(name), minlength=len(words)).tolist()
        # The first code is no sample's; one beyond the words is nobody's value.
        shown: Counter[Any] = Counter(dict(zip(words[1:], coded[1:], strict=False)))
        for word in sorted(there.keys() | shown.keys(), key=str):
            if there[word] != shown[word]:
                yield Finding(
                    "index.count",
                    "The samples' index has {kept} {kept:sample|samples} with {column} {value}; there"
                    " {counted:is|are} {counted}.",
                    {"kept": shown[word], "column": name, "value": str(word or "–"), "counted": there[word]},
                )


def _coded(connection: Connection, view: View, columns: Sequence[IndexColumn], ids: Sequence[int]) -> Iterator[Finding]:
    """Columns of these samples, coded anew."""
    wanted = select(SAMPLE.c.id, SAMPLE.c.code, *(column.value for column in columns))
    rows = connection.execute(wanted.where(among(connection, SAMPLE.c.id, ids))).all()
    for place, column in enumerate(columns, 2):
        expected = _expected(view, column, [(row[place], row[0]) for row in rows])
        codes = view.codes(column.name)
        for row, code in zip(rows, expected, strict=True):
            if row[0] >= len(codes) or int(codes[row[0]]) != code:
                yield Finding(
                    "index.sample",
                    "The samples' index has another {column} of {sample} than the bank.",
                    {"column": column.name, "sample": row[1]},
                )


def _expected(view: View, column: IndexColumn, values: Sequence[tuple[Any, int]]) -> list[int | None]:
    """The codes that samples should have, given each one's value and id."""
    if column.coding is Coding.NUMBER:
        return [value for value, _number in values]
    if column.coding is Coding.WORD:
        words = {word: code for code, word in enumerate(view.words(column.name)) if code}
        return [words.get(value) for value, _number in values]
    keys = [place_of(value, number) for value, number in view.fences(column.name)]
    places = [place_of(value, number) for value, number in values]
    found: list[int | None] = [None] * len(places)
    # Both in order, so that one walk along the fences gives everybody's bucket.
    bucket = 0
    for at in sorted(range(len(places)), key=places.__getitem__):
        while bucket + 1 < len(keys) and keys[bucket + 1] <= places[at]:
            bucket += 1
        found[at] = bucket
    return found


def _spoken(connection: Connection, view: View) -> Iterator[Finding]:
    which = among(connection, SAMPLE.c.id, _drawn(view, SPOKEN))
    for number, code in connection.execute(select(SAMPLE.c.id, SAMPLE.c.code).where(which)).all():
        if len(code) >= 3 and number not in view.holding(code.lower()):
            yield Finding("index.word", "The samples' index does not find {sample} by its code.", {"sample": code})
