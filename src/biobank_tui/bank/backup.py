"""Copies of a bank: written while others work in it, verified, and put back in its place."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from biobank_tui.bank import ledger, migrations
from biobank_tui.bank.bank import Bank, vacuum_into
from biobank_tui.bank.dialects import APPLICATION_ID, refuse_network_drive, sqlite_module
from biobank_tui.rules.errors import Refused, Unreachable


@dataclass(frozen=True, slots=True)
class Copy:
    """A verified copy. size: bytes. digest: SHA-256 (hex) of the file. anchor: the ledger's head, "number:hash"."""

    path: str
    size: int
    digest: str
    revision: str
    anchor: str


def backup(bank: Bank, path: Path) -> Copy:
    """Write a copy of the bank as it is now to a file that is not there yet; it is verified before it has its name."""
    if path.exists():
        raise Refused("backup.exists", "{file} is already there; nothing was written.", file=str(path))
    if not path.parent.is_dir():
        raise Unreachable("folder.absent", "There is no folder {folder}.", folder=str(path.parent))
    part = _beside(path, "part")
    try:
        vacuum_into(bank, part)
        copy = verify(part)
        _keep(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _keep(path.parent)
    return Copy(str(path), copy.size, copy.digest, copy.revision, copy.anchor)


def verify(path: Path) -> Copy:
    """Read a copy through: its pages, its references and its ledger. Refused says what is wrong with it."""
    with reading(path) as connection:
        if connection.scalar(text("PRAGMA application_id")) != APPLICATION_ID:
            raise Refused("backup.not_a_bank", "{file} is not a copy of a bank.", file=str(path))
        damage = connection.scalars(text("PRAGMA integrity_check(1)")).first()
        dangling = connection.execute(text("PRAGMA foreign_key_check")).first()
        if damage != "ok" or dangling is not None:
            raise Refused(
                "backup.damaged",
                "{file} is damaged ({detail}); take another copy.",
                file=str(path),
                detail=damage if damage != "ok" else "a reference without its row",
            )
        found = ledger.verify(connection)
        if found.fault is not None:
            raise Refused(
                "backup.ledger",
                "The ledger in {file} does not verify at entry {number}; take another copy.",
                file=str(path),
                number=found.fault.number,
            )
        revision = migrations.current(connection) or ""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Copy(str(path), path.stat().st_size, digest, revision, found.head)


def restore(path: Path, address: str) -> Copy:
    """Put a copy where no bank is yet. Refused where there is one: `replace` is the act for that."""
    target = file_of(address)
    if target.exists() and target.stat().st_size:
        raise Refused(
            "restore.exists",
            "There is already a bank at {address}; to put the copy in its place, say so with --replace.",
            address=str(target),
        )
    copy = _checked(path, target)
    _copy_into(path, target)
    return copy


def replace(path: Path, address: str, stamp: str) -> tuple[Copy, str]:
    """Put a copy in the place of a bank that nobody else has open; the old one is kept beside it, under `stamp`."""
    target = file_of(address)
    copy = _checked(path, target)
    if not target.exists():
        _copy_into(path, target)
        return copy, ""
    _close_down(target)
    kept = target.with_name(f"{target.name}.before-{stamp}")
    if kept.exists():
        raise Refused("restore.kept", "{file} is already there; nothing was changed.", file=str(kept))
    # The old bank keeps its name until the copy stands whole beside it.
    part = _beside(target, "restoring")
    try:
        _copy_file(path, part)
        os.link(target, kept)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _keep(target.parent)
    return copy, str(kept)


@contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """A connection to a file that is only read: nothing is created beside it."""
    if not path.is_file():
        raise Unreachable("file.absent", "There is no file {file}.", file=str(path))
    module = sqlite_module()

    def connect() -> Any:
        return module.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True, check_same_thread=False)

    engine = create_engine("sqlite+pysqlite://", creator=connect, module=module, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as fault:
        raise Refused(
            "backup.unreadable", "{file} is no copy of a bank: {detail}", file=str(path), detail=str(fault.orig)
        ) from fault
    finally:
        engine.dispose()


def file_of(address: str) -> Path:
    """The file of an SQLite bank's address; Refused for a server's."""
    if "://" not in address:
        return Path(address)
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        raise Refused("restore.postgres", "A PostgreSQL bank is restored with pg_restore.")
    return Path(url.database or "")


def _checked(path: Path, target: Path) -> Copy:
    if not target.parent.is_dir():
        raise Unreachable("folder.absent", "There is no folder {folder}.", folder=str(target.parent))
    refuse_network_drive(target)
    return verify(path)


def _copy_into(path: Path, target: Path) -> None:
    part = _beside(target, "restoring")
    try:
        _copy_file(path, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _keep(target.parent)


def _copy_file(path: Path, part: Path) -> None:
    module = sqlite_module()
    source = module.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)
    with closing(source), closing(module.connect(str(part))) as copy:
        source.backup(copy)
    _keep(part)


def _close_down(target: Path) -> None:
    """Take a bank out of WAL mode, which only works while nobody else has it open."""
    module = sqlite_module()
    with closing(module.connect(str(target), timeout=1.0)) as connection:
        try:
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        except module.OperationalError as busy:
            raise Unreachable(
                "restore.busy", "Others have {address} open; ask them to leave, then try again.", address=str(target)
            ) from busy
        except module.DatabaseError:
            # Too damaged to be read: that is what the copy is for.
            return
    if mode != "delete":
        raise Unreachable(
            "restore.busy", "Others have {address} open; ask them to leave, then try again.", address=str(target)
        )


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{ending}")


def _keep(path: Path) -> None:
    """Have the disk keep a file, or a folder's names, before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
