"""Rack readers' files: each as its device writes it, read without being told what it is."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from biobank_tui.exchange.rackmaps import read_rack_map
from biobank_tui.exchange.racks import LARGEST, read_rack
from biobank_tui.exchange.rackwords import Reading
from biobank_tui.rules.errors import BadData, Unreachable

RACKS = Path(__file__).parents[2] / "fixtures" / "racks"
SBS, VIALS = (8, 12), (6, 8)

READ = {
    # file: rack, grid, tubes, empty, unread, a position and its tube
    "visionmate.tsv": ("RX00000007", SBS, 93, 2, 1, "A2", "0770000001"),
    "visionmate_comma_crlf.csv": ("RX00000007", SBS, 93, 2, 1, "A2", "0770000001"),
    "visionmate_answer.txt": (None, SBS, 93, 2, 1, "A2", "0770000001"),
    "trakmate.txt": ("07700999", SBS, 94, 2, 0, "A02", "8810000001"),
    "two_columns.csv": (None, SBS, 92, 2, 2, "B1", "QX00000001"),
    "two_columns_bom_crlf.csv": (None, SBS, 92, 2, 2, "B1", "QX00000001"),
    "two_columns_utf16.txt": (None, SBS, 92, 2, 2, "B1", "QX00000001"),
    "rack48_spaced.csv": (None, VIALS, 36, 0, 12, "B1", "W0000008"),
    "three_columns.csv": ("RX00000008", SBS, 95, 0, 1, "B1", "Y0000001"),
    "ziath.json": ("ZR100000001", SBS, 94, 1, 1, "B1", "Z00000012"),
    "row_and_column.csv": (None, SBS, 95, 1, 0, "A2", "K0000001"),
    "position_padded.csv": (None, SBS, 95, 1, 0, "A02", "K0000001"),
    "easyblood.csv": ("RX00000009", None, 24, 0, 0, "B1", "EV000012"),
    "semicolon_french.csv": (None, SBS, 96, 0, 0, "A02", "9920000001"),
    "cryobox_9x9_serial.csv": ("BX900001", (9, 9), 80, 1, 0, "10", "V0000009"),
    "cryobox_10x10.csv": ("BX900002", (10, 10), 100, 0, 0, "B1", "V0000010"),
    "rack384.csv": (None, (16, 24), 384, 0, 0, "B01", "M00000024"),
    "part_of_a_rack.csv": (None, None, 15, 1, 0, "A2", "P0000008"),
    "tubes_twice.csv": (None, None, 16, 0, 0, "B2", "P0000008"),
    "outside_the_rack.csv": (None, None, 17, 0, 0, "I1", "P0000099"),
}

REFUSED = {
    "positions_twice.csv": ("rack.faulty", 4, "“A2” is listed twice"),
    "no_position.csv": ("rack.faulty", 1, "“AAAA1” is no position"),
    "cut_short.csv": ("rack.faulty", 2, "“A1” is listed twice"),
    "two_racks.csv": ("rack.several", 0, "RX00000011, RX00000012"),
    "volumes.csv": ("rack.no_tubes", 0, "“TUBE” holds positions"),
    "other_reader.txt": ("rack.unknown", 0, "describe it with a map"),
}


def test_every_file_here_is_judged():
    assert {path.name for path in RACKS.iterdir()} == {*READ, *REFUSED, "other_reader.toml"}


@pytest.mark.parametrize("name", READ)
def test_a_file_is_read_as_it_is(name):
    rack, grid, tubes, empty, unread, position, tube = READ[name]
    scan = read_rack(RACKS / name)
    seen = Counter(well.reading for well in scan.wells)
    assert (scan.rack, scan.grid) == (rack, grid)
    assert (seen[Reading.TUBE], seen[Reading.EMPTY], seen[Reading.UNREAD]) == (tubes, empty, unread)
    assert {well.position: well.tube for well in scan.wells}[position] == tube


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_taken_is_refused_whole_with_the_lines_at_fault(name):
    code, defects, says = REFUSED[name]
    with pytest.raises(BadData, match=says) as caught:
        read_rack(RACKS / name)
    assert (caught.value.code, len(caught.value.defects)) == (code, defects)
    assert all(defect.line > 0 and defect.file == name for defect in caught.value.defects)


HOSTILE = {
    "nothing": (b"", "rack.empty"),
    "blank": (b"\n \n\n", "rack.empty"),
    "nul": (b"A1,T1\nB1,T\x002\n", "rack.binary"),
    "zip": (b"PK\x03\x04" + bytes(range(256)) * 8, "rack.binary"),
    "prose": (b"Dear colleague, please find the rack, as agreed, in the fridge.\n", "rack.unknown"),
    "header alone": (b"Tube Position,Tube Barcode\n", "rack.empty"),
    "broken JSON": (b'{"tubeBarcode": [', "rack.json"),
    "deep JSON": (b"[" * 200_000, "rack.json"),
    "JSON of something else": (b'{"patients": []}', "rack.json"),
    "JSON list": (b"[1, 2]", "rack.json"),
    "no tubes in JSON": (b'{"tubeBarcode": []}', "rack.json"),
    "answer of five": (b"OKT1,T2,T3,T4,T5\x03", "rack.count"),
    "control character": (b"A1,T1\nB1,T\x1b[2J\n", "rack.faulty"),
    "long barcode": (b"A1,T1\nB1," + b"T" * 5000 + b"\n", "rack.faulty"),
    "too many": (b"A1,T1\n" * 20_000, "rack.too_many"),
    "large": (b"A" * (LARGEST + 1), "rack.too_large"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_in_a_sentence(what, tmp_path):
    content, code = HOSTILE[what]
    file = tmp_path / "scan.csv"
    file.write_bytes(content)
    with pytest.raises(BadData) as caught:
        read_rack(file)
    assert caught.value.code == code
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("place", [1e400, -1, 0, 10**30, "xyz", None, [], 703])
def test_a_place_that_cannot_be_in_a_rack_is_refused(place, tmp_path):
    file = tmp_path / "scan.json"
    tube = {"row": place, "column": 1, "barcode": "Z1", "decodeStatus": "SUCCESS"}
    file.write_text(json.dumps({"tubeBarcode": [tube]}))
    with pytest.raises(BadData):
        read_rack(file)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(Unreachable, match="no file"):
        read_rack(tmp_path / "scan.csv")


def test_another_readers_file_is_read_by_its_map():
    scan = read_rack(RACKS / "other_reader.txt", read_rack_map(RACKS / "other_reader.toml"))
    assert (scan.rack, scan.grid, len(scan.tubes)) == ("RX00000013", SBS, 94)
    readings = {well.position: well.reading for well in scan.wells}
    assert (readings["A3"], readings["B3"]) == (Reading.EMPTY, Reading.UNREAD)


def test_columns_without_a_header_are_given_by_number(tmp_path):
    (tmp_path / "map.toml").write_text("header = false\n[columns]\nrow = 3\ncolumn = 2\ntube = 1\n")
    (tmp_path / "scan.txt").write_text("T1,1,1\nT2,2,1\nT3,1,2\n")
    scan = read_rack(tmp_path / "scan.txt", read_rack_map(tmp_path / "map.toml"))
    assert [(well.position, well.tube) for well in scan.wells] == [("A1", "T1"), ("A2", "T2"), ("B1", "T3")]


def test_a_map_that_names_an_absent_column_is_said():
    with pytest.raises(BadData, match="no column “Spot”"):
        read_rack(RACKS / "three_columns.csv", read_rack_map(RACKS / "other_reader.toml"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("columns = [", "rackmap.toml"),
        ("[columns]\ntube = 'T'\n", "rackmap.columns"),
        ("[columns]\ntube = 1\nposition = 2\n", "rackmap.value"),
        ("header = false\n[columns]\ntube = 0\nposition = 2\n", "rackmap.value"),
        ("header = false\n[columns]\ntube = true\nposition = 2\n", "rackmap.value"),
        ("header = 'no'\n[columns]\ntube = 'T'\nposition = 'P'\n", "rackmap.value"),
        ("delimiter = ''\n[columns]\ntube = 'T'\nposition = 'P'\n", "rackmap.value"),
        ("skip = -1\n[columns]\ntube = 'T'\nposition = 'P'\n", "rackmap.value"),
        ("columns = 3\n", "rackmap.value"),
        ("[columns]\ntube = 'T'\nposition = 'P'\n[words]\nempty = 'x'\n", "rackmap.value"),
        ("colour = 'red'\n[columns]\ntube = 'T'\nposition = 'P'\n", "rackmap.key"),
        ("#" * 70_000, "rackmap.too_large"),
    ],
)
def test_a_map_says_what_is_wrong_with_it(content, code, tmp_path):
    (tmp_path / "map.toml").write_text(content)
    with pytest.raises(BadData) as caught:
        read_rack_map(tmp_path / "map.toml")
    assert caught.value.code == code
