"""The chain of entries: how an entry is hashed, how the whole is verified, and its head for keeping elsewhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, text

from biobank_tui.bank.dialects import is_sqlite
from biobank_tui.bank.guards import APPEND_ONLY, GUARDS, postgresql_body, sqlite_trigger
from biobank_tui.model.tables import LEDGER_ENTRY, LEDGER_RECORD, SERIAL
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.phrases import mark

GENESIS = "0" * 64

AT_ONCE = 5_000
"""Records hashed together."""

FARTHEST = 1 << 62
"""Beyond every number of an entry or a record."""

_ASTRAY = mark("Records of entry {number} stand without their entry.")
HASHED = (
    "number",
    "at",
    "actor_id",
    "actor",
    "role",
    "workstation",
    "verb",
    "reason",
    "subject",
    "facts",
    "key",
    "count",
    "digest",
    "previous",
)


def canonical(value: Any) -> str:
    """JSON in one form only: sorted keys, no spaces, text as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def entry_hash(entry: dict[str, Any]) -> str:
    """SHA-256 (hex) over an entry's fields in their fixed order, the previous entry's hash among them."""
    return hashlib.sha256(canonical([entry[name] for name in HASHED]).encode()).hexdigest()


class RecordDigest:
    """SHA-256 over an entry's record rows in their order, fed as they are written."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.count = 0

    def add(self, noun: str, target_id: int, change: str) -> int:
        """Take in one record; its sequence number, from 1."""
        self.count += 1
        self._hash.update(f"{self.count}|{noun}|{target_id}|{change}\n".encode())
        return self.count

    def add_many(self, noun: str, target_ids: Sequence[int], changes: Sequence[str]) -> int:
        """Take in records of one noun in their order, as `add` would; the first one's sequence number."""
        first = self.count + 1
        told = zip(range(first, first + len(changes)), target_ids, changes, strict=True)
        self._hash.update("".join([f"{seq}|{noun}|{number}|{change}\n" for seq, number, change in told]).encode())
        self.count += len(changes)
        return first

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing found wrong. number: the entry it is found at; what: a sentence's template."""

    number: int
    code: str
    what: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk over the chain found. head: number and hash of the last entry."""

    entries: int
    records: int
    head: str
    fault: Fault | None


def head(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last entry; (0, zeros) in a new bank."""
    row = connection.execute(
        select(LEDGER_ENTRY.c.number, LEDGER_ENTRY.c.hash).order_by(LEDGER_ENTRY.c.number.desc()).limit(1)
    ).first()
    return (row[0], row[1]) if row else (0, GENESIS)


def anchor(connection: Connection) -> str:
    """The head as one word, "number:hash", to be kept outside the bank."""
    number, digest = head(connection)
    return f"{number}:{digest}"


def verify(
    connection: Connection, *, anchored: str | None = None, progress: Callable[[int], None] = lambda _n: None
) -> Verification:
    """Walk the chain and name the first entry that was edited, removed or reordered."""
    previous, expected, records = GENESIS, 1, 0
    wanted = _anchors(anchored)
    fault: Fault | None = None
    entries = select(LEDGER_ENTRY).order_by(LEDGER_ENTRY.c.number).execution_options(yield_per=5000)
    with closing(_record_digests(connection)) as digests, connection.execute(entries) as rows:
        following = next(digests, None)
        for row in rows:
            entry = dict(row._mapping)
            digest, count = hashlib.sha256().hexdigest(), 0
            if following is not None and following[0] < entry["number"]:
                fault = Fault(following[0], "ledger.records_astray", _ASTRAY)
                break
            if following is not None and following[0] == entry["number"]:
                _number, digest, count = following
                following = next(digests, None)
            fault = _fault_of(connection, entry, expected, previous, digest, count, wanted)
            if fault:
                break
            previous, expected, records = entry["hash"], expected + 1, records + count
            if expected % 10_000 == 0:
                progress(expected)
    fault = fault or _fault_at_end(connection, expected, following, wanted)
    return Verification(expected - 1, records, f"{expected - 1}:{previous}", fault or _missing_triggers(connection))


def _anchors(anchored: str | None) -> dict[str, str]:
    """The hash each anchored entry must have, by its number."""
    if anchored is None:
        return {}
    number, _colon, digest = anchored.strip().partition(":")
    if not number.isdigit() or len(digest) != len(GENESIS):
        raise Refused(
            "ledger.anchor_form",
            "{anchor} is no anchor; one is a number, a colon and {length} characters.",
            anchor=anchored,
            length=len(GENESIS),
        )
    return {str(int(number)): digest}


