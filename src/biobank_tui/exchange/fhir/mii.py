"""The Specimen of the German Medical Informatics Initiative (MII), module Biobank, and what it refers to.

Profiles and code systems as in the module's published examples: Specimen with its level (Probenebene), the
organisation that administers it, and the storage with its temperature. The sample type stands in SNOMED CT where the
MIABIS table has one, and in MIABIS beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from biobank_tui.exchange.fhir import miabis
from biobank_tui.exchange.fhir.parts import (
    GENDERS,
    SNOMED,
    UCUM,
    Resource,
    coding,
    concept,
    id_of,
    identifier,
    moment,
    reference,
)
from biobank_tui.rules.temperatures import TEMPERATURES

Row = Mapping[str, Any]

MODULE: Final = "https://www.medizininformatik-initiative.de/fhir/ext/modul-biobank"
PERSON: Final = "https://www.medizininformatik-initiative.de/fhir/core/modul-person"
MIABIS: Final = "https://fhir.bbmri-eric.eu/fhir"
"""MIABIS as the MII module names it, which is not the canonical of MIABIS on FHIR today."""
LEVELS: Final = {
    "primary": ("PRIMÄRPROBE", "Primärprobe"),
    "aliquot": ("ALIQUOT", "Aliquot"),
    "derivative": ("ALIQUOTGRUPPE", "Aliquotgruppe"),
    "pool": ("ALIQUOTGRUPPE", "Aliquotgruppe"),
}
DEGREES: Final[dict[str, tuple[int, int]]] = {
    "RT": (15, 25), "2to10": (2, 10), "-18to-35": (-35, -18), "-60to-85": (-85, -60), "LN-vapour": (-190, -135),
    "LN-liquid": (-196, -196),
}  # fmt: skip
"""The range each storage temperature stands for, degrees Celsius."""
TUBE: Final = coding(SNOMED, "83059008", "Tube, device (physical object)")


def organisation(row: Row) -> Resource:
    """The organisation that administers samples. row: code, name, country."""
    resource: Resource = {
        "resourceType": "Organization",
        "id": id_of(row["code"]),
        "meta": {"profile": [f"{MODULE}/StructureDefinition/Organization"]},
        "identifier": [identifier(row["code"], "organisation", row["code"])],
        "name": row["name"],
    }
    return {**resource, "address": [{"country": row["country"]}]} if row["country"] else resource


def donor(row: Row) -> Resource:
    """The pseudonymous patient of the core module Person."""
    resource: Resource = {
        "resourceType": "Patient",
        "id": id_of(row["code"]),
        "meta": {"profile": [f"{PERSON}/StructureDefinition/PatientPseudonymisiert"]},
        "identifier": [
            {
                **identifier(row["custodian"], "donor", row["code"]),
                "type": concept(coding("http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "PSEUDED")),
            }
        ],
        "gender": GENDERS[row["sex"]],
    }
    if row["birth_year"]:
        resource["birthDate"] = f"{row['birth_year']:04d}"
    if row["state"] == "deceased":
        resource["deceasedBoolean"] = True
    return resource


def condition(row: Row) -> Resource:
    """A donor's diagnosis. We hold WHO codes, not those of ICD-10-GM: it claims no profile that asks for them."""
    return {name: value for name, value in miabis.condition(row).items() if name != "meta"}


def specimen(row: Row) -> Resource:
    """A Specimen. row: as `miabis.sample` takes it, with kind, snomed, snomed_label and diagnosis_id (the donor's)."""
    level, display = LEVELS[row["kind"]]
    types = [coding(f"{MIABIS}/CodeSystem/miabis-detailed-samply-type-cs", row["material"], row["material_label"])]
    if row["snomed"]:
        types.insert(0, coding(SNOMED, row["snomed"], row["snomed_label"]))
    resource: Resource = {
        "resourceType": "Specimen",
        "id": id_of(row["code"]),
        "meta": {"profile": [f"{MODULE}/StructureDefinition/Specimen"]},
        "extension": [
            {
                "url": f"{MODULE}/StructureDefinition/mii-ex-biobank-ebene",
                "valueCoding": coding(f"{MODULE}/CodeSystem/mii-cs-biobank-probenebene", level, display),
            },
            {
                "url": f"{MODULE}/StructureDefinition/VerwaltendeOrganisation",
                "valueReference": reference("Organization", row["custodian"]),
            },
        ],
        "identifier": [identifier(row["custodian"], "sample", row["code"])],
        "status": miabis.STATUSES.get(row["status"], "unavailable"),
        "type": concept(*types),
    }
    if row["diagnosis_id"]:
        resource["extension"].append(
            {
                "url": f"{MODULE}/StructureDefinition/Diagnose",
                "valueReference": reference("Condition", f"diagnosis-{row['diagnosis_id']}"),
            }
        )
    miabis.fill(resource, row)
    resource["container"] = [{**each, "type": concept(TUBE)} for each in resource.get("container", [{}])]
    if row["temperature"]:
        resource["processing"] = [_storage(row)]
    return resource


def _storage(row: Row) -> Resource:
    code = row["temperature"]
    told: list[Resource] = []
    if code in DEGREES:
        low, high = ({"value": degree, "unit": "°C", "system": UCUM, "code": "Cel"} for degree in DEGREES[code])
        told.append(
            {"url": f"{MODULE}/StructureDefinition/Temperaturbedingungen", "valueRange": {"low": low, "high": high}}
        )
    mapped = TEMPERATURES[code].miabis if code in TEMPERATURES else "Other"
    told.append(
        {
            "url": f"{MIABIS}/StructureDefinition/miabis-sample-storage-temperature-extension",
            "valueCodeableConcept": concept(coding(f"{MIABIS}/CodeSystem/miabis-storage-temperature-cs", mapped)),
        }
    )
    stored: Resource = {"extension": told, "procedure": concept(miabis.STORAGE_OF_SPECIMEN)}
    start = row["frozen"] or row["processed"] or row["received"]
    return {**stored, "timePeriod": {"start": moment(start)}} if start else stored
