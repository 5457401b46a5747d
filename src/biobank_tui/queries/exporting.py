"""Rows for files: each kind in the columns that an import takes, read as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select, true

from biobank_tui.model.tables import (
    CONSENT,
    CONSENT_FORM,
    CONSENT_PROFILE,
    DONOR,
    ORGANISATION,
    SAMPLE,
    STORAGE_UNIT,
)
from biobank_tui.queries.filters import condition
from biobank_tui.queries.sample_detail import amount_in_words
from biobank_tui.queries.storage import position_label
from biobank_tui.rules.consent import Profile
from biobank_tui.rules.errors import NotFound, Refused
from biobank_tui.rules.query import parse

AT_ONCE = 5_000

_PARENT = SAMPLE.alias("parent_sample")
_ABOVE = STORAGE_UNIT.alias("parent_unit")


@dataclass(frozen=True, slots=True)
class Exportable:
    """One kind of file. columns: its header. query: of a condition on its noun. custodian: whose rows they are."""

    columns: tuple[str, ...]
    query: Callable[[ColumnElement[bool]], Select[Any]]
    values: Callable[[RowMapping], Mapping[str, Any]]
    custodian: ColumnElement[int]
    of_samples: bool = False


_SAMPLE_COLUMNS = (
    "code", "donor", "parent", "kind", "barcode", "material", "topography", "diagnosis", "amount", "concentration",
    "concentration_unit", "collected", "received", "processed", "frozen", "thaws", "status", "custodian", "storage",
    "position", "note",
)  # fmt: skip
_GRID = tuple(
    STORAGE_UNIT.c[name] for name in ("rows", "columns", "row_scheme", "column_scheme", "label_style", "label_major")
)


def _samples(where: ColumnElement[bool]) -> Select[Any]:
    own = [SAMPLE.c[name] for name in _SAMPLE_COLUMNS if name in SAMPLE.c]
    return (
        select(
            *own,
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


def _sample_values(row: RowMapping) -> Mapping[str, Any]:
    place = position_label(row, row["row"], row["col"]) if row["storage"] is not None else ""
    return {**row, "amount": amount_in_words(row["amount"], row["unit"]), "position": place}


_DONOR_COLUMNS = (
    "code", "custodian", "sex", "birth_year", "birth_month", "country", "state", "diagnosis", "study", "note"
)  # fmt: skip


def _donors(where: ColumnElement[bool]) -> Select[Any]:
    own = [DONOR.c[name] for name in _DONOR_COLUMNS if name in DONOR.c]
    return (
        select(*own, ORGANISATION.c.code.label("custodian"))
        .select_from(DONOR.join(ORGANISATION, ORGANISATION.c.id == DONOR.c.custodian_id))
        .where(where)
        .order_by(DONOR.c.id)
    )


_CONSENT_COLUMNS = (
    "donor", "form", "version", "given", "expressed_by", "expires", "withdrawn", "state", "document", "source",
    "answers",
)  # fmt: skip


def _consents(where: ColumnElement[bool]) -> Select[Any]:
    own = [CONSENT.c[name] for name in _CONSENT_COLUMNS if name in CONSENT.c]
    return (
        select(
            *own,
            DONOR.c.code.label("donor"),
            CONSENT_FORM.c.code.label("form"),
            CONSENT_FORM.c.version.label("version"),
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


def _consent_values(row: RowMapping) -> Mapping[str, Any]:
    answers = Profile.from_json(row["answers"]).answers
    return {**row, "answers": "; ".join(f"{each.code}={each.answer}" for each in answers)}


_UNIT_COLUMNS = (
    "code", "name", "kind", "parent", "rows", "columns", "row_scheme", "column_scheme", "label_style", "fill_order",
    "temperature", "materials", "organisation", "service",
)  # fmt: skip


def _units(where: ColumnElement[bool]) -> Select[Any]:
    own = [STORAGE_UNIT.c[name] for name in _UNIT_COLUMNS if name in STORAGE_UNIT.c]
    return (
        select(*own, _ABOVE.c.code.label("parent"), ORGANISATION.c.code.label("organisation"))
        .select_from(
            STORAGE_UNIT.outerjoin(_ABOVE, _ABOVE.c.id == STORAGE_UNIT.c.parent_id).outerjoin(
                ORGANISATION, ORGANISATION.c.id == STORAGE_UNIT.c.organisation_id
            )
        )
        .where(where)
        .order_by(STORAGE_UNIT.c.path)
    )


LISTED = frozenset(
    {"kind", "status", "state", "sex", "material", "service", "temperature", "row_scheme", "column_scheme",
     "label_style", "fill_order", "expressed_by"}
)  # fmt: skip
"""Columns whose values come from closed lists, and never from people's hands."""

EXPORTABLE: dict[str, Exportable] = {
    "donors": Exportable(_DONOR_COLUMNS, _donors, dict, DONOR.c.custodian_id),
    "samples": Exportable(_SAMPLE_COLUMNS, _samples, _sample_values, SAMPLE.c.custodian_id, of_samples=True),
    "consents": Exportable(_CONSENT_COLUMNS, _consents, _consent_values, DONOR.c.custodian_id),
    "storage": Exportable(_UNIT_COLUMNS, _units, dict, STORAGE_UNIT.c.organisation_id),
}
"""What can be written to a file."""


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


def chosen(connection: Connection, kind: Exportable, where: str) -> ColumnElement[bool]:
    """A query as a condition on the kind's rows; only samples are chosen by one."""
    if not where.strip():
        return true()
    if not kind.of_samples:
        raise Refused("export.where", "Only samples are chosen by a query.")
    return condition(connection, parse(where))


def extent(connection: Connection, kind: Exportable, where: ColumnElement[bool]) -> tuple[int, frozenset[int | None]]:
    """How many rows there are, and whose: ids of their custodians."""
    inner = kind.query(where).order_by(None)
    whose = inner.with_only_columns(kind.custodian.label("custodian_id"), maintain_column_froms=True).subquery()
    groups = connection.execute(select(whose.c.custodian_id, func.count()).group_by(whose.c.custodian_id)).all()
    return sum(group[1] for group in groups), frozenset(group[0] for group in groups)


def rows(connection: Connection, kind: Exportable, where: ColumnElement[bool]) -> Iterator[tuple[Any, ...]]:
    """The rows in the order of the columns, read as they are asked for."""
    found = connection.execution_options(yield_per=AT_ONCE).execute(kind.query(where)).mappings()
    for row in found:
        values = kind.values(row)
        yield tuple(values.get(name) for name in kind.columns)
