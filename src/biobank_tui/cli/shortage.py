"""biobank request, where samples are short: wait-list, more time, what would do instead, transfers."""

from __future__ import annotations

from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.words import _, mark

Code = Annotated[str, typer.Argument(help=mark("The request, by code."))]


def wait(
    ctx: typer.Context,
    code: Code,
    line: Annotated[int | None, typer.Option(min=1, help=mark("Only this line."))] = None,
    stop: Annotated[bool, typer.Option("--stop", help=mark("Take it off the wait-list instead."))] = False,
) -> None:
    """Put what a request is short of on the wait-list; it is served when samples come free."""
    from biobank_tui.actions import waiting

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        if stop:
            count = waiting.stop_waiting(bank, actor, code)
            desk.say("{count} {count:line|lines} of {code} {count:waits|wait} no longer.", count=count, code=code)
            desk.lines([], {"ended": count})
            return
        lines = waiting.wait(bank, actor, code, line)
    desk.say("On the wait-list for {code}: line {lines}.", code=code, lines=", ".join(map(str, lines)))
    desk.lines([], {"lines": lines})


def prolong(
    ctx: typer.Context,
    code: Code,
    days: Annotated[int, typer.Argument(min=1, max=366, help=mark("For how many days from now they stand."))],
    reason: Annotated[str | None, typer.Option(help=mark("Why; the ledger keeps it."))] = None,
) -> None:
    """Let what is reserved for a request stand longer."""
    from biobank_tui.actions import expiring

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        done = expiring.prolong(bank, actor, code, days, reason)
    desk.say(
        "{count} {count:reservation|reservations} of {code} {count:stands|stand} until {day}.",
        count=done.count,
        code=code,
        day=done.until[:10],
    )
    desk.lines([], done)


def sweep(ctx: typer.Context) -> None:
    """End reservations that have run out, tell projects of those that soon will, and serve the wait-list; for cron."""
    from biobank_tui.actions import expiring

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        done = expiring.sweep(bank, actor)
    desk.say(
        "{expired} {expired:reservation|reservations} ended, {noticed} will soon.",
        expired=done.expired,
        noticed=done.noticed,
    )
    for each in done.served:
        desk.say("{count} reserved for line {line} of {code}, which waited.",
                 count=each.count, line=each.line, code=each.request)  # fmt: skip
    desk.lines([], done)


def transfer(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(help=mark("The request they are reserved for, by code."))],
    target: Annotated[str, typer.Argument(help=mark("The request that gets them, by code."))],
    reason: Annotated[str, typer.Option(help=mark("The reason of the decision; both projects read it."))],
    sample: Annotated[list[str] | None, typer.Option(help=mark("Only this sample; may be repeated."))] = None,
    line: Annotated[int | None, typer.Option(min=1, help=mark("The line of the request that gets them."))] = None,
) -> None:
    """Decide that samples reserved for one request go to another, whose consent and quota are judged anew."""
    from biobank_tui.actions import transferring

    desk = desk_of(ctx)
    asked = transferring.Transfer(source, target, reason, tuple(sample or ()), line)
    with desk.acting() as (bank, actor):
        done = transferring.transfer(bank, actor, asked)
    desk.say("{count} {count:sample goes|samples go} from {source} to {target}, reserved until {day}.",
             count=len(done.samples), source=source, target=target, day=done.expires[:10])  # fmt: skip
    for duty in done.obligations:
        desk.say("{duty}", duty=str(duty))
    desk.lines(done.samples, done)


def substitutes(
    ctx: typer.Context,
    code: Code,
    line: Annotated[int | None, typer.Option(min=1, help=mark("Only this line."))] = None,
) -> None:
    """What would do instead, where a line is short: how many more if one thing were not asked."""
    from biobank_tui.queries.shortage import substitutes as found_for

    desk = desk_of(ctx)
    with desk.reading() as connection:
        found = found_for(connection, code, line, small_cell=desk.small_cell(connection), reader=desk.person)
    if desk.flags.json:
        desk.lines([], found)
        return
    few = _("few")
    desk.rows(
        [_("Line"), _("Missing"), _("Not asked for"), _("Eligible then"), _("As a line")],
        [
            (short.line, short.missing, each.without, few if each.eligible is None else each.eligible, each.criteria)
            for short in found
            for each in short.ways
        ],
    )
