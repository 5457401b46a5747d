"""MIABIS on FHIR: Sample, Sample Donor, Condition, Observation, Biobank, Collection Organization and Collection.

Profiles, extensions and code systems: BBMRI-cz/miabis-on-fhir 1.3.0 (commit aa4b4b3), canonical
https://fhir.bbmri-eric.eu. Its Biobank profile asks for contacts and addresses that no bank here holds: they are said
where they are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from biobank_tui.exchange.fhir.parts import (
    GENDERS,
    LOINC,
    SNOMED,
    Resource,
    coding,
    concept,
    disease,
    external,
    id_of,
    identifier,
    moment,
    quantity,
    reference,
    site,
)
from biobank_tui.rules.temperatures import TEMPERATURES

Row = Mapping[str, Any]

CANONICAL: Final = "https://fhir.bbmri-eric.eu"
DIAGNOSIS_OF_SAMPLE: Final = coding(LOINC, "52797-8", "Diagnosis ICD code")
GENDER: Final = "http://hl7.org/fhir/administrative-gender"
SAMPLE_TYPE: Final = f"{CANONICAL}/CodeSystem/miabis-detailed-samply-type-cs"
COLLECTION_TYPE: Final = f"{CANONICAL}/CodeSystem/miabis-collection-sample-type-cs"
TEMPERATURE: Final = f"{CANONICAL}/CodeSystem/miabis-storage-temperature-cs"
CHARACTERISTIC: Final = f"{CANONICAL}/CodeSystem/miabis-characteristicCS"
STORAGE_OF_SPECIMEN: Final = coding(SNOMED, "1186936003", "Storage of specimen (procedure)")
STATUSES: Final = {"available": "available", "reserved": "available", "checked_out": "available"}
"""FHIR's word for our status; every other is unavailable."""
GROUPS: Final = {
    "Blood": "Blood", "Buffy coat": "BuffyCoat", "Cancer cell lines": "CancerCellLine", "DNA": "DNA",
    "Embryo or fetal tissue": "EmbryoFetal", "Entire body organ": "EntireOrgan", "Faeces": "Faeces",
    "Immortalised cell lines": "ImmortalizedCellLine", "Isolated microbes": "IsolatedMicrobe",
    "Other body fluid": "OtherBodyFluid", "Plasma": "Plasma", "Post-mortem tissue": "PostMortemTissue",
    "Primary cells": "PrimaryCells", "RNA": "RNA", "Saliva": "Saliva", "Serum": "Serum",
    "Specimen from environment or food": "SpecimenEnvironment", "Swab": "Swab",
    "Tissue (fresh frozen or fixed)": "TissueFrozen", "Urine": "Urine",
}  # fmt: skip
"""Collection-level code of a material's group; Other where there is none."""
FIXED: Final = "TissueFixed"


def _profile(name: str) -> Resource:
    return {"profile": [f"{CANONICAL}/StructureDefinition/{name}"]}


def _extension(name: str, **value: Any) -> Resource:
    return {"url": f"{CANONICAL}/StructureDefinition/{name}", **value}


def _collection(custodian: str) -> str:
    return f"{custodian}-collection"


def temperature(code: str) -> Resource:
    """A storage temperature as MIABIS codes it; liquid nitrogen's two phases are one there."""
    return concept(coding(TEMPERATURE, TEMPERATURES[code].miabis if code in TEMPERATURES else "Other"))


def organisations(row: Row) -> list[Resource]:
    """A custodian as the biobank and as the organisation of its collection. row: code, name, country, bank."""
    country = [{"country": row["country"]}] if row["country"] else None
    told: list[Resource] = [
        {
            "resourceType": "Organization",
            "id": id_of(row["code"]),
            "meta": _profile("miabis-biobank"),
            "identifier": [identifier(row["code"], "organisation", row["code"])],
            "name": row["name"],
        },
        {
            "resourceType": "Organization",
            "id": id_of(_collection(row["code"])),
            "meta": _profile("miabis-collection-organization"),
            "extension": [
                _extension("miabis-organization-description-extension", valueString=f"{row['bank']}: {row['name']}")
            ],
            "identifier": [identifier(row["code"], "collection", _collection(row["code"]))],
            "name": f"{row['bank']}: {row['name']}",
            "partOf": reference("Organization", row["code"]),
        },
    ]
    return [{**each, "address": country} if country else each for each in told]


def collection(row: Row, found: Mapping[str, Iterable[str]]) -> Resource:
    """A custodian's samples as a Collection. row: code, name, bank, donors. found: sex, material, temperature, disease:
    which of each there are."""

    def characteristic(code: str, value: Resource) -> Resource:
        return {
            "code": concept(coding(CHARACTERISTIC, code)),
            "valueCodeableConcept": value,
            "exclude": False,
        }

    diseases = [each for code in found["disease"] if (each := disease(code)) is not None]
    told = [
        *(characteristic("Sex", concept(coding(GENDER, GENDERS[sex]))) for sex in found["sex"]),
        *(characteristic("MaterialType", concept(coding(COLLECTION_TYPE, kind))) for kind in found["material"]),
        *(characteristic("StorageTemperature", temperature(code)) for code in found["temperature"]),
        *(characteristic("Diagnosis", each) for each in diseases),
    ]
    resource: Resource = {
        "resourceType": "Group",
        "id": id_of(_collection(row["code"])),
        "meta": _profile("miabis-collection"),
        "extension": [_extension("miabis-number-of-subjects-extension", valueInteger=row["donors"])],
        "identifier": [identifier(row["code"], "collection", _collection(row["code"]))],
        "active": True,
        "type": "person",
        "actual": True,
        "name": f"{row['bank']}: {row['name']}",
        "managingEntity": reference("Organization", _collection(row["code"])),
    }
    return {**resource, "characteristic": told} if told else resource


