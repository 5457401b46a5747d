"""The family of a tube: its tree with what is left in each, the pools it is part of, and its freeze-thaw cycles."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import POOL_MEMBER, SAMPLE, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.sample_detail import amount_in_words, history, lineage
from biobank_tui.queries.storage import position_label


@dataclass(frozen=True, slots=True)
class Member:
    """A tube of the tree. depth: 0 for the outermost ancestor. left, initial: amounts in words, empty where unknown.

    place: the box and the position in it, "F01.R1.B1 A1"; empty where it has none.
    """

    id: int
    code: str
    depth: int
    kind: str
    material: str
    status: str
    left: str
    initial: str
    thaws: int
    place: str


@dataclass(frozen=True, slots=True)
class Share:
    """A tube on the other side of a pool, and how much went in."""

    code: str
    amount: str


@dataclass(frozen=True, slots=True)
class Thaw:
    """One change of a tube's count of freeze-thaw cycles."""

    at: str
    by: str
    verb: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Family:
    """code: the tube asked for. thaws: its own, the newest first."""

    code: str
    tree: tuple[Member, ...]
    pooled_from: tuple[Share, ...]
    pooled_into: tuple[Share, ...]
    thaws: tuple[Thaw, ...]


def family(connection: Connection, code: str) -> Family:
    """The family of a tube by code, barcode or external identifier. NotFound."""
    tube = finding.sample(connection, code)
    relatives = lineage(connection, tube["id"])
    ids = [each.id for each in relatives]
    rows = {
        row["id"]: row
        for row in connection.execute(
            select(SAMPLE.c.id, SAMPLE.c.amount_initial, SAMPLE.c.unit, SAMPLE.c.unit_id, SAMPLE.c.row, SAMPLE.c.col)
            .where(among(connection, SAMPLE.c.id, ids))
        ).mappings()
    }  # fmt: skip
    boxes = {row["unit_id"] for row in rows.values() if row["unit_id"] is not None}
    units = {
        unit["id"]: unit
        for unit in connection.execute(
            select(STORAGE_UNIT).where(among(connection, STORAGE_UNIT.c.id, boxes))
        ).mappings()
    }
    tree = []
    for each in relatives:
        row = rows[each.id]
        unit = units.get(row["unit_id"])
        place = f"{unit['code']} {position_label(unit, row['row'], row['col'])}".strip() if unit is not None else ""
        initial = amount_in_words(row["amount_initial"], row["unit"])
        tree.append(
            Member(
                each.id, each.code, each.depth, each.kind, each.material, each.status, each.amount, initial,
                each.thaws, place,
            )
        )  # fmt: skip
    return Family(
        tube["code"],
        tuple(tree),
        _shares(connection, tube["id"], into=False),
        _shares(connection, tube["id"], into=True),
        thaws(connection, tube["id"]),
    )


def thaws(connection: Connection, sample_id: int) -> tuple[Thaw, ...]:
    """Each act that raised or corrected a tube's freeze-thaw count, as the ledger tells it."""
    found = []
    for event in history(connection, "sample", sample_id):
        for name, before, after in event.changes:
            if name == "thaws" and (before is not None or after):
                found.append(Thaw(event.at, event.actor, event.verb, int(before or 0), int(after or 0)))
    return tuple(found)


def _shares(connection: Connection, sample_id: int, *, into: bool) -> tuple[Share, ...]:
    here, there = POOL_MEMBER.c.sample_id, POOL_MEMBER.c.pool_id
    if not into:
        here, there = there, here
    rows = connection.execute(
        select(SAMPLE.c.code, POOL_MEMBER.c.amount, POOL_MEMBER.c.unit)
        .join(SAMPLE, SAMPLE.c.id == there)
        .where(here == sample_id)
        .order_by(POOL_MEMBER.c.id)
    )
    return tuple(Share(row.code, amount_in_words(row.amount, row.unit)) for row in rows)
