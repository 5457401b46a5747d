"""Text: what is in the data is what is seen, and nothing else happens."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biobank_tui.rules.text import controls, sheet_cell, unsheet_cell, visible, visible_lines

anything = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Plasma, 200 µL", "Plasma, 200 µL"),
        ("[red]bold[/]", "[red]bold[/]"),
        ("\x1b[31mred", "␛[31mred"),
        ("one\ntwo\ttab", "one␊two␉tab"),
        ("del\x7f", "del␡"),
        ("c1\x9b31m", "c1⟨U+009B⟩31m"),
        ("abc\u202edef", "abc⟨U+202E⟩def"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("line\u2028end", "line⟨U+2028⟩end"),
        ("\ud800", "⟨U+D800⟩"),
        ("hangul\u3164", "hangul⟨U+3164⟩"),
        ("Ångström Zürich 東京", "Ångström Zürich 東京"),
    ],
)
def test_data_is_shown_literally(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(anything)
def test_nothing_hidden_reaches_the_screen(text: str) -> None:
    for char in visible(text):
        assert unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(anything, st.integers(0, 30))
def test_the_limit_is_kept(text: str, limit: int) -> None:
    assert len(visible(text, limit)) <= limit


def test_a_cut_text_says_so() -> None:
    assert visible("abcdef", 6) == "abcdef"
    assert visible("abcdefg", 6) == "abcde…"


def test_towers_of_accents_are_cut_down() -> None:
    assert len(visible("e" + "\u0301" * 50)) <= 5
    assert visible("\u0301").startswith("◌")


def test_a_note_keeps_its_lines() -> None:
    assert visible_lines("one\r\ntwo\x07\nthree") == ["one", "two␇", "three"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("plain", None),
        ("Zoë", None),
        ("a\x1bb", "U+001B ESCAPE"),
        ("a\u202eb", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\x7f", "U+007F DELETE"),
        ("\x9b", "U+009B CONTROL CHARACTER"),
        ("a\nb", "U+000A LINE FEED"),
    ],
)
def test_a_forbidden_character_is_named(text: str, named: str | None) -> None:
    assert controls(text) == named


def test_a_note_may_have_line_feeds() -> None:
    assert controls("a\nb", allowed="\n") is None


@pytest.mark.parametrize("text", ["=1+1", "+33 1", "-1+2", "@SUM", "\t=1", "\r", " =1", "'=1", "＝1", "--", "-"])
def test_a_formula_is_defused(text: str) -> None:
    assert sheet_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["-80", "-80.5", "-1,5", "-1e-3", "plain", "", "'tis", "5", "a=b"])
def test_numbers_and_plain_text_are_left_alone(text: str) -> None:
    assert sheet_cell(text) == text


@given(st.one_of(anything, st.text("'=+-@ 1a.", max_size=6)))
def test_the_guard_comes_off_again(text: str) -> None:
    assert unsheet_cell(sheet_cell(text)) == text
