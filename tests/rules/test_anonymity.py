from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biobank_tui.rules.anonymity import blurred, judge, level, suggest
from biobank_tui.rules.errors import Refused


def test_a_class_is_counted_by_its_donors_and_not_by_its_rows() -> None:
    keys = [("C50", "1958")] * 6
    assert judge(keys, [1, 1, 1, 1, 1, 2], 5, linked=False).k == 2
    assert judge(keys, [1, 2, 3, 4, 5, 6], 5, linked=False).breaking == ()


def test_the_rows_that_break_k_are_named() -> None:
    keys = [("C50",)] * 3 + [("C34",)]
    found = judge(keys, [1, 2, 3, 4], 2, linked=False)
    assert (found.k, found.donors, found.breaking) == (1, 4, (3,))


def test_where_rows_are_linked_donors_are_alike_only_when_all_their_rows_are() -> None:
    keys = [("2020",), ("2021",), ("2020",), ("2021",), ("2020",)]
    owners = [1, 1, 2, 2, 3]
    assert judge(keys, owners, 2, linked=False).breaking == ()
    assert judge(keys, owners, 2, linked=True).breaking == (4,)


@pytest.mark.parametrize(
    ("column", "name", "exact", "told"),
    [
        ("birth_year", "5 years", "1958", "1955-1959"),
        ("birth_year", "10 years", "1958", "1950-1959"),
        ("birth_year", "20 years", "1999", "1980-1999"),
        ("diagnosis", "category", "C50.4", "C50"),
        ("diagnosis", "chapter", "C50.4", "C"),
        ("collected", "month", "2021-03-04", "2021-03"),
        ("collected", "year", "2021", "2021"),
        ("sex", "hidden", "female", "*"),
    ],
)
def test_a_value_is_told_less_exactly(column: str, name: str, exact: str, told: str) -> None:
    assert level(column, name).blur(exact) == told


def test_an_unknown_level_or_column_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused, match="exact or 5 years or 10 years or 20 years or hidden"):
        level("birth_year", "3 years")
    with pytest.raises(Refused, match="no quasi-identifier"):
        level("note", "exact")


def test_advice_mends_the_table_with_as_little_blur_as_it_finds() -> None:
    rows = [{"birth_year": str(1950 + n % 10), "sex": "female"} for n in range(20)]
    owners = list(range(20))
    levels, left = suggest(rows, owners, ("birth_year", "sex"), {}, 5, linked=False)
    assert (levels, left) == ({"birth_year": "5 years"}, 0)
    assert judge(blurred(rows, ("birth_year", "sex"), levels), owners, 5, linked=False).k == 10


@given(
    rows=st.lists(
        st.tuples(st.integers(1900, 2010), st.sampled_from(["female", "male"]), st.integers(0, 30)), max_size=60
    ),
    k=st.integers(2, 6),
    linked=st.booleans(),
)
def test_what_is_left_after_withholding_always_reaches_k(
    rows: list[tuple[int, str, int]], k: int, linked: bool
) -> None:
    keys = [(str(year // 20), sex) for year, sex, _owner in rows]
    owners = [owner for _year, _sex, owner in rows]
    gone = set(judge(keys, owners, k, linked=linked).breaking)
    kept = [place for place in range(len(rows)) if place not in gone]
    left = judge([keys[place] for place in kept], [owners[place] for place in kept], k, linked=linked)
    assert not kept or left.k >= k
