"""Donors: rows judged against the bank and written."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from biobank_tui.bank.linking import link_token
from biobank_tui.exchange.externals import Externals
from biobank_tui.exchange.repeats import Repeats
from biobank_tui.exchange.session import Mode, Session, found, none_between
from biobank_tui.exchange.take_diagnoses import write_diagnoses
from biobank_tui.exchange.validating import Verdicts
from biobank_tui.model.tables import DONOR

INT, TEXT, REAL = pl.Int64(), pl.String(), pl.Float64()
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
        session.judge_case(DONOR, rows["code"].set(is_there, None), self.codes, verdicts)
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
        told = write_diagnoses(session, rows.with_columns(id=ids).filter(standing), there["id"].drop_nulls().to_list())
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
