"""What can be written to a file: donors, diagnoses, samples, consents, forms, storage, positions, holds, the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, Table, case, func, null, select, union

from biobank_tui.exchange.writing import Column
from biobank_tui.model.tables import (
    CONSENT_FORM,
    DONOR,
    FORM_PERMISSION,
    HOLD,
    HOLD_SAMPLE,
    LEDGER_ENTRY,
    ORGANISATION,
    PERSON,
    SAMPLE,
    STORAGE_UNIT,
)
from biobank_tui.queries.export_columns import columns_of, externals, own, systems
from biobank_tui.queries.export_people import PEOPLE
from biobank_tui.queries.exporting import Condition, Exportable, Row
from biobank_tui.queries.sample_detail import amount_in_words
from biobank_tui.queries.storage import position_label
from biobank_tui.rules.paths import PATH_DIGITS

_PARENT = SAMPLE.alias("parent_sample")
_ABOVE = STORAGE_UNIT.alias("parent_unit")
DEEPEST: Final = 12
"""How many units stand in each other at most."""
_GRID: Final = tuple(
    STORAGE_UNIT.c[name] for name in ("rows", "columns", "row_scheme", "column_scheme", "label_style", "label_major")
)
_SAMPLES: Final = columns_of(
    "code", "donor", "parent", "kind", "barcode", "material", "topography", "diagnosis", "amount", "amount_initial",
    "concentration", "concentration_unit", "collected", "received", "processed", "frozen", "thaws", "status", "holds",
    "sprec", "custodian", "storage", "position", "note",
)  # fmt: skip


def _samples(where: Condition) -> Select[Any]:
    return (
        select(
            *own(SAMPLE, _SAMPLES),
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
    numbers = externals(connection, "sample", [row["id"] for row in rows])
    return [
        {
            **row,
            "amount": amount_in_words(row["amount"], row["unit"]),
            "amount_initial": amount_in_words(row["amount_initial"], row["unit"]),
            "position": _place(row),
            **numbers.get(row["id"], {}),
        }
        for row in rows
    ]


_FORMS: Final = columns_of(
    "code", "version", "language", "title", "basis", "valid_from", "valid_to", "digest", "permissions"
)  # fmt: skip


def _forms(where: Condition) -> Select[Any]:
    return select(*own(CONSENT_FORM, _FORMS), CONSENT_FORM.c.id).where(where).order_by(CONSENT_FORM.c.id)


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
        select(*own(STORAGE_UNIT, _UNITS), _ABOVE.c.code.label("parent"), ORGANISATION.c.code.label("organisation"))
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
            *own(HOLD, _HOLDS),
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
        return select(*own(table, columns)).where(where).order_by(table.c[order])

    return query


def _sample_systems(connection: Connection) -> tuple[Column, ...]:
    return systems("sample", connection)


EXPORTABLE: Final[dict[str, Exportable]] = {
    kind.name: kind
    for kind in (
        Exportable("organisations", _ORGANISATIONS, _plain(ORGANISATION, _ORGANISATIONS, "id"), ORGANISATION.c.id),
        Exportable("forms", _FORMS, _forms, null(), values=_form_rows),
        *PEOPLE,
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
