"""biobank request: what projects ask for, from draft to pick."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli import shortage
from biobank_tui.cli.desk import Desk, desk_of
from biobank_tui.cli.room import room
from biobank_tui.rules.errors import Refused
from biobank_tui.words import _, mark

if TYPE_CHECKING:
    from biobank_tui.actions.requests import RequestStanding

app = room(mark("What projects ask for, from draft to pick."))
for command in (shortage.wait, shortage.prolong, shortage.sweep, shortage.transfer, shortage.substitutes):
    app.command()(command)


class Vote(StrEnum):
    """What a reviewer says of a request; the model's own list, which this room may not import."""

    APPROVE = "approve"
    REJECT = "reject"
    CHANGES = "changes"


Code = Annotated[str, typer.Argument(help=mark("The request, by code."))]
Criteria = Annotated[str | None, typer.Option(help=mark("What is asked for, as: type:plasma dx:C50"))]
Asked = Annotated[int | None, typer.Option("--count", min=1, help=mark("How many samples."))]
Least = Annotated[str | None, typer.Option(help=mark("What each must still hold, as '200 µL'."))]
Samples = Annotated[list[str] | None, typer.Option("--sample", help=mark("A sample by name, instead of criteria."))]
Reason = Annotated[str | None, typer.Option(help=mark("Why; the ledger keeps it."))]


@app.command()
def new(
    ctx: typer.Context,
    project: Annotated[str, typer.Argument(help=mark("The project, by code."))],
    title: Annotated[str, typer.Argument(help=mark("The request's title."))],
    criteria: Criteria = None,
    count: Asked = None,
    least: Least = None,
    sample: Samples = None,
) -> None:
    """Draw up a request with its first line; prints its code."""
    from biobank_tui.actions import requests

    desk = desk_of(ctx)
    line = requests.NewLine(criteria, tuple(sample or ()), count, least)
    with desk.acting() as (bank, actor):
        _tell(desk, requests.new(bank, actor, requests.NewRequest(project, title, (line,))))


@app.command()
def line(
    ctx: typer.Context,
    code: Code,
    criteria: Criteria = None,
    count: Asked = None,
    least: Least = None,
    sample: Samples = None,
    change: Annotated[int | None, typer.Option(min=1, help=mark("Change the line of this number instead."))] = None,
) -> None:
    """Add a line to a request, or change one, while it is with its project."""
    from biobank_tui.actions import requests

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        if change is None:
            more = requests.NewLine(criteria, tuple(sample or ()), count, least)
            _tell(desk, requests.add_lines(bank, actor, code, [more]))
        else:
            _tell(desk, requests.change_line(bank, actor, requests.LineChange(code, change, criteria, count, least)))


@app.command()
def submit(ctx: typer.Context, code: Code) -> None:
    """Hand a request in: from now it is the committee's turn."""
    from biobank_tui.actions import requests

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        _tell(desk, requests.submit(bank, actor, code))


@app.command()
def review(
    ctx: typer.Context,
    code: Code,
    vote: Annotated[Vote, typer.Argument(help=mark("What is decided."))],
    reason: Reason = None,
    grant: Annotated[
        list[str] | None, typer.Option(help=mark("Approve only so many of a line, as 1=40; may be repeated."))
    ] = None,
) -> None:
    """Approve a submitted request, whole or in part, reject it, or ask for changes."""
    from biobank_tui.actions import requests

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        _tell(desk, requests.review(bank, actor, requests.Review(code, vote, reason, _granted(grant or []))))


@app.command()
def message(ctx: typer.Context, code: Code, body: Annotated[str, typer.Argument(help=mark("What to say."))]) -> None:
    """Say something to those on the other side of a request."""
    from biobank_tui.actions import requests

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        number = requests.message(bank, actor, code, body)
    desk.say("Said about {code}.", code=code)
    desk.lines([], {"message": number})


@app.command()
def cancel(ctx: typer.Context, code: Code, reason: Reason = None) -> None:
    """Give a request up: its reservations end and its pick lists are closed."""
    from biobank_tui.actions import requests

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        _tell(desk, requests.cancel(bank, actor, code, reason))


@app.command()
def close(ctx: typer.Context, code: Code, reason: Reason = None) -> None:
    """End a request that is being filled, fulfilled or short."""
    from biobank_tui.actions import requests

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        _tell(desk, requests.close(bank, actor, code, reason))


@app.command()
def show(ctx: typer.Context, code: Code) -> None:
    """Show a request: whose turn it is, and each line from asked to shipped."""
    from biobank_tui.cli.asking import show_request

    desk = desk_of(ctx)
    with desk.reading() as connection:
        show_request(desk, connection, code)


