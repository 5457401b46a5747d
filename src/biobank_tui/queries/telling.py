"""What the ledger says of a row, as people say it: places and amounts, codes for ids, words for columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, select

from biobank_tui.model import tables
from biobank_tui.model.tables import LEDGER_RECORD, SAMPLE, STORAGE_UNIT
from biobank_tui.queries.storage import position_label
from biobank_tui.rules.amounts import Unit, show
from biobank_tui.rules.materials import MATERIALS
from biobank_tui.wall import clock
from biobank_tui.words import _, mark

PLACE: Final = ("unit_id", "row", "col")
AMOUNTS: Final = frozenset({"amount", "amount_initial"})
UNSAID: Final = frozenset({"id", "digest", "folded", "path", "target_id", "link_token", "unit"})
"""What only the bank itself has a use for, or what is said with another column."""
NAMES: Final = ("code", "login", "reference", "label", "name", "title")
"""What a row that an id stands for goes by: the first of these columns that its table has."""
WORDED: Final = frozenset({"status", "state", "kind", "turn", "sex", "expressed_by", "purpose_kind", "outcome", "vote"})
"""Columns whose values are words of ours."""

FIELDS: Final = {
    "amount": mark("amount"),
    "amount_initial": mark("amount at first"),
    "asked": mark("asked for"),
    "barcode": mark("barcode"),
    "birth_month": mark("month of birth"),
    "birth_year": mark("year of birth"),
    "box": mark("box"),
    "code": mark("code"),
    "col": mark("column"),
    "collected": mark("collected"),
    "cold_ischaemia": mark("cold ischaemia (min)"),
    "concentration": mark("concentration"),
    "concentration_unit": mark("unit of concentration"),
    "container": mark("container"),
    "country": mark("country"),
    "criteria": mark("criteria"),
    "custodian_id": mark("custodian"),
    "diagnosis": mark("diagnosis"),
    "dispatched": mark("dispatched"),
    "done": mark("done"),
    "donor_id": mark("donor"),
    "ended": mark("ended"),
    "expires": mark("expires"),
    "expressed_by": mark("expressed by"),
    "external": mark("number elsewhere"),
    "fixation": mark("fixation"),
    "form_id": mark("consent form"),
    "frozen": mark("frozen"),
    "given": mark("given"),
    "holds": mark("holds"),
    "kind": mark("kind"),
    "laid": mark("laid"),
    "made": mark("made"),
    "material": mark("material"),
    "morphology": mark("morphology"),
    "name": mark("name"),
    "note": mark("note"),
    "organisation_id": mark("organisation"),
    "outcome": mark("outcome"),
    "parent_id": mark("made from"),
    "person_id": mark("by"),
    "place": mark("place"),
    "processed": mark("processed"),
    "profile_id": mark("consent answers"),
    "project_id": mark("project"),
    "purpose": mark("purpose"),
    "reason": mark("reason"),
    "received": mark("received"),
    "recipient_id": mark("recipient"),
    "released": mark("released"),
    "request_id": mark("request"),
    "returned": mark("returned"),
    "row": mark("row of the box"),
    "sample_id": mark("sample"),
    "sex": mark("sex"),
    "shipment_id": mark("shipment"),
    "stage": mark("stage"),
    "state": mark("state"),
    "status": mark("status"),
    "study": mark("study"),
    "summary": mark("summary"),
    "taken": mark("taken"),
    "temperature": mark("temperature"),
    "thaws": mark("freeze-thaw cycles"),
    "title": mark("title"),
    "topography": mark("site in the body"),
    "turn": mark("turn of"),
    "turn_since": mark("turn since"),
    "warm_ischaemia": mark("warm ischaemia (min)"),
    "withdrawn": mark("withdrawn"),
    "year": mark("year"),
}
"""Columns as people call them; others go by their own name, with spaces."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing an act changed, in the language in use. before: None where it was new or nothing."""

    field: str
    before: str | None
    after: str | None


def called(connection: Connection, noun: str, target_id: int) -> str:
    """What a row goes by: its code or name, or its number in the bank where it has none or is gone."""
    table = _table(noun)
    name = next((each for each in NAMES if table is not None and each in table.c), None)
    value = None
    if table is not None and name is not None:
        value = connection.execute(select(table.c[name]).where(table.c.id == target_id)).scalar()
    return str(target_id) if value is None else str(value)


Changes = Mapping[str, tuple[Any, Any]]


def told(connection: Connection, noun: str, target_id: int, number: int, changes: Changes) -> tuple[Told, ...]:
    """What entry `number` of the ledger changed in one row. changes: column to (before, after)."""
    return tuple(_told(connection, noun, target_id, number, changes))


