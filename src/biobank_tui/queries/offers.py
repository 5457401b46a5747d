"""Boxes offered for tubes that are to be placed: beside their kin, the fullest that fit, empty ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from biobank_tui.model.tables import SAMPLE, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.room import Share, Wanted, Way, boxes_for
from biobank_tui.queries.storage import places_in_words
from biobank_tui.rules.temperatures import TEMPERATURES, frozen_warms


@dataclass(frozen=True, slots=True)
class Offer:
    """Boxes that take all the tubes between them. place: the first in words; free: holes in all of them."""

    boxes: tuple[str, ...]
    place: str
    free: int
    temperature: str | None


def offers_for(connection: Connection, codes: Sequence[str], *, most: int = 8) -> tuple[Offer, ...]:
    """Where these tubes could go, the likeliest first; as cold as where they, or what they were made of, lie."""
    tubes = finding.samples(connection, codes)
    if not tubes:
        return ()
    lying = _units(connection, [tube["unit_id"] for tube in tubes])
    parents = {tube["parent_id"] for tube in tubes} - {None}
    kin = _tubes(connection, parents)
    cold = Counter(lying.values()) or Counter(_units(connection, [unit for _code, unit in kin]).values())
    temperature = cold.most_common(1)[0][0] if cold else None
    materials = {tube["material"] for tube in tubes}
    custodians = {tube["custodian_id"] for tube in tubes}
    beside = next((code for code, unit in kin if unit is not None), None)
    wanted = Wanted(
        len(tubes),
        temperature=temperature,
        material=materials.pop() if len(materials) == 1 else None,
        organisation_id=custodians.pop() if len(custodians) == 1 else None,
        beside=beside,
    )
    found: dict[tuple[str, ...], tuple[Share, ...]] = {}
    for way in (Way.SAME_BOX, Way.ONE_BOX, Way.EMPTY_BOXES, Way.LEAST_EMPTY):
        if way is Way.SAME_BOX and beside is None:
            continue
        shares = boxes_for(connection, wanted, way)
        for group in [(share,) for share in shares] if way is Way.ONE_BOX else [shares]:
            if group:
                found.setdefault(tuple(share.unit.code for share in group), group)
    frozen = any(tube["frozen"] for tube in tubes)
    groups = [group for group in found.values() if not (frozen and frozen_warms(group[0].unit.temperature))][:most]
    words = places_in_words(connection, [group[0].unit.id for group in groups])
    return tuple(
        Offer(
            tuple(share.unit.code for share in group),
            words[group[0].unit.id],
            sum(share.unit.free for share in group),
            group[0].unit.temperature,
        )
        for group in groups
    )


def _units(connection: Connection, ids: Sequence[int | None]) -> dict[int, str]:
    """The temperature of each of these units that says one."""
    rows = connection.execute(
        STORAGE_UNIT.select().where(STORAGE_UNIT.c.id.in_({number for number in ids if number is not None}))
    )
    return {row.id: row.temperature for row in rows if row.temperature in TEMPERATURES}


def _tubes(connection: Connection, ids: set[int]) -> list[tuple[str, int | None]]:
    rows = connection.execute(SAMPLE.select().where(SAMPLE.c.id.in_(sorted(ids)[:200])))
    return [(row.code, row.unit_id) for row in rows]
