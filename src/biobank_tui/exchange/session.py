"""What one file's import works through: the transaction, the numbers it takes, and rows written many at a time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

import polars as pl
from sqlalchemy import BindParameter, Column, ColumnElement, Connection, Table, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from biobank_tui.bank.dialects import is_sqlite, load, take_off_indexes
from biobank_tui.bank.tallies import Census, settle
from biobank_tui.bank.transaction import Transaction
from biobank_tui.exchange.maps import ColumnMap
from biobank_tui.exchange.repeats import Repeats
from biobank_tui.exchange.validating import Rules, Verdicts
from biobank_tui.model.tables import ORGANISATION, SAMPLE, SERIAL

NAMES_AT_ONCE = 50_000
CACHE_KIBIBYTES = 262_144
MANY_ROWS = 20_000
"""So many at once into an empty table are indexed when all of them are there."""


class Mode(StrEnum):
    """create: only what is new. update: only what is there. upsert: both. Rows that say nothing new are no change."""

    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"


class Session:
    """One file on its way in.

    tx is None in a dry run. alone: nothing but this file was written since it began. writing ends with the first
    refused row where the file comes in whole or not at all; what follows is still judged, and ids go on being given so
    that later rows find the earlier ones.
    """

    def __init__(
        self,
        connection: Connection,
        tx: Transaction | None,
        column_map: ColumnMap,
        rules: Rules,
        mode: Mode,
        custodian_id: int,
        address: str,
        *,
        keep_good: bool,
    ) -> None:
        self.connection, self.tx = connection, tx
        self.address, self.keep_good = address, keep_good
        self.map, self.rules, self.mode = column_map, rules, mode
        self.custodian_id = custodian_id
        self.writing, self.alone = tx is not None, True
        self.created, self.changed, self.unchanged = 0, 0, 0
        self.made: Counter[str] = Counter()
        self.placed = 0
        self._next: dict[str, int] = {}
        self._census = Census()
        self._indexes: tuple[str, ...] = ()
        self._organisations = {
            row.code: row.id for row in connection.execute(select(ORGANISATION.c.id, ORGANISATION.c.code))
        }

    def tolerates(self, code: str) -> bool:
        """Whether a defect of that code lets the row in."""
        return code in self.rules.tolerate

    def stop_at(self, verdicts: Verdicts) -> None:
        """Write no more once a row is refused, unless the good ones are to be kept."""
        if not self.keep_good and verdicts.refused.any():
            self.writing = False

    def allocate(self, noun: str, n: int) -> int:
        """The first of n numbers of a noun; nothing is taken from the bank in a dry run."""
        if self.writing and self.tx is not None:
            return self.tx.allocate(noun, n)[0]
        if noun not in self._next:
            self._next[noun] = self.connection.scalar(select(SERIAL.c.next).where(SERIAL.c.noun == noun)) or 1
        self._next[noun] += n
        return self._next[noun] - n

    def permit(self, organisations: Iterable[int]) -> None:
        """Show that the actor reaches these organisations."""
        if self.tx is not None:
            self.tx.permit(organisations)

    def organisations(self, codes: pl.Series) -> pl.Series:
        """Ids of organisations by code; nothing where there is none of that code."""
        return codes.replace_strict(
            list(self._organisations), list(self._organisations.values()), default=None, return_dtype=pl.Int64
        )

    def judge_case(self, table: Table, codes: pl.Series, earlier: Repeats, verdicts: Verdicts) -> None:
        """New codes that differ in upper and lower case only from one of the bank's, or from an earlier of the file."""
        first = earlier.other_case(codes)
        verdicts.add(first.is_not_null(), "code", "code.case", first, values=codes)
        codes = codes.set(first.is_not_null(), None)
        lower, upper = codes.str.to_lowercase(), codes.str.to_uppercase()
        for other in (lower, upper):
            asked = other.set((other == codes).fill_null(value=True), None)
            if none_between(self.connection, table.c.code, asked):
                continue
            here = set(found(self.connection, table, "code", asked, {"code": pl.String()})["code"])
            verdicts.add(asked.is_in(list(here)), "code", "code.case", asked, values=codes)

    def add(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write some new rows."""
        if self.writing and self.tx is not None and rows:
            self.tx.insert(table, rows)

    def change(self, table: Table, changes: Mapping[int, Mapping[str, Any]]) -> None:
        """Change rows by id."""
        if self.writing and self.tx is not None and changes:
            self.tx.update(table, changes)

    def index_last(self, table: Table, n: int) -> None:
        """Before the first n rows go into an empty table: where they are many, its indexes are built at the end."""
        if self.writing and self.tx is not None and n >= MANY_ROWS and not self._indexes:
            self._indexes = take_off_indexes(self.connection, table)
            if self._indexes:
                # Rows at the end of a table need no memory of its beginning.
                self.connection.exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KIBIBYTES // 2}")

    def load(self, table: Table, rows: pl.DataFrame) -> None:
        """Write many new rows: every column of the table that `rows` has; `id` among them."""
        if not self.writing or self.tx is None or not rows.height:
            return
        load(self.connection, table, rows.columns, rows.rows())
        self.tx.record_texts(table.name, rows["id"].to_list(), as_json(rows.drop("id")).to_list())
        if table is SAMPLE:
            self._count(rows)

    def _count(self, rows: pl.DataFrame) -> None:
        """Take new samples into the counts that are settled at the end."""
        diagnosis = pl.col("diagnosis").fill_null("")
        usable = rows.filter(
            (pl.col("status") == "available") & (pl.col("holds") == 0) & (pl.col("amount").fill_null(1) > 0)
        )
        placed = rows.filter(pl.col("unit_id").is_not_null())
        for counter, frame, columns in (
            (
                self._census.facets,
                rows,
                (pl.col("material"), pl.col("status"), pl.col("kind"), diagnosis, pl.col("custodian_id")),
            ),
            (self._census.usable, usable, (pl.col("material"), diagnosis, pl.col("profile_id").fill_null(0))),
            (self._census.units, placed, (pl.col("unit_id"),)),
        ):
            for *group, n in frame.select(*columns).group_by(pl.all()).len().iter_rows():
                counter[tuple(group)] += n

    def settle(self) -> None:
        """Bring the bank's indexes and kept counts up with what was loaded, before anything else is done with it."""
        for statement in self._indexes:
            self.connection.exec_driver_sql(statement)
        self._indexes = ()
        if self.writing:
            settle(self.connection, Census(), self._census)
        self._census = Census()


@contextmanager
def wide_cache(connection: Connection) -> Iterator[None]:
    """More of the bank in memory while many rows go into its indexes; SQLite alone asks for it.

    And nothing of its file beside that: pages that are written are held twice where they are mapped too.
    """
    if not is_sqlite(connection):
        yield
        return
    pragmas = {"cache_size": -CACHE_KIBIBYTES, "mmap_size": 0}
    before = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas}
    try:
        for name, value in pragmas.items():
            connection.exec_driver_sql(f"PRAGMA {name}={value}")
        yield
    finally:
        for name, size in before.items():
            connection.exec_driver_sql(f"PRAGMA {name}={size}")


