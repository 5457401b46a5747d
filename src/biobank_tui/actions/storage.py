"""Storage units come into being, are moved with all they hold, and change their service state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.tallies import PATH_DIGITS
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.storage import ancestors, layout, under
from biobank_tui.rules.codes import renders
from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.lifecycles import ServiceState
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.positions import FillOrder, chosen
from biobank_tui.rules.temperatures import temperature
from biobank_tui.rules.treeplan import LETTERS, Level, parse_plan

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
MOST_CHILDREN = 36**PATH_DIGITS - 1


@dataclass(frozen=True, slots=True)
class NewTree:
    """plan: as rules.treeplan reads it. parent: a unit's code, or None for the top.

    temperature: a class or what people say for it; what lies inside inherits it. row_scheme,
    column_scheme, label_style, label_major as rules.positions knows them. materials: MIABIS codes; none holds all.
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
        owner = holder["id"] if holder is not None else (parent["organisation_id"] if parent else None)
        tx.permit([owner])
        shared = {
            **shape,
            "fill_order": new.fill_order,
            "temperature": degrees or (parent["temperature"] if parent else None),
            "materials": ",".join(new.materials) or None,
            "organisation_id": owner,
            "project_id": None,
            "service": ServiceState.ACTIVE,
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


def move_unit(bank: Bank, actor: Actor, code: str, target: str | None) -> int:
    """Stand a unit, with all it holds, inside another; how many units moved."""
    with bank.transaction(actor, Verb.STORAGE_MOVE) as tx:
        unit = finding.unit(tx.connection, code)
        parent = dict(finding.unit(tx.connection, target)) if target else None
        tx.permit([unit["organisation_id"]])
        if parent is not None and parent["path"].startswith(unit["path"]):
            raise Refused("unit.cycle", "{unit} cannot stand inside itself or inside what it holds.", unit=code)
        if unit["parent_id"] == (parent["id"] if parent else None):
            raise Refused("unit.there", "{unit} already stands there.", unit=unit["code"])
        inside = tx.connection.execute(select(STORAGE_UNIT.c.id, STORAGE_UNIT.c.path).where(under(unit["path"]))).all()
        new_path = (parent["path"] if parent else "") + _path_part(_next_ordinal(tx, parent))
        _shift_counters(tx, unit["path"][:-PATH_DIGITS], -unit["places"], -unit["tubes"])
        changes: dict[int, dict[str, Any]] = {
            row.id: {"path": new_path + row.path[len(unit["path"]) :]} for row in inside
        }
        changes[unit["id"]]["parent_id"] = parent["id"] if parent else None
        tx.update(STORAGE_UNIT, changes)
        _shift_counters(tx, new_path[:-PATH_DIGITS], unit["places"], unit["tubes"])
        tx.subject = unit["code"]
        tx.facts = {"to": parent["code"] if parent else None, "units": len(inside), "tubes": unit["tubes"]}
        return len(inside)


def set_service(bank: Bank, actor: Actor, code: str, state: str, reason: str | None = None) -> int:
    """Change a unit's service state, and that of all inside it; how many units changed."""
    chosen(ServiceState, state)
    with bank.transaction(actor, Verb.STORAGE_SERVICE, reason=reason) as tx:
        unit = finding.unit(tx.connection, code)
        tx.permit([unit["organisation_id"]])
        if state == ServiceState.RETIRED and unit["tubes"]:
            raise Refused(
                "unit.not_empty", "{unit} still holds {tubes} tubes; move them first.", unit=code, tubes=unit["tubes"]
            )
        inside = tx.connection.scalars(select(STORAGE_UNIT.c.id).where(under(unit["path"]))).all()
        tx.subject = unit["code"]
        return tx.update_all(STORAGE_UNIT, inside, service=state)


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

    def grow(depth: int, above: dict[str, Any] | None, start: int) -> Iterator[dict[str, Any]]:
        level = levels[depth]
        for k in range(level.count):
            number, plain = next(numbers), next(codes)
            digits = len(str(start + level.count - 1))
            local = f"{LETTERS[level.kind]}{start + k:0{digits}d}"
            named = level.name or (plain if above is None else local)
            row = {
                "id": number,
                "code": _code_of(level.name) or (f"{above['code']}.{local}" if above else plain),
                "name": named,
                "kind": level.kind,
                "parent_id": above["id"] if above else None,
                "path": (above["path"] if above else "") + _path_part(start + k),
                "rows": level.rows,
                "columns": level.columns,
                "places": places_from(depth),
                **shared,
            }
            yield row
            if depth + 1 < len(levels):
                yield from grow(depth + 1, row, 1)

    return grow(0, parent, ordinal)


def _code_of(name: str | None) -> str | None:
    return "-".join(name.upper().split()) if name else None


def _next_ordinal(tx: Transaction, parent: dict[str, Any] | None) -> int:
    last = tx.connection.scalar(
        select(func.max(STORAGE_UNIT.c.path)).where(
            STORAGE_UNIT.c.parent_id == parent["id"] if parent else STORAGE_UNIT.c.parent_id.is_(None)
        )
    )
    return int(last[-PATH_DIGITS:], 36) + 1 if last else 1


def _path_part(ordinal: int) -> str:
    if ordinal > MOST_CHILDREN:
        raise Refused("unit.crowded", "One unit holds at most {most} others.", most=MOST_CHILDREN)
    digits = ""
    for _ in range(PATH_DIGITS):
        ordinal, digit = divmod(ordinal, 36)
        digits = DIGITS[digit] + digits
    return digits


def _refuse_taken(tx: Transaction, codes: list[str]) -> None:
    for start in range(0, len(codes), 5000):
        taken = tx.connection.scalar(
            select(STORAGE_UNIT.c.code).where(STORAGE_UNIT.c.code.in_(codes[start : start + 5000])).limit(1)
        )
        if taken is not None:
            raise Conflict("unit.taken", "There is already a storage unit {code}.", code=taken)
