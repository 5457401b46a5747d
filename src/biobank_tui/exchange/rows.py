"""A slice of a file as columns of text, whatever kind of file it comes from, and how files are written."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

import polars as pl

from biobank_tui.exchange.defects import CONTROL, defects, no_defects, together
from biobank_tui.rules.errors import BadData

LONGEST_CELL: Final = 1 << 20
MOST_COLUMNS: Final = 16_384
"""As many as a spreadsheet has."""
NO_TEXT: Final = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})
"""Encodings that no text file is written in."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is written. What is None is found out from the file itself.

    preamble: lines before the header. skip_after_header: lines between the header and the first row.
    comment: lines that begin with it are no rows. quote: empty where quotes mean nothing.
    fallback: the encoding of the bytes that are not `encoding`, where a file mixes both; said by whoever knows it.
    sheet: the name of a workbook's sheet; the first by default. header: a column's name by which the header line is
    found, wherever it stands. format: text, json, jsonl or xml. records: where the records of a JSON or XML file lie
    (`data.items`). member: which file of a zip archive, * standing for anything. wanted: the columns somebody reads,
    all by default; only their characters are looked at.
    """

    delimiter: str | None = None
    encoding: str | None = None
    preamble: int = 0
    skip_after_header: int = 0
    comment: str = ""
    quote: str = '"'
    fallback: str | None = None
    sheet: str | None = None
    header: str | None = None
    format: str | None = None
    records: str | None = None
    member: str | None = None
    wanted: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """One slice of a file: text cells under the file's own headers, the line each row begins on, and the rows
    left out because their shape or characters are wrong. read: rows met, the ones left out included."""

    file: str
    lines: pl.Series
    cells: pl.DataFrame
    defects: pl.DataFrame
    read: int


def known_encoding(encoding: str) -> str:
    """The encoding, if there is one of that name that text is written in."""
    try:
        found = codecs.lookup(encoding)
    except (LookupError, ValueError):
        found = None
    if found is None or not getattr(found, "_is_text_encoding", True) or found.name.replace("_", "-") in NO_TEXT:
        raise BadData("encoding.unknown", "“{encoding}” is no encoding known here.", encoding=encoding)
    return encoding


def has_header(cells: Iterable[str], wanted: str | None) -> bool:
    """Whether a line is the header line looked for."""
    return wanted is None or wanted in {cell.strip() for cell in cells}


def check_header(file: str, header: tuple[str, ...], wanted: str | None = None) -> tuple[str, ...]:
    """The headers, trimmed; nameless and repeated ones say which column they are. BadData where there is none."""
    if not has_header(header, wanted):
        raise BadData("header.absent", "{file} has no line with the header “{header}”.", file=file, header=wanted)
    if not any(name.strip() for name in header):
        raise BadData("header.empty", "{file} has no header line.", file=file)
    if len(header) > MOST_COLUMNS:
        raise BadData(
            "columns.many",
            "{file} has {count} columns; a table has at most {most}.",
            file=file,
            count=len(header),
            most=MOST_COLUMNS,
        )
    named: list[str] = []
    taken: set[str] = set()
    for number, name in enumerate((normalize("NFC", name.strip()) for name in header), 1):
        named.append(f"{name} (column {number})".strip() if not name or name in taken else name)
        taken.add(name)
    return tuple(named)


def composed(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells with every letter in one form (NFC): é is one code wherever a file was written, and not two."""
    return cells.with_columns(pl.col(pl.String).str.normalize("NFC"))


def cleaned(
    file: str, lines: pl.Series, cells: pl.DataFrame, earlier: pl.DataFrame, wanted: frozenset[str] | None = None
) -> Rows:
    """The slice without the rows whose cells hold control or text-direction characters."""
    read = len(lines) + (earlier["line"].n_unique() if earlier.height else 0)
    cells = composed(cells)
    found, bad = [earlier], pl.repeat(False, len(lines), eager=True, dtype=pl.Boolean)
    for name in (column for column in cells.columns if wanted is None or column in wanted):
        hit = cells[name].str.contains(CONTROL).fill_null(value=False)
        if hit.any():
            values = cells[name].filter(hit)
            found.append(defects(file, lines.filter(hit), column=name, values=values, code="cell.control"))
            bad |= hit
    return Rows(file, lines.filter(~bad), cells.filter(~bad), together(found), read)


def part(whole: Rows, start: int, size: int) -> Rows:
    """Rows `start` to `start + size`; the first part carries the defects."""
    lines = whole.lines.slice(start, size)
    found = whole.defects if start == 0 else no_defects()
    extra = whole.read - len(whole.lines) if start == 0 else 0
    return Rows(whole.file, lines, whole.cells.slice(start, size), found, len(lines) + extra)
