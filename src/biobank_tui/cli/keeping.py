"""biobank init, doctor, migrate, backup, restore, check: the bank as a thing to be kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.desk import Desk, desk_of
from biobank_tui.cli.room import room
from biobank_tui.words import _, filled_in, mark

if TYPE_CHECKING:
    from biobank_tui.actions.mending import Mended

app = room()


@app.command()
def init(
    ctx: typer.Context,
    name: Annotated[str, typer.Option(help=mark("The bank's name, on screens and reports."))] = "Biobank",
    prefix: Annotated[str, typer.Option(help=mark("Up to two letters put before every code."))] = "",
    organisation: Annotated[
        str, typer.Option("--org", metavar="CODE=NAME", help=mark("The first organisation."))
    ] = "HOME=Home organisation",
    administrator: Annotated[
        str, typer.Option("--admin", metavar="LOGIN=NAME", help=mark("The first person, who holds every role."))
    ] = "admin=Administrator",
) -> None:
    """Create an empty bank."""
    from biobank_tui.bank.bank import Bank
    from biobank_tui.settings import Origin

    desk = desk_of(ctx)
    if desk.loaded.origins["bank"] is Origin.DEFAULT:
        Path(desk.address).parent.mkdir(parents=True, exist_ok=True)
    Bank.create(
        desk.address,
        name=name,
        prefix=prefix,
        organisation=_pair(organisation),
        administrator=_pair(administrator),
    ).close()
    desk.say("A new bank stands at {address}.", address=desk.address)
    desk.lines([desk.address], {"bank": desk.address, "name": name})


def _pair(text: str) -> tuple[str, str]:
    code, _equals, name = text.partition("=")
    return code.strip(), name.strip() or code.strip()


@app.command()
def doctor(ctx: typer.Context) -> None:
    """Show the settings in force, where each came from, and how the bank is."""
    from biobank_tui.cli import diagnosis

    desk = desk_of(ctx)
    rows, fault = diagnosis.examine(desk)
    rows = rows if desk.flags.json else diagnosis.in_language(rows)
    desk.table(rows, {"what": _("What"), "value": _("Value"), "origin": _("From")})
    if fault is not None:
        raise fault


@app.command()
def migrate(ctx: typer.Context) -> None:
    """Bring a bank of an older version to this one."""
    from biobank_tui.bank.upgrading import migrate

    desk = desk_of(ctx)
    done = migrate(desk.address)
    if done.kept:
        desk.say("The bank as it was is kept at {file}.", file=done.kept)
    desk.say("The schema is at revision {after}; it was at {before}.", after=done.after, before=done.before)
    desk.lines([done.after], done)


@app.command()
def backup(
    ctx: typer.Context, file: Annotated[Path, typer.Argument(help=mark("Where to write the copy; a new file."))]
) -> None:
    """Write a verified copy of the bank while others work in it."""
    from biobank_tui.actions.keeping import back_up

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        copy = back_up(bank, actor, file)
    desk.say("{file} is written and verified. Keep this anchor of its ledger elsewhere:", file=str(file))
    desk.lines([copy.anchor], copy)


@app.command()
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help=mark("A copy that `biobank backup` wrote."))],
    replace: Annotated[
        bool, typer.Option("--replace", help=mark("Put it in the place of a bank; the old one is kept beside it."))
    ] = False,
) -> None:
    """Put a backup in the bank's place."""
    from biobank_tui.bank import backup

    desk = desk_of(ctx)
    if replace:
        copy, kept = backup.replace(file, desk.address, _stamp())
        if kept:
            desk.say("The bank that was there is kept at {file}.", file=kept)
    else:
        copy = backup.restore(file, desk.address)
    desk.say("{address} is restored from {file}.", address=desk.address, file=str(file))
    desk.lines([copy.anchor], copy)


@app.command()
def check(
    ctx: typer.Context,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help=mark("First put the kept counts right by a recount, and make the samples' index anew.")
        ),
    ] = False,
) -> None:
    """Compare the bank with its constraints, its counts, its ledger and its samples' index."""
    from biobank_tui.actions.mending import mend
    from biobank_tui.bank.access import require
    from biobank_tui.bank.inspecting import inspect
    from biobank_tui.rules.errors import BadData
    from biobank_tui.rules.permissions import Verb

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        with bank.read() as connection:
            require(connection, actor, Verb.BANK_READ)
        if repair:
            _say_mended(desk, mend(bank, actor))
        found = inspect(bank, lambda part: desk.say("Checking: {part}", part=part))
    if desk.flags.json:
        desk.lines([], found)
    else:
        desk.lines([filled_in(each.sentence, each.facts) for each in found], found)
    if found:
        raise BadData("check.findings", "The bank is not as it should be: {count} findings.", count=len(found))
    desk.say("The bank is sound.")


def _say_mended(desk: Desk, mended: Mended) -> None:
    if mended.facets or mended.usable or mended.units:
        desk.say(
            "Put right in entry {entry}: {facets} {facets:count|counts} of samples, {usable} of usable"
            " samples, {units} of tubes in a storage unit.",
            entry=mended.entry,
            facets=mended.facets,
            usable=mended.usable,
            units=mended.units,
        )
    else:
        desk.say("Every kept count was right; entry {entry} says that they were counted.", entry=mended.entry)
    if mended.index is not None:
        desk.say("The samples' index is made anew: {count} {count:sample|samples}.", count=mended.index)


def _stamp() -> str:
    from biobank_tui.rules.moments import now_utc

    return now_utc()[:19].replace(":", "")
