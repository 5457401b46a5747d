"""What can be written to a file: donors, diagnoses, samples, consents, forms, storage, positions, holds, the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, case, func, null, select, union

from biobank_tui.bank.dialects import among
from biobank_tui.bank.tallies import PATH_DIGITS
from biobank_tui.exchange.writing import Column, Type
from biobank_tui.model.tables import (
    CONSENT,
    CONSENT_FORM,
    CONSENT_PROFILE,
    DIAGNOSIS,
    DONOR,
    EXTERNAL_IDENTIFIER,
    FORM_PERMISSION,
    HOLD,
    HOLD_SAMPLE,
    LEDGER_ENTRY,
    ORGANISATION,
    PERSON,
    SAMPLE,
    STORAGE_UNIT,
)
from biobank_tui.queries.exporting import Condition, Exportable, Row
from biobank_tui.queries.sample_detail import amount_in_words
from biobank_tui.queries.storage import position_label
from biobank_tui.rules.consent import Profile
from biobank_tui.rules.errors import NotFound

_PARENT = SAMPLE.alias("parent_sample")
_ABOVE = STORAGE_UNIT.alias("parent_unit")
DEEPEST: Final = 12
"""How many units stand in each other at most."""
_GRID: Final = tuple(
    STORAGE_UNIT.c[name] for name in ("rows", "columns", "row_scheme", "column_scheme", "label_style", "label_major")
)
_WORDS: Final = frozenset(
    {"kind", "status", "state", "sex", "material", "service", "temperature", "row_scheme", "column_scheme",
     "label_style", "label_major", "fill_order", "expressed_by", "basis", "system", "on", "verb", "role", "at",
     "given", "expires", "withdrawn", "collected", "received", "processed", "frozen", "laid", "released", "diagnosed",
     "date", "amount", "amount_initial", "digest"}
)  # fmt: skip
"""Columns whose values come from closed lists or from the program, and never from people's hands."""
_INTEGERS: Final = frozenset(
    {"birth_year", "birth_month", "thaws", "holds", "rows", "columns", "number", "count", "samples", "commercial"}
)
_NUMBERS: Final = frozenset({"age", "concentration"})


def columns_of(*names: str) -> tuple[Column, ...]:
    """Columns by name, with the type that each name has everywhere."""

    def type_of(name: str) -> Type:
        if name in _INTEGERS:
            return Type.INTEGER
        return Type.NUMBER if name in _NUMBERS else Type.WORD if name in _WORDS else Type.TEXT

    return tuple(Column(name, type_of(name)) for name in names)


def _own(table: Table, columns: Sequence[Column]) -> list[ColumnElement[Any]]:
    return [table.c[column.name] for column in columns if column.name in table.c]


def _donors_of(samples: Condition) -> Select[Any]:
    return select(SAMPLE.c.donor_id).where(samples)


def _systems(noun: str, connection: Connection) -> tuple[Column, ...]:
    found = select(EXTERNAL_IDENTIFIER.c.system).where(EXTERNAL_IDENTIFIER.c.noun == noun).distinct()
    return tuple(Column(f"external.{system}") for system in sorted(connection.scalars(found)))


