"""Tubes are put into places, moved, taken out and put back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, select

from biobank_tui.actions.fitting import Fitting
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import CHECKOUT, RESERVATION, SAMPLE
from biobank_tui.queries import finding
from biobank_tui.queries.storage import DEFAULT_FILL, layout_of, position_label
from biobank_tui.rules import positions
from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.lifecycles import ReservationState, SampleStatus
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.positions import FillOrder


@dataclass(frozen=True, slots=True)
class Placing:
    """One tube to one place.

    position: a label of the unit's scheme; None takes the next free one in filling order.
    """

    sample: str
    unit: str
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a tube went. before: where it was, or empty."""

    sample: str
    unit: str
    position: str
    before: str


def place(bank: Bank, actor: Actor, placings: Sequence[Placing], *, override: str | None = None) -> tuple[Placed, ...]:
    """Put tubes into places, all of them or none.

    override: a manager's reason for putting a tube where the unit's temperature or rules say it may not be.
    """
    with bank.transaction(actor, Verb.SAMPLE_PLACE, reason=override) as tx:
        placed = put(tx, placings, override=override)
        tx.subject = placed[0].sample if placed else None
        tx.facts = {"placed": len(placed), "to": sorted({one.unit for one in placed})[:20]}
        return placed


def put(tx: Transaction, placings: Sequence[Placing], *, override: str | None = None) -> tuple[Placed, ...]:
    """The same within an act that is already under way."""
    if not placings:
        raise Refused("place.nothing", "There is nothing to place.")
    tubes = finding.samples(tx.connection, [one.sample for one in placings])
    if len({tube["id"] for tube in tubes}) < len(tubes):
        raise Refused("place.twice", "A tube is named twice; it can go to one place only.")
    tx.permit({tube["custodian_id"] for tube in tubes})
    units = {code: finding.unit(tx.connection, code) for code in dict.fromkeys(one.unit for one in placings)}
    leaving = {tube["id"] for tube in tubes}
    taken = {unit["id"]: _taken(tx, unit["id"], leaving) for unit in units.values()}
    loose = {unit["id"]: _loose(tx, unit, leaving) for unit in units.values() if unit["capacity"] and not unit["rows"]}
    fitting = Fitting(tx, tubes, override)
    reached: dict[int, tuple[int, int]] = {}
    targets: list[tuple[RowMapping, tuple[int, int] | tuple[None, None]]] = []
    for one, tube in zip(placings, tubes, strict=True):
        unit = units[one.unit]
        fitting.refuse(tube, unit)
        if unit["id"] in loose:
            loose[unit["id"]] += 1
            _refuse_crowded(unit, loose[unit["id"]])
        spot = _spot(tube, unit, one.position, taken[unit["id"]], reached.get(unit["id"]))
        if spot[0] is not None and spot[1] is not None:
            taken[unit["id"]][spot] = tube["code"]
            reached[unit["id"]] = spot
        targets.append((unit, spot))
    _vacate(tx, tubes, targets)
    tx.update(
        SAMPLE,
        {
            tube["id"]: {"unit_id": unit["id"], "row": spot[0], "col": spot[1]}
            for tube, (unit, spot) in zip(tubes, targets, strict=True)
        },
    )
    return tuple(
        Placed(
            tube["code"], unit["code"], position_label(unit, *spot), _words(fitting.origins.get(tube["unit_id"]), tube)
        )
        for tube, (unit, spot) in zip(tubes, targets, strict=True)
    )


def check_out(bank: Bank, actor: Actor, codes: Sequence[str], purpose: str | None = None) -> int:
    """Take tubes out; each keeps its place and shows who has it."""
    with bank.transaction(actor, Verb.SAMPLE_CHECKOUT) as tx:
        tubes = finding.samples(tx.connection, codes)
        tx.permit({tube["custodian_id"] for tube in tubes})
        for tube in tubes:
            if tube["holds"]:
                raise Refused("sample.held", "{code} is on hold; it stays where it is.", code=tube["code"])
            if tube["status"] not in (SampleStatus.AVAILABLE, SampleStatus.RESERVED):
                raise Refused(
                    "sample.status",
                    "{code} is {status}; only a tube in its place can be taken out.",
                    code=tube["code"],
                    status=tube["status"],
                )
        tx.update_all(SAMPLE, [tube["id"] for tube in tubes], status=SampleStatus.CHECKED_OUT)
        for tube in tubes:
            open_checkout(tx, tube["id"], purpose)
        tx.subject = tubes[0]["code"] if tubes else None
        tx.facts = {"out": len(tubes), "purpose": purpose}
        return len(tubes)


def open_checkout(tx: Transaction, sample_id: int, purpose: str | None) -> None:
    """Write down that the actor has a tube in hand."""
    tx.add(
        CHECKOUT,
        sample_id=sample_id,
        person_id=tx.actor.person_id,
        purpose=purpose,
        taken=tx.at,
        returned=None,
        thawed=0,
    )


