"""Where SQLite and PostgreSQL differ: how to connect, how to begin a write, how to load many rows."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Select,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.compiler import SQLCompiler

from biobank_tui.rules.errors import Refused, Unreachable

APPLICATION_ID = 0x42494F42  # "BIOB"
BUSY_MILLISECONDS = 10_000
TURN_MILLISECONDS = 20
WRITER_LOCK = 0x42494F42
NETWORK_DRIVES = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "sshfs", "fuse.sshfs", "9p", "afpfs"})
SOUND_WAL = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


def sqlite_module() -> ModuleType:
    """The newest SQLite at hand: pysqlite3 brings its own, else the interpreter's."""
    try:
        import pysqlite3.dbapi2 as bundled
    except ImportError:
        return sqlite3
    module: ModuleType = bundled
    # Said outright, for else the driver asks of every empty value whether it can adapt itself, which costs ten times
    # the binding of a text.
    module.register_adapter(type(None), {}.get)
    return module


def wal_is_sound(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset fault (fixed in 3.51.3, and in 3.50.7 and 3.44.6 of their lines)."""
    return version >= SOUND_WAL[0] or any(version[:2] == fixed[:2] and version >= fixed for fixed in SOUND_WAL[1:])


def engine_for(address: str | Path) -> Engine:
    """An engine for a file's path or a database URL."""
    text = str(address)
    if "://" not in text:
        return _sqlite_engine(Path(text))
    url = make_url(text)
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(Path(url.database or ""))
    if url.get_backend_name() != "postgresql":
        raise Refused(
            "bank.address",
            "{address} is neither a file nor a postgresql:// address.",
            address=url.render_as_string(hide_password=True),
        )
    return _postgresql_engine(url)


def _sqlite_engine(path: Path) -> Engine:
    module = sqlite_module()
    refuse_network_drive(path)
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        module=module,
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=24,
        connect_args={"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000},
    )
    engine.dialect.statement_compiler = _hinting(engine.dialect.statement_compiler)
    journal = ("WAL", "FULL") if wal_is_sound(module.sqlite_version_info) else ("DELETE", "EXTRA")

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_MILLISECONDS}",
            "foreign_keys=ON",
            f"synchronous={journal[1]}",
            "cache_size=-12288",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        # The journal's mode is written into the file: a file that is no bank stays as it was found.
        if cursor.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID:
            cursor.execute(f"PRAGMA journal_mode={journal[0]}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writing", False):
            _take_turn(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _take_turn(connection: Connection) -> None:
    """Begin to write, once nobody else does; OperationalError where it took too long.

    SQLite asks the more seldom the longer it has waited, so that whoever came last would go first.
    """
    raw: Any = connection.connection.driver_connection
    given_up = time.monotonic() + BUSY_MILLISECONDS / 1000
    raw.execute(f"PRAGMA busy_timeout={TURN_MILLISECONDS}")
    try:
        while time.monotonic() < given_up:
            try:
                raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite_module().OperationalError as fault:
                if "locked" not in str(fault):
                    break
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")


def _hinting(compiler: type[SQLCompiler]) -> type[SQLCompiler]:
    """The compiler that writes a table's hints (INDEXED BY …), which SQLAlchemy leaves out for SQLite."""

    class Hinting(compiler):  # type: ignore[misc, valid-type]
        def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
            return text

    return Hinting


def _postgresql_engine(url: URL) -> Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError as missing:
        raise Unreachable(
            "bank.driver",
            "A PostgreSQL bank needs the extra 'postgres': pip install 'biobank-tui[postgres]'.",
        ) from missing
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=4,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 10,
            "options": f"-c timezone=UTC -c lock_timeout={BUSY_MILLISECONDS}",
        },
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # One writer at a time, as on SQLite: the ledger's chain has one end, and everybody queues for it.
        if connection.get_execution_options().get("writing", False):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")

    return engine


READING: dict[str, dict[str, Any]] = {
    "sqlite": {},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
"""Execution options under which several statements see one state of the bank; on SQLite every transaction does."""


def refuse_network_drive(path: Path) -> None:
    """Raise Refused where the path lies on a network drive, on which WAL corrupts."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return
    folder = path.resolve().parent
    best = ("", "")
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _device, point, kind, *_rest = line.split(" ")
        if folder.is_relative_to(point) and len(point) >= len(best[0]):
            best = (point, kind)
    if best[1] in NETWORK_DRIVES:
        raise Refused(
            "bank.network_drive",
            "{path} lies on a network drive ({kind}), where SQLite loses data; use a local disk, or PostgreSQL.",
            path=str(path),
            kind=best[1],
        )


def is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def load(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert many plain tuples by the driver's fastest way: executemany on SQLite, COPY on PostgreSQL."""
    names = ", ".join(f'"{name}"' for name in columns)
    if is_sqlite(connection):
        marks = ", ".join("?" * len(columns))
        listed = rows if isinstance(rows, list) else list(rows)
        if listed:
            connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', listed)
        return
    raw: Any = connection.connection.driver_connection
    statement = f'COPY "{table.name}" ({names}) FROM STDIN'
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.IntegrityError as error:
        raise IntegrityError(statement, None, error) from error


def take_off_indexes(connection: Connection, table: Table) -> tuple[str, ...]:
    """Drop the indexes of an empty table that judge nothing, within the transaction; the statements that rebuild them.

    Many rows sorted once are indexed in a fraction of the time that each in its turn takes. SQLite alone: elsewhere
    it would lock readers out.
    """
    if not is_sqlite(connection):
        return ()
    found = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql LIKE 'CREATE INDEX %'",
        (str(table.name),),
    ).all()
    for name, _sql in found:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    return tuple(sql for _name, sql in found)


def slices(connection: Connection, wanted: Select[Any], size: int) -> Iterator[Sequence[tuple[Any, ...]]]:
    """A long answer in slices of plain tuples, by the driver's fastest way; the statement has no parameters."""
    if is_sqlite(connection):
        cursor = connection.connection.cursor()
        cursor.execute(str(wanted.compile(connection, compile_kwargs={"literal_binds": True})))
        while rows := cursor.fetchmany(size):
            yield rows
        cursor.close()
        return
    # On the statement: on the connection they would hold for the statements after it.
    result = connection.execute(wanted, execution_options={"stream_results": True, "yield_per": size})
    for part in result.partitions():
        yield [tuple(row) for row in part]


def among(connection: Connection, column: ColumnElement[int], ids: Iterable[int]) -> ColumnElement[bool]:
    """`column` is one of many ids, as one bound value whatever their number."""
    if is_sqlite(connection):
        listed: BindParameter[str] = bindparam(None, json.dumps(list(ids)), unique=True)
        return column.in_(select(func.json_each(listed).table_valued("value").c.value))
    return column == func.any(bindparam(None, list(ids), type_=ARRAY(BigInteger), unique=True))
