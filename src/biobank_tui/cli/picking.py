"""biobank pick: tubes pulled from the freezers by scanning them, and what goes wrong on the way."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.desk import Desk, desk_of
from biobank_tui.cli.room import room
from biobank_tui.rules.errors import Refused
from biobank_tui.words import _, filled_in, mark

if TYPE_CHECKING:
    from biobank_tui.bank.bank import Bank
    from biobank_tui.bank.transaction import Actor
    from biobank_tui.queries.scanning import Substitute

app = room(mark("Pick lists: walk, scan, and what goes wrong on the way."))

List = Annotated[str, typer.Argument(metavar="LIST", help=mark("The pick list, by code."))]
Tube = Annotated[str, typer.Argument(help=mark("The tube: its code or barcode."))]


@app.command(name="list")
def list_all(
    ctx: typer.Context, everything: Annotated[bool, typer.Option("--all", help=mark("Closed ones too."))] = False
) -> None:
    """List the open pick lists, the oldest first."""
    from biobank_tui.queries.picklists import pick_lists

    desk = desk_of(ctx)
    with desk.reading() as connection:
        rows = pick_lists(connection, everything=everything, reader=desk.person)
    desk.table(
        rows,
        {
            "code": _("Code"),
            "request": _("Request"),
            "project": _("Project"),
            "made": _("Made"),
            "items": _("Tubes"),
            "to_pick": _("To pick"),
            "picked": _("Picked"),
            "missing": _("Missing"),
        },
    )


@app.command()
def walk(ctx: typer.Context, pick_list: List) -> None:
    """Show what is to be pulled, in walking order, box by box."""
    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        show_walk(desk, bank, actor, pick_list)


@app.command()
def scan(
    ctx: typer.Context,
    pick_list: List,
    codes: Annotated[list[str], typer.Argument(help=mark("Tubes; - reads them from stdin as they come."))],
) -> None:
    """Pick tubes by scanning them; what does not belong is said, and changes nothing."""
    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        scan_all(desk, bank, actor, pick_list, codes)


@app.command()
def undo(ctx: typer.Context, pick_list: List, tube: Tube) -> None:
    """A picked tube goes back to its place, and is to be picked again."""
    from biobank_tui.actions import picking

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        picking.unpick(bank, actor, picking.Item(pick_list, tube))
    desk.say("{tube} is back, to be picked again.", tube=tube)
    desk.lines([], {"tube": tube})


@app.command()
def missing(
    ctx: typer.Context,
    pick_list: List,
    tube: Tube,
    reason: Annotated[str | None, typer.Option(help=mark("What was found in its place."))] = None,
) -> None:
    """A tube is not where it should be; lists what could be taken in its stead."""
    from biobank_tui.actions import picking

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        others = picking.missing(bank, actor, picking.Item(pick_list, tube, reason))
    desk.say("{tube} is missing. In its stead:", tube=tube)
    _table(desk, others)


@app.command()
def substitutes(
    ctx: typer.Context,
    pick_list: List,
    tube: Tube,
    limit: Annotated[int, typer.Option(min=1, max=1000, help=mark("How many at most."))] = 20,
) -> None:
    """List the eligible tubes that could be taken in the stead of one on a list, those of its donor first."""
    from biobank_tui.bank.access import require
    from biobank_tui.queries.scanning import substitutes as eligible
    from biobank_tui.rules.permissions import Verb

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor), bank.read() as connection:
        require(connection, actor, Verb.REQUEST_PICK)
        _table(desk, eligible(connection, pick_list, tube, limit, at=bank.clock()))


def _table(desk: Desk, found: Iterable[Substitute]) -> None:
    titles = {
        "code": _("Code"),
        "material": _("Material"),
        "amount": _("Amount"),
        "place": _("Place"),
        "same_donor": _("Same donor"),
    }
    desk.table(found, titles)


@app.command()
def drop(
    ctx: typer.Context,
    pick_list: List,
    tube: Tube,
    reason: Annotated[str, typer.Option(help=mark("Why; the ledger keeps it."))],
) -> None:
    """Take a tube off a list and end its reservation."""
    from biobank_tui.actions import picking

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        picking.drop(bank, actor, picking.Item(pick_list, tube, reason))
    desk.say("{tube} is off {pick_list}.", tube=tube, pick_list=pick_list)
    desk.lines([], {"tube": tube})


@app.command()
def substitute(
    ctx: typer.Context,
    pick_list: List,
    old: Annotated[str, typer.Argument(help=mark("The tube that is not picked."))],
    new: Annotated[str, typer.Argument(help=mark("The tube to take in its stead."))],
) -> None:
    """Take another tube in the stead of one on the list."""
    from biobank_tui.actions import picking

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        picking.substitute(bank, actor, picking.Substitution(pick_list, old, new))
    desk.say("{new} is on {pick_list} in the stead of {old}.", new=new, old=old, pick_list=pick_list)
    desk.lines([], {"old": old, "new": new})


@app.command()
def close(ctx: typer.Context, pick_list: List) -> None:
    """Put a pick list away; tubes not picked stay reserved, for another list."""
    from biobank_tui.actions import picking

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        left = picking.close(bank, actor, pick_list)
    desk.say(
        "{pick_list} is closed; {count} {count:tube on it was|tubes on it were} not picked.",
        pick_list=pick_list,
        count=left,
    )
    desk.lines([], {"pick_list": pick_list, "left": left})


def list_for(desk: Desk, bank: Bank, actor: Actor, request: str) -> str:
    """The request's open pick list with tubes still to pick, or a new one."""
    from biobank_tui.actions import picking
    from biobank_tui.queries.picklists import pick_lists

    with bank.read() as connection:
        going = [each for each in pick_lists(connection) if each.request == request.strip().upper() and each.to_pick]
    if going:
        return going[-1].code
    started = picking.start(bank, actor, request)
    for barred in started.left_out:
        desk.say("{sample} is left out: {why}", sample=barred.code, why=str(barred.barrier))
    desk.say("Pick list {code}: {count} {count:tube|tubes}.", code=started.code, count=started.items)
    return started.code