def _fault_of(
    connection: Connection,
    entry: dict[str, Any],
    expected: int,
    previous: str,
    digest: str,
    count: int,
    wanted: dict[str, str],
) -> Fault | None:
    number = entry["number"]
    if number != expected:
        return Fault(expected, "ledger.removed", "Entry {number} was removed.")
    if entry_hash(entry) != entry["hash"]:
        return Fault(number, "ledger.edited", "Entry {number} was edited, or another entry stands in its place.")
    if entry["previous"] != previous:
        return _fault_between(connection, entry)
    if (entry["digest"], entry["count"]) != (digest, count):
        return Fault(
            number,
            "ledger.records_edited",
            "The records of entry {number} were edited, removed or reordered.",
        )
    if wanted.get(str(number), entry["hash"]) != entry["hash"]:
        return Fault(number, "ledger.anchor", "Entry {number} is not the one that was anchored.")
    return None


def _fault_between(connection: Connection, entry: dict[str, Any]) -> Fault:
    """Which of two entries was written anew, where each is sound in itself but one does not follow the other."""
    number = entry["number"]
    following = connection.scalar(select(LEDGER_ENTRY.c.previous).where(LEDGER_ENTRY.c.number == number + 1))
    # The entry that its successor still vouches for is the true one.
    rewritten = number if number == 1 or following not in (None, entry["hash"]) else number - 1
    return Fault(
        rewritten, "ledger.replaced", "Entry {number} was written anew: its neighbours in the chain do not know it."
    )


def _fault_at_end(
    connection: Connection, expected: int, following: tuple[int, str, int] | None, wanted: dict[str, str]
) -> Fault | None:
    if following is not None:
        return Fault(following[0], "ledger.records_astray", _ASTRAY)
    counted = connection.scalar(select(SERIAL.c.next).where(SERIAL.c.noun == "ledger_entry"))
    anchored = max((int(number) for number in wanted), default=0)
    if (counted is not None and counted != expected) or anchored >= expected:
        return Fault(expected, "ledger.removed", "Entry {number} was removed from the end.")
    return None


def _missing_triggers(connection: Connection) -> Fault | None:
    guards = [guard for guard in GUARDS if guard.table in APPEND_ONLY]
    if is_sqlite(connection):
        triggers = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        wanted = {(guard.name, statement) for guard in guards for statement in sqlite_trigger(guard)}
    else:
        # "O" is how a trigger stands that nobody switched off.
        triggers = text(
            "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgenabled = 'O'"
        )
        wanted = {(guard.name, postgresql_body(guard)) for guard in guards}
    if wanted <= {(name, source) for name, source in connection.execute(triggers)}:
        return None
    return Fault(
        0,
        "ledger.unguarded",
        "The triggers that keep the ledger append-only are gone or were changed; its entries are intact.",
    )


def _record_digests(connection: Connection) -> Generator[tuple[int, str, int]]:
    """(entry, digest, count) of every entry that has records, in order."""
    current, digest, count = None, hashlib.sha256(), 0
    with closing(_lines(connection)) as parts:
        for entry, lines, n in parts:
            if entry != current:
                if current is not None:
                    yield current, digest.hexdigest(), count
                current, digest, count = entry, hashlib.sha256(), 0
            digest.update(lines)
            count += n
    if current is not None:
        yield current, digest.hexdigest(), count


def _lines(connection: Connection) -> Generator[tuple[int, bytes, int]]:
    """What entries' records are hashed as, some thousands of records at a time: (entry, lines, how many)."""
    if is_sqlite(connection):
        yield from _lines_joined(connection)
        return
    columns = (LEDGER_RECORD.c[name] for name in ("entry", "seq", "noun", "target_id", "change"))
    records = select(*columns).order_by(LEDGER_RECORD.c.entry, LEDGER_RECORD.c.seq)
    with connection.execute(records.execution_options(yield_per=20_000)) as rows:
        for entry, seq, noun, target_id, change in rows:
            yield entry, f"{seq}|{noun}|{target_id}|{change}\n".encode(), 1


def _lines_joined(connection: Connection) -> Generator[tuple[int, bytes, int]]:
    """The same as SQLite joins them, entry by entry in the order of the primary key, far faster than row by row."""
    joined = (
        "SELECT entry, CAST(group_concat(seq || '|' || noun || '|' || target_id || '|' || change || char(10), '')"
        " AS BLOB), count(*) FROM ledger_record WHERE {} GROUP BY entry ORDER BY entry"
    )
    few = joined.format("entry > ? AND entry <= ?")
    many = joined.format("entry = ? AND seq > ? AND seq <= ?")
    after, gathered = -FARTHEST, 0
    for number, count in connection.exec_driver_sql("SELECT number, count FROM ledger_entry ORDER BY number"):
        if count > AT_ONCE:
            yield from connection.exec_driver_sql(few, (after, number - 1)).all()
            for start in range(0, count, AT_ONCE):
                # Records beside those the entry counts are found with the first of them, and with the last.
                low, high = start or -FARTHEST, start + AT_ONCE if start + AT_ONCE < count else FARTHEST
                yield from connection.exec_driver_sql(many, (number, low, high)).all()
            after, gathered = number, 0
        elif (gathered := gathered + count) > AT_ONCE:
            yield from connection.exec_driver_sql(few, (after, number)).all()
            after, gathered = number, 0
    yield from connection.exec_driver_sql(few, (after, FARTHEST)).all()
