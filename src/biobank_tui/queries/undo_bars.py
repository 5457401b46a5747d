"""What stands against undoing an act: that something has happened since, or that a place is taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select
from sqlmodel import SQLModel

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import LEDGER_ENTRY, LEDGER_RECORD, SAMPLE, STORAGE_UNIT
from biobank_tui.queries.ledger import act
from biobank_tui.queries.packing import packed_where
from biobank_tui.queries.storage import position_label
from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.lifecycles import ReservationState, ServiceState, ShipmentItemState
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.undoing import ENDED, FREED, MADE, SUMMED
from biobank_tui.wall import clock


@dataclass(frozen=True, slots=True)
class Touched:
    """A row the act touched. made: the act made it. before, after: its fields on both sides of the act."""

    noun: str
    id: int
    made: bool
    before: dict[str, Any]
    after: dict[str, Any]


def undo_key(number: int) -> str:
    """The idempotency key of undoing an entry: by it, an entry is undone once."""
    return f"undo:{number}"


def refuse_where_barred(connection: Connection, number: int, rows: tuple[Touched, ...]) -> None:
    """Raise the first reason why the entry that touched these rows can no longer be undone."""
    _refuse_ends(connection, number, rows)
    _refuse_packed(connection, number, rows)
    _refuse_touched_since(connection, number, rows)
    _refuse_used_since(connection, number, rows)
    _refuse_taken_places(connection, rows)


def _refuse_ends(connection: Connection, number: int, rows: Iterable[Touched]) -> None:
    for row in rows:
        if row.made and row.noun not in MADE:
            raise Refused(
                "undo.made",
                "Entry {number} made what cannot be taken back ({noun}); correct it with a new act.",
                number=number,
                noun=row.noun.replace("_", " "),
            )
        if row.noun == "sample" and not row.made and row.after.get("status") in ENDED:
            raise Refused(
                "undo.ended",
                "{code} was {status} by entry {number}, and stays so; the act is not undone.",
                code=_name_of(connection, row.noun, row.id),
                status=row.after["status"],
                number=number,
            )
        if row.noun == "shipment_item" and row.before.get("state") == ShipmentItemState.PACKED:
            raise Refused(
                "undo.unpacked",
                "Entry {number} took tubes out of a box; scan them into it again, so that each is judged anew.",
                number=number,
            )
        if row.noun == "reservation" and row.before.get("state") == ReservationState.PICKED and _is_over(row):
            raise Refused(
                "undo.picked",
                "Entry {number} ended the reservation of a tube that was picked, and that stays so; reserve and pick"
                " it anew.",
                number=number,
            )


def _refuse_packed(connection: Connection, number: int, rows: Iterable[Touched]) -> None:
    """Refuse to put away in the books what lies in a box that is about to leave."""
    tubes = [row.id for row in rows if row.noun == "sample" and not row.made and "status" in row.before]
    for tube, shipment in packed_where(connection, tubes).items():
        raise Conflict(
            "undo.packed",
            "Entry {number} can no longer be undone: {code} lies packed in {shipment}; take it out of the box first.",
            number=number,
            code=_name_of(connection, "sample", tube),
            shipment=shipment,
        )


def _refuse_touched_since(connection: Connection, number: int, rows: Iterable[Touched]) -> None:
    """Refuse where a later act, that is not itself undone, touched one of the rows, or the rows say something else."""
    for noun, touched in _by_noun(rows).items():
        later = connection.execute(
            select(LEDGER_RECORD.c.entry, LEDGER_RECORD.c.target_id)
            .where(
                LEDGER_RECORD.c.noun == noun,
                among(connection, LEDGER_RECORD.c.target_id, touched),
                LEDGER_RECORD.c.entry > number,
            )
            .order_by(LEDGER_RECORD.c.entry.desc())
        ).all()
        standing = _standing(connection, {row.entry for row in later})
        for row in later:
            if row.entry in standing:
                raise _since(connection, number, noun, row.target_id, row.entry)
        table = SQLModel.metadata.tables[noun]
        for target, current in _current(connection, table, touched).items():
            left = touched[target].after
            if any(current[name] != value for name, value in left.items() if (noun, name) not in SUMMED):
                raise Conflict(
                    "undo.changed",
                    "{code} is no longer as entry {number} left it; correct it with a new act.",
                    code=_name_of(connection, noun, target),
                    number=number,
                )


def _refuse_used_since(connection: Connection, number: int, rows: Iterable[Touched]) -> None:
    """Refuse where something made later stands on a row the act made: a child, a reservation, a place in a box."""
    # A row that stays as it is does not mind who else stands on it.
    for noun, touched in _by_noun(row for row in rows if row.made and MADE[row.noun]).items():
        for table in SQLModel.metadata.sorted_tables:
            if "id" not in table.c:
                continue
            for column in table.c:
                if not any(key.column.table.name == noun for key in column.foreign_keys):
                    continue
                _refuse_users(connection, number, noun, table, column, touched)


def _refuse_users(
    connection: Connection, number: int, noun: str, table: Table, column: Any, touched: dict[int, Touched]
) -> None:
    using = connection.execute(select(table.c.id, column).where(among(connection, column, touched))).all()
    if not using:
        return
    made = connection.execute(
        select(LEDGER_RECORD.c.entry, LEDGER_RECORD.c.target_id).where(
            LEDGER_RECORD.c.noun == table.name,
            among(connection, LEDGER_RECORD.c.target_id, [row[0] for row in using]),
            LEDGER_RECORD.c.entry > number,
        )
    ).all()
    standing = _standing(connection, {row.entry for row in made})
    used = {row[0]: row[1] for row in using}
    for row in made:
        if row.entry in standing:
            raise _since(connection, number, noun, used[row.target_id], row.entry)


def _refuse_taken_places(connection: Connection, rows: Iterable[Touched]) -> None:
    """Refuse where another tube, or the end of a unit, stands in the way back; or a unit's old place is taken."""
    moved = {
        row.id: row for row in rows if row.noun == "sample" and not row.made and not FREED.keys().isdisjoint(row.before)
    }
    moving = {row.id for row in rows if row.noun == "sample"}
    # Fields the act did not change are as they are.
    places = {
        tuple(moved[tube].before.get(name, now[name]) for name in FREED)
        for tube, now in _current(connection, SAMPLE, moved).items()
    }
    units = {
        unit["id"]: unit
        for unit in connection.execute(
            select(STORAGE_UNIT).where(among(connection, STORAGE_UNIT.c.id, {place[0] for place in places if place[0]}))
        ).mappings()
    }
    for unit in units.values():
        if unit["service"] in (ServiceState.RETIRED, ServiceState.DEFROSTING):
            raise Refused(
                "unit.out_of_service", "{unit} is {service}; nothing goes in.", unit=unit["code"],
                service=unit["service"],
            )  # fmt: skip
    held = connection.execute(
        select(SAMPLE.c.id, SAMPLE.c.code, SAMPLE.c.unit_id, SAMPLE.c.row, SAMPLE.c.col).where(
            among(connection, SAMPLE.c.unit_id, units), SAMPLE.c.row.is_not(None)
        )
    )
    for tube in held:
        if (tube.unit_id, tube.row, tube.col) in places and tube.id not in moving:
            raise Conflict(
                "position.taken",
                "{unit} {position} already holds {other}.",
                unit=units[tube.unit_id]["code"],
                position=position_label(units[tube.unit_id], tube.row, tube.col),
                other=tube.code,
            )
    for row in rows:
        # The outermost of the units that moved together; what it holds goes with it.
        if row.noun == "storage_unit" and "parent_id" in row.before:
            standing = select(STORAGE_UNIT.c.code).where(STORAGE_UNIT.c.path == row.before["path"])
            taken = connection.scalar(standing)
            if taken is not None:
                raise Conflict("undo.unit_place", "{unit} stands there now; move the unit by hand.", unit=taken)


