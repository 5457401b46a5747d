"""Templates are what an import takes; the contract is what an export of ours holds to."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
from frictionless import Package, Resource, Schema, system
from python_calamine import CalamineWorkbook

from biobank_tui.actions.exporting import Export, export
from biobank_tui.actions.importing import ImportRequest, import_files
from biobank_tui.exchange import contract, templates
from biobank_tui.exchange.kinds import KINDS
from biobank_tui.paths import schema_dir

LISTED = [
    kind for kind in KINDS.values() if any(field.choices for field in kind.fields if not field.name.endswith(".*"))
]


def workbook(kind, language: str = "en") -> bytes:
    out = io.BytesIO()
    templates.write_workbook(out, kind, language)
    return out.getvalue()


def parts(book: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(book)) as inside:
        return {name: inside.read(name).decode(errors="replace") for name in inside.namelist()}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_workbook_has_the_header_the_dictionary_and_a_frozen_first_row(kind):
    book = workbook(kind)
    read = CalamineWorkbook.from_filelike(io.BytesIO(book))
    assert read.sheet_names[:2] == [kind.name, "dictionary"]
    assert read.get_sheet_by_index(0).to_python()[0] == templates.header(kind)
    told = {row[0]: row for row in read.get_sheet_by_index(1).to_python()[1:]}
    assert told.keys() == {field.name for field in kind.fields}
    assert all(row[3] for row in told.values())
    inside = parts(book)
    assert 'state="frozen"' in inside["xl/worksheets/sheet1.xml"]
    assert kind.fields[0].en in inside["xl/comments1.xml"]


@pytest.mark.parametrize("kind", LISTED, ids=lambda kind: kind.name)
def test_drop_downs_show_the_code_lists(kind):
    book = workbook(kind)
    sheet = parts(book)["xl/worksheets/sheet1.xml"]
    listed = [field for field in kind.fields if field.choices and not field.name.endswith(".*")]
    assert sheet.count('type="list"') == len(listed)
    lists = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("lists").to_python()
    places = {name: place for place, name in enumerate(templates.header(kind))}
    for field in listed:
        column = [row[places[field.name] - _first(lists, places, listed)] for row in lists]
        assert [cell for cell in column if cell] == [str(choice) for choice in field.choices]


def _first(lists, places, listed) -> int:
    """Where the lists' own columns begin: leading empty ones are not read."""
    return min(places[field.name] for field in listed)


def test_a_filled_template_comes_in_with_its_leading_zeros(bank, actor, tmp_path):
    file = tmp_path / "donors.csv"
    with file.open("wb") as out:
        templates.write_csv(out, KINDS["donors"])
    row = dict.fromkeys(templates.header(KINDS["donors"]), "") | {"code": "00042", "sex": "female"}
    with file.open("a", encoding="utf-8", newline="") as out:
        csv.writer(out).writerow(row.values())
    report = import_files(bank, actor, ImportRequest("donors", (file,)))
    assert (report.total("created"), report.refused) == (1, ())
    export(bank, actor, Export("donors", "csv", tmp_path / "out.csv"))
    assert next(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text())))["code"] == "00042"


def test_the_dictionary_is_there_in_french_too():
    out = io.BytesIO()
    templates.write_dictionary(out, KINDS["samples"], "fr")
    rows = list(csv.DictReader(io.StringIO(out.getvalue().decode())))
    told = {row["name"]: row for row in rows}
    assert told["material"]["miabis"] == "MIABIS-SAMPLE-02"
    assert "Plasma" in told["material"]["values"].split(", ")
    assert told["code"]["required"] == "oui"
    assert told["collected"]["meaning"] == "Date du prélèvement"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_schema_is_a_table_schema(kind):
    schema = Schema.from_descriptor(contract.table_schema(kind))
    assert {field.name for field in schema.fields} == set(templates.header(kind))
    for field in contract.table_schema(kind)["fields"]:
        assert field["title"]
        assert field["title_fr"]


def test_the_contract_is_a_data_package():
    described = json.loads((schema_dir() / "tables" / "datapackage.json").read_text(encoding="utf-8"))
    with system.use_context(trusted=True):
        package = Package.from_descriptor(described, basepath=str(schema_dir() / "tables"))
    assert {each.name for each in package.resources} == set(KINDS)


@pytest.mark.parametrize("kind", ["donors", "samples", "consents", "storage", "positions"])
def test_what_is_exported_holds_to_the_contract(bank, actor, make, tmp_path, kind):
    donor = make.consenting("GRU", "DS:C50", birth_year=1960, birth_month=3, country="FR")
    make.placed(2, unit=make.box(4, 4, temperature="-80"), positions=["A1", "B2"], donor=donor, collected="2026-01-10")
    make.consenting("HMB")
    file = tmp_path / f"{kind}.csv"
    assert export(bank, actor, Export(kind, "csv", file)).rows > 0
    described = contract.table_schema(KINDS[kind])
    described.pop("foreignKeys", None)
    with system.use_context(trusted=True):
        report = Resource(path=str(file), schema=Schema.from_descriptor(described)).validate()
    assert report.valid, report.flatten(["type", "note"])
