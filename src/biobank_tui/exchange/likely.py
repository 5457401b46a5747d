"""What columns and values are likely to mean, as words: for drafts of maps, which a person reads before use."""

from __future__ import annotations

from typing import Final

OWNERS: Final = {
    "donors": frozenset({"donor", "patient", "participant", "subject", "case"}),
    "samples": frozenset({"sample", "specimen", "aliquot", "tube", "vial"}),
}
"""What a row is: a column's name may begin with it."""

WORDS: Final[dict[str, dict[str, str]]] = {
    "donors": {
        "code": (
            "donor id, donor code, donor, patient id, patient code, patient barcode, patient pseudonym, ppid, "
            "participant id, participant code, subject id, subject code, ptid, case id, case submitter id, pseudonym, "
            "pseudonyme, code patient, code donneur, sample donor"
        ),
        "sex": "sex, gender, sexe, geschlecht",
        "birth_year": "birth year, year of birth, yob, annee naissance, geburtsjahr",
        "birth_month": "birth month, month of birth",
        "country": "country, pays, land",
        "state": "vital status, statut vital",
        "diagnosis": "icd 10, icd10, diagnosis, diagnosis code, diagnostic, diagnose, cim 10, primary diagnosis",
        "topography": "icd o 3 site, topography, topographie, site icd o 3",
        "morphology": "icd o 3 histology, morphology, morphologie, histology",
        "diagnosed": "date of diagnosis, diagnosis date, year of diagnosis, date diagnostic",
        "age": "age at diagnosis, age at initial diagnosis, donor age, age",
        "stage": "stage, pathologic stage, clinical stage, stade",
        "tnm": "tnm, ptnm",
    },
    "samples": {
        "code": (
            "sample id, sample code, sample barcode, sample name, specimen id, specimen label, specimen barcode, "
            "specimen code, aliquot id, aliquot barcode, tube id, vial id, global unique specimen id, sample number, "
            "echantillon, code echantillon, numero echantillon, probe, probennummer, sanger sample id, biosample, "
            "samples submitter id"
        ),
        "donor": (
            "donor id, donor code, donor, patient id, patient code, patient barcode, patient pseudonym, ppid, ptid, "
            "participant id, subject id, case id, case submitter id, source id, pseudonym, pseudonyme, code patient"
        ),
        "parent": "parent sample id, parent id, parent specimen id, parent specimen label, parent code, parent, mere",
        "barcode": "tube barcode, barcode, code barres, barcode bottom, 2d barcode",
        "material": (
            "material type, material, sample type, specimen type, sampling type, materiel, type echantillon, type, "
            "nature, probenart, dna source"
        ),
        "topography": "topography, anatomic site, anatomical site, icd o 3 site",
        "diagnosis": "icd 10, icd10, diagnosis, diagnosis code, diagnostic",
        "amount": "volume, amount, quantity, quantite, available quantity, initial weight, weight, menge, volume ul",
        "unit": "unit, units, volume units, quantity unit, unite, einheit, volume unit",
        "concentration": "concentration, conc, conc ng ul",
        "concentration_unit": "concentration unit",
        "collected": (
            "collection date, date of collection, sampling date, date collected, collected, sampled time, draw date, "
            "draw timestamp, date prelevement, entnahmedatum, date of sample collection"
        ),
        "received": "received date, date received, received time, date reception, eingangsdatum",
        "processed": "processing date, date processed, processing time, date traitement",
        "frozen": "freeze time, date frozen, freezing date, date congelation, frozen",
        "thaws": "freeze thaw cycles, thaw count, thaws, nombre decongelations",
        "storage": "container, plate id, box, box id, freezer box, sanger plate id, rack id, boite, fr container",
        "position": "position, well, fr position, puits, well position",
        "row": "plate row, row, ligne",
        "column": "plate column, column, colonne",
        "note": "comments, comment, note, notes, remark, remarque, commentaire",
    },
    "consents": {
        "donor": "donor id, donor code, patient id, patient barcode, ppid, participant id, subject id, code patient",
        "form": "consent form, form, consent statement code, formulaire",
        "given": "consent date, date of consent, date consentement",
        "expires": "expiry date, expires",
        "withdrawn": "withdrawal date, date of withdrawal, date retrait",
        "source": "source",
    },
    "storage": {
        "code": "container name, unit code, name, freezer, code",
        "kind": "type name, container type, kind, type",
        "parent": "parent container name, parent, parent code",
        "rows": "no of rows, rows, number of rows",
        "columns": "no of columns, columns, number of columns",
        "temperature": "temperature, storage temperature",
    },
    "positions": {
        "sample": "sample id, tube barcode, barcode, sample code, tube",
        "storage": "container, plate id, box, rack id, rack barcode, rack",
        "position": "position, well, puits",
        "row": "row, ligne",
        "column": "column, colonne",
    },
}
"""For each kind, the fields and how their columns are called, from the most telling name to the least."""

MEANT: Final[dict[str, dict[str, str]]] = {
    "sex": {
        "m": "male", "male": "male", "1": "", "homme": "male", "masculin": "male", "h": "male", "mannlich": "male",
        "f": "female", "female": "female", "femme": "female", "feminin": "female", "w": "female", "weiblich": "female",
        "u": "unknown", "unknown": "unknown", "other": "undifferentiated", "inconnu": "unknown",
    },
    "state": {
        "alive": "active", "living": "active", "vivant": "active", "dead": "deceased", "deceased": "deceased",
        "decede": "deceased",
    },
    "material": {
        "whole blood": "WholeBlood", "blood": "WholeBlood", "sang": "WholeBlood", "sang total": "WholeBlood",
        "blood derived normal": "WholeBlood", "plasma": "Plasma", "blood plasma": "Plasma", "serum": "Serum",
        "blood serum": "Serum", "buffy coat": "BuffyCoat", "pbmc": "PBMC", "dna": "DNA", "adn": "DNA", "gdna": "DNA",
        "cfdna": "DNA", "rna": "RNA", "arn": "RNA", "total rna": "RNA", "urine": "Urine", "saliva": "Saliva",
        "salive": "Saliva", "stool": "Faeces", "faeces": "Faeces", "feces": "Faeces", "csf": "CerebrospinalFluid",
        "ffpe": "TissueFixed", "ffpe tissue": "TissueFixed", "fixed tissue": "TissueFixed",
        "tissue ffpe": "TissueFixed", "tumor tissue ffpe": "TissueFixed", "frozen tissue": "TissueFreshFrozen",
        "tissue frozen": "TissueFreshFrozen", "fresh frozen": "TissueFreshFrozen",
        "primary solid tumor": "TissueFreshFrozen", "solid tissue normal": "TissueFreshFrozen", "organoid": "Organoid",
        "cell line": "ImmortalizedCellLine", "bone marrow": "BoneMarrowWhole", "ascites": "AscitesFluid",
    },
}  # fmt: skip
"""For each field with a list, what its values are often called."""

NULLS: Final = frozenset(
    {
        "na", "n/a", "n.a.", "nan", "null", "none", "nil", "'--", "--", "-", ".", "?", "unknown", "not available",
        "not applicable", "not reported", "not evaluated", "not specified", "missing", "inconnu", "nr", "nd", "#n/a",
    }
)  # fmt: skip
"""Cells that are likely to mean nothing, in lower case."""
