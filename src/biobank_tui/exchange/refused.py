"""The rows of a file that were refused, as a file of their own that can be mended and fed again."""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from biobank_tui.exchange.reading import Shape, opened, slices
from biobank_tui.exchange.textfiles import BOMS
from biobank_tui.exchange.workbooks import is_workbook


def write_refused(path: Path, shape: Shape, refused: pl.Series, out: Path) -> int:
    """Write the refused rows of `path` to `out`, under all that stood above its first row; how many rows.

    refused: the lines those rows begin on. A text file's lines are copied as they are, in UTF-8; a workbook's rows
    become CSV.
    """
    wanted = set(refused.to_list())
    if not wanted:
        return 0
    lines = _from_workbook(path, shape, wanted) if is_workbook(path) else _from_text(path, shape, wanted)
    with out.open("w", encoding="utf-8", newline="") as target:
        target.writelines(lines)
    return len(wanted)


def _from_text(path: Path, shape: Shape, wanted: set[int]) -> Iterator[str]:
    """The lines above the first row, then those of each wanted row up to where the next row begins."""
    starts = sorted(
        {line for rows in slices(path, shape) for line in (*rows.lines.to_list(), *rows.defects["line"].to_list())}
    )
    with opened(path) as raw:
        mark = raw.read(4)
    marked = any(mark.startswith(bom) for bom, _name in BOMS)
    encoding = ("utf-8-sig" if mark.startswith(BOMS[0][0]) else "utf-16") if marked else shape.encoding or "utf-8"
    with opened(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline=None) as text:
        for number, line in enumerate(text, 1):
            at = bisect_right(starts, number) - 1
            if at < 0 or starts[at] in wanted:
                yield line


def _from_workbook(path: Path, shape: Shape, wanted: set[int]) -> Iterator[str]:
    header: list[str] = []
    for rows in slices(path, shape):
        if not header:
            header = rows.cells.columns
            yield _as_csv(header)
        for line, cells in zip(rows.lines.to_list(), rows.cells.iter_rows(), strict=True):
            if line in wanted:
                yield _as_csv(["" if cell is None else cell for cell in cells])


def _as_csv(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
