"""A visit's template, on one line or as TOML, says the same and is refused with what is wrong."""

from __future__ import annotations

import pytest

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.visits import VisitTube, in_words, read

LINE = "2 blood EDTA 9 mL -> 6 plasma 500 µL, 2 buffy coat; 1 urine 10 mL"
TOML = """
title = "Baseline"
[[tube]]
material = "blood"
container = "PED"
count = 2
amount = "9 mL"
[[tube.made]]
material = "plasma"
count = 6
amount = "500 µL"
[[tube.made]]
material = "buffy coat"
count = 2
[[tube]]
material = "urine"
amount = "10 mL"
"""


def test_one_line_and_toml_say_the_same() -> None:
    short, long = read(LINE, "Baseline"), read(TOML)
    assert short == long
    assert (short.count, short.drawn) == (11, 3)
    blood = short.tubes[0]
    assert (blood.count, blood.container, blood.amount) == (2, "PED", "9 mL")
    assert blood.made[0] == VisitTube("Plasma", 6, "500 µL")


def test_a_template_reads_back_from_its_own_words() -> None:
    found = read(LINE)
    assert read(in_words(found)) == found


def test_arrows_are_taken_as_people_type_them_and_a_tube_without_a_number_is_one() -> None:
    assert read("blood → plasma 1 mL") == read("1 blood -> 1 plasma 1 mL") == read("1 x blood => 1 x plasma 1 mL")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "names its tubes"),
        ("2 moonshine", "moonshine"),
        ("0 blood", "0 is no number"),
        ("400 blood, 200 serum", "at most 500"),
        ("1 blood, 1 urine -> 2 plasma", "one kind of tube stands before"),
        ("[[tube]]\nmaterial = 3 = 4", "cannot be read"),
        ("[[tube]]\nmaterial = 'blood'\ncolour = 'red'", "colour is none of these"),
        ("[[tube]]\nmaterial = 'blood'\ncount = 'many'", "many is no number"),
        ("title = 'x'\n[[tubes]]\n", "tubes is none of these"),
    ],
)
def test_what_is_no_template_is_refused_with_what_is_wrong(written: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read(written)
