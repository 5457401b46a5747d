"""What a technician does, by commands."""

from __future__ import annotations

import pytest


@pytest.fixture
def tube(freezer):
    return freezer("sample", "register", "D-0000010", "plasma", "--amount", "2 mL", "--box", "F01.R1.B1").lines[0]


def test_a_tube_is_registered_into_its_box_and_found_again(freezer, tube):
    shown = freezer("show", tube, "--json").json
    assert (shown["status"], shown["amount"], shown["place"]["unit"]) == ("available", "2 mL", "F01.R1.B1")
    assert freezer("find", "type:plasma", "--codes").lines == [tube]
    assert freezer("find", "type:serum", "--codes").lines == []


def test_aliquots_take_their_amount_from_the_parent_and_their_places_in_order(freezer, tube):
    made = freezer("sample", "aliquot", tube, "3", "--each", "200 µL", "--box", "F01.R1.B1", "--json").json
    assert made["left"] == "1.4 mL"
    assert [each["position"] for each in made["placed"]] == ["A2", "A3", "A4"]
    family = freezer("show", tube, "--json").json["lineage"]
    assert [each["code"] for each in family] == [tube, *made["codes"]]


def test_an_overdraw_is_refused_with_the_figures(freezer, tube):
    answer = freezer("sample", "aliquot", tube, "3", "--each", "1 mL")
    assert answer.code == 1
    assert "3 mL" in answer.err
    assert "2 mL" in answer.err


def test_derivatives_and_pools_are_made(freezer, tube):
    dna = freezer("sample", "derive", tube, "DNA", "--count", "2", "--each", "5 µg", "--taken", "100 µL").lines
    assert freezer("show", dna[0], "--json").json["kind"] == "derivative"
    pool = freezer("sample", "pool", f"{dna[0]}=1 µg", f"{dna[1]}=1 µg").lines[0]
    assert freezer("show", pool, "--json").json["amount"] == "2 µg"


def test_a_tube_moves_goes_out_and_comes_back(freezer, tube):
    assert freezer("sample", "move", tube, "--box", "F01.R2.B1", "--at", "C5", "--json").json[0]["position"] == "C5"
    assert freezer("sample", "checkout", tube, "--purpose", "assay").code == 0
    assert freezer("show", tube, "--json").json["out"][0] == "Anna"
    assert freezer("sample", "return", tube, "--thawed").code == 0
    assert freezer("show", tube, "--json").json["thaws"] == 1


def test_a_taken_position_is_said_and_changes_nothing(freezer, tube):
    other = freezer("sample", "register", "D-0000010", "plasma").lines[0]
    answer = freezer("sample", "place", other, "--box", "F01.R1.B1", "--at", "A1")
    assert answer.code == 1
    assert tube in answer.err
    assert freezer("show", other, "--json").json["place"] is None


def test_nothing_is_taken_from_a_held_tube_until_it_is_released(freezer, tube):
    assert freezer("sample", "hold", tube, "--reason", "label unreadable").code == 0
    assert freezer("sample", "aliquot", tube, "1", "--each", "10 µL").code == 1
    assert freezer("sample", "release", tube, "--reason", "read at last").code == 0
    assert freezer("sample", "aliquot", tube, "1", "--each", "10 µL").code == 0


def test_a_whole_box_can_be_held(freezer, tube):
    assert freezer("sample", "hold", "F01.R1", "--unit", "--reason", "door was open", "--json").json == {"held": 1}
    assert freezer("show", tube, "--json").json["holds"][0]["reason"] == "door was open"


def test_a_correction_needs_a_reason_and_is_kept_with_what_was_said_before(freezer, tube):
    assert freezer("sample", "correct", tube, "--set", "note=hæmolysed", "--reason", "seen today").code == 0
    last = freezer("history", tube, "--json").json[0]
    assert (last["verb"], last["reason"], last["changes"]) == (
        "sample.edit",
        "seen today",
        [["note", None, "hæmolysed"]],
    )
    assert freezer("sample", "correct", tube, "--set", "note", "--reason", "x").code == 1


def test_the_end_of_a_tube_frees_its_place_for_good(freezer, tube):
    signed = freezer("sample", "destroy", tube, "--reason", "contaminated")
    assert signed.code == 0
    assert "You sign" in signed.err
    assert freezer("sample", "place", tube, "--box", "F01.R1.B1").code == 1
    again = freezer("sample", "register", "D-0000010", "plasma", "--box", "F01.R1.B1", "--at", "A1")
    assert again.code == 0


def test_an_expected_tube_is_received_and_a_missing_one_found(freezer):
    code = freezer("sample", "register", "D-0000010", "serum", "--expected").lines[0]
    assert freezer("sample", "receive", code, "--barcode", "FX123").code == 0
    assert freezer("sample", "missing", "FX123").code == 0
    assert freezer("sample", "receive", code).code == 0
    assert freezer("show", "FX123", "--json").json["status"] == "available"


def test_storage_is_shown_as_tree_box_and_room(freezer, tube):
    tree = {each["code"]: each for each in freezer("storage", "tree", "--json").json}
    assert tree["F01"]["tubes"] == 1
    assert [line.split("\t")[0] for line in freezer("storage", "box", "F01.R1.B1").lines] == ["Position", "A1"]
    assert freezer("storage", "free", "81", "--json").json[0]["code"] == "F01.R1.B2"
    assert freezer("storage", "occupancy").lines[1].split("\t")[0] == "F01"


def test_a_box_is_drawn_on_a_terminal(freezer, tube, sqlite_free_box):
    assert sqlite_free_box[2].split() == ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
    assert sqlite_free_box[3].split()[:3] == ["A", "●", "·"]


