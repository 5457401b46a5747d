"""Lists of moves: tubes and boxes to be stood elsewhere, to free boxes or to empty a freezer that fails."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, link, one_of, text, whole


class MovePurpose(StrEnum):
    """Why things are moved."""

    FREEING = "freeing"
    EVACUATION = "evacuation"


class MoveState(StrEnum):
    """What became of one move. Left: it stays where it is after all."""

    TO_MOVE = "to_move"
    MOVED = "moved"
    LEFT = "left"


class MoveList(SQLModel, table=True):
    """Moves that belong together. unit_id: what is freed or emptied."""

    __tablename__ = "move_list"
    __table_args__ = (one_of("purpose", MovePurpose), Index("move_list_open", "closed"), STRICT)

    id: int = key()
    code: str = text(unique=True)
    purpose: MovePurpose = text()
    unit_id: int | None = link("storage_unit.id", nullable=True)
    made: str = text()
    closed: str | None = text(nullable=True)


class MoveItem(SQLModel, table=True):
    """One tube, or one box with all it holds, and where it goes; place: its turn in the walk, from 1.

    target_id: the unit it goes into; row, col: the hole, for a tube.
    """

    __tablename__ = "move_item"
    __table_args__ = (
        one_of("state", MoveState),
        CheckConstraint("(sample_id IS NULL) <> (box_id IS NULL)", name="tube_or_box"),
        CheckConstraint('("row" IS NULL) = (col IS NULL)', name="hole_whole"),
        UniqueConstraint("move_list_id", "place", name="move_item_turn"),
        Index("move_item_sample", "sample_id", sqlite_where=sql("sample_id IS NOT NULL"),
              postgresql_where=sql("sample_id IS NOT NULL")),
        Index("move_item_target", "target_id"),
        STRICT,
    )  # fmt: skip

    id: int = key()
    move_list_id: int = link("move_list.id")
    place: int = whole()
    sample_id: int | None = link("sample.id", nullable=True)
    box_id: int | None = link("storage_unit.id", nullable=True)
    target_id: int = link("storage_unit.id")
    row: int | None = whole(nullable=True)
    col: int | None = whole(nullable=True)
    state: MoveState = text(default=MoveState.TO_MOVE)
    done: str | None = text(nullable=True)
