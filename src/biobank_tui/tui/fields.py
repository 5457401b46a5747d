"""What a form can ask, as data, and how what was typed becomes a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from biobank_tui.words import _


class Kind(StrEnum):
    """What a field takes, and what its value is in the form's answer."""

    TEXT = "text"  # str
    SECRET = "secret"  # str, not shown while typed
    NUMBER = "number"  # Decimal, or None where empty
    DATE = "date"  # ISO 8601 str, whole or partial (2021, 2021-03), or None
    CHOICE = "choice"  # the option's key, or None
    MANY = "many"  # tuple of option keys


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose. detail: shown beside it, quieter."""

    key: str
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form.

    check: given the value, returns None or the sentence why it cannot be taken; hint: shown where nothing
    is typed yet; value: what stands there at first (for MANY, keys separated by commas).
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    options: Sequence[Option] = ()
    value: str = ""
    required: bool = True
    check: Callable[[Any], str | None] | None = None
    hint: str = ""


class Unfit(ValueError):
    """What was typed cannot be taken; str() is the sentence."""


LARGEST: Final = 18
"""Digits before or after the point that a number has at most."""

_TIME = r"[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-]\d{2}:?\d{2})?"
_DATE = re.compile(rf"\d{{4}}(-\d{{2}}(-\d{{2}}({_TIME})?)?)?", re.ASCII)


def value_of(field: Field, raw: str) -> Any:
    """The value of what was typed; raises Unfit with the sentence to show."""
    raw = raw.strip() if field.kind is not Kind.SECRET else raw
    if not raw:
        if field.required:
            raise Unfit(_("{field} is needed.").format(field=field.label))
        value: Any = () if field.kind is Kind.MANY else "" if field.kind in (Kind.TEXT, Kind.SECRET) else None
    else:
        value = _READERS.get(field.kind, _same)(field, raw)
    problem = field.check(value) if field.check and (raw or field.required) else None
    if problem:
        raise Unfit(problem)
    return value


def _same(field: Field, raw: str) -> str:
    return raw


def _number(field: Field, raw: str) -> Decimal:
    text = raw.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace("−", "-")
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > LARGEST:
        raise Unfit(_("{value} is not a number: write 12 or 0.5.").format(value=raw))
    return number


def _date(field: Field, raw: str) -> str:
    text = raw.upper()
    if _DATE.fullmatch(text):
        parts = [int(part) for part in text[:10].split("-")]
        try:
            date(*[*parts, 1, 1][:3])
        except ValueError:
            pass
        else:
            return text
    raise Unfit(_("{value} is not a date: write 2024-03-09 10:15, 2024-03-09, 2024-03 or 2024.").format(value=raw))


def _choice(field: Field, raw: str) -> str:
    if raw not in {option.key for option in field.options}:
        raise Unfit(_("{value} is not one of the choices.").format(value=raw))
    return raw


def _many(field: Field, raw: str) -> tuple[str, ...]:
    return tuple(_choice(field, part.strip()) for part in raw.split(",") if part.strip())


_READERS: dict[Kind, Callable[[Field, str], Any]] = {
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.CHOICE: _choice,
    Kind.MANY: _many,
}
