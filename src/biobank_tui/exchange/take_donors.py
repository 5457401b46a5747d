"""Donors: rows judged against the bank and written; and the book of donors that other kinds of rows refer to."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from sqlalchemy import select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.linking import link_token
from biobank_tui.exchange.externals import Externals
from biobank_tui.exchange.repeats import Repeats
from biobank_tui.exchange.session import Mode, Session, found, none_between
from biobank_tui.exchange.validating import Verdicts
from biobank_tui.model.tables import DIAGNOSIS, DONOR, HOLD

INT, TEXT, REAL = pl.Int64(), pl.String(), pl.Float64()
BOOK: Final[dict[str, pl.DataType]] = {
    "code": TEXT,
    "id": INT,
    "custodian_id": INT,
    "profile_id": INT,
    "diagnosis": TEXT,
    "state": TEXT,
}
PERSONAL: Final[dict[str, pl.DataType]] = {
    "sex": TEXT,
    "birth_year": INT,
    "birth_month": INT,
    "country": TEXT,
    "diagnosis": TEXT,
    "study": TEXT,
    "note": TEXT,
    "link_token": TEXT,
}
"""What an import may change of a donor that is there; blank leaves it."""
FOUND: Final = {"morphology": TEXT, "diagnosed": TEXT, "age": REAL, "stage": TEXT, "tnm": TEXT, "tnm_edition": TEXT}
"""What the file says about a diagnosis."""


class DonorBook:
    """The donors a file names, fetched once each; those that are nowhere are made where that is tolerated."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.known = pl.DataFrame(schema=BOOK)
        self._holds: pl.DataFrame | None = None

    def resolve(self, rows: pl.DataFrame, verdicts: Verdicts) -> pl.DataFrame:
        """The donor of each row: the columns of BOOK, nothing where the row names none or an unknown one."""
        codes = rows["donor"]
        asked = codes.drop_nulls().unique(maintain_order=True)
        asked = asked.filter(~asked.is_in(self.known["code"].implode()))
        if len(asked):
            here = found(self.session.connection, DONOR, "code", asked, BOOK)
            self.known = pl.concat([self.known, here])
            strangers = asked.filter(~asked.is_in(here["code"].implode()))
            if len(strangers) and self.session.tolerates("donor.unknown"):
                unknown = codes.is_in(strangers.implode()) & verdicts.standing()
                verdicts.add(
                    unknown & codes.set(~unknown, None).is_first_distinct(), "donor", "donor.unknown", values=codes
                )
                self._make(codes.filter(unknown).unique(maintain_order=True))
        resolved = codes.alias("code").to_frame().join(self.known, on="code", how="left", maintain_order="left")
        if not self.session.tolerates("donor.unknown"):
            verdicts.add(codes.is_not_null() & resolved["id"].is_null(), "donor", "donor.unknown", values=codes)
        withdrawn = (resolved["state"] == "withdrawn").fill_null(value=False)
        verdicts.add(withdrawn, "donor", "donor.withdrawn", values=codes)
        return resolved

    def _make(self, codes: pl.Series) -> None:
        if not len(codes):
            return
        first = self.session.allocate("donor", len(codes))
        donors = pl.DataFrame({"code": codes}).select(
            "code",
            id=pl.int_range(first, first + len(codes), dtype=pl.Int64),
            custodian_id=pl.lit(self.session.custodian_id, pl.Int64),
            profile_id=pl.lit(None, pl.Int64),
            diagnosis=pl.lit(None, pl.String),
            state=pl.lit("active"),
        )
        self.known = pl.concat([self.known, donors])
        self.session.load(DONOR, donors.with_columns(sex=pl.lit("unknown")))
        self.session.made["donors"] += len(codes)

    def holds(self, donor_ids: pl.Series) -> pl.DataFrame:
        """The holds that stand on these donors: donor_id, hold_id."""
        if self._holds is None:
            query = select(HOLD.c.target_id, HOLD.c.id).where(HOLD.c.noun == "donor", HOLD.c.released.is_(None))
            rows: list[Any] = [tuple(row) for row in self.session.connection.execute(query)]
            self._holds = pl.DataFrame(rows, schema={"donor_id": pl.Int64, "hold_id": pl.Int64}, orient="row")
        return self._holds.filter(pl.col("donor_id").is_in(donor_ids.unique().implode()))


