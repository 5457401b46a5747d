"""Diagnoses of donors: with the donor's own row, or in rows of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
from sqlalchemy import select

from biobank_tui.bank.dialects import among
from biobank_tui.exchange.donorbook import DonorBook
from biobank_tui.exchange.repeats import Repeats
from biobank_tui.exchange.session import Session
from biobank_tui.exchange.validating import Verdicts
from biobank_tui.model.tables import DIAGNOSIS, DONOR


class DiagnosisTaker:
    """Takes the slices of one file of diagnoses in turn; a donor without a main diagnosis gets the first."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.donors = DonorBook(session)
        self.said = Repeats("donor")

    def take(self, rows: pl.DataFrame, verdicts: Verdicts) -> None:
        """Judge the slice, write what may come in."""
        session = self.session
        rows = _with_all(rows)
        donors = self.donors.resolve(rows, verdicts)
        session.permit(donors["custodian_id"].drop_nulls().unique().to_list())
        nothing = rows["diagnosis"].is_null() & rows["topography"].is_null()
        verdicts.add(nothing, "diagnosis", "value.missing")
        keys = rows.select(
            pl.when(verdicts.standing()).then(
                pl.concat_str("donor", "diagnosis", "topography", separator="\t", ignore_nulls=True)
            )
        ).to_series()
        earlier = self.said.earlier(keys, verdicts)
        verdicts.add(earlier.is_not_null(), "donor", "row.repeated", earlier.cast(pl.String))
        session.stop_at(verdicts)
        standing = verdicts.standing()
        told = rows.with_columns(id=donors["id"]).filter(standing & ~nothing)
        before = session.created
        touched = write_diagnoses(session, told, told["id"].unique().to_list(), counted=True)
        first = donors.with_columns(said=rows["diagnosis"].fill_null(rows["topography"]))
        first = first.filter(standing & pl.Series(first["diagnosis"].is_null()) & first["said"].is_not_null())
        session.change(DONOR, {row["id"]: {"diagnosis": row["said"]} for row in reversed(first.rows(named=True))})
        session.unchanged += told.height - min(told.height, session.created - before) - len(touched)

    def settle(self) -> None:
        """Nothing is left for the end."""


def _with_all(rows: pl.DataFrame) -> pl.DataFrame:
    missing = [name for name in ("diagnosis", "topography") if name not in rows.columns]
    return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)


def write_diagnoses(session: Session, rows: pl.DataFrame, old: Iterable[int], *, counted: bool = False) -> set[int]:
    """Write the diagnoses told: ICD-10, and the tumour's site in ICD-O-3 beside it. The donors changed by it.

    old: ids of the donors that may have some already. counted: each new diagnosis is counted as a row of its own, and
    those returned are the donors of whom one changed.
    """
    if not {"diagnosis", "topography"} & set(rows.columns):
        return set()
    wanted = [diagnosis for row in rows.iter_rows(named=True) for diagnosis in _told(row)]
    connection, known_ids = session.connection, sorted(old)
    query = select(DIAGNOSIS).where(among(connection, DIAGNOSIS.c.donor_id, known_ids))
    known = {
        (row["donor_id"], row["system"], row["code"]): dict(row)
        for row in (connection.execute(query).mappings() if known_ids else ())
    }
    new, changes, touched = [], {}, set()
    for diagnosis in wanted:
        before = known.get((diagnosis["donor_id"], diagnosis["system"], diagnosis["code"]))
        if before is None:
            new.append(diagnosis)
            if counted:
                continue
        elif differing := {
            name: value for name, value in diagnosis.items() if value is not None and before[name] != value
        }:
            changes[before["id"]] = differing
        else:
            continue
        touched.add(diagnosis["donor_id"])
    if new:
        first = session.allocate("diagnosis", len(new))
        session.add(DIAGNOSIS, [{"id": number, **diagnosis} for number, diagnosis in enumerate(new, first)])
    session.change(DIAGNOSIS, changes)
    if counted:
        session.created += len(new)
        session.changed += len(changes)
    return touched


def _told(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The diagnoses of one row. Stage and TNM stand with the ICD-10 code, the morphology with the site."""
    icd, site = row.get("diagnosis"), row.get("topography")
    shared = {"donor_id": row["id"], "date": row.get("diagnosed"), "age": row.get("age")}
    staging = {name: row.get(name) for name in ("stage", "tnm", "tnm_edition")}
    nothing = dict.fromkeys(staging)
    morphology = row.get("morphology")
    told = []
    if icd:
        told.append({**shared, "system": "ICD-10", "code": icd, "morphology": None if site else morphology, **staging})
    if site:
        told.append(
            {**shared, "system": "ICD-O-3", "code": site, "morphology": morphology, **(nothing if icd else staging)}
        )
    return told
