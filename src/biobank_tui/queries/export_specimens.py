"""Samples with all that a standard's file says of them: donor, custodian, place, temperature, permitted uses."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, select

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import (
    CONSENT_PROFILE,
    DIAGNOSIS,
    DONOR,
    EXTERNAL_IDENTIFIER,
    ORGANISATION,
    SAMPLE,
    STORAGE_UNIT,
)
from biobank_tui.paths import schema_dir
from biobank_tui.queries.exporting import Condition, Row
from biobank_tui.rules.consent import Profile
from biobank_tui.rules.lifecycles import DonorState
from biobank_tui.rules.materials import MATERIALS

_PARENT = SAMPLE.alias("parent_sample")
OUTSIDE: Final = DONOR.c.state == DonorState.WITHDRAWN
"""Donors who withdrew, and their samples, stand in no file that is made for others."""


def specimens(where: Condition) -> Select[Any]:
    """The samples with the columns that `described` completes."""
    own = (
        "id", "code", "barcode", "kind", "material", "status", "holds", "topography", "diagnosis", "unit", "amount",
        "concentration", "concentration_unit", "collected", "received", "processed", "frozen", "thaws", "note", "row",
        "col", "donor_id", "profile_id",
    )  # fmt: skip
    return (
        select(
            *(SAMPLE.c[name] for name in own),
            DONOR.c.code.label("donor"),
            DONOR.c.sex,
            DONOR.c.birth_year,
            DONOR.c.state.label("donor_state"),
            DONOR.c.study,
            _PARENT.c.code.label("parent"),
            ORGANISATION.c.code.label("custodian"),
            STORAGE_UNIT.c.code.label("storage"),
            STORAGE_UNIT.c.temperature,
            *(
                STORAGE_UNIT.c[name]
                for name in ("rows", "columns", "row_scheme", "column_scheme", "label_style", "label_major")
            ),
        )
        .select_from(
            SAMPLE.join(ORGANISATION, ORGANISATION.c.id == SAMPLE.c.custodian_id)
            .outerjoin(DONOR, DONOR.c.id == SAMPLE.c.donor_id)
            .outerjoin(_PARENT, _PARENT.c.id == SAMPLE.c.parent_id)
            .outerjoin(STORAGE_UNIT, STORAGE_UNIT.c.id == SAMPLE.c.unit_id)
        )
        .where(where)
        .order_by(SAMPLE.c.id)
    )


@cache
def snomed() -> dict[str, tuple[str, str]]:
    """SNOMED CT code and its words by sample type, where the published table has a specimen for it."""
    with (schema_dir() / "codes" / "miabis_values.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["fhir_code"]: (row["snomed_code"], row["snomed_display"])
            for row in csv.DictReader(file)
            if row["list"] == "sample_type" and row["snomed_code"].isdigit() and "(specimen)" in row["snomed_display"]
        }


def uses(answers: str) -> str:
    """What a consent permits, as codes with their parameters: "Permitted: GRU, DS C50. Restricted: NPU"."""
    profile = Profile.from_json(answers)
    restricted = profile.restrictions()
    permitted = [each for each in profile.answers if each.answer == "yes" and each not in restricted]
    told = []
    for word, replies in (("Permitted", permitted), ("Restricted", restricted)):
        if replies:
            codes = ", ".join(f"{each.code} {each.parameter}" if each.parameter else each.code for each in replies)
            told.append(f"{word}: {codes}")
    return ". ".join(told) or "Permitted: nothing"


def described(connection: Connection, rows: Sequence[RowMapping]) -> list[Row]:
    """The rows of `specimens` completed: words and SNOMED of the material, uses, external numbers, the diagnosis."""
    profiles = _profiles(connection, {row["profile_id"] for row in rows} - {None})
    externals: dict[int, list[tuple[str, str]]] = {}
    table = EXTERNAL_IDENTIFIER.c
    query = select(table.target_id, table.system, table.value).where(
        table.noun == "sample", among(connection, table.target_id, [row["id"] for row in rows])
    )
    for number, system, value in connection.execute(query.order_by(table.id)):
        externals.setdefault(number, []).append((system, value))
    diagnoses = _diagnoses(connection, {row["donor_id"] for row in rows} - {None})
    return [
        {
            **row,
            "material_label": MATERIALS[row["material"]].label if row["material"] in MATERIALS else "",
            "snomed": snomed().get(row["material"], ("", ""))[0],
            "snomed_label": snomed().get(row["material"], ("", ""))[1],
            "uses": profiles.get(row["profile_id"], "Permitted: nothing"),
            "externals": externals.get(row["id"], []),
            "diagnosis_id": diagnoses.get((row["donor_id"], row["diagnosis"])),
        }
        for row in rows
    ]


def _profiles(connection: Connection, ids: set[int]) -> dict[int | None, str]:
    query = select(CONSENT_PROFILE.c.id, CONSENT_PROFILE.c.answers).where(
        among(connection, CONSENT_PROFILE.c.id, sorted(ids))
    )
    return {number: uses(answers) for number, answers in connection.execute(query)}


def _diagnoses(connection: Connection, donors: set[int]) -> dict[tuple[int, str], int]:
    """The donors' diagnoses by donor and code."""
    table = DIAGNOSIS.c
    query = select(table.donor_id, table.code, table.id).where(among(connection, table.donor_id, sorted(donors)))
    return {(donor, code): number for donor, code, number in connection.execute(query.order_by(table.id.desc()))}
