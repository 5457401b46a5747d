"""Moments: partial dates stay partial, and nothing ambiguous gets in."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.moments import (
    check_order,
    compare_partial,
    minutes_between,
    now_utc,
    parse_moment,
    show_local,
    span,
    today,
)

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "order", "canonical"),
    [
        ("2021", "iso", "2021"),
        ("2021-3", "iso", "2021-03"),
        ("2021-03-04", "iso", "2021-03-04"),
        ("20210304", "iso", "2021-03-04"),
        ("2021-03-04T10:15Z", "iso", "2021-03-04T10:15Z"),
        ("2021-03-04 10:15:30", "iso", "2021-03-04T09:15:30Z"),
        ("2021-07-04T10:15:30.250", "iso", "2021-07-04T08:15:30.250Z"),
        ("2021-03-04T00:15+01:00", "iso", "2021-03-03T23:15Z"),
        ("2021-03-04T10:15:00-0530", "iso", "2021-03-04T15:45:00Z"),
        ("04/03/2021", "dmy", "2021-03-04"),
        ("4.3.2021 10:15", "dmy", "2021-03-04T09:15Z"),
        ("03/04/2021 12:15 am", "mdy", "2021-03-03T23:15Z"),
        ("03/2021", "iso", "2021-03"),
        ("2021-03-04", "mdy", "2021-03-04"),
    ],
)
def test_dates_and_times_are_read_as_files_write_them(text: str, order: str, canonical: str) -> None:
    assert parse_moment(text, PARIS, order) == canonical  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        ("03/04/2021", "iso", "time.ambiguous"),
        ("03/04/21", "dmy", "time.year_short"),
        ("04/13/2021", "dmy", "time.form"),
        ("2021-02-30", "iso", "time.form"),
        ("2021-13", "iso", "time.form"),
        ("2021-03-04T25:00Z", "iso", "time.form"),
        ("0021-03-04", "iso", "time.year"),
        ("9999", "iso", "time.year"),
        ("soon", "iso", "time.form"),
        ("", "iso", "time.form"),
        ("2021-10-31T02:30", "iso", "time.clock_change"),
        ("2021-03-28T02:30", "iso", "time.clock_change"),
        ("2021-03-04 13:15 PM", "iso", "time.form"),
        ("2021-03-04T10:15+99:00", "iso", "time.form"),
        ("٢٠٢١", "iso", "time.form"),
    ],
)
def test_what_may_be_read_in_two_ways_is_refused(text: str, order: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_moment(text, PARIS, order)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert str(caught.value)


def test_a_time_without_a_zone_needs_one() -> None:
    with pytest.raises(Refused, match="time zone"):
        parse_moment("2021-03-04T10:15")


days = st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(str)
moments = st.one_of(
    days,
    st.tuples(days, st.times()).map(lambda at: f"{at[0]}T{at[1]:%H:%M}Z"),
    st.tuples(days, st.times()).map(lambda at: f"{at[0]}T{at[1]:%H:%M:%S}Z"),
    st.integers(1900, 2100).map(str),
    st.tuples(st.integers(1900, 2100), st.integers(1, 12)).map(lambda ym: f"{ym[0]}-{ym[1]:02}"),
)


@given(moments)
def test_what_is_canonical_stays_as_it_is(moment: str) -> None:
    assert parse_moment(moment) == moment


@given(moments, moments)
def test_comparing_is_the_same_from_both_sides(a: str, b: str) -> None:
    forth, back = compare_partial(a, b), compare_partial(b, a)
    assert forth == (None if back is None else -back)


@given(moments)
def test_a_span_holds_the_moment_itself(moment: str) -> None:
    low, high = span(moment)
    assert low <= moment < high


@pytest.mark.parametrize(
    ("a", "b", "sign"),
    [
        ("2021", "2021-03", None),
        ("2021", "2022-01", -1),
        ("2021-03-04", "2021-03-03", 1),
        ("2021-03-04T10:15Z", "2021-03-04T10:15:30Z", None),
        ("2021-03-04T10:15Z", "2021-03-04T10:16:30Z", -1),
        ("2021-03-04", "2021-03-04T10:15Z", None),
        # 08:30 on the fourth in Tokyo.
        ("2021-03-04", "2021-03-03T23:30Z", None),
        ("2021-03-04", "2021-03-02T23:30Z", 1),
        ("2020-12-31T08:00Z", "2021", -1),
        ("2021-03-04", "2021-03-04", 0),
    ],
)
def test_only_what_is_sure_is_said(a: str, b: str, sign: int | None) -> None:
    assert compare_partial(a, b) == sign


def test_times_provably_out_of_order_are_refused_with_both() -> None:
    check_order("2021", "2021-03-04", None, "2021-03-04T10:15Z")
    check_order(None, None, None, None)
    with pytest.raises(Refused, match="frozen 2021-03-01 is before collected 2021-03-04"):
        check_order("2021-03-04", None, None, "2021-03-01")


def test_minutes_need_a_time_on_both_sides() -> None:
    assert minutes_between("2021-03-04T10:15Z", "2021-03-04T11:00:30Z") == 45.5
    assert minutes_between("2021-03-04", "2021-03-04T11:00Z") is None


@pytest.mark.parametrize(
    ("moment", "bounds"),
    [
        ("2021", ("2021", "2022")),
        ("2021-12", ("2021-12", "2022-01")),
        ("2021-02", ("2021-02", "2021-03")),
        ("2021-12-31", ("2021-12-31", "2022-01-01")),
    ],
)
def test_a_span_ends_where_the_next_begins(moment: str, bounds: tuple[str, str]) -> None:
    assert span(moment) == bounds


def test_the_screen_shows_wall_time_and_the_store_utc() -> None:
    assert show_local("2021-07-04T10:15:30Z", PARIS) == "2021-07-04 12:15"
    assert show_local("2021-07", PARIS) == "2021-07"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", now_utc())
    assert abs((today() - datetime.now(UTC).date()).days) <= 1
