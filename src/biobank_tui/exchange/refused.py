"""The rows of a file that were refused, as a file of their own that can be mended and fed again under the same map."""

from __future__ import annotations

import csv
import io
import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from biobank_tui.exchange.archives import is_archive
from biobank_tui.exchange.destinations import writing
from biobank_tui.exchange.objects import format_of, records_of
from biobank_tui.exchange.reading import LOOKED_AT, Shape, opened, slices
from biobank_tui.exchange.textfiles import BOMS
from biobank_tui.exchange.workbooks import is_workbook
from biobank_tui.rules.errors import BiobankError


def write_refused(path: Path, shape: Shape, refused: pl.Series, out: Path) -> int:
    """Write the refused rows of `path` to `out`, under all that stood above its first row; how many rows.

    refused: the lines those rows begin on. A text file's lines are copied as they are, in UTF-8 with its mark; a
    workbook's rows become CSV, the records of a JSON file one a line. Nothing is written of a file that could not be
    read to its end, nor of XML.
    """
    wanted = set(refused.to_list())
    if not wanted:
        return 0
    try:
        lines = list(_lines(path, replace(shape, wanted=None), wanted))
    except BiobankError:
        return 0
    if not lines:
        return 0
    with writing(out), out.open("w", encoding="utf-8", newline="") as target:
        if not all(line.isascii() for line in lines):
            target.write("\ufeff")
        target.writelines(lines)
    return len(wanted)


def _lines(path: Path, shape: Shape, wanted: set[int]) -> Iterator[str]:
    if is_workbook(path) and not is_archive(path):
        return _from_workbook(path, shape, wanted)
    with opened(path, shape.member) as raw:
        written = format_of(path.name if shape.member is None else shape.member, raw.read(LOOKED_AT), shape)
    if written == "text":
        return _from_text(path, shape, wanted)
    return _from_records(path, shape, wanted, written) if written != "xml" else iter(())


def _from_text(path: Path, shape: Shape, wanted: set[int]) -> Iterator[str]:
    """The lines above the first row, then those of each wanted row up to where the next row begins."""
    starts = sorted(
        {line for rows in slices(path, shape) for line in (*rows.lines.to_list(), *rows.defects["line"].to_list())}
    )
    with opened(path, shape.member) as raw:
        mark = raw.read(4)
    marked = any(mark.startswith(bom) for bom, _name in BOMS)
    encoding = ("utf-8-sig" if mark.startswith(BOMS[0][0]) else "utf-16") if marked else shape.encoding or "utf-8"
    # The reader, which has just read the whole file, has made this way with the other encoding's bytes known.
    errors = f"biobank-{shape.fallback}" if shape.fallback else "strict"
    with (
        opened(path, shape.member) as raw,
        io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline=None) as text,
    ):
        for number, line in enumerate(text, 1):
            at = bisect_right(starts, number) - 1
            if at < 0 or starts[at] in wanted:
                yield line


def _from_workbook(path: Path, shape: Shape, wanted: set[int]) -> Iterator[str]:
    """As CSV, with empty lines where the map passes over some."""
    header: list[str] = []
    for rows in slices(path, shape):
        if not header:
            header = rows.cells.columns
            yield "\n" * shape.preamble + _as_csv(header) + "\n" * shape.skip_after_header
        for line, cells in zip(rows.lines.to_list(), rows.cells.iter_rows(), strict=True):
            if line in wanted:
                yield _as_csv(["" if cell is None else cell for cell in cells])


def _from_records(path: Path, shape: Shape, wanted: set[int], written: str) -> Iterator[str]:
    """One record a line, each within as much of its file as the map's way to the records needs."""
    names = [name for name in (shape.records or "").split(".") if name]
    with opened(path, shape.member) as source:
        for line, lineage in records_of(path.name, source, shape, written):
            if line in wanted:
                record = lineage[-1]
                for holder, name in zip(reversed(lineage[:-1]), reversed(names), strict=False):
                    plain = {key: value for key, value in holder.items() if not isinstance(value, (dict, list))}
                    record = plain | {name: [record]}
                yield json.dumps(record, ensure_ascii=False) + "\n"


def _as_csv(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
