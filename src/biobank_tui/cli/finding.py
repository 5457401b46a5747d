"""biobank find, show, history: whatever the bank knows."""

from __future__ import annotations

from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.words import _, mark

app = room()


@app.command()
def find(
    ctx: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(help=mark("What to find, as: type:plasma dx:C50 status:available collected:2021..2023 words")),
    ] = None,
    sort: Annotated[
        str, typer.Option(help=mark("Sorted by: registered, code, collected, frozen, amount, …"))
    ] = "registered",
    ascending: Annotated[bool, typer.Option("--ascending", help=mark("The lowest first."))] = False,
    limit: Annotated[int, typer.Option(min=0, help=mark("How many at most; 0 for all."))] = 50,
    codes: Annotated[bool, typer.Option("--codes", help=mark("Only the codes, one a line."))] = False,
) -> None:
    """List the samples that match a query."""
    from biobank_tui.cli.listing import list_samples

    desk = desk_of(ctx)
    with desk.reading_tubes() as connection:
        list_samples(desk, connection, " ".join(query or ()), (sort, not ascending), limit, codes)


@app.command()
def show(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(help=mark("A code, a tube's barcode, or another system's number."))],
) -> None:
    """Show whatever goes by a code."""
    from biobank_tui.cli.showing import show_found
    from biobank_tui.queries.resolve import resolve

    desk = desk_of(ctx)
    with desk.reading() as connection:
        show_found(desk, connection, resolve(connection, code))


@app.command()
def history(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(help=mark("A code, a tube's barcode, or another system's number."))],
    limit: Annotated[int, typer.Option(min=1, help=mark("How many acts at most."))] = 500,
) -> None:
    """What was ever done to the thing that goes by a code."""
    from biobank_tui.cli.showing import in_words, target_of
    from biobank_tui.queries.resolve import resolve
    from biobank_tui.queries.sample_detail import history

    desk = desk_of(ctx)
    with desk.reading() as connection:
        noun, number = target_of(desk, connection, resolve(connection, code))
        events = history(connection, noun, number, limit)
        words = [] if desk.flags.json else [in_words(connection, each) for each in events]
    if desk.flags.json:
        desk.lines([], events)
        return
    desk.rows(
        [_("Entry"), _("When"), _("Who"), _("Act"), _("What changed"), _("Why")],
        [
            (each.number, each.at, each.actor, each.verb, changed, each.reason)
            for each, changed in zip(events, words, strict=True)
        ],
    )
