"""Files as columns of text, in slices small enough to hold.

Everything is read as text, so leading zeros survive. Each slice carries the line on which each of its rows
begins (1-based, as an editor counts). Text comes as CSV, TSV or with another delimiter, plain or gzipped;
workbooks are read by `workbooks`.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

import polars as pl

from biobank_tui.exchange.defects import CONTROL, defects, no_defects, together
from biobank_tui.rules.errors import BadData, Unreachable

SLICE_ROWS: Final = 100_000
BLOCK_BYTES: Final = 8 << 20
LONGEST_CELL: Final = 1 << 20
LONGEST_LINE: Final = 32 << 20
DELIMITERS: Final = ("\t", ";", ",", "|")
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
ASCII_CONTROLS: Final = bytes((*range(9), 11, 12, *range(14, 32), 127))
FIRST_BYTES_OF_CONTROLS: Final = (b"\xc2", b"\xd8\x9c", b"\xe2\x80", b"\xe2\x81", b"\xef\xbb\xbf")


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is written. What is None is found out from the file itself.

    preamble: lines before the header. skip_after_header: lines between the header and the first row.
    comment: lines that begin with it are no rows. quote: empty where quotes mean nothing.
    sheet: the name of a workbook's sheet; the first by default.
    """

    delimiter: str | None = None
    encoding: str | None = None
    preamble: int = 0
    skip_after_header: int = 0
    comment: str = ""
    quote: str = '"'
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """One slice of a file: text cells under the file's own headers, the line each row begins on, and the rows
    left out because their shape or characters are wrong. read: rows met, the ones left out included."""

    file: str
    lines: pl.Series
    cells: pl.DataFrame
    defects: pl.DataFrame
    read: int


def slices(path: Path, shape: Shape, rows: int = SLICE_ROWS) -> Iterator[Rows]:
    """The file's rows, at most `rows` at a time; at least one slice, so that the header is always seen.

    Raises BadData where the file is refused whole (encoding, NUL, headers, an unclosed quote, caps) and
    Unreachable where it cannot be read.
    """
    from biobank_tui.exchange.workbooks import is_workbook, workbook_slices

    try:
        if is_workbook(path):
            yield from workbook_slices(path, shape, rows)
            return
        with opened(path) as source:
            yield from _TextFile(path.name, source, shape).slices(rows)
    except OSError as error:
        raise Unreachable(
            "file.unreadable", "{file} cannot be read: {reason}.", file=path.name, reason=error.strerror or str(error)
        ) from error
    except EOFError as error:
        raise BadData("file.cut", "{file} ends in the middle: the gzip stream is cut off.", file=path.name) from error


def opened(path: Path) -> IO[bytes]:
    """The file's bytes, unzipped where it is gzip; `-` is standard input."""
    if str(path) == "-":
        return sys.stdin.buffer
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
    if zipped:
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")


def check_header(file: str, header: tuple[str, ...]) -> tuple[str, ...]:
    """The headers, trimmed; nameless and repeated ones say which column they are. BadData where there is none."""
    if not any(name.strip() for name in header):
        raise BadData("header.empty", "{file} has no header line.", file=file)
    named: list[str] = []
    for number, name in enumerate((name.strip() for name in header), 1):
        named.append(f"{name} (column {number})".strip() if not name or name in named else name)
    return tuple(named)


def sniff_delimiter(text: str) -> str:
    """The delimiter that parts the first line into most cells, and the next line into as many."""
    lines = [line for line in text.split("\n")[:20] if line.strip()]
    if not lines:
        return ","

    def score(delimiter: str) -> tuple[bool, int]:
        widths = [len(row) for row in csv.reader(lines[:5], delimiter=delimiter)]
        return len(set(widths)) == 1 and widths[0] > 1, widths[0]

    return max(DELIMITERS, key=score)


