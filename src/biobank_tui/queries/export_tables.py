"""Tables as others take them: OpenSpecimen's bulk files, and MIABIS's Sample, Sample donor and Event."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, select

from biobank_tui.exchange.fhir.parts import ICD_O_EDITION
from biobank_tui.exchange.writing import Column, Type
from biobank_tui.model.tables import DIAGNOSIS, DONOR, ORGANISATION, SAMPLE, STORAGE_UNIT
from biobank_tui.queries.export_kinds import EXPORTABLE
from biobank_tui.queries.export_specimens import OUTSIDE, described, specimens
from biobank_tui.queries.exporting import Condition, Exportable, Row
from biobank_tui.queries.sample_detail import amount_in_words
from biobank_tui.queries.storage import layout_of
from biobank_tui.rules.amounts import Dimension, Unit
from biobank_tui.rules.positions import column_label, label, row_label
from biobank_tui.rules.temperatures import TEMPERATURES

_WHOLE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}:\d{2}))?")
_SEXES: Final = {"male": "Male", "female": "Female", "unknown": "Unknown", "undifferentiated": "Undifferentiated"}

TYPES: Final[dict[str, tuple[str, str]]] = {
    "AmnioticFluid": ("Fluid", "Amniotic Fluid"), "Bile": ("Fluid", "Bile"),
    "BoneMarrowAspirate": ("Fluid", "Bone Marrow Plasma"), "BoneMarrowPlasma": ("Fluid", "Bone Marrow Plasma"),
    "BoneMarrowWhole": ("Fluid", "Whole Bone Marrow"), "BreastMilk": ("Fluid", "Milk"),
    "BronchLavage": ("Fluid", "Lavage"), "BuffyCoat": ("Cell", "Buffy Coat"),
    "CancerCellLine": ("Cell", "Cryopreserved Cells"), "CerebrospinalFluid": ("Fluid", "Cerebrospinal Fluid"),
    "CordBlood": ("Fluid", "Cord Blood"), "DNA": ("Molecular", "DNA"), "Faeces": ("Fluid", "Feces"),
    "Fibroblast": ("Cell", "Cryopreserved Cells"), "GastricFluid": ("Fluid", "Gastric Fluid"),
    "ImmortalizedCellLine": ("Cell", "Cryopreserved Cells"), "PBMC": ("Cell", "PBMC"),
    "PericardialFluid": ("Fluid", "Pericardial Fluid"), "Plasma": ("Fluid", "Plasma"),
    "PleuralFluid": ("Fluid", "Pleural Fluid"), "PrimaryCells": ("Cell", "Cryopreserved Cells"),
    "Protein": ("Molecular", "Protein"), "RNA": ("Molecular", "RNA"), "Saliva": ("Fluid", "Saliva"),
    "Serum": ("Fluid", "Serum"), "Sputum": ("Fluid", "Sputum"), "Sweat": ("Fluid", "Sweat"),
    "SynovialFluid": ("Fluid", "Synovial Fluid"), "TissueFixed": ("Tissue", "Fixed Tissue Block"),
    "TissueFreshFrozen": ("Tissue", "Frozen Tissue"), "Urine": ("Fluid", "Urine"),
    "UrineSediment": ("Cell", "Cell Pellet"), "VitreousFluid": ("Fluid", "Vitreous Fluid"),
    "WholeBlood": ("Fluid", "Whole Blood"), "WholeBloodDried": ("Fluid", "Dried Whole Blood"),
}  # fmt: skip
"""OpenSpecimen's class and type of a material; tissue of no type named here is Tissue, anything else Fluid."""
LINEAGES: Final = {"primary": "New", "aliquot": "Aliquot", "derivative": "Derived", "pool": "New"}
QUANTITIES: Final = {
    "Fluid": (Dimension.VOLUME, Unit.MILLILITRE),
    "Tissue": (Dimension.MASS, Unit.GRAM),
    "Cell": (Dimension.CELLS, Unit.CELLS),
    "Molecular": (Dimension.MASS, Unit.MICROGRAM),
}
"""The unit OpenSpecimen measures each class in; an amount of another dimension stands in the comment."""


_WORDS: Final = frozenset({"Sample storage temperature", "Sample type", "Sex", "Class", "Type", "Lineage"})
"""Columns that the program fills from closed lists."""


def _named(*names: str, numbers: Sequence[str] = ()) -> tuple[Column, ...]:
    return tuple(
        Column(name, Type.NUMBER if name in numbers else Type.WORD if name in _WORDS else Type.TEXT) for name in names
    )


def when(text: str | None) -> str | None:
    """A moment as OpenSpecimen's bulk files write it (month, day, year); nothing where the day is not known."""
    found = _WHOLE.match(text or "")
    if found is None:
        return None
    year, month, day, time = found.groups()
    return f"{month}-{day}-{year} {time or '00:00'}"


def class_of(material: str) -> tuple[str, str]:
    """OpenSpecimen's class and type."""
    return TYPES.get(material, ("Tissue", "Not Specified") if "Tissue" in material else ("Fluid", "Not Specified"))


