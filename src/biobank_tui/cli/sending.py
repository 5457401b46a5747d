"""What the shipment commands do at the desk: scans one by one, receipts from scans and files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from biobank_tui.cli.desk import Desk
from biobank_tui.cli.picking import scans
from biobank_tui.rules.errors import Refused
from biobank_tui.words import _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from biobank_tui.actions.carriage import Carriage
    from biobank_tui.bank.bank import Bank
    from biobank_tui.bank.transaction import Actor


def grid_of(text: str) -> tuple[int, int]:
    """Rows and columns of "9x9"."""
    found = re.fullmatch(r"\s*(\d{1,3})\s*[x×*]\s*(\d{1,3})\s*", text, re.IGNORECASE)
    if found is None:
        raise Refused("shipment.grid", "A grid is rows by columns, such as 9x9, not {grid}.", grid=text)
    return int(found[1]), int(found[2])


def pack_all(
    desk: Desk, bank: Bank, actor: Actor, code: str, tubes: Iterable[str], box: int | None, at: str | None
) -> None:
    """Scan tube after tube into the boxes; Refused at the end where some were not packed."""
    from biobank_tui.actions import packing

    outcomes = []
    for text in scans(tubes):
        outcome = packing.pack(bank, actor, packing.Pack(code, text, box, at))
        outcomes.append(outcome)
        desk.say(outcome.sentence, **outcome.facts)
    packed = [outcome.sample or "" for outcome in outcomes if outcome.packed]
    desk.lines(packed, {"shipment": code, "packed": packed, "scans": outcomes})
    if len(packed) < len(outcomes):
        raise Refused(
            "pack.some",
            "{count} of {all} scans {count:was|were} not packed.",
            count=len(outcomes) - len(packed),
            all=len(outcomes),
        )


def fill_all(desk: Desk, bank: Bank, actor: Actor, code: str) -> None:
    """Pack all that is picked."""
    from biobank_tui.actions import packing

    done = packing.fill(bank, actor, code)
    for barred in done.kept:
        desk.say("{sample} is left out: {why}", sample=barred.code, why=str(barred.barrier))
    desk.say("Tubes packed into {code}: {count}.", count=len(done.samples), code=done.shipment)
    desk.lines(done.samples, {"shipment": done.shipment, "packed": done.samples, "kept": [b.code for b in done.kept]})


def send(desk: Desk, bank: Bank, actor: Actor, code: str, carriage: Carriage) -> None:
    """Dispatch under a signature."""
    from biobank_tui.actions import dispatching
    from biobank_tui.queries.shipments import detail

    with bank.read() as connection:
        found = detail(connection, code, bank.clock())
    desk.sign(
        bank,
        actor,
        dispatching.SIGNED,
        count=found.shipment.items,
        shipment=found.shipment.code,
        recipient=found.shipment.recipient,
        project=found.shipment.project,
    )
    done = dispatching.dispatch(bank, actor, code, carriage)
    desk.say(
        "{code} is on its way to {recipient}. Tubes: {count}, boxes: {boxes}.",
        code=done.shipment,
        recipient=done.recipient,
        count=done.samples,
        boxes=done.boxes,
    )
    desk.lines([done.shipment], done)


def show_gates(desk: Desk, code: str) -> None:
    """What stands against a shipment's leaving; Refused where anything does."""
    from biobank_tui.queries.shipments import detail
    from biobank_tui.rules.moments import now_utc
    from biobank_tui.words import filled_in

    with desk.reading() as connection:
        found = detail(connection, code, now_utc(), reader=desk.person)
    told = [filled_in(gate.sentence, gate.facts) for gate in found.gates]
    desk.lines(told, {"shipment": found.shipment.code, "gates": found.gates})
    if told:
        raise Refused(
            "shipment.gates", "{count} things stand against {code} leaving.", count=len(told), code=found.shipment.code
        )
    desk.say("Nothing stands against {code} leaving.", code=found.shipment.code)


def take_receipt(
    desk: Desk,
    bank: Bank,
    actor: Actor,
    code: str,
    scanned: Sequence[str] | None,
    named: Mapping[str, Sequence[str]],
    file: Path | None,
    rest: str | None,
    arrival: str | None,
    at: str | None,
) -> None:
    """Receive a shipment from scans, a file, or what is named; a scan or a file leaves the rest missing."""
    from biobank_tui.actions import arrivals

    outcomes = [arrivals.Outcome(tube, outcome) for outcome, tubes in named.items() for tube in tubes]
    if scanned is not None:
        outcomes += [arrivals.Outcome(text) for text in scans(scanned)]
    if file is not None:
        from biobank_tui.exchange.receipts import read_receipt

        outcomes += [arrivals.Outcome(row.tube, row.outcome, row.note) for row in read_receipt(file)]
    told = rest or ("missing" if scanned is not None or file is not None else "received")
    receipt = arrivals.Receipt(code, tuple(outcomes), told, arrival, at, unknown_extra=scanned is not None)
    done = arrivals.receive(bank, actor, receipt)
    for tube in done.alarms:
        desk.say("ALARM: {tube} is one of ours and was not sent; find out how it got there.", tube=tube)
    desk.say(
        "{code}: {received} received, {damaged} damaged, {missing} missing, {extra} extra.",
        code=done.shipment,
        received=done.received,
        damaged=done.damaged,
        missing=done.missing,
        extra=len(done.extra),
    )
    desk.lines([done.state], done)


def show_shipment(desk: Desk, connection: Connection, code: str) -> None:
    """A shipment, its tubes and what stands against it; those who only lead projects see the project's codes."""
    from biobank_tui.queries.shipments import detail
    from biobank_tui.rules.moments import now_utc
    from biobank_tui.words import filled_in

    found = detail(connection, code, now_utc(), reader=desk.person)
    if desk.flags.json:
        desk.record(found)
        return
    facts = [
        (_("recipient name"), found.recipient_name),
        (_("tracking"), found.tracking),
        (_("dry ice"), f"{found.dry_ice:g} kg" if found.dry_ice is not None else None),
        (_("temperature"), found.temperature),
        (_("conditions"), found.conditions),
        (_("arrival"), found.arrival),
        (_("to pack"), found.waiting),
    ]
    desk.record(found.shipment, *facts)
    # Those who only lead projects know tubes by the project's codes alone.
    own = any(item.sample is not None and item.sample != item.project_code for item in found.items)
    codes = [_("Code")] if own or not found.items else []
    desk.rows(
        [_("Box"), _("Position"), *codes, _("Project code"), _("Material"), _("Amount"), _("State"), _("Note")],
        [
            (
                item.box, item.hole, *([item.sample or item.read] if codes else []), item.project_code, item.material,
                item.amount, item.state, item.note,
            )
            for item in found.items
        ],
    )  # fmt: skip
    for gate in found.gates:
        desk.say("✕ {why}", why=filled_in(gate.sentence, gate.facts))
