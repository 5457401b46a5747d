"""How the bank is: its schema, how much it holds, and what it has set for itself."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from biobank_tui.bank import ledger, migrations
from biobank_tui.bank.settings import SETTINGS, setting
from biobank_tui.model.tables import DONOR, ORGANISATION, PERSON, PROJECT, SAMPLE_TALLY, STORAGE_UNIT
from biobank_tui.words import _


@dataclass(frozen=True, slots=True)
class Condition:
    """revision: of the schema. entries: acts in the ledger."""

    name: str
    revision: str
    organisations: int
    people: int
    donors: int
    samples: int
    units: int
    projects: int
    entries: int


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One of the bank's settings."""

    name: str
    value: str
    meaning: str


def condition(connection: Connection) -> Condition:
    """The bank's figures; samples from the kept tally, so that it is quick at any size."""

    def count(table: Table) -> int:
        return connection.scalar(select(func.count()).select_from(table)) or 0

    return Condition(
        name=setting(connection, "name"),
        revision=migrations.current(connection) or "",
        organisations=count(ORGANISATION),
        people=count(PERSON),
        donors=count(DONOR),
        samples=connection.scalar(select(func.coalesce(func.sum(SAMPLE_TALLY.c.n), 0))) or 0,
        units=count(STORAGE_UNIT),
        projects=count(PROJECT),
        entries=ledger.head(connection)[0],
    )


def settings(connection: Connection) -> tuple[SettingRow, ...]:
    """All settings of the bank with the values in force."""
    return tuple(SettingRow(name, setting(connection, name), _(each.meaning)) for name, each in SETTINGS.items())
