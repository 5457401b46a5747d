"""Sites, freezers and boxes of the demonstration bank, and the filling of its boxes tube by tube."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from random import Random

from sqlalchemy import Connection, select

from biobank_tui.actions.storage import NewTree, add_tree
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.demo.pouring import Progress
from biobank_tui.model.tables import STORAGE_UNIT
from biobank_tui.queries.storage import under

SITES: tuple[tuple[str, float], ...] = (("Valmont", 0.56), ("Montclar", 0.27), ("Lacs", 0.17))
"""Name, and share of the tubes. The hospital's and the universities'; the other founders keep their tubes there too."""

SITE_OF_FOUNDER = (0, 1, 2, 0, 1)

SPARE = 1.45
"""Places per tube expected: boxes are part-filled, and room is left."""

RACKS_AT_MOST = 25


@dataclass(frozen=True, slots=True)
class Cold:
    """A kind of freezer: how many stand at each site in the smallest bank, and how one rack of it is built.

    share: of all placed tubes. rack: plan of one rack; places: positions in it.
    """

    name: str
    temperature: str
    freezers: tuple[int, int, int]
    unit: str
    racks: str
    rack: str
    places: int
    share: float


COLDS: tuple[Cold, ...] = (
    Cold("deep", "-80", (9, 7, 4), "freezer", "racks", "4 drawers / 5 boxes 9x9", 4 * 5 * 81, 0.655),
    Cold("vapour", "vapour", (4, 2, 2), "tank", "towers", "12 boxes 10x10", 12 * 100, 0.135),
    Cold("minus20", "-20", (2, 1, 1), "freezer", "racks", "3 drawers / 4 boxes 8x12", 3 * 4 * 96, 0.08),
    Cold("plates", "-20", (1, 1, 0), "freezer", "shelves", "3 plates 16x24", 3 * 384, 0.05),
    Cold("fridge", "4", (1, 1, 1), "freezer", "shelves", "4 boxes 10x10", 4 * 100, 0.02),
    Cold("room", "RT", (1, 1, 1), "freezer", "shelves", "10 boxes 10x10", 10 * 100, 0.06),
)

LANES: dict[str, tuple[str, float]] = {
    "plasma": ("deep", 0.47),
    "serum": ("deep", 0.21),
    "buffy": ("deep", 0.10),
    "fluids": ("deep", 0.10),
    "rna": ("deep", 0.12),
    "cells": ("vapour", 0.45),
    "tissue": ("vapour", 0.55),
    "dna": ("minus20", 1.0),
    "screen": ("plates", 1.0),
    "blood": ("fridge", 1.0),
    "blocks": ("room", 1.0),
}
"""What goes together into boxes: its kind of freezer and its share of that kind's boxes."""


def freezers_of(cold: Cold, site: int, tubes: int) -> tuple[int, int]:
    """How many freezers of a kind a site needs for its share of the tubes, and with how many racks each."""
    least = cold.freezers[site]
    if not least:
        return 0, 0
    total = sum(SITES[k][1] for k in range(len(SITES)) if cold.freezers[k])
    racks = ceil(tubes * cold.share * SITES[site][1] / total * SPARE / cold.places)
    count = max(least, ceil(racks / RACKS_AT_MOST))
    return count, max(1, ceil(racks / count))


def build(bank: Bank, actor: Actor, tubes: int, progress: Progress) -> None:
    """Add the sites with rooms, freezers and boxes, one act each."""
    plans = [(site, cold, *freezers_of(cold, site, tubes)) for site in range(len(SITES)) for cold in COLDS]
    total, done = sum(count for _site, _cold, count, _racks in plans), 0
    for name, _share in SITES:
        add_tree(bank, actor, NewTree(f"site {name} / 2 rooms"))
    numbers = {"freezer": 0, "tank": 0}
    for site, cold, count, racks in plans:
        for _ in range(count):
            numbers[cold.unit] += 1
            named = f"{'N' if cold.unit == 'tank' else 'F'}{numbers[cold.unit]:02d}"
            room = 2 if cold.name in ("vapour", "room") else 1
            add_tree(
                bank,
                actor,
                NewTree(
                    f"{cold.unit} {named} / {racks} {cold.racks} / {cold.rack}",
                    parent=f"{SITES[site][0].upper()}.M{room}",
                    temperature=cold.temperature,
                ),
            )
            done += 1
            progress("storage", done, total)


