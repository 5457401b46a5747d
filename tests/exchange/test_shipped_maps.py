"""The maps that travel with the program take in the files they are named for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from biobank_tui.actions.importing import ImportRequest, import_files
from biobank_tui.bank import checking
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.exchange.defects import as_rows
from biobank_tui.exchange.mapfiles import load_maps, shipped

ICD = "http://hl7.org/fhir/sid/icd-10"
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "gender": "female",
    "birthDate": "1958-02-06",
    "name": [{"family": "Nobody"}],
    "deceasedDateTime": "2020-01-01",
}
CONDITIONS = [
    {
        "resourceType": "Condition",
        "id": f"c{n}",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": ICD, "code": code}]},
        "onsetDateTime": "2004-10",
    }
    for n, code in enumerate(("C50.4", "E119"))
]


def specimen(number: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Specimen",
        "id": number,
        "subject": {"reference": "urn:uuid:p1"},
        "type": {"coding": [{"system": "http://snomed.info/sct", "code": "119364003"}]},
        **more,
    }


TUBE = specimen(
    "s1",
    identifier=[{"value": "0012"}],
    container=[{"specimenQuantity": {"value": 0.50, "unit": "ml"}}],
    collection={"collectedDateTime": "2021-03-04T10:15:00Z"},
)
ALIQUOT = specimen("s2", parent=[{"reference": "Specimen/s1"}], status="unavailable")


def bundle(*resources: dict[str, Any]) -> str:
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_map_can_be_read(name: str) -> None:
    assert load_maps(Path(name))


@pytest.mark.parametrize("form", ["bundle", "ndjson", "apart"])
def test_a_fhir_bank_comes_in_whatever_its_files(bank: Bank, actor: Actor, raw: Any, tmp_path: Path, form: str) -> None:
    # The aliquot stands before what it comes from.
    resources = (ALIQUOT, TUBE, *CONDITIONS, PATIENT)
    if form == "bundle":
        contents = {"b.json": bundle(*resources)}
    elif form == "ndjson":
        contents = {"b.ndjson": "\n".join(json.dumps(resource) for resource in resources)}
    else:
        contents = {f"{resource['id']}.json": json.dumps(resource) for resource in resources}
    paths = []
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
        paths.append(tmp_path / name)
    report = import_files(bank, actor, ImportRequest("all", tuple(paths), Path("fhir")))
    assert as_rows(report.defects) == []
    assert raw("SELECT code, sex, birth_year, birth_month, state, diagnosis FROM donor") == [
        ("p1", "female", 1958, 2, "deceased", "C50.4")
    ]
    assert raw("SELECT code FROM diagnosis ORDER BY code") == [("C50.4",), ("E11.9",)]
    assert raw("SELECT code, kind, material, status, amount, collected FROM sample ORDER BY code") == [
        ("s1", "primary", "Serum", "available", 500_000, "2021-03-04T10:15:00Z"),
        ("s2", "aliquot", "Serum", "missing", None, "2021-03-04T10:15:00Z"),
    ]
    assert raw("SELECT value FROM external_identifier") == [("0012",)]
    again = import_files(bank, actor, ImportRequest("all", tuple(paths), Path("fhir")))
    assert (again.total("created"), again.total("changed")) == (0, 0)
    with bank.read() as connection:
        assert [str(finding) for finding in checking.check(connection)] == []


def test_a_contained_patient_is_the_donor_of_the_specimen_that_holds_it(
    bank: Bank, actor: Actor, raw: Any, tmp_path: Path
) -> None:
    path = tmp_path / "s.json"
    holder = specimen("s9", subject={"reference": "#p"}, contained=[{"resourceType": "Patient", "id": "p"}])
    path.write_text(json.dumps(holder), encoding="utf-8")
    assert as_rows(import_files(bank, actor, ImportRequest("all", (path,), Path("fhir"))).defects) == []
    assert raw("SELECT d.code FROM sample s JOIN donor d ON d.id = s.donor_id") == [("s9#p",)]


def test_a_condition_without_a_code_known_here_is_reported_and_harmless(
    bank: Bank, actor: Actor, tmp_path: Path
) -> None:
    path = tmp_path / "b.json"
    snomed = {**CONDITIONS[0], "code": {"coding": [{"system": "http://snomed.info/sct", "code": "10509002"}]}}
    path.write_text(bundle(PATIENT, snomed), encoding="utf-8")
    report = import_files(bank, actor, ImportRequest("all", (path,), Path("fhir")))
    assert [each.code for each in as_rows(report.defects)] == ["value.missing"]
    assert report.total("refused") == 0
    assert report.total("created") == 1


MASTER = """CP Short Title,PPID,First Name,Date Of Birth,Gender,Specimen Label,Class,Type,Lineage,\
Parent Specimen Label,Quantity,Collection Date,Container,Row,Column,PMI#1#MRN
Trial,T-1,Nobody,01-08-1991,Female,T1.WB,Fluid,Whole Blood,New,,5,01-02-2016 00:00,,,,1111
Trial,,,,,T1.A1,Fluid,Plasma,Aliquot,T1.P,1,,,,,
Trial,,,,,T1.P,Fluid,Plasma,Derived,T1.WB,5,,,,,
"""


def test_an_openspecimen_master_upload_comes_in_with_its_lineage(
    bank: Bank, actor: Actor, raw: Any, tmp_path: Path
) -> None:
    path = tmp_path / "master_specimen_upload.csv"
    path.write_text(MASTER, encoding="utf-8")
    report = import_files(bank, actor, ImportRequest("all", (path,), Path("openspecimen")))
    assert as_rows(report.defects) == []
    assert raw("SELECT code, kind, material, amount, collected FROM sample ORDER BY code") == [
        ("T1.A1", "aliquot", "Plasma", 1_000_000, "2016-01-02T00:00Z"),
        ("T1.P", "derivative", "Plasma", 5_000_000, "2016-01-02T00:00Z"),
        ("T1.WB", "primary", "WholeBlood", 5_000_000, "2016-01-02T00:00Z"),
    ]
    assert raw("SELECT count(DISTINCT donor_id) FROM sample") == [(1,)]


def test_a_miabis_table_of_samples_comes_in(bank: Bank, actor: Actor, raw: Any, tmp_path: Path) -> None:
    path = tmp_path / "sample.txt"
    path.write_text("# MIABIS\nID\tPARENT_SAMPLE_ID\tMATERIAL_TYPE\tSAMPLED_TIME\n001-2\t001-1\tDNA\t2004-06-10\n")
    report = import_files(bank, actor, ImportRequest("samples", (path,), Path("miabis")))
    assert report.total("created") == 1
    assert raw("SELECT code, material, collected FROM sample") == [("001-2", "DNA", "2004-06-10")]


def test_fhir_custodians_are_known_or_told_and_what_nothing_takes_is_counted(
    bank: Bank, actor: Actor, raw: Any, tmp_path: Path
) -> None:
    bbmri = "https://fhir.bbmri.de/StructureDefinition/Custodian"
    kept = {"extension": [{"url": bbmri, "valueReference": {"reference": "Organization/HOME"}}]}
    elsewhere = {"extension": [{"url": bbmri, "valueReference": {"reference": "Organization/collection-1"}}]}
    weights = [{"resourceType": "Observation", "id": f"o{n}", "subject": {"reference": "Patient/p1"}} for n in range(3)]
    others = [{"resourceType": "Organization", "id": "collection-1"}]
    path = tmp_path / "bundle.json"
    path.write_text(bundle(PATIENT, specimen("s1", **kept), specimen("s2", **elsewhere), *weights, *others))
    report = import_files(bank, actor, ImportRequest("all", (path,), Path("fhir")))
    told = [(each.code, each.value) for each in as_rows(report.defects)]
    assert told == [("organisation.unknown", "Organization/collection-1")]
    assert report.unread == (("bundle.json", "Observation", 3), ("bundle.json", "Organization", 1))
    kept_by = raw("SELECT s.code, o.code FROM sample s JOIN organisation o ON o.id = s.custodian_id ORDER BY s.code")
    assert kept_by == [("s1", "HOME"), ("s2", "HOME")]
    with bank.read() as connection:
        assert [str(finding) for finding in checking.check(connection)] == []
