"""What can be done with a shipment besides scanning: open, describe, send, receive, take back, give up, put away."""

from __future__ import annotations

from pathlib import Path

from biobank_tui.actions import arrivals, carriage, dispatching, packing
from biobank_tui.actions.arrivals import Outcome, Receipt, Return
from biobank_tui.actions.carriage import Carriage
from biobank_tui.actions.packing import Filled, NewShipment
from biobank_tui.exchange.receipts import read_receipt
from biobank_tui.labels.manifest import write_manifest as write_file
from biobank_tui.queries.manifests import Manifest, manifest
from biobank_tui.queries.requests import RequestRow, requests
from biobank_tui.queries.shipments import ItemRow
from biobank_tui.rules.lifecycles import RequestState, ShipmentItemState
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm, Preview
from biobank_tui.tui.dialogs import Change, Choose, Confirm, Option, counted
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.ports import Level
from biobank_tui.tui.screens.shipment_load import Load
from biobank_tui.tui.signing import sign
from biobank_tui.tui.status import Tone
from biobank_tui.tui.views import View
from biobank_tui.words import _, figure, filled_in, ngettext, pair, phrase

LISTED = 12


async def begin(view: View) -> str | None:
    """Choose a request that is being filled and open a shipment for it; its code."""
    session = view.session

    def filling() -> list[RequestRow]:
        with session.bank.read() as connection:
            return [row for row in requests(connection) if row.state == RequestState.IN_FULFILMENT]

    known = await work.ask(view, filling)
    if not known:
        view.shell.say(Level.WARN, _("No request is being filled: reserve and pick first."))
        return None
    options = [Option(row.code, f"{row.code}  {row.title}", row.project) for row in known]
    code = await view.app.push_screen_wait(Choose(_("Send what for which request?"), options))
    if code is None:
        return None

    def act(answer: Answer) -> str:
        rows, columns = (int(part) for part in answer["grid"].split("x"))
        new = NewShipment(code, answer["to"] or None, rows, columns, _carriage(answer))
        return packing.open_shipment(session.bank, session.actor, new)

    grids = [Option(grid, grid.replace("x", " × ")) for grid in ("9x9", "10x10", "8x12", "5x5", "16x24")]
    form = ActForm(
        _("Shipment for {request}").format(request=code),
        [
            Field("to", _("Recipient"), required=False, hint=_("the project's own organisation")),
            Field("grid", _("Boxes"), Kind.CHOICE, grids, value="9x9"),
            *_travel_fields(None),
        ],
        act,
        places={"organisation": "to", "shipment.dry_ice": "dry_ice"},
        submit=_("Open"),
    )
    if await view.app.push_screen_wait(form) is None:
        return None
    view.shell.done(_("Shipment {code} is open; pack into it.").format(code=form.result))
    return str(form.result)


async def fill(view: View, load: Load) -> bool:
    """Pack all that is picked, after asking."""
    session, found = view.session, load.shipment
    question = ngettext(
        "Pack the {count} tube that is picked?", "Pack the {count} tubes that are picked?", found.waiting
    ).format(count=figure(found.waiting))
    if not await view.app.push_screen_wait(Confirm(question)):
        return False
    done: Filled = await work.ask(view, lambda: packing.fill(session.bank, session.actor, found.shipment.code))
    told = _("Tubes packed into {code}: {count}.").format(count=figure(len(done.samples)), code=done.shipment)
    if done.kept:
        barred = done.kept[0]
        why = filled_in(barred.barrier.sentence, {"sample": barred.code, **barred.barrier.facts})
        view.shell.say(
            Level.WARN, told + " " + _("{count} stay out: {why}").format(count=figure(len(done.kept)), why=why)
        )
    else:
        view.shell.done(told)
    return True


async def unpack(view: View, load: Load, item: ItemRow) -> bool:
    """Take one tube out again."""
    session, code = view.session, load.shipment.shipment.code
    form = ActForm(
        _("Take {sample} out of {code}").format(sample=item.sample, code=code),
        [Field("reason", _("Reason"), required=False)],
        lambda answer: packing.unpack(session.bank, session.actor, code, [item.sample or ""], answer["reason"] or None),
        submit=_("Take out"),
    )
    return await view.app.push_screen_wait(form) is not None


