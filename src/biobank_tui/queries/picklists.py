"""Pick lists: those that are open, and one as a walk through the freezers, box by box."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import ColumnElement, Connection, case, func, select

from biobank_tui.bank.dialects import among
from biobank_tui.model import PickState
from biobank_tui.model.tables import PICK_ITEM, PICK_LIST, PROJECT, REQUEST, SAMPLE, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.sample_detail import amount_in_words
from biobank_tui.queries.sight import sight_of
from biobank_tui.queries.storage import places_in_words, position_label


@dataclass(frozen=True, slots=True)
class PickListRow:
    """A pick list and how far it is."""

    id: int
    code: str
    request: str
    project: str
    title: str
    made: str
    closed: str | None
    items: int
    to_pick: int
    picked: int
    missing: int


@dataclass(frozen=True, slots=True)
class Hole:
    """A tube to pull. label: its position as the box is labelled; row, col: ordinals from 0."""

    item_id: int
    sample_id: int
    code: str
    barcode: str | None
    material: str
    amount: str
    label: str
    row: int | None
    col: int | None
    place: int
    state: str
    note: str | None


@dataclass(frozen=True, slots=True)
class PickBox:
    """A box of the walk. unit: its code, None for tubes without a place. trail: in words."""

    unit: str | None
    trail: str
    to_pick: int
    holes: tuple[Hole, ...]


def pick_lists(
    connection: Connection, *, everything: bool = False, reader: int | None = None
) -> tuple[PickListRow, ...]:
    """The open pick lists, the oldest first; closed ones too if asked for.

    reader: the id of the person who asks; who only leads projects reads the own ones'.
    """
    conditions: list[ColumnElement[bool]] = [] if everything else [PICK_LIST.c.closed.is_(None)]
    if reader is not None:
        conditions.append(sight_of(connection, reader).projects())
    return _rows(connection, *conditions)


def pick_list(connection: Connection, code: str, *, reader: int | None = None) -> PickListRow:
    """One pick list; Denied where the reader (id) only leads projects, and not this one."""
    found = finding.by_code(connection, PICK_LIST, code)
    if reader is not None:
        of = select(REQUEST.c.project_id).where(REQUEST.c.id == found["request_id"]).scalar_subquery()
        project = connection.execute(select(PROJECT).where(PROJECT.c.id == of)).mappings().one()
        sight_of(connection, reader).require(connection, project)
    return _rows(connection, PICK_LIST.c.id == found["id"])[0]


def walk(connection: Connection, code: str) -> tuple[PickBox, ...]:
    """The boxes of a pick list in walking order, each with its holes; tubes without a place last.

    A tube found missing has no place any more and stands at the end.
    """
    found = finding.by_code(connection, PICK_LIST, code)
    rows = (
        connection.execute(
            select(
                PICK_ITEM.c.id.label("item_id"),
                PICK_ITEM.c.place,
                PICK_ITEM.c.state,
                PICK_ITEM.c.note.label("item_note"),
                SAMPLE.c.id,
                SAMPLE.c.code,
                SAMPLE.c.barcode,
                SAMPLE.c.material,
                SAMPLE.c.amount,
                SAMPLE.c.unit,
                SAMPLE.c.unit_id,
                SAMPLE.c.row,
                SAMPLE.c.col,
            )
            .join(SAMPLE, SAMPLE.c.id == PICK_ITEM.c.sample_id)
            .outerjoin(STORAGE_UNIT, STORAGE_UNIT.c.id == SAMPLE.c.unit_id)
            .where(PICK_ITEM.c.pick_list_id == found["id"])
            .order_by(STORAGE_UNIT.c.path.is_(None), STORAGE_UNIT.c.path, SAMPLE.c.row, SAMPLE.c.col, PICK_ITEM.c.place)
        )
        .mappings()
        .all()
    )
    ids = {row["unit_id"] for row in rows if row["unit_id"] is not None}
    units = {
        unit["id"]: unit
        for unit in connection.execute(select(STORAGE_UNIT).where(among(connection, STORAGE_UNIT.c.id, ids))).mappings()
    }
    trails = places_in_words(connection, ids)
    boxes = []
    for unit_id, group in groupby(rows, key=lambda row: row["unit_id"]):
        unit = units.get(unit_id)
        holes = tuple(
            Hole(
                row["item_id"],
                row["id"],
                row["code"],
                row["barcode"],
                row["material"],
                amount_in_words(row["amount"], row["unit"]),
                position_label(unit, row["row"], row["col"]) if unit is not None else "",
                row["row"],
                row["col"],
                row["place"],
                row["state"],
                row["item_note"],
            )
            for row in group
        )
        to_pick = sum(hole.state == PickState.TO_PICK for hole in holes)
        boxes.append(PickBox(unit["code"] if unit is not None else None, trails.get(unit_id, ""), to_pick, holes))
    return tuple(boxes)


def _rows(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[PickListRow, ...]:
    def counted(state: PickState) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((PICK_ITEM.c.state == state, 1), else_=0)), 0)

    rows = connection.execute(
        select(
            PICK_LIST.c.id,
            PICK_LIST.c.code,
            REQUEST.c.code.label("request"),
            PROJECT.c.code.label("project"),
            REQUEST.c.title,
            PICK_LIST.c.made,
            PICK_LIST.c.closed,
            func.count(PICK_ITEM.c.id),
            counted(PickState.TO_PICK),
            counted(PickState.PICKED),
            counted(PickState.MISSING),
        )
        .join(REQUEST, REQUEST.c.id == PICK_LIST.c.request_id)
        .join(PROJECT, PROJECT.c.id == REQUEST.c.project_id)
        .outerjoin(PICK_ITEM, PICK_ITEM.c.pick_list_id == PICK_LIST.c.id)
        .where(*conditions)
        .group_by(
            PICK_LIST.c.id,
            PICK_LIST.c.code,
            REQUEST.c.code,
            PROJECT.c.code,
            REQUEST.c.title,
            PICK_LIST.c.made,
            PICK_LIST.c.closed,
        )
        .order_by(PICK_LIST.c.made, PICK_LIST.c.id)
    )
    return tuple(PickListRow(*tuple(row)) for row in rows)
