"""What undoing an act would do, or the sentence why it cannot be undone: read from the ledger's own records."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import LEDGER_ENTRY, LEDGER_RECORD, PRINTED_LABEL, SAMPLE
from biobank_tui.queries.ledger import Act, act
from biobank_tui.queries.undo_bars import Touched, refuse_where_barred, undone
from biobank_tui.rules.errors import Conflict, NotFound, Refused
from biobank_tui.rules.lifecycles import ShipmentItemState
from biobank_tui.rules.phrases import filled, mark
from biobank_tui.rules.undoing import PASSED_OVER, why_not

LOOKED_AT = 200
"""How many of somebody's acts are looked through for the last that can be undone."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What the undoing does to so many things. sentence: a template filled by facts. heed: somebody has to act."""

    count: int
    sentence: str
    facts: dict[str, Any] = field(default_factory=dict)
    heed: bool = False

    def __str__(self) -> str:
        return filled(self.sentence, self.told)

    @property
    def told(self) -> dict[str, Any]:
        """What fills its sentence, which agrees with the count beside it."""
        return {"count": self.count, **self.facts}


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """An act that can be undone now, the rows it touched, and what the undoing does, counted."""

    act: Act
    rows: tuple[Touched, ...]
    effects: tuple[Effect, ...]


def last_act(connection: Connection, login: str) -> int:
    """The number of a person's last act that is not itself an undoing, nor undone; Refused where there is none."""
    rows = connection.execute(
        select(LEDGER_ENTRY.c.number, LEDGER_ENTRY.c.verb)
        .where(LEDGER_ENTRY.c.actor == login)
        .order_by(LEDGER_ENTRY.c.number.desc())
        .limit(LOOKED_AT)
    ).all()
    taken_back = undone(connection, [row.number for row in rows])
    for row in rows:
        if row.verb not in PASSED_OVER and row.number not in taken_back:
            return int(row.number)
    raise Refused("undo.nothing", "There is nothing of yours to undo.")


def plan(connection: Connection, number: int) -> UndoPlan:
    """What undoing this entry would do now; Refused, Conflict or NotFound say why it cannot be undone."""
    found = act(connection, number)
    if found is None:
        raise NotFound("undo.unknown", "There is no entry {number} in the ledger.", number=number)
    reason = why_not(found.verb)
    if reason is not None:
        raise Refused("undo.stays", reason)
    if number in undone(connection, [number]):
        raise Conflict("undo.done", "Entry {number} is undone already.", number=number)
    rows = _touched(connection, number)
    refuse_where_barred(connection, number, rows)
    return UndoPlan(found, rows, _effects(connection, rows))


def _touched(connection: Connection, number: int) -> tuple[Touched, ...]:
    folded: dict[tuple[str, int], Touched] = {}
    records = connection.execute(
        select(LEDGER_RECORD.c.noun, LEDGER_RECORD.c.target_id, LEDGER_RECORD.c.change)
        .where(LEDGER_RECORD.c.entry == number)
        .order_by(LEDGER_RECORD.c.seq)
    )
    for noun, target, text in records:
        change: dict[str, Any] = json.loads(text)
        made = not any(isinstance(value, list) for value in change.values())
        row = folded.get((noun, target)) or Touched(noun, target, made, {}, {})
        for name, value in change.items():
            before, after = value if isinstance(value, list) else (None, value)
            row.before.setdefault(name, before)
            row.after[name] = after
        folded[noun, target] = row
    return tuple(folded.values())


def _effects(connection: Connection, rows: tuple[Touched, ...]) -> tuple[Effect, ...]:
    counts: Counter[str] = Counter()
    again: Counter[str] = Counter()
    for row in rows:
        if row.made:
            counts[f"made {row.noun}"] += 1
        elif row.noun == "sample":
            again.update([row.before["status"]] if "status" in row.before else [])
            counts["placed"] += bool({"unit_id", "row", "col"} & row.before.keys())
            counts["amount"] += "amount" in row.before
            counts["barcode"] += "barcode" in row.before
        elif row.noun == "hold":
            counts["held again"] += 1
        elif row.noun == "shipment_item":
            counts["made shipment_item"] += row.after.get("state") == ShipmentItemState.PACKED
        elif row.noun == "reservation":
            counts["reserved again"] += row.before.get("state") == "active"
        elif row.noun == "storage_unit":
            counts["units"] += 1
    told = [Effect(n, _SAID[what]) for what in _SAID if (n := counts[what])]
    told += [
        Effect(n, mark("{count:tube is|tubes are} {status} again"), {"status": status})
        for status, n in sorted(again.items())
    ]
    made = [row.id for row in rows if row.made and row.noun == "sample"]
    labels = _labels(connection, made)
    if labels:
        told.append(
            Effect(
                labels,
                mark("{count:label of them was printed: destroy it|labels of them were printed: destroy these}"),
                heed=True,
            )
        )
    return tuple(told) or (Effect(len(rows), mark("{count:record is as it was|records are as they were}")),)


_SAID = {
    "made sample": mark(
        "{count:tube made by it is struck off; its code is|tubes made by it are struck off; their codes are}"
        " never used again"
    ),
    "placed": mark("{count:tube is where it was|tubes are where they were} before"),
    "amount": mark("{count:tube has its|tubes have their} former amount again"),
    "barcode": mark("{count:tube has its|tubes have their} former barcode again"),
    "made hold": mark("{count:hold laid by it ends|holds laid by it end}"),
    "held again": mark("{count:hold stands|holds stand} again"),
    "made reservation": mark("{count:reservation made by it ends|reservations made by it end}"),
    "reserved again": mark("{count:reservation stands|reservations stand} again"),
    "made checkout": mark(
        "{count:tube taken out by it is back in its place|tubes taken out by it are back in their places}"
    ),
    "made shipment_item": mark(
        "{count:tube packed by it leaves its hole; it stays|tubes packed by it leave their holes; they stay} picked"
    ),
    "made pick_list": mark("{count:pick list made by it is|pick lists made by it are} closed"),
    "units": mark("{count:storage unit is as it was|storage units are as they were}"),
}


def _labels(connection: Connection, made: list[int]) -> int:
    if not made:
        return 0
    codes = connection.scalars(select(SAMPLE.c.code).where(among(connection, SAMPLE.c.id, made))).all()
    return sum(
        1
        for start in range(0, len(codes), 5000)
        for _code in connection.scalars(
            select(PRINTED_LABEL.c.code).where(
                PRINTED_LABEL.c.code.in_(codes[start : start + 5000]), PRINTED_LABEL.c.state != "failed"
            )
        )
    )
