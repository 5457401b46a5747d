"""A table of figures as a file that spreadsheets open without taking anything in it for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from biobank_tui.rules.errors import Refused, Unreachable
from biobank_tui.rules.text import sheet_cell

Value = str | int | float | None


def write_csv(path: Path, titles: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """Write a new CSV file in UTF-8; how many rows. Refused where the file is there, Unreachable where it cannot be."""
    count = 0
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([sheet_cell(title) for title in titles])
            for row in rows:
                writer.writerow(
                    ["" if value is None else sheet_cell(value) if isinstance(value, str) else value for value in row]
                )
                count += 1
    except FileExistsError:
        raise Refused("file.exists", "{path} is there already; name another file.", path=str(path)) from None
    except OSError as error:
        raise Unreachable(
            "file.unwritable", "{path} cannot be written: {why}.", path=str(path), why=error.strerror or str(error)
        ) from error
    return count
