"""biobank storage edit, fail, failing, out: units set right, freezers that fail, and tubes that are out."""

from __future__ import annotations

from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.rules.positions import FillOrder, Major, Scheme, Style
from biobank_tui.words import _, mark

Unit = Annotated[str, typer.Argument(help=mark("The unit, by code."))]


def edit(
    ctx: typer.Context,
    unit: Unit,
    name: Annotated[str | None, typer.Option(help=mark("Another name."))] = None,
    grid: Annotated[
        str | None, typer.Option(help=mark("Its rows and columns: 9x9. Never below what lies in it."))
    ] = None,
    rows: Annotated[Scheme | None, typer.Option(help=mark("How rows are labelled."))] = None,
    columns: Annotated[Scheme | None, typer.Option(help=mark("How columns are labelled."))] = None,
    style: Annotated[Style | None, typer.Option(help=mark("How a position is written."))] = None,
    major: Annotated[Major | None, typer.Option(help=mark("What serial positions run along first."))] = None,
    fill: Annotated[FillOrder | None, typer.Option(help=mark("In which order positions are filled."))] = None,
    capacity: Annotated[
        int | None, typer.Option(min=0, help=mark("How many units, or loose tubes, it holds; 0: no limit."))
    ] = None,
    temperature: Annotated[
        str | None, typer.Option(help=mark("Its temperature, and that of all inside: -80, -20, 4, vapour, liquid."))
    ] = None,
    material: Annotated[
        list[str] | None, typer.Option(help=mark("Kept for this material, with all inside; “-” for any."))
    ] = None,
    organisation: Annotated[
        str | None, typer.Option("--org", help=mark("Kept for this organisation, with all inside; “-” for any."))
    ] = None,
    project: Annotated[
        str | None, typer.Option(help=mark("Kept for what is reserved for this project; “-” for any."))
    ] = None,
    override: Annotated[
        str | None, typer.Option(help=mark("A manager's reason, where what lies inside does not fit."))
    ] = None,
) -> None:
    """Change a unit's name, grid, labels or temperature, or what it is kept for."""
    from biobank_tui.actions.refitting import NOTHING, Refit, refit
    from biobank_tui.rules.errors import Refused
    from biobank_tui.rules.materials import material as coded
    from biobank_tui.rules.treeplan import parse_grid

    size = parse_grid(grid) if grid is not None else None
    kept = None if material is None else () if material == [NOTHING] else tuple(coded(each) for each in material)
    what = Refit(
        unit, name, size[0] if size else None, size[1] if size else None, rows, columns, style, major, fill, capacity,
        temperature, kept, organisation, project, override,
    )  # fmt: skip
    if what == Refit(unit, override=override):
        raise Refused("unit.unchanged", "Say what is to be other than it is: see biobank storage edit --help.")
    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        changed = refit(bank, actor, what)
    desk.say("{unit} is changed: {count} {count:unit|units}.", unit=unit, count=changed)
    desk.lines([], {"unit": unit, "changed": changed})


def fail(
    ctx: typer.Context,
    unit: Unit,
    reason: Annotated[str, typer.Option(help=mark("What happened; the ledger keeps it."))],
    plan: Annotated[bool, typer.Option(help=mark("Also write the list of moves that empties it."))] = True,
) -> None:
    """A freezer fails: mark it with all inside, and plan where everything in it goes."""
    from biobank_tui.actions import failing

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        done = failing.fail(bank, actor, failing.Failure(unit, reason, plan))
    desk.say("{unit} is failing, with {tubes} {tubes:tube|tubes}; nothing goes in.", unit=done.code, tubes=done.tubes)
    if done.plan is not None:
        desk.say(
            "{moves} {moves:move is|moves are} planned; {stranded} {stranded:tube finds|tubes find} no place.",
            moves=done.plan.moves,
            stranded=len(done.plan.stranded),
        )
    desk.lines([done.plan.code] if done.plan is not None and done.plan.code else [], done)


def failing(
    ctx: typer.Context,
    unit: Annotated[str | None, typer.Argument(help=mark("A unit: every tube that was in it."))] = None,
) -> None:
    """Units that fail, and since when; or every tube that was in one, and where it is now."""
    from biobank_tui.queries import evacuating
    from biobank_tui.rules.moments import now_utc

    desk = desk_of(ctx)
    if unit is None:
        with desk.reading() as connection:
            units = evacuating.failing(connection, now_utc())
        desk.table(units, {"code": _("Code"), "trail": _("Where"), "since": _("Since"), "lasting": _("For"),
                           "temperature": _("Temperature"), "tubes": _("Tubes")})  # fmt: skip
        return
    with desk.reading_tubes() as connection:
        tubes = evacuating.was_inside(connection, unit)
    desk.table(tubes, {"code": _("Code"), "place": _("Place"), "material": _("Material"),
                       "custodian": _("Custodian"), "status": _("Status"), "now": _("Now")})  # fmt: skip


def out(
    ctx: typer.Context,
    within: Annotated[str | None, typer.Option("--in", help=mark("Only of this unit and what is in it."))] = None,
) -> None:
    """Tubes that are out: who has them, since when, and the place each keeps."""
    from biobank_tui.queries.outside import outside

    desk = desk_of(ctx)
    with desk.reading_tubes() as connection:
        rows = outside(connection, within)
    desk.table(rows, {"code": _("Code"), "material": _("Material"), "place": _("Place"), "person": _("Who"),
                      "since": _("Since"), "purpose": _("What for")})  # fmt: skip
