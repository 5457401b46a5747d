"""biobank undo: an act taken back, as a new entry of the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.wall import clock
from biobank_tui.words import _, filled_in, mark

app = room()


@app.command()
def undo(
    ctx: typer.Context,
    entry: Annotated[
        int | None, typer.Option("--entry", metavar="N", help=mark("The entry to undo; your last act if not given."))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=mark("Only show what it would do."))] = False,
    reason: Annotated[str | None, typer.Option(help=mark("Why; the ledger keeps it."))] = None,
) -> None:
    """Undo the last act, or an entry, as a new entry."""
    from biobank_tui.actions import undoing

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        plan = undoing.foresee(bank, actor, entry)
        number = plan.act.number
        done = None if dry_run else undoing.undo(bank, actor, number, reason=reason)
    desk.say(
        "Entry {number}: {verb} {subject}, by {who} on {date}.",
        number=number,
        verb=plan.act.verb,
        subject=plan.act.subject or "",
        who=plan.act.actor,
        date=clock(plan.act.at),
    )
    for effect in plan.effects:
        desk.say("  {count} {effect}", count=effect.count, effect=filled_in(effect.sentence, effect.told))
    if done is None:
        desk.say("Nothing was written: this was a trial.")
    else:
        desk.say("Undone, by entry {entry}.", entry=done.entry)
    result = {
        "undoes": number,
        "verb": plan.act.verb,
        "subject": plan.act.subject,
        "entry": done.entry if done is not None else None,
        "effects": [{"count": each.count, "effect": filled_in(each.sentence, each.told)} for each in plan.effects],
    }
    desk.lines([_("entry {number}").format(number=done.entry)] if done is not None else [], result)
