"""Storage units come into being from one line, and are stood elsewhere with all they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from biobank_tui.actions.fitting import refuse_misfits, require_reach
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import SAMPLE, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.storage import UnitRow, layout, under
from biobank_tui.rules.codes import renders
from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.lifecycles import ServiceState
from biobank_tui.rules.paths import above, ancestors, last_ordinal, path_part
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.positions import FillOrder, chosen
from biobank_tui.rules.storing import CLOSED, refuse_closed
from biobank_tui.rules.temperatures import temperature
from biobank_tui.rules.treeplan import LETTERS, Level, parse_plan


@dataclass(frozen=True, slots=True)
class NewTree:
    """plan: as rules.treeplan reads it. parent: a unit's code, or None for the top.

    temperature: a class or what people say for it. row_scheme, column_scheme, label_style, label_major as
    rules.positions knows them. materials: MIABIS codes; none holds all. What is not said of temperature, materials,
    organisation and project is as in the parent.
    """

    plan: str
    parent: str | None = None
    temperature: str | None = None
    row_scheme: str = "letters"
    column_scheme: str = "numbers"
    label_style: str = "A1"
    label_major: str = "row"
    fill_order: str | None = None
    organisation: str | None = None
    project: str | None = None
    materials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TreeAdded:
    """code: the outermost unit's (the first, where several). units: how many were made. places: positions in them."""

    code: str
    units: int
    places: int


def add_tree(bank: Bank, actor: Actor, new: NewTree) -> TreeAdded:
    """Make a unit and everything in it from one line."""
    levels = parse_plan(new.plan)
    degrees = temperature(new.temperature).code if new.temperature else None
    shape = {
        "row_scheme": new.row_scheme,
        "column_scheme": new.column_scheme,
        "label_style": new.label_style,
        "label_major": new.label_major,
    }
    for level in levels:
        if level.rows and level.columns:
            layout(level.rows, level.columns, shape)
    if new.fill_order is not None:
        chosen(FillOrder, new.fill_order)
    with bank.transaction(actor, Verb.STORAGE_ADD) as tx:
        parent = dict(finding.unit(tx.connection, new.parent)) if new.parent else None
        holder = finding.organisation(tx.connection, new.organisation) if new.organisation else None
        project = finding.project(tx.connection, new.project) if new.project else None
        owner = holder["id"] if holder is not None else (parent["organisation_id"] if parent else None)
        tx.permit([owner])
        if parent is not None:
            refuse_no_room(tx, parent, levels[0].count)
        shared = {
            **shape,
            "fill_order": new.fill_order,
            "temperature": degrees or (parent["temperature"] if parent else None),
            "materials": ",".join(new.materials) or (parent["materials"] if parent else None),
            "organisation_id": owner,
            "project_id": project["id"] if project is not None else (parent["project_id"] if parent else None),
            "service": ServiceState.ACTIVE,
            "service_since": None,
            "tubes": 0,
        }
        first, prefix = tx.allocate("storage_unit", _size(levels))
        rows = list(_grow(levels, parent, first, prefix, _next_ordinal(tx, parent), shared))
        _refuse_taken(tx, [row["code"] for row in rows])
        tx.insert(STORAGE_UNIT, rows)
        tops = [row for row in rows if row["parent_id"] == (parent["id"] if parent else None)]
        places = sum(row["places"] for row in tops)
        if parent is not None:
            add_places(tx, parent["path"], places)
        tx.subject = tops[0]["code"]
        tx.facts = {"plan": new.plan, "units": len(rows), "places": places}
        return TreeAdded(tops[0]["code"], len(rows), places)


def move_unit(bank: Bank, actor: Actor, code: str, target: str | None, *, override: str | None = None) -> int:
    """Stand a unit, with all it holds, inside another; how many units moved.

    override: a manager's reason, where what lies in it may not be in the other.
    """
    with bank.transaction(actor, Verb.STORAGE_MOVE, reason=override) as tx:
        unit = finding.unit(tx.connection, code)
        tx.subject = unit["code"]
        moved = stand(tx, unit, finding.unit(tx.connection, target) if target else None, override=override)
        tx.facts = {"to": target, "units": moved, "tubes": unit["tubes"]}
        return moved


