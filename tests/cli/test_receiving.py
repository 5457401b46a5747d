"""biobank receive, visit and sprec, at the command line."""

from __future__ import annotations

from pathlib import Path

PLASMA = ("--treated", "container=EDTA potassium", "--treated", "spin=10 min 1500 g 20 C brake",
          "--treated", "second_spin=none", "--treated", "pre_temperature=RT")  # fmt: skip


def test_an_announced_visit_is_received_tube_by_tube_with_its_barcodes(freezer):
    freezer("visit", "keep", "Baseline", "1 blood EDTA 9 mL -> 2 plasma 500 µL")
    assert freezer("visit", "list", "--json").json[0]["line"] == "1 WholeBlood PED 9 mL -> 2 Plasma 500 µL"
    codes = freezer("visit", "register", "D-0000010", "Baseline", "--expected").lines
    assert len(codes) == 3
    answer = freezer("receive", *codes[:2], "--barcode", "77", "--barcode", "78", "--json")
    assert [each["left"] for each in answer.json] == [2, 1]
    assert freezer("show", "78", "--json").json["code"] == codes[1]
    again = freezer("receive", codes[0])
    assert again.code == 1
    assert "here already" in again.err


def test_a_visit_comes_from_a_file_into_a_box_and_is_undone(freezer, tmp_path: Path):
    file = tmp_path / "visit.toml"
    file.write_text("[[tube]]\nmaterial = 'serum'\ncount = 3\namount = '1 mL'\n", encoding="utf-8")
    codes = freezer("visit", "register", "D-0000010", str(file), "--box", "F01.R1.B1", "--at", "C1").lines
    assert freezer("show", codes[2], "--json").json["place"]["position"] == "C3"
    assert freezer("undo").code == 0
    assert freezer("show", codes[2], "--json").json["status"] == "rejected"
    assert "no file" in freezer("visit", "register", "D-0000010", "absent.toml").err


def test_a_code_is_explained_computed_and_refused_element_by_element(freezer):
    told = freezer("sprec", "explain", "ser-sst-a-b-n-a-a", "--json").json
    assert [each["code"] for each in told] == ["SER", "SST", "A", "B", "N", "A", "A"]
    wrong = freezer("sprec", "explain", "SER-SST-A-B-N-A-9")
    assert wrong.code == 1
    assert "9 is no" in wrong.err
    times = ("--collected", "2026-03-02T08:00Z", "--processed", "2026-03-02T09:00Z")
    assert "PL1-PED-A-B-N-X-X" in freezer("sprec", "compute", "plasma", *PLASMA, *times).err


def test_times_beyond_their_limits_are_said_and_the_limits_are_the_banks(freezer):
    freezer("setting", "set", "limit_processing", "30")
    code = freezer("sample", "register", "D-0000010", "plasma", "--expected").lines[0]
    answer = freezer("receive", code, *PLASMA, "--collected", "2026-03-02T08:00Z", "--received", "2026-03-02T08:10Z",
                     "--processed", "2026-03-02T09:00Z")  # fmt: skip
    assert "To processing: 1 h, beyond the 30 min allowed." in answer.err
    shown = freezer("sprec", "show", code, "--json").json
    assert shown["sprec"] == "PL1-PED-A-B-N-X-X"
    assert freezer("sprec", "record", code, "--treated", "storage=A", "--reason", "label read").lines == [
        "PL1-PED-A-B-N-X-A"
    ]
