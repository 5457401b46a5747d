"""JSON, FHIR, XML and zipped tables become columns of text like any other file, or are refused with a sentence."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from biobank_tui.exchange.reading import Rows, Shape, slices
from biobank_tui.exchange.steps import value_at
from biobank_tui.rules.errors import BadData

TUBE = {
    "id": "T1",
    "volume": 6.70,
    "type": {"coding": [{"system": "a", "code": "x"}, {"system": "b", "code": "y"}]},
    "marks": ["one", "two"],
}


def read(path: Path, shape: Shape | None = None) -> Rows:
    [rows] = slices(path, shape or Shape())
    return rows


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", "T1"),
        ("type.coding.code", "x"),
        ("type.coding[2].code", "y"),
        ("type.coding[system=b].code", "y"),
        ("type.coding[*].code", "x; y"),
        ("marks", "one; two"),
        ("marks[2]", "two"),
        ("nowhere.at[3].all", None),
        ("type.coding[system=c].code", None),
    ],
)
def test_a_path_finds_its_value(path: str, value: str | None) -> None:
    assert value_at((TUBE,), path) == value


def test_a_path_may_begin_in_the_record_that_holds_this_one() -> None:
    assert value_at(({"id": "D1"}, {"id": "T1"}), "^id") == "D1"
    assert value_at(({"id": "T1"},), "^id") is None


def test_numbers_and_leading_zeros_stay_as_they_are_written(tmp_path: Path) -> None:
    rows = read(written(tmp_path, "t.json", '[{"code": "007", "volume": 6.70, "big": 12345678901234567890}]'))
    assert rows.cells.rows() == [("007", "6.70", "12345678901234567890")]


@pytest.mark.parametrize("name", ["t.jsonl", "t.ndjson", "t.json"])
def test_one_record_a_line_carries_its_line(tmp_path: Path, name: str) -> None:
    rows = read(written(tmp_path, name, '{"code": "A"}\n\n{"code": "B", "note": "x"}\n'))
    assert rows.cells["code"].to_list() == ["A", "B"]
    assert rows.lines.to_list() == [1, 3]


def test_records_may_lie_deep_in_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "d.json", json.dumps({"donors": [{"id": "D1", "tubes": [{"id": "T1"}, {"id": "T2"}]}]}))
    rows = read(path, Shape(records="donors.tubes", wanted=frozenset({"id", "^id"})))
    assert rows.cells.select("^id", "id").rows() == [("D1", "T1"), ("D1", "T2")]


def test_a_bundle_gives_its_resources_and_those_they_contain(tmp_path: Path) -> None:
    specimen = {
        "resourceType": "Specimen",
        "id": "s1",
        "text": {"div": "<b>\u202e</b>"},
        "contained": [{"resourceType": "Patient", "id": "p"}],
    }
    bundle = {"resourceType": "Bundle", "entry": [{"resource": specimen}, {"request": {}}]}
    rows = read(written(tmp_path, "b.json", json.dumps(bundle)))
    assert rows.cells.select("resourceType", "id").rows() == [("Specimen", "s1"), ("Patient", "s1#p")]


def test_a_gzipped_resource_is_read_directly(tmp_path: Path) -> None:
    path = tmp_path / "p.json.gz"
    path.write_bytes(gzip.compress(b'{"resourceType": "Patient", "id": "p"}'))
    assert read(path).cells["id"].to_list() == ["p"]


def test_xml_gives_attributes_and_elements_by_their_local_names(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="utf-8"?><p xmlns="urn:x" id="33"><l><t n="1"><d>C50</d></t><t n="2"/></l></p>'
    rows = read(written(tmp_path, "p.xml", text), Shape(records="l.t", wanted=frozenset({"n", "d", "^^id"})))
    assert rows.cells.select("^^id", "n", "d").rows() == [("33", "1", "C50"), ("33", "2", None)]


def test_one_table_of_an_archive_is_read(tmp_path: Path) -> None:
    path = tmp_path / "lab.specimens"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lab/tubes.tsv", "# tubes\ncode\tplace\n01\t1,010\n")
        archive.writestr("lab/types.tsv", "id\tname\n")
    assert read(path, Shape(member="tubes.tsv", comment="#")).cells.rows() == [("01", "1,010")]
    with pytest.raises(BadData, match=r"tubes\.tsv"):
        read(path)


def test_the_header_line_is_found_by_a_column_it_names(tmp_path: Path) -> None:
    text = "Form,,\n,\n03/10/2010,,\nPLATE,WELL,SAMPLE\nP1,A1,S1\n"
    rows = read(written(tmp_path, "m.csv", text), Shape(header="WELL"))
    assert rows.cells.rows() == [("P1", "A1", "S1")]
    assert rows.lines.to_list() == [5]
    with pytest.raises(BadData, match="VOLUME"):
        read(tmp_path / "m.csv", Shape(header="VOLUME"))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("bad.json", '{"a": ', "json.bad"),
        ("bad.jsonl", '{"a": 1}\n{"a"\n', "json.bad"),
        ("deep.json", "[" * 100_000, "file.nested"),
        ("deep.xml", "<a>" * 5000 + "</a>" * 5000, "file.nested"),
        ("bomb.xml", '<!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>', "xml.entities"),
        ("bad.xml", "<a>", "xml.bad"),
        ("huge.json", json.dumps([{"a": "x" * (2 << 20)}]), "cell.huge"),
    ],
)
def test_what_is_broken_or_means_harm_is_refused(tmp_path: Path, name: str, content: str, code: str) -> None:
    with pytest.raises(BadData) as refused:
        read(written(tmp_path, name, content))
    assert refused.value.code == code


def test_a_zip_that_swells_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.csv", b"0" * (40 << 20))
    with pytest.raises(BadData, match="unzipped"):
        read(path)


def test_control_characters_in_json_are_found_like_any_other(tmp_path: Path) -> None:
    rows = read(written(tmp_path, "c.json", '[{"code": "A", "note": "\\u001b]52;c;x"}, {"code": "B"}]'))
    assert rows.cells["code"].to_list() == ["B"]
    assert rows.defects["code"].to_list() == ["cell.control"]
