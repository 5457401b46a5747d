"""biobank shipment: packed under the scanner, dispatched under a signature, received, taken back, lost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.words import _, mark

app = room(mark("Shipments: pack, dispatch, receive, take back."))

Code = Annotated[str, typer.Argument(metavar="SHIPMENT", help=mark("The shipment, by code."))]
Carrier = Annotated[str | None, typer.Option(help=mark("Who carries it."))]
Tracking = Annotated[str | None, typer.Option(help=mark("The carrier's number for it."))]
DryIce = Annotated[float | None, typer.Option(metavar="KG", help=mark("Dry ice, in kilograms."))]
Temperature = Annotated[str | None, typer.Option(help=mark("The temperature it leaves at, in words."))]
Conditions = Annotated[str | None, typer.Option(help=mark("What else the carrier must know."))]
Reason = Annotated[str, typer.Option(help=mark("Why; the ledger keeps it."))]


@app.command()
def new(
    ctx: typer.Context,
    request: Annotated[str, typer.Argument(help=mark("The request it fills, by code."))],
    to: Annotated[
        str | None, typer.Option(help=mark("The recipient, by code; the project's own if not given."))
    ] = None,
    grid: Annotated[str, typer.Option(help=mark("The grid of its boxes, rows by columns."))] = "9x9",
    carrier: Carrier = None,
    tracking: Tracking = None,
    dry_ice: DryIce = None,
    temperature: Temperature = None,
    conditions: Conditions = None,
) -> None:
    """Begin a shipment for an approved request."""
    from biobank_tui.actions import packing
    from biobank_tui.actions.carriage import Carriage
    from biobank_tui.cli.sending import grid_of

    desk = desk_of(ctx)
    rows, columns = grid_of(grid)
    carriage = Carriage(carrier, tracking, dry_ice, temperature, conditions)
    with desk.acting() as (bank, actor):
        code = packing.open_shipment(bank, actor, packing.NewShipment(request, to, rows, columns, carriage))
    desk.say("Shipment {code} is open; pack into it.", code=code)
    desk.lines([code], {"shipment": code})


@app.command()
def pack(
    ctx: typer.Context,
    code: Code,
    tubes: Annotated[
        list[str] | None, typer.Argument(help=mark("Tubes; - reads them from stdin as they come."))
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help=mark("All that is picked for the request."))] = False,
    box: Annotated[int | None, typer.Option(min=1, help=mark("The number of the box they go into."))] = None,
    at: Annotated[str | None, typer.Option(help=mark("The hole one tube goes into, such as B7."))] = None,
) -> None:
    """Pack tubes by scanning them; what may not leave is said, and changes nothing."""
    from biobank_tui.cli import sending

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        if everything:
            sending.fill_all(desk, bank, actor, code)
        else:
            sending.pack_all(desk, bank, actor, code, tubes or ["-"], box, at)


@app.command()
def unpack(
    ctx: typer.Context,
    code: Code,
    tubes: Annotated[list[str], typer.Argument(help=mark("Tubes: their codes or barcodes."))],
    reason: Annotated[str | None, typer.Option(help=mark("Why; the ledger keeps it."))] = None,
) -> None:
    """Take tubes out of the boxes before they leave; they stay picked."""
    from biobank_tui.actions import packing

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        count = packing.unpack(bank, actor, code, tubes, reason)
    desk.say("{count} {count:tube is|tubes are} out of {code}.", count=count, code=code)
    desk.lines([], {"shipment": code, "unpacked": tubes})


@app.command()
def describe(
    ctx: typer.Context,
    code: Code,
    carrier: Carrier = None,
    tracking: Tracking = None,
    dry_ice: DryIce = None,
    temperature: Temperature = None,
    conditions: Conditions = None,
) -> None:
    """Say how a shipment travels."""
    from biobank_tui.actions.carriage import Carriage
    from biobank_tui.actions.carriage import describe as say_how

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        say_how(bank, actor, code, Carriage(carrier, tracking, dry_ice, temperature, conditions))
    desk.say("{code} is described.", code=code)
    desk.lines([], {"shipment": code})


@app.command()
def manifest(
    ctx: typer.Context,
    code: Code,
    to: Annotated[
        list[Path] | None,
        typer.Option(help=mark("A file: .pdf for paper, anything else for CSV; stdout if not given.")),
    ] = None,
) -> None:
    """Write what lies where, under the project's own codes alone."""
    from biobank_tui.labels.manifest import as_csv, write_manifest
    from biobank_tui.queries.manifests import manifest as manifest_of
    from biobank_tui.rules.moments import now_utc

    desk = desk_of(ctx)
    with desk.reading() as connection:
        found = manifest_of(connection, code, now_utc(), reader=desk.person)
    written = [str(write_manifest(found, path)) for path in to or ()]
    if to or desk.flags.json:
        desk.lines(written, {"files": written, "manifest": found})
    else:
        desk.lines(as_csv(found).decode().splitlines(), found)