class DonorTaker:
    """Takes the slices of one file of donors in turn."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.codes = Repeats("code")
        self.tokens = Repeats("hospital_number")
        self.externals = Externals(session, "donor")

    def take(self, rows: pl.DataFrame, verdicts: Verdicts) -> None:
        """Judge the slice, write what may come in."""
        session = self.session
        self.codes.judge_rows(rows, verdicts)
        there = self._there(rows["code"])
        is_there = there["id"].is_not_null()
        session.permit(there["custodian_id"].drop_nulls().unique().to_list())
        if session.mode is Mode.UPDATE:
            verdicts.add(rows["code"].is_not_null() & ~is_there, "code", "code.absent")
        session.judge_case(DONOR, rows["code"].set(is_there, None), verdicts)
        new = verdicts.standing() & ~is_there
        first = session.allocate("donor", int(new.sum())) if new.any() else 0
        ids = there["id"].fill_null(
            pl.select(pl.when(new).then(new.cum_sum().cast(pl.Int64) + (first - 1))).to_series()
        )
        donor = self._donor(rows, ids, verdicts)
        coming = self.externals.judge(rows, ids, verdicts)
        changes = self._changes(donor, there, is_there, verdicts)
        session.stop_at(verdicts)
        standing = verdicts.standing()
        fresh = donor.filter(standing & ~is_there)
        session.load(DONOR, fresh)
        session.change(DONOR, changes)
        told = self._diagnoses(rows.with_columns(id=ids).filter(standing), set(there["id"].drop_nulls().to_list()))
        session.created += fresh.height
        told |= self.externals.write(coming, standing)
        touched = (changes.keys() | told) & set(ids.filter(standing & is_there).to_list())
        session.changed += len(touched)
        session.unchanged += int((standing & is_there).sum()) - len(touched)

    def settle(self) -> None:
        """Nothing is left for the end."""

    def _there(self, codes: pl.Series) -> pl.DataFrame:
        wanted = {"code": TEXT, "id": INT, "state": TEXT, "custodian_id": INT} | PERSONAL
        if none_between(self.session.connection, DONOR.c.code, codes):
            known = pl.DataFrame(schema=wanted)
        else:
            known = found(self.session.connection, DONOR, "code", codes, wanted)
        return codes.alias("code").to_frame().join(known, on="code", how="left", maintain_order="left")

    def _donor(self, rows: pl.DataFrame, ids: pl.Series, verdicts: Verdicts) -> pl.DataFrame:
        session = self.session

        def column(name: str, dtype: pl.DataType) -> pl.Series:
            return rows[name] if name in rows.columns else pl.Series([None], dtype=dtype).new_from_index(0, rows.height)

        custodian = column("custodian", TEXT)
        custodian_id = session.organisations(custodian)
        verdicts.add(custodian.is_not_null() & custodian_id.is_null(), "custodian", "organisation.unknown")
        session.permit([*custodian_id.drop_nulls().unique().to_list(), session.custodian_id])
        diagnosis = column("diagnosis", TEXT)
        return pl.DataFrame(
            {
                "id": ids,
                "code": rows["code"],
                "custodian_id": custodian_id.fill_null(session.custodian_id),
                "state": column("state", TEXT).fill_null("active"),
                "sex": column("sex", TEXT).fill_null("unknown"),
                "birth_year": column("birth_year", INT),
                "birth_month": column("birth_month", INT),
                "country": column("country", TEXT),
                "diagnosis": diagnosis.fill_null(column("topography", TEXT)),
                "study": column("study", TEXT),
                "note": column("note", TEXT),
                "link_token": self._tokens(column("hospital_number", TEXT), rows["code"], verdicts),
            }
        )

    def _tokens(self, numbers: pl.Series, codes: pl.Series, verdicts: Verdicts) -> pl.Series:
        """Link tokens; a patient who is already here under another code is a defect. The number goes no further."""
        if not numbers.is_not_null().any():
            return numbers
        address = self.session.address
        tokens = pl.Series([None if n is None else link_token(address, n) for n in numbers.to_list()], dtype=pl.String)
        earlier = self.tokens.earlier(tokens.set(~verdicts.standing(), None), verdicts)
        verdicts.add(earlier.is_not_null(), "code", "donor.twice", earlier.cast(pl.String))
        owners = found(self.session.connection, DONOR, "link_token", tokens, {"link_token": TEXT, "code": TEXT})
        owned = tokens.alias("link_token").to_frame().join(owners, on="link_token", how="left", maintain_order="left")
        verdicts.add(owned["code"].is_not_null() & (owned["code"] != codes), "code", "donor.known", owned["code"])
        return tokens

    def _changes(
        self, donor: pl.DataFrame, there: pl.DataFrame, is_there: pl.Series, verdicts: Verdicts
    ) -> dict[int, dict[str, Any]]:
        changes: dict[int, dict[str, Any]] = {}
        for name in PERSONAL:
            new, old = donor[name], there[name]
            differs = is_there & new.is_not_null() & (new != old).fill_null(value=True)
            if name == "sex":
                differs &= new != "unknown"
            emptied = verdicts.mapped.cleared.get(name)
            if emptied is not None:
                differs |= emptied & is_there & old.is_not_null()
            self._change(name, differs, donor, changes, verdicts)
        # A death is news; nothing else about a donor's state comes from a file.
        died = is_there & (donor["state"] == "deceased") & (there["state"] == "active").fill_null(value=False)
        self._change("state", died, donor, changes, verdicts)
        return changes

    def _change(
        self, name: str, differs: pl.Series, donor: pl.DataFrame, changes: dict[int, dict[str, Any]], verdicts: Verdicts
    ) -> None:
        if self.session.mode is Mode.CREATE:
            verdicts.add(differs, "code", "code.exists")
            return
        told = differs & verdicts.standing()
        for number, value in zip(donor["id"].filter(told), donor[name].filter(told), strict=True):
            changes.setdefault(number, {})[name] = value

    def _diagnoses(self, rows: pl.DataFrame, old: set[int]) -> set[int]:
        """Write the diagnoses told: ICD-10, and the tumour's site in ICD-O-3 beside it. The donors changed by it."""
        if not {"diagnosis", "topography"} & set(rows.columns):
            return set()
        wanted = [diagnosis for row in rows.iter_rows(named=True) for diagnosis in _told(row)]
        connection = self.session.connection
        query = select(DIAGNOSIS).where(among(connection, DIAGNOSIS.c.donor_id, sorted(old)))
        known = {
            (row["donor_id"], row["system"], row["code"]): dict(row)
            for row in (connection.execute(query).mappings() if old else ())
        }
        new, changes, touched = [], {}, set()
        for diagnosis in wanted:
            before = known.get((diagnosis["donor_id"], diagnosis["system"], diagnosis["code"]))
            if before is None:
                new.append(diagnosis)
            elif differing := {
                name: value for name, value in diagnosis.items() if value is not None and before[name] != value
            }:
                changes[before["id"]] = differing
            else:
                continue
            touched.add(diagnosis["donor_id"])
        if new:
            first = self.session.allocate("diagnosis", len(new))
            self.session.add(DIAGNOSIS, [{"id": number, **diagnosis} for number, diagnosis in enumerate(new, first)])
        self.session.change(DIAGNOSIS, changes)
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
