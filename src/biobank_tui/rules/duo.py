"""What a consent can be coded with: the Data Use Ontology's terms and the local ones beside them.

Source of codes and labels: EBISPOT/DUO (CC-BY-4.0), listed in schema/codes/duo_codes.csv.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from biobank_tui.rules.errors import Refused


class TermKind(StrEnum):
    """base: what research at all; restriction: in force when answered yes; extra: asked one by one, no answer is no."""

    BASE = "base"
    RESTRICTION = "restriction"
    EXTRA = "extra"


class Parameter(StrEnum):
    """What a term needs said with it."""

    NOTHING = ""
    DISEASES = "diseases"
    COUNTRIES = "countries"
    DAY = "day"
    LIMIT = "months or last day"
    NAMES = "names"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class PermissionTerm:
    """One term a form's question may be coded with; duo is empty for local ones."""

    code: str
    duo: str
    label: str
    kind: TermKind
    parameter: Parameter = Parameter.NOTHING


class Permission(StrEnum):
    """The codes as they are stored: DUO shorthands, then the local ones."""

    NRES = "NRES"
    GRU = "GRU"
    HMB = "HMB"
    DS = "DS"
    POA = "POA"
    RS = "RS"
    NMDS = "NMDS"
    GSO = "GSO"
    NPUNCU = "NPUNCU"
    NPU = "NPU"
    NCU = "NCU"
    PUB = "PUB"
    COL = "COL"
    RTN = "RTN"
    IRB = "IRB"
    GS = "GS"
    MOR = "MOR"
    TS = "TS"
    US = "US"
    PS = "PS"
    IS = "IS"
    NPOA = "NPOA"
    CC = "CC"
    GENETIC_RESEARCH = "genetic_research"
    INCIDENTAL_FINDINGS = "incidental_findings"
    RECONTACT = "recontact"
    OUTSIDE_EU = "outside_eu"
    ANIMAL_WORK = "animal_work"
    COMMERCIAL_USE = "commercial_use"


B, R, X = TermKind.BASE, TermKind.RESTRICTION, TermKind.EXTRA

_TABLE = (
    PermissionTerm("NRES", "DUO:0000004", "no restriction", B),
    PermissionTerm("GRU", "DUO:0000042", "general research use", B),
    PermissionTerm("HMB", "DUO:0000006", "health or medical or biomedical research", B),
    PermissionTerm("DS", "DUO:0000007", "disease specific research", B, Parameter.DISEASES),
    PermissionTerm("POA", "DUO:0000011", "population origins or ancestry research only", B),
    PermissionTerm("RS", "DUO:0000012", "research specific restrictions", R, Parameter.TOPIC),
    PermissionTerm("NMDS", "DUO:0000015", "no general methods research", R),
    PermissionTerm("GSO", "DUO:0000016", "genetic studies only", R),
    PermissionTerm("NPUNCU", "DUO:0000018", "not for profit, non commercial use only", R),
    PermissionTerm("NPU", "DUO:0000045", "not for profit organisation use only", R),
    PermissionTerm("NCU", "DUO:0000046", "non-commercial use only", R),
    PermissionTerm("PUB", "DUO:0000019", "publication required", R),
    PermissionTerm("COL", "DUO:0000020", "collaboration required", R),
    PermissionTerm("RTN", "DUO:0000029", "return to database or resource", R),
    PermissionTerm("IRB", "DUO:0000021", "ethics approval required", R),
    PermissionTerm("GS", "DUO:0000022", "geographical restriction", R, Parameter.COUNTRIES),
    PermissionTerm("MOR", "DUO:0000024", "publication moratorium", R, Parameter.DAY),
    PermissionTerm("TS", "DUO:0000025", "time limit on use", R, Parameter.LIMIT),
    PermissionTerm("US", "DUO:0000026", "user specific restriction", R, Parameter.NAMES),
    PermissionTerm("PS", "DUO:0000027", "project specific restriction", R, Parameter.NAMES),
    PermissionTerm("IS", "DUO:0000028", "institution specific restriction", R, Parameter.NAMES),
    PermissionTerm("NPOA", "DUO:0000044", "population origins or ancestry research prohibited", R),
    PermissionTerm("CC", "DUO:0000043", "clinical care use", X),
    PermissionTerm("genetic_research", "", "genetic research", X),
    PermissionTerm("incidental_findings", "", "return of incidental findings", X),
    PermissionTerm("recontact", "", "contact again", X),
    PermissionTerm("outside_eu", "", "use outside the EU", X),
    PermissionTerm("animal_work", "", "work in animals", X),
    PermissionTerm("commercial_use", "", "commercial use", X),
)

TERMS: dict[Permission, PermissionTerm] = {Permission(term.code): term for term in _TABLE}

INVESTIGATIONS: dict[str, tuple[str, str]] = {
    "DUO:0000031": ("research_type", "methods"),
    "DUO:0000032": ("research_type", "population"),
    "DUO:0000033": ("research_type", "ancestry"),
    "DUO:0000034": ("ages", ""),
    "DUO:0000035": ("sexes", ""),
    "DUO:0000036": ("research_type", "control"),
    "DUO:0000037": ("research_type", "biomedical"),
    "DUO:0000038": ("genetic", "true"),
    "DUO:0000039": ("research_type", "drug"),
    "DUO:0000040": ("research_type", "disease"),
}
"""The ontology's words for a requested use: which field of a purpose says it, and how."""

_SPELLED = frozenset(str(code) for code in Permission)
_BY_DUO = {term.duo: code for code, term in TERMS.items() if term.duo}


def permission(text: str) -> Permission:
    """The code of a shorthand, a local word or a DUO identifier; Refused when it is none of them."""
    folded = text.strip()
    found = _BY_DUO.get(folded.upper().replace("_", ":"))
    if found is not None:
        return found
    for spelled in (folded, folded.upper(), folded.lower().replace(" ", "_").replace("-", "_")):
        if spelled in _SPELLED:
            return Permission(spelled)
    raise Refused(
        "consent.permission",
        "{code} is no permission we know; there are {allowed}.",
        code=text,
        allowed=", ".join(Permission),
    )
