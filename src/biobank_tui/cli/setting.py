"""biobank setting: what the bank has set for itself."""

from __future__ import annotations

from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.words import _, mark

app = room(mark("The bank's own settings."))


@app.command()
def show(ctx: typer.Context) -> None:
    """Show the bank's settings and what each means."""
    from biobank_tui.queries.condition import settings

    desk = desk_of(ctx)
    with desk.reading() as connection:
        rows = settings(connection)
    desk.table(rows, {"name": _("Setting"), "value": _("Value"), "meaning": _("Meaning")})


@app.command(name="set")
def set_one(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help=mark("The setting's name."))],
    value: Annotated[str, typer.Argument(help=mark("Its new value."))],
) -> None:
    """Give one of the bank's settings a value."""
    from biobank_tui.actions import parties

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        parties.set_setting(bank, actor, name, value)
    desk.say("{name} is now {value}.", name=name, value=value)
    desk.lines([], {"name": name, "value": value})
