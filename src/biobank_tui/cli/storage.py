"""biobank storage: freezers, racks and boxes, and the room in them."""

from __future__ import annotations

from typing import Annotated

import typer

from biobank_tui.cli import moving, racks, refitting
from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.rules.lifecycles import ServiceState
from biobank_tui.rules.positions import FillOrder, Major, Scheme, Style
from biobank_tui.words import _, mark

app = room(mark("Freezers, racks and boxes, and the room in them."))
for each in (racks.scan, moving.free, moving.defragment, moving.moves, refitting.edit, refitting.fail,
             refitting.failing, refitting.out):  # fmt: skip
    app.command()(each)

Unit = Annotated[str, typer.Argument(help=mark("The unit, by code."))]


@app.command()
def add(
    ctx: typer.Context,
    plan: Annotated[
        str,
        typer.Argument(help=mark("What to make, in one line: 'freezer F01 / 20 racks / 5 drawers / 13 boxes 9x9'.")),
    ],
    parent: Annotated[str | None, typer.Option("--in", help=mark("The unit it stands in, by code."))] = None,
    temperature: Annotated[str | None, typer.Option(help=mark("Its temperature: -80, -20, 4, vapour, liquid."))] = None,
    organisation: Annotated[str | None, typer.Option("--org", help=mark("Kept for this organisation."))] = None,
    material: Annotated[
        list[str] | None, typer.Option(help=mark("Kept for this material; may be given more than once."))
    ] = None,
    rows: Annotated[Scheme, typer.Option(help=mark("How rows are labelled."))] = Scheme.LETTERS,
    columns: Annotated[Scheme, typer.Option(help=mark("How columns are labelled."))] = Scheme.NUMBERS,
    style: Annotated[Style, typer.Option(help=mark("How a position is written."))] = Style.ROW_COLUMN,
    fill: Annotated[FillOrder | None, typer.Option(help=mark("In which order positions are filled."))] = None,
    major: Annotated[Major, typer.Option(help=mark("What serial positions run along first."))] = Major.ROW,
    project: Annotated[str | None, typer.Option(help=mark("Kept for what is reserved for this project."))] = None,
) -> None:
    """Make a storage unit and everything in it from one line."""
    from biobank_tui.actions import storage
    from biobank_tui.rules.materials import material as coded

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        new = storage.NewTree(
            plan,
            parent,
            temperature,
            rows,
            columns,
            style,
            major,
            fill,
            organisation,
            project,
            materials=tuple(coded(each) for each in material or ()),
        )
        made = storage.add_tree(bank, actor, new)
    desk.say("{units} {units:unit|units} with {places} {places:place|places}.", units=made.units, places=made.places)
    desk.lines([made.code], made)


@app.command()
def tree(
    ctx: typer.Context,
    unit: Annotated[str | None, typer.Argument(help=mark("Only this unit and what is in it."))] = None,
    depth: Annotated[int, typer.Option(min=0, help=mark("How many levels below it."))] = 2,
) -> None:
    """List storage units in walking order, with how full each is."""
    from biobank_tui.queries.storage import subtree

    desk = desk_of(ctx)
    with desk.reading() as connection:
        rows = subtree(connection, unit, depth=depth + (unit is None))
    desk.table(rows, unit_titles())


def unit_titles() -> dict[str, str]:
    """The columns of a list of storage units."""
    return {
        "code": _("Code"),
        "kind": _("Kind"),
        "temperature": _("Temperature"),
        "service": _("Service"),
        "tubes": _("Tubes"),
        "free": _("Free"),
        "places": _("Places"),
    }


@app.command()
def box(ctx: typer.Context, unit: Unit) -> None:
    """Show a box as a grid, or its tubes when piped."""
    from biobank_tui.cli.boxes import show_box

    desk = desk_of(ctx)
    with desk.reading_tubes() as connection:
        show_box(desk, connection, unit)


@app.command()
def occupancy(
    ctx: typer.Context,
    unit: Annotated[str | None, typer.Argument(help=mark("The units inside this one; else those at the top."))] = None,
) -> None:
    """How full the units of one level are."""
    from biobank_tui.queries.storage import children
    from biobank_tui.queries.storage import unit as one

    desk = desk_of(ctx)
    with desk.reading() as connection:
        rows = children(connection, one(connection, unit).id if unit else None)
    desk.table(rows, unit_titles())


@app.command()
def move(
    ctx: typer.Context,
    unit: Unit,
    target: Annotated[
        str | None, typer.Option("--in", help=mark("Where it will stand; at the top if not given."))
    ] = None,
    override: Annotated[
        str | None, typer.Option(help=mark("A manager's reason, where what lies inside does not fit."))
    ] = None,
) -> None:
    """Stand a unit, with all it holds, inside another."""
    from biobank_tui.actions import storage

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        moved = storage.move_unit(bank, actor, unit, target, override=override)
    desk.say("{unit} and what is in it moved: {count} {count:unit|units}.", unit=unit, count=moved)
    desk.lines([], {"unit": unit, "moved": moved})


@app.command()
def service(
    ctx: typer.Context,
    unit: Unit,
    state: Annotated[ServiceState, typer.Argument(help=mark("Its new state."))],
    reason: Annotated[str | None, typer.Option(help=mark("Why; the ledger keeps it."))] = None,
) -> None:
    """Change a unit's service state, and that of all inside it."""
    from biobank_tui.actions import storage

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        changed = storage.set_service(bank, actor, unit, state, reason)
    desk.say("{unit} is {state}: {count} {count:unit|units}.", unit=unit, state=str(state), count=changed)
    desk.lines([], {"unit": unit, "state": state, "changed": changed})