@app.command(name="list")
def list_requests(
    ctx: typer.Context,
    project: Annotated[str | None, typer.Option(help=mark("Only of this project."))] = None,
    mine: Annotated[bool, typer.Option("--mine", help=mark("Only those whose turn is yours."))] = False,
    everything: Annotated[bool, typer.Option("--all", help=mark("Closed ones too."))] = False,
) -> None:
    """List requests with whose turn it is and since when."""
    from biobank_tui.cli.asking import requests_of

    desk = desk_of(ctx)
    with desk.reading() as connection:
        rows = requests_of(desk, connection, project, mine, everything)
    desk.table(
        rows,
        {
            "code": _("Code"),
            "project": _("Project"),
            "title": _("Title"),
            "state": _("State"),
            "turn": _("Turn"),
            "turn_since": _("Since"),
            "asked": _("Asked"),
            "granted": _("Granted"),
            "reserved": _("Reserved"),
            "picked": _("Picked"),
            "shipped": _("Shipped"),
            "returned": _("Returned"),
        },
    )


@app.command()
def eligible(
    ctx: typer.Context,
    code: Code,
    line: Annotated[int | None, typer.Option(min=1, help=mark("Only this line."))] = None,
    limit: Annotated[int, typer.Option(min=0, help=mark("How many samples of each line to list."))] = 20,
) -> None:
    """Which samples a request may have now, how many, and what keeps the others."""
    from biobank_tui.cli.asking import show_eligible

    desk = desk_of(ctx)
    with desk.reading() as connection:
        show_eligible(desk, connection, code, line, limit)


@app.command()
def reserve(
    ctx: typer.Context,
    code: Code,
    line: Annotated[int | None, typer.Option(min=1, help=mark("Only for this line."))] = None,
    count: Annotated[int | None, typer.Option(min=1, help=mark("How many; all that is missing if not given."))] = None,
    sample: Annotated[list[str] | None, typer.Option(help=mark("Exactly this sample; may be repeated."))] = None,
    fewest: Annotated[int | None, typer.Option(min=0, help=mark("Take what there is, but no fewer than this."))] = None,
) -> None:
    """Set samples aside for an approved request: all that is asked, or nothing unless --fewest says so."""
    from biobank_tui.actions import reserving

    desk = desk_of(ctx)
    asked = reserving.Reserve(code, line, count, tuple(sample or ()), fewest)
    with desk.acting() as (bank, actor):
        done = reserving.reserve(bank, actor, asked)
    desk.say("{count} reserved for {code} until {day}.", count=done.count, code=code, day=done.expires[:10])
    for duty in done.obligations:
        desk.say("{duty}", duty=str(duty))
    desk.lines([sample for each in done.lines for sample in each.samples], done)


@app.command()
def release(
    ctx: typer.Context,
    code: Code,
    reason: Annotated[str, typer.Option(help=mark("Why; kept with each of them."))],
    sample: Annotated[list[str] | None, typer.Option(help=mark("Only this sample; may be repeated."))] = None,
) -> None:
    """Give reserved samples back before they left."""
    from biobank_tui.actions import releasing

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        ended = releasing.release(bank, actor, releasing.Release(code, reason, tuple(sample or ())))
    desk.say("{count} {count:reservation|reservations} of {code} ended.", count=ended, code=code)
    desk.lines([], {"released": ended})


@app.command()
def pick(
    ctx: typer.Context,
    code: Code,
    codes: Annotated[
        list[str] | None, typer.Argument(help=mark("Tubes to pick by scan; - reads them from stdin as they come."))
    ] = None,
) -> None:
    """Make the pick list of what is reserved, or go on with the open one, and pick tubes by scanning them."""
    from biobank_tui.cli.picking import list_for, scan_all, show_walk

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        pick_list = list_for(desk, bank, actor, code)
        if codes:
            scan_all(desk, bank, actor, pick_list, codes)
        else:
            show_walk(desk, bank, actor, pick_list)


def _granted(given: list[str]) -> dict[int, int]:
    found: dict[int, int] = {}
    for each in given:
        line, sign, count = each.partition("=")
        if not (sign and line.strip().isdecimal() and count.strip().isdecimal()):
            raise Refused("vote.grant", "{value} grants nothing; write line=count, as 1=40.", value=each)
        found[int(line)] = int(count)
    return found


def _tell(desk: Desk, standing: RequestStanding) -> None:
    desk.say("{code} is {state}; whose turn: {turn}.", code=standing.code, state=standing.state, turn=standing.turn)
    if standing.released:
        desk.say("{count} {count:reservation|reservations} ended.", count=standing.released)
    desk.lines([standing.code], standing)
