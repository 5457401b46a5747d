"""What the index knows of each sample, and how a value is coded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, case, exists, func

from biobank_tui.model.tables import EXTERNAL_IDENTIFIER, SAMPLE


class Coding(StrEnum):
    """word: a number for each distinct value, 0 where there is no such sample.

    number: another row's id, 0 for none. fence: the number of the bucket of the column's order that the sample lies
    in; the buckets begin at fences, each a value and a sample's id.
    """

    WORD = "word"
    NUMBER = "number"
    FENCE = "fence"


@dataclass(frozen=True, slots=True)
class IndexColumn:
    """A column of the index. value: what is read from the sample; width: bytes a sample."""

    name: str
    coding: Coding
    width: int
    value: ColumnElement[Any]


_IDENTIFIED: Final = exists().where(
    EXTERNAL_IDENTIFIER.c.noun == "sample", EXTERNAL_IDENTIFIER.c.target_id == SAMPLE.c.id
)

COLUMNS: Final[dict[str, IndexColumn]] = {
    column.name: column
    for column in (
        IndexColumn("material", Coding.WORD, 1, SAMPLE.c.material),
        IndexColumn("status", Coding.WORD, 1, SAMPLE.c.status),
        IndexColumn("kind", Coding.WORD, 1, SAMPLE.c.kind),
        IndexColumn("unit", Coding.WORD, 1, SAMPLE.c.unit),
        IndexColumn("held", Coding.WORD, 1, (SAMPLE.c.holds > 0).label("held")),
        IndexColumn("identified", Coding.WORD, 1, case((_IDENTIFIED, 1), else_=0).label("identified")),
        IndexColumn("thaws", Coding.WORD, 2, SAMPLE.c.thaws),
        IndexColumn("custodian", Coding.WORD, 2, SAMPLE.c.custodian_id),
        IndexColumn("diagnosis", Coding.WORD, 2, SAMPLE.c.diagnosis),
        IndexColumn("topography", Coding.WORD, 2, SAMPLE.c.topography),
        IndexColumn("donor", Coding.NUMBER, 4, func.coalesce(SAMPLE.c.donor_id, 0)),
        IndexColumn("parent", Coding.NUMBER, 4, func.coalesce(SAMPLE.c.parent_id, 0)),
        IndexColumn("box", Coding.NUMBER, 4, func.coalesce(SAMPLE.c.unit_id, 0)),
        IndexColumn("code", Coding.FENCE, 2, SAMPLE.c.code),
        IndexColumn("barcode", Coding.FENCE, 2, SAMPLE.c.barcode),
        IndexColumn("collected", Coding.FENCE, 2, SAMPLE.c.collected),
        IndexColumn("received", Coding.FENCE, 2, SAMPLE.c.received),
        IndexColumn("processed", Coding.FENCE, 2, SAMPLE.c.processed),
        IndexColumn("frozen", Coding.FENCE, 2, SAMPLE.c.frozen),
        IndexColumn("amount", Coding.FENCE, 2, SAMPLE.c.amount),
    )
}
"""Every column, in the order they are read in."""

FENCED: Final = tuple(column for column in COLUMNS.values() if column.coding is Coding.FENCE)
PLAIN: Final = tuple(column for column in COLUMNS.values() if column.coding is not Coding.FENCE)

CHUNK: Final = 16_384
"""Samples whose codes lie together in one row of the index."""

LEAST_BUCKET: Final = 256
MOST_BUCKETS: Final = 40_000
"""A fenced column has at most so many buckets when it is made; two bytes leave room for those added at the end."""

CROWDED: Final = 8
"""A bucket that grew to so many times the size it was made with asks for the column to be made anew."""
