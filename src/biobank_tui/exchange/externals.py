"""Other systems' identifiers of donors and samples: matched whatever their case, kept as they are written."""

from __future__ import annotations

from typing import Final

import polars as pl
from sqlalchemy import select

from biobank_tui.exchange.repeats import Repeats
from biobank_tui.exchange.session import Session, named
from biobank_tui.exchange.validating import Verdicts
from biobank_tui.model.tables import EXTERNAL_IDENTIFIER

COMING: Final[dict[str, pl.DataType]] = {
    "at": pl.Int64(),
    "target_id": pl.Int64(),
    "system": pl.String(),
    "value": pl.String(),
    "folded": pl.String(),
}
NAMES_AT_ONCE: Final = 50_000
PREFIX: Final = "external."


class Externals:
    """The external identifiers of one file. noun: donor or sample."""

    def __init__(self, session: Session, noun: str) -> None:
        self.session, self.noun = session, noun
        self.seen: dict[str, Repeats] = {}
        self.none_yet = (
            session.connection.scalar(
                select(EXTERNAL_IDENTIFIER.c.id).where(EXTERNAL_IDENTIFIER.c.noun == noun).limit(1)
            )
            is None
        )

    def judge(self, rows: pl.DataFrame, ids: pl.Series, verdicts: Verdicts) -> pl.DataFrame:
        """The identifiers to be written, as COMING; those another row or another thing has are reported."""
        frames = [pl.DataFrame(schema=COMING)]
        for name in (column for column in rows.columns if column.startswith(PREFIX)):
            frames += [self._judge(name, rows[name].set(~verdicts.standing(), None), ids, verdicts)]
        return pl.concat(frames)

    def _judge(self, name: str, values: pl.Series, ids: pl.Series, verdicts: Verdicts) -> pl.DataFrame:
        folded = values.str.to_lowercase()
        earlier = self.seen.setdefault(name, Repeats(name)).earlier(folded, verdicts)
        again = earlier.is_not_null()
        verdicts.add(again, name, "external.repeated", earlier.cast(pl.String))
        coming = (
            pl.DataFrame({"target_id": ids, "value": values, "folded": folded})
            .with_row_index("at")
            .select(
                pl.col("at").cast(pl.Int64),
                "target_id",
                pl.lit(name.removeprefix(PREFIX)).alias("system"),
                "value",
                "folded",
            )
        )
        coming = coming.filter(values.is_not_null() & ~again & ids.is_not_null())
        if self.none_yet and self.session.alone:
            return coming
        owned = coming.join(self._owners(name, coming["folded"]), on="folded", how="left", maintain_order="left")
        taken = owned.filter(pl.col("owner").is_not_null() & (pl.col("owner") != pl.col("target_id")))
        if taken.height:
            at = pl.Series(range(len(values))).is_in(taken["at"].implode())
            verdicts.add(at, name, "external.taken", self.noun)
        return owned.filter(pl.col("owner").is_null()).select(list(COMING))

    def _owners(self, name: str, folded: pl.Series) -> pl.DataFrame:
        connection, table = self.session.connection, EXTERNAL_IDENTIFIER.c
        rows: list[tuple[str, int]] = []
        for start in range(0, len(folded), NAMES_AT_ONCE):
            query = select(table.folded, table.target_id).where(
                table.noun == self.noun,
                table.system == name.removeprefix(PREFIX),
                named(table.folded, connection, folded.slice(start, NAMES_AT_ONCE).to_list()),
            )
            rows.extend((value, number) for value, number in connection.execute(query))
        return pl.DataFrame(rows, schema={"folded": pl.String, "owner": pl.Int64}, orient="row")

    def write(self, coming: pl.DataFrame, standing: pl.Series) -> set[int]:
        """Write the identifiers of the rows that stand; the ids of what they name."""
        kept = coming.filter(standing.gather(coming["at"])) if coming.height else coming
        if kept.height:
            first = self.session.allocate("external_identifier", kept.height)
            numbers = pl.int_range(first, first + kept.height, dtype=pl.Int64)
            self.session.load(EXTERNAL_IDENTIFIER, kept.drop("at").with_columns(id=numbers, noun=pl.lit(self.noun)))
        return set(kept["target_id"].to_list())
