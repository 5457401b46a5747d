"""Files as columns of text, in slices small enough to hold.

Everything is read as text, so leading zeros survive. Each slice carries the line on which each of its rows
begins (1-based, as an editor counts). Text comes as CSV, TSV or with another delimiter; workbooks are read by
`workbooks`, JSON, FHIR and XML by `objects`; any of them plain, gzipped, or as one file of a zip archive.
"""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final, cast

from biobank_tui.exchange.archives import is_archive, member_of, opened_member
from biobank_tui.exchange.objects import format_of, object_slices
from biobank_tui.exchange.rows import Rows, Shape
from biobank_tui.exchange.textfiles import TextFile
from biobank_tui.exchange.workbooks import is_workbook, workbook_slices
from biobank_tui.rules.errors import BadData, Unreachable

SLICE_ROWS: Final = 100_000
READ_AHEAD: Final = 1 << 20
LOOKED_AT: Final = 65_536
HowFar = Callable[[float], None]

__all__ = ["Rows", "Shape", "slices"]


def slices(path: Path, shape: Shape, rows: int = SLICE_ROWS, how_far: HowFar = lambda _share: None) -> Iterator[Rows]:
    """The file's rows, at most `rows` at a time; at least one slice, so that the header is always seen.

    how_far: is told the share of the file that was read, as it is read. Raises BadData where the file is refused whole
    (encoding, NUL, headers, an unclosed quote, caps) and Unreachable where it cannot be read.
    """
    try:
        if path.suffix.lower() == ".zip" and not zipfile.is_zipfile(path):
            raise zipfile.BadZipFile
        if is_workbook(path) and not is_archive(path):
            yield from workbook_slices(path, shape, rows)
            return
        with opened(path, shape.member) as raw, io.BufferedReader(_Told(raw, path, how_far), READ_AHEAD) as source:
            written = format_of(path.name if shape.member is None else shape.member, source.peek(LOOKED_AT), shape)
            if written == "text":
                yield from TextFile(path.name, source, shape).slices(rows)
            else:
                yield from object_slices(path.name, source, shape, rows, written)
    except FileNotFoundError as absent:
        raise Unreachable("file.absent", "There is no file {file}.", file=str(path)) from absent
    except (zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise BadData("file.damaged", "{file} is damaged: it cannot be unpacked.", file=path.name) from error
    except OSError as error:
        raise Unreachable(
            "file.unreadable", "{file} cannot be read: {reason}.", file=path.name, reason=error.strerror or str(error)
        ) from error
    except EOFError as error:
        raise BadData("file.cut", "{file} ends in the middle: the gzip stream is cut off.", file=path.name) from error


class _Told(io.RawIOBase):
    """A stream that tells how much of its file has been read."""

    def __init__(self, source: IO[bytes], path: Path, how_far: HowFar) -> None:
        self.source, self.how_far = source, how_far
        inner = getattr(source, "fileobj", source)
        self.inner = inner if hasattr(inner, "tell") and path.exists() else None
        self.size = path.stat().st_size if self.inner is not None else 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self.source.read(len(buffer))
        buffer[: len(piece)] = piece
        if self.inner is not None and self.size:
            self.how_far(min(1.0, self.inner.tell() / self.size))
        return len(piece)


def opened(path: Path, member: str | None = None) -> IO[bytes]:
    """The file's bytes, unpacked where it is gzip or a zip archive; `-` is standard input."""
    if str(path) == "-":
        return sys.stdin.buffer
    if is_archive(path):
        return opened_member(path, member_of(path, member))
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
    if zipped:
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")
