"""biobank import: files into the bank."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.words import _, mark

app = room()


class Mode(StrEnum):
    """What an import may do to what is there."""

    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"


class Kind(StrEnum):
    """What can be imported."""

    DONORS = "donors"
    DIAGNOSES = "diagnoses"
    SAMPLES = "samples"
    ALIQUOTS = "aliquots"
    CONSENTS = "consents"
    STORAGE = "storage"
    POSITIONS = "positions"


class Held(StrEnum):
    """What files can hold: rows of one kind, or of all the kinds their map tells of."""

    DONORS = "donors"
    DIAGNOSES = "diagnoses"
    SAMPLES = "samples"
    ALIQUOTS = "aliquots"
    CONSENTS = "consents"
    STORAGE = "storage"
    POSITIONS = "positions"
    ALL = "all"


@app.command(name="import")
def import_files(
    ctx: typer.Context,
    kind: Annotated[Held | None, typer.Argument(help=mark("What the files hold; all: what the map says."))] = None,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help=mark("CSV, TSV, XLSX, JSON, FHIR or XML files, folders or zip archives; - is standard input.")
        ),
    ] = None,
    column_map: Annotated[
        Path | None,
        typer.Option("--map", help=mark("A column map (TOML), or the name of one that travels with the program.")),
    ] = None,
    mode: Annotated[Mode, typer.Option(help=mark("Only new records, only those there, or both."))] = Mode.UPSERT,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=mark("Judge everything and write nothing."))] = False,
    keep_good: Annotated[
        bool, typer.Option("--keep-good", help=mark("Take the good rows of a file that has bad ones."))
    ] = False,
    errors: Annotated[Path | None, typer.Option(help=mark("Write every defect to this CSV file."))] = None,
    refused: Annotated[
        Path | None,
        typer.Option(help=mark("Write the refused rows here, to be mended and fed again; for several files a folder.")),
    ] = None,
    relax: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help=mark("Let this defect pass, by name."))
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help=mark("The time zone of times that name none; the bank's own if not given."))
    ] = None,
    encoding: Annotated[str | None, typer.Option(help=mark("The files' encoding, where it is not UTF-8."))] = None,
    custodian: Annotated[
        str | None, typer.Option("--org", help=mark("Who keeps what names no custodian, by code."))
    ] = None,
    suggest: Annotated[
        Path | None, typer.Option(metavar="FILE", help=mark("Draft a column map for this file, and import nothing."))
    ] = None,
) -> None:
    """Take in files of donors, samples, consents, storage or positions."""
    from biobank_tui.actions.importing import ImportRequest, import_files
    from biobank_tui.cli.taking import Gauge, tell_report

    desk = desk_of(ctx)
    if suggest is not None:
        from biobank_tui.actions.importing import draft_map

        text = draft_map(suggest, kind)
        desk.lines(text.splitlines(), {"map": text})
        return
    if kind is None or not files:
        raise typer.BadParameter(_("Say what the files hold, and which they are."), ctx)
    request = ImportRequest(
        kind,
        tuple(files),
        column_map,
        mode,
        dry_run,
        keep_good,
        tuple(relax or ()),
        zone,
        encoding,
        custodian,
        refused,
    )
    with desk.acting() as (bank, actor), Gauge() as gauge:
        report = import_files(bank, actor, request, lambda at: gauge.show(at.file, at.rows, at.rate, left=at.left))
    tell_report(desk, report, errors)
