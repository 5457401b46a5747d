"""Rows gathered for one slice of the bank, with their ids, and written in the order their references ask for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table

from biobank_tui.bank.transaction import Transaction
from biobank_tui.demo.pouring import Numbers, Row, pour
from biobank_tui.model import tables

COLUMNS: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (
        tables.DONOR,
        ("id", "code", "custodian_id", "state", "sex", "birth_year", "birth_month", "country", "note", "profile_id",
         "diagnosis", "study"),
    ),
    (
        tables.DIAGNOSIS,
        ("id", "donor_id", "system", "code", "morphology", "date", "age", "stage", "tnm", "tnm_edition"),
    ),
    (tables.ENROLMENT, ("id", "donor_id", "study_id", "subject")),
    (
        tables.CONSENT,
        ("id", "donor_id", "form_id", "profile_id", "given", "expressed_by", "expires", "withdrawn", "state",
         "document", "source", "revision"),
    ),
    (
        tables.SAMPLE,
        ("id", "code", "barcode", "kind", "donor_id", "parent_id", "custodian_id", "status", "holds", "material",
         "topography", "diagnosis", "concentration", "concentration_unit", "collected", "received", "processed",
         "frozen", "note", "unit", "amount_initial", "amount", "thaws", "profile_id", "unit_id", "row", "col"),
    ),
    (
        tables.PREANALYTICS,
        ("sample_id", "container", "pre_delay", "pre_temperature", "spin_minutes", "spin_rcf", "spin_temperature",
         "spin_brake", "post_delay", "post_temperature", "cold_ischaemia", "warm_ischaemia", "fixation"),
    ),
    (tables.EXTERNAL_IDENTIFIER, ("id", "noun", "target_id", "system", "value", "folded")),
    (tables.HOLD, ("id", "kind", "noun", "target_id", "reason", "person_id", "laid", "released")),
    (tables.WITHDRAWAL, ("id", "donor_id", "made", "outcome", "pools", "hold_id", "entry")),
    (tables.HOLD_SAMPLE, ("id", "hold_id", "sample_id")),
    (tables.CHECKOUT, ("id", "sample_id", "person_id", "purpose", "taken", "returned", "thawed")),
    (tables.RESERVATION, ("id", "sample_id", "request_id", "line_id", "state", "made", "expires", "ended", "why")),
    (tables.PICK_ITEM, ("id", "pick_list_id", "sample_id", "reservation_id", "place", "state", "done", "note")),
    (tables.SHIPMENT_ITEM, ("id", "shipment_id", "sample_id", "box", "row", "col", "state", "note")),
    (tables.PROJECT_DONOR, ("id", "project_id", "donor_id", "code")),
)  # fmt: skip
"""Every table a slice fills, referred to before referring, with the columns given."""


class Harvest:
    """The rows of one slice. `add` gives a row its id; `pour` writes them all into the transaction."""

    def __init__(self, tx: Transaction) -> None:
        self.entry = tx.number
        self.rows: dict[str, list[Row]] = {table.name: [] for table, _columns in COLUMNS}
        self.numbers = {table.name: Numbers(tx, table.name) for table, columns in COLUMNS if columns[0] == "id"}

    def add(self, noun: str, *values: Any) -> int:
        """Take in a row without its id; the id it gets."""
        number = self.numbers[noun].take()
        self.rows[noun].append((number, *values))
        return number

    def pour(self, tx: Transaction) -> int:
        """Write everything; how many rows."""
        for noun in self.numbers.values():
            noun.claim(tx)
        for table, columns in COLUMNS:
            pour(tx, table, columns, self.rows[table.name])
        return sum(len(rows) for rows in self.rows.values())