def _externals(connection: Connection, noun: str, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Other systems' identifiers by id; the last one where there are several of a system."""
    table = EXTERNAL_IDENTIFIER.c
    query = select(table.target_id, table.system, table.value).where(
        table.noun == noun, among(connection, table.target_id, ids)
    )
    found: dict[int, dict[str, str]] = {}
    for number, system, value in connection.execute(query):
        found.setdefault(number, {})[f"external.{system}"] = value
    return found


_SAMPLES: Final = columns_of(
    "code", "donor", "parent", "kind", "barcode", "material", "topography", "diagnosis", "amount", "amount_initial",
    "concentration", "concentration_unit", "collected", "received", "processed", "frozen", "thaws", "status", "holds",
    "sprec", "custodian", "storage", "position", "note",
)  # fmt: skip


def _samples(where: Condition) -> Select[Any]:
    return (
        select(
            *_own(SAMPLE, _SAMPLES),
            SAMPLE.c.id,
            SAMPLE.c.unit,
            SAMPLE.c.row,
            SAMPLE.c.col,
            DONOR.c.code.label("donor"),
            _PARENT.c.code.label("parent"),
            ORGANISATION.c.code.label("custodian"),
            STORAGE_UNIT.c.code.label("storage"),
            *_GRID,
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


def _place(row: RowMapping) -> str:
    return position_label(row, row["row"], row["col"]) if row["storage"] is not None else ""


def _sample_rows(connection: Connection, rows: Sequence[RowMapping]) -> list[Row]:
    externals = _externals(connection, "sample", [row["id"] for row in rows])
    return [
        {
            **row,
            "amount": amount_in_words(row["amount"], row["unit"]),
            "amount_initial": amount_in_words(row["amount_initial"], row["unit"]),
            "position": _place(row),
            **externals.get(row["id"], {}),
        }
        for row in rows
    ]


_DONORS: Final = columns_of(
    "code", "custodian", "sex", "birth_year", "birth_month", "country", "state", "diagnosis", "topography",
    "morphology", "diagnosed", "age", "stage", "tnm", "tnm_edition", "study", "note",
)  # fmt: skip


def _donors(where: Condition) -> Select[Any]:
    return (
        select(*_own(DONOR, _DONORS), DONOR.c.id, ORGANISATION.c.code.label("custodian"))
        .select_from(DONOR.join(ORGANISATION, ORGANISATION.c.id == DONOR.c.custodian_id))
        .where(where)
        .order_by(DONOR.c.id)
    )


def _donor_rows(connection: Connection, rows: Sequence[RowMapping]) -> list[Row]:
    """Donors with the main diagnosis and the tumour's site, as one row of an import says both."""
    ids = [row["id"] for row in rows]
    externals = _externals(connection, "donor", ids)
    diagnoses: dict[int, list[RowMapping]] = {}
    query = select(DIAGNOSIS).where(among(connection, DIAGNOSIS.c.donor_id, ids)).order_by(DIAGNOSIS.c.id)
    for each in connection.execute(query).mappings():
        diagnoses.setdefault(each["donor_id"], []).append(each)
    return [{**row, **_main(row, diagnoses.get(row["id"], [])), **externals.get(row["id"], {})} for row in rows]


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


_DIAGNOSES: Final = columns_of(
    "donor", "system", "code", "morphology", "date", "age", "stage", "tnm", "tnm_edition"
)  # fmt: skip


def _diagnoses(where: Condition) -> Select[Any]:
    return (
        select(*_own(DIAGNOSIS, _DIAGNOSES), DONOR.c.code.label("donor"))
        .select_from(DIAGNOSIS.join(DONOR, DONOR.c.id == DIAGNOSIS.c.donor_id))
        .where(where)
        .order_by(DIAGNOSIS.c.id)
    )


_CONSENTS: Final = columns_of(
    "donor", "form", "version", "language", "given", "expressed_by", "expires", "withdrawn", "state", "document",
    "source",
)  # fmt: skip


def _consents(where: Condition) -> Select[Any]:
    return (
        select(
            *_own(CONSENT, _CONSENTS),
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


_FORMS: Final = columns_of(
    "code", "version", "language", "title", "basis", "valid_from", "valid_to", "digest", "permissions"
)  # fmt: skip


def _forms(where: Condition) -> Select[Any]:
    return select(*_own(CONSENT_FORM, _FORMS), CONSENT_FORM.c.id).where(where).order_by(CONSENT_FORM.c.id)


def _form_rows(connection: Connection, rows: Sequence[RowMapping]) -> list[Row]:
    asked: dict[int, list[str]] = {}
    table = FORM_PERMISSION.c
    query = select(table.form_id, table.permission, table.parameter).order_by(table.id)
    for form, permission, parameter in connection.execute(query):
        asked.setdefault(form, []).append(f"{permission}:{parameter}" if parameter else permission)
    return [{**row, "permissions": "; ".join(asked.get(row["id"], ()))} for row in rows]


_UNITS: Final = columns_of(
    "code", "name", "kind", "parent", "rows", "columns", "row_scheme", "column_scheme", "label_style", "label_major",
    "fill_order", "temperature", "materials", "organisation", "service",
)  # fmt: skip


def _units(where: Condition) -> Select[Any]:
    return (
        select(*_own(STORAGE_UNIT, _UNITS), _ABOVE.c.code.label("parent"), ORGANISATION.c.code.label("organisation"))
        .select_from(
            STORAGE_UNIT.outerjoin(_ABOVE, _ABOVE.c.id == STORAGE_UNIT.c.parent_id).outerjoin(
                ORGANISATION, ORGANISATION.c.id == STORAGE_UNIT.c.organisation_id
            )
        )
        .where(where)
        .order_by(STORAGE_UNIT.c.path)
    )


def _units_of(samples: Condition) -> Condition:
    """The units in which these samples lie, and all they stand in."""
    lying = STORAGE_UNIT.alias("lying")
    found = select(lying.c.path).where(lying.c.id.in_(select(SAMPLE.c.unit_id).where(samples))).cte("lying_paths")
    steps = (select(func.substr(found.c.path, 1, PATH_DIGITS * depth)) for depth in range(1, DEEPEST + 1))
    return STORAGE_UNIT.c.path.in_(union(*steps))


_POSITIONS: Final = columns_of("sample", "barcode", "storage", "position")


def _positions(where: Condition) -> Select[Any]:
    return (
        select(
            SAMPLE.c.code.label("sample"),
            SAMPLE.c.barcode,
            SAMPLE.c.row,
            SAMPLE.c.col,
            STORAGE_UNIT.c.code.label("storage"),
            *_GRID,
        )
        .select_from(SAMPLE.join(STORAGE_UNIT, STORAGE_UNIT.c.id == SAMPLE.c.unit_id))
        .where(where)
        .order_by(STORAGE_UNIT.c.path, SAMPLE.c.row, SAMPLE.c.col)
    )


def _position_rows(_connection: Connection, rows: Sequence[RowMapping]) -> list[Row]:
    return [{**row, "position": _place(row)} for row in rows]


_HOLDS: Final = columns_of("kind", "on", "code", "reason", "person", "laid", "released", "samples")


def _holds(where: Condition) -> Select[Any]:
    under = select(func.count()).where(HOLD_SAMPLE.c.hold_id == HOLD.c.id)
    code = case(
        *(
            (HOLD.c.noun == noun, select(table.c.code).where(table.c.id == HOLD.c.target_id).scalar_subquery())
            for noun, table in (("sample", SAMPLE), ("donor", DONOR), ("storage_unit", STORAGE_UNIT))
        )
    )
    return (
        select(
            *_own(HOLD, _HOLDS),
            HOLD.c.noun.label("on"),
            code.label("code"),
            PERSON.c.login.label("person"),
            under.scalar_subquery().label("samples"),
        )
        .select_from(HOLD.join(PERSON, PERSON.c.id == HOLD.c.person_id))
        .where(where)
        .order_by(HOLD.c.id)
    )


_ORGANISATIONS: Final = columns_of("code", "name", "kind", "commercial", "country")
_LEDGER: Final = columns_of(
    "number", "at", "actor", "role", "workstation", "verb", "reason", "subject", "count", "facts", "hash"
)  # fmt: skip


def _plain(table: Table, columns: Sequence[Column], order: str) -> Any:
    def query(where: Condition) -> Select[Any]:
        return select(*_own(table, columns)).where(where).order_by(table.c[order])

    return query


def _sample_systems(connection: Connection) -> tuple[Column, ...]:
    return _systems("sample", connection)


def _donor_systems(connection: Connection) -> tuple[Column, ...]:
    return _systems("donor", connection)


EXPORTABLE: Final[dict[str, Exportable]] = {
    kind.name: kind
    for kind in (
        Exportable("organisations", _ORGANISATIONS, _plain(ORGANISATION, _ORGANISATIONS, "id"), ORGANISATION.c.id),
        Exportable("forms", _FORMS, _forms, null(), values=_form_rows),
        Exportable(
            "donors",
            _DONORS,
            _donors,
            DONOR.c.custodian_id,
            lambda samples: DONOR.c.id.in_(_donors_of(samples)),
            _donor_systems,
            _donor_rows,
        ),
        Exportable(
            "diagnoses",
            _DIAGNOSES,
            _diagnoses,
            DONOR.c.custodian_id,
            lambda samples: DIAGNOSIS.c.donor_id.in_(_donors_of(samples)),
        ),
        Exportable(
            "consents",
            _CONSENTS,
            _consents,
            DONOR.c.custodian_id,
            lambda samples: CONSENT.c.donor_id.in_(_donors_of(samples)),
            _questions,
            _consent_rows,
        ),
        Exportable("storage", _UNITS, _units, STORAGE_UNIT.c.organisation_id, _units_of),
        Exportable(
            "samples", _SAMPLES, _samples, SAMPLE.c.custodian_id, lambda samples: samples, _sample_systems, _sample_rows
        ),
        Exportable(
            "positions", _POSITIONS, _positions, SAMPLE.c.custodian_id, lambda samples: samples, values=_position_rows
        ),
        Exportable(
            "holds",
            _HOLDS,
            _holds,
            null(),
            lambda samples: HOLD.c.id.in_(
                select(HOLD_SAMPLE.c.hold_id).join(SAMPLE, SAMPLE.c.id == HOLD_SAMPLE.c.sample_id).where(samples)
            ),
        ),
        Exportable("ledger", _LEDGER, _plain(LEDGER_ENTRY, _LEDGER, "number"), null()),
    )
}
"""The tables that can be written, by name."""


def exportable(kind: str) -> Exportable:
    """The kind of that name; NotFound lists the others."""
    if kind not in EXPORTABLE:
        raise NotFound(
            "export.unknown",
            "There is nothing called {kind} to export; take one of {kinds}.",
            kind=kind,
            kinds=", ".join(EXPORTABLE),
        )
    return EXPORTABLE[kind]
