"""Files in and out by commands: imports, templates, exports, labels, reports."""

from __future__ import annotations

import csv
import io
import json


def test_a_file_comes_in_whole_and_a_second_time_changes_nothing(bank, tmp_path):
    file = tmp_path / "donors.csv"
    file.write_text("code,sex,birth_year\nP-1,female,1960\nP-2,male,1955\n")
    first = bank("import", "donors", file, "--json").json
    assert (first["rows"], first["created"], first["files"][0]["entry"] > 0) == (2, 2, True)
    second = bank("import", "donors", file, "--json").json
    assert (second["created"], second["changed"], second["unchanged"]) == (0, 0, 2)


def test_a_bad_row_refuses_the_file_with_line_column_and_value(bank, tmp_path):
    file = tmp_path / "donors.csv"
    file.write_text("code,sex,birth_year\nP-1,female,1960\nP-2,purple,1955\n")
    answer = bank("import", "donors", file, "--errors", tmp_path / "errors.csv")
    assert answer.code == 4
    (defect,) = csv.DictReader(io.StringIO((tmp_path / "errors.csv").read_text(encoding="utf-8")))
    assert (defect["line"], defect["column"], defect["value"]) == ("3", "sex", "purple")
    assert bank("donor", "list", "--json").json == []
    assert bank("import", "donors", file, "--keep-good").code == 4
    assert [each["code"] for each in bank("donor", "list", "--json").json] == ["P-1"]


def test_without_an_errors_file_the_first_defects_are_told(bank, tmp_path):
    file = tmp_path / "donors.csv"
    file.write_text("code,sex\nP-2,purple\n")
    assert "donors.csv:2 sex" in bank("import", "donors", file).err


def test_a_trial_writes_nothing(bank, tmp_path):
    file = tmp_path / "donors.csv"
    file.write_text("code,sex\nP-1,female\n")
    assert "trial" in bank("import", "donors", file, "--dry-run").err
    assert bank("donor", "list", "--json").json == []


def test_a_technician_imports_nothing(bank, tmp_path):
    file = tmp_path / "donors.csv"
    file.write_text("code\nP-1\n")
    assert bank("import", "donors", file, "--user", "tom").code == 1


def test_a_template_is_an_empty_file_that_comes_in(bank, tmp_path):
    assert bank("template", "donors", "--to", tmp_path / "t.csv").code == 0
    assert (tmp_path / "t.csv").read_text().startswith("code,")
    meanings = {each["name"]: each["meaning"] for each in bank("template", "donors", "--json").json}
    assert meanings["sex"] == "Sex"


def test_what_is_exported_can_be_imported_into_an_empty_bank(freezer, tmp_path):
    freezer("sample", "register", "D-0000010", "plasma", "--amount", "500 µL", "--count", "2", "--box", "F01.R1.B1")
    for kind in ("donors", "storage", "samples"):
        assert freezer("export", kind, "--to", tmp_path / f"{kind}.csv").code == 0
    other = ("--bank", tmp_path / "other.db")
    assert freezer(*other, "init", "--org", "IGR=Institute", "--admin", "anna=Anna").code == 0
    for kind in ("donors", "storage", "samples"):
        answer = freezer(*other, "import", kind, tmp_path / f"{kind}.csv")
        assert answer.code == 0, answer.err
        assert freezer(*other, "export", kind, "--as", "csv").out == (tmp_path / f"{kind}.csv").read_text()


def test_an_export_stands_in_the_ledger_and_is_a_managers(freezer):
    freezer("sample", "register", "D-0000010", "plasma", "--count", "3")
    rows = [json.loads(line) for line in freezer("export", "samples", "--as", "jsonl").lines]
    assert {row["donor"] for row in rows} == {"D-0000010"}
    entry = freezer("ledger", "show", "--verb", "export", "--json").json[0]
    assert entry["facts"] == {"rows": 3, "as": "jsonl", "to": "stdout", "where": ""}
    assert freezer("export", "samples", "--user", "tom").code == 1


