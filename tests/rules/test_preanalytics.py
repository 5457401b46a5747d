"""How a sample was treated, read as people write it, coded, and watched against limits."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.preanalytics import code, duration, facts_from, in_words, lapses, spin
from biobank_tui.rules.sprec import table

LIST = Path(__file__).parents[2] / "schema" / "codes" / "sprec_codes.csv"
with LIST.open(encoding="utf-8", newline="") as lines:
    TABLE = table(csv.DictReader(lines))
LIMITS = {"warm": 30.0, "cold": 60.0, "processing": 240.0, "freezing": 480.0}


@pytest.mark.parametrize(
    ("written", "minutes"), [("90", 90), ("45 min", 45), ("1 h 30", 90), ("1h", 60), ("2 h 5 min", 125), ("0,5 h", 30)]
)
def test_a_duration_is_read_as_people_write_it(written: str, minutes: float) -> None:
    assert duration(written) == minutes


@pytest.mark.parametrize("written", ["", "soon", "-5", "1 h h"])
def test_what_is_no_duration_is_refused_with_what_is_taken(written: str) -> None:
    with pytest.raises(Refused, match="write 45 min"):
        duration(written)


def test_a_centrifugation_is_read_in_any_order_and_none_is_not_spun() -> None:
    whole = {"minutes": 10.0, "rcf": 1500.0, "temperature": 20.0, "brake": 1}
    assert spin("10 min 1500 g 20 °C brake") == whole == spin("1500xg, 20C, 10 min, with brake")
    assert spin("15 min 2000 g 4 C no brake")["brake"] == 0
    assert spin("none") == {"minutes": 0.0}
    assert "brake" not in spin("10 min 1500 g")


def test_a_plasma_spun_once_has_its_code_and_its_delays_follow_from_its_times() -> None:
    told = {"container": "EDTA potassium", "pre_temperature": "RT", "spin": "10 min 1500 g 20 °C brake",
            "second_spin": "none", "post_temperature": "4", "storage": "A"}  # fmt: skip
    facts = facts_from(told, TABLE, "fluid")
    times = {"collected": "2026-03-02T08:00Z", "processed": "2026-03-02T09:30Z", "frozen": "2026-03-02T10:00Z"}
    assert code("Plasma", facts, times, TABLE) == "PL1-PED-A-B-N-A-A"
    assert code("Plasma", facts, {}, TABLE) == "PL1-PED-X-B-N-X-A"
    assert code("Plasma", {}, {}, TABLE) == "XXX-XXX-X-X-X-X-X"


def test_a_tissue_is_coded_by_its_ischaemia() -> None:
    facts = facts_from({"warm_ischaemia": "12 min", "fixation": "SNP"}, TABLE, "solid")
    times = {"collected": "2026-03-02T08:00Z", "frozen": "2026-03-02T08:25Z"}
    assert code("TissueFreshFrozen", facts, times, TABLE).split("-")[2:5] == ["C", "D", "SNP"]


def test_what_no_list_has_is_refused_with_what_it_has() -> None:
    with pytest.raises(Refused, match=r"PED \(Potassium EDTA\)"):
        facts_from({"container": "jam jar"}, TABLE, "fluid")
    with pytest.raises(Refused, match="A fluid is not fixed"):
        facts_from({"fixation": "NBF"}, TABLE, "fluid")


def test_times_are_watched_against_the_limits_of_their_matrix() -> None:
    times = {"collected": "2026-03-02T08:00Z", "processed": "2026-03-02T13:00Z", "frozen": "2026-03-02T14:00Z"}
    watched = {each.name: (each.minutes, each.over) for each in lapses("Plasma", {}, times, LIMITS)}
    assert watched == {"processing": (300.0, True), "freezing": (360.0, False)}
    solid = {each.name: each.over for each in lapses("TissueFreshFrozen", {"warm_ischaemia": 20.0}, times, LIMITS)}
    assert solid == {"warm": False, "cold": True, "freezing": False}
    assert lapses("Plasma", {}, {"collected": "2026-03-02"}, LIMITS) == ()


@pytest.mark.parametrize(("minutes", "words"), [(25, "25 min"), (60, "1 h"), (85, "1 h 25 min"), (1500, "1 d 1 h")])
def test_minutes_are_said_as_people_say_them(minutes: float, words: str) -> None:
    assert in_words(minutes) == words
