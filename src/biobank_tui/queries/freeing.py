"""A proposal that frees boxes: the emptiest are emptied into the fullest of their kind, tube by tube."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import SAMPLE, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.storage import DEFAULT_FILL, UnitRow, layout_of, position_label, under
from biobank_tui.rules import positions
from biobank_tui.rules.freeing import Emptying, Fill, free_boxes
from biobank_tui.rules.lifecycles import SampleStatus, ServiceState
from biobank_tui.rules.positions import FillOrder

Spot = tuple[int, int]
AWAY = (SampleStatus.CHECKED_OUT, SampleStatus.IN_TRANSIT)


@dataclass(frozen=True, slots=True)
class Move:
    """One tube, or one box with all it holds, and where it goes. label: the hole, as the box is labelled.

    before: where it is, as unit and position. sample_id or box_id, target_id, row, col: as the store keeps them.
    """

    code: str
    before: str
    target: str
    label: str
    sample_id: int | None
    box_id: int | None
    target_id: int
    row: int | None = None
    col: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to move. unit: what is freed or emptied, or None for the whole bank. freed: boxes that become empty.

    stranded: codes of tubes for which there is no place.
    """

    unit: str | None
    moves: tuple[Move, ...]
    freed: tuple[str, ...]
    stranded: tuple[str, ...] = ()


class Holes:
    """Free holes of boxes, given out in each box's fill order."""

    def __init__(self, connection: Connection, unit_ids: list[int]) -> None:
        rows = connection.execute(select(STORAGE_UNIT).where(among(connection, STORAGE_UNIT.c.id, unit_ids))).mappings()
        self.units = {row["id"]: row for row in rows}
        taken: dict[int, set[Spot]] = defaultdict(set)
        for row in connection.execute(
            select(SAMPLE.c.unit_id, SAMPLE.c.row, SAMPLE.c.col).where(
                among(connection, SAMPLE.c.unit_id, unit_ids), SAMPLE.c.row.is_not(None)
            )
        ):
            taken[row.unit_id].add((row.row, row.col))
        self._free = {number: self._open(number, taken[number]) for number in self.units}

    def _open(self, number: int, taken: set[Spot]) -> Iterator[Spot]:
        unit = self.units[number]
        found = layout_of(unit)
        order = FillOrder(unit["fill_order"]) if unit["fill_order"] else DEFAULT_FILL
        return (spot for spot in positions.fill(found, order) if spot not in taken) if found else iter(())

    def next(self, number: int) -> Spot | None:
        """The next free hole of a box; None where it is full."""
        return next(self._free[number], None)

    def move(self, tube: RowMapping, origin: UnitRow, number: int, spot: Spot) -> Move:
        """A tube's move into a hole."""
        unit = self.units[number]
        before = f"{origin['code']} {position_label(origin, tube['row'], tube['col'])}".strip()
        label = position_label(unit, *spot)
        return Move(tube["code"], before, unit["code"], label, tube["id"], None, number, *spot)


def propose(connection: Connection, within: str | None = None, *, most_moves: int = 500) -> Proposal:
    """Boxes to free within a unit, or anywhere. Boxes with a tube that is out are left alone.

    Tubes go only into boxes of the same freezer or tank that hold the same materials of the same custodians, or a
    mixture like theirs, and that are kept for the same.
    """
    boxes = _boxes(connection, within)
    groups: dict[tuple[object, ...], list[Fill]] = defaultdict(list)
    for row in boxes.values():
        groups[row["alike"]].append(Fill(row["id"], row["tubes"], row["places"] - row["tubes"]))
    emptied: list[Emptying] = []
    for group in groups.values():
        found = free_boxes(group, most_moves)
        most_moves -= sum(each.moves for each in found)
        emptied += found
    emptied.sort(key=lambda each: str(boxes[each.key]["path"]))
    holes = Holes(connection, [number for each in emptied for number, _tubes in each.into])
    moves: list[Move] = []
    for each in emptied:
        targets = [number for number, tubes in each.into for _ in range(tubes)]
        for tube, number in zip(_tubes(connection, each.key), targets, strict=True):
            spot = holes.next(number)
            assert spot is not None
            moves.append(holes.move(tube, boxes[each.key], number, spot))
    return Proposal(within, tuple(moves), tuple(str(boxes[each.key]["code"]) for each in emptied))


def _boxes(connection: Connection, within: str | None) -> dict[int, dict[str, Any]]:
    """Boxes in service that are neither empty nor touched by somebody now, with what must be alike to share them."""
    query = select(STORAGE_UNIT).where(
        STORAGE_UNIT.c.rows.is_not(None), STORAGE_UNIT.c.service == ServiceState.ACTIVE, STORAGE_UNIT.c.tubes > 0
    )
    if within is not None:
        query = query.where(under(finding.unit(connection, within)["path"]))
    boxes = {row["id"]: dict(row) for row in connection.execute(query).mappings()}
    held: dict[int, set[tuple[str, int]]] = defaultdict(set)
    away: set[int] = set()
    loose: set[int] = set()
    for row in connection.execute(
        select(
            SAMPLE.c.unit_id, SAMPLE.c.material, SAMPLE.c.custodian_id, SAMPLE.c.status,
            func.count(SAMPLE.c.row).label("placed"), func.count().label("n"),
        )
        .where(among(connection, SAMPLE.c.unit_id, boxes))
        .group_by(SAMPLE.c.unit_id, SAMPLE.c.material, SAMPLE.c.custodian_id, SAMPLE.c.status)
    ):  # fmt: skip
        held[row.unit_id].add((row.material, row.custodian_id))
        if row.status in AWAY:
            away.add(row.unit_id)
        if row.placed < row.n:
            loose.add(row.unit_id)
    freezers = _standing_in(connection)
    for number, box in boxes.items():
        kept = (box["temperature"], box["materials"], box["organisation_id"], box["project_id"])
        alike = tuple(sorted(held[number]))
        box["alike"] = (freezers.get(number), *kept, alike)
    return {number: box for number, box in boxes.items() if number not in away | loose}


def _standing_in(connection: Connection) -> dict[int, str]:
    """The path of the freezer or tank each unit stands in, the innermost."""
    cold = ("freezer", "tank")
    tops = {row.path for row in connection.execute(select(STORAGE_UNIT.c.path).where(STORAGE_UNIT.c.kind.in_(cold)))}
    lengths = sorted({len(path) for path in tops}, reverse=True)
    found = {}
    for row in connection.execute(select(STORAGE_UNIT.c.id, STORAGE_UNIT.c.path).where(STORAGE_UNIT.c.rows > 0)):
        inside = next((row.path[:size] for size in lengths if row.path[:size] in tops), None)
        if inside is not None:
            found[row.id] = inside
    return found


def _tubes(connection: Connection, unit_id: int) -> list[RowMapping]:
    return list(
        connection.execute(
            select(SAMPLE.c.id, SAMPLE.c.code, SAMPLE.c.row, SAMPLE.c.col)
            .where(SAMPLE.c.unit_id == unit_id)
            .order_by(SAMPLE.c.row, SAMPLE.c.col)
        ).mappings()
    )
