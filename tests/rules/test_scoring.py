from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.scoring import (
    USUAL,
    Criterion,
    closed_on,
    criteria_of,
    criteria_to_json,
    parse_criteria,
    ranked,
    weighed,
)

POINTS = st.floats(0, 10)


@given(st.fixed_dictionaries({each.code: POINTS for each in USUAL}))
def test_a_weighted_mean_lies_between_the_lowest_and_the_highest_mark(marks: dict[str, float]) -> None:
    assert min(marks.values()) - 0.005 <= weighed(marks, USUAL) <= max(marks.values()) + 0.005


def test_a_criterion_counts_by_its_weight() -> None:
    criteria = (Criterion("a", "A", 3), Criterion("b", "B", 1))
    assert weighed({"a": 10, "b": 2}, criteria) == 8.0


@given(st.lists(st.none() | POINTS.map(lambda points: round(points, 2)), max_size=12))
def test_equal_means_share_a_place_and_better_ones_stand_before(means: list[float | None]) -> None:
    ranks = ranked(means)
    for mean, rank in zip(means, ranks, strict=True):
        if mean is None or rank is None:
            assert mean is rank is None
            continue
        given_means = [other for other in means if other is not None]
        assert rank.place == 1 + sum(other > mean for other in given_means)
        assert rank.tied is (given_means.count(mean) > 1)


def test_criteria_are_read_as_they_are_written_and_stored_as_they_are() -> None:
    criteria = parse_criteria(["novelty=novelty of the idea=3", "need = need of patients"])
    assert criteria == (Criterion("novelty", "novelty of the idea", 3), Criterion("need", "need of patients", 1))
    assert criteria_of(criteria_to_json(criteria)) == criteria
    assert criteria_of(None) == USUAL


@pytest.mark.parametrize("wrong", ["novelty", "novelty=", "two words=x", "a=b=0", "a=b=-1", "a=b=x", "=b"])
def test_what_is_no_criterion_is_refused(wrong: str) -> None:
    with pytest.raises(Refused, match="is no criterion"):
        parse_criteria([wrong])


def test_a_criterion_stands_once() -> None:
    with pytest.raises(Refused, match="twice"):
        parse_criteria(["a=x", "a=y"])


@pytest.mark.parametrize(
    ("opens", "closes", "day", "found"),
    [
        (None, None, "2026-03-02", None),
        ("2026-03-02", "2026-03-02", "2026-03-02", None),
        ("2026-03-03", None, "2026-03-02", "early"),
        (None, "2026-03-01", "2026-03-02", "late"),
    ],
)
def test_a_call_is_open_from_its_first_day_to_its_last(
    opens: str | None, closes: str | None, day: str, found: str | None
) -> None:
    assert closed_on(opens, closes, day) == found
