"""Who did what: the ledger's entries, the newest first, and the life of one thing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

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


def acts(
    connection: Connection, wanted: LedgerFilter | None = None, *, before: int | None = None, limit: int = 50
) -> tuple[Act, ...]:
    """Entries from the newest, or from the one before number `before`; at most `limit`."""
    query = select(
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
    ).order_by(LEDGER_ENTRY.c.number.desc())
    which = wanted or LedgerFilter()
    if before is not None:
        query = query.where(LEDGER_ENTRY.c.number < before)
    if which.actor:
        query = query.where(LEDGER_ENTRY.c.actor == which.actor)
    if which.verb:
        query = query.where(
            LEDGER_ENTRY.c.verb == which.verb
            if "." in which.verb
            else LEDGER_ENTRY.c.verb.startswith(which.verb, autoescape=True)
        )
    if which.subject:
        query = query.where(LEDGER_ENTRY.c.subject == which.subject)
    if which.since:
        query = query.where(LEDGER_ENTRY.c.at >= which.since)
    if which.until:
        query = query.where(LEDGER_ENTRY.c.at < which.until)
    return tuple(_act(row) for row in connection.execute(query.limit(limit)))


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