def stand(tx: Transaction, unit: UnitRow, parent: UnitRow | None, *, override: str | None = None) -> int:
    """The same within an act that is already under way. What stands there then is as cold as where it stands."""
    tx.permit([unit["organisation_id"]])
    if parent is not None and parent["path"].startswith(unit["path"]):
        raise Refused("unit.cycle", "{unit} cannot stand inside itself or inside what it holds.", unit=unit["code"])
    if unit["parent_id"] == (parent["id"] if parent else None):
        raise Refused("unit.there", "{unit} already stands there.", unit=unit["code"])
    if parent is not None:
        refuse_closed(parent["code"], parent["service"])
        refuse_no_room(tx, parent, 1)
        if override:
            require_reach(tx, tx.connection.scalars(
                select(SAMPLE.c.custodian_id).join(STORAGE_UNIT, STORAGE_UNIT.c.id == SAMPLE.c.unit_id)
                .where(under(unit["path"])).distinct()
            ))  # fmt: skip
        elif unit["tubes"]:
            refuse_misfits(tx, parent, unit["path"])
    inside = tx.connection.execute(
        select(STORAGE_UNIT.c.id, STORAGE_UNIT.c.path, STORAGE_UNIT.c.temperature).where(under(unit["path"]))
    ).all()
    new_path = (parent["path"] if parent else "") + path_part(_next_ordinal(tx, parent))
    cold = parent["temperature"] if parent else None
    _shift_counters(tx, above(unit["path"]), -unit["places"], -unit["tubes"])
    changes: dict[int, dict[str, Any]] = {
        row.id: {"path": new_path + row.path[len(unit["path"]) :], "temperature": cold or row.temperature}
        for row in inside
    }
    changes[unit["id"]]["parent_id"] = parent["id"] if parent else None
    tx.update(STORAGE_UNIT, changes)
    if parent is not None and unit["service"] in CLOSED - {ServiceState.RETIRED}:
        # What fails or defrosts is where it stood, not the box that was carried away.
        tx.update_all(STORAGE_UNIT, changes, service=parent["service"], service_since=tx.at)
    _shift_counters(tx, above(new_path), unit["places"], unit["tubes"])
    return len(inside)


def set_service(bank: Bank, actor: Actor, code: str, state: str, reason: str | None = None) -> int:
    """Change a unit's service state, and that of all inside it which is not retired; how many units changed."""
    with bank.transaction(actor, Verb.STORAGE_SERVICE, reason=reason) as tx:
        unit = finding.unit(tx.connection, code)
        tx.permit([unit["organisation_id"]])
        tx.subject = unit["code"]
        tx.facts = {"service": state}
        return serve(tx, unit, chosen(ServiceState, state))


def serve(tx: Transaction, unit: UnitRow, state: ServiceState) -> int:
    """The same within an act that is already under way."""
    if state == ServiceState.RETIRED and unit["tubes"]:
        raise Refused(
            "unit.not_empty",
            "{unit} still holds {tubes} {tubes:tube; move it|tubes; move them} first.",
            unit=unit["code"],
            tubes=unit["tubes"],
        )
    if unit["service"] == ServiceState.RETIRED and state != ServiceState.RETIRED:
        raise Refused("unit.retired", "{unit} is retired, and stays so.", unit=unit["code"])
    inside = tx.connection.scalars(
        select(STORAGE_UNIT.c.id).where(
            under(unit["path"]), STORAGE_UNIT.c.service != state, STORAGE_UNIT.c.service != ServiceState.RETIRED
        )
    ).all()
    return tx.update_all(STORAGE_UNIT, inside, service=state, service_since=tx.at)