def collection_type(material: str, group: str) -> str:
    """The collection-level code of a sample type."""
    return "TissueFFPE" if material == FIXED else GROUPS.get(group, "Other")


def donor(row: Row) -> Resource:
    """A Sample Donor: the pseudonym, the sex, the year (and month) of birth. row: code, custodian, sex, birth_year,
    birth_month, state."""
    resource: Resource = {
        "resourceType": "Patient",
        "id": id_of(row["code"]),
        "meta": _profile("miabis-sample-donor"),
        "identifier": [identifier(row["custodian"], "donor", row["code"])],
        "gender": GENDERS[row["sex"]],
    }
    if row["birth_year"]:
        month = f"-{row['birth_month']:02d}" if row["birth_month"] else ""
        resource["birthDate"] = f"{row['birth_year']:04d}{month}"
    if row["state"] == "deceased":
        resource["deceasedBoolean"] = True
    return resource


def condition(row: Row) -> Resource:
    """A donor's diagnosis. row: id, donor, system, code, date, age, stage, tnm."""
    code = disease(row["code"]) if row["system"] == "ICD-10" else site(row["code"])
    resource: Resource = {
        "resourceType": "Condition",
        "id": f"diagnosis-{row['id']}",
        "meta": _profile("miabis-condition"),
        "subject": reference("Patient", row["donor"]),
        "code": code or {"text": row["code"]},
    }
    if row["date"]:
        resource["onsetDateTime"] = moment(row["date"])
    elif row["age"] is not None:
        resource["onsetAge"] = {
            "value": row["age"], "unit": "years", "system": "http://unitsofmeasure.org", "code": "a"
        }  # fmt: skip
    staging = " ".join(text for text in (row["stage"], row["tnm"]) if text)
    if staging:
        resource["stage"] = [{"summary": {"text": staging}}]
    return resource


def sample(row: Row) -> Resource:
    """A Sample. row: code, custodian, donor, parent, parent_here (in the file), material, material_label, status,
    amount, unit, topography, collected, received, processed, frozen, temperature, uses (in words), externals (pairs).
    """
    resource: Resource = {
        "resourceType": "Specimen",
        "id": id_of(row["code"]),
        "meta": _profile("miabis-sample"),
        "extension": [
            _extension(
                "miabis-sample-collection-extension",
                valueIdentifier=identifier(row["custodian"], "collection", _collection(row["custodian"])),
            )
        ],
        "identifier": [identifier(row["custodian"], "sample", row["code"])],
        "status": STATUSES.get(row["status"], "unavailable"),
        "type": concept(coding(SAMPLE_TYPE, row["material"], row["material_label"])),
    }
    fill(resource, row)
    if row["temperature"]:
        stored: Resource = {
            "extension": [
                _extension(
                    "miabis-sample-storage-temperature-extension", valueCodeableConcept=temperature(row["temperature"])
                )
            ],
            "procedure": concept(STORAGE_OF_SPECIMEN),
        }
        if row["frozen"]:
            stored["timeDateTime"] = moment(row["frozen"])
        resource["processing"] = [stored]
    if row["uses"]:
        resource["note"] = [{"text": row["uses"]}]
    return resource


def fill(resource: Resource, row: Row) -> None:
    """What a Specimen of any profile says alike: donor, parent, times, site, amount, other systems' numbers."""
    if row["externals"]:
        system, value = row["externals"][0]
        resource["accessionIdentifier"] = external(system, value)
    if row["donor"]:
        resource["subject"] = reference("Patient", row["donor"])
    if row["received"]:
        resource["receivedTime"] = moment(row["received"])
    if row["parent"]:
        # What the file may not hold is named by its identifier, so that no server looks for it.
        named = {"type": "Specimen", "identifier": identifier(row["custodian"], "sample", row["parent"])}
        resource["parent"] = [reference("Specimen", row["parent"]) if row["parent_here"] else named]
    taken: Resource = {}
    if row["collected"]:
        taken["collectedDateTime"] = moment(row["collected"])
    if row["topography"]:
        taken["bodySite"] = site(row["topography"])
    if taken:
        resource["collection"] = taken
    if row["amount"] is not None and row["unit"]:
        resource["container"] = [{"specimenQuantity": quantity(row["amount"], row["unit"])}]


def observation(row: Row) -> Resource | None:
    """The diagnosis of a sample's content; nothing where it has none, or no donor."""
    code = disease(row["diagnosis"]) if row["diagnosis"] else None
    if code is None or not row["donor"]:
        return None
    return {
        "resourceType": "Observation",
        "id": id_of(f"dx-{row['code']}"),
        "meta": _profile("miabis-observation"),
        "status": "final",
        "code": concept(DIAGNOSIS_OF_SAMPLE),
        "subject": reference("Patient", row["donor"]),
        "specimen": reference("Specimen", row["code"]),
        "valueCodeableConcept": code,
    }
