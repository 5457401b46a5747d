"""Tables written as they are read: CSV, JSON lines, XLSX and Parquet, a slice in memory at a time.

Text that a spreadsheet would take for a formula is guarded in CSV (an import takes the guard away); in a workbook every
text is a text cell and needs none.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, BinaryIO, Final

from biobank_tui.rules.text import sheet_cell, visible

Rows = Iterator[tuple[Any, ...]]
AT_ONCE: Final = 20_000
SHEET_ROWS: Final = 1_048_575
"""The most rows below a header that a sheet of a workbook holds; what follows goes to a second sheet."""
SHEET_NAME: Final = 31
CELL: Final = 32_767
"""The most characters a workbook's cell holds."""


class Type(StrEnum):
    """word: text from a closed list or made by the program, which nobody's hand wrote."""

    TEXT = "text"
    WORD = "word"
    INTEGER = "integer"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file."""

    name: str
    type: Type = Type.TEXT


Columns = tuple[Column, ...]


def write_csv(out: BinaryIO, title: str, columns: Columns, rows: Rows) -> int:
    """UTF-8, commas, one line feed a row; empty for nothing."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([sheet_cell(column.name) for column in columns])
    guarded = [place for place, column in enumerate(columns) if column.type is Type.TEXT]
    count = 0
    try:
        while part := list(islice(rows, AT_ONCE)):
            for row in part:
                cells = list(row)
                for place in guarded:
                    value = cells[place]
                    if isinstance(value, str):
                        cells[place] = sheet_cell(value)
                writer.writerow(cells)
            count += len(part)
    finally:
        text.detach()
    return count


def json_line(value: object) -> str:
    """One line of JSON; letters as they are, characters a terminal would act on as escapes."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if visible(char) == char else json.dumps(char)[1:-1] for char in text)


def write_jsonl(out: BinaryIO, title: str, columns: Columns, rows: Rows) -> int:
    """One object a line, every column named."""
    names, count = [column.name for column in columns], 0
    for row in rows:
        out.write((json_line(dict(zip(names, row, strict=True))) + "\n").encode())
        count += 1
    return count


def write_xlsx(out: BinaryIO, title: str, columns: Columns, rows: Rows) -> int:
    """A workbook with a frozen header and a filter; numbers as numbers, every text as text."""
    from xlsxwriter import Workbook

    count = 0
    with Workbook(out, {"constant_memory": True, "in_memory": False}) as book:
        bold = book.add_format({"bold": True})
        ended = False
        while not ended:
            number = count // SHEET_ROWS
            name = title[:SHEET_NAME] if not number else f"{title[: SHEET_NAME - 4]} {number + 1}"
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(columns):
                sheet.set_column(place, place, max(10, min(40, len(column.name) + 4)))
                sheet.write_string(0, place, column.name, bold)
            at = 0
            for row in islice(rows, SHEET_ROWS):
                at += 1
                for place, value in enumerate(row):
                    if isinstance(value, str):
                        if value:
                            sheet.write_string(at, place, value[:CELL])
                    elif value is not None:
                        sheet.write_number(at, place, value)
            sheet.autofilter(0, 0, at, len(columns) - 1)
            count += at
            ended = at < SHEET_ROWS
    return count


def write_parquet(out: BinaryIO, title: str, columns: Columns, rows: Rows) -> int:
    """Parquet with zstd, one row group a slice: text as strings, whole numbers as int64, others as doubles."""
    import polars as pl
    from polars.io.plugins import register_io_source

    types = {Type.INTEGER: pl.Int64(), Type.NUMBER: pl.Float64()}
    schema: dict[str, pl.DataType] = {column.name: types.get(column.type, pl.String()) for column in columns}
    texts = [place for place, column in enumerate(columns) if column.type not in types]
    count = 0

    def frames(
        with_columns: list[str] | None, _predicate: pl.Expr | None, _rows: int | None, _batch: int | None
    ) -> Iterator[pl.DataFrame]:
        nonlocal count
        while part := list(islice(rows, AT_ONCE)):
            count += len(part)
            plain = [_as_texts(row, texts) for row in part]
            frame = pl.DataFrame(plain, schema=schema, orient="row")
            yield frame.select(with_columns) if with_columns is not None else frame

    register_io_source(frames, schema=schema).sink_parquet(out, compression="zstd", row_group_size=AT_ONCE)
    return count


def _as_texts(row: tuple[Any, ...], texts: list[int]) -> tuple[Any, ...]:
    cells = list(row)
    for place in texts:
        if cells[place] is not None:
            cells[place] = str(cells[place])
    return tuple(cells)


Write = Callable[[BinaryIO, str, Columns, Rows], int]
FORMS: Final[dict[str, Write]] = {
    "csv": write_csv,
    "jsonl": write_jsonl,
    "xlsx": write_xlsx,
    "parquet": write_parquet,
}
"""How a table can be written; each gives back the number of rows."""