def put_back(bank: Bank, actor: Actor, codes: Sequence[str], *, thawed: bool = False) -> int:
    """Return tubes to the places they kept; a thawed one counts a freeze-thaw cycle more."""
    with bank.transaction(actor, Verb.SAMPLE_RETURN) as tx:
        tubes = finding.samples(tx.connection, codes)
        tx.permit({tube["custodian_id"] for tube in tubes})
        for tube in tubes:
            if tube["status"] != SampleStatus.CHECKED_OUT:
                raise Refused(
                    "sample.not_out", "{code} is not out; it is {status}.", code=tube["code"], status=tube["status"]
                )
        reserved = _reserved(tx, [tube["id"] for tube in tubes])
        for tube in tubes:
            if reserved.get(tube["id"]) == ReservationState.PICKED:
                raise Refused(
                    "sample.picked", "{code} was picked for a request; undo the pick to put it back.", code=tube["code"]
                )
        tx.update(
            SAMPLE,
            {
                tube["id"]: {
                    "status": SampleStatus.RESERVED if tube["id"] in reserved else SampleStatus.AVAILABLE,
                    "thaws": tube["thaws"] + thawed,
                }
                for tube in tubes
            },
        )
        open_rows = tx.connection.scalars(
            select(CHECKOUT.c.id).where(
                among(tx.connection, CHECKOUT.c.sample_id, [tube["id"] for tube in tubes]),
                CHECKOUT.c.returned.is_(None),
            )
        ).all()
        tx.update_all(CHECKOUT, open_rows, returned=tx.at, thawed=int(thawed))
        tx.subject = tubes[0]["code"] if tubes else None
        tx.facts = {"returned": len(tubes), "thawed": thawed}
        return len(tubes)


def _reserved(tx: Transaction, ids: Sequence[int]) -> dict[int, str]:
    rows = tx.connection.execute(
        select(RESERVATION.c.sample_id, RESERVATION.c.state).where(
            among(tx.connection, RESERVATION.c.sample_id, ids),
            RESERVATION.c.state.in_([ReservationState.ACTIVE, ReservationState.PICKED]),
        )
    )
    return {row.sample_id: row.state for row in rows}


def _taken(tx: Transaction, unit_id: int, leaving: set[int]) -> dict[tuple[int, int], str]:
    rows = tx.connection.execute(
        select(SAMPLE.c.id, SAMPLE.c.row, SAMPLE.c.col, SAMPLE.c.code).where(
            SAMPLE.c.unit_id == unit_id, SAMPLE.c.row.is_not(None)
        )
    )
    return {(row.row, row.col): row.code for row in rows if row.id not in leaving}


def _loose(tx: Transaction, unit: RowMapping, leaving: set[int]) -> int:
    """How many tubes lie in a unit without a grid, besides those of the act."""
    lying = tx.connection.scalars(select(SAMPLE.c.id).where(SAMPLE.c.unit_id == unit["id"]))
    return sum(number not in leaving for number in lying)


def _refuse_crowded(unit: RowMapping, tubes: int) -> None:
    if tubes > unit["capacity"]:
        raise Refused(
            "unit.crowded_tubes", "{unit} holds {most} tubes at most.", unit=unit["code"], most=unit["capacity"]
        )


def _spot(
    tube: RowMapping,
    unit: RowMapping,
    position: str | None,
    taken: dict[tuple[int, int], str],
    start: tuple[int, int] | None,
) -> tuple[int, int] | tuple[None, None]:
    layout = layout_of(unit)
    if layout is None:
        if position:
            raise Refused("unit.no_grid", "{unit} has no numbered positions.", unit=unit["code"])
        return (None, None)
    if position is None:
        order = FillOrder(unit["fill_order"]) if unit["fill_order"] else DEFAULT_FILL
        free = positions.next_free(layout, order, taken, start)
        if free is None:
            raise Refused("unit.full", "{unit} is full; {code} found no place.", unit=unit["code"], code=tube["code"])
        return free
    spot = positions.ordinal(layout, position)
    if spot in taken:
        raise Conflict(
            "position.taken",
            "{unit} {position} already holds {other}.",
            unit=unit["code"],
            position=positions.label(layout, *spot),
            other=taken[spot],
        )
    return spot


def _vacate(tx: Transaction, tubes: Sequence[RowMapping], targets: Sequence[tuple[RowMapping, Any]]) -> None:
    """Lift the tubes whose place another of this act takes, so that tubes can change places with each other."""
    wanted = {(unit["id"], *spot) for unit, spot in targets}
    swapped = [
        tube["id"]
        for tube in tubes
        if tube["row"] is not None and (tube["unit_id"], tube["row"], tube["col"]) in wanted
    ]
    if swapped:
        tx.update_all(SAMPLE, swapped, unit_id=None, row=None, col=None)


def _words(origin: RowMapping | None, tube: RowMapping) -> str:
    return f"{origin['code']} {position_label(origin, tube['row'], tube['col'])}".strip() if origin is not None else ""
