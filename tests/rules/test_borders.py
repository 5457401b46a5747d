"""An export authorisation lets samples go where it says, while it stands, and only for who names it."""

import pytest

from biobank_tui.rules.borders import ExportPaper, fitting, names, standing

DAY = "2026-03-02"


@pytest.mark.parametrize(
    ("issued", "expires", "ended", "stands"),
    [
        ("2026-01-01", None, None, "stands"),
        ("2026-03-02", "2026-03-02", None, "stands"),
        ("2026", "2026-03", None, "stands"),
        ("2026-01-01", "2026-03-01", None, "expired"),
        ("2025", "2025", None, "expired"),
        ("2026-03-03", None, None, "future"),
        ("2026-01-01", None, "2026-03-02T08:00:00Z", "ended"),
        ("2026-01-01", None, "2026-03-03T08:00:00Z", "stands"),
        ("2026-01-01", "2026-02-01", "2026-02-02", "ended"),
    ],
)
def test_a_paper_stands_from_its_first_day_through_its_last(issued, expires, ended, stands):
    assert standing(issued, expires, ended, DAY) == stands


@pytest.mark.parametrize(
    ("countries", "country", "covered"),
    [((), "CH", True), ((), None, True), (("CH", "US"), "CH", True), (("US",), "CH", False), (("US",), None, False)],
)
def test_it_covers_the_countries_it_names_and_an_unknown_one_only_as_anywhere(countries, country, covered):
    assert ExportPaper("IE-1", "2026", countries=countries).covers(country, DAY) is covered


@pytest.mark.parametrize(
    ("text", "reference", "named"),
    [
        ("IE-1", "IE-1", True),
        (" ie-1 ", "IE-1", True),
        ("IE-1, IE-2; IE-3", "IE-2", True),
        ("IE 2026,  part 2", "IE 2026, part 2", True),
        ("IE-11", "IE-1", False),
        (None, "IE-1", False),
        ("", "", False),
    ],
)
def test_a_project_names_one_or_several(text, reference, named):
    assert names(text, reference) is named


def test_the_one_that_holds_longest_comes_first():
    papers = [ExportPaper("A", "2026", "2026-06-30"), ExportPaper("B", "2026"), ExportPaper("C", "2026", "2026-12")]
    assert [paper.reference for paper in fitting(papers, "CH", DAY)] == ["B", "C", "A"]
