"""Files as columns of text, in slices small enough to hold.

Everything is read as text, so leading zeros survive. Each slice carries the line on which each of its rows
begins (1-based, as an editor counts). Text comes as CSV, TSV or with another delimiter, plain or gzipped;
workbooks are read by `workbooks`.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, cast

from biobank_tui.exchange.rows import Rows, Shape
from biobank_tui.exchange.textfiles import TextFile
from biobank_tui.exchange.workbooks import is_workbook, workbook_slices
from biobank_tui.rules.errors import BadData, Unreachable

SLICE_ROWS: Final = 100_000

__all__ = ["Rows", "Shape", "slices"]


def slices(path: Path, shape: Shape, rows: int = SLICE_ROWS) -> Iterator[Rows]:
    """The file's rows, at most `rows` at a time; at least one slice, so that the header is always seen.

    Raises BadData where the file is refused whole (encoding, NUL, headers, an unclosed quote, caps) and
    Unreachable where it cannot be read.
    """
    try:
        if is_workbook(path):
            yield from workbook_slices(path, shape, rows)
            return
        with opened(path) as source:
            yield from TextFile(path.name, source, shape).slices(rows)
    except OSError as error:
        raise Unreachable(
            "file.unreadable", "{file} cannot be read: {reason}.", file=path.name, reason=error.strerror or str(error)
        ) from error
    except zlib.error as error:
        raise BadData("file.damaged", "{file} is damaged: its gzip stream cannot be read.", file=path.name) from error
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
