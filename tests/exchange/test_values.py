"""Text becomes values a column at a time, and never by guessing."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from biobank_tui.exchange.values import amounts, choices, integers, moments, numbers
from biobank_tui.rules.amounts import Unit, parse
from biobank_tui.rules.errors import Refused


def texts(*values: str | None) -> pl.Series:
    return pl.Series(values, dtype=pl.String)


def test_moments_stay_as_partial_as_they_are() -> None:
    assert moments(texts("2021", "2021-03", "2021-03-04", "2021-03-04T10:15Z", None), "iso", "UTC").to_list() == [
        "2021",
        "2021-03",
        "2021-03-04",
        "2021-03-04T10:15Z",
        None,
    ]


def test_a_time_without_a_zone_takes_the_zone_of_the_import() -> None:
    assert moments(texts("2021-07-04 10:15", "2021-01-04T10:15"), "iso", "Europe/Paris").to_list() == [
        "2021-07-04T08:15Z",
        "2021-01-04T09:15Z",
    ]


def test_the_order_of_day_and_month_comes_from_the_map_alone() -> None:
    said = texts("04/03/2021", "2021-03-04")
    assert moments(said, "dmy", "UTC").to_list() == ["2021-03-04", "2021-03-04"]
    assert moments(said, "mdy", "UTC").to_list() == ["2021-04-03", "2021-03-04"]
    assert moments(said, "iso", "UTC").to_list() == [None, "2021-03-04"]


def test_days_that_never_were_are_no_moments() -> None:
    assert moments(texts("2021-02-30", "0021-01-01", "soon"), "iso", "UTC").to_list() == [None, None, None]


def test_epoch_seconds_are_read_where_the_map_says_so() -> None:
    assert moments(texts("1614852900", "1614852900.0"), "epoch", "UTC").to_list() == ["2021-03-04T10:15:00Z"] * 2


def test_amounts_become_whole_base_units() -> None:
    read = amounts(texts("250", "0.5", "6.70", "250 ul", "1e3"), texts("µL", "uL", "ML", None, "ng"))
    assert read["base"].to_list() == [250_000, 500, 6_700_000, 250_000, 1_000_000]
    assert read["unit"].to_list() == ["µL", "µL", "mL", "µL", "ng"]


def test_what_is_wrong_with_an_amount_is_named() -> None:
    read = amounts(texts("-1", "x", "0.0000001", "7", "5"), texts("uL", "uL", "uL", "furlong", None))
    assert read["code"].to_list() == ["number.range", "amount.bad", "amount.fine", "amount.unit", "amount.unit"]


def test_a_decimal_comma_counts_only_where_it_is_announced() -> None:
    assert amounts(texts("1,5"), texts("mL"), ",")["base"].to_list() == [1_500_000]
    assert amounts(texts("1,5"), texts("mL"))["code"].to_list() == ["amount.bad"]
    assert numbers(texts("1,5"), ",").to_list() == [1.5]
    assert numbers(texts("1,5")).to_list() == [None]


@given(st.decimals(min_value=0, max_value=99_999, places=3, allow_nan=False).map(str), st.sampled_from([*Unit]))
def test_the_columns_read_amounts_as_the_rule_reads_each(number: str, unit: Unit) -> None:
    try:
        wanted = parse(number, unit).base
    except Refused:
        wanted = None
    assert amounts(texts(number), texts(unit))["base"].to_list() == [wanted]


def test_whole_numbers_and_choices_are_not_guessed() -> None:
    assert integers(texts("5", "5.0", "05", "x", None)).to_list() == [5, None, 5, None, None]
    assert choices(texts("PLASMA", "plasma ", "?"), ("Plasma", "Serum")).to_list() == ["Plasma", None, None]