def quantity_of(row: Mapping[str, Any], group: str) -> tuple[float | None, str]:
    """The amount in the class's unit; or nothing, and the amount in words for the comment."""
    if row["amount"] is None or not row["unit"]:
        return None, ""
    dimension, unit = QUANTITIES[group]
    if Unit(row["unit"]).dimension is dimension:
        return row["amount"] / unit.factor, ""
    return None, amount_in_words(row["amount"], row["unit"])


SPECIMEN: Final = (
    "CP Short Title", "PPID", "Gender", "Vital Status", "Collection Site", "Clinical Diagnosis#1", "Specimen Label",
    "Barcode", "Class", "Type", "Lineage", "Parent Specimen Label", "Anatomic Site", "Quantity", "Concentration",
    "Freeze/Thaw Cycles", "Created On", "Comments", "Collection Status", "Container", "Row", "Column", "Position",
    "Collection Date", "Received Date", "External IDs#1#Name", "External IDs#1#Value", "External IDs#2#Name",
    "External IDs#2#Value",
)  # fmt: skip


def _master(connection: Connection, rows: Sequence[RowMapping]) -> list[Row]:
    """Rows of OpenSpecimen's master specimen file: the participant, the specimen and its place in one row."""
    told: list[Row] = []
    for row in described(connection, rows):
        group, kind = class_of(row["material"])
        quantity, words = quantity_of(row, group)
        layout = layout_of(row) if row["storage"] is not None else None
        placed = layout is not None and row["row"] is not None
        externals = [*row["externals"], ("", ""), ("", "")]
        told.append(
            {
                "CP Short Title": row["study"] or row["custodian"],
                "PPID": row["donor"],
                "Gender": _SEXES.get(row["sex"] or ""),
                "Vital Status": "Dead" if row["donor_state"] == "deceased" else None,
                "Collection Site": row["custodian"],
                "Clinical Diagnosis#1": row["diagnosis"],
                "Specimen Label": row["code"],
                "Barcode": row["barcode"],
                "Class": group,
                "Type": kind,
                "Lineage": LINEAGES[row["kind"]],
                "Parent Specimen Label": row["parent"],
                "Anatomic Site": row["topography"],
                "Quantity": quantity,
                "Concentration": row["concentration"],
                "Freeze/Thaw Cycles": row["thaws"],
                "Created On": when(row["processed"] or row["frozen"] or row["collected"]),
                "Comments": "; ".join(text for text in (words, row["note"]) if text) or None,
                "Collection Status": "Pending" if row["status"] == "expected" else "Collected",
                "Container": row["storage"],
                "Row": row_label(layout, row["row"]) if layout is not None and placed else None,
                "Column": column_label(layout, row["col"]) if layout is not None and placed else None,
                "Position": label(layout, row["row"], row["col"]) if layout is not None and placed else None,
                "Collection Date": when(row["collected"]),
                "Received Date": when(row["received"]),
                "External IDs#1#Name": externals[0][0] or None,
                "External IDs#1#Value": externals[0][1] or None,
                "External IDs#2#Name": externals[1][0] or None,
                "External IDs#2#Value": externals[1][1] or None,
            }
        )
    return told


PARTICIPANT: Final = ("CP Short Title", "PPID", "Registration Site", "Gender", "Vital Status", "Activity Status")


def _donors(where: Condition) -> Select[Any]:
    names = ("id", "code", "sex", "state", "study", "birth_year", "birth_month")
    return (
        select(*(DONOR.c[name] for name in names), ORGANISATION.c.code.label("custodian"))
        .select_from(DONOR.join(ORGANISATION, ORGANISATION.c.id == DONOR.c.custodian_id))
        .where(where)
        .order_by(DONOR.c.id)
    )


def _participants(_connection: Connection, rows: Sequence[RowMapping]) -> list[Row]:
    return [
        {
            "CP Short Title": row["study"] or row["custodian"],
            "PPID": row["code"],
            "Registration Site": row["custodian"],
            "Gender": _SEXES[row["sex"]],
            "Vital Status": "Dead" if row["state"] == "deceased" else "Unknown",
            "Activity Status": "Active",
        }
        for row in rows
    ]


CONTAINER: Final = (
    "Name", "Type Name", "Activity Status", "Site Name", "Temperature", "No. of Columns", "No. of Rows",
    "Column Labeling Scheme", "Row Labeling Scheme", "Stores Specimen", "Storage Location#Parent Container Name",
)  # fmt: skip
SCHEMES: Final = {"numbers": "Numbers", "letters": "Alphabets Upper Case", "roman": "Roman Upper Case"}


def _containers(_connection: Connection, rows: Sequence[RowMapping]) -> list[Row]:
    return [
        {
            "Name": row["code"],
            "Type Name": row["kind"].capitalize(),
            "Activity Status": "Active" if row["service"] == "active" else "Closed",
            "Site Name": row["organisation"],
            "Temperature": TEMPERATURES[row["temperature"]].warmest if row["temperature"] in TEMPERATURES else None,
            "No. of Columns": row["columns"],
            "No. of Rows": row["rows"],
            "Column Labeling Scheme": SCHEMES.get(row["column_scheme"], "Numbers"),
            "Row Labeling Scheme": SCHEMES.get(row["row_scheme"], "Alphabets Upper Case"),
            "Stores Specimen": "Yes" if row["rows"] else "No",
            "Storage Location#Parent Container Name": row["parent"],
        }
        for row in rows
    ]