def _is_over(row: Touched) -> bool:
    return row.after.get("state") in (ReservationState.RELEASED, ReservationState.EXPIRED)


def _by_noun(rows: Iterable[Touched]) -> dict[str, dict[int, Touched]]:
    sorted_out: dict[str, dict[int, Touched]] = {}
    for row in rows:
        if row.noun in SQLModel.metadata.tables and row.id:
            sorted_out.setdefault(row.noun, {})[row.id] = row
    return sorted_out


def _current(connection: Connection, table: Table, ids: Iterable[int]) -> dict[int, RowMapping]:
    identity = next(iter(table.primary_key.columns))
    rows = connection.execute(select(table).where(among(connection, identity, ids))).mappings()
    return {row[identity.name]: row for row in rows}


def undone(connection: Connection, numbers: Iterable[int]) -> set[int]:
    """Those of the entries that are undone."""
    keys = {undo_key(number): number for number in numbers}
    found: set[int] = set()
    wanted = list(keys)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        found |= {
            keys[key] for key in connection.scalars(select(LEDGER_ENTRY.c.key).where(LEDGER_ENTRY.c.key.in_(part)))
        }
    return found


def _standing(connection: Connection, numbers: set[int]) -> set[int]:
    """Those of the entries that count: neither undone nor an undoing."""
    if not numbers:
        return set()
    undoings = set(
        connection.scalars(
            select(LEDGER_ENTRY.c.number).where(
                among(connection, LEDGER_ENTRY.c.number, numbers), LEDGER_ENTRY.c.verb == Verb.UNDO
            )
        )
    )
    return numbers - undoings - undone(connection, numbers)


def _since(connection: Connection, number: int, noun: str, target: int, later: int) -> Conflict:
    entry = act(connection, later)
    assert entry is not None
    return Conflict(
        "undo.since",
        "Entry {number} can no longer be undone: {code} was touched since, by {who} on {date} ({verb}, entry {later}).",
        number=number,
        code=_name_of(connection, noun, target),
        who=entry.actor,
        date=clock(entry.at),
        verb=entry.verb,
        later=later,
    )


def _name_of(connection: Connection, noun: str, target: int) -> str:
    """What people call a row: its code, where it has one."""
    table = SQLModel.metadata.tables[noun]
    code = connection.scalar(select(table.c.code).where(table.c.id == target)) if "code" in table.c else None
    return str(code) if code is not None else f"{noun.replace('_', ' ')} {target}"
