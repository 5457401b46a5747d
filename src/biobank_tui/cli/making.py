"""biobank sample aliquot, derive, pool: tubes made of tubes; lineage: the family they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.choosing import Where, chosen
from biobank_tui.cli.desk import Desk, desk_of
from biobank_tui.cli.reading import codes_of
from biobank_tui.cli.sample import At, Barcodes, Code, app
from biobank_tui.rules.errors import Refused
from biobank_tui.words import _, mark

if TYPE_CHECKING:
    from biobank_tui.actions.aliquoting import Made

Each = Annotated[str | None, typer.Option(help=mark("What each new tube holds, as '200 µL'."))]
Taken = Annotated[str | None, typer.Option(help=mark("What is taken from each parent in all."))]
Close = Annotated[bool, typer.Option("--close", help=mark("The parents are used up by it."))]
Frozen = Annotated[str | None, typer.Option(help=mark("When the new tubes were frozen."))]
Thawed = Annotated[bool, typer.Option("--thawed", help=mark("It cost the parents a freeze-thaw cycle."))]
Boxes = Annotated[
    list[str] | None,
    typer.Option("--box", help=mark("The box they go to, by code; several are filled one after the other.")),
]
Apart = Annotated[
    bool,
    typer.Option(
        "--apart",
        help=mark("The first tube of every parent, then the second of each; with as many boxes, each in its own."),
    ),
]
Parents = Annotated[list[str] | None, typer.Argument(help=mark("The parents; - reads codes from stdin."))]
Scanned = Annotated[
    str | None,
    typer.Option(metavar="FILE", help=mark("A file of the new tubes' barcodes, in the labels' order; - is stdin.")),
]


@app.command()
def aliquot(
    ctx: typer.Context,
    codes: Annotated[
        list[str] | None,
        typer.Argument(metavar="CODE... COUNT", help=mark("The parents, then how many aliquots of each; - is stdin.")),
    ] = None,
    where: Where = None,
    count: Annotated[int | None, typer.Option(min=1, help=mark("How many aliquots of each, if not said last."))] = None,
    each: Each = None,
    taken: Taken = None,
    barcode: Barcodes = None,
    barcodes: Scanned = None,
    box: Boxes = None,
    at: At = None,
    close: Close = False,
    frozen: Frozen = None,
    thawed: Thawed = False,
    apart: Apart = False,
) -> None:
    """Share tubes out: the new tubes, their places and the parents' remainders in one act."""
    from biobank_tui.actions import aliquoting

    desk = desk_of(ctx)
    given = list(codes or ())
    if count is None:
        count = _count(given.pop() if given else "")
    with desk.acting() as (bank, actor):
        parents = tuple(chosen(bank, given, where))
        request = aliquoting.Aliquoting(
            parents,
            count,
            each,
            taken,
            _barcodes(barcode, barcodes),
            tuple(box or ()),
            at,
            close,
            frozen,
            thawed,
            apart,
        )
        _tell(desk, parents, aliquoting.aliquot(bank, actor, request))


@app.command()
def derive(
    ctx: typer.Context,
    codes: Annotated[
        list[str] | None,
        typer.Argument(metavar="CODE... MATERIAL", help=mark("The parents, then what is made: plasma, DNA, …")),
    ] = None,
    where: Where = None,
    material: Annotated[str | None, typer.Option(help=mark("What is made, if not said last."))] = None,
    count: Annotated[int, typer.Option(min=1, help=mark("How many tubes of each parent."))] = 1,
    each: Each = None,
    taken: Taken = None,
    concentration: Annotated[float | None, typer.Option(help=mark("As measured."))] = None,
    concentration_unit: Annotated[str | None, typer.Option(help=mark("Its unit, as ng/µL."))] = None,
    barcode: Barcodes = None,
    barcodes: Scanned = None,
    box: Boxes = None,
    at: At = None,
    close: Close = False,
    frozen: Frozen = None,
    thawed: Thawed = False,
    apart: Apart = False,
) -> None:
    """Make tubes of another material from tubes; their amount is a yield of their own."""
    from biobank_tui.actions import aliquoting

    desk = desk_of(ctx)
    given = list(codes or ())
    if material is None:
        if not given:
            raise Refused("derive.material", "Say what is made: plasma, DNA, …")
        material = given.pop()
    with desk.acting() as (bank, actor):
        parents = tuple(chosen(bank, given, where))
        request = aliquoting.Deriving(
            parents, material, count, each, taken, concentration, concentration_unit,
            _barcodes(barcode, barcodes), tuple(box or ()), at, close, frozen, thawed, apart,
        )  # fmt: skip
        _tell(desk, parents, aliquoting.derive(bank, actor, request))


