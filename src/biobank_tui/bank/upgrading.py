"""A bank of an older version brought to this one, with a copy of it as it was."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from biobank_tui.bank import migrations
from biobank_tui.bank.bank import Bank, vacuum_into
from biobank_tui.bank.dialects import APPLICATION_ID, engine_for, is_sqlite
from biobank_tui.bank.violations import sentence_of
from biobank_tui.rules.errors import Refused, Unreachable


@dataclass(frozen=True, slots=True)
class Migrated:
    """before, after: revisions of the schema. kept: the copy of the bank as it was; empty where nothing was to do."""

    before: str
    after: str
    kept: str


def migrate(address: str) -> Migrated:
    """Bring a bank to the newest revision; an SQLite bank is copied first, beside itself."""
    if "://" not in address and not Path(address).exists():
        raise Unreachable(
            "bank.absent", "There is no bank at {address}; create one with: biobank init", address=address
        )
    with Bank(engine_for(address), address) as bank:
        with bank.read() as connection:
            sqlite = is_sqlite(connection)
            before = migrations.current(connection)
            stamped = not sqlite or connection.scalar(text("PRAGMA application_id")) == APPLICATION_ID
        if before is None or not stamped:
            raise Refused("bank.not_a_bank", "{address} holds no bank; create one with: biobank init", address=address)
        if before == migrations.newest():
            return Migrated(before, before, "")
        if before > migrations.newest():
            raise Refused(
                "bank.new", "{address} was made by a newer version of this program; update it.", address=address
            )
        kept = ""
        if sqlite:
            copy = Path(address).with_name(f"{Path(address).name}.revision-{before}")
            if copy.exists():
                raise Refused("backup.exists", "{file} is already there; nothing was written.", file=str(copy))
            vacuum_into(bank, copy)
            kept = str(copy)
        try:
            with bank.engine.connect().execution_options(writing=True) as connection, connection.begin():
                migrations.upgrade(connection)
        except DBAPIError as fault:
            raise sentence_of(fault) or fault from fault
        return Migrated(before, migrations.newest(), kept)
