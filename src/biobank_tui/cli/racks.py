"""biobank storage scan: a rack scan beside what the bank has in the box, and the taking over of it."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.desk import Desk, desk_of
from biobank_tui.words import _, mark

if TYPE_CHECKING:
    from biobank_tui.actions.racking import Applied
    from biobank_tui.queries.rackscan import RackCell, RackComparison


class Unfound(StrEnum):
    """What becomes of tubes that were not read; the act's own list, which is not imported for help."""

    LEAVE = "leave"
    MISSING = "missing"


def scan(
    ctx: typer.Context,
    unit: Annotated[str, typer.Argument(help=mark("The box that was scanned, by code."))],
    file: Annotated[Path, typer.Argument(help=mark("The rack reader's file."))],
    take_over: Annotated[
        bool, typer.Option("--apply", help=mark("Place the new and moved tubes where they were read."))
    ] = False,
    only: Annotated[str | None, typer.Option(help=mark("Only these positions, parted by commas: A1,B2."))] = None,
    unfound: Annotated[
        Unfound, typer.Option(help=mark("What becomes of tubes that were not read, when applying."))
    ] = Unfound.LEAVE,
    rack_map: Annotated[
        Path | None, typer.Option("--map", help=mark("How to read the file, for a reader that is not known here."))
    ] = None,
    override: Annotated[
        str | None, typer.Option(help=mark("A manager's reason to put it where the box's rules say it may not be."))
    ] = None,
) -> None:
    """Compare a rack scan with a box; with --apply, take it over."""
    from biobank_tui.actions import racking
    from biobank_tui.exchange.rackmaps import read_rack_map
    from biobank_tui.exchange.racks import read_rack
    from biobank_tui.queries.rackscan import chosen, compare

    desk = desk_of(ctx)
    read = read_rack(file, read_rack_map(rack_map) if rack_map is not None else None)
    cells = tuple(label.strip() for label in only.split(",") if label.strip()) if only is not None else None
    if not take_over:
        with desk.reading_tubes() as connection:
            found = compare(connection, read, unit)
            if cells is not None:
                found = replace(found, cells=chosen(connection, found, cells))
        _show(desk, found)
        return
    wanted = racking.ApplyScan(unit, read, cells, racking.Unfound(unfound), override=override)
    with desk.acting() as (bank, actor):
        with bank.read() as connection:
            agrees = compare(connection, read, unit).agrees
        if agrees:
            seen = racking.verify(bank, actor, wanted)
            desk.say(
                "{box}: {tubes} {tubes:tube, and it is where the bank has it|tubes, all where the bank has them}.",
                box=seen.box,
                tubes=seen.tubes,
            )
            desk.lines([], seen)
            return
        _tell(desk, racking.apply(bank, actor, wanted))


def _show(desk: Desk, found: RackComparison) -> None:
    """Every position that is not as the bank has it, and how many of each kind there are."""
    from biobank_tui.queries.rackscan import KIND_WORDS

    if desk.flags.json:
        desk.record(found, ("counts", found.counts), ("lost", found.lost))
        return
    counts = ", ".join(f"{n} {_(KIND_WORDS[kind])}" for kind, n in found.counts.items() if n)
    desk.say("{box}: {counts}.", box=found.box, counts=counts)
    _say_other(desk, found.box, found.other)
    desk.rows(
        [_("Position"), _("Scan"), _("Barcode"), _("Code"), _("Before"), _("Bank has"), _("Remark")],
        [
            (each.label, _(KIND_WORDS[each.kind]), each.barcode, each.sample, each.before, each.expected, _told(each))
            for each in found.differences
        ],
    )


def _told(cell: RackCell) -> str:
    from biobank_tui.queries.rackscan import NOTICE_WORDS

    return "; ".join(_(NOTICE_WORDS[notice]).format(tube=cell.expected) for notice in cell.notices)


def _say_other(desk: Desk, box: str, other: str | None) -> None:
    if other is not None:
        desk.say("The rack's barcode is that of {other}, not of {box}.", other=other, box=box)


def _tell(desk: Desk, done: Applied) -> None:
    _say_other(desk, done.box, done.other)
    desk.say(
        "{box}: {placed} placed, {missing} given up as missing, {left} left as they were.",
        box=done.box,
        placed=len(done.placed),
        missing=len(done.missing),
        left=len(done.left),
    )
    if desk.flags.json:
        desk.lines([], done)
        return
    desk.table(done.placed, {"sample": _("Code"), "unit": _("Box"), "position": _("Position"), "before": _("Before")})
