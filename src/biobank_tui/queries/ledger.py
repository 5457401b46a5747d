"""Who did what: the ledger's entries, the newest first, and the life of one thing."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, true

from biobank_tui.model.tables import LEDGER_ENTRY, LEDGER_RECORD


@dataclass(frozen=True, slots=True)
class Act:
    """One entry. count: records it wrote. facts: small figures for the reader."""

    number: int
    at: str
    actor: str
    role: str
    workstation: str
    verb: str
    subject: str | None
    reason: str | None
    count: int
    facts: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one act did to one row. before is empty for a row that was new."""

    number: int
    at: str
    actor: str
    verb: str
    reason: str | None
    noun: str
    target_id: int
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Which entries: all that is given must fit. verb: whole, or the part before the dot. since, until: ISO moments."""

    actor: str | None = None
    verb: str | None = None
    subject: str | None = None
    since: str | None = None
    until: str | None = None


_ENTRY = (
    LEDGER_ENTRY.c.number,
    LEDGER_ENTRY.c.at,
    LEDGER_ENTRY.c.actor,
    LEDGER_ENTRY.c.role,
    LEDGER_ENTRY.c.workstation,
    LEDGER_ENTRY.c.verb,
    LEDGER_ENTRY.c.subject,
    LEDGER_ENTRY.c.reason,
    LEDGER_ENTRY.c.count,
    LEDGER_ENTRY.c.facts,
    LEDGER_ENTRY.c.hash,
)


def acts(
    connection: Connection, wanted: LedgerFilter | None = None, *, before: int | None = None, limit: int = 50
) -> tuple[Act, ...]:
    """Entries from the newest, or from the one before number `before`; at most `limit`."""
    query = select(*_ENTRY).where(_fits(wanted or LedgerFilter())).order_by(LEDGER_ENTRY.c.number.desc())
    if before is not None:
        query = query.where(LEDGER_ENTRY.c.number < before)
    return tuple(_act(row) for row in connection.execute(query.limit(limit)))


def numbers(connection: Connection, wanted: LedgerFilter | None = None) -> array[int]:
    """Numbers of every entry that fits, from the newest; four bytes each, so that any row of a list is at hand."""
    fitting = select(LEDGER_ENTRY.c.number).where(_fits(wanted or LedgerFilter()))
    return array("I", connection.scalars(fitting.order_by(LEDGER_ENTRY.c.number.desc())))


def by_number(connection: Connection, wanted: Sequence[int]) -> tuple[Act, ...]:
    """These entries, in the order given."""
    rows = connection.execute(select(*_ENTRY).where(LEDGER_ENTRY.c.number.in_(wanted)))
    found = {row.number: _act(row) for row in rows}
    return tuple(found[number] for number in wanted if number in found)


def act(connection: Connection, number: int) -> Act | None:
    """One entry by its number."""
    found = acts(connection, before=number + 1, limit=1)
    return found[0] if found and found[0].number == number else None


def changes(connection: Connection, number: int, *, limit: int = 1000) -> tuple[Change, ...]:
    """What one entry did to each row it touched, at most `limit` of them."""
    return _changes(connection, LEDGER_RECORD.c.entry == number, limit)


def history(connection: Connection, noun: str, target_id: int, *, limit: int = 1000) -> tuple[Change, ...]:
    """What was ever done to one row, the oldest first. noun: the table's name."""
    return _changes(connection, (LEDGER_RECORD.c.noun == noun) & (LEDGER_RECORD.c.target_id == target_id), limit)


def _fits(wanted: LedgerFilter) -> ColumnElement[bool]:
    entry = LEDGER_ENTRY.c
    parts: list[ColumnElement[bool]] = []
    if wanted.actor:
        parts.append(entry.actor == wanted.actor)
    if wanted.verb:
        whole = "." in wanted.verb
        parts.append(entry.verb == wanted.verb if whole else entry.verb.startswith(wanted.verb, autoescape=True))
    if wanted.subject:
        parts.append(entry.subject == wanted.subject)
    if wanted.since:
        parts.append(entry.at >= wanted.since)
    if wanted.until:
        parts.append(entry.at < wanted.until)
    return and_(true(), *parts)


def _changes(connection: Connection, which: Any, limit: int) -> tuple[Change, ...]:
    rows = connection.execute(
        select(
            LEDGER_ENTRY.c.number,
            LEDGER_ENTRY.c.at,
            LEDGER_ENTRY.c.actor,
            LEDGER_ENTRY.c.verb,
            LEDGER_ENTRY.c.reason,
            LEDGER_RECORD.c.noun,
            LEDGER_RECORD.c.target_id,
            LEDGER_RECORD.c.change,
        )
        .join(LEDGER_ENTRY, LEDGER_ENTRY.c.number == LEDGER_RECORD.c.entry)
        .where(which)
        .order_by(LEDGER_RECORD.c.entry, LEDGER_RECORD.c.seq)
        .limit(limit)
    )
    return tuple(Change(*row[:-1], *_sides(row.change)) for row in rows)


def _sides(change: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A record's two sides: fields as they were, fields as they became."""
    fields: dict[str, Any] = json.loads(change)
    before = {name: value[0] for name, value in fields.items() if isinstance(value, list)}
    after = {name: value[1] if isinstance(value, list) else value for name, value in fields.items()}
    return before, after


def _act(row: Any) -> Act:
    return Act(**{**row._mapping, "facts": json.loads(row.facts)})
