"""Sentences agree with their counts, and figures are read as the language reads them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.phrases import filled
from biobank_tui.words import figure, phrase, sentence, set_language

ROOM = "There is no such room for {tubes} {tubes:tube|tubes}."


@pytest.fixture
def french() -> Iterator[None]:
    set_language("fr")
    yield
    set_language("en")


@pytest.mark.parametrize(("count", "said"), [(0, "0 tubes are"), (1, "1 tube is"), (2, "2 tubes are")])
def test_a_sentence_agrees_with_its_count(count: int, said: str) -> None:
    assert filled("{count} {count:tube is|tubes are} out.", {"count": count}) == f"{said} out."


def test_each_of_several_counts_has_its_own_form() -> None:
    told = filled("{boxes} {boxes:box|boxes} by {moves} {moves:move|moves}", {"boxes": 1, "moves": 2})
    assert told == "1 box by 2 moves"


def test_counts_are_parted_and_years_and_numbers_are_not() -> None:
    told = filled("{count} tubes, born {year}, entry {entry}", {"count": 12345, "year": 1961, "entry": 12345})
    assert told == "12,345 tubes, born 1961, entry 12345"


def test_an_error_agrees_too() -> None:
    assert str(Refused("room.none", ROOM, tubes=1)) == "There is no such room for 1 tube."


def test_french_parts_thousands_by_a_narrow_space_that_is_not_broken_and_has_its_own_singular(french: None) -> None:
    assert figure(1234567) == "1\u202f234\u202f567"
    assert [phrase(ROOM, tubes=n).removeprefix("Il n’y a pas une telle place pour ") for n in (0, 1, 12345)] == [
        "0 tube.", "1 tube.", "12\u202f345 tubes.",
    ]  # fmt: skip
    assert sentence(Refused("room.none", ROOM, tubes=12345)).endswith("12\u202f345 tubes.")


def test_an_address_among_the_facts_stays_as_it_is(french: None) -> None:
    told = phrase("{count} {count:label|labels} to {target}; the next free label is number {next}.",
                  count=2, target="tcp://127.0.0.1:9100", next=3)  # fmt: skip
    assert "tcp://127.0.0.1:9100" in told
