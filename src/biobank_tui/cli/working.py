"""biobank work: what waits today."""

from __future__ import annotations

from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.words import _, mark

app = room()


@app.command()
def work(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(min=0, help=mark("How many of each list to show."))] = 5,
) -> None:
    """What waits today: to receive, to place, to pick, to decide."""
    from biobank_tui.queries.worklists import worklists

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor), bank.read() as connection:
        found = worklists(connection, actor, limit=limit)
    if desk.flags.json:
        desk.lines([], found)
        return
    desk.rows(
        [_("Work"), _("Of"), _("Code"), _("About"), _("When")],
        [
            (_(str(each.work).replace("_", " ")), each.count, row.code, row.about, row.when)
            for each in found
            for row in each.rows
        ],
    )
    for each in found:
        if each.count:
            desk.say("{work}: {count}", work=_(str(each.work).replace("_", " ")), count=each.count)
