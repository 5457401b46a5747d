"""FHIR files hold what FHIR R4 lets them hold, and say what the bank says.

As many samples as BIOBANK_FHIR_SAMPLES names are drawn from a generated bank; `make fhir` takes 10,000.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from fhir.resources.R4B import get_fhir_model_class

from biobank_tui.actions.exporting import Export, export
from biobank_tui.bank.bank import Bank
from biobank_tui.demo import generate
from biobank_tui.demo.generating import LEAST_DONORS, LEAST_SAMPLES
from biobank_tui.exchange.fhir import miabis, mii, parts
from biobank_tui.rules.amounts import Unit

DRAWN = int(os.environ.get("BIOBANK_FHIR_SAMPLES", "150"))
SAMPLE = {
    "code": "S-0000017", "custodian": "IGR", "donor": "D-0000010", "parent": None, "parent_here": True,
    "material": "Plasma", "material_label": "Plasma", "status": "available", "amount": 250_000, "unit": "µL",
    "topography": "C50.4", "diagnosis": "C50.4", "collected": "2026-01-10T08:15Z", "received": "2026-01-10",
    "processed": None, "frozen": "2026-01", "temperature": "LN-vapour", "uses": "Permitted: GRU", "externals": [],
    "kind": "aliquot", "snomed": "119361006", "snomed_label": "Plasma specimen (specimen)", "diagnosis_id": 7,
}  # fmt: skip


@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> Bank:
    """An invented bank with a past."""
    folder = tmp_path_factory.mktemp("generated")
    size = max(DRAWN * 6 // 5, LEAST_SAMPLES)
    with generate(folder / "bank.db", donors=max(size // 12, LEAST_DONORS), samples=size, seed=5) as bank:
        yield bank


def check(resource: dict) -> str:
    """The resource's type; it raises where the published structure does not hold."""
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    return resource["resourceType"]


@pytest.mark.parametrize("form", ["miabis-fhir", "mii-fhir"])
def test_every_resource_of_a_generated_bank_holds_to_the_published_structure(generated, form, tmp_path):
    to = tmp_path / "bank.ndjson"
    done = export(generated, generated.actor("admin"), Export("samples", form, to))
    resources = [json.loads(line) for line in to.read_text(encoding="utf-8").splitlines()]
    assert done.rows == len(resources)
    ids = {f"{each['resourceType']}/{each['id']}" for each in resources}
    assert len(ids) == len(resources)
    specimens = [each for each in resources if each["resourceType"] == "Specimen"]
    drawn = Random(11).sample(specimens, min(DRAWN, len(specimens)))
    codes = {f"Specimen/{each['id']}" for each in drawn}
    rest = [
        each
        for each in resources
        if each["resourceType"] in {"Organization", "Group"} or each.get("specimen", {}).get("reference") in codes
    ]
    subjects = {each["subject"]["reference"] for each in drawn if "subject" in each}
    people = [each for each in resources if f"Patient/{each['id']}" in subjects and each["resourceType"] == "Patient"]
    ill = [
        each for each in resources if each["resourceType"] == "Condition" and each["subject"]["reference"] in subjects
    ]
    counts = Counter(map(check, (*drawn, *rest, *people, *ill)))
    assert counts["Specimen"] == len(drawn) >= min(DRAWN, 100)
    assert counts["Patient"] == len(subjects) > 10
    assert set(_references(drawn)) <= ids


