"""biobank sample: tubes are registered, placed, taken out, put on hold, and end."""

from __future__ import annotations

from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.reading import codes_of, pairs_of
from biobank_tui.cli.receiving import receive
from biobank_tui.cli.room import room
from biobank_tui.rules.lifecycles import HoldKind, SampleStatus
from biobank_tui.words import _, mark

app = room(mark("Tubes: register, aliquot, place, take out, hold, end."))

Code = Annotated[str, typer.Argument(help=mark("The tube: its code, barcode or another system's number."))]
Codes = Annotated[list[str], typer.Argument(help=mark("Tubes; - reads codes from stdin, one a line."))]
Reason = Annotated[str, typer.Option(help=mark("Why; the ledger keeps it."))]
Box = Annotated[str | None, typer.Option("--box", help=mark("The box it goes to, by code."))]
At = Annotated[str | None, typer.Option("--at", help=mark("The (first) position; the next free one if not given."))]
Barcodes = Annotated[
    list[str] | None, typer.Option("--barcode", help=mark("A tube's own barcode; once for each tube, in order."))
]


@app.command()
def register(
    ctx: typer.Context,
    donor: Annotated[str, typer.Argument(help=mark("The donor, by code."))],
    material: Annotated[str, typer.Argument(help=mark("What is in it: plasma, serum, dna, …"))],
    amount: Annotated[str | None, typer.Option(help=mark("How much, as '500 µL'."))] = None,
    count: Annotated[int, typer.Option(min=1, max=10_000, help=mark("How many such tubes."))] = 1,
    code: Annotated[str | None, typer.Option(help=mark("Another system's code, kept as it is."))] = None,
    barcode: Barcodes = None,
    custodian: Annotated[
        str | None, typer.Option(help=mark("Who keeps it; the donor's custodian if not given."))
    ] = None,
    topography: Annotated[str | None, typer.Option(help=mark("ICD-O-3 topography, as C50.4."))] = None,
    diagnosis: Annotated[str | None, typer.Option(help=mark("ICD-10; the donor's main one if not given."))] = None,
    collected: Annotated[str | None, typer.Option(help=mark("When it was collected, as 2026-03-02T10:15."))] = None,
    received: Annotated[str | None, typer.Option(help=mark("When it was received."))] = None,
    processed: Annotated[str | None, typer.Option(help=mark("When it was processed."))] = None,
    frozen: Annotated[str | None, typer.Option(help=mark("When it was frozen."))] = None,
    note: Annotated[str | None, typer.Option(help=mark("A note."))] = None,
    external: Annotated[
        list[str] | None, typer.Option(metavar="SYSTEM=NUMBER", help=mark("Another system's number for it."))
    ] = None,
    expected: Annotated[bool, typer.Option("--expected", help=mark("It is announced, and not here yet."))] = False,
    box: Box = None,
    at: At = None,
) -> None:
    """Register tubes of a donor."""
    from biobank_tui.actions import samples

    desk = desk_of(ctx)
    new = [
        samples.NewSample(
            donor=donor,
            material=material,
            amount=amount,
            code=code if count == 1 else None,
            barcode=barcode[place] if barcode and place < len(barcode) else None,
            custodian=custodian,
            topography=topography,
            diagnosis=diagnosis,
            collected=collected,
            received=received,
            processed=processed,
            frozen=frozen,
            note=note,
            expected=expected,
            unit=box,
            position=at if place == 0 else None,
            external=pairs_of(external, "--external"),
        )
        for place in range(count)
    ]
    with desk.acting() as (bank, actor):
        done = samples.register(bank, actor, new)
    for alarm in done.alarms:
        desk.say("Stop: donor {donor} has withdrawn; set these tubes aside.", donor=alarm)
    desk.say("{count} registered.", count=len(done.codes))
    desk.lines(done.codes, done)


# One command under two names: with its noun, and as the day's work has it.
app.command()(receive)


@app.command()
def place(
    ctx: typer.Context,
    codes: Codes,
    box: Annotated[
        list[str], typer.Option("--box", help=mark("The box they go to; given again, the next once it is full."))
    ],
    at: At = None,
    override: Annotated[
        str | None, typer.Option(help=mark("A manager's reason to put it where the box's rules say it may not be."))
    ] = None,
) -> None:
    """Put tubes into a box, one after the other in its filling order; also moves them."""
    from biobank_tui.actions import filling

    desk = desk_of(ctx)
    tubes = codes_of(codes)
    with desk.acting() as (bank, actor):
        placed = filling.fill(bank, actor, tubes, box, at, override=override)
    desk.say("{count} placed in {box}.", count=len(placed), box=", ".join(dict.fromkeys(one.unit for one in placed)))
    desk.table(placed, {"sample": _("Code"), "unit": _("Box"), "position": _("Position"), "before": _("Before")})