@app.command()
def pool(
    ctx: typer.Context,
    shares: Annotated[
        list[str] | None,
        typer.Argument(metavar="CODE=AMOUNT...", help=mark("What goes in, as S-…='100 µL'; codes alone with --each.")),
    ] = None,
    where: Where = None,
    each: Annotated[str | None, typer.Option(help=mark("What each gives, as '100 µL', or all."))] = None,
    material: Annotated[str | None, typer.Option(help=mark("What the pool is, where the shares differ."))] = None,
    barcode: Annotated[str | None, typer.Option(help=mark("The new tube's own barcode."))] = None,
    box: Annotated[str | None, typer.Option("--box", help=mark("The box it goes to, by code."))] = None,
    at: At = None,
    close: Close = False,
) -> None:
    """Put shares of tubes into one new tube, which permits what all their donors permit."""
    from biobank_tui.actions import aliquoting

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        wanted = [_share(share, each) for share in chosen(bank, shares, where)]
        code = aliquoting.pool(bank, actor, wanted, material, barcode=barcode, unit=box, position=at, close=close)
    desk.say("{count} {count:share|shares} pooled.", count=len(wanted))
    desk.lines([code], {"code": code})


@app.command()
def lineage(ctx: typer.Context, code: Code) -> None:
    """The family of a tube: what it was made of and what was made of it, with what is left and how often it thawed."""
    from biobank_tui.queries.lineage import family

    desk = desk_of(ctx)
    with desk.reading_tubes() as connection:
        found = family(connection, code)
    if desk.flags.json:
        desk.lines([], found)
        return
    desk.rows(
        [_("Code"), _("Kind"), _("Material"), _("Status"), _("Left"), _("Of"), _("Thaws"), _("Place")],
        [
            ("  " * each.depth + each.code, each.kind, each.material, each.status, each.left, each.initial, each.thaws,
             each.place)
            for each in found.tree
        ],
    )  # fmt: skip
    for share in found.pooled_from:
        desk.say("{amount} of {code} went into it.", amount=share.amount or "?", code=share.code)
    for share in found.pooled_into:
        desk.say("{amount} of it went into {code}.", amount=share.amount or "?", code=share.code)
    for thaw in found.thaws:
        desk.say("{day}: thaws {before} → {after} ({act}, {who})", day=thaw.at[:10], before=thaw.before,
                 after=thaw.after, act=thaw.verb, who=thaw.by)  # fmt: skip


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Refused("aliquot.unsaid", "Say last how many aliquots are made of each, or with --count.")
    return int(text)


def _barcodes(given: list[str] | None, file: str | None) -> tuple[str, ...]:
    """Barcodes named one by one, or those of a file: the first word of each line."""
    if file is None:
        return tuple(given or ())
    if file == "-":
        return tuple(codes_of(["-"]))
    from pathlib import Path

    from biobank_tui.rules.errors import Unreachable

    try:
        lines = Path(file).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as broken:
        raise Unreachable("file.unreadable", "Cannot read {file}: {reason}.", file=file, reason=str(broken)) from broken
    return tuple(words[0] for line in lines if (words := line.split()))


def _share(text: str, each: str | None) -> tuple[str, str]:
    code, equals, amount = text.partition("=")
    if equals:
        return code.strip(), amount.strip()
    if each is None:
        raise Refused("pool.amount", "Say what {code} gives, as {code}='100 µL', or what each gives, with --each.",
                      code=code)  # fmt: skip
    return code.strip(), each


def _tell(desk: Desk, parents: tuple[str, ...], made: Made) -> None:
    if len(parents) == 1:
        desk.say("{count} made from {parent}; {left} left in it.",
                 count=len(made.codes), parent=parents[0], left=made.left or "?")  # fmt: skip
    else:
        desk.say("{count} made from {parents} {parents:tube|tubes}.", count=len(made.codes), parents=len(parents))
    desk.lines(made.codes, made)
