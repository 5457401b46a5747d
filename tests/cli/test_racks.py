"""Rack scans on the command line: dry unless told, and the exit codes scripts go by."""

from __future__ import annotations

import pytest

BOX = "F01.R1.B1"


@pytest.fixture
def rack(freezer, tmp_path):
    """One tube in its place, one in another box, one without a place, one that will not be read; the scan's file."""
    for barcode, more in (
        ("T1", ("--box", BOX, "--at", "A1")),
        ("T2", ("--box", "F01.R1.B2", "--at", "C3")),
        ("T3", ()),
        ("T4", ("--box", BOX, "--at", "B1")),
    ):
        assert freezer("sample", "register", "D-0000010", "plasma", "--barcode", barcode, *more).code == 0
    file = tmp_path / "rack.csv"
    file.write_text("A1,T1\nA2,T2\nA3,T3\nB1,\nB2,NO READ\nB3,STRANGER\n")
    return file


def kinds(answer):
    return [tuple(line.split("\t")[:2]) for line in answer.lines[1:]]


def test_the_difference_is_shown_and_nothing_is_written(freezer, rack):
    answer = freezer("storage", "scan", BOX, rack)
    assert answer.code == 0
    assert kinds(answer) == [("A2", "moved"), ("A3", "new"), ("B1", "missing"), ("B2", "unread"), ("B3", "extra")]
    assert "1 same, 1 new, 1 moved, 1 missing, 1 extra, 1 unread, 75 empty" in answer.err
    assert freezer("show", "T2", "--json").json["place"]["unit"] == "F01.R1.B2"


def test_a_script_gets_every_position(freezer, rack):
    told = freezer("storage", "scan", BOX, rack, "--json").json
    assert (len(told["cells"]), told["counts"]["moved"], told["rack"]) == (81, 1, None)
    assert told["cells"][1]["before"] == "F01.R1.B2 C3"
    assert len(told["lost"]) == 1


def test_applying_places_the_tubes_and_leaves_the_missing(freezer, rack):
    done = freezer("storage", "scan", BOX, rack, "--apply", "--json").json
    assert [each["position"] for each in done["placed"]] == ["A2", "A3"]
    assert [each["label"] for each in done["left"]] == ["B1", "B2", "B3"]
    assert freezer("show", "T4", "--json").json["status"] == "available"


def test_only_the_named_positions_are_shown_or_applied(freezer, rack):
    assert kinds(freezer("storage", "scan", BOX, rack, "--only", "a3, B3")) == [("A3", "new"), ("B3", "extra")]
    assert freezer("storage", "scan", BOX, rack, "--only", "A3", "--apply").code == 0
    assert freezer("show", "T2", "--json").json["place"]["unit"] == "F01.R1.B2"


@pytest.mark.parametrize(
    ("content", "code", "error"),
    [
        ("A1,T1\nA1,T2\n", 4, "rack.faulty"),
        ("RACKID,TUBE,VOLAVG\nV,A01,1.0\n", 4, "rack.no_tubes"),
        ('{"tubeBarcode": 3}', 4, "rack.json"),
        ("K1,T1\n", 1, "rack.outside"),
        ("".join(f"{row}{col},X{row}{col}\n" for row in "ABCDEFGH" for col in range(1, 13)), 1, "rack.geometry"),
    ],
)
def test_what_cannot_be_taken_ends_with_its_exit_code(content, code, error, freezer, rack):
    rack.write_text(content)
    answer = freezer("storage", "scan", BOX, rack, "--apply", "--json")
    assert (answer.code, answer.refusal["error"]) == (code, error)


def test_the_lines_at_fault_are_named(freezer, rack):
    rack.write_text("A1,T1\nA1,T2\nAAAA1,T3\n")
    answer = freezer("storage", "scan", BOX, rack)
    assert "line 2" in answer.err
    assert "“AAAA1” is no position" in answer.err


def test_another_readers_file_is_read_by_a_map(freezer, rack, tmp_path):
    rack.write_text("Spot|Tube no\nA3|T3\n")
    assert freezer("storage", "scan", BOX, rack).code == 4
    (tmp_path / "map.toml").write_text('delimiter = "|"\n[columns]\nposition = "Spot"\ntube = "Tube no"\n')
    answer = freezer("storage", "scan", BOX, rack, "--map", tmp_path / "map.toml", "--only", "A3")
    assert kinds(answer) == [("A3", "new")]


def test_a_rack_that_names_another_box_is_said(freezer, rack):
    rack.write_text("F01.R1.B2,A3,T3\n")
    assert "that of F01.R1.B2, not of F01.R1.B1" in freezer("storage", "scan", BOX, rack).err
