"""Room for tubes and for boxes: where they would fit, and which way is the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select

from biobank_tui.model.tables import SAMPLE, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.storage import UNIT_COLUMNS, Unit, under
from biobank_tui.rules.lifecycles import ServiceState

SHOWN: Final = 40
"""Boxes to choose one of."""
PARTS: Final = (4_000, 8_000)
"""Units looked through at a time for the fullest boxes, before all are."""
OPEN = (ServiceState.ACTIVE, ServiceState.BACKUP)
_CHILD = STORAGE_UNIT.alias("child")
_STANDING = select(func.count()).where(_CHILD.c.parent_id == STORAGE_UNIT.c.id).scalar_subquery()


class Way(StrEnum):
    """How room is found: all in one box, or sharing out over boxes; the fullest boxes first, or empty ones."""

    ONE_BOX = "one_box"
    LEAST_EMPTY = "least_empty"
    EMPTY_BOXES = "empty_boxes"
    SAME_BOX = "same_box"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Room for so many tubes. beside: a tube's code whose box, or its neighbours, the others should share.

    material, organisation_id, project_id: what goes in, where boxes kept for something are to be judged by it; a box
    kept for a project is offered for that project only.
    """

    tubes: int
    within: str | None = None
    temperature: str | None = None
    material: str | None = None
    organisation_id: int | None = None
    project_id: int | None = None
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A box and how many of the tubes it takes."""

    unit: Unit
    tubes: int


def boxes_for(connection: Connection, wanted: Wanted, way: Way = Way.LEAST_EMPTY) -> tuple[Share, ...]:
    """Boxes that take all the tubes between them, in filling order; nothing where there is not room enough.

    ONE_BOX gives every box that takes all of them, the fullest first: to choose one of.
    """
    free = STORAGE_UNIT.c.places - STORAGE_UNIT.c.tubes
    query = select(*UNIT_COLUMNS).where(*_fitting(connection, wanted))
    if way is Way.ONE_BOX:
        return tuple(Share(unit, wanted.tubes) for unit in _fullest(connection, query, wanted))
    if way is Way.EMPTY_BOXES:
        query = query.where(STORAGE_UNIT.c.tubes == 0).order_by(STORAGE_UNIT.c.path)
    elif way is Way.SAME_BOX and wanted.beside is not None:
        return _beside(connection, wanted)
    else:
        query = query.where(free > 0).order_by(free, STORAGE_UNIT.c.path)
    return _shared(connection.execute(query.limit(2_000)), wanted.tubes)


def _fullest(connection: Connection, fitting: Select[Any], wanted: Wanted) -> Sequence[Unit]:
    """The boxes that take all the tubes, the fullest first and those in walking order.

    None comes before those that are just filled, in walking order: where enough of these are met soon on the way
    through a great bank, the others are not read.
    """
    path, free = STORAGE_UNIT.c.path, STORAGE_UNIT.c.places - STORAGE_UNIT.c.tubes
    enough = fitting.where(free >= wanted.tubes).order_by(free, path).limit(SHOWN)
    among = select(path).where(*_within(connection, wanted)).order_by(path)
    found: list[Unit] = []
    after = ""
    for size in PARTS:
        last = connection.scalar(among.where(path > after).offset(size).limit(1))
        if last is None:
            break
        found += _units(connection, enough.where(path > after, path <= last))
        found = sorted(found, key=lambda unit: (unit.free, unit.path))[:SHOWN]
        if len(found) == SHOWN and found[-1].free == wanted.tubes:
            return found
        after = last
    return _units(connection, enough)


def _units(connection: Connection, query: Select[Any]) -> list[Unit]:
    return [Unit(*tuple(row)) for row in connection.execute(query)]


def _beside(connection: Connection, wanted: Wanted) -> tuple[Share, ...]:
    """The box the tube lies in first, then those that stand beside it."""
    tube = finding.sample(connection, str(wanted.beside))
    if tube["unit_id"] is None:
        return ()
    parent = select(STORAGE_UNIT.c.parent_id).where(STORAGE_UNIT.c.id == tube["unit_id"]).scalar_subquery()
    query = (
        select(*UNIT_COLUMNS)
        .where(
            *_fitting(connection, wanted),
            STORAGE_UNIT.c.places > STORAGE_UNIT.c.tubes,
            or_(STORAGE_UNIT.c.id == tube["unit_id"], STORAGE_UNIT.c.parent_id == parent),
        )
        .order_by(STORAGE_UNIT.c.id != tube["unit_id"], STORAGE_UNIT.c.path)
    )
    return _shared(connection.execute(query), wanted.tubes)


def _shared(rows: object, tubes: int) -> tuple[Share, ...]:
    shares: list[Share] = []
    for row in rows:  # type: ignore[attr-defined]
        unit = Unit(*tuple(row))
        taken = min(unit.free, tubes)
        shares.append(Share(unit, taken))
        tubes -= taken
        if not tubes:
            return tuple(shares)
    return ()


def _fitting(connection: Connection, wanted: Wanted) -> list[ColumnElement[bool]]:
    """SQL: gridded units in service that take such tubes."""
    kept = STORAGE_UNIT.c
    conditions: list[ColumnElement[bool]] = [kept.rows.is_not(None), kept.service == ServiceState.ACTIVE]
    conditions += _within(connection, wanted)
    if wanted.temperature is not None:
        conditions.append(kept.temperature == wanted.temperature)
    if wanted.material is not None:
        named = literal(",") + kept.materials + ","
        conditions.append(or_(kept.materials.is_(None), named.contains(f",{wanted.material},", autoescape=True)))
    if wanted.organisation_id is not None:
        conditions.append(or_(kept.organisation_id.is_(None), kept.organisation_id == wanted.organisation_id))
    if wanted.project_id is None:
        conditions.append(kept.project_id.is_(None))
    else:
        conditions.append(or_(kept.project_id.is_(None), kept.project_id == wanted.project_id))
    return conditions


def _within(connection: Connection, wanted: Wanted) -> list[ColumnElement[bool]]:
    return [] if wanted.within is None else [under(finding.unit(connection, wanted.within)["path"])]


@dataclass(frozen=True, slots=True)
class Berth:
    """A unit that other units stand in, and how many more of them it takes."""

    unit: Unit
    free: int


def berths_for(
    connection: Connection, boxes: int, *, within: str | None = None, temperature: str | None = None, limit: int = 20
) -> tuple[Berth, ...]:
    """Units in service with room for so many boxes: those that say how many they hold, the fullest first."""
    room = STORAGE_UNIT.c.capacity - _STANDING
    gridded = select(_CHILD.c.id).where(_CHILD.c.parent_id == STORAGE_UNIT.c.id, _CHILD.c.rows.is_(None)).exists()
    query = select(*UNIT_COLUMNS, room.label("room")).where(
        STORAGE_UNIT.c.capacity.is_not(None),
        STORAGE_UNIT.c.rows.is_(None),
        STORAGE_UNIT.c.service.in_(OPEN),
        room >= boxes,
        ~gridded,
        ~select(SAMPLE.c.id).where(SAMPLE.c.unit_id == STORAGE_UNIT.c.id).exists(),
    )
    if within is not None:
        query = query.where(under(finding.unit(connection, within)["path"]))
    if temperature is not None:
        query = query.where(STORAGE_UNIT.c.temperature == temperature)
    query = query.order_by(room, STORAGE_UNIT.c.path).limit(limit)
    return tuple(Berth(Unit(*tuple(row)[:-1]), row.room) for row in connection.execute(query))