@app.command()
def dispatch(
    ctx: typer.Context,
    code: Code,
    carrier: Carrier = None,
    tracking: Tracking = None,
    dry_ice: DryIce = None,
    temperature: Temperature = None,
    conditions: Conditions = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=mark("Only list what stands against it."))] = False,
) -> None:
    """Hand the boxes to the carrier, under your signature."""
    from biobank_tui.actions.carriage import Carriage
    from biobank_tui.cli import sending

    desk = desk_of(ctx)
    if dry_run:
        sending.show_gates(desk, code)
        return
    with desk.acting() as (bank, actor):
        sending.send(desk, bank, actor, code, Carriage(carrier, tracking, dry_ice, temperature, conditions))


@app.command()
def receive(
    ctx: typer.Context,
    code: Code,
    scan: Annotated[
        list[str] | None,
        typer.Option("--scan", help=mark("A tube that is there, - for stdin; those not scanned are missing.")),
    ] = None,
    damaged: Annotated[list[str] | None, typer.Option(help=mark("A tube that is broken."))] = None,
    missing: Annotated[list[str] | None, typer.Option(help=mark("A tube that is not there."))] = None,
    extra: Annotated[list[str] | None, typer.Option(help=mark("A tube that was not sent."))] = None,
    file: Annotated[
        Path | None, typer.Option("--from", help=mark("A CSV file with the columns tube, outcome and note."))
    ] = None,
    rest: Annotated[str | None, typer.Option(help=mark("What tubes not named are: received or missing."))] = None,
    arrival: Annotated[str | None, typer.Option(help=mark("How it arrived: dry ice left, temperature."))] = None,
    at: Annotated[str | None, typer.Option(help=mark("When it arrived; now if not given."))] = None,
) -> None:
    """Take the receipt of a shipment, every tube of it, in one step."""
    from biobank_tui.cli import sending

    desk = desk_of(ctx)
    named = {"damaged": damaged or [], "missing": missing or [], "extra": extra or []}
    with desk.acting() as (bank, actor):
        sending.take_receipt(desk, bank, actor, code, scan, named, file, rest, arrival, at)


@app.command(name="return")
def take_back(
    ctx: typer.Context,
    code: Code,
    tubes: Annotated[list[str], typer.Argument(help=mark("Tubes that came back: by code, project code or hole."))],
    unit: Annotated[str | None, typer.Option(help=mark("Where they are put, by code."))] = None,
    reason: Annotated[str | None, typer.Option(help=mark("Why; the ledger keeps it."))] = None,
) -> None:
    """Tubes that were sent are here again: received anew, thawed once more."""
    from biobank_tui.actions import arrivals

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        done = arrivals.take_back(bank, actor, arrivals.Return(code, tuple(tubes), unit, reason))
    for donor in done.alarms:
        desk.say("ALARM: donor {donor} has withdrawn; its tubes are on hold. Set them aside.", donor=donor)
    desk.say("Tubes of {code} that are here again: {count}.", count=len(done.samples), code=code)
    desk.lines(done.samples, done)


@app.command()
def lose(ctx: typer.Context, code: Code, reason: Reason) -> None:
    """Declare a shipment lost: its tubes are missing."""
    from biobank_tui.actions import arrivals

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        count = arrivals.lose(bank, actor, code, reason)
    desk.say("{code} is lost. Tubes missing with it: {count}.", code=code, count=count)
    desk.lines([], {"shipment": code, "missing": count})


@app.command()
def close(
    ctx: typer.Context,
    code: Code,
    reason: Annotated[str | None, typer.Option(help=mark("Why; the ledger keeps it."))] = None,
) -> None:
    """Put a shipment away that arrived, or was emptied; what was not found is missing then."""
    from biobank_tui.actions import dispatching

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        dispatching.close(bank, actor, code, reason)
    desk.say("{code} is closed.", code=code)
    desk.lines([], {"shipment": code})


@app.command()
def show(ctx: typer.Context, code: Code) -> None:
    """Show a shipment with its tubes, and what stands against its leaving."""
    from biobank_tui.cli import sending

    desk = desk_of(ctx)
    with desk.reading() as connection:
        sending.show_shipment(desk, connection, code)


@app.command(name="list")
def list_all(
    ctx: typer.Context, request: Annotated[str | None, typer.Option(help=mark("Only this request's."))] = None
) -> None:
    """List the shipments, those under way first."""
    from biobank_tui.queries.shipments import shipments

    desk = desk_of(ctx)
    with desk.reading() as connection:
        rows = shipments(connection, request=request, reader=desk.person)
    desk.table(
        rows,
        {
            "code": _("Code"),
            "state": _("State"),
            "recipient": _("Recipient"),
            "items": _("Tubes"),
            "request": _("Request"),
            "project": _("Project"),
            "carrier": _("Carrier"),
            "dispatched": _("Sent"),
            "received": _("Received"),
        },
    )
