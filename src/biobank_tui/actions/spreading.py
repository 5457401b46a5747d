"""Tubes of one act are given their places in one or more boxes, in the order of their labels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from sqlalchemy import RowMapping, select

from biobank_tui.actions.placing import Placing
from biobank_tui.bank.transaction import Transaction
from biobank_tui.model.tables import SAMPLE
from biobank_tui.queries import finding
from biobank_tui.queries.storage import DEFAULT_FILL, layout_of
from biobank_tui.rules import positions
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.positions import FillOrder


def spread(
    tx: Transaction, codes: Sequence[str], units: Sequence[str], position: str | None = None, sets: int = 1
) -> list[Placing]:
    """Where each tube goes: box after box in filling order, from `position` of the first.

    sets: the tubes are so many equal sets, and each goes into the box of its own, all from the same position.
    Refused where there are fewer free places than tubes.
    """
    found = [finding.unit(tx.connection, unit) for unit in units]
    if sets == 1:
        return _fill(tx, codes, found, position)
    size = len(codes) // sets
    return [
        placing
        for place, unit in enumerate(found)
        for placing in _fill(tx, codes[place * size : (place + 1) * size], [unit], position)
    ]


def _fill(tx: Transaction, codes: Sequence[str], units: Sequence[RowMapping], position: str | None) -> list[Placing]:
    placings: list[Placing] = []
    rest = list(codes)
    for place, unit in enumerate(units):
        start = position if place == 0 else None
        if layout_of(unit) is None:
            placings += [Placing(code, unit["code"], start) for code in rest]
            return placings
        labels = _free(tx, unit, start, len(rest))
        placings += [Placing(code, unit["code"], label) for code, label in zip(rest, labels, strict=False)]
        rest = rest[len(labels) :]
    if rest:
        raise Refused(
            "unit.full",
            "{free} free {free:place|places} in {boxes} for {count} {count:tube|tubes}.",
            boxes=", ".join(unit["code"] for unit in units),
            free=len(placings),
            count=len(codes),
        )
    return placings


def _free(tx: Transaction, unit: RowMapping, start: str | None, most: int) -> list[str]:
    """Labels of the free positions of a box, in its filling order; the one asked for stands first, free or not."""
    layout = layout_of(unit)
    assert layout is not None
    rows = tx.connection.execute(
        select(SAMPLE.c.row, SAMPLE.c.col).where(SAMPLE.c.unit_id == unit["id"], SAMPLE.c.row.is_not(None))
    )
    taken = {(row.row, row.col) for row in rows}
    order = FillOrder(unit["fill_order"]) if unit["fill_order"] else DEFAULT_FILL
    spots = positions.fill(layout, order)
    labels = []
    if start is not None:
        first = positions.ordinal(layout, start)
        labels = [positions.label(layout, *first)]
        # What holds the position already is said by whoever places the tube there.
        next(spot for spot in spots if spot == first)
    labels += [positions.label(layout, *spot) for spot in islice((each for each in spots if each not in taken), most)]
    return labels[:most]