def _references(value: object):
    """Every reference within a resource."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def test_a_bundle_puts_each_resource_under_its_id(generated, tmp_path):
    to = tmp_path / "bank.json"
    done = export(generated, generated.actor("admin"), Export("samples", "miabis-fhir", to))
    bundle = json.loads(to.read_text(encoding="utf-8"))
    assert (bundle["resourceType"], bundle["type"], len(bundle["entry"])) == ("Bundle", "transaction", done.rows)
    bundle["entry"] = bundle["entry"][:50]
    check(bundle)
    for entry in bundle["entry"]:
        assert entry["request"] == {
            "method": "PUT",
            "url": f"{entry['resource']['resourceType']}/{entry['resource']['id']}",
        }


def test_a_sample_says_its_type_site_place_amount_and_uses():
    resource = miabis.sample(SAMPLE)
    check(resource)
    assert resource["type"]["coding"][0]["code"] == "Plasma"
    assert resource["container"][0]["specimenQuantity"] == {
        "value": 250, "unit": "µL", "system": parts.UCUM, "code": "uL"
    }  # fmt: skip
    assert resource["collection"]["collectedDateTime"] == "2026-01-10T08:15:00Z"
    site = resource["collection"]["bodySite"]["coding"][0]
    assert (site["code"], bool(site["system"]), bool(site["version"])) == ("C50.4", True, True)
    stored = resource["processing"][0]
    assert stored["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "LN"
    assert stored["timeDateTime"] == "2026-01"
    assert resource["note"] == [{"text": "Permitted: GRU"}]


def test_an_mii_specimen_says_its_level_its_keeper_and_degrees():
    resource = mii.specimen(SAMPLE)
    check(resource)
    told = {each["url"].rsplit("/", 1)[1]: each for each in resource["extension"]}
    assert told["mii-ex-biobank-ebene"]["valueCoding"]["code"] == "ALIQUOT"
    assert told["VerwaltendeOrganisation"]["valueReference"] == {"reference": "Organization/IGR"}
    assert told["Diagnose"]["valueReference"] == {"reference": "Condition/diagnosis-7"}
    assert resource["type"]["coding"][0]["system"] == parts.SNOMED
    degrees = resource["processing"][0]["extension"][0]["valueRange"]
    assert (degrees["low"]["value"], degrees["high"]["value"]) == (-190, -135)


def test_the_diagnosis_of_a_sample_is_an_observation_on_it():
    resource = miabis.observation(SAMPLE)
    assert check(resource) == "Observation"
    assert resource["specimen"] == {"reference": "Specimen/S-0000017"}
    assert miabis.observation({**SAMPLE, "diagnosis": None}) is None
    assert miabis.observation({**SAMPLE, "diagnosis": "not a code"}) is None


@pytest.mark.parametrize("code", ["P 1/é", "x" * 200, "", "S_17", "=1+1", "<b>"])
def test_any_code_becomes_an_id_that_fhir_takes_and_keeps_its_identifier(code):
    resource = miabis.sample({**SAMPLE, "code": code or "a b", "parent": "p q", "parent_here": False})
    check(resource)
    assert resource["identifier"][0]["value"] == (code or "a b")
    assert resource["parent"][0]["identifier"]["value"] == "p q"
    assert parts.id_of("S-17") == "S-17"


@pytest.mark.parametrize("unit", list(Unit))
def test_every_unit_has_its_ucum_code_and_no_digit_is_made_up(unit):
    assert parts.quantity(unit.factor * 3, unit)["value"] == 3
    assert parts.quantity(1, Unit.MICROLITRE) == {"value": 0.001, "unit": "µL", "system": parts.UCUM, "code": "uL"}
    assert parts.UCUM_UNITS[unit]


@pytest.mark.parametrize(
    ("written", "told"),
    [("2021", "2021"), ("2021-03", "2021-03"), ("2021-03-04", "2021-03-04"),
     ("2021-03-04T10:15Z", "2021-03-04T10:15:00Z"),
     ("2021-03-04T10:15:20Z", "2021-03-04T10:15:20Z")],
)  # fmt: skip
def test_a_moment_has_seconds_where_it_has_a_time_and_stays_partial_where_it_is(written, told):
    assert parts.moment(written) == told


def test_a_donor_shows_no_more_than_month_and_year_of_birth():
    row = {"code": "D-1", "custodian": "IGR", "sex": "undifferentiated", "birth_year": 1961, "birth_month": 4}
    resource = miabis.donor({**row, "state": "deceased"})
    check(resource)
    assert (resource["birthDate"], resource["gender"], resource["deceasedBoolean"]) == ("1961-04", "other", True)
    assert set(resource) <= {"resourceType", "id", "meta", "identifier", "gender", "birthDate", "deceasedBoolean"}
    check(mii.donor({**row, "state": "active"}))


def test_every_sample_type_has_a_code_at_the_collections_level():
    from biobank_tui.rules.materials import MATERIALS

    allowed = {*miabis.GROUPS.values(), "TissueFFPE", "Other"}
    assert {miabis.collection_type(each.code, each.group) for each in MATERIALS.values()} <= allowed
    assert miabis.collection_type("TissueFixed", MATERIALS["TissueFixed"].group) == "TissueFFPE"
    assert {each.group for each in MATERIALS.values()} - miabis.GROUPS.keys() <= {"Other"}


def test_the_files_end_up_nowhere_when_writing_fails(generated, tmp_path: Path, monkeypatch):
    def broken(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("biobank_tui.queries.export_forms.write_bundle", broken)
    from biobank_tui.rules.errors import Unreachable

    with pytest.raises(Unreachable, match="No space left"):
        export(generated, generated.actor("admin"), Export("samples", "mii-fhir", tmp_path / "out.json"))
    assert list(tmp_path.iterdir()) == []
