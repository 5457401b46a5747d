"""biobank report: figures of the bank."""

from __future__ import annotations

from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.words import _, mark

app = room()


@app.command()
def report(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help=mark("The report; without one, those there are."))] = None,
) -> None:
    """Figures of the bank: inventory, occupancy, consent."""
    from biobank_tui.reports.figures import REPORTS
    from biobank_tui.reports.figures import report as named

    desk = desk_of(ctx)
    if name is None:
        if desk.flags.json:
            desk.lines([], {each.name: _(each.about) for each in REPORTS.values()})
        else:
            desk.rows([_("Name"), _("What it shows")], [(each.name, _(each.about)) for each in REPORTS.values()])
        return
    wanted = named(name)
    with desk.reading() as connection:
        limit = desk.small_cell(connection)
        rows = [tuple(_told(value, limit) for value in row) for row in wanted.figures(connection)]
    if desk.flags.json:
        desk.lines([], [dict(zip(wanted.columns, row, strict=True)) for row in rows])
    else:
        desk.rows([_(title) for title in wanted.columns], rows)


def _told(value: object, limit: int) -> object:
    """A count too small for the person's eyes is not told."""
    return None if isinstance(value, int) and 0 < value < limit else value
