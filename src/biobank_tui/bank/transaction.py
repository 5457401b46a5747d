"""The unit of work: one act, one database transaction, one ledger entry with everything it touched."""

from __future__ import annotations

import getpass
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import repeat
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update

from biobank_tui.bank import ledger
from biobank_tui.bank.dialects import among, load
from biobank_tui.bank.settings import setting, zone_named
from biobank_tui.bank.tallies import COUNTED, Census, census_of, settle
from biobank_tui.model.tables import LEDGER_ENTRY, LEDGER_RECORD, PERSON, ROLE_GRANT, SAMPLE, SERIAL, SETTING
from biobank_tui.rules.errors import Conflict, Denied, NotFound, Refused
from biobank_tui.rules.moments import parse_moment
from biobank_tui.rules.permissions import NEEDS_REASON, Grant, Role, Verb, reaches, roles_for

RECORDS_AT_ONCE = 20_000
UNWRITTEN = frozenset({("person", "password")})
"""Fields of which the ledger says only that they were set."""


def this_workstation() -> str:
    """The account and the machine an act comes from, as the ledger writes it."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):
        account = "unknown"
    return f"{account}@{platform.node() or 'localhost'}"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. person_id is None only for the act that creates a bank."""

    person_id: int | None
    login: str
    name: str = ""
    workstation: str = field(default_factory=this_workstation)


def grants_of(connection: Connection, person_id: int) -> tuple[Grant, ...]:
    """The roles a person holds now; none for somebody who has left."""
    rows = connection.execute(
        select(ROLE_GRANT.c.role, ROLE_GRANT.c.organisation_id, ROLE_GRANT.c.project_id)
        .join(PERSON, PERSON.c.id == ROLE_GRANT.c.person_id)
        .where(ROLE_GRANT.c.person_id == person_id, ROLE_GRANT.c.revoked.is_(None), PERSON.c.active == 1)
    )
    return tuple(Grant(Role(role), organisation, project) for role, organisation, project in rows)


