"""SPREC: computed from what was recorded, X where it was not, explained in the table's words."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.sprec import Facts, compute, explain, parse, sample_type, table

LIST = Path(__file__).parents[2] / "schema" / "codes" / "sprec_codes.csv"
with LIST.open(encoding="utf-8", newline="") as lines:
    TABLE = table(csv.DictReader(lines))

SERUM = Facts(
    type="SER",
    container="SST",
    pre_delay=90,
    pre_temperature=21,
    spin_minutes=10,
    spin_rcf=1500,
    spin_temperature=21,
    spin_brake=True,
    second_minutes=0,
    post_delay=30,
    post_temperature=4,
    storage="A",
)


def test_a_fully_recorded_serum_has_its_code() -> None:
    assert compute(SERUM, TABLE, "fluid") == "SER-SST-A-B-N-A-A"


def test_what_was_not_recorded_is_unknown_and_never_guessed() -> None:
    assert compute(Facts(), TABLE, "fluid") == "XXX-XXX-X-X-X-X-X"
    assert compute(Facts(), TABLE, "solid") == "XXX-XXX-X-X-XXX-X-X"
    assert compute(Facts(pre_delay=90), TABLE, "fluid").split("-")[2] == "X"


def test_what_fits_no_class_is_other() -> None:
    assert compute(Facts(pre_delay=90, pre_temperature=14), TABLE, "fluid").split("-")[2] == "Z"
    slow = Facts(spin_minutes=20, spin_rcf=1500, spin_temperature=21, spin_brake=True)
    assert compute(slow, TABLE, "fluid").split("-")[3] == "Z"


@pytest.mark.parametrize(
    ("minutes", "letter"),
    [(0, "A"), (1.9, "A"), (2, "B"), (10, "C"), (30, "E"), (60, "E"), (60.5, "F"), (600, "F")],
)
def test_ischaemia_is_parted_at_its_bounds(minutes: float, letter: str) -> None:
    assert compute(Facts(warm_ischaemia=minutes), TABLE, "solid").split("-")[2] == letter


@pytest.mark.parametrize(
    ("minutes", "celsius", "letter"),
    [(119, 20, "A"), (120, 20, "C"), (60, 4, "B"), (48 * 60, 20, "K"), (49 * 60, 4, "N"), (60, 37, "O")],
)
def test_a_delay_is_classed_by_time_and_temperature(minutes: float, celsius: float, letter: str) -> None:
    assert compute(Facts(pre_delay=minutes, pre_temperature=celsius), TABLE, "fluid").split("-")[2] == letter


@pytest.mark.parametrize(
    ("minutes", "rcf", "celsius", "brake", "letter"),
    [
        (15, 2999, 20, False, "A"),
        (15, 3000, 20, True, "E"),
        (10, 6000, 4, True, "H"),
        (10, 12000, 20, True, "I"),
        (30, 900, 20, False, "M"),
        (30, 1000, 20, False, "Z"),
        (0, None, None, None, "N"),
        (10, 1500, 20, None, "X"),
    ],
)
def test_a_spin_is_classed_by_all_its_facts(
    minutes: float, rcf: float | None, celsius: float | None, brake: bool | None, letter: str
) -> None:
    facts = Facts(spin_minutes=minutes, spin_rcf=rcf, spin_temperature=celsius, spin_brake=brake)
    assert compute(facts, TABLE, "fluid").split("-")[3] == letter


def test_plasma_is_told_by_its_spins() -> None:
    assert sample_type("Plasma", Facts(second_minutes=0)) == "PL1"
    assert sample_type("Plasma", Facts(second_minutes=10)) == "PL2"
    assert sample_type("Plasma", Facts()) is None
    assert sample_type("Serum", Facts()) == "SER"


def test_a_code_is_explained_in_words() -> None:
    words = explain("ser-sst-a-b-n-a-a", TABLE)
    assert words[0].label == "Serum"
    assert words[4].label == "No centrifugation"
    assert explain("TIS-SRG-A-B-SNP-N-A", TABLE)[4].label == "Snap freezing"


def test_a_wrong_element_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="primary container"):
        explain("SER-QQQ-A-B-N-A-A", TABLE)
    with pytest.raises(Refused, match="7"):
        explain("SER-SST", TABLE)
    with pytest.raises(Refused, match="primary container"):
        compute(Facts(container="QQQ"), TABLE, "fluid")


numbers = st.none() | st.floats(0, 10_000)
temperatures = st.none() | st.floats(-20, 40)


@given(numbers, temperatures, numbers, temperatures, numbers, numbers, numbers)
def test_what_is_computed_can_be_read(
    delay: float | None,
    at: float | None,
    spin: float | None,
    spun_at: float | None,
    rcf: float | None,
    warm: float | None,
    fixed: float | None,
) -> None:
    facts = Facts(
        pre_delay=delay,
        pre_temperature=at,
        spin_minutes=spin,
        spin_temperature=spun_at,
        spin_rcf=rcf,
        spin_brake=True,
        warm_ischaemia=warm,
        fixation_minutes=fixed,
    )
    fluid, solid = compute(facts, TABLE, "fluid"), compute(facts, TABLE, "solid")
    assert "-".join(parse(fluid, TABLE)) == fluid
    assert "-".join(parse(solid, TABLE)) == solid
