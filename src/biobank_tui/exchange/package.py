"""The whole collection as a data package: a folder of CSV files, one a table, and `datapackage.json` beside them.

Rows are as the bank has them, ids included, so that nothing is lost between two banks, whatever their databases.
Outside stay: the ledger (a bank's own, and proof only there), projects, requests, reservations, pick lists, shipments
and releases, roles and passwords, settings, printed labels, and the counts that a bank keeps for itself.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, ForeignKey, Integer, Table
from sqlalchemy.types import BigInteger, Float

from biobank_tui.exchange.contract import DATA_PACKAGE, TABLE_SCHEMA
from biobank_tui.model.tables import (
    CHECKOUT,
    CONSENT,
    CONSENT_FORM,
    CONSENT_PROFILE,
    DIAGNOSIS,
    DONOR,
    ENROLMENT,
    EXTERNAL_IDENTIFIER,
    FORM_PERMISSION,
    HOLD,
    HOLD_SAMPLE,
    ORGANISATION,
    PERSON,
    POOL_MEMBER,
    PREANALYTICS,
    SAMPLE,
    STORAGE_UNIT,
    STUDY,
)

TABLES: Final = (
    ORGANISATION, PERSON, STUDY, CONSENT_FORM, FORM_PERMISSION, CONSENT_PROFILE, DONOR, DIAGNOSIS, ENROLMENT, CONSENT,
    STORAGE_UNIT, SAMPLE, PREANALYTICS, EXTERNAL_IDENTIFIER, POOL_MEMBER, HOLD, HOLD_SAMPLE, CHECKOUT,
)  # fmt: skip
"""What a package holds; each table after those it refers to."""
MATCHED: Final = {"organisation": "code", "person": "login"}
"""Tables of which a new bank has rows already: a package's row is the one there of the same code or login."""
NOUNS: Final = {"donor": DONOR, "sample": SAMPLE, "storage_unit": STORAGE_UNIT}
"""What `noun` and `target_id` of an external identifier or a hold may mean."""
LEFT: Final = frozenset({("person", "password")})
"""Columns that stay in the bank."""
STATES: Final = {"reserved": "available", "in_transit": "distributed"}
"""Samples whose state hangs on a request or a shipment, which stay: what they are without it."""
GONE: Final = ("distributed",)
NAME: Final = "datapackage.json"

_PACKED: Final = frozenset(table.name for table in TABLES)


def target_of(column: Column[Any]) -> str | None:
    """The table a column refers to."""
    key: ForeignKey | None = next(iter(column.foreign_keys), None)
    return key.column.table.name if key is not None else None


def columns_of(table: Table) -> list[Column[Any]]:
    """The columns of a table that go into a package: none that refer to what stays."""
    return [
        column
        for column in table.columns
        if (table.name, column.name) not in LEFT and target_of(column) in (None, *_PACKED)
    ]


def kind_of(column: Column[Any]) -> type:
    """int, float or str."""
    if isinstance(column.type, BigInteger | Integer):
        return int
    return float if isinstance(column.type, Float) else str


def _schema(table: Table) -> dict[str, Any]:
    words = {int: "integer", float: "number", str: "string"}
    columns = columns_of(table)
    keys = [
        {"fields": [column.name], "reference": {"resource": "" if target == table.name else target, "fields": ["id"]}}
        for column in columns
        if (target := target_of(column)) is not None
    ]
    schema: dict[str, Any] = {
        "$schema": TABLE_SCHEMA,
        "fields": [
            {
                "name": column.name,
                "type": words[kind_of(column)],
                "constraints": {"required": True} if not column.nullable and kind_of(column) is not str else {},
            }
            for column in columns
        ],
        "primaryKey": [column.name for column in table.primary_key.columns],
        "missingValues": [""],
    }
    return {**schema, "foreignKeys": keys} if keys else schema


def descriptor(bank: str, serials: dict[str, int], counts: dict[str, int], made: str) -> dict[str, Any]:
    """The package's own description. serials: the next number of each noun, so that no code is given twice."""
    return {
        "$schema": DATA_PACKAGE,
        "name": "biobank",
        "title": bank,
        "created": made,
        "serials": serials,
        "resources": [
            {
                "name": table.name,
                "path": f"{table.name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "rows": counts[table.name],
                "schema": _schema(table),
            }
            for table in TABLES
        ],
    }
