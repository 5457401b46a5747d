"""The schema's versions: what a bank is at, what the program wants, and how to get there."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from biobank_tui.bank.dialects import APPLICATION_ID, is_sqlite
from biobank_tui.paths import schema_dir
from biobank_tui.rules.errors import Refused

if TYPE_CHECKING:
    from alembic.config import Config


def newest() -> str:
    """The revision this program wants: the last file of the migrations folder."""
    folder = schema_dir() / "migrations" / "versions"
    return max(path.stem.split("_", 1)[0] for path in folder.glob("[0-9]*.py"))


def current(connection: Connection) -> str | None:
    """The revision the bank is at; None where it is no bank at all."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def require_newest(connection: Connection, address: str) -> None:
    """Raise Refused unless this is a bank, at the revision the program wants."""
    if is_sqlite(connection) and connection.scalar(text("PRAGMA application_id")) != APPLICATION_ID:
        raise Refused(
            "bank.not_a_bank",
            "{address} is not a biobank file; create one with: biobank init",
            address=address,
        )
    at = current(connection)
    if at is None:
        raise Refused("bank.not_a_bank", "{address} holds no bank; create one with: biobank init", address=address)
    if at < newest():
        raise Refused(
            "bank.old",
            "{address} was made by an older version; back it up, then run: biobank migrate",
            address=address,
        )
    if at > newest():
        raise Refused("bank.new", "{address} was made by a newer version of this program; update it.", address=address)


def upgrade(connection: Connection) -> tuple[str | None, str]:
    """Bring the bank to the newest revision within the open transaction: (from, to)."""
    from alembic import command

    before = current(connection)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return before, newest()


def _config() -> Config:
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(schema_dir() / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