@pytest.fixture
def sqlite_free_box(tmp_path):
    from biobank_tui.bank.bank import Bank
    from biobank_tui.cli.boxes import grid
    from biobank_tui.queries.storage import box

    with Bank.open(tmp_path / "bank.db") as bank, bank.read() as connection:
        return grid(box(connection, "F01.R1.B1"))


def test_a_rack_scan_is_compared_before_it_is_taken_over(freezer, tmp_path):
    for barcode in ("FR001", "FR002", "FR003"):
        freezer("sample", "register", "D-0000010", "plasma", "--barcode", barcode)
    freezer("sample", "place", "FR001", "--box", "F01.R1.B1", "--at", "A1")
    freezer("sample", "place", "FR003", "--box", "F01.R1.B1", "--at", "C3")
    wells = {"A1": "FR001", "A2": "FR002"}
    rows = [f"{row}{column}" for row in "ABCDEFGHI" for column in range(1, 10)]
    scan = tmp_path / "rack.csv"
    scan.write_text("Position,Tube\n" + "".join(f"{place},{wells.get(place, 'EMPTY')}\n" for place in rows))
    shown = freezer("storage", "scan", "F01.R1.B1", scan)
    assert [line.split("\t")[:2] for line in shown.lines[1:]] == [["A2", "new"], ["C3", "missing"]]
    assert freezer("show", "FR002", "--json").json["place"] is None
    done = freezer("storage", "scan", "F01.R1.B1", scan, "--apply", "--unfound", "missing", "--json").json
    assert ([each["position"] for each in done["placed"]], len(done["missing"])) == (["A2"], 1)
    assert freezer("show", "FR003", "--json").json["status"] == "missing"


def test_a_unit_moves_with_all_it_holds_and_changes_its_service(freezer, tube):
    assert freezer("storage", "move", "F01.R1.B1", "--in", "F01.R2").code == 0
    assert "R2" in str(freezer("show", tube, "--json").json["place"]["trail"])
    assert freezer("storage", "service", "F01.R1", "defrosting").code == 0
    assert freezer("sample", "place", tube, "--box", "F01.R1.B2").code == 1


def test_a_mistyped_code_is_told_from_an_unknown_one(freezer, tube):
    mistyped = tube[:-1] + ("A" if tube[-1] != "A" else "B")
    assert "mistyped" in freezer("show", mistyped).err
    assert "unknown" in freezer("show", "TUBE99").err


def test_a_cut_list_says_so(freezer):
    freezer("sample", "register", "D-0000010", "plasma", "--count", "4")
    cut = freezer("find", "--limit", "3")
    assert len(cut.lines) == 4
    assert "3 of 4" in cut.err
    assert len(freezer("find", "--limit", "0").lines) == 5


def test_a_query_that_is_not_understood_is_refused_by_name(freezer):
    assert "colour" in freezer("find", "colour:red").err
    assert freezer("find", "--sort", "beauty").code == 1


def test_a_withdrawal_is_signed_and_its_effects_are_counted(freezer, tube):
    foreseen = freezer("consent", "withdraw", "D-0000010", "--dry-run", "--json").json
    assert freezer("consent", "withdraw", "D-0000010").code == 1
    assert freezer("show", tube, "--json").json["holds"] == []
    answer = freezer("consent", "withdraw", "D-0000010", "--reason", "asked by letter", "--json")
    assert answer.json["samples"] == foreseen["samples"]
    assert answer.code == 0
    assert answer.json["samples"] == 1
    alarm = freezer("sample", "register", "D-0000010", "plasma")
    assert "withdrawn" in alarm.err


def test_what_waits_today_is_listed(freezer):
    code = freezer("sample", "register", "D-0000010", "serum", "--expected").lines[0]
    lists = {each["work"]: each for each in freezer("work", "--json").json}
    assert (lists["to_receive"]["count"], lists["to_receive"]["rows"][0]["code"]) == (1, code)
    assert "to receive: 1" in freezer("work").err


def test_donors_and_forms_are_listed(freezer, tube):
    assert freezer("donor", "list", "--json").json[0]["consent"] == "active"
    assert freezer("donor", "diagnose", "D-0000010", "C18.7", "--stage", "IIA").code == 0
    shown = freezer("donor", "show", "D-0000010", "--json").json
    assert [each["code"] for each in shown["diagnoses"]] == ["C50.4", "C18.7"]
    assert freezer("consent", "forms").lines[1].endswith("GRU, genetic_research")


def test_many_parents_come_from_stdin_a_query_or_the_line(freezer, tmp_path):
    tubes = freezer("sample", "register", "D-0000010", "plasma", "--amount", "1 mL", "--count", "3").out
    assert len(freezer("sample", "aliquot", "-", "2", "--each", "100 µL", stdin=tubes).lines) == 6
    made = freezer("sample", "aliquot", "--where", "kind:primary", "2", "--each", "10 µL", "--json").json
    assert [each["amount"] for each in made["remainders"]] == ["0.78 mL"] * 3
    scanned = tmp_path / "barcodes.txt"
    scanned.write_text("FB1\nFB2\n")
    first, second, third = tubes.split()
    dna = freezer("sample", "derive", first, second, "DNA", "--each", "1 µg", "--barcodes", scanned).lines
    assert freezer("show", "FB2", "--json").json["code"] == dna[1]
    pool = freezer("sample", "pool", second, third, "--each", "50 µL", "--box", "F01.R1.B1").lines[0]
    told = freezer("sample", "lineage", pool)
    assert f"50 µL of {second} went into it." in told.err
    assert len(freezer("sample", "lineage", first, "--json").json["tree"]) == 6
    assert freezer("sample", "aliquot", first, "many").code == 1
    assert freezer("sample", "pool", first, second).code == 1
