"""What resources of every profile are put together from: ids, references, codings, quantities, dates."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from typing import Any, Final

from biobank_tui.rules.amounts import Unit

Resource = dict[str, Any]

UCUM: Final = "http://unitsofmeasure.org"
SNOMED: Final = "http://snomed.info/sct"
LOINC: Final = "http://loinc.org"
ICD_10: Final = "http://hl7.org/fhir/sid/icd-10"
ICD_O_3: Final = "http://terminology.hl7.org/CodeSystem/icd-o-3"
ICD_O_EDITION: Final = "3.2"
IDENTIFIERS: Final = "urn:biobank"
"""What identifiers are named within: urn:biobank:ORGANISATION:sample. A bank has no address on the web of its own."""

UCUM_UNITS: Final[dict[str, str]] = {
    Unit.NANOLITRE: "nL", Unit.MICROLITRE: "uL", Unit.MILLILITRE: "mL", Unit.LITRE: "L", Unit.PICOGRAM: "pg",
    Unit.NANOGRAM: "ng", Unit.MICROGRAM: "ug", Unit.MILLIGRAM: "mg", Unit.GRAM: "g", Unit.CELLS: "{cells}",
    Unit.PIECES: "{pieces}",
}  # fmt: skip
GENDERS: Final = {"male": "male", "female": "female", "unknown": "unknown", "undifferentiated": "other"}
"""FHIR's administrative gender of a MIABIS sex."""

_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_ICD_10: Final = re.compile(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?")
_ODD: Final = re.compile(r"[^A-Za-z0-9\-._~]")


def id_of(code: str) -> str:
    """A resource's id for a code: the code itself where FHIR lets it stand, else a digest of it."""
    return code if _ID.fullmatch(code) else hashlib.sha256(code.encode()).hexdigest()[:40]


def reference(kind: str, code: str) -> Resource:
    """A reference to the resource of that code."""
    return {"reference": f"{kind}/{id_of(code)}"}


def identifier(custodian: str, noun: str, code: str) -> Resource:
    """A code with the system it belongs to: its organisation's samples, its organisation's donors."""
    return {"system": f"{IDENTIFIERS}:{_ODD.sub('-', custodian)}:{noun}", "value": code}


def external(system: str, value: str) -> Resource:
    """Another system's identifier."""
    return {"system": f"{IDENTIFIERS}:external:{_ODD.sub('-', system)}", "value": value}


def coding(system: str, code: str, display: str = "") -> Resource:
    """One code of a code system."""
    found = {"system": system, "code": code}
    return {**found, "display": display} if display else found


def concept(*codings: Resource) -> Resource:
    """Codes that mean the same thing."""
    return {"coding": list(codings)}


def disease(code: str) -> Resource | None:
    """An ICD-10 code as a concept; nothing where it is none."""
    return concept(coding(ICD_10, code)) if _ICD_10.fullmatch(code) else None


def site(code: str, *, edition: bool = True) -> Resource:
    """An ICD-O-3 topography. MIABIS wants the edition beside it."""
    found = coding(ICD_O_3, code)
    return concept({**found, "version": ICD_O_EDITION} if edition else found)


def quantity(base: int, unit: str) -> Resource:
    """An amount in the unit it is shown in. Decimal, so that no digit is made up."""
    shown = Unit(unit)
    value = Decimal(base) / shown.factor
    plain: int | float = int(value) if value == value.to_integral_value() else float(value)
    return {"value": plain, "unit": str(shown), "system": UCUM, "code": UCUM_UNITS[shown]}


def moment(text: str) -> str:
    """A moment as a FHIR dateTime: one with a time has its seconds and its zone, a partial one stays partial."""
    if len(text) == len("2021-03-04T10:15Z") and text.endswith("Z"):
        return text[:-1] + ":00Z"
    return text
