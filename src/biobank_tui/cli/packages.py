"""biobank dump, load: the whole collection as a data package, and from one into an empty bank."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.words import _, mark

app = room()


@app.command()
def dump(
    ctx: typer.Context, folder: Annotated[Path, typer.Argument(help=mark("A new folder for the package."))]
) -> None:
    """Write the whole collection as a data package: CSV files that anything reads."""
    from biobank_tui.actions import packages
    from biobank_tui.cli.taking import Gauge

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor), Gauge() as gauge:
        done = packages.dump(bank, actor, folder, gauge.show)
    desk.say("{count} {count:row|rows} written to {folder}.", count=sum(done.rows.values()), folder=str(folder))
    desk.lines([str(folder)], done)


@app.command()
def load(ctx: typer.Context, folder: Annotated[Path, typer.Argument(help=mark("The folder of a package."))]) -> None:
    """Take a data package into an empty bank, all or nothing."""
    from biobank_tui.actions import packages
    from biobank_tui.cli.taking import Gauge

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor), Gauge() as gauge:
        done = packages.load(bank, actor, folder, gauge.show)
    desk.say("{count} {count:row|rows} taken from {folder}.", count=sum(done.rows.values()), folder=str(folder))
    if desk.flags.json:
        desk.lines([], done)
    else:
        desk.rows([_("Table"), _("Rows")], list(done.rows.items()))
