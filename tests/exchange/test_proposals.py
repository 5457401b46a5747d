"""A proposal from a file: read whole, or refused with every defect at its line."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from biobank_tui.exchange.proposals import read_proposal, template
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.errors import BadData, Unreachable

PROPOSAL = """\
title = "Plasma proteins in sarcoma"
lead = "lena"
organisation = "UNI"
year = 2026
quota = 200
ethics_reference = "CPP 12"
ethics_expires = 2031-12-31
people = ["otto"]
partners = ["ACME"]

[purpose]
research_type = "disease"
diseases = ["C49"]
countries = ["FR", "CH"]
genetic = true
"""


def refused(path: Path, text: str) -> BadData:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadData) as caught:
        read_proposal(path)
    return caught.value


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    toml, other = tmp_path / "p.toml", tmp_path / "p.json"
    toml.write_text(PROPOSAL)
    other.write_text(json.dumps(tomllib.loads(PROPOSAL), default=str))
    found = read_proposal(toml)
    assert found == read_proposal(other)
    assert (found.title, found.quota, found.ethics_expires, found.people, found.partners) == (
        "Plasma proteins in sarcoma",
        200,
        "2031-12-31",
        ("otto",),
        ("ACME",),
    )
    assert found.purpose == Purpose("disease", ("C49",), genetic=True, countries=("FR", "CH"))


def test_every_defect_is_told_at_its_line(tmp_path: Path) -> None:
    text = (
        PROPOSAL.replace('lead = "lena"\n', "")
        .replace("quota = 200", 'quota = "many"')
        .replace('["otto"]', '"otto"')
        .replace("genetic = true", 'genetic = "yes"\nmagic = true')
        .replace('["FR", "CH"]', '["France"]')
    )
    found = refused(tmp_path / "p.toml", text)
    assert found.exit_code == 4
    assert {(each.line, each.column) for each in found.defects} == {
        (1, "lead"),
        (4, "quota"),
        (7, "people"),
        (13, "purpose.countries"),
        (14, "purpose.genetic"),
        (15, "purpose.magic"),
    }
    country = next(each for each in found.defects if each.column == "purpose.countries")
    assert "two letters are" in country.allowed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title = ", "is not understood"),
        ("title = 3", "keys are not right"),
        ('purpose = "health"', "keys are not right"),
        ('title = ""\nlead = ""', "keys are not right"),
    ],
)
def test_what_is_no_proposal_is_told_in_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    assert sentence in str(refused(tmp_path / "p.toml", text))


def test_a_json_file_that_is_no_table_or_nests_without_end_is_told(tmp_path: Path) -> None:
    for text in ("[1, 2]", "[" * 100_000, "null"):
        assert "is not understood" in str(refused(tmp_path / "p.json", text))


def test_a_file_that_is_absent_foreign_or_huge_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="cannot be read"):
        read_proposal(tmp_path / "absent.toml")
    binary, huge = tmp_path / "b.toml", tmp_path / "h.json"
    binary.write_bytes(b"\xff\xfe\x00title")
    with pytest.raises(BadData, match="not UTF-8"):
        read_proposal(binary)
    huge.write_text(" " * 1_000_001)
    with pytest.raises(BadData, match="too large"):
        read_proposal(huge)


def test_hostile_keys_and_values_are_made_visible(tmp_path: Path) -> None:
    found = refused(tmp_path / "p.toml", '"\\u001b]0;x" = 1\ntitle = 1\n')
    assert all("\x1b" not in each.column + each.value for each in found.defects)


def test_the_template_is_a_proposal_once_it_is_filled(tmp_path: Path) -> None:
    text = template().replace('title = ""', 'title = "T"').replace('lead = ""', 'lead = "l"')
    path = tmp_path / "p.toml"
    path.write_text(text.replace('organisation = ""', 'organisation = "U"'))
    assert read_proposal(path).purpose == Purpose("biomedical", countries=("FR",))
