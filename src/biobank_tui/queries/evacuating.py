"""A unit that fails: what was in it, for how long it fails, and where all of it could go."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, case, func, select

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import LEDGER_ENTRY, LEDGER_RECORD, ORGANISATION, SAMPLE, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.freeing import AWAY, Holes, Move, Proposal
from biobank_tui.queries.room import OPEN
from biobank_tui.queries.storage import position_label, trail, under
from biobank_tui.rules.lasting import lasting
from biobank_tui.rules.lifecycles import ServiceState
from biobank_tui.rules.paths import above
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.temperatures import warmer


@dataclass(frozen=True, slots=True)
class Failing:
    """A unit that fails, the outermost one. since: when that was written, lasting: for how long until now."""

    code: str
    kind: str
    trail: str
    since: str | None
    lasting: str
    temperature: str | None
    tubes: int


@dataclass(frozen=True, slots=True)
class WasInside:
    """A tube that was in the unit when it began to fail. place: there; now: where it is now, where it was moved."""

    code: str
    place: str
    material: str
    custodian: str
    status: str
    now: str


def failing(connection: Connection, now: str) -> tuple[Failing, ...]:
    """The units that fail, the longest first; what fails within one is not named again."""
    rows = connection.execute(
        select(STORAGE_UNIT)
        .where(STORAGE_UNIT.c.service == ServiceState.FAILING)
        .order_by(STORAGE_UNIT.c.service_since, STORAGE_UNIT.c.path)
    ).mappings()
    found = list(rows)
    paths = {row["path"] for row in found}
    return tuple(
        Failing(
            row["code"],
            row["kind"],
            " › ".join(trail(connection, row["path"])),
            row["service_since"],
            lasting(row["service_since"], now),
            row["temperature"],
            row["tubes"],
        )
        for row in found
        if above(row["path"]) not in paths
    )


def was_inside(connection: Connection, code: str) -> tuple[WasInside, ...]:
    """Every tube in the unit when it began to fail: those that still are, and those moved out since."""
    unit = finding.unit(connection, code)
    began = connection.scalar(
        select(func.max(LEDGER_ENTRY.c.number)).where(
            LEDGER_ENTRY.c.verb == Verb.STORAGE_FAIL, LEDGER_ENTRY.c.subject == unit["code"]
        )
    )
    units = {row["id"]: row for row in connection.execute(select(STORAGE_UNIT).where(under(unit["path"]))).mappings()}
    before: dict[int, tuple[int, int | None, int | None]] = {}
    carried: set[int] = set()
    if began is not None:
        before, carried = _moved_since(connection, began, unit["path"], set(units))
    here = {*units, *carried}
    rows = connection.execute(
        _TUBES.where(among(connection, SAMPLE.c.unit_id, here)).order_by(SAMPLE.c.unit_id, SAMPLE.c.row, SAMPLE.c.col)
    ).mappings().all()  # fmt: skip
    present = {row["id"]: row for row in rows if row["id"] not in before}
    gone = {
        row["id"]: row for row in connection.execute(_TUBES.where(among(connection, SAMPLE.c.id, before))).mappings()
    }
    named = {*carried, *(spot[0] for spot in before.values()), *(row["unit_id"] for row in gone.values())} - {None}
    for row in connection.execute(
        select(STORAGE_UNIT).where(among(connection, STORAGE_UNIT.c.id, named))
    ).mappings():  # fmt: skip
        units[row["id"]] = row
    found = [
        _inside(row, units, (row["unit_id"], row["row"], row["col"]), row["unit_id"] in carried)
        for row in present.values()
    ]
    found += [_inside(row, units, before[number], True) for number, row in gone.items()]
    return tuple(sorted(found, key=lambda tube: tube.place))


_TUBES = select(
    SAMPLE.c.id,
    SAMPLE.c.code,
    SAMPLE.c.material,
    SAMPLE.c.status,
    SAMPLE.c.unit_id,
    SAMPLE.c.row,
    SAMPLE.c.col,
    ORGANISATION.c.code.label("custodian"),
).join(ORGANISATION, ORGANISATION.c.id == SAMPLE.c.custodian_id)


def _inside(
    row: RowMapping, units: dict[int, RowMapping], spot: tuple[int, int | None, int | None], moved: bool
) -> WasInside:
    def said(unit_id: int | None, at: int | None, col: int | None) -> str:
        unit = units.get(unit_id or 0)
        return f"{unit['code']} {position_label(unit, at, col)}".strip() if unit is not None else ""

    now = said(row["unit_id"], row["row"], row["col"]) if moved else ""
    return WasInside(row["code"], said(*spot), row["material"], row["custodian"], row["status"], now)


def _moved_since(
    connection: Connection, entry: int, path: str, inside: set[int]
) -> tuple[dict[int, tuple[int, int | None, int | None]], set[int]]:
    """Tubes moved out of the unit since that entry, with the place they had; and units carried out whole."""
    out: set[int] = set()
    before: dict[int, tuple[int, int | None, int | None]] = {}
    for noun, number, change in connection.execute(
        select(LEDGER_RECORD.c.noun, LEDGER_RECORD.c.target_id, LEDGER_RECORD.c.change)
        .where(LEDGER_RECORD.c.entry > entry, LEDGER_RECORD.c.noun.in_(["sample", "storage_unit"]))
        .order_by(LEDGER_RECORD.c.entry, LEDGER_RECORD.c.seq)
    ):
        if '"unit_id"' not in change and '"path"' not in change:
            continue
        said: dict[str, Any] = json.loads(change)
        if noun == "storage_unit":
            was = said.get("path")
            if isinstance(was, list) and str(was[0]).startswith(path) and not str(was[1]).startswith(path):
                out.add(number)
            continue
        was = said.get("unit_id")
        if number not in before and isinstance(was, list) and was[0] in inside | out:
            row, col = said.get("row"), said.get("col")
            before[number] = (
                was[0],
                row[0] if isinstance(row, list) else None,
                col[0] if isinstance(col, list) else None,
            )
    return before, out


def evacuation(connection: Connection, code: str) -> Proposal:
    """Where what lies in a unit could go: boxes whole where units say they have room for boxes, else tube by tube.

    Only as cold or colder, backup first; what is kept for something goes where nothing is kept, or the same.
    """
    unit = finding.unit(connection, code)
    boxes = connection.execute(
        select(STORAGE_UNIT)
        .where(
            under(unit["path"]),
            STORAGE_UNIT.c.tubes > 0,
            select(SAMPLE.c.id).where(SAMPLE.c.unit_id == STORAGE_UNIT.c.id).exists(),
        )
        .order_by(STORAGE_UNIT.c.path)
    ).mappings().all()  # fmt: skip
    berths = _berths(connection, unit)
    moves: list[Move] = []
    rest: list[RowMapping] = []
    for box in boxes:
        at = next(
            (n for n, (berth, free) in enumerate(berths) if free and box["id"] != unit["id"] and _takes(berth, box)),
            None,
        )
        if at is None:
            rest.append(box)
            continue
        berth, free = berths[at]
        berths[at] = (berth, free - 1)
        moves.append(Move(box["code"], _standing(connection, box), berth["code"], "", None, box["id"], berth["id"]))
    tubes, stranded = _tube_moves(connection, unit, rest)
    return Proposal(unit["code"], (*moves, *tubes), tuple(box["code"] for box in boxes), stranded)


def _standing(connection: Connection, box: RowMapping) -> str:
    return str(connection.scalar(select(STORAGE_UNIT.c.code).where(STORAGE_UNIT.c.id == box["parent_id"])) or "")


def _outside_of(unit: RowMapping) -> Any:
    backup_first = case((STORAGE_UNIT.c.service == ServiceState.BACKUP, 0), else_=1)
    return (STORAGE_UNIT.c.service.in_(OPEN) & ~under(unit["path"])), backup_first


def _berths(connection: Connection, unit: RowMapping) -> list[tuple[RowMapping, int]]:
    outside, backup_first = _outside_of(unit)
    child = STORAGE_UNIT.alias("child")
    standing = select(func.count()).where(child.c.parent_id == STORAGE_UNIT.c.id).scalar_subquery()
    rows = connection.execute(
        select(STORAGE_UNIT, standing.label("standing"))
        .where(outside, STORAGE_UNIT.c.capacity.is_not(None), STORAGE_UNIT.c.rows.is_(None))
        .order_by(backup_first, STORAGE_UNIT.c.path)
    ).mappings()
    return [(row, row["capacity"] - row["standing"]) for row in rows]


def _takes(place: RowMapping, box: RowMapping) -> bool:
    """Whether what the box holds may go there."""
    return not warmer(place["temperature"], box["temperature"]) and all(
        place[name] is None or place[name] == box[name] for name in ("materials", "organisation_id", "project_id")
    )


def _tube_moves(
    connection: Connection, unit: RowMapping, boxes: list[RowMapping]
) -> tuple[list[Move], tuple[str, ...]]:
    outside, backup_first = _outside_of(unit)
    free = STORAGE_UNIT.c.places - STORAGE_UNIT.c.tubes
    targets = connection.execute(
        select(STORAGE_UNIT).where(outside, STORAGE_UNIT.c.rows.is_not(None), free > 0).order_by(
            backup_first, free.desc(), STORAGE_UNIT.c.path
        )
    ).mappings().all() if boxes else []  # fmt: skip
    holes = Holes(connection, [row["id"] for row in targets])
    full: set[int] = set()
    moves: list[Move] = []
    stranded: list[str] = []
    for box in boxes:
        fitting = [row["id"] for row in targets if row["id"] not in full and _takes(row, box)]
        for tube in connection.execute(
            select(SAMPLE.c.id, SAMPLE.c.code, SAMPLE.c.row, SAMPLE.c.col)
            .where(SAMPLE.c.unit_id == box["id"], SAMPLE.c.status.not_in(AWAY))
            .order_by(SAMPLE.c.row, SAMPLE.c.col)
        ).mappings():
            while fitting and (spot := holes.next(fitting[0])) is None:
                full.add(fitting.pop(0))
            if not fitting:
                stranded.append(tube["code"])
                continue
            assert spot is not None
            moves.append(holes.move(tube, box, fitting[0], spot))
    return moves, tuple(stranded)