def test_an_export_by_query_holds_only_what_matches(freezer):
    freezer("sample", "register", "D-0000010", "plasma")
    freezer("sample", "register", "D-0000010", "serum")
    rows = list(csv.DictReader(io.StringIO(freezer("export", "samples", "--where", "type:serum").out)))
    assert [row["material"] for row in rows] == ["Serum"]
    assert freezer("donor", "add", "--org", "IGR").code == 0
    assert freezer("export", "donors", "--where", "type:serum").lines[1:] != []
    assert len(freezer("export", "donors", "--where", "type:serum").lines) == 2
    assert freezer("export", "forms", "--where", "type:serum", "--json").refusal["error"] == "export.where"


def test_no_exported_cell_is_taken_for_a_formula(freezer):
    freezer("sample", "register", "D-0000010", "plasma", "--note", "=HYPERLINK(1)")
    assert "'=HYPERLINK(1)" in freezer("export", "samples").out


def test_an_export_never_goes_over_a_file_that_is_there(freezer, tmp_path):
    (tmp_path / "mine.csv").write_text("mine")
    assert freezer("export", "donors", "--to", tmp_path / "mine.csv").code == 1
    assert (tmp_path / "mine.csv").read_text() == "mine"


def test_labels_go_to_a_sheet_and_a_second_time_only_with_a_reason(freezer, tmp_path):
    tubes = freezer("sample", "register", "D-0000010", "plasma", "--count", "3").out
    target = tmp_path / "labels.pdf"
    first = freezer("label", "-", "--stock", "L4732", "--to", target, "--json", stdin=tubes)
    assert (first.json["labels"], first.json["next_free"]) == (3, 4)
    assert target.read_bytes().startswith(b"%PDF")
    again = ("label", "--where", "type:plasma", "--stock", "L4732", "--to", target, "--start", "4")
    assert freezer(*again).code == 1
    assert freezer(*again, "--reason", "smeared").code == 0


def test_labels_are_shown_before_they_are_printed(freezer):
    tube = freezer("sample", "register", "D-0000010", "plasma").lines[0]
    shown = freezer("label", tube, "--stock", "L4732", "--preview")
    assert tube in shown.out
    assert "█" in shown.out
    assert freezer("label", tube).code == 1
    assert any("4732" in line for line in freezer("label", "--stocks").lines)


def test_reports_are_small_tables(freezer):
    freezer("sample", "register", "D-0000010", "plasma", "--count", "3", "--box", "F01.R1.B1")
    (plasma,) = freezer("report", "inventory", "--json").json
    assert (plasma["material"], plasma["here"], plasma["available"], plasma["gone"]) == ("Plasma", 3, 3, 0)
    assert freezer("report", "occupancy", "--json").json[0]["tubes"] == 3
    for name in ("inventory", "occupancy", "accrual", "consent", "projects"):
        assert len(freezer("report", name).lines) >= 1
    assert "occupancy" in freezer("report", "beauty").err
    freezer("user", "add", "lea", "Lea", "--org", "IGR", "--role", "project_lead")
    assert freezer("report", "inventory", "--json", "--user", "lea").json[0]["here"] is None


def test_the_app_is_served_on_this_machine_only(bank):
    assert bank("serve", "--host", "0.0.0.0").code == 1


def test_a_demonstration_bank_is_opened_and_goes_when_it_is_closed(biobank):
    seen = []

    def app(desk):
        from pathlib import Path

        seen.append((Path(desk.address).exists(), desk.loaded.settings.user, Path(desk.address)))
        return 0

    assert biobank("demo", "--donors", "300", "--samples", "6000", app=app).code == 0
    existed, user, path = seen[0]
    assert (existed, user) == (True, "admin")
    assert not path.exists()


def test_a_package_is_taken_with_a_count_for_each_table(freezer, tmp_path):
    assert freezer("dump", tmp_path / "package").code == 0
    there = ("--bank", tmp_path / "other.db")
    assert freezer("init", "--org", "ELSE=Elsewhere", "--admin", "zoe=Zoé", *there).code == 0
    loaded = freezer("load", tmp_path / "package", "--user", "zoe", *there)
    assert loaded.code == 0
    assert loaded.lines[0] == "Table\tRows"
    assert "storage_unit\t9" in loaded.lines
