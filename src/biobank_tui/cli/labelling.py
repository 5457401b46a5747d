"""biobank label: labels on sheets, into printer files, or to a printer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.desk import Desk, desk_of
from biobank_tui.cli.reading import codes_of
from biobank_tui.cli.room import room
from biobank_tui.rules.errors import Refused
from biobank_tui.words import _, mark

if TYPE_CHECKING:
    from biobank_tui.bank.bank import Bank

app = room()


@app.command()
def label(
    ctx: typer.Context,
    codes: Annotated[list[str] | None, typer.Argument(help=mark("Tubes; - reads codes from stdin."))] = None,
    where: Annotated[str | None, typer.Option(help=mark("All tubes that match this query, instead."))] = None,
    stock: Annotated[
        str, typer.Option(help=mark("The label stock, as L4732; that of the settings if not given."))
    ] = "",
    to: Annotated[
        str,
        typer.Option(help=mark("FILE.pdf, FILE.zpl, tcp://HOST:9100 or lp:QUEUE; that of the settings if not given.")),
    ] = "",
    start: Annotated[int, typer.Option(min=1, help=mark("The first free label of a part-used sheet."))] = 1,
    copies: Annotated[int, typer.Option(min=1, max=100, help=mark("Copies of each label."))] = 1,
    layout: Annotated[str | None, typer.Option(help=mark("A layout's name or TOML file."))] = None,
    reason: Annotated[str | None, typer.Option(help=mark("Why one is printed again; the ledger keeps it."))] = None,
    preview: Annotated[bool, typer.Option("--preview", help=mark("Show them here and print nothing."))] = False,
    stocks: Annotated[bool, typer.Option("--stocks", help=mark("List the label stocks there are."))] = False,
) -> None:
    """Print labels to a PDF sheet, a ZPL file or a printer."""
    from biobank_tui.actions.labelling import PrintRequest, print_labels

    desk = desk_of(ctx)
    if stocks:
        _list_stocks(desk)
        return
    settings = desk.loaded.settings
    target, paper = to or settings.printer, stock or settings.stock
    if not paper or not (target or preview):
        raise Refused("label.unsaid", "Say the label stock with --stock and where to with --to; --stocks lists stocks.")
    with desk.acting() as (bank, actor):
        wanted = _wanted(bank, codes, where)
        if preview:
            _preview(bank, wanted, paper)
            return
        done = print_labels(bank, actor, PrintRequest(tuple(wanted), paper, target, start, copies, layout, reason))
    desk.say("{count} labels to {target}; the next free label is number {next}.",
             count=done.labels, target=target, next=done.next_free)  # fmt: skip
    if done.shortened:
        desk.say("Text was cut on {count} of them.", count=len(done.shortened))
    desk.lines([target], done)


def _wanted(bank: Bank, codes: list[str] | None, where: str | None) -> list[str]:
    if where is None:
        return codes_of(codes or ())
    from biobank_tui.cli.listing import every
    from biobank_tui.queries.samples import Sort
    from biobank_tui.rules.query import parse

    with bank.read() as connection:
        return [row.code for row in every(connection, parse(where), Sort("registered", descending=False))]


def _preview(bank: Bank, codes: list[str], stock: str) -> None:
    from biobank_tui.actions.labelling import labels_for
    from biobank_tui.labels.terminal import preview_lines

    with bank.read() as connection:
        labels = labels_for(connection, codes, stock)
    # Black on white whatever the terminal's colours: a negative would not be read.
    ink, plain = ("\x1b[30;107m", "\x1b[0m") if sys.stdout.isatty() else ("", "")
    for each in labels:
        for line in preview_lines(each):
            print(f"{ink}{line}{plain}")
        print()


def _list_stocks(desk: Desk) -> None:
    from biobank_tui.labels.stock import stocks

    titles = {
        "name": _("Name"),
        "width_mm": _("Width mm"),
        "height_mm": _("Height mm"),
        "per_sheet": _("Per sheet"),
        "page": _("Page"),
        "shape": _("Shape"),
        "is_verified": _("Verified"),
    }
    desk.table(stocks().values(), titles)
