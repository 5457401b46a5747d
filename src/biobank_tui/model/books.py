"""The bank's own books: its settings, its counters, its ledger and the tallies kept beside the samples."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from biobank_tui.model.columns import STRICT, Id, Words, key, link, text, whole


class Setting(SQLModel, table=True):
    """A named value of this bank: its name, the small-cell limit, how long reservations stand."""

    __table_args__ = (STRICT,)

    name: str = Field(primary_key=True, sa_type=Words)
    value: str = text()


class Serial(SQLModel, table=True):
    """The next number of a noun and the prefix its codes begin with; it only ever grows."""

    __table_args__ = (CheckConstraint("next > 0", name="next_positive"), STRICT)

    noun: str = Field(primary_key=True, sa_type=Words)
    prefix: str = text()
    next: int = whole(default=1)


class LedgerEntry(SQLModel, table=True):
    """One act: who, in which role, when, from where, why; its records' digest; and the chain.

    previous, hash: SHA-256 (hex). key: the caller's idempotency key. facts: JSON for the reader.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        Index("ledger_entry_key", "key", unique=True),
        Index("ledger_entry_actor", "actor_id", "number"),
        STRICT,
    )

    number: int = key()
    at: str = text()
    actor_id: int | None = link("person.id", nullable=True)
    actor: str = text()
    role: str = text()
    workstation: str = text()
    verb: str = text()
    reason: str | None = text(nullable=True)
    subject: str | None = text(nullable=True)
    facts: str = text(default="{}")
    key: str | None = text(nullable=True)
    count: int = whole(default=0)
    digest: str = text()
    previous: str = text()
    hash: str = text()


class LedgerRecord(SQLModel, table=True):
    """What an entry did to one row. change: JSON, {"field": [before, after]}; {"field": after} where the row is new."""

    __tablename__ = "ledger_record"
    __table_args__ = (
        Index("ledger_record_target", "noun", "target_id"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    entry: int = key()
    seq: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    noun: str = text()
    target_id: int = whole()
    change: str = text()


class SampleTally(SQLModel, table=True):
    """How many samples there are of each combination of facets; kept in the act that changes them.

    Empty values stand as '' so that every combination is one row.
    """

    __tablename__ = "sample_tally"
    __table_args__ = (
        Index("sample_tally_diagnosis", "diagnosis", "custodian_id", "n"),
        CheckConstraint("n >= 0", name="n_not_negative"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    material: str = Field(primary_key=True, sa_type=Words)
    status: str = Field(primary_key=True, sa_type=Words)
    kind: str = Field(primary_key=True, sa_type=Words)
    diagnosis: str = Field(primary_key=True, sa_type=Words)
    custodian_id: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    n: int = whole()


class UsableTally(SQLModel, table=True):
    """How many samples are available, under no hold and not empty; profile_id 0: no consent in force."""

    __tablename__ = "usable_tally"
    __table_args__ = (
        CheckConstraint("n >= 0", name="n_not_negative"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    material: str = Field(primary_key=True, sa_type=Words)
    diagnosis: str = Field(primary_key=True, sa_type=Words)
    profile_id: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    n: int = whole()
