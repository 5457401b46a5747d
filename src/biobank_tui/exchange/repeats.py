"""What a file has said before: codes, barcodes and places that come twice, across its slices."""

from __future__ import annotations

from typing import Final

import polars as pl

from biobank_tui.exchange.validating import Verdicts

SEEN: Final[dict[str, pl.DataType]] = {
    "value": pl.String(), "line": pl.Int64(), "at": pl.Int64(), "facts": pl.UInt64(),
}  # fmt: skip

CASES: Final[dict[str, pl.DataType]] = {"folded": pl.UInt64(), "value": pl.String()}


class Repeats:
    """The values of one column so far, with the line that said each first and a digest of what it said."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen = pl.DataFrame(schema=SEEN)
        self.cases = pl.DataFrame(schema=CASES)
        self.met = 0

    def earlier(self, values: pl.Series, verdicts: Verdicts) -> pl.Series:
        """For each row, the line before it that gave the same value; nothing where it is the first."""
        return self._take(values, verdicts.mapped.lines, None)["line_first"]

    def judge_rows(self, rows: pl.DataFrame, verdicts: Verdicts, ignoring: tuple[str, ...] = ()) -> None:
        """A code that comes again with the same facts is a repeated row; with other facts, a repeated code."""
        facts = rows.select(name for name in rows.columns if not name.startswith(ignoring)).hash_rows(seed=7)
        first = self._take(rows[self.name], verdicts.mapped.lines, facts)
        again = first["line_first"].is_not_null()
        same = (first["facts_first"] == facts).fill_null(value=False)
        at = first["line_first"].cast(pl.String)
        verdicts.add(again & same, self.name, "row.repeated", at, values=rows[self.name])
        verdicts.add(again & ~same, self.name, "code.repeated", at, values=rows[self.name])

    def other_case(self, values: pl.Series) -> pl.Series:
        """For each row, the first value of the file that differs from its own in upper and lower case only."""
        lower = values.str.to_lowercase()
        here = pl.DataFrame({"folded": lower.hash(seed=7), "value": values})
        told = here.filter(values.is_not_null())
        known = self.cases.filter(pl.col("folded").is_in(told["folded"].implode()))
        first = pl.concat([known, told]).unique("folded", keep="first", maintain_order=True)
        self.cases = pl.concat([self.cases, first.slice(known.height)])
        met = here.join(first, on="folded", how="left", suffix="_first", maintain_order="left")["value_first"]
        return met.set((met == values) | (met.str.to_lowercase() != lower), None)

    def _take(self, values: pl.Series, lines: pl.Series, facts: pl.Series | None) -> pl.DataFrame:
        here = pl.DataFrame(
            {
                "value": values,
                "line": lines.cast(pl.Int64),
                "at": pl.int_range(self.met, self.met + len(values), dtype=pl.Int64, eager=True),
                "facts": pl.Series([0], dtype=pl.UInt64).new_from_index(0, len(values)) if facts is None else facts,
            }
        )
        self.met += len(values)
        told = here.filter(pl.col("value").is_not_null())
        inside = told.height != told["value"].n_unique()
        known = self.seen.filter(pl.col("value").is_in(told["value"].implode())) if self.seen.height else self.seen
        if not inside and not known.height:
            self.seen = pl.concat([self.seen, told])
            return pl.DataFrame(schema={"line_first": pl.Int64, "facts_first": pl.UInt64}).clear(here.height)
        first = pl.concat([known, told]).unique("value", keep="first", maintain_order=True)
        self.seen = pl.concat([self.seen, first.filter(~pl.col("value").is_in(known["value"].implode()))])
        joined = here.join(first, on="value", how="left", suffix="_first", maintain_order="left")
        again = pl.col("at_first") != pl.col("at")
        return joined.select(
            line_first=pl.when(again).then(pl.col("line_first")), facts_first=pl.when(again).then(pl.col("facts_first"))
        )
