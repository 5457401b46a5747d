"""The donors that other kinds of rows refer to."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from sqlalchemy import select

from biobank_tui.exchange.session import Session, found
from biobank_tui.exchange.validating import Verdicts
from biobank_tui.model.tables import DONOR, HOLD

INT, TEXT = pl.Int64(), pl.String()
BOOK: Final[dict[str, pl.DataType]] = {
    "code": TEXT,
    "id": INT,
    "custodian_id": INT,
    "profile_id": INT,
    "diagnosis": TEXT,
    "state": TEXT,
}


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
