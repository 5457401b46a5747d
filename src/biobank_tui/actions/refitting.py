"""A storage unit is set right: its name, grid, labels, filling, temperature, and what it may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from biobank_tui.actions.fitting import refuse_misfits, require_reach, tubes_under
from biobank_tui.actions.storage import add_places
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import SAMPLE, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.storage import UnitRow, layout, position_label, under
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.positions import FillOrder, chosen
from biobank_tui.rules.temperatures import temperature

SHAPE = ("row_scheme", "column_scheme", "label_style", "label_major")
NOTHING = "-"
"""What is written where a limit is to be lifted."""


@dataclass(frozen=True, slots=True)
class Refit:
    """What of a unit is to be other than it is; None leaves it.

    The organisation, project, materials and temperature hold for all inside it too; "-" (for materials, an empty
    tuple; for the capacity, 0) lifts the limit. override: a manager's reason, where what lies inside does not fit.
    """

    code: str
    name: str | None = None
    rows: int | None = None
    columns: int | None = None
    row_scheme: str | None = None
    column_scheme: str | None = None
    label_style: str | None = None
    label_major: str | None = None
    fill_order: str | None = None
    capacity: int | None = None
    temperature: str | None = None
    materials: tuple[str, ...] | None = None
    organisation: str | None = None
    project: str | None = None
    override: str | None = None


def refit(bank: Bank, actor: Actor, what: Refit) -> int:
    """Change the unit; how many units changed, with those inside that take the same."""
    with bank.transaction(actor, Verb.STORAGE_EDIT, reason=what.override) as tx:
        unit = finding.unit(tx.connection, what.code)
        shared, own = _shared(tx, what), _own(what)
        tx.permit([unit["organisation_id"], shared.get("organisation_id")])
        after = {**unit, **shared, **own}
        if after["rows"] != unit["rows"] or after["columns"] != unit["columns"]:
            _refuse_lost(tx, unit, after)
        if after["rows"]:
            layout(after["rows"], after["columns"], after)
        _refuse_crowded(tx, unit, after)
        if what.override:
            require_reach(tx, {tube["custodian_id"] for tube in tubes_under(tx, unit["path"])})
        elif shared and unit["tubes"]:
            refuse_misfits(tx, after, unit["path"])
        changes: dict[int, dict[str, Any]] = {}
        if shared:
            inside = tx.connection.scalars(select(STORAGE_UNIT.c.id).where(under(unit["path"])))
            changes = {number: dict(shared) for number in inside}
        changes[unit["id"]] = {**shared, **own}
        changed = tx.update(STORAGE_UNIT, changes)
        more = (after["rows"] or 0) * (after["columns"] or 0) - (unit["rows"] or 0) * (unit["columns"] or 0)
        if more:
            add_places(tx, unit["path"], more)
        tx.subject = unit["code"]
        tx.facts = {"units": changed}
        return changed


def _shared(tx: Transaction, what: Refit) -> dict[str, Any]:
    """What is changed of the unit and of all inside it."""
    found: dict[str, Any] = {}
    if what.temperature is not None:
        found["temperature"] = temperature(what.temperature).code if what.temperature != NOTHING else None
    if what.materials is not None:
        found["materials"] = ",".join(what.materials) or None
    for name, code, find in (
        ("organisation_id", what.organisation, finding.organisation),
        ("project_id", what.project, finding.project),
    ):
        if code is not None:
            found[name] = find(tx.connection, code)["id"] if code != NOTHING else None
    return found


def _own(what: Refit) -> dict[str, Any]:
    """What is changed of the unit alone."""
    if what.name is not None and not what.name.strip():
        raise Refused("unit.unnamed", "A storage unit has a name.")
    if what.fill_order is not None:
        chosen(FillOrder, what.fill_order)
    if what.capacity is not None and what.capacity < 0:
        raise Refused("unit.capacity", "A unit holds 1 or more; 0 lifts the limit.")
    given: dict[str, Any] = {
        "name": what.name.strip() if what.name is not None else None,
        "rows": what.rows,
        "columns": what.columns,
        "fill_order": what.fill_order,
        **{name: getattr(what, name) for name in SHAPE},
    }
    own = {name: value for name, value in given.items() if value is not None}
    return own | ({"capacity": what.capacity or None} if what.capacity is not None else {})


def _refuse_lost(tx: Transaction, unit: UnitRow, after: UnitRow) -> None:
    """A unit never becomes smaller than what lies in it, nor gets a grid over other units or loose tubes."""
    if not (after["rows"] and after["columns"]):
        raise Refused("unit.grid_whole", "A grid has rows and columns; say both for {unit}.", unit=unit["code"])
    layout(after["rows"], after["columns"], after)
    if unit["rows"] is None:
        children = tx.count(STORAGE_UNIT, STORAGE_UNIT.c.parent_id == unit["id"])
        if children or unit["tubes"]:
            raise Refused(
                "unit.grid_over", "{unit} holds other units or loose tubes; it cannot get a grid.", unit=unit["code"]
            )
        return
    outside = (SAMPLE.c.unit_id == unit["id"]) & ((SAMPLE.c.row >= after["rows"]) | (SAMPLE.c.col >= after["columns"]))
    lost = tx.connection.execute(
        select(SAMPLE.c.code, SAMPLE.c.row, SAMPLE.c.col).where(outside).order_by(SAMPLE.c.row, SAMPLE.c.col).limit(1)
    ).first()
    if lost is not None:
        raise Refused(
            "unit.below_contents",
            "{unit} cannot shrink to {rows} × {columns}: {count} of its tubes {count:lies|lie} outside, the"
            " first is {code} at {label}.",
            unit=unit["code"],
            rows=after["rows"],
            columns=after["columns"],
            count=tx.connection.scalar(select(func.count()).select_from(SAMPLE).where(outside)),
            code=lost.code,
            label=position_label(unit, lost.row, lost.col),
        )


def _refuse_crowded(tx: Transaction, unit: UnitRow, after: UnitRow) -> None:
    if after["capacity"] is None or after["capacity"] == unit["capacity"]:
        return
    if after["rows"]:
        raise Refused("unit.capacity_grid", "{unit} has a grid, which says how much it holds.", unit=unit["code"])
    standing = tx.count(STORAGE_UNIT, STORAGE_UNIT.c.parent_id == unit["id"])
    lying = tx.count(SAMPLE, SAMPLE.c.unit_id == unit["id"])
    if max(standing, lying) > after["capacity"]:
        raise Refused(
            "unit.below_contents_count",
            "{unit} cannot be limited to {most}: it holds {count}.",
            unit=unit["code"],
            most=after["capacity"],
            count=max(standing, lying),
        )