def cleaned(file: str, lines: pl.Series, cells: pl.DataFrame, earlier: pl.DataFrame) -> Rows:
    """The slice without the rows whose cells hold control or text-direction characters."""
    read = len(lines) + (earlier["line"].n_unique() if earlier.height else 0)
    found, bad = [earlier], pl.repeat(False, len(lines), eager=True, dtype=pl.Boolean)
    for name in cells.columns:
        hit = cells[name].str.contains(CONTROL).fill_null(value=False)
        if hit.any():
            values = cells[name].filter(hit)
            found.append(defects(file, lines.filter(hit), column=name, values=values, code="cell.control"))
            bad |= hit
    return Rows(file, lines.filter(~bad), cells.filter(~bad), together(found), read)


class _TextFile:
    """Cuts one text file into slices. Holds the unread tail of a block and the number of the next line."""

    def __init__(self, name: str, source: IO[bytes], shape: Shape) -> None:
        self.file, self.source, self.shape = name, source, shape
        self.line = 1
        self.tail = ""
        self.ended = False
        first = source.read(BLOCK_BYTES)
        self.encoding, bom = self._encoding(first)
        self.decoder = codecs.getincrementaldecoder(self.encoding)()
        self.pending: bytes | None = first[bom:]
        self.last = len(first) < BLOCK_BYTES
        self.text = ""

    def _encoding(self, start: bytes) -> tuple[str, int]:
        for bom, name in BOMS:
            if start.startswith(bom):
                return name, len(bom)
        wanted = self.shape.encoding or "utf-8"
        try:
            codecs.lookup(wanted)
        except LookupError:
            raise BadData("encoding.unknown", "“{encoding}” is no encoding known here.", encoding=wanted) from None
        if wanted == "utf-8" and b"\0" in start[:4096]:
            raise BadData(
                "file.nul",
                "{file} holds NUL bytes: it is not a text table, or it is UTF-16 without its mark. "
                'If it is UTF-16, say so in the map: encoding = "utf-16-le".',
                file=self.file,
            )
        return wanted, 0

    def slices(self, rows: int) -> Iterator[Rows]:
        self._fill()
        for _ in range(self.shape.preamble):
            self._take_line()
        text = self._take_line()
        while self.text and (not text.strip() or self._is_comment(text)):
            text = self._take_line()
        delimiter = self.shape.delimiter or sniff_delimiter(text + "\n" + self.text[:65536])
        header = check_header(self.file, tuple(self._cells_of(text, delimiter)))
        for _ in range(self.shape.skip_after_header):
            self._take_line()
        yielded = False
        while self.text:
            block, self.text = self.text, ""
            if self.shape.quote and self.shape.quote in block:
                whole = self._quoted(block, header, delimiter)
            else:
                whole = self._plain(block, header, delimiter)
            for start in range(0, max(len(whole.lines), 1), rows):
                part = whole if len(whole.lines) <= rows else _part(whole, start, rows)
                if part.read or not yielded:
                    yielded = True
                    yield part
            self._fill()
        if not yielded:
            empty = pl.DataFrame(schema=dict.fromkeys(header, pl.String()))
            yield Rows(self.file, pl.Series([], dtype=pl.Int64), empty, no_defects(), 0)

    def _is_comment(self, text: str) -> bool:
        return bool(self.shape.comment) and text.startswith(self.shape.comment)

    def _cells_of(self, text: str, delimiter: str) -> list[str]:
        if not self.shape.quote:
            return text.split(delimiter)
        return next(csv.reader([text], delimiter=delimiter, quotechar=self.shape.quote), [""])

    def _take_line(self) -> str:
        """The next line, which must lie whole in the block read first."""
        line, newline, self.text = self.text.partition("\n")
        self.line += bool(newline)
        return line

    def _fill(self) -> None:
        """Append the next whole lines to `text`; at the end of the file its last line need not be closed."""
        while not self.ended and not self.text:
            if self.pending is not None:
                block, self.pending = self.pending, None
            else:
                block = self.source.read(BLOCK_BYTES)
                self.last = len(block) < BLOCK_BYTES
            self.ended = self.last
            text = self.tail + self._decoded(block)
            held = "\r" if text.endswith("\r") and not self.ended else ""
            text = text[: len(text) - len(held)]
            if "\r" in text:
                text = text.replace("\r\n", "\n").replace("\r", "\n")
            if self.ended:
                self.text, self.tail = (text if not text or text.endswith("\n") else text + "\n"), ""
                return
            cut = text.rfind("\n") + 1
            self.text, self.tail = text[:cut], text[cut:] + held
            if len(self.tail) > LONGEST_LINE:
                raise BadData(
                    "line.long",
                    "Line {line} of {file} is longer than {most} characters: it is not a table.",
                    file=self.file,
                    line=self.line + self.text.count("\n"),
                    most=LONGEST_LINE,
                )

    def _decoded(self, block: bytes) -> str:
        carried = self.decoder.getstate()[0]
        try:
            text = self.decoder.decode(block, final=self.ended)
        except UnicodeDecodeError as error:
            before = (carried + block)[: error.start].decode(self.encoding, errors="replace")
            raise BadData(
                "encoding.bad",
                "Line {line} of {file} holds the byte {byte}, which is not {encoding}. "
                'If the file comes from Windows, say encoding = "cp1252".',
                file=self.file,
                line=self.line + (self.tail + before).replace("\r\n", "\n").replace("\r", "\n").count("\n"),
                byte=f"0x{(carried + block)[error.start]:02X}",
                encoding=self.encoding.upper(),
            ) from error
        if "\0" in text:
            raise BadData(
                "file.nul",
                "Line {line} of {file} holds a NUL character: it is not a text table.",
                file=self.file,
                line=self.line + (self.tail + text[: text.index("\0")]).count("\n"),
            )
        return text

    def _plain(self, block: str, header: tuple[str, ...], delimiter: str) -> Rows:
        """A block without quotes: a line is a row, so its shape is a count of delimiters."""
        raw = pl.Series("raw", [block[:-1]]).str.split("\n").explode()
        lines = pl.int_range(self.line, self.line + len(raw), dtype=pl.Int64, eager=True)
        self.line += len(raw)
        text = pl.col("raw")
        seen = raw.to_frame().select(
            width=text.str.count_matches(delimiter, literal=True) + 1,
            bytes=text.str.len_bytes(),
            edge=text.str.starts_with(delimiter) | text.str.starts_with(" "),
            comment=text.str.starts_with(self.shape.comment) if self.shape.comment else pl.lit(value=False),
        )
        widths, edge = seen["width"], seen["edge"]
        kept = ~seen["comment"] & (seen["bytes"] > 0)
        if edge.any():
            kept &= ~edge | (raw.str.strip_chars(delimiter + " ") != "")
        wrong = kept & (widths != len(header))
        huge = kept & (seen["bytes"] > LONGEST_CELL)
        found = [no_defects()]
        if wrong.any():
            found.append(
                defects(
                    self.file,
                    lines.filter(wrong),
                    column="",
                    values=widths.filter(wrong).cast(pl.String),
                    code="row.ragged",
                    allowed=str(len(header)),
                )
            )
        if huge.any():
            found.append(
                defects(
                    self.file,
                    lines.filter(huge),
                    column="",
                    values=raw.filter(huge).str.slice(0, 300),
                    code="cell.long",
                    allowed=str(LONGEST_CELL),
                )
            )
        good = kept & ~wrong & ~huge
        if not good.all():
            block, lines = "\n".join(raw.filter(good).to_list()) + "\n", lines.filter(good)
        encoded = block.encode()
        cells = (
            pl.read_csv(
                encoded,
                has_header=False,
                separator=delimiter,
                quote_char=None,
                infer_schema=False,
                new_columns=list(header),
            )
            if len(lines)
            else pl.DataFrame(schema=dict.fromkeys(header, pl.String()))
        )
        return self._checked(encoded, lines, cells, together(found))

    def _quoted(self, block: str, header: tuple[str, ...], delimiter: str) -> Rows:
        """A block with quotes: rows may span lines, so they are read one by one; ends where a row ends."""
        starts: list[int] = []
        rows: list[list[str]] = []
        ragged: list[tuple[int, int]] = []
        base, source = self.line, _Lines(self, block)
        csv.field_size_limit(LONGEST_CELL)
        reader = csv.reader(source, delimiter=delimiter, quotechar=self.shape.quote, strict=True)
        start = base
        try:
            for row in reader:
                blank = not any(cell.strip() for cell in row)
                if not blank and not (self._is_comment(row[0]) if row else False):
                    if len(row) == len(header):
                        starts.append(start)
                        rows.append(row)
                    else:
                        ragged.append((start, len(row)))
                start = base + reader.line_num
                if source.spent:
                    break
        except csv.Error as error:
            long = "limit" in str(error)
            raise BadData(
                "cell.long" if long else "quote.unclosed",
                (
                    "Line {line} of {file} begins a cell longer than {most} bytes; most likely a quote is not closed."
                    if long
                    else "The row that begins on line {line} of {file} has a quote that is not closed or not doubled."
                ),
                file=self.file,
                line=start,
                most=LONGEST_CELL,
            ) from error
        self.line = base + reader.line_num
        self.text = source.rest()
        columns = list(zip(*rows, strict=True)) or [()] * len(header)
        cells = pl.DataFrame(
            [pl.Series(name, column, dtype=pl.String) for name, column in zip(header, columns, strict=True)]
        )
        cells = cells.with_columns(pl.when(pl.all() != "").then(pl.all()))
        found = no_defects()
        if ragged:
            at, widths = zip(*ragged, strict=True)
            found = defects(
                self.file,
                pl.Series(at, dtype=pl.Int64),
                column="",
                values=pl.Series(widths).cast(pl.String),
                code="row.ragged",
                allowed=str(len(header)),
            )
        return cleaned(self.file, pl.Series(starts, dtype=pl.Int64), cells, found)

    def _checked(self, encoded: bytes, lines: pl.Series, cells: pl.DataFrame, found: pl.DataFrame) -> Rows:
        """Look for control characters cell by cell only where the bytes may hold any."""
        clean = len(encoded.translate(None, ASCII_CONTROLS)) == len(encoded)
        if clean and (encoded.isascii() or not any(first in encoded for first in FIRST_BYTES_OF_CONTROLS)):
            read = len(lines) + (found["line"].n_unique() if found.height else 0)
            return Rows(self.file, lines, cells, found, read)
        return cleaned(self.file, lines, cells, found)


class _Lines:
    """The lines of a block, then of the blocks after it while a quoted cell is still open."""

    def __init__(self, file: _TextFile, block: str) -> None:
        self.file = file
        self.stream = io.StringIO(block, newline="\n")
        self.left = len(block)

    @property
    def spent(self) -> bool:
        """Whether the block is used up: the row just read is its last."""
        return self.left <= 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.stream.readline()
        if not line:
            self.file._fill()
            if not self.file.text:
                raise StopIteration
            self.stream, self.file.text = io.StringIO(self.file.text, newline="\n"), ""
            line = self.stream.readline()
        self.left -= len(line)
        return line

    def rest(self) -> str:
        """What was fetched and not used."""
        return self.stream.read()


def _part(whole: Rows, start: int, size: int) -> Rows:
    """Rows `start` to `start + size`; the first part carries the defects."""
    lines = whole.lines.slice(start, size)
    found = whole.defects if start == 0 else no_defects()
    extra = whole.read - len(whole.lines) if start == 0 else 0
    return Rows(whole.file, lines, whole.cells.slice(start, size), found, len(lines) + extra)
