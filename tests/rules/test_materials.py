"""Materials: the table is MIABIS's own, and people's words find it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.materials import MATERIALS, SEVERAL, material, materials

CODES = Path(__file__).parents[2] / "schema" / "codes" / "miabis_values.csv"


def test_the_table_is_the_code_list() -> None:
    with CODES.open(encoding="utf-8", newline="") as lines:
        listed = {
            row["fhir_code"]: (row["label"], row["aggregate_type_v1_0"], row["sprec_code"])
            for row in csv.DictReader(lines)
            if row["list"] == "sample_type"
        }
    assert {code: (each.label, each.group, each.sprec) for code, each in MATERIALS.items()} == listed


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("plasma", "Plasma"),
        ("serum", "Serum"),
        ("Sérum", "Serum"),
        ("dna", "DNA"),
        ("buffy coat", "BuffyCoat"),
        ("buffy", "BuffyCoat"),
        ("blood", "WholeBlood"),
        ("ffpe", "TissueFixed"),
        ("Tissue (fresh frozen)", "TissueFreshFrozen"),
        ("CSF", "CerebrospinalFluid"),
    ],
)
def test_people_say_what_they_mean(word: str, code: str) -> None:
    assert material(word) == code


def test_no_word_means_two_materials() -> None:
    words = [word.strip() for each in MATERIALS.values() for word in each.said.split(",") if word.strip()]
    assert len(words) == len(set(words))
    for code, each in MATERIALS.items():
        for word in (code, each.label, *each.said.split(",")):
            if word.strip():
                assert materials(word) == (code,)
    assert all(code in MATERIALS for codes in SEVERAL.values() for code in codes)


def test_tissue_is_two_things_and_a_sample_must_say_which() -> None:
    assert materials("tissue") == ("TissueFixed", "TissueFreshFrozen")
    with pytest.raises(Refused, match="say which"):
        material("tissue")


def test_an_unknown_material_is_refused_with_the_nearest() -> None:
    with pytest.raises(Refused, match="Plasma"):
        material("plasmma")
