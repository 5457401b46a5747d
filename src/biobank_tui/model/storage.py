"""The tree of places: site, room, freezer, rack, box; and what each may hold."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, link, one_of, text, whole
from biobank_tui.rules.lifecycles import ServiceState


class UnitKind(StrEnum):
    SITE = "site"
    ROOM = "room"
    FREEZER = "freezer"
    TANK = "tank"
    SHELF = "shelf"
    TOWER = "tower"
    RACK = "rack"
    DRAWER = "drawer"
    BOX = "box"
    PLATE = "plate"
    BAG = "bag"


class StorageUnit(SQLModel, table=True):
    """A place that holds tubes or other places.

    path: ordinals of the ancestors and its own, each three base-36 digits ("00100a0c1"): sorting by it is the
    walking order, and a prefix is a subtree. rows, columns: the grid; both empty where the contents lie without order.
    capacity: how many units may stand directly in it, or tubes lie loose; empty: no limit. service_since: since when
    it is in its service state, where that is known.
    places: positions in it and below; tubes: how many are taken.
    temperature: MIABIS storage temperature code. materials: what it may hold, codes parted by commas; empty holds all.
    """

    __tablename__ = "storage_unit"
    __table_args__ = (
        one_of("kind", UnitKind),
        one_of("service", ServiceState),
        CheckConstraint("(rows IS NULL) = (columns IS NULL)", name="grid_whole"),
        CheckConstraint("rows IS NULL OR (rows > 0 AND columns > 0)", name="grid_positive"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
        CheckConstraint("tubes >= 0", name="tubes_not_negative"),
        Index("storage_unit_path", "path", unique=True),
        Index("storage_unit_parent", "parent_id"),
        STRICT,
    )

    id: int = key()
    code: str = text(unique=True)
    name: str = text()
    kind: UnitKind = text()
    parent_id: int | None = link("storage_unit.id", nullable=True)
    path: str = text()
    rows: int | None = whole(nullable=True)
    columns: int | None = whole(nullable=True)
    row_scheme: str = text(default="letters")
    column_scheme: str = text(default="numbers")
    label_style: str = text(default="A1")
    label_major: str = text(default="row")
    fill_order: str | None = text(nullable=True)
    temperature: str | None = text(nullable=True)
    materials: str | None = text(nullable=True)
    organisation_id: int | None = link("organisation.id", nullable=True)
    project_id: int | None = link("project.id", nullable=True)
    capacity: int | None = whole(nullable=True)
    service: ServiceState = text(default=ServiceState.ACTIVE)
    service_since: str | None = text(nullable=True)
    places: int = whole(default=0)
    tubes: int = whole(default=0)
