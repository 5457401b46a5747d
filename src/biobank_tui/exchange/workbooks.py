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
from xml.etree import ElementTree

import polars as pl

from biobank_tui.exchange.defects import defects, no_defects, together
from biobank_tui.exchange.rows import LONGEST_CELL, Rows, Shape, check_header, cleaned, has_header
from biobank_tui.rules.errors import BadData

MOST_UNZIPPED: Final = 256 << 20
MOST_CELLS: Final = 5_000_000
MOST_OLD_FORMAT: Final = 64 << 20
SPREADSHEET: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PIECE: Final = 1 << 20
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
CELL_REFERENCE: Final = re.compile(rb'\sr="([A-Z]{1,9})([0-9]{1,18})"')
CELL_ERROR: Final = re.compile(
    rb'<c [^>]*?\br="([A-Z]{1,9})([0-9]{1,18})"[^>]*?\bt="e"[^>]*>(?:<f[^>]*/>|<f.{0,2000}?</f>)?<v>([^<]{1,20})</v>'
)
OVERLAP: Final = 2_200
"""Bytes of a piece that are looked at again with the next, for what begins in one and ends in the other."""
MOST_DIGITS: Final = 1e15
"""Numbers from here on have more digits than a workbook keeps."""

Faults = dict[int, dict[int, tuple[str, str]]]
"""What is wrong with single cells: line, column (from 0), the defect and the value."""


def is_workbook(path: Path) -> bool:
    """Whether the file begins as a zip or as an old Office file; by its bytes, not by its name."""
    if str(path) == "-":
        return False
    with path.open("rb") as file:
        return file.read(4) in {ZIP, OLE}


def workbook_slices(path: Path, shape: Shape, rows: int) -> Iterator[Rows]:
    """The rows of one sheet. Raises BadData on workbooks over the caps, unreadable ones and absent sheets."""
    import python_calamine

    errors = check_caps(path)
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
    yield from _rows(path.name, table, shape, rows, _of_sheet(path, sheet.name, errors) if errors else {})


def _of_sheet(path: Path, name: str, errors: dict[str, Faults]) -> Faults:
    """The errors of the sheet of that name, whichever of the archive's files it is in."""
    with zipfile.ZipFile(path) as archive:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    files = {link.get("Id"): (link.get("Target") or "").rpartition("/")[2] for link in links}
    for each in book.iter(f"{{{SPREADSHEET}}}sheet"):
        if each.get("name") == name:
            return errors.get(files.get(each.get(f"{{{RELATION}}}id"), ""), {})
    return {}


def check_caps(path: Path) -> dict[str, Faults]:
    """The cells that hold errors, by the sheet's file. Raises BadData where the workbook would be too large once
    unzipped, or carries entity declarations."""
    errors: dict[str, Faults] = {}
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
        return errors
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
                            seen = tail + piece
                            for letters, number in CELL_REFERENCE.findall(seen):
                                wide, high = max(wide, _column(letters)), max(high, int(number))
                            for letters, number, value in CELL_ERROR.findall(seen) if b't="e"' in seen else ():
                                its = errors.setdefault(member.filename.rpartition("/")[2], {})
                                line = its.setdefault(int(number), {})
                                line[_column(letters) - 1] = ("cell.error", value.decode("utf-8", "replace"))
                            tail = seen[-OVERLAP:]
                        if total > MOST_UNZIPPED or wide * high > MOST_CELLS:
                            raise too_large
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadData(
            "workbook.bad", "{file} is not a workbook that can be read: {reason}.", file=path.name, reason=str(error)
        ) from error
    return errors


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


def _rows(file: str, table: Iterator[list[Any]], shape: Shape, size: int, faults: Faults) -> Iterator[Rows]:
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
        for at, cell in enumerate(cells):
            if type(cell) is float and abs(cell) >= MOST_DIGITS:
                faults.setdefault(line, {})[at] = ("cell.digits", repr(cell))
        starts.append(line)
        kept.append(row)
        if len(kept) == size:
            yield _sound(_slice(file, header, starts, kept, shape.wanted), faults, shape.wanted)
            starts, kept, yielded = [], [], True
    if not header:
        check_header(file, (), shape.header)
    if kept or not yielded:
        yield _sound(_slice(file, header, starts, kept, shape.wanted), faults, shape.wanted)


def _sound(rows: Rows, faults: Faults, wanted: frozenset[str] | None) -> Rows:
    """The rows without those of which a cell that somebody reads has lost what it said."""
    header, found = rows.cells.columns, [rows.defects]
    bad: set[int] = set()
    for line in rows.lines.filter(rows.lines.is_in(list(faults))).to_list() if faults else ():
        for at, (code, value) in sorted(faults[line].items()):
            if at < len(header) and (wanted is None or header[at] in wanted):
                bad.add(line)
                lost = pl.Series([line], dtype=pl.Int64)
                found.append(defects(rows.file, lost, column=header[at], values=pl.Series([value]), code=code))
    if not bad:
        return rows
    good = ~rows.lines.is_in(list(bad))
    return Rows(rows.file, rows.lines.filter(good), rows.cells.filter(good), together(found), rows.read)


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