async def travel(view: View, load: Load) -> bool:
    """Say who carries it, under what number, on how much ice."""
    session, code = view.session, load.shipment.shipment.code
    form = ActForm(
        _("How {code} travels").format(code=code),
        _travel_fields(load),
        lambda answer: carriage.describe(session.bank, session.actor, code, _carriage(answer)),
        places={"shipment.dry_ice": "dry_ice"},
    )
    return await view.app.push_screen_wait(form) is not None


async def write_manifest(view: View, load: Load) -> None:
    """Show what the manifest would say, then write it as a PDF and as CSV."""
    session, code = view.session, load.shipment.shipment.code

    def read() -> Manifest:
        with session.bank.read() as connection:
            return manifest(connection, code, session.bank.clock(), reader=session.actor.person_id)

    found = await work.ask(view, read)
    lines = [Change(None, pair(name, value)) for name, value in found.facts()]
    lines += [
        Change(None, f"{line.box}:{line.position}  {line.sample}  {line.donor}  {line.material}  {line.amount}")
        for line in found.lines[:LISTED]
    ]
    if len(found.lines) > LISTED:
        lines.append(Change(None, _("… and {count} more").format(count=figure(len(found.lines) - LISTED)), Tone.QUIET))

    def act(answer: Answer) -> Path:
        path = Path(answer["file"]).expanduser().absolute()
        write_file(found, path.with_suffix(".csv"))
        return write_file(found, path.with_suffix(".pdf"))

    if not await view.app.push_screen_wait(Confirm(_("Write the manifest of {code}?").format(code=code), lines)):
        return
    form = ActForm(
        _("Manifest of {code}").format(code=code),
        [Field("file", _("File"), value=f"{code}.pdf")],
        act,
        submit=_("Write"),
    )
    if await view.app.push_screen_wait(form) is not None:
        view.shell.done(_("The manifest is in {file}, and beside it as CSV.").format(file=form.result))


async def send(view: View, load: Load) -> bool:
    """Hand it to the carrier under a signature; what stands against it is said first."""
    session, found = view.session, load.shipment
    if found.gates:
        gate = found.gates[0]
        view.shell.say(Level.BAD, filled_in(gate.sentence, gate.facts))
        return False
    meaning = phrase(
        dispatching.SIGNED,
        count=found.shipment.items,
        shipment=found.shipment.code,
        recipient=found.shipment.recipient,
        project=found.shipment.project,
    )
    signed = await sign(view, meaning, submit=_("Sign and send"))
    if signed is None:
        return False
    code = found.shipment.code
    done = await work.ask(view, lambda: dispatching.dispatch(session.bank, session.actor, code, reason=signed.reason))
    view.shell.done(
        _("{code} is on its way to {recipient}. Tubes: {count}, boxes: {boxes}.").format(
            code=done.shipment, recipient=done.recipient, count=done.samples, boxes=done.boxes
        )
    )
    return True


async def receive(view: View, load: Load) -> bool:
    """Take the receipt: what was scanned or told, or the recipient's file; counted before it is written."""
    session, found = view.session, load.shipment
    scanned = any(said.outcome == "received" for said in load.told.values())
    rest = [
        Option("received", _("received")),
        Option("missing", _("missing")),
    ]

    def receipt(answer: Answer) -> Receipt:
        outcomes = list(load.told.values())
        if answer["file"]:
            rows = read_receipt(Path(answer["file"]).expanduser())
            outcomes += [Outcome(row.tube, row.outcome, row.note) for row in rows]
        return Receipt(
            found.shipment.code, tuple(outcomes), answer["rest"], answer["arrival"] or None, unknown_extra=True
        )

    def preview(answer: Answer) -> Preview:
        asked = receipt(answer)
        counts = {name: sum(each.outcome == name for each in asked.outcomes) for name in arrivals.OUTCOMES}
        named = sum(n for name, n in counts.items() if name != "extra")
        counts[ShipmentItemState(asked.rest)] += max(found.shipment.items - named, 0)
        changes = tuple(
            Change(n, _(str(name)), Tone.PLAIN if name == "received" else Tone.WARN) for name, n in counts.items() if n
        )
        return Preview(_("Take this receipt of {code}?").format(code=found.shipment.code), changes)

    form = ActForm(
        _("Receipt of {code}").format(code=found.shipment.code),
        [
            Field("rest", _("Tubes not told"), Kind.CHOICE, rest, value="missing" if scanned else "received"),
            Field("arrival", _("How it arrived"), required=False, hint=_("dry ice left, temperature")),
            Field("file", _("File"), required=False, hint=_("the recipient's list: tube, outcome, note")),
        ],
        lambda answer: arrivals.receive(session.bank, session.actor, receipt(answer)),
        preview=preview,
        places={"file": "file", "receipt": "file"},
        submit=_("Receive"),
    )
    if await view.app.push_screen_wait(form) is None:
        return False
    done = form.result
    told = _("{code}: {received} received, {damaged} damaged, {missing} missing, {extra} extra.").format(
        code=done.shipment, received=done.received, damaged=done.damaged, missing=done.missing, extra=len(done.extra)
    )
    if done.alarms:
        alarm = _("ALARM: {tube} is one of ours and was not sent; find out how it got there.")
        view.shell.say(Level.BAD, told + " " + alarm.format(tube=done.alarms[0]))
    else:
        view.shell.done(told)
    return True