def _of_samples(samples: Condition) -> Condition:
    return DONOR.c.id.in_(select(SAMPLE.c.donor_id).where(samples))


_NUMBERS: Final = ("Quantity", "Concentration", "Freeze/Thaw Cycles", "Temperature", "No. of Columns", "No. of Rows")
OPENSPECIMEN: Final[dict[str, Exportable]] = {
    "samples": Exportable(
        "samples",
        _named(*SPECIMEN, numbers=_NUMBERS),
        specimens,
        SAMPLE.c.custodian_id,
        lambda samples: samples,
        values=_master,
        outside=OUTSIDE,
    ),
    "donors": Exportable(
        "donors",
        _named(*PARTICIPANT),
        _donors,
        DONOR.c.custodian_id,
        _of_samples,
        values=_participants,
        outside=OUTSIDE,
    ),
    "storage": Exportable(
        "storage",
        _named(*CONTAINER, numbers=_NUMBERS),
        EXPORTABLE["storage"].query,
        STORAGE_UNIT.c.organisation_id,
        EXPORTABLE["storage"].by_samples,
        values=_containers,
    ),
}
"""What OpenSpecimen's bulk import takes: master specimens, participants, containers."""

SAMPLE_ATTRIBUTES: Final = (
    "Sample ID", "Sample donor ID", "Sample type", "Sample storage temperature", "Sample creation date and time",
    "Anatomical site ontology", "Anatomical site ontology version", "Anatomical site ontology code",
    "Sample content diagnosis", "Use & Access conditions", "Sample source",
)  # fmt: skip


def _miabis_samples(connection: Connection, rows: Sequence[RowMapping]) -> list[Row]:
    return [
        {
            "Sample ID": row["code"],
            "Sample donor ID": row["donor"],
            "Sample type": row["material"],
            "Sample storage temperature": TEMPERATURES[row["temperature"]].miabis
            if row["temperature"] in TEMPERATURES
            else None,
            "Sample creation date and time": row["collected"],
            "Anatomical site ontology": "ICD-O" if row["topography"] else None,
            "Anatomical site ontology version": ICD_O_EDITION if row["topography"] else None,
            "Anatomical site ontology code": row["topography"],
            "Sample content diagnosis": row["diagnosis"],
            "Use & Access conditions": row["uses"],
            "Sample source": "Human",
        }
        for row in described(connection, rows)
    ]


def _miabis_donors(_connection: Connection, rows: Sequence[RowMapping]) -> list[Row]:
    return [
        {
            "Sample donor ID": row["code"],
            "Sex": _SEXES[row["sex"]],
            "Birth date": "-".join(
                [f"{row['birth_year']:04d}", *([f"{row['birth_month']:02d}"] if row["birth_month"] else [])]
            )
            if row["birth_year"]
            else None,
        }
        for row in rows
    ]


def _diagnoses(where: Condition) -> Select[Any]:
    names = ("id", "system", "code", "date", "age")
    return (
        select(*(DIAGNOSIS.c[name] for name in names), DONOR.c.code.label("donor"))
        .select_from(DIAGNOSIS.join(DONOR, DONOR.c.id == DIAGNOSIS.c.donor_id))
        .where(where)
        .order_by(DIAGNOSIS.c.id)
    )


def _events(_connection: Connection, rows: Sequence[RowMapping]) -> list[Row]:
    """Diagnoses as events: the date or the age, never both."""
    return [
        {
            "Event ID": f"diagnosis-{row['id']}",
            "Sample donor ID": row["donor"],
            "Event": f"{row['system']} {row['code']}",
            "Event date and time": row["date"],
            "Age at event": row["age"] if not row["date"] else None,
            "Age at event unit": "year" if not row["date"] and row["age"] is not None else None,
        }
        for row in rows
    ]


MIABIS: Final[dict[str, Exportable]] = {
    "samples": Exportable(
        "samples",
        _named(*SAMPLE_ATTRIBUTES),
        specimens,
        SAMPLE.c.custodian_id,
        lambda samples: samples,
        values=_miabis_samples,
        outside=OUTSIDE,
    ),
    "donors": Exportable(
        "donors",
        _named("Sample donor ID", "Sex", "Birth date"),
        _donors,
        DONOR.c.custodian_id,
        _of_samples,
        values=_miabis_donors,
        outside=OUTSIDE,
    ),
    "diagnoses": Exportable(
        "diagnoses",
        _named(
            "Event ID", "Sample donor ID", "Event", "Event date and time", "Age at event", "Age at event unit",
            numbers=("Age at event",),
        ),
        _diagnoses,
        DONOR.c.custodian_id,
        _of_samples,
        values=_events,
        outside=OUTSIDE,
    ),
}  # fmt: skip
"""MIABIS core 3: the Sample, Sample donor and Event components, a column for each attribute."""
