"""Amounts: whole numbers of a base unit, so that nothing is lost when microlitres are added and taken.

Base units: nanolitre for volume, picogram for mass, one for cells and for pieces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from enum import StrEnum

from biobank_tui.rules.errors import Refused


class Dimension(StrEnum):
    VOLUME = "volume"
    MASS = "mass"
    CELLS = "cells"
    PIECES = "pieces"


class Unit(StrEnum):
    """Units as they are shown; µ is U+00B5."""

    NANOLITRE = "nL"
    MICROLITRE = "µL"
    MILLILITRE = "mL"
    LITRE = "L"
    PICOGRAM = "pg"
    NANOGRAM = "ng"
    MICROGRAM = "µg"
    MILLIGRAM = "mg"
    GRAM = "g"
    CELLS = "cells"
    PIECES = "pieces"

    @property
    def dimension(self) -> Dimension:
        return _SCALE[self][0]

    @property
    def factor(self) -> int:
        """How many base units one of it is."""
        return _SCALE[self][1]


_SCALE: dict[Unit, tuple[Dimension, int]] = {
    Unit.NANOLITRE: (Dimension.VOLUME, 1),
    Unit.MICROLITRE: (Dimension.VOLUME, 10**3),
    Unit.MILLILITRE: (Dimension.VOLUME, 10**6),
    Unit.LITRE: (Dimension.VOLUME, 10**9),
    Unit.PICOGRAM: (Dimension.MASS, 1),
    Unit.NANOGRAM: (Dimension.MASS, 10**3),
    Unit.MICROGRAM: (Dimension.MASS, 10**6),
    Unit.MILLIGRAM: (Dimension.MASS, 10**9),
    Unit.GRAM: (Dimension.MASS, 10**12),
    Unit.CELLS: (Dimension.CELLS, 1),
    Unit.PIECES: (Dimension.PIECES, 1),
}

BASE: dict[Dimension, Unit] = {dimension: unit for unit, (dimension, factor) in _SCALE.items() if factor == 1}

LARGEST = 2**63 - 1
"""The most base units a bank can hold in one column."""

_SPELLINGS = {
    **{str(unit).casefold(): unit for unit in Unit},
    **{str(unit).replace("µ", letter).casefold(): unit for unit in Unit for letter in ("u", "μ")},
    "cell": Unit.CELLS,
    "piece": Unit.PIECES,
    "pcs": Unit.PIECES,
}
_WRITTEN = re.compile(r"(?P<number>[+\-−]?[\d.,'’\s]*\d[.,]?(?:[eE][+-]?\d{1,3})?)\s*(?P<unit>[^\W\d_]*)")
_EXACT = Context(prec=100)


@dataclass(frozen=True, slots=True)
class Amount:
    """base: whole base units of the dimension of `unit`; unit: how it is shown (its stored word will do)."""

    base: int
    unit: Unit

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", Unit(self.unit))

    def __str__(self) -> str:
        return show(self.base, self.unit)


def unit_of(text: str) -> Unit:
    """The unit a word stands for: any case, u or either mu for micro."""
    found = _SPELLINGS.get(text.strip().casefold())
    if found is None:
        raise Refused("amount.unit", "There is no unit {unit}; there are {units}.", unit=text, units=", ".join(Unit))
    return found


def parse(text: str, unit: Unit | None = None, decimal: str = ".") -> Amount:
    """Read "200 µL" or "0.2mL"; a bare number takes the `unit` given.

    decimal is the only mark taken for decimals: "1,5 mL" is refused unless it is "," — it might mean fifteen.
    """
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise Refused("amount.form", "{text} is no amount; a number and a unit are, as in 200 µL.", text=text)
    number = _number(written["number"], decimal)
    if written["unit"]:
        unit = unit_of(written["unit"])
    if unit is None:
        raise Refused(
            "amount.no_unit",
            "{text} has no unit; give one of {units}.",
            text=text,
            units=", ".join(Unit),
        )
    return Amount(to_base(number, unit), unit)


def to_base(number: Decimal | str | int, unit: Unit) -> int:
    """Whole base units of a number; Refused when it is finer than the base unit can hold."""
    scaled = _scaled(number, unit)
    whole = int(scaled)
    if whole != scaled:
        raise Refused(
            "amount.precision",
            "{number} {unit} is finer than the bank keeps: the smallest step is 1 {smallest}.",
            number=number,
            unit=str(unit),
            smallest=str(BASE[unit.dimension]),
        )
    return whole


def show(base: int, unit: Unit) -> str:
    """The figure with its unit, "200 µL": exact, without trailing zeros."""
    unit = Unit(unit)
    number = _EXACT.divide(Decimal(base), Decimal(unit.factor))
    digits = f"{number:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return f"{digits} {unit}"


def convert(amount: Amount, unit: Unit) -> Amount:
    """The same amount shown in another unit of its dimension."""
    if unit.dimension is not amount.unit.dimension:
        raise Refused(
            "amount.dimension",
            "{amount} is {dimension}; it cannot be told in {unit}.",
            amount=str(amount),
            dimension=str(amount.unit.dimension),
            unit=str(unit),
        )
    return Amount(amount.base, unit)


def take(remaining: Amount, asked: Amount) -> Amount:
    """What is left of `remaining`, in its unit; an overdraw is refused with the figures, never clamped."""
    taken = convert(asked, remaining.unit)
    if taken.base < 0:
        raise Refused("amount.negative", "{amount} is below zero; no amount is.", amount=str(asked))
    if taken.base > remaining.base:
        raise Refused(
            "amount.overdraw",
            "This is more than the tube holds: {asked} asked, {remaining} left.",
            asked=str(asked),
            remaining=str(remaining),
        )
    return Amount(remaining.base - taken.base, remaining.unit)


def _number(text: str, decimal: str) -> Decimal:
    plain = text.replace("−", "-")
    if decimal == ",":
        plain = plain.replace(",", "\0").replace(".", ",").replace("\0", ".")
    try:
        if "," in plain or any(char.isspace() or char in "'’" for char in plain):
            raise InvalidOperation
        return Decimal(plain)
    except InvalidOperation:
        raise Refused(
            "amount.number",
            "{text} may be read in two ways; write it with {decimal} for decimals and nothing between thousands.",
            text=text.strip(),
            decimal=decimal,
        ) from None


def _scaled(number: Decimal | str | int, unit: Unit) -> Decimal:
    try:
        value = Decimal(number)
    except InvalidOperation:
        raise Refused("amount.form", "{text} is no number.", text=number) from None
    if not value.is_finite():
        raise Refused("amount.form", "{text} is no number.", text=number)
    if value < 0:
        raise Refused("amount.negative", "{amount} is below zero; no amount is.", amount=f"{number} {unit}")
    # Checked by magnitude first: 1e999999 must not be multiplied out.
    if value and (value.adjusted() > 20 or value * unit.factor > LARGEST):
        raise Refused(
            "amount.too_large",
            "{number} {unit} is more than a bank can hold; the most is {largest}.",
            number=number,
            unit=str(unit),
            largest=show(LARGEST, unit),
        )
    if value.adjusted() < -40:
        return Decimal("1e-40")
    return _EXACT.multiply(value, Decimal(unit.factor))
