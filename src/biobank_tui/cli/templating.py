"""biobank template: an empty file of a kind, and what its columns mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.words import _, mark

app = room()


@app.command()
def template(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(help=mark("What the file is to hold."))],
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE|-", help=mark("A new file: .csv, or .xlsx with drop-downs; - or nothing: stdout.")),
    ] = None,
    fields: Annotated[bool, typer.Option("--fields", help=mark("Say what each column means."))] = False,
) -> None:
    """Write an empty file of a kind, and what its columns mean."""
    from biobank_tui.exchange import templates
    from biobank_tui.exchange.destinations import destination
    from biobank_tui.exchange.kinds import kind_called
    from biobank_tui.words import language

    desk = desk_of(ctx)
    found = kind_called(kind)
    file = None if to is None or str(to) == "-" else to
    if file is None and (fields or desk.flags.json):
        titles = {
            "name": _("Column"),
            "type": _("Type"),
            "required": _("Required"),
            "meaning": _("Meaning"),
            "values": _("Values"),
            "miabis": "MIABIS",
        }
        desk.table(templates.dictionary(found, language()), titles)
        return
    workbook = file is not None and file.suffix.lower() == ".xlsx"
    with destination(file, binary=workbook) as out:
        if workbook:
            templates.write_workbook(out, found, language())
        elif fields:
            templates.write_dictionary(out, found, language())
        else:
            templates.write_csv(out, found)
    if file is not None:
        desk.say("{file} is written.", file=str(file))
        desk.lines([str(file)], {"file": str(file), "kind": found.name, "columns": templates.header(found)})
