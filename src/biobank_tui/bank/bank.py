"""The open bank: where reads begin and where writes go through one unit of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

import biobank_tui.model  # noqa: F401  (fills the metadata)
from biobank_tui.bank import migrations
from biobank_tui.bank.dialects import APPLICATION_ID, READING, engine_for, is_sqlite
from biobank_tui.bank.settings import PREFIXES, setting
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.bank.violations import sentence_of
from biobank_tui.model.tables import ORGANISATION, PERSON, ROLE_GRANT, SERIAL, SETTING
from biobank_tui.paths import index_file
from biobank_tui.rules.errors import NotFound, Refused, Unreachable
from biobank_tui.rules.moments import now_utc
from biobank_tui.rules.permissions import Role, Verb

if TYPE_CHECKING:
    from biobank_tui.bank.index.shelf import SampleIndex


class Bank:
    """An open bank. Use `Bank.open` or `Bank.create`; close it, or use it in a `with` block.

    address: the file's path or the database URL, without a password. clock: gives the time of acts.
    """

    def __init__(self, engine: Engine, address: str, clock: Callable[[], str] = now_utc) -> None:
        self.engine = engine
        self.address = address
        self.clock = clock
        self._closed = False

    @classmethod
    def open(cls, address: str | Path) -> Bank:
        """Open an existing bank; Refused or Unreachable say why not."""
        file = _file_of(address)
        if file is not None and not file.exists():
            raise Unreachable(
                "bank.absent",
                "There is no bank at {address}; create one with: biobank init",
                address=str(file),
            )
        bank = cls(engine_for(address), _shown(address))
        with bank._closed_on_error(), bank.read() as connection:
            migrations.require_newest(connection, bank.address)
        return bank

    @classmethod
    def create(
        cls,
        address: str | Path,
        *,
        name: str = "Biobank",
        prefix: str = "",
        organisation: tuple[str, str] = ("HOME", "Home organisation"),
        administrator: tuple[str, str] = ("admin", "Administrator"),
        clock: Callable[[], str] = now_utc,
    ) -> Bank:
        """Create an empty bank with its first organisation (code, name) and first person (login, name).

        prefix: at most two letters put before every code's own prefix. The first person holds every role.
        """
        file = _file_of(address)
        if file is not None:
            if file.exists() and file.stat().st_size:
                raise Refused("bank.exists", "{address} already exists; nothing was changed.", address=str(file))
            if not file.parent.is_dir():
                raise Unreachable("folder.absent", "There is no folder {folder}.", folder=str(file.parent))
        if len(prefix) > 2 or not (prefix == "" or (prefix.isascii() and prefix.isalpha())):
            raise Refused("bank.prefix", "A bank's prefix is up to two letters A to Z, not {prefix}.", prefix=prefix)
        bank = cls(engine_for(address), _shown(address), clock)
        with bank._closed_on_error():
            with bank._connected(writing=True) as connection:
                if migrations.current(connection) is not None:
                    raise Refused("bank.exists", "{address} already exists; nothing was changed.", address=bank.address)
                if is_sqlite(connection):
                    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
                migrations.upgrade(connection)
                _number_nouns(connection, prefix.upper())
                tx = Transaction(connection, Actor(None, administrator[0]), Verb.BANK_CREATE, clock(), None, None)
                _found(tx, name, organisation, administrator)
                tx.seal()
            # Connections opened from here on find a bank, and set its journal's mode.
            bank.engine.dispose()
        return bank

    @cached_property
    def index(self) -> SampleIndex:
        """The samples' index, beside the bank's file or among this account's cached files."""
        from biobank_tui.bank.index.shelf import SampleIndex

        return SampleIndex(index_file(self.address, _file_of(self.address)))

    def close(self) -> None:
        """Let go of the file or the server; a reading under way in a thread ends its own connection when it is done."""
        self._closed = True
        if "index" in self.__dict__:
            self.index.close()
        self.engine.dispose()

    def __enter__(self) -> Bank:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @contextmanager
    def _closed_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the bank and never writes."""
        with self._connected(**READING[self.engine.dialect.name]) as connection:
            yield connection

    @contextmanager
    def transaction(
        self, actor: Actor, verb: Verb, *, reason: str | None = None, key: str | None = None
    ) -> Iterator[Transaction]:
        """One act: all of it and its ledger entry are written, or nothing.

        key: given by a caller who may ask twice; the second time is refused as already done.
        """
        with self._connected(writing=True) as connection:
            tx = Transaction(connection, actor, verb, self.clock(), reason, key)
            yield tx
            tx.seal()

    @contextmanager
    def _connected(self, **options: Any) -> Iterator[Connection]:
        """A connection within one transaction."""
        with _in_sentences(), self.engine.connect().execution_options(**options) as connection:
            try:
                with connection.begin():
                    yield connection
            finally:
                # The pool it would go back to was emptied, and nobody would empty it again.
                if self._closed and not connection.invalidated:
                    connection.detach()

    def setting(self, name: str) -> str:
        """A setting's value."""
        with self.read() as connection:
            return setting(connection, name)

    def actor(self, login: str) -> Actor:
        """The person of that login, to act as; NotFound where there is none or they have left."""
        with self.read() as connection:
            row = connection.execute(
                select(PERSON.c.id, PERSON.c.login, PERSON.c.name).where(PERSON.c.login == login, PERSON.c.active == 1)
            ).first()
        if row is None:
            raise NotFound("person.unknown", "Nobody here has the login {login}.", login=login)
        return Actor(row.id, row.login, row.name)


@contextmanager
def _in_sentences() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        found = sentence_of(error)
        if found is None:
            raise
        raise found from error


def _found(tx: Transaction, name: str, organisation: tuple[str, str], administrator: tuple[str, str]) -> None:
    tx.insert(SETTING, [{"name": "name", "value": name}])
    home = tx.add(ORGANISATION, code=organisation[0], name=organisation[1], kind="hospital", commercial=0, country=None)
    person = tx.add(
        PERSON, login=administrator[0], name=administrator[1], organisation_id=home, password=None, active=1
    )
    for role in Role:
        tx.add(ROLE_GRANT, person_id=person, role=str(role), organisation_id=None, project_id=None)
    tx.subject = name


def _number_nouns(connection: Connection, prefix: str) -> None:
    rows: list[dict[str, Any]] = [
        {"noun": table.name, "prefix": prefix + PREFIXES.get(table.name, ""), "next": 1}
        for table in SQLModel.metadata.sorted_tables
        if "id" in table.c or table.name == "ledger_entry"
    ]
    connection.execute(insert(SERIAL), rows)


def _file_of(address: str | Path) -> Path | None:
    shown = str(address)
    if "://" not in shown:
        return Path(shown)
    url = make_url(shown)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _shown(address: str | Path) -> str:
    shown = str(address)
    return make_url(shown).render_as_string(hide_password=True) if "://" in shown else shown


def vacuum_into(bank: Bank, target: Path) -> None:
    """Write a consistent copy of an SQLite bank while others work in it."""
    with _in_sentences(), bank.engine.connect() as connection:
        if not is_sqlite(connection):
            raise Refused("backup.postgres", "A PostgreSQL bank is backed up with pg_dump.")
        raw: Any = connection.connection.driver_connection
        raw.execute("VACUUM INTO ?", (str(target),))
