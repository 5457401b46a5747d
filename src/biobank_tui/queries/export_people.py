"""Donors, their diagnoses and their consents as tables of an export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, case, select

from biobank_tui.bank.dialects import among
from biobank_tui.exchange.writing import Column, Type
from biobank_tui.model.tables import (
    CONSENT,
    CONSENT_FORM,
    CONSENT_PROFILE,
    DIAGNOSIS,
    DONOR,
    FORM_PERMISSION,
    ORGANISATION,
)
from biobank_tui.queries.export_columns import columns_of, donors_of, externals, own, systems
from biobank_tui.queries.exporting import Condition, Exportable, Row
from biobank_tui.rules.consent import Profile

DONORS_COLUMNS: Final = columns_of(
    "code", "custodian", "sex", "birth_year", "birth_month", "country", "state", "diagnosis", "topography",
    "morphology", "diagnosed", "age", "stage", "tnm", "tnm_edition", "study", "note",
)  # fmt: skip


def donors(where: Condition) -> Select[Any]:
    return (
        select(*own(DONOR, DONORS_COLUMNS), DONOR.c.id, ORGANISATION.c.code.label("custodian"))
        .select_from(DONOR.join(ORGANISATION, ORGANISATION.c.id == DONOR.c.custodian_id))
        .where(where)
        .order_by(DONOR.c.id)
    )


def _donor_rows(connection: Connection, rows: Sequence[RowMapping]) -> list[Row]:
    """Donors with the main diagnosis and the tumour's site, as one row of an import says both."""
    ids = [row["id"] for row in rows]
    numbers = externals(connection, "donor", ids)
    diagnoses: dict[int, list[RowMapping]] = {}
    query = select(DIAGNOSIS).where(among(connection, DIAGNOSIS.c.donor_id, ids)).order_by(DIAGNOSIS.c.id)
    for each in connection.execute(query).mappings():
        diagnoses.setdefault(each["donor_id"], []).append(each)
    return [{**row, **_main(row, diagnoses.get(row["id"], [])), **numbers.get(row["id"], {})} for row in rows]


def _main(donor: RowMapping, found: Sequence[RowMapping]) -> Row:
    """The main diagnosis, with the site that was told with it: the same day, the same age."""

    def first(system: str, code: str | None = None) -> RowMapping | None:
        fits = (each for each in found if each["system"] == system and code in (None, each["code"]))
        return next(fits, None)

    icd = first("ICD-10", donor["diagnosis"]) if donor["diagnosis"] else None
    site = first("ICD-O-3") if icd else first("ICD-O-3", donor["diagnosis"])
    if icd and site and (site["date"], site["age"]) != (icd["date"], icd["age"]):
        site = None
    told = icd or site
    if told is None:
        return {}
    return {
        "diagnosis": icd["code"] if icd else None,
        "topography": site["code"] if site else None,
        "morphology": (site or told)["morphology"],
        "diagnosed": told["date"],
        **{name: told[name] for name in ("age", "stage", "tnm", "tnm_edition")},
    }


DIAGNOSES_COLUMNS: Final = columns_of(
    "donor", "system", "diagnosis", "topography", "morphology", "diagnosed", "age", "stage", "tnm", "tnm_edition"
)  # fmt: skip


def diagnoses(where: Condition) -> Select[Any]:
    """Each under the names by which an import takes it: an ICD-10 code as the diagnosis, one of ICD-O-3 as the site."""
    site = DIAGNOSIS.c.system == "ICD-O-3"
    return (
        select(
            *own(DIAGNOSIS, DIAGNOSES_COLUMNS),
            DONOR.c.code.label("donor"),
            case((~site, DIAGNOSIS.c.code)).label("diagnosis"),
            case((site, DIAGNOSIS.c.code)).label("topography"),
            DIAGNOSIS.c.date.label("diagnosed"),
        )
        .select_from(DIAGNOSIS.join(DONOR, DONOR.c.id == DIAGNOSIS.c.donor_id))
        .where(where)
        .order_by(DIAGNOSIS.c.id)
    )


CONSENTS_COLUMNS: Final = columns_of(
    "donor", "form", "version", "language", "given", "expressed_by", "expires", "withdrawn", "state", "document",
    "source",
)  # fmt: skip


def consents(where: Condition) -> Select[Any]:
    return (
        select(
            *own(CONSENT, CONSENTS_COLUMNS),
            DONOR.c.code.label("donor"),
            CONSENT_FORM.c.code.label("form"),
            CONSENT_FORM.c.version.label("version"),
            CONSENT_FORM.c.language.label("language"),
            CONSENT_PROFILE.c.answers.label("answers"),
        )
        .select_from(
            CONSENT.join(DONOR, DONOR.c.id == CONSENT.c.donor_id)
            .join(CONSENT_FORM, CONSENT_FORM.c.id == CONSENT.c.form_id)
            .join(CONSENT_PROFILE, CONSENT_PROFILE.c.id == CONSENT.c.profile_id)
        )
        .where(where)
        .order_by(CONSENT.c.id)
    )


def _questions(connection: Connection) -> tuple[Column, ...]:
    asked = sorted(connection.scalars(select(FORM_PERMISSION.c.permission).distinct()))
    return tuple(Column(f"answer.{permission}", Type.WORD) for permission in asked)


def _consent_rows(_connection: Connection, rows: Sequence[RowMapping]) -> list[Row]:
    told: dict[str, Row] = {}
    for text in {row["answers"] for row in rows}:
        told[text] = {f"answer.{each.code}": each.answer for each in Profile.from_json(text).answers}
    return [{**row, **told[row["answers"]]} for row in rows]


def _donor_systems(connection: Connection) -> tuple[Column, ...]:
    return systems("donor", connection)


PEOPLE: Final = (
    Exportable(
        "donors",
        DONORS_COLUMNS,
        donors,
        DONOR.c.custodian_id,
        lambda samples: DONOR.c.id.in_(donors_of(samples)),
        _donor_systems,
        _donor_rows,
    ),
    Exportable(
        "diagnoses",
        DIAGNOSES_COLUMNS,
        diagnoses,
        DONOR.c.custodian_id,
        lambda samples: DIAGNOSIS.c.donor_id.in_(donors_of(samples)),
    ),
    Exportable(
        "consents",
        CONSENTS_COLUMNS,
        consents,
        DONOR.c.custodian_id,
        lambda samples: CONSENT.c.donor_id.in_(donors_of(samples)),
        _questions,
        _consent_rows,
    ),
)
"""The tables of donors."""