app.command(name="move", help=mark("Move tubes to a box: the same as place."))(place)


@app.command()
def checkout(
    ctx: typer.Context,
    codes: Codes,
    purpose: Annotated[str | None, typer.Option(help=mark("What for."))] = None,
) -> None:
    """Take tubes out; each keeps its place, and shows who has it."""
    from biobank_tui.actions import placing

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        out = placing.check_out(bank, actor, codes_of(codes), purpose)
    desk.say("{count} out.", count=out)
    desk.lines([], {"out": out})


@app.command(name="return")
def put_back(
    ctx: typer.Context,
    codes: Codes,
    thawed: Annotated[bool, typer.Option("--thawed", help=mark("They thawed: counts a freeze-thaw cycle."))] = False,
) -> None:
    """Put tubes back into the places they kept."""
    from biobank_tui.actions import placing

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        back = placing.put_back(bank, actor, codes_of(codes), thawed=thawed)
    desk.say("{count} back in place.", count=back)
    desk.lines([], {"returned": back})


@app.command()
def hold(
    ctx: typer.Context,
    codes: Codes,
    reason: Reason,
    kind: Annotated[HoldKind, typer.Option(help=mark("What kind of hold."))] = HoldKind.QUALITY,
    donor: Annotated[bool, typer.Option("--donor", help=mark("The codes are donors': hold all of theirs."))] = False,
    unit: Annotated[
        bool, typer.Option("--unit", help=mark("The codes are storage units': hold what is in them."))
    ] = False,
) -> None:
    """Lay a hold on tubes: nothing is taken from them until it is released."""
    from biobank_tui.actions import holding

    desk = desk_of(ctx)
    targets = codes_of(codes)
    with desk.acting() as (bank, actor):
        if donor or unit:
            lay = holding.hold_donor if donor else holding.hold_unit
            held = sum(lay(bank, actor, code, kind, reason) for code in targets)
        else:
            held = holding.hold_samples(bank, actor, targets, kind, reason)
    desk.say("{count} on hold.", count=held)
    desk.lines([], {"held": held})


@app.command()
def release(ctx: typer.Context, codes: Codes, reason: Reason) -> None:
    """Release every hold that was laid on these tubes, donors or units themselves."""
    from biobank_tui.actions import holding

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        freed = sum(holding.release(bank, actor, code, reason) for code in codes_of(codes))
    desk.say("{count} released.", count=freed)
    desk.lines([], {"released": freed})


@app.command()
def correct(
    ctx: typer.Context,
    code: Code,
    values: Annotated[
        list[str], typer.Option("--set", metavar="FIELD=VALUE", help=mark("A field's right value; empty clears it."))
    ],
    reason: Reason,
) -> None:
    """Correct what was recorded of a tube; the ledger keeps what it said before."""
    from biobank_tui.actions import samples

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        samples.correct(bank, actor, code, reason, **pairs_of(values, "--set"))
    desk.say("{code} is corrected.", code=code)
    desk.lines([], {"code": code})


@app.command()
def consume(ctx: typer.Context, codes: Codes) -> None:
    """Tubes are used up: their places are freed."""
    _end(ctx, codes, SampleStatus.CONSUMED, None)


@app.command()
def missing(ctx: typer.Context, codes: Codes) -> None:
    """Tubes are not where they should be; receive them when they turn up."""
    _end(ctx, codes, SampleStatus.MISSING, None)


@app.command()
def reject(
    ctx: typer.Context, codes: Codes, reason: Annotated[str | None, typer.Option(help=mark("Why."))] = None
) -> None:
    """Tubes are refused, such as those that came spoiled."""
    _end(ctx, codes, SampleStatus.REJECTED, reason)


@app.command()
def destroy(ctx: typer.Context, codes: Codes, reason: Reason) -> None:
    """Tubes are destroyed, under your signature."""
    _end(ctx, codes, SampleStatus.DESTROYED, reason)


def _end(ctx: typer.Context, codes: list[str], how: SampleStatus, reason: str | None) -> None:
    from biobank_tui.actions import samples

    desk = desk_of(ctx)
    tubes = codes_of(codes)
    with desk.acting() as (bank, actor):
        if how is SampleStatus.DESTROYED:
            desk.sign(
                bank, actor, "You sign that {count} {count:tube is|tubes are} destroyed for good.", count=len(tubes)
            )
        ended = samples.end(bank, actor, tubes, how, reason)
    desk.say("{count} {status}.", count=ended, status=str(how))
    desk.lines([], {str(how): ended})