async def take_back(view: View, load: Load, item: ItemRow | None) -> bool:
    """Tubes came back: scan them."""
    session, code = view.session, load.shipment.shipment.code
    form = ActForm(
        _("Back from {code}").format(code=code),
        [
            Field("tubes", _("Tubes"), value=(item.sample or "") if item is not None else "", hint=_("scan them")),
            Field("unit", _("Box"), required=False, hint=_("placed later")),
            Field("reason", _("Reason"), required=False),
        ],
        lambda answer: arrivals.take_back(
            session.bank,
            session.actor,
            Return(code, tuple(answer["tubes"].split()), answer["unit"] or None, answer["reason"] or None),
        ),
        places={"storage_unit": "unit", "place": "unit", "position": "unit"},
        submit=_("Take back"),
    )
    if await view.app.push_screen_wait(form) is None:
        return False
    done = form.result
    if done.alarms:
        alarm = _("ALARM: donor {donor} has withdrawn; its tubes are on hold. Set them aside.")
        view.shell.say(Level.BAD, alarm.format(donor=done.alarms[0]))
    else:
        view.shell.done(
            _("Tubes of {code} that are here again: {count}.").format(count=figure(len(done.samples)), code=code)
        )
    return True


async def lose(view: View, load: Load) -> bool:
    """It never arrived: its tubes are missing."""
    session, found = view.session, load.shipment
    code, count = found.shipment.code, found.shipment.items
    form = ActForm(
        _("{code} is lost").format(code=code),
        [Field("reason", _("Reason"), hint=_("the ledger keeps it"))],
        lambda answer: arrivals.lose(session.bank, session.actor, code, answer["reason"]),
        preview=lambda _answer: Preview(
            _("Give {code} up?").format(code=code),
            (counted(count, "{count:tube is|tubes are} missing then", Tone.BAD),),
            Tone.BAD,
        ),
        submit=_("Give up"),
    )
    if await view.app.push_screen_wait(form) is None:
        return False
    view.shell.done(_("{code} is lost. Tubes missing with it: {count}.").format(code=code, count=figure(form.result)))
    return True


async def close(view: View, load: Load) -> bool:
    """Put it away."""
    session, found = view.session, load.shipment
    missing = sum(item.state == "missing" for item in found.discrepancies)
    changes = (
        (counted(missing, "{count:tube not found is|tubes not found are} missing then", Tone.WARN),) if missing else ()
    )
    question = _("Put {code} away?").format(code=found.shipment.code)
    if not await view.app.push_screen_wait(Confirm(question, changes)):
        return False
    await work.ask(view, lambda: dispatching.close(session.bank, session.actor, found.shipment.code))
    view.shell.done(_("{code} is closed.").format(code=found.shipment.code))
    return True


def _travel_fields(load: Load | None) -> list[Field]:
    found = load.shipment if load is not None else None
    ice = f"{found.dry_ice:g}" if found is not None and found.dry_ice is not None else ""
    return [
        Field("carrier", _("Carrier"), required=False, value=(found.shipment.carrier or "") if found else ""),
        Field("tracking", _("Tracking"), required=False, value=(found.tracking or "") if found else ""),
        Field("dry_ice", _("Dry ice"), Kind.NUMBER, required=False, value=ice, hint="kg"),
        Field("temperature", _("Temperature"), required=False, value=(found.temperature or "") if found else ""),
        Field("conditions", _("Conditions"), required=False, value=(found.conditions or "") if found else ""),
    ]


def _carriage(answer: Answer) -> Carriage:
    ice = answer["dry_ice"]
    return Carriage(
        answer["carrier"], answer["tracking"], float(ice) if ice is not None else None, answer["temperature"],
        answer["conditions"],
    )  # fmt: skip
