"""Parents of samples: in the bank, further up in the file, or in the same slice whatever the order of its rows."""

from __future__ import annotations

from typing import Final

import polars as pl

from biobank_tui.exchange.generations import ENDLESS, depths, in_order
from biobank_tui.exchange.session import Session, found
from biobank_tui.exchange.validating import Verdicts
from biobank_tui.model.tables import SAMPLE

FAMILY: Final[dict[str, pl.DataType]] = {
    "code": pl.String(),
    "id": pl.Int64(),
    "donor_id": pl.Int64(),
    "custodian_id": pl.Int64(),
    "profile_id": pl.Int64(),
    "material": pl.String(),
    "topography": pl.String(),
    "diagnosis": pl.String(),
    "collected": pl.String(),
}
"""What a child takes from its parent, behind the parent's code and id."""
INHERITED: Final = tuple(FAMILY)[2:]
MOST_GENERATIONS: Final = 64
REMEMBERED: Final = 200_000
ANCESTOR: Final = "ancestor."


class Families:
    """The parents of one file's rows. seen: the file's own new samples, the latest of those that are in the bank."""

    def __init__(self, session: Session, *, bank_is_empty: bool) -> None:
        self.session, self.none_in_bank = session, bank_is_empty
        self.seen = pl.DataFrame(schema=FAMILY)
        self._ahead: pl.DataFrame | None = None

    def waiting(self, rows: pl.DataFrame, verdicts: Verdicts) -> pl.Series:
        """The rows whose parent is neither in the bank nor met so far, nor in this slice; and what comes from them."""
        standing = verdicts.standing()
        named = rows["parent"].set(~standing, None)
        own = rows["code"].filter(standing)
        others = self._others(self._wanted(rows), own)
        self._ahead = others
        here = named.is_not_null() & ~named.is_in(others["code"].implode())
        waits = here & ~named.is_in(own.implode())
        for _generation in range(MOST_GENERATIONS if waits.any() else 0):
            more = here & named.is_in(rows["code"].filter(waits).drop_nulls().implode()) & ~waits
            if not more.any():
                break
            waits |= more
        return waits.fill_null(value=False)

    def look_again(self) -> None:
        """The rows that were asked about are not taken now: what was found for them may be more by then."""
        self._ahead = None

    def _wanted(self, rows: pl.DataFrame) -> pl.Series:
        wanted = [rows["parent"], *(rows[name] for name in rows.columns if name.startswith(ANCESTOR))]
        return pl.concat([series.alias("code") for series in wanted]).drop_nulls().unique()

    def remember(self, fresh: pl.DataFrame) -> None:
        """New samples may be parents further down; the bank can be asked for those it has."""
        self.seen = pl.concat([self.seen, fresh.select(list(FAMILY))])
        if self.session.writing and self.seen.height > REMEMBERED:
            self.seen = self.seen.tail(REMEMBERED // 2)
            self.none_in_bank = False

    def parents(self, rows: pl.DataFrame, own: pl.DataFrame, verdicts: Verdicts) -> pl.DataFrame:
        """What each row's parent is: the columns of FAMILY, and `direct` where it is the one the row itself names.

        own: what each row says of itself, as FAMILY. A row without its parent hangs on the first of its ancestors that
        is there, and is reported; one that can hang on nothing is refused.
        """
        codes = self._wanted(rows)
        here = verdicts.standing() & own["code"].is_in(codes.implode())
        ahead, self._ahead = self._ahead, None
        others = self._others(codes, own.filter(here)["code"]) if ahead is None else ahead
        parents = _related(rows, pl.concat([others, own.filter(here)]))
        # A parent may stand in the same slice, and its own parent too: each round fills one generation more.
        for _generation in range(MOST_GENERATIONS if here.any() else 0):
            filled = own.select("code", "id", *(pl.col(name).fill_null(parents[name]) for name in INHERITED))
            if filled.equals(own):
                break
            own = filled
            parents = _related(rows, pl.concat([others, own.filter(here)]))
        named, missing = rows["parent"], rows["parent"].is_not_null() & ~parents["direct"]
        hung = missing & parents["id"].is_not_null()
        verdicts.add(hung, "parent", "parent.unknown", parents["code"], values=named)
        verdicts.add(missing & ~hung, "parent", "parent.absent", values=named)
        ids = own["id"].set(~verdicts.standing(), None)
        if not in_order(ids, parents["id"]):
            verdicts.add(depths(ids, parents["id"]) == ENDLESS, "parent", "parent.circle", values=named)
        return parents

    def _others(self, codes: pl.Series, own: pl.Series) -> pl.DataFrame:
        """The possible parents that are not rows of this slice."""
        others = self.seen.join(codes.to_frame("code"), on="code", how="semi")
        rest = codes.filter(~codes.is_in(others["code"].implode()) & ~codes.is_in(own.implode()))
        if len(rest) and not (self.none_in_bank and self.session.alone):
            others = pl.concat([others, found(self.session.connection, SAMPLE, "code", rest, FAMILY)])
        return others


def _related(rows: pl.DataFrame, kin: pl.DataFrame) -> pl.DataFrame:
    """For each row, the one of `kin` it names as its parent, else its first ancestor that is among them."""
    kin = kin.unique("code", keep="first", maintain_order=True)

    def related(codes: pl.Series) -> pl.DataFrame:
        return codes.alias("code").to_frame().join(kin, on="code", how="left", maintain_order="left")

    parents = related(rows["parent"])
    direct = parents["id"].is_not_null()
    missing = rows["parent"].is_not_null() & ~direct
    for name in (column for column in rows.columns if column.startswith(ANCESTOR) and missing.any()):
        further = related(rows[name].set(~missing | parents["id"].is_not_null(), None))
        parents = parents.select(
            pl.when(further["id"].is_not_null()).then(further[name]).otherwise(parents[name]).alias(name)
            for name in FAMILY
        )
    return parents.with_columns(direct=direct)


def parents_first(fresh: pl.DataFrame) -> pl.DataFrame:
    """New samples in an order in which each comes after its parent."""
    if in_order(fresh["id"], fresh["parent_id"]):
        return fresh
    depth = depths(fresh["id"], fresh["parent_id"])
    return fresh.with_columns(depth=depth).sort("depth", maintain_order=True).drop("depth")
