"""biobank export: donors, samples, consents or storage to a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.output import as_json
from biobank_tui.cli.room import room
from biobank_tui.rules.errors import Refused, Unreachable
from biobank_tui.words import mark

app = room()


class Kind(StrEnum):
    """What can be exported."""

    DONORS = "donors"
    SAMPLES = "samples"
    CONSENTS = "consents"
    STORAGE = "storage"


class Form(StrEnum):
    """How it is written."""

    CSV = "csv"
    JSONL = "jsonl"


@app.command()
def export(
    ctx: typer.Context,
    kind: Annotated[Kind, typer.Argument(help=mark("What to write."))],
    where: Annotated[str, typer.Option(help=mark("Only samples that match this query."))] = "",
    form: Annotated[Form, typer.Option("--as", help=mark("How it is written."))] = Form.CSV,
    to: Annotated[Path | None, typer.Option(help=mark("A new file; stdout if not given."))] = None,
) -> None:
    """Write donors, samples or consents to a file."""
    from biobank_tui.actions import exporting

    desk = desk_of(ctx)

    def write(columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> int:
        return _to_file(to, WRITERS[form], columns, rows) if to else WRITERS[form](sys.stdout, columns, rows)

    if to is not None and to.exists():
        raise Refused("export.exists", "{file} is already there; nothing was written.", file=str(to))
    with desk.acting() as (bank, actor):
        done = exporting.export(bank, actor, exporting.Export(kind, where, str(to) if to else "stdout"), write)
    desk.say("{count} rows of {kind} written.", count=done.rows, kind=str(kind))
    if to is not None:
        desk.lines([str(to)], done)


def _csv(out: IO[str], columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> int:
    """What people wrote is guarded so that no spreadsheet takes it for a formula."""
    import csv

    from biobank_tui.queries.exporting import LISTED
    from biobank_tui.rules.text import sheet_cell

    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow(
            [
                sheet_cell(value) if isinstance(value, str) and name not in LISTED else value
                for name, value in zip(columns, row, strict=True)
            ]
        )
        count += 1
    return count


def _jsonl(out: IO[str], columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> int:
    count = 0
    for row in rows:
        out.write(as_json(dict(zip(columns, row, strict=True))) + "\n")
        count += 1
    return count


Writer = Callable[[IO[str], tuple[str, ...], Iterator[tuple[Any, ...]]], int]
WRITERS: dict[Form, Writer] = {Form.CSV: _csv, Form.JSONL: _jsonl}


def _to_file(to: Path, writer: Writer, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> int:
    """Written beside its name and given it when whole."""
    part = to.with_name(f".{to.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as out:
            count = writer(out, columns, rows)
        part.replace(to)
    except OSError as fault:
        raise Unreachable(
            "file.unwritable", "{file} cannot be written: {detail}", file=str(to), detail=fault.strerror or ""
        ) from fault
    finally:
        part.unlink(missing_ok=True)
    return count
