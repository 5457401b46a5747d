"""biobank index: the samples' index, made or brought up to date; the app runs it behind what people do."""

from __future__ import annotations

import sys

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.words import figure, ngettext

app = room()


@app.command()
def index(ctx: typer.Context) -> None:
    """Make the index that keeps a large bank's list quick, or bring it up to the newest act."""
    from biobank_tui.bank.access import require
    from biobank_tui.rules.permissions import Verb

    desk = desk_of(ctx)
    shown = sys.stderr.isatty() and not desk.flags.json
    with desk.acting() as (bank, actor), bank.read() as connection:
        require(connection, actor, Verb.BANK_READ)
        bank.index.catch_up(connection, _tell if shown else _silent)
        with bank.index.view(connection) as view:
            entry, samples = (view.entry, view.length - 1) if view is not None else (0, 0)
    if shown:
        print(file=sys.stderr)
    told = ngettext(
        "{count} sample, as entry {entry} left it.", "{count} samples, as entry {entry} left them.", samples
    )
    desk.lines([told.format(count=figure(samples), entry=entry)], {"samples": samples, "entry": entry})


def _tell(phase: str, done: int, total: int) -> None:
    print(f"\r{phase} {figure(done)} / {figure(total)} ", end="", file=sys.stderr, flush=True)


def _silent(_phase: str, _done: int, _total: int) -> None:
    return
