"""XLSX, XLS and ODS sheets as the same columns of text.

A workbook is small when zipped and large when read, so its true unzipped size and its extent are measured
before it is parsed; larger ones are sent to CSV.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl

from biobank_tui.exchange.defects import defects, no_defects
from biobank_tui.exchange.rows import LONGEST_CELL, Rows, Shape, check_header, cleaned, has_header
from biobank_tui.rules.errors import BadData

MOST_UNZIPPED: Final = 256 << 20
MOST_CELLS: Final = 5_000_000
MOST_OLD_FORMAT: Final = 64 << 20
PIECE: Final = 1 << 20
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
CELL_REFERENCE: Final = re.compile(rb'\sr="([A-Z]{1,3})([0-9]{1,7})"')


def is_workbook(path: Path) -> bool:
    """Whether the file begins as a zip or as an old Office file; by its bytes, not by its name."""
    if str(path) == "-":
        return False
    with path.open("rb") as file:
        return file.read(4) in {ZIP, OLE}


def workbook_slices(path: Path, shape: Shape, rows: int) -> Iterator[Rows]:
    """The rows of one sheet. Raises BadData on workbooks over the caps, unreadable ones and absent sheets."""
    import python_calamine

    check_caps(path)
    try:
        book = python_calamine.load_workbook(str(path))
        names: list[str] = book.sheet_names
        if shape.sheet is not None and shape.sheet not in names:
            raise BadData(
                "sheet.unknown",
                "{file} has no sheet “{sheet}”; it has {sheets}.",
                file=path.name,
                sheet=shape.sheet,
                sheets=", ".join(names),
            )
        sheet = book.get_sheet_by_name(shape.sheet) if shape.sheet is not None else book.get_sheet_by_index(0)
        table = sheet.iter_rows()
    except python_calamine.CalamineError as error:
        raise BadData(
            "workbook.bad", "{file} is not a workbook that can be read: {reason}.", file=path.name, reason=str(error)
        ) from error
    yield from _rows(path.name, table, shape, rows)


def check_caps(path: Path) -> None:
    """Raises BadData where the workbook would be too large once unzipped, or carries entity declarations."""
    too_large = BadData(
        "workbook.large",
        "{file} is too large for a workbook (at most {megabytes} MB unzipped and {cells} cells). Save it as CSV.",
        file=path.name,
        megabytes=MOST_UNZIPPED >> 20,
        cells=MOST_CELLS,
    )
    if not zipfile.is_zipfile(path):
        if path.stat().st_size > MOST_OLD_FORMAT:
            raise too_large
        return
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                wide, high, tail = 0, 0, b""
                with archive.open(member) as stream:
                    while piece := stream.read(PIECE):
                        total += len(piece)
                        if b"<!ENTITY" in piece or b"<!DOCTYPE" in piece:
                            raise BadData(
                                "workbook.entities",
                                "{file} declares XML entities, which no spreadsheet program writes: refused.",
                                file=path.name,
                            )
                        if "worksheets/" in member.filename:
                            for letters, number in CELL_REFERENCE.findall(tail + piece):
                                wide, high = max(wide, _column(letters)), max(high, int(number))
                            tail = piece[-24:]
                        if total > MOST_UNZIPPED or wide * high > MOST_CELLS:
                            raise too_large
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadData(
            "workbook.bad", "{file} is not a workbook that can be read: {reason}.", file=path.name, reason=str(error)
        ) from error


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def text_of(cell: Any) -> str | None:
    """A cell as the text a person reads: whole numbers without a point, dates and times in ISO 8601."""
    match cell:
        case "" | None:
            return None
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            return cell.isoformat(timespec="seconds" if cell.second else "minutes")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
    return str(cell)


def _rows(file: str, table: Iterator[list[Any]], shape: Shape, size: int) -> Iterator[Rows]:
    header: tuple[str, ...] = ()
    skip, line = shape.preamble, 0
    starts: list[int] = []
    kept: list[list[str | None]] = []
    yielded = False
    for line, cells in enumerate(table, 1):
        if skip:
            skip -= 1
            continue
        row = [text_of(cell) for cell in cells]
        if not any(cell and cell.strip() for cell in row) or (
            shape.comment and (row[0] or "").startswith(shape.comment)
        ):
            continue
        if not header:
            if not has_header((cell or "" for cell in row), shape.header):
                continue
            while row and not (row[-1] or "").strip():
                row.pop()
            header, skip = check_header(file, tuple(cell or "" for cell in row)), shape.skip_after_header
            continue
        starts.append(line)
        kept.append(row)
        if len(kept) == size:
            yield _slice(file, header, starts, kept, shape.wanted)
            starts, kept, yielded = [], [], True
    if not header:
        check_header(file, (), shape.header)
    if kept or not yielded:
        yield _slice(file, header, starts, kept, shape.wanted)


def _slice(
    file: str, header: tuple[str, ...], starts: list[int], kept: list[list[str | None]], wanted: frozenset[str] | None
) -> Rows:
    width = len(header)
    wide = [any((cell or "").strip() for cell in row[width:]) for row in kept]
    long = [any(cell is not None and len(cell) > LONGEST_CELL for cell in row) for row in kept]
    good = [not a and not b for a, b in zip(wide, long, strict=True)]
    found = no_defects()
    if not all(good):
        for mask, code, allowed in ((wide, "row.ragged", str(width)), (long, "cell.long", str(LONGEST_CELL))):
            at = [(line, len(row)) for line, row, hit in zip(starts, kept, mask, strict=True) if hit]
            found.vstack(
                defects(
                    file,
                    pl.Series([line for line, _ in at], dtype=pl.Int64),
                    column="",
                    values=pl.Series([str(size) for _, size in at], dtype=pl.String),
                    code=code,
                    allowed=allowed,
                ),
                in_place=True,
            )
    rows = [(row + [None] * width)[:width] for row, take in zip(kept, good, strict=True) if take]
    columns = list(zip(*rows, strict=True)) or [()] * width
    frame = pl.DataFrame([pl.Series(name, cells, dtype=pl.String) for name, cells in zip(header, columns, strict=True)])
    lines = pl.Series([line for line, take in zip(starts, good, strict=True) if take], dtype=pl.Int64)
    return cleaned(file, lines, frame, found, wanted)