def show_walk(desk: Desk, bank: Bank, actor: Actor, pick_list: str) -> None:
    """The tubes of a list in walking order, for whoever may read the bank."""
    from biobank_tui.bank.access import require
    from biobank_tui.queries.picklists import pick_list as listed
    from biobank_tui.queries.picklists import walk
    from biobank_tui.queries.scanning import barred_since
    from biobank_tui.queries.sight import sight_of
    from biobank_tui.rules.permissions import Verb

    with bank.read() as connection:
        require(connection, actor, Verb.BANK_READ)
        listed(connection, pick_list, reader=actor.person_id)
        sight_of(connection, actor.person_id).require_bank_codes()
        boxes = walk(connection, pick_list)
        barred = barred_since(connection, pick_list, bank.clock())
    why = {number: filled_in(barrier.fragment, barrier.facts) for number, barrier in barred.items()}
    if desk.flags.json:
        kept = {hole.code: why[hole.sample_id] for box in boxes for hole in box.holes if hole.sample_id in why}
        desk.lines([], {"pick_list": pick_list, "boxes": boxes, "leave_there": kept})
        return
    desk.rows(
        [_("Code"), _("Box"), _("Position"), _("Material"), _("Amount"), _("State"), _("List"), _("Leave it there")],
        [
            (
                hole.code,
                box.unit,
                hole.label,
                hole.material,
                hole.amount,
                hole.state,
                pick_list,
                why.get(hole.sample_id),
            )
            for box in boxes
            for hole in box.holes
        ],
    )


def scan_all(desk: Desk, bank: Bank, actor: Actor, pick_list: str, codes: Iterable[str]) -> None:
    """Scan tube after tube; Refused at the end where some were not picked."""
    from biobank_tui.actions import picking

    outcomes = []
    for text in scans(codes):
        outcome = picking.scan(bank, actor, picking.Scan(pick_list, text))
        outcomes.append(outcome)
        desk.say(outcome.sentence, **{"left": outcome.left, **outcome.facts})
    picked = [outcome.sample or "" for outcome in outcomes if outcome.picked]
    desk.lines(picked, {"pick_list": pick_list, "picked": picked, "scans": outcomes})
    if len(picked) < len(outcomes):
        raise Refused(
            "pick.some",
            "{count} of {all} scans {count:was|were} not picked.",
            count=len(outcomes) - len(picked),
            all=len(outcomes),
        )


def scans(codes: Iterable[str]) -> Iterator[str]:
    """Scans as they come: a lone - stands for the lines of stdin, each taken when it is there."""
    for code in codes:
        if code != "-":
            yield code
            continue
        for line in sys.stdin:
            if line.strip():
                yield line.strip()
