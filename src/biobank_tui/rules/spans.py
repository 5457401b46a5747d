"""What a term of the filter language takes of an ordered column, as spans of its values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from biobank_tui.rules import amounts
from biobank_tui.rules.diseases import bounds
from biobank_tui.rules.query import Op, Term

LAST = "\U0010ffff"
"""Sorts after every text that begins alike."""


@dataclass(frozen=True, slots=True)
class Span:
    """Values from low (included) to high (included where `closed`); None is an open end."""

    low: Any = None
    high: Any = None
    closed: bool = False

    def __contains__(self, value: Any) -> bool:
        if value is None:
            return False
        if self.low is not None and value < self.low:
            return False
        return self.high is None or value < self.high or (self.closed and value == self.high)


def texts(term: Term, fold: Callable[[str], Sequence[str]] = lambda value: (value,)) -> tuple[Span, ...]:
    """Of text: the values themselves, what begins with them, or a range whose end covers what begins with it."""
    if term.op is Op.RANGE:
        low, high = term.values
        return (Span(low or None, high + LAST if high else None),)
    if term.op is Op.PREFIX:
        return tuple(_begun(form) for value in term.values for form in fold(value))
    return tuple(Span(form, form, closed=True) for value in term.values for form in fold(value))


def codes(term: Term) -> tuple[Span, ...]:
    """Of codes: as written or in capitals."""
    return texts(term, lambda value: sorted({value, value.upper()}))


def moments(term: Term) -> tuple[Span, ...]:
    """Of partial dates: a moment stands for all that lies within it."""
    if term.op is Op.IS:
        return tuple(_begun(value) for value in term.values)
    return texts(term)


def diseases(term: Term) -> tuple[Span, ...]:
    """Of disease codes: each covers what is below it."""
    if term.op is Op.PREFIX:
        return (Span(),)
    return tuple(Span(low, high) for value in term.values for low, high in bounds(value))


def counts(term: Term) -> tuple[Span, ...]:
    """Of whole numbers."""
    if term.op is Op.RANGE:
        low, high = (int(value) if value else None for value in term.values)
        return (Span(low, high, closed=True),)
    return tuple(Span(int(value), int(value), closed=True) for value in term.values)


def measures(term: Term) -> tuple[Span, ...]:
    """Of amounts, in the base unit of the term's dimension."""
    if term.op is Op.PREFIX:
        return (Span(),)
    bases = [amounts.parse(value).base if value else None for value in term.values]
    if term.op is Op.RANGE:
        return (Span(bases[0], bases[1], closed=True),)
    return tuple(Span(base, base, closed=True) for base in bases)


def _begun(start: str) -> Span:
    return Span(start, start + LAST) if start else Span()
