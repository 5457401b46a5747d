"""Lists of moves, and what is on them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from biobank_tui.model.moves import MoveState
from biobank_tui.model.tables import MOVE_ITEM, MOVE_LIST, SAMPLE, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.storage import position_label


@dataclass(frozen=True, slots=True)
class MoveListRow:
    """A list of moves. unit: what is freed or emptied; empty for the whole bank. left: moves still to do."""

    code: str
    purpose: str
    unit: str
    made: str
    closed: str | None
    moves: int
    left: int


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One move. code: the tube's, or the box's that goes whole. now: where it is; target, label: where it goes."""

    place: int
    code: str
    whole_box: bool
    material: str
    now: str
    target: str
    label: str
    state: str


def move_lists(connection: Connection, *, closed: bool = False) -> tuple[MoveListRow, ...]:
    """Lists with something left to move, the newest first; with `closed`, those that are done too."""
    waiting = func.sum(case((MOVE_ITEM.c.state == MoveState.TO_MOVE, 1), else_=0))
    query = (
        select(
            MOVE_LIST.c.code,
            MOVE_LIST.c.purpose,
            func.coalesce(STORAGE_UNIT.c.code, ""),
            MOVE_LIST.c.made,
            MOVE_LIST.c.closed,
            func.count(MOVE_ITEM.c.id),
            waiting,
        )
        .select_from(MOVE_LIST)
        .join(MOVE_ITEM, MOVE_ITEM.c.move_list_id == MOVE_LIST.c.id)
        .outerjoin(STORAGE_UNIT, STORAGE_UNIT.c.id == MOVE_LIST.c.unit_id)
        .group_by(MOVE_LIST.c.id, MOVE_LIST.c.code, MOVE_LIST.c.purpose, STORAGE_UNIT.c.code, MOVE_LIST.c.made,
                  MOVE_LIST.c.closed)
        .order_by(MOVE_LIST.c.id.desc())
    )  # fmt: skip
    if not closed:
        query = query.where(MOVE_LIST.c.closed.is_(None))
    return tuple(
        MoveListRow(code, purpose, unit, made, ended, count, int(left))
        for code, purpose, unit, made, ended, count, left in connection.execute(query)
    )


def moves(connection: Connection, code: str, *, left_only: bool = False) -> tuple[MoveRow, ...]:
    """What a list moves, in walking order."""
    listed = finding.by_code(connection, MOVE_LIST, code)
    home, target, box = (STORAGE_UNIT.alias(name) for name in ("home", "target", "box"))
    shape = ("rows", "columns", "row_scheme", "column_scheme", "label_style", "label_major")
    query = (
        select(
            MOVE_ITEM.c.place,
            MOVE_ITEM.c.row,
            MOVE_ITEM.c.col,
            MOVE_ITEM.c.state,
            SAMPLE.c.code.label("sample"),
            SAMPLE.c.material,
            SAMPLE.c.row.label("at_row"),
            SAMPLE.c.col.label("at_col"),
            box.c.code.label("box"),
            home.c.code.label("home"),
            target.c.code.label("target"),
            *(home.c[name].label(f"home_{name}") for name in shape),
            *(target.c[name].label(f"target_{name}") for name in shape),
        )
        .select_from(MOVE_ITEM)
        .outerjoin(SAMPLE, SAMPLE.c.id == MOVE_ITEM.c.sample_id)
        .outerjoin(box, box.c.id == MOVE_ITEM.c.box_id)
        .outerjoin(home, home.c.id == func.coalesce(SAMPLE.c.unit_id, box.c.parent_id))
        .join(target, target.c.id == MOVE_ITEM.c.target_id)
        .where(MOVE_ITEM.c.move_list_id == listed["id"])
        .order_by(MOVE_ITEM.c.place)
    )
    if left_only:
        query = query.where(MOVE_ITEM.c.state == MoveState.TO_MOVE)

    def labelled(row: object, side: str, at: int | None, col: int | None) -> str:
        return position_label({name: row[f"{side}_{name}"] for name in shape}, at, col)  # type: ignore[index]

    return tuple(
        MoveRow(
            row["place"],
            row["sample"] or row["box"],
            row["sample"] is None,
            row["material"] or "",
            f"{row['home'] or ''} {labelled(row, 'home', row['at_row'], row['at_col'])}".strip(),
            row["target"],
            labelled(row, "target", row["row"], row["col"]),
            row["state"],
        )
        for row in connection.execute(query).mappings()
    )