@dataclass(slots=True)
class Box:
    """A gridded unit being filled."""

    unit_id: int
    columns: int
    places: int


@dataclass(slots=True)
class Lane:
    """Boxes of one sort of tube, filled one after the other; the open one up to `limit`."""

    boxes: list[Box]
    spare: list[Box]
    open: Box | None = None
    taken: int = 0
    limit: int = 0

    def next_place(self, random: Random) -> tuple[int, int, int] | tuple[None, None, None]:
        """Unit, row and column of the next tube; nothing when every box is full."""
        if self.open is None or self.taken >= self.limit:
            shelf = self.boxes or self.spare
            if not shelf:
                return None, None, None
            self.open = shelf.pop()
            self.taken = 0
            # One box in four was closed before it was full.
            part = random.random()
            self.limit = self.open.places if part < 0.75 else max(1, int(self.open.places * (0.2 + part * 0.7)))
        row, col = divmod(self.taken, self.open.columns)
        self.taken += 1
        return self.open.unit_id, row, col


@dataclass(slots=True)
class Storeroom:
    """Where the next tube of each sort goes, at each site."""

    lanes: dict[tuple[int, str], Lane] = field(default_factory=dict)

    @classmethod
    def open(cls, connection: Connection) -> Storeroom:
        """The empty boxes of the bank, shared out among the lanes in walking order."""
        room = cls()
        for site, (name, _share) in enumerate(SITES):
            path = connection.scalar(select(STORAGE_UNIT.c.path).where(STORAGE_UNIT.c.code == name.upper()))
            by_cold: dict[str, list[Box]] = {cold.name: [] for cold in COLDS}
            rows = connection.execute(
                select(
                    STORAGE_UNIT.c.id,
                    STORAGE_UNIT.c.rows,
                    STORAGE_UNIT.c.columns,
                    STORAGE_UNIT.c.temperature,
                    STORAGE_UNIT.c.kind,
                )
                .where(under(str(path)), STORAGE_UNIT.c.rows.is_not(None), STORAGE_UNIT.c.tubes == 0)
                .order_by(STORAGE_UNIT.c.path)
            )
            for row in rows:
                cold = _COLD_OF[(row.temperature, row.kind == "plate")]
                by_cold[cold].append(Box(row.id, row.columns, row.rows * row.columns))
            for cold, boxes in by_cold.items():
                room._share_out(site, cold, boxes)
        return room

    def _share_out(self, site: int, cold: str, boxes: list[Box]) -> None:
        spare = list(reversed(boxes[int(len(boxes) / SPARE * 1.3) :]))
        at = 0
        lanes = [(lane, share) for lane, (kind, share) in LANES.items() if kind == cold]
        shared = boxes[: len(boxes) - len(spare)]
        for place, (lane, share) in enumerate(lanes):
            end = len(shared) if place == len(lanes) - 1 else at + round(len(shared) * share)
            # A site without such freezers keeps its tubes at the first.
            self.lanes[(site, lane)] = Lane(list(reversed(shared[at:end])), spare) if boxes else self.lanes[(0, lane)]
            at = end

    def place(self, site: int, lane: str, random: Random) -> tuple[int, int, int] | tuple[None, None, None]:
        """The next free place for a tube of that sort at a site."""
        return self.lanes[(site, lane)].next_place(random)


_COLD_OF = {
    ("-60to-85", False): "deep",
    ("LN-vapour", False): "vapour",
    ("-18to-35", False): "minus20",
    ("-18to-35", True): "plates",
    ("2to10", False): "fridge",
    ("RT", False): "room",
}
