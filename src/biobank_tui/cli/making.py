"""biobank sample aliquot, derive, pool: tubes made of tubes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.desk import Desk, desk_of
from biobank_tui.cli.reading import pairs_of
from biobank_tui.cli.sample import At, Barcodes, Box, Code, app
from biobank_tui.words import mark

if TYPE_CHECKING:
    from biobank_tui.actions.aliquoting import Made

Each = Annotated[str | None, typer.Option(help=mark("What each new tube holds, as '200 µL'."))]
Taken = Annotated[str | None, typer.Option(help=mark("What is taken from the parent in all."))]
Close = Annotated[bool, typer.Option("--close", help=mark("The parent is used up by it."))]
Frozen = Annotated[str | None, typer.Option(help=mark("When the new tubes were frozen."))]


@app.command()
def aliquot(
    ctx: typer.Context,
    code: Code,
    count: Annotated[int, typer.Argument(min=1, help=mark("How many aliquots."))],
    each: Each = None,
    taken: Taken = None,
    barcode: Barcodes = None,
    box: Box = None,
    at: At = None,
    close: Close = False,
    frozen: Frozen = None,
) -> None:
    """Share a tube out: the new tubes, their places and the parent's remainder in one act."""
    from biobank_tui.actions import aliquoting

    desk = desk_of(ctx)
    request = aliquoting.Aliquoting(code, count, each, taken, tuple(barcode or ()), box, at, close, frozen)
    with desk.acting() as (bank, actor):
        _tell(desk, code, aliquoting.aliquot(bank, actor, request))


@app.command()
def derive(
    ctx: typer.Context,
    code: Code,
    material: Annotated[str, typer.Argument(help=mark("What is made: plasma, DNA, …"))],
    count: Annotated[int, typer.Option(min=1, help=mark("How many tubes."))] = 1,
    each: Each = None,
    taken: Taken = None,
    concentration: Annotated[float | None, typer.Option(help=mark("As measured."))] = None,
    concentration_unit: Annotated[str | None, typer.Option(help=mark("Its unit, as ng/µL."))] = None,
    barcode: Barcodes = None,
    box: Box = None,
    at: At = None,
    close: Close = False,
    frozen: Frozen = None,
) -> None:
    """Make tubes of another material from a tube; their amount is a yield of its own."""
    from biobank_tui.actions import aliquoting

    desk = desk_of(ctx)
    request = aliquoting.Deriving(
        code,
        material,
        count,
        each,
        taken,
        concentration,
        concentration_unit,
        tuple(barcode or ()),
        box,
        at,
        close,
        frozen,
    )
    with desk.acting() as (bank, actor):
        _tell(desk, code, aliquoting.derive(bank, actor, request))


@app.command()
def pool(
    ctx: typer.Context,
    shares: Annotated[list[str], typer.Argument(metavar="CODE=AMOUNT...", help=mark("What goes in, as S-…='100 µL'."))],
    material: Annotated[str | None, typer.Option(help=mark("What the pool is, where the shares differ."))] = None,
) -> None:
    """Put shares of tubes into one new tube, which permits what all their donors permit."""
    from biobank_tui.actions import aliquoting

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        code = aliquoting.pool(bank, actor, list(pairs_of(shares, "CODE=AMOUNT").items()), material)
    desk.say("{count} shares pooled.", count=len(shares))
    desk.lines([code], {"code": code})


def _tell(desk: Desk, parent: str, made: Made) -> None:
    desk.say(
        "{count} made from {parent}; {left} left in it.", count=len(made.codes), parent=parent, left=made.left or "?"
    )
    desk.lines(made.codes, made)