def refuse_no_room(tx: Transaction, parent: UnitRow, units: int) -> None:
    """Raise Refused where so many units more cannot stand in it."""
    if parent["rows"]:
        raise Refused("unit.grid_inside", "{unit} has a grid: it holds tubes, not other units.", unit=parent["code"])
    if parent["capacity"] is None:
        return
    standing = tx.count(STORAGE_UNIT, STORAGE_UNIT.c.parent_id == parent["id"])
    if standing + units > parent["capacity"]:
        raise Refused(
            "unit.no_room",
            "{unit} holds {most} at most, and has {standing}; {count} more cannot stand in it.",
            unit=parent["code"],
            most=parent["capacity"],
            standing=standing,
            count=units,
        )


def add_places(tx: Transaction, path: str, places: int) -> None:
    """Count new positions in a unit and in all it stands in."""
    _shift_counters(tx, path, places, 0)


def _shift_counters(tx: Transaction, path: str, places: int, tubes: int) -> None:
    rows = tx.connection.execute(
        select(STORAGE_UNIT.c.id, STORAGE_UNIT.c.places, STORAGE_UNIT.c.tubes).where(
            STORAGE_UNIT.c.path.in_(ancestors(path))
        )
    ).all()
    tx.update(STORAGE_UNIT, {row.id: {"places": row.places + places, "tubes": row.tubes + tubes} for row in rows})


def _size(levels: tuple[Level, ...]) -> int:
    total, width = 0, 1
    for level in levels:
        width *= level.count
        total += width
    return total


def _grow(
    levels: tuple[Level, ...],
    parent: dict[str, Any] | None,
    first: int,
    prefix: str,
    ordinal: int,
    shared: dict[str, Any],
) -> Iterator[dict[str, Any]]:
    """Rows of the plan's units, each before what it holds; numbers from `first`, in walking order."""
    codes = iter(renders(prefix, first, _size(levels)))
    numbers = iter(range(first, first + _size(levels)))

    def places_from(depth: int) -> int:
        level = levels[depth]
        own = (level.rows or 0) * (level.columns or 0)
        return own + (levels[depth + 1].count * places_from(depth + 1) if depth + 1 < len(levels) else 0)

    def grow(depth: int, outer: dict[str, Any] | None, start: int) -> Iterator[dict[str, Any]]:
        level = levels[depth]
        for k in range(level.count):
            number, plain = next(numbers), next(codes)
            digits = len(str(start + level.count - 1))
            local = f"{LETTERS[level.kind]}{start + k:0{digits}d}"
            named = level.name or (plain if outer is None else local)
            row = {
                "id": number,
                "code": _code_of(level.name) or (f"{outer['code']}.{local}" if outer else plain),
                "name": named,
                "kind": level.kind,
                "parent_id": outer["id"] if outer else None,
                "path": (outer["path"] if outer else "") + path_part(start + k),
                "rows": level.rows,
                "columns": level.columns,
                "capacity": level.capacity,
                "places": places_from(depth),
                **shared,
            }
            yield row
            if depth + 1 < len(levels):
                yield from grow(depth + 1, row, 1)

    return grow(0, parent, ordinal)


def _code_of(name: str | None) -> str | None:
    return "-".join(name.upper().split()) if name else None


def _next_ordinal(tx: Transaction, parent: UnitRow | None) -> int:
    last = tx.connection.scalar(
        select(func.max(STORAGE_UNIT.c.path)).where(
            STORAGE_UNIT.c.parent_id == parent["id"] if parent else STORAGE_UNIT.c.parent_id.is_(None)
        )
    )
    return last_ordinal(last) + 1


def _refuse_taken(tx: Transaction, codes: list[str]) -> None:
    for start in range(0, len(codes), 5000):
        taken = tx.connection.scalar(
            select(STORAGE_UNIT.c.code).where(STORAGE_UNIT.c.code.in_(codes[start : start + 5000])).limit(1)
        )
        if taken is not None:
            raise Conflict("unit.taken", "There is already a storage unit {code}.", code=taken)
