"""What a field of an importable table is: its type, its limits, and what it says in both languages."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from biobank_tui.paths import schema_dir


class FieldType(StrEnum):
    TEXT = "text"
    CODE = "code"
    CHOICE = "choice"
    MOMENT = "moment"
    AMOUNT = "amount"
    NUMBER = "number"
    INTEGER = "integer"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Field:
    """One importable field. en, fr: what it says, for the contract. choices: the only values taken, where not empty.

    absent: the defect written where a required value is not there. unless: required, unless that other field says
    something, from which it then comes.
    """

    name: str
    type: FieldType
    en: str
    fr: str
    required: bool = False
    choices: tuple[str, ...] = ()
    pattern: str = ""
    least: int | None = None
    most: int | None = None
    miabis: str = ""
    unique: bool = False
    absent: str = "value.missing"
    unless: str = ""

    def wanting(self, given: Collection[str]) -> bool:
        """Whether a table whose fields are `given` lacks this one."""
        return self.name not in given and (self.required or bool(self.unless)) and self.unless not in given


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row: its fields, its key and what it refers to (field → kind and field)."""

    name: str
    en: str
    fr: str
    key: str
    fields: tuple[Field, ...]
    refers: tuple[tuple[str, str, str], ...] = ()

    def field(self, name: str) -> Field | None:
        """The field of that name, or of the family it belongs to (external.SYSTEM, answer.PERMISSION)."""
        family, dot, member = name.partition(".")
        wanted = f"{family}.*" if dot and member else name
        return next((field for field in self.fields if field.name == wanted), None)


@cache
def code_list(name: str) -> tuple[str, ...]:
    """The codes of one list of `schema/codes/miabis_values.csv`."""
    with (schema_dir() / "codes" / "miabis_values.csv").open(encoding="utf-8", newline="") as file:
        return tuple(row["fhir_code"] for row in csv.DictReader(file) if row["list"] == name and row["fhir_code"])