def named(column: Column[str], connection: Connection, names: Sequence[str]) -> ColumnElement[bool]:
    """`column` is one of many texts, as one bound value whatever their number."""
    if is_sqlite(connection):
        listed: BindParameter[str] = bindparam(None, json.dumps(list(names)), unique=True)
        return column.in_(select(func.json_each(listed).table_valued("value").c.value))
    return column == func.any(bindparam(None, list(names), type_=ARRAY(Text), unique=True))


def found(
    connection: Connection, table: Table, column: str, names: pl.Series, wanted: Mapping[str, pl.DataType]
) -> pl.DataFrame:
    """The rows of a table whose `column` is among `names`: the columns `wanted`, with their types."""
    distinct = names.drop_nulls().unique()
    rows: list[Any] = []
    for start in range(0, len(distinct), NAMES_AT_ONCE):
        some = distinct.slice(start, NAMES_AT_ONCE).to_list()
        query = select(*(table.c[name] for name in wanted)).where(named(table.c[column], connection, some))
        rows.extend(tuple(row) for row in connection.execute(query))
    return pl.DataFrame(rows, schema=dict(wanted), orient="row")


def none_between(connection: Connection, column: Column[str], names: pl.Series) -> bool:
    """Whether the bank surely has none of these names: none lies between the first and the last of them."""
    known = names.drop_nulls()
    if not len(known):
        return True
    return connection.scalar(select(column).where(column >= known.min(), column <= known.max()).limit(1)) is None


def as_json(rows: pl.DataFrame) -> pl.Series:
    """Each row as canonical JSON: names sorted, what says nothing left out, no spaces."""
    parts = []
    for name in sorted(rows.columns):
        series = rows[name]
        if series.null_count() == len(series):
            continue
        value = _quoted(series) if series.dtype == pl.String else series.cast(pl.String)
        parts.append((f'"{name}":' + value).alias(name))
    if not parts:
        return pl.Series(["{}"]).new_from_index(0, rows.height)
    body = pl.concat_str(pl.all(), separator=",", ignore_nulls=True)
    return pl.DataFrame(parts).select(pl.concat_str(pl.lit("{"), body, pl.lit("}"))).to_series()


def _quoted(texts: pl.Series) -> pl.Series:
    odd = texts.str.contains(r'[\x00-\x1f"\\]').fill_null(value=False)
    plain = '"' + texts + '"'
    if not odd.any():
        return plain
    escaped = [json.dumps(text, ensure_ascii=False) for text in texts.filter(odd).to_list()]
    return plain.scatter(odd.arg_true(), pl.Series(escaped, dtype=pl.String))
