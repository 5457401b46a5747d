"""biobank receive: tubes arrive, with their times, their barcodes and what was done to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.reading import codes_of, pairs_of
from biobank_tui.cli.room import room
from biobank_tui.rules.errors import Refused
from biobank_tui.wall import clock
from biobank_tui.words import _, mark

if TYPE_CHECKING:
    from biobank_tui.cli.desk import Desk
    from biobank_tui.rules.preanalytics import Lapse

app = room()

Treated = Annotated[
    list[str] | None,
    typer.Option(
        "--treated",
        metavar="NAME=VALUE",
        help=mark(
            "What was done to it: container=EDTA, spin='10 min 1500 g 20 °C brake', second_spin=none,"
            " pre_temperature=RT, warm_ischaemia='20 min', fixation=NBF, storage=A, …"
        ),
    ),
]


@app.command()
def receive(
    ctx: typer.Context,
    codes: Annotated[list[str], typer.Argument(help=mark("Tubes; - reads codes from stdin, one a line."))],
    received: Annotated[str | None, typer.Option(help=mark("When; now if not given."))] = None,
    collected: Annotated[str | None, typer.Option(help=mark("When it was collected, as 2026-03-02T10:15."))] = None,
    processed: Annotated[str | None, typer.Option(help=mark("When it was processed."))] = None,
    frozen: Annotated[str | None, typer.Option(help=mark("When it was frozen."))] = None,
    barcode: Annotated[
        list[str] | None, typer.Option(help=mark("A tube's own barcode; once for each tube, in order."))
    ] = None,
    treated: Treated = None,
    box: Annotated[str | None, typer.Option(help=mark("The box they go into at once."))] = None,
    at: Annotated[str | None, typer.Option(help=mark("The (first) position; the next free one if not given."))] = None,
) -> None:
    """Tubes arrive: expected ones by scan, and times against their limits."""
    from biobank_tui.actions.receiving import Arrival, arrive

    desk = desk_of(ctx)
    tubes = codes_of(codes)
    if barcode and len(barcode) != len(tubes):
        raise Refused(
            "aliquot.barcodes",
            "{given} {given:barcode is|barcodes are} given for {count} {count:tube|tubes}.",
            given=len(barcode),
            count=len(tubes),
        )
    treatment = pairs_of(treated, "--treated")
    arrivals = [
        Arrival(
            code,
            barcode[place] if barcode else None,
            collected,
            received,
            processed,
            frozen,
            treatment,
            box,
            at if place == 0 else None,
        )
        for place, code in enumerate(tubes)
    ]
    with desk.acting() as (bank, actor):
        done = arrive(bank, actor, arrivals)
    for each in done:
        desk.say("{code} is received at {when}; {left} of its donor {left:is|are} still expected.",
                 code=each.code, when=clock(each.received), left=each.left)  # fmt: skip
        tell_lapses(desk, each.lapses)
    desk.lines([each.code for each in done], done)


def tell_lapses(desk: Desk, lapses: tuple[Lapse, ...]) -> None:
    """Times that are watched, a line each."""
    from biobank_tui.rules.preanalytics import in_words

    for lapse in lapses:
        told = (
            mark("  {what}: {time}, beyond the {limit} allowed.")
            if lapse.over
            else mark("  {what}: {time} of {limit}.")
        )
        desk.say(told, what=_(lapse.label), time=in_words(lapse.minutes), limit=in_words(lapse.limit))
