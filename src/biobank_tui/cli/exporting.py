"""biobank export: tables, standards, box maps and the inventory to a file or a pipe."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.words import _, mark

app = room()


class Kind(StrEnum):
    """What can be exported."""

    ORGANISATIONS = "organisations"
    FORMS = "forms"
    DONORS = "donors"
    DIAGNOSES = "diagnoses"
    CONSENTS = "consents"
    STORAGE = "storage"
    SAMPLES = "samples"
    POSITIONS = "positions"
    HOLDS = "holds"
    LEDGER = "ledger"
    BOXES = "boxes"
    INVENTORY = "inventory"


class Form(StrEnum):
    """How it is written."""

    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"
    PARQUET = "parquet"
    PDF = "pdf"
    MIABIS_FHIR = "miabis-fhir"
    MII_FHIR = "mii-fhir"
    MIABIS = "miabis"
    OPENSPECIMEN = "openspecimen"


ENDINGS = {".csv": Form.CSV, ".jsonl": Form.JSONL, ".xlsx": Form.XLSX, ".parquet": Form.PARQUET, ".pdf": Form.PDF}
"""The form that a file's name asks for, where --as does not."""


@app.command()
def export(
    ctx: typer.Context,
    kind: Annotated[Kind, typer.Argument(help=mark("What to write."))],
    where: Annotated[str, typer.Option(help=mark("Only what belongs to the samples that match this query."))] = "",
    form: Annotated[
        Form | None, typer.Option("--as", help=mark("How it is written; as the file's ending says if not given."))
    ] = None,
    to: Annotated[Path | None, typer.Option(metavar="FILE|-", help=mark("A new file; - or nothing: stdout."))] = None,
    codes: Annotated[
        list[str] | None, typer.Option("--code", help=mark("This sample; - reads codes from stdin."))
    ] = None,
) -> None:
    """Write tables, box maps, the inventory or a standard's files."""
    from biobank_tui.actions import exporting
    from biobank_tui.cli.reading import codes_of
    from biobank_tui.cli.taking import Gauge

    desk = desk_of(ctx)
    file = None if to is None or str(to) == "-" else to
    chosen = form or ENDINGS.get(file.suffix.lower() if file else "", Form.CSV)
    asked = exporting.Export(kind, chosen, file, where, tuple(codes_of(codes)) if codes else ())
    with desk.acting() as (bank, actor), Gauge() as gauge:
        done = exporting.export(bank, actor, asked, lambda rows: gauge.show(_(str(kind)), rows))
    desk.say("{count} {count:row|rows} of {kind} written.", count=done.rows, kind=str(kind))
    if done.left_out:
        desk.say(
            "{count} {count:row of a donor who withdrew was|rows of donors who withdrew were} left out.",
            count=done.left_out,
        )
    if file is not None:
        desk.lines([str(file)], done)