def _told(connection: Connection, noun: str, target_id: int, number: int, changes: Changes) -> Iterator[Told]:
    new = all(before is None for before, _after in changes.values())
    table = _table(noun)
    if noun == "sample" and any(name in changes for name in PLACE):
        yield Told(_(FIELDS["place"]), *_places(connection, target_id, number, changes))
    for name, (before, after) in changes.items():
        if name in UNSAID or (noun == "sample" and name in PLACE) or (new and not after):
            continue
        if name == "profile_id":
            if not new:
                yield Told(_(FIELDS[name]), None, _("changed"))
            continue
        column = table.c.get(name) if table is not None else None
        if column is not None and column.foreign_keys:
            was, now = (_named(connection, column, value) for value in (before, after))
            if was is None and now is None:
                continue
        elif noun == "sample" and name in AMOUNTS:
            unit = _unit(connection, target_id, changes)
            was, now = (None if value is None else show(value, unit) for value in (before, after))
        else:
            was, now = _value(name, before), _value(name, after)
        word = mark("inside") if (noun, name) == ("storage_unit", "parent_id") else FIELDS.get(name)
        yield Told(_(word or name.removesuffix("_id").replace("_", " ")), was, now)


def _table(noun: str) -> Table | None:
    found = getattr(tables, noun.upper(), None)
    return found if isinstance(found, Table) else None


def _value(name: str, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if name == "material" and value in MATERIALS:
        return _(MATERIALS[value].label)
    if name in WORDED:
        return _(str(value).replace("_", " "))
    text = str(value)
    if len(text) >= len("2026-01-01T00:00Z") and text[4:5] == text[7:8] == "-" and text[10:11] == "T":
        return clock(text)
    if text.startswith(("{", "[")):
        return _flat(text)
    return f"{value:g}" if isinstance(value, float) else text


def _flat(text: str) -> str:
    """A column that holds JSON, without its brackets."""
    try:
        kept = json.loads(text)
    except ValueError:
        return text
    pairs = kept.items() if isinstance(kept, dict) else enumerate(kept, 1)
    return ", ".join(
        f"{str(name).replace('_', ' ')} {' '.join(map(str, one)) if isinstance(one, list) else one}"
        for name, one in pairs
    )


def _named(connection: Connection, column: Column[Any], key: Any) -> str | None:
    """What a row goes by that an id stands for; None where it has no name of its own."""
    if key is None:
        return None
    target = next(iter(column.foreign_keys)).column.table
    name = next((each for each in NAMES if each in target.c), None)
    if name is None:
        return None
    value = connection.execute(select(target.c[name]).where(target.c.id == key)).scalar()
    return None if value is None else str(value)


def _unit(connection: Connection, sample_id: int, changes: Changes) -> Unit:
    said = changes.get("unit", (None, None))
    kept = said[1] or said[0] or connection.execute(select(SAMPLE.c.unit).where(SAMPLE.c.id == sample_id)).scalar()
    return Unit(kept) if kept else Unit.PIECES


def _places(connection: Connection, sample_id: int, number: int, changes: Changes) -> tuple[str | None, str | None]:
    """Where a tube was and where it went. A move within a box names only what differs: the rest is as it last was."""
    standing: dict[str, Any] = {}
    if not all(name in changes for name in PLACE) and any(before is not None for before, _a in changes.values()):
        standing = _standing(connection, sample_id, number)
    sides = [[changes[name][side] if name in changes else standing.get(name) for name in PLACE] for side in (0, 1)]
    return _place(connection, *sides[0]), _place(connection, *sides[1])


def _standing(connection: Connection, sample_id: int, number: int) -> dict[str, Any]:
    """The place of a tube as the entries before this one left it."""
    found: dict[str, Any] = {}
    earlier = connection.execute(
        select(LEDGER_RECORD.c.change)
        .where(LEDGER_RECORD.c.noun == "sample", LEDGER_RECORD.c.target_id == sample_id, LEDGER_RECORD.c.entry < number)
        .order_by(LEDGER_RECORD.c.entry.desc(), LEDGER_RECORD.c.seq.desc())
    )
    for (text,) in earlier:
        for name, value in json.loads(text).items():
            if name in PLACE and name not in found:
                found[name] = value[1] if isinstance(value, list) else value
        if len(found) == len(PLACE):
            break
    return found


def _place(connection: Connection, unit_id: int | None, row: int | None, col: int | None) -> str | None:
    if unit_id is None:
        return None
    unit = connection.execute(select(STORAGE_UNIT).where(STORAGE_UNIT.c.id == unit_id)).mappings().first()
    return None if unit is None else f"{unit['code']} {position_label(unit, row, col)}".strip()
