"""Column types that mean the same on SQLite (STRICT tables) and PostgreSQL, and checks built from enumerations."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import REAL, BigInteger, CheckConstraint, Double, ForeignKey, Integer, Table, Text
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

Id = BigInteger().with_variant(Integer, "sqlite")
Real: TypeEngine[float] = Double().with_variant(REAL, "sqlite")
Words = Text().with_variant(Text(collation="C"), "postgresql")

STRICT: dict[str, Any] = {"sqlite_strict": True}


def table(noun: type[SQLModel]) -> Table:
    """The Core table of a model."""
    found: Table = noun.__table__  # type: ignore[attr-defined]
    return found


def key() -> Any:
    """The primary key; always given by the bank's own counters, so that ids and codes are never reused."""
    return Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})


def text(*, unique: bool = False, nullable: bool = False, default: Any = ...) -> Any:
    """A text column; nullable ones default to None."""
    if nullable and default is ...:
        default = None
    return Field(default=default, sa_type=Words, unique=unique, nullable=nullable)


def whole(*, unique: bool = False, nullable: bool = False, default: Any = ...) -> Any:
    """A 64-bit whole number."""
    if nullable and default is ...:
        default = None
    return Field(default=default, sa_type=Id, unique=unique, nullable=nullable)


def real() -> Any:
    """A double, or nothing."""
    return Field(default=None, sa_type=Real, nullable=True)


def link(target: str, *, nullable: bool = False, primary_key: bool = False) -> Any:
    """A reference to another table's id."""
    if primary_key:
        return Field(
            primary_key=True,
            sa_type=Id,
            sa_column_args=[ForeignKey(target)],
            sa_column_kwargs={"autoincrement": False},
        )
    if nullable:
        return Field(default=None, sa_type=Id, sa_column_args=[ForeignKey(target)], nullable=True)
    return Field(sa_type=Id, sa_column_args=[ForeignKey(target)], nullable=False)


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """A check that a text column holds one of the enumeration's values."""
    # Not IN: SQLite builds a small table for its list anew with every row written.
    return CheckConstraint(" OR ".join(f"{column} = '{value}'" for value in values), name=f"{column}_known")


def not_before(earlier: str, later: str) -> str:
    """SQL: `later` is not before `earlier`, as far as both say.

    Of a day and a UTC time only the years are compared, and not over New Year: the day is local, and zones reach
    a day either way.
    """
    a, b = f"substr({earlier}, 1, 16)", f"substr({later}, 1, 16)"
    return (
        # Texts in order stay so when cut to one length; only the others are looked at closely.
        f"({earlier} IS NULL OR {later} IS NULL OR {earlier} <= {later} OR"
        f" CASE WHEN (length({earlier}) > 10) = (length({later}) > 10)"
        f" THEN substr({a}, 1, length({b})) <= substr({b}, 1, length({a}))"
        f" ELSE substr({a}, 1, 4) <= substr({b}, 1, 4) OR substr({a}, 6, 5) IN ('', '01', '01-01') END)"
    )
