"""Amounts: nothing is lost, nothing goes below zero, nothing is guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biobank_tui.rules.amounts import (
    LARGEST,
    Amount,
    Unit,
    convert,
    parse,
    show,
    take,
    to_base,
)
from biobank_tui.rules.errors import Refused

units = st.sampled_from(Unit)


@pytest.mark.parametrize(
    ("text", "base", "unit"),
    [
        ("200 µL", 200_000, Unit.MICROLITRE),
        ("200 uL", 200_000, Unit.MICROLITRE),
        ("200 μl", 200_000, Unit.MICROLITRE),
        ("0.2mL", 200_000, Unit.MILLILITRE),
        (".5 mg", 500_000_000, Unit.MILLIGRAM),
        ("3 pieces", 3, Unit.PIECES),
        ("1e6 cells", 1_000_000, Unit.CELLS),
        ("6.70 ng", 6_700, Unit.NANOGRAM),
        ("0 L", 0, Unit.LITRE),
    ],
)
def test_amounts_are_read_as_written(text: str, base: int, unit: Unit) -> None:
    assert parse(text) == Amount(base, unit)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,5 mL", "amount.number"),
        ("1 000 µL", "amount.number"),
        ("1.000.000 µL", "amount.number"),
        ("200", "amount.no_unit"),
        ("200 drops", "amount.unit"),
        ("-5 µL", "amount.negative"),
        ("−5 µL", "amount.negative"),
        ("plenty", "amount.form"),
        ("", "amount.form"),
        ("0.5 nL", "amount.precision"),
        ("0.5 cells", "amount.precision"),
        ("1e30 L", "amount.too_large"),
        ("1e999 L", "amount.too_large"),
        ("1e-999 L", "amount.precision"),
        ("nan µL", "amount.form"),
    ],
)
def test_what_is_unclear_or_impossible_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(text)
    assert caught.value.code == code
    assert str(caught.value)


def test_a_decimal_comma_is_taken_where_it_was_announced() -> None:
    assert parse("1,5 mL", decimal=",").base == 1_500_000
    with pytest.raises(Refused):
        parse("1.500 mL", decimal=",")


@given(st.integers(0, LARGEST), units)
def test_what_is_shown_reads_back_exactly(base: int, unit: Unit) -> None:
    assert parse(show(base, unit)) == Amount(base, unit)


@given(st.integers(0, 10**12), st.integers(0, 10**12), units)
def test_taking_never_goes_below_zero_and_loses_nothing(left: int, asked: int, unit: Unit) -> None:
    if asked <= left:
        assert take(Amount(left, unit), Amount(asked, unit)).base + asked == left
    else:
        with pytest.raises(Refused, match="asked"):
            take(Amount(left, unit), Amount(asked, unit))


def test_an_overdraw_is_refused_with_the_figure() -> None:
    with pytest.raises(Refused, match=r"300 µL asked, 0\.2 mL left"):
        take(parse("0.2 mL"), parse("300 µL"))


def test_units_convert_only_within_a_dimension() -> None:
    assert str(convert(parse("1500 µL"), Unit.MILLILITRE)) == "1.5 mL"
    with pytest.raises(Refused, match="mass"):
        convert(parse("5 ng"), Unit.MICROLITRE)
    assert to_base(Decimal("0.001"), Unit.MICROLITRE) == 1
