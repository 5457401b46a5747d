"""What leaves the bank: every table in every form, by query, seen by the ledger, and by managers alone."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import polars as pl
import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from biobank_tui.actions import donors, withdrawing
from biobank_tui.actions.exporting import Export, export
from biobank_tui.actions.importing import ImportRequest, import_files
from biobank_tui.queries.export_forms import BINARY, KINDS, forms_of
from biobank_tui.queries.ledger import act
from biobank_tui.rules.errors import Denied, NotFound, Refused
from biobank_tui.rules.permissions import Role

FORMULA = '=HYPERLINK("http://example.org","x")'


@pytest.fixture
def filled(bank, actor, make):
    """A donor with two diagnoses and tubes in a box; a donor who withdrew; a note like a formula."""
    donor = make.consenting("GRU", "DS:C50", no=("genetic_research",), note=FORMULA, birth_year=1961, birth_month=4)
    donors.add_diagnosis(bank, actor, donor, donors.NewDiagnosis("C50.9", "ICD-O-3", "8500/3", "2025-11-03", 64.0))
    box = make.box(9, 9, temperature="-80")
    codes = make.placed(
        2, unit=box, positions=["A1", "A2"], donor=donor, collected="2026-01-10T08:15Z", topography="C50.4"
    )
    make.sample(donor=donor, material="WholeBlood", external={"LIMS": "00042"})
    gone = make.consenting("GRU")
    make.sample(donor=gone)
    withdrawing.withdraw(bank, actor, gone, "asked by letter")
    return {"donor": donor, "gone": gone, "box": box, "codes": codes}


def written(bank, actor, folder: Path, kind: str, form: str = "csv", **more) -> Path:
    """The file of an export."""
    to = folder / f"{kind}.{form}"
    export(bank, actor, Export(kind, form, to, **more))
    return to


def table(bank, actor, folder: Path, kind: str, form: str = "csv", **more) -> list[dict[str, str]]:
    """The rows of an export as CSV."""
    text = written(bank, actor, folder, kind, form, **more).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("kind", KINDS)
def test_every_table_is_written_in_each_of_its_forms(bank, actor, filled, tmp_path, kind):
    for form in forms_of(kind):
        done = export(bank, actor, Export(kind, form, tmp_path / f"{kind}.{form}"))
        assert done.rows > 0
        assert (tmp_path / f"{kind}.{form}").stat().st_size > 0
        assert not list(tmp_path.glob(".*.part"))


@pytest.mark.parametrize("kind", ["donors", "samples", "consents", "positions", "holds"])
def test_all_forms_of_a_table_say_the_same(bank, actor, filled, tmp_path, kind):
    told = table(bank, actor, tmp_path, kind)
    lines = [json.loads(line) for line in written(bank, actor, tmp_path, kind, "jsonl").read_text().splitlines()]
    parquet = pl.read_parquet(written(bank, actor, tmp_path, kind, "parquet"))
    book = CalamineWorkbook.from_path(written(bank, actor, tmp_path, kind, "xlsx")).get_sheet_by_index(0).to_python()
    assert list(lines[0]) == parquet.columns == book[0] == list(told[0])
    assert len(told) == len(lines) == parquet.height == len(book) - 1
    key = parquet.columns[0]
    assert (
        [row[key] for row in told]
        == parquet[key].to_list()
        == [line[key] for line in lines]
        == [r[0] for r in book[1:]]
    )


def test_text_like_a_formula_stays_text_in_every_form(bank, actor, filled, tmp_path):
    assert table(bank, actor, tmp_path, "donors")[0]["note"] == "'" + FORMULA
    lines = written(bank, actor, tmp_path, "donors", "jsonl").read_text().splitlines()
    assert json.loads(lines[0])["note"] == FORMULA
    sheet = written(bank, actor, tmp_path, "donors", "xlsx")
    assert FORMULA in {
        cell for row in CalamineWorkbook.from_path(sheet).get_sheet_by_index(0).to_python() for cell in row
    }
    assert b"<f>" not in _parts(sheet)


def _parts(book: Path) -> bytes:
    import zipfile

    with zipfile.ZipFile(book) as inside:
        return b"".join(inside.read(name) for name in inside.namelist())


def test_a_donor_is_written_with_the_main_diagnosis_and_all_are_in_their_own_table(bank, actor, filled, tmp_path):
    row = table(bank, actor, tmp_path, "donors")[0]
    assert (row["diagnosis"], row["topography"], row["birth_month"]) == ("C50.4", "", "4")
    found = table(bank, actor, tmp_path, "diagnoses")
    mine = [each for each in found if each["donor"] == filled["donor"]]
    assert [(each["diagnosis"], each["topography"], each["morphology"], each["age"]) for each in mine] == [
        ("C50.4", "", "", ""),
        ("", "C50.9", "8500/3", "64.0"),
    ]


def test_exported_diagnoses_are_taken_in_again_as_they_were(bank, actor, filled, tmp_path):
    out = tmp_path / "again.csv"
    export(bank, actor, Export("diagnoses", "csv", out))
    report = import_files(bank, actor, ImportRequest("diagnoses", (out,)))
    assert report.total("unchanged") == report.total("rows") > 0
    assert report.total("refused") == report.total("changed") == 0


def test_consents_are_written_answer_by_answer(bank, actor, filled, tmp_path):
    row = next(each for each in table(bank, actor, tmp_path, "consents") if each["donor"] == filled["donor"])
    assert (row["answer.GRU"], row["answer.DS"], row["answer.genetic_research"]) == ("yes", "yes", "no")
    forms = table(bank, actor, tmp_path, "forms")
    assert forms[0]["permissions"] == "GRU; DS:C50; genetic_research"


def test_external_identifiers_have_columns_of_their_own(bank, actor, filled, tmp_path):
    rows = table(bank, actor, tmp_path, "samples")
    assert [row["external.LIMS"] for row in rows if row["material"] == "WholeBlood"] == ["00042"]


@pytest.mark.parametrize(
    ("kind", "rows"),
    [("samples", 2), ("donors", 1), ("diagnoses", 2), ("consents", 1), ("storage", 1), ("positions", 2)],
)
def test_a_query_of_samples_chooses_what_belongs_to_them(bank, actor, filled, tmp_path, kind, rows):
    assert len(table(bank, actor, tmp_path, kind, where=f"box:{filled['box']}")) == rows


def test_codes_choose_too_but_not_beside_a_query(bank, actor, filled, tmp_path):
    assert [row["code"] for row in table(bank, actor, tmp_path, "samples", codes=(filled["codes"][1],))] == [
        filled["codes"][1]
    ]
    with pytest.raises(Refused, match="not by both"):
        export(bank, actor, Export("samples", where="type:serum", codes=(filled["codes"][0],)))


@pytest.mark.parametrize("form", ["miabis", "openspecimen", "miabis-fhir", "mii-fhir"])
def test_donors_who_withdrew_are_in_no_file_made_for_others(bank, actor, filled, tmp_path, form):
    done = export(bank, actor, Export("samples", form, tmp_path / "out"))
    assert done.left_out == 1
    assert filled["gone"] not in (tmp_path / "out").read_text()
    assert filled["donor"] in (tmp_path / "out").read_text()


def test_openspecimen_reads_class_type_lineage_place_and_whole_dates(bank, actor, filled, tmp_path):
    row = table(bank, actor, tmp_path, "samples", "openspecimen")[0]
    assert (row["Specimen Label"], row["PPID"]) == (filled["codes"][0], filled["donor"])
    assert (row["Class"], row["Type"], row["Lineage"]) == ("Fluid", "Plasma", "New")
    assert (row["Quantity"], row["Container"], row["Row"], row["Column"]) == ("0.5", filled["box"], "A", "1")
    assert row["Collection Date"] == "01-10-2026 08:15"


def test_miabis_tables_are_named_by_their_attributes(bank, actor, filled, tmp_path):
    row = table(bank, actor, tmp_path, "samples", "miabis")[0]
    assert (row["Sample type"], row["Sample storage temperature"]) == ("Plasma", "-60to-85")
    assert row["Use & Access conditions"].startswith("Permitted: DS C50, GRU")
    assert table(bank, actor, tmp_path, "donors", "miabis")[0]["Birth date"] == "1961-04"
    events = table(bank, actor, tmp_path, "diagnoses", "miabis")
    assert {(each["Event date and time"], each["Age at event"]) for each in events} == {("", ""), ("2025-11-03", "")}


def test_box_maps_show_each_tube_in_its_place(bank, actor, filled, tmp_path):
    sheet = CalamineWorkbook.from_path(written(bank, actor, tmp_path, "boxes", "xlsx"))
    assert sheet.sheet_names == [filled["box"]]
    grid = sheet.get_sheet_by_index(0).to_python()
    assert grid[3][:4] == ["", "1", "2", "3"]
    assert [cell.splitlines()[0] for cell in grid[4][1:3]] == filled["codes"]
    document = pypdfium2.PdfDocument(written(bank, actor, tmp_path, "boxes", "pdf"))
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert all(code in text for code in filled["codes"])
    assert "2 of 81 · 79 free" in text


def test_the_inventory_is_on_paper_and_in_a_workbook(bank, actor, filled, tmp_path):
    document = pypdfium2.PdfDocument(written(bank, actor, tmp_path, "inventory", "pdf"))
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "Plasma" in text
    assert "All" in text, "the last row says what it adds up"
    assert CalamineWorkbook.from_path(written(bank, actor, tmp_path, "inventory", "xlsx")).sheet_names == [
        "Inventory",
        "Occupancy",
    ]


def test_what_left_stands_in_the_ledger_before_a_row_does(bank, actor, filled, tmp_path):
    done = export(bank, actor, Export("samples", "csv", tmp_path / "s.csv", where="type:plasma"))
    with bank.read() as connection:
        entry = act(connection, done.entry)
    assert entry.verb == "export"
    assert entry.facts == {"rows": 3, "where": "type:plasma", "as": "csv", "to": str(tmp_path / "s.csv")}


def test_a_file_that_is_there_is_never_written_over(bank, actor, filled, tmp_path):
    (tmp_path / "s.csv").write_text("mine")
    with pytest.raises(Refused, match="already there"):
        export(bank, actor, Export("samples", "csv", tmp_path / "s.csv"))
    assert (tmp_path / "s.csv").read_text() == "mine"


def test_a_folder_that_is_not_there_is_told(bank, actor, filled, tmp_path):
    from biobank_tui.rules.errors import Unreachable

    with pytest.raises(Unreachable):
        export(bank, actor, Export("samples", "csv", tmp_path / "no" / "s.csv"))


def test_only_a_manager_exports_and_only_what_is_theirs(bank, actor, make, filled, tmp_path):
    for role in (Role.TECHNICIAN, Role.PROJECT_LEAD, Role.COMMITTEE, Role.AUDITOR):
        with pytest.raises(Denied):
            export(bank, make.person(role), Export("donors", "csv", tmp_path / "d.csv"))
    other = make.organisation("OTHER")
    theirs = make.person(Role.MANAGER, within=other)
    with pytest.raises(Denied):
        export(bank, theirs, Export("donors", "csv", tmp_path / "d.csv"))
    with pytest.raises(Denied):
        export(bank, theirs, Export("ledger", "csv", tmp_path / "d.csv"))
    assert not (tmp_path / "d.csv").exists()


def test_a_kind_or_form_that_is_not_there_names_those_that_are(bank, actor, tmp_path):
    with pytest.raises(NotFound, match="samples"):
        export(bank, actor, Export("freezers"))
    with pytest.raises(Refused, match="csv, jsonl, xlsx, parquet"):
        export(bank, actor, Export("forms", "mii-fhir"))


def test_bytes_do_not_go_to_a_terminal(bank, actor, filled, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    for form in sorted(BINARY & set(forms_of("samples"))):
        with pytest.raises(Refused, match="terminal"):
            export(bank, actor, Export("samples", form))


def test_rows_are_read_as_they_are_written(bank, actor, make, tmp_path, monkeypatch):
    """However many there are: never more than a slice of them stands in memory."""
    from biobank_tui.queries import exporting

    make.samples(25)
    monkeypatch.setattr(exporting, "AT_ONCE", 10)
    heard: list[int] = []
    monkeypatch.setattr("biobank_tui.queries.export_forms.TELL_EVERY", 10)
    done = export(bank, actor, Export("samples", "csv", tmp_path / "s.csv"), heard.append)
    assert done.rows == 25
    assert heard == [10, 20]
