"""Tubes go into boxes in one act, in the order they are named: one box after the other, each in its fill order."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from biobank_tui.actions.placing import Placed, Placing, put
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import SAMPLE
from biobank_tui.queries import finding
from biobank_tui.queries.storage import DEFAULT_FILL, layout_of
from biobank_tui.rules import positions
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.positions import FillOrder


def fill(
    bank: Bank,
    actor: Actor,
    codes: Sequence[str],
    boxes: Sequence[str],
    position: str | None = None,
    *,
    override: str | None = None,
) -> tuple[Placed, ...]:
    """Place all the tubes, or none. position: where the first goes; the others follow it in the first box."""
    with bank.transaction(actor, Verb.SAMPLE_PLACE, reason=override) as tx:
        placed = put(tx, _placings(tx, list(codes), list(dict.fromkeys(boxes)), position), override=override)
        tx.subject = placed[0].sample
        tx.facts = {"placed": len(placed), "to": sorted({one.unit for one in placed})[:20]}
        return placed


def _placings(tx: Transaction, codes: list[str], boxes: list[str], position: str | None) -> list[Placing]:
    if not codes:
        raise Refused("place.nothing", "There is nothing to place.")
    if not boxes:
        raise Refused("place.nowhere", "Say into which box.")
    leaving = {tube["id"] for tube in finding.samples(tx.connection, codes)}
    found: list[Placing] = []
    for at, code in enumerate(boxes):
        box = finding.unit(tx.connection, code)
        layout = layout_of(box)
        rest = codes[len(found) :]
        if layout is None:
            found += [Placing(tube, box["code"], position if at == 0 else None) for tube in rest]
            break
        rows = tx.connection.execute(
            select(SAMPLE.c.id, SAMPLE.c.row, SAMPLE.c.col, SAMPLE.c.code).where(
                SAMPLE.c.unit_id == box["id"], SAMPLE.c.row.is_not(None)
            )
        )
        taken = {(row.row, row.col): row.code for row in rows if row.id not in leaving}
        order = list(positions.fill(layout, FillOrder(box["fill_order"]) if box["fill_order"] else DEFAULT_FILL))
        if at == 0 and position:
            first = positions.ordinal(layout, position)
            order = order[order.index(first) :]
            if first in taken:
                # Said by the placing itself, with the tube that is there.
                return [Placing(codes[0], box["code"], position)]
        free = [spot for spot in order if spot not in taken]
        found += [
            Placing(tube, box["code"], positions.label(layout, *spot)) for tube, spot in zip(rest, free, strict=False)
        ]
        if len(found) == len(codes):
            break
    if len(found) < len(codes):
        raise Refused(
            "place.too_many",
            "Room in {boxes}: {free}; {count} {count:tube is|tubes are} to be placed. Name another box.",
            boxes=", ".join(boxes),
            free=len(found),
            count=len(codes),
        )
    return found