class Transaction:
    """What an action works through. Every row written is written into the ledger with it.

    at: the act's time. number: its ledger entry. reason, subject, facts: for whoever reads the ledger.
    """

    def __init__(
        self, connection: Connection, actor: Actor, verb: Verb, at: str, reason: str | None, key: str | None
    ) -> None:
        self.connection = connection
        self.actor = actor
        self.verb = verb
        self.at = at
        self.reason = reason.strip() if reason and reason.strip() else None
        self.key = key
        self.subject: str | None = None
        self.facts: dict[str, Any] = {}
        self._grants = self._permitted()
        self._refuse_repeated()
        self._reach_shown = any(grant.everywhere for grant in self._grants)
        last, self._previous = ledger.head(connection)
        self.number = last + 1
        self._digest = ledger.RecordDigest()
        self._pending: list[tuple[int, int, str, int, str]] = []
        if verb in NEEDS_REASON and not self.reason:
            raise Refused("reason.needed", "{verb} needs a reason; the ledger keeps it.", verb=str(verb))

    def _permitted(self) -> tuple[Grant, ...]:
        if self.actor.person_id is None:
            if self.verb is not Verb.BANK_CREATE:
                raise Denied("permission.nobody", "Nobody is logged in.")
            return (Grant(Role.ADMINISTRATOR),)
        return roles_for(self.verb, grants_of(self.connection, self.actor.person_id))

    def _refuse_repeated(self) -> None:
        if self.key is None:
            return
        done = self.connection.scalar(select(LEDGER_ENTRY.c.number).where(LEDGER_ENTRY.c.key == self.key))
        if done is not None:
            raise Conflict("ledger.repeated", "This act was already done, as entry {number}.", number=done)

    def permit(self, organisations: Iterable[int | None] = (), project_id: int | None = None) -> None:
        """Show that the actor's grants reach what is about to be touched; every action says what that is."""
        touched = frozenset(organisation for organisation in organisations if organisation is not None)
        if not reaches(self._grants, touched, project_id):
            raise Denied(
                "permission.scope",
                "{verb} is yours only within your own organisation or project; this lies outside.",
                verb=str(self.verb),
            )
        self._reach_shown = True

    def moment(self, text: str) -> str:
        """A time as it is kept; one typed without a zone is of the bank's own."""
        return parse_moment(text, self._zone)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return zone_named(setting(self.connection, "zone"))

    def allocate(self, noun: str, n: int = 1) -> tuple[int, str]:
        """Take the next n numbers of a noun: (the first, the code prefix). They are never given again."""
        row = self.connection.execute(
            update(SERIAL)
            .where(SERIAL.c.noun == noun)
            .values(next=SERIAL.c.next + n)
            .returning(SERIAL.c.next, SERIAL.c.prefix)
        ).one()
        return row[0] - n, row[1]

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write new rows; each dictionary names the same columns."""
        if not rows:
            return
        self.connection.execute(insert(table), [dict(row) for row in rows])
        identity = next(iter(table.primary_key.columns)).name
        for row in rows:
            number = row[identity] if isinstance(row[identity], int) else 0
            self.record(
                table.name,
                number,
                {name: value for name, value in row.items() if value is not None and (name != identity or not number)},
            )
        if table is SAMPLE:
            settle(self.connection, Census(), census_of(self.connection, [row["id"] for row in rows]))

    def add(self, table: Table, **values: Any) -> int:
        """Write one new row under the next id of its table; that id."""
        number, _prefix = self.allocate(table.name)
        self.insert(table, [{"id": number, **values}])
        return number

    def update(self, table: Table, changes: Mapping[int, Mapping[str, Any]]) -> int:
        """Change rows by id; only what differs is written and recorded. How many rows changed."""
        if not changes:
            return 0
        names = sorted({name for values in changes.values() for name in values})
        identity = next(iter(table.primary_key.columns))
        before = {
            row[0]: row._mapping
            for row in self.connection.execute(
                select(identity, *(table.c[name] for name in names)).where(among(self.connection, identity, changes))
            )
        }
        groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        touched: list[int] = []
        for number, values in changes.items():
            if number not in before:
                raise NotFound("row.gone", "There is no {noun} number {id}.", noun=table.name, id=number)
            old = before[number]
            differing = {name: value for name, value in values.items() if old[name] != value}
            if differing:
                touched.append(number)
                groups.setdefault(tuple(differing), []).append({"_id": number, **_bound(differing)})
                self.record(table.name, number, {name: [old[name], value] for name, value in differing.items()})
        counted = table is SAMPLE and not COUNTED.isdisjoint(names)
        start = census_of(self.connection, touched) if counted else Census()
        for columns, rows in groups.items():
            self.connection.execute(
                update(table)
                .where(identity == bindparam("_id"))
                .values({name: bindparam(f"_{name}") for name in columns}),
                rows,
            )
        if counted:
            settle(self.connection, start, census_of(self.connection, touched))
        return len(touched)

    def update_all(self, table: Table, ids: Iterable[int], **values: Any) -> int:
        """Give many rows the same new values."""
        return self.update(table, dict.fromkeys(ids, values))

    def put_setting(self, name: str, before: str | None, after: str) -> None:
        """Write one of the bank's settings, the only rows without a number."""
        if before is None:
            self.connection.execute(insert(SETTING).values(name=name, value=after))
        else:
            self.connection.execute(update(SETTING).where(SETTING.c.name == name).values(value=after))
        self.record("setting", 0, {name: [before, after]})

    def record(self, noun: str, target_id: int, change: Mapping[str, Any]) -> None:
        """Write what this act did to one row."""
        shown = {name: "•" if (noun, name) in UNWRITTEN else value for name, value in change.items()}
        self.record_text(noun, target_id, ledger.canonical(shown))

    def record_text(self, noun: str, target_id: int, change: str) -> None:
        """The same with the change already as canonical JSON."""
        seq = self._digest.add(noun, target_id, change)
        self._pending.append((self.number, seq, noun, target_id, change))
        if len(self._pending) >= RECORDS_AT_ONCE:
            self._write_records()

    def record_texts(self, noun: str, target_ids: Sequence[int], changes: Sequence[str]) -> None:
        """The same for many rows of one noun."""
        # A table's name is a text of SQLAlchemy's own kind, which the driver would look into with every row.
        noun = str(noun)
        for start in range(0, len(changes), RECORDS_AT_ONCE):
            ids, texts = target_ids[start : start + RECORDS_AT_ONCE], changes[start : start + RECORDS_AT_ONCE]
            first = self._digest.add_many(noun, ids, texts)
            seqs = range(first, first + len(texts))
            self._pending += zip(repeat(self.number), seqs, repeat(noun), ids, texts)
            if len(self._pending) >= RECORDS_AT_ONCE:
                self._write_records()

    def _write_records(self) -> None:
        load(self.connection, LEDGER_RECORD, ("entry", "seq", "noun", "target_id", "change"), self._pending)
        self._pending = []

    def seal(self) -> None:
        """Write the entry itself; the last step before the commit."""
        if not self._reach_shown:
            raise Denied(
                "permission.scope",
                "{verb} is yours only within your own organisation or project; this lies outside.",
                verb=str(self.verb),
            )
        entry: dict[str, Any] = {
            "number": self.number,
            "at": self.at,
            "actor_id": self.actor.person_id,
            "actor": self.actor.login,
            "role": str(self._grants[0].role),
            "workstation": self.actor.workstation,
            "verb": str(self.verb),
            "reason": self.reason,
            "subject": self.subject,
            "facts": ledger.canonical(self.facts),
            "key": self.key,
            "count": self._digest.count,
            "digest": self._digest.hexdigest(),
            "previous": self._previous,
        }
        entry["hash"] = ledger.entry_hash(entry)
        self.connection.execute(insert(LEDGER_ENTRY), entry)
        self.connection.execute(update(SERIAL).where(SERIAL.c.noun == "ledger_entry").values(next=self.number + 1))
        self._write_records()

    def count(self, table: Table, *where: Any) -> int:
        """How many rows of a table match."""
        return self.connection.scalar(select(func.count()).select_from(table).where(*where)) or 0


def _bound(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"_{name}": value for name, value in values.items()}
