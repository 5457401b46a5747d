"""biobank storage free, berths, defragment, moves: room, and lists of moves that make it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.words import _, mark


class Way(StrEnum):
    """How room is found; the question's own list, which is not imported for help."""

    ONE_BOX = "one_box"
    LEAST_EMPTY = "least_empty"
    EMPTY_BOXES = "empty_boxes"
    SAME_BOX = "same_box"


Within = Annotated[str | None, typer.Option("--in", help=mark("Only inside this unit."))]
Temperature = Annotated[str | None, typer.Option(help=mark("Only at this temperature."))]


def free(
    ctx: typer.Context,
    tubes: Annotated[int, typer.Argument(min=1, help=mark("Room for how many tubes."))] = 1,
    way: Annotated[
        Way,
        typer.Option(help=mark("All in one box, shared out over the fullest, empty boxes only, or beside a tube.")),
    ] = Way.ONE_BOX,
    within: Within = None,
    temperature: Temperature = None,
    material: Annotated[str | None, typer.Option(help=mark("Only boxes that take this material."))] = None,
    project: Annotated[str | None, typer.Option(help=mark("Also boxes kept for this project."))] = None,
    beside: Annotated[str | None, typer.Option(help=mark("The tube whose box the others should share."))] = None,
    boxes: Annotated[
        int | None, typer.Option(min=1, help=mark("Room for so many boxes instead: units that say how many they hold."))
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help=mark("How many units at most."))] = 20,
) -> None:
    """Find room for tubes, or for boxes; the fullest that still fit first."""
    from biobank_tui.cli.storage import unit_titles
    from biobank_tui.queries import finding, room
    from biobank_tui.rules.materials import material as coded
    from biobank_tui.rules.temperatures import temperature as degrees

    desk = desk_of(ctx)
    cold = degrees(temperature).code if temperature else None
    with desk.reading() as connection:
        if boxes is not None:
            berths = room.berths_for(connection, boxes, within=within, temperature=cold, limit=limit)
            if desk.flags.json:
                desk.lines([], berths)
                return
            desk.rows(
                [_("Code"), _("Kind"), _("Temperature"), _("Room for boxes")],
                [(each.unit.code, each.unit.kind, each.unit.temperature, str(each.free)) for each in berths],
            )
            return
        kept = finding.project(connection, project)["id"] if project else None
        wanted = room.Wanted(tubes, within, cold, coded(material) if material else None, project_id=kept, beside=beside)
        way = Way.SAME_BOX if beside is not None else way
        shares = room.boxes_for(connection, wanted, room.Way(way))[:limit]
    if not shares:
        desk.say("There is no such room for {tubes} {tubes:tube|tubes}.", tubes=tubes)
    desk.table([share.unit for share in shares], unit_titles())


def defragment(
    ctx: typer.Context,
    unit: Annotated[str | None, typer.Argument(help=mark("Only boxes in this unit."))] = None,
    most: Annotated[int, typer.Option(min=1, help=mark("How many tubes to move at most."))] = 500,
    plan: Annotated[bool, typer.Option("--list", help=mark("Write the list of moves."))] = False,
) -> None:
    """Propose which boxes to free, and the moves that takes; with --list, write them down to be done."""
    from biobank_tui.actions import moving
    from biobank_tui.queries.freeing import propose

    desk = desk_of(ctx)
    if plan:
        with desk.acting() as (bank, actor):
            done = moving.plan_freeing(bank, actor, unit, most_moves=most)
        desk.say(
            "{boxes} {boxes:box comes|boxes come} free by {moves} {moves:move|moves}.",
            boxes=len(done.freed),
            moves=done.moves,
        )
        desk.lines([str(done.code)], done)
        return
    with desk.reading_tubes() as connection:
        found = propose(connection, unit, most_moves=most)
    desk.say(
        "{boxes} {boxes:box comes|boxes come} free by {moves} {moves:move|moves}.",
        boxes=len(found.freed),
        moves=len(found.moves),
    )
    if desk.flags.json:
        desk.lines([], found)
        return
    desk.table(found.moves, {"code": _("Code"), "before": _("Place"), "target": _("To"), "label": _("Position")})


def moves(
    ctx: typer.Context,
    moving_list: Annotated[
        str | None, typer.Argument(metavar="LIST", help=mark("A list of moves, by code; else all that are open."))
    ] = None,
    things: Annotated[list[str] | None, typer.Argument(help=mark("Tubes or boxes that were moved, by scan."))] = None,
    done: Annotated[bool, typer.Option("--done", help=mark("All that is left of it was moved."))] = False,
    stay: Annotated[
        bool, typer.Option("--stay", help=mark("These, or all that is left of it, stay where they are."))
    ] = False,
) -> None:
    """Lists of moves; one of them with what is left; or move what is named of it."""
    from biobank_tui.actions import moving
    from biobank_tui.queries import moving as listed

    desk = desk_of(ctx)
    if moving_list is None:
        with desk.reading_tubes() as connection:
            lists = listed.move_lists(connection)
        desk.table(lists, {"code": _("Code"), "purpose": _("What for"), "unit": _("Unit"), "made": _("Made"),
                           "left": _("Left"), "moves": _("Moves")})  # fmt: skip
        return
    if stay:
        with desk.acting() as (bank, actor):
            staying = moving.leave(bank, actor, moving_list, things or None)
        desk.say("{count} stay where they are.", count=staying)
        desk.lines([], {"list": moving_list, "stay": staying})
        return
    if things or done:
        with desk.acting() as (bank, actor):
            worked = moving.work(bank, actor, moving_list, None if done else things)
        desk.say("{done} moved, {left} left to move.", done=worked.done, left=worked.left)
        desk.table(worked.placed, {"sample": _("Code"), "unit": _("Box"), "position": _("Position"),
                                   "before": _("Before")})  # fmt: skip
        return
    with desk.reading_tubes() as connection:
        rows = listed.moves(connection, moving_list, left_only=True)
    desk.table(rows, {"code": _("Code"), "material": _("Material"), "now": _("Place"), "target": _("To"),
                      "label": _("Position")})  # fmt: skip
