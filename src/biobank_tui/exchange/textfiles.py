"""Text files cut into slices: delimiter and encoding found out, quotes followed over lines, every row's line known."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import IO, Final

import polars as pl

from biobank_tui.exchange.defects import defects, no_defects, together
from biobank_tui.exchange.rows import (
    LONGEST_CELL,
    Rows,
    Shape,
    check_header,
    cleaned,
    composed,
    has_header,
    known_encoding,
    part,
)
from biobank_tui.rules.errors import BadData

BLOCK_BYTES: Final = 8 << 20
LONGEST_LINE: Final = 32 << 20
DELIMITERS: Final = ("\t", ";", ",", "|")
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SEPARATOR_LINE: Final = re.compile(r'"?sep=([^\w"\s]|\t)"?\s*')
"""A first line that tells Excel what parts the cells, and is no header."""
ASCII_CONTROLS: Final = bytes((*range(9), 11, 12, *range(14, 32), 127))
FIRST_BYTES_OF_CONTROLS: Final = (b"\xc2", b"\xd8\x9c", b"\xe2\x80", b"\xe2\x81", b"\xef\xbb\xbf")


def sniff_delimiter(text: str) -> str:
    """The delimiter that parts the first line into most cells, and the next line into as many."""
    lines = [line for line in text.split("\n")[:20] if line.strip()]
    if not lines:
        return ","

    def score(delimiter: str) -> tuple[bool, int]:
        try:
            widths = [len(row) for row in csv.reader(lines[:5], delimiter=delimiter)]
        except csv.Error:
            # A line that would be one huge cell.
            return False, 0
        return len(set(widths)) == 1 and widths[0] > 1, widths[0]

    return max(DELIMITERS, key=score)


class TextFile:
    """Cuts one text file into slices. Holds the unread tail of a block and the number of the next line."""

    def __init__(self, name: str, source: IO[bytes], shape: Shape) -> None:
        self.file, self.source, self.shape = name, source, shape
        self.line = 1
        self.tail = ""
        self.ended = False
        first = source.read(BLOCK_BYTES)
        self.encoding, bom = self._encoding(first)
        self.decoder = codecs.getincrementaldecoder(self.encoding)(self._fall_back(shape.fallback))
        self.pending: bytes | None = first[bom:]
        self.last = len(first) < BLOCK_BYTES
        self.text = ""

    def _encoding(self, start: bytes) -> tuple[str, int]:
        for bom, name in BOMS:
            if start.startswith(bom):
                return name, len(bom)
        wanted = known_encoding(self.shape.encoding or "utf-8")
        if wanted == "utf-8" and b"\0" in start[:4096]:
            raise BadData(
                "file.nul",
                "{file} holds NUL bytes: it is not a text table, or it is UTF-16 without its mark. "
                'If it is UTF-16, say so in the map: encoding = "utf-16-le".',
                file=self.file,
            )
        return wanted, 0

    def _fall_back(self, encoding: str | None) -> str:
        """The decoder's way with bytes that are not the file's encoding: an error, or the announced other encoding."""
        if encoding is None:
            return "strict"
        name = f"biobank-{known_encoding(encoding)}"

        def other(error: UnicodeError) -> tuple[str, int]:
            assert isinstance(error, UnicodeDecodeError)
            return error.object[error.start : error.end].decode(encoding, errors="replace"), error.end

        codecs.register_error(name, other)
        return name

    def slices(self, rows: int) -> Iterator[Rows]:
        self._fill()
        self.text = self.text.lstrip("\ufeff")
        for _ in range(self.shape.preamble):
            self._take_line()
        text = self._take_line()
        while self.text and (not text.strip() or self._is_comment(text)):
            text = self._take_line()
        told = SEPARATOR_LINE.fullmatch(text)
        if told is not None:
            text = self._take_line()
        delimiter = self.shape.delimiter or (told and told[1]) or sniff_delimiter(text + "\n" + self.text[:65536])
        while self.text and not has_header(self._cells_of(text, delimiter), self.shape.header):
            text = self._take_line()
            if self.shape.delimiter is None and told is None and (self.shape.header or "") in text:
                delimiter = sniff_delimiter(text + "\n" + self.text[:65536])
        header = check_header(self.file, tuple(self._cells_of(text, delimiter)), self.shape.header)
        for _ in range(self.shape.skip_after_header):
            self._take_line()
        self._fill()
        yielded = False
        while self.text:
            block, self.text = self.text, ""
            if self.shape.quote and self.shape.quote in block:
                whole = self._quoted(block, header, delimiter)
            else:
                whole = self._plain(block, header, delimiter)
            for start in range(0, max(len(whole.lines), 1), rows):
                some = whole if len(whole.lines) <= rows else part(whole, start, rows)
                if some.read or not yielded:
                    yielded = True
                    yield some
            self._fill()
        if not yielded:
            empty = pl.DataFrame(schema=dict.fromkeys(header, pl.String()))
            yield Rows(self.file, pl.Series([], dtype=pl.Int64), empty, no_defects(), 0)

    def _is_comment(self, text: str) -> bool:
        return bool(self.shape.comment) and text.startswith(self.shape.comment)

    def _cells_of(self, text: str, delimiter: str) -> list[str]:
        if not self.shape.quote:
            return text.split(delimiter)
        try:
            return next(csv.reader([text], delimiter=delimiter, quotechar=self.shape.quote), [""])
        except csv.Error:
            return text.split(delimiter)

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
        return cleaned(self.file, pl.Series(starts, dtype=pl.Int64), cells, found, self.shape.wanted)

    def _checked(self, encoded: bytes, lines: pl.Series, cells: pl.DataFrame, found: pl.DataFrame) -> Rows:
        """Look for control characters cell by cell only where the bytes may hold any."""
        clean = len(encoded.translate(None, ASCII_CONTROLS)) == len(encoded)
        if clean and (encoded.isascii() or not any(first in encoded for first in FIRST_BYTES_OF_CONTROLS)):
            read = len(lines) + (found["line"].n_unique() if found.height else 0)
            return Rows(self.file, lines, cells if encoded.isascii() else composed(cells), found, read)
        return cleaned(self.file, lines, cells, found, self.shape.wanted)


class _Lines:
    """The lines of a block, then of the blocks after it while a quoted cell is still open."""

    def __init__(self, file: TextFile, block: str) -> None:
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
