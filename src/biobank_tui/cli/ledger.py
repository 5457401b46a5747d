"""biobank ledger: who did what, and the proof that nothing was altered."""

from __future__ import annotations

from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.rules.permissions import Verb
from biobank_tui.words import _, mark

app = room(mark("Who did what, and the proof that nothing was altered."))


@app.command()
def show(
    ctx: typer.Context,
    number: Annotated[int | None, typer.Argument(help=mark("One entry, with all it changed."))] = None,
    actor: Annotated[str | None, typer.Option(help=mark("Only acts of this login."))] = None,
    verb: Annotated[str | None, typer.Option(help=mark("Only acts of this kind: sample.place, or sample."))] = None,
    subject: Annotated[str | None, typer.Option(help=mark("Only acts on this code."))] = None,
    since: Annotated[str | None, typer.Option(help=mark("Only from this moment on, as 2026-03-01."))] = None,
    until: Annotated[str | None, typer.Option(help=mark("Only before this moment."))] = None,
    limit: Annotated[int, typer.Option(min=1, help=mark("How many entries at most."))] = 50,
) -> None:
    """List the ledger's entries, the newest first; or one entry whole."""
    from biobank_tui.queries.ledger import LedgerFilter, acts

    desk = desk_of(ctx)
    if number is not None:
        _show_one(ctx, number)
        return
    with desk.reading(Verb.LEDGER_READ) as connection:
        rows = acts(connection, LedgerFilter(actor, verb, subject, since, until), limit=limit + 1)
    desk.table(
        rows[:limit],
        {
            "number": _("Entry"),
            "at": _("When"),
            "actor": _("Who"),
            "role": _("As"),
            "verb": _("Act"),
            "subject": _("What"),
            "count": _("Records"),
            "reason": _("Why"),
        },
    )
    if len(rows) > limit:
        desk.say("Only the newest {limit} are shown; --limit shows more.", limit=limit)


def _show_one(ctx: typer.Context, number: int) -> None:
    from biobank_tui.queries.ledger import act, changes
    from biobank_tui.rules.errors import NotFound

    desk = desk_of(ctx)
    with desk.reading(Verb.LEDGER_READ) as connection:
        entry = act(connection, number)
        touched = changes(connection, number)
    if entry is None:
        raise NotFound("ledger.absent", "There is no entry {number}.", number=number)
    desk.record(entry, ("changes", touched if desk.flags.json else len(touched)))
    if not desk.flags.json:
        desk.changes(touched)


@app.command()
def verify(
    ctx: typer.Context,
    anchor: Annotated[
        str | None, typer.Option(metavar="NUMBER:HASH", help=mark("A head kept elsewhere, to compare with."))
    ] = None,
) -> None:
    """Prove that no entry was edited, removed or reordered, or name the first that was."""
    from biobank_tui.bank import ledger
    from biobank_tui.rules.errors import BadData

    desk = desk_of(ctx)
    with desk.reading(Verb.LEDGER_READ) as connection:
        found = ledger.verify(connection, anchored=anchor)
    if found.fault is not None:
        raise BadData(found.fault.code, found.fault.what, number=found.fault.number)
    desk.say(
        "The ledger is whole: {entries} {entries:entry|entries}, {records} {records:record|records}.",
        entries=found.entries,
        records=found.records,
    )
    desk.lines([found.head], found)


@app.command()
def anchor(ctx: typer.Context) -> None:
    """Print the ledger's head, to be kept outside the bank."""
    from biobank_tui.bank import ledger

    desk = desk_of(ctx)
    with desk.reading(Verb.LEDGER_READ) as connection:
        head = ledger.anchor(connection)
    desk.lines([head], {"anchor": head})
