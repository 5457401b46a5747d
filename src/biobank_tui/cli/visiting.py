"""biobank visit: templates the bank keeps, and all tubes of a visit in one act."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.reading import pairs_of
from biobank_tui.cli.receiving import Treated
from biobank_tui.cli.room import room
from biobank_tui.rules.errors import Refused, Unreachable
from biobank_tui.words import _, mark

app = room(mark("Templates of a visit, and all its tubes registered in one act."))

Name = Annotated[str, typer.Argument(help=mark("The template's name."))]
LARGEST = 100_000
"""Bytes of a template file."""


@app.command()
def keep(
    ctx: typer.Context,
    name: Name,
    written: Annotated[
        str, typer.Argument(help=mark("'2 blood EDTA 9 mL -> 6 plasma 500 µL, 2 buffy coat', or a TOML file."))
    ],
) -> None:
    """Keep a template under a name, or give the name another one."""
    from biobank_tui.actions.visits import keep_template
    from biobank_tui.rules.visits import in_words

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        kept = keep_template(bank, actor, name, _text(written))
    desk.say("{name}: {line}", name=name, line=in_words(kept))
    desk.lines([], {"name": name, "line": in_words(kept), "tubes": kept.count})


@app.command(name="list")
def list_templates(ctx: typer.Context) -> None:
    """List the templates in use."""
    from biobank_tui.queries.visits import templates

    desk = desk_of(ctx)
    with desk.reading() as connection:
        found = templates(connection)
    desk.table(found, {"name": _("Name"), "tubes": _("Tubes"), "line": _("Template")})


@app.command()
def retire(ctx: typer.Context, name: Name) -> None:
    """Offer a template no longer."""
    from biobank_tui.actions.visits import retire_template

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        retire_template(bank, actor, name)
    desk.say("{name} is retired.", name=name)
    desk.lines([], {"name": name})


@app.command()
def register(
    ctx: typer.Context,
    donor: Annotated[str, typer.Argument(help=mark("The donor, by code."))],
    template: Annotated[str, typer.Argument(help=mark("A template's name, a TOML file, or a template on one line."))],
    collected: Annotated[str | None, typer.Option(help=mark("When it was collected, as 2026-03-02T10:15."))] = None,
    received: Annotated[str | None, typer.Option(help=mark("When; now if not given."))] = None,
    processed: Annotated[str | None, typer.Option(help=mark("When it was processed."))] = None,
    frozen: Annotated[str | None, typer.Option(help=mark("When it was frozen."))] = None,
    expected: Annotated[bool, typer.Option("--expected", help=mark("It is announced, and not here yet."))] = False,
    barcode: Annotated[
        list[str] | None,
        typer.Option(help=mark("A tube's own barcode, in the template's order: of those made, or of all.")),
    ] = None,
    treated: Treated = None,
    box: Annotated[str | None, typer.Option(help=mark("The box they go into at once."))] = None,
    at: Annotated[str | None, typer.Option(help=mark("The (first) position; the next free one if not given."))] = None,
) -> None:
    """Register every tube of a visit for a donor, in one act."""
    from biobank_tui.actions.visits import Visit, register_visit

    desk = desk_of(ctx)
    visit = Visit(
        donor,
        _text(template),
        collected,
        received,
        processed,
        frozen,
        expected,
        tuple(barcode or ()),
        box,
        at,
        pairs_of(treated, "--treated"),
    )
    with desk.acting() as (bank, actor):
        done = register_visit(bank, actor, visit)
    for alarm in done.alarms:
        desk.say("Stop: donor {donor} has withdrawn; set these tubes aside.", donor=alarm)
    desk.say(
        "{drawn} {drawn:tube|tubes} drawn and {made} made of {drawn:it|them}.",
        drawn=len(done.drawn),
        made=len(done.made),
    )
    desk.lines(done.codes, done)


def _text(written: str) -> str:
    """A file's text where the argument names one; the argument itself otherwise."""
    if not written.endswith(".toml"):
        return written
    path = Path(written)
    if not path.is_file():
        raise Unreachable("file.absent", "There is no file {file}.", file=written)
    if path.stat().st_size > LARGEST:
        raise Refused("visit.large", "{file} is too large for a template of a visit.", file=written)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Refused("visit.encoding", "{file} is not UTF-8 text.", file=written) from fault
