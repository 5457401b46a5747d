"""Diseases: an ancestor covers what is below it, a range its members, and nothing else is covered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biobank_tui.rules.diseases import (
    bounds,
    covers,
    covers_range,
    normalise,
    normalise_range,
)
from biobank_tui.rules.errors import Refused

codes = st.builds(
    lambda letter, number, sub: f"{letter}{number:02}" + (f".{sub}" if sub is not None else ""),
    st.sampled_from("ABCDE"),
    st.integers(0, 99),
    st.none() | st.integers(0, 9),
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("c50", "C50"),
        ("C504", "C50.4"),
        (" c50.4 ", "C50.4"),
        ("C50.41", "C50.41"),
        ("M8500/3", "8500/3"),
        ("M-8500/3", "8500/3"),
        ("85003", "8500/3"),
        ("8500", "8500"),
        ("A17.0†", "A17.0"),
        ("C4A.1", "C4A.1"),
        ("mondo:0007254", "MONDO:0007254"),
    ],
)
def test_codes_get_one_spelling(text: str, code: str) -> None:
    assert normalise(text) == code
    assert normalise(code) == code


@pytest.mark.parametrize("text", ["", "breast", "50.4", "C5", "C50.", "[Not Available]", "8500/"])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        normalise(text)


@pytest.mark.parametrize(
    ("range_text", "code", "answer"),
    [
        ("C50", "C50.4", True),
        ("C50", "C50", True),
        ("C50.*", "C50.4", True),
        ("C50*", "C50.4", True),
        ("C5*", "C58", True),
        ("C", "C61", True),
        ("C50.4", "C50", False),
        ("C50.4", "C50.41", True),
        ("C50", "C51", False),
        ("C50-C58", "C50", True),
        ("C50-C58", "C54.1", True),
        ("C50-C58", "C58.9", True),
        ("C50-C58", "C59", False),
        ("C00–D48", "D05.1", True),
        ("C50.1-C50.4", "C50.4", True),
        ("C50.1-C50.4", "C50.5", False),
        ("C50.1-C50.4", "C50", False),
        ("C50, C61", "C61.9", True),
        ("8500", "8500/3", True),
        ("8500/3", "8500/2", False),
        ("8500-8549", "8520/3", True),
        ("M8500/3", "8500/3", True),
        ("MONDO:0007254", "mondo:0007254", True),
        ("MONDO:0007254", "MONDO:00072541", False),
        ("nonsense", "C50", False),
        ("C58-C50", "C54", False),
        ("C50", "nonsense", False),
        ("", "C50", False),
    ],
)
def test_an_ancestor_covers_its_descendants_and_a_range_its_members(range_text: str, code: str, answer: bool) -> None:
    assert covers(range_text, code) is answer


@given(codes, codes)
def test_covering_is_being_below(a: str, b: str) -> None:
    assert covers(a, b) is (b == a or b.startswith(a + ".") or (a in b and "." in a))


@given(codes, codes)
def test_a_range_covers_both_its_ends(a: str, b: str) -> None:
    low, high = sorted((a, b))
    assert covers(f"{low}-{high}", low)
    assert covers(f"{low}-{high}", high)
    assert covers_range(f"{low}-{high}", high)
    assert not covers_range(high, f"{low}-{high}") or low == high


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("c50 – c58", "C50-C58"),
        ("C50.*", "C50"),
        ("c5*", "C5*"),
        ("c504;C61", "C50.4,C61"),
        ("mondo_7, C", "MONDO:7,C"),
    ],
)
def test_a_range_gets_one_spelling(text: str, spelled: str) -> None:
    assert normalise_range(text) == spelled
    assert bounds(spelled) == bounds(text)


def test_a_range_that_runs_backwards_is_refused() -> None:
    with pytest.raises(Refused, match="ends before"):
        bounds("C58-C50")
