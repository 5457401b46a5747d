"""Which tube lies where: tubes found by code or barcode and put into their places, all at once."""

from __future__ import annotations

from typing import Final

import polars as pl

from biobank_tui.exchange.places import Places
from biobank_tui.exchange.repeats import Repeats
from biobank_tui.exchange.session import Session, found
from biobank_tui.exchange.validating import Verdicts
from biobank_tui.model.tables import SAMPLE

TUBE: Final[dict[str, pl.DataType]] = {
    "code": pl.String(),
    "barcode": pl.String(),
    "id": pl.Int64(),
    "custodian_id": pl.Int64(),
    "status": pl.String(),
    "material": pl.String(),
    "unit_id": pl.Int64(),
    "row": pl.Int64(),
    "col": pl.Int64(),
}


class PositionTaker:
    """Takes the slices of one file that says which tube lies where."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.places = Places(session)
        self.tubes = Repeats("sample")

    def take(self, rows: pl.DataFrame, verdicts: Verdicts) -> None:
        """Judge the slice, move what may be moved."""
        session = self.session
        tubes = self._tubes(rows["sample"])
        verdicts.add(rows["sample"].is_not_null() & tubes["id"].is_null(), "sample", "sample.unknown")
        earlier = self.tubes.earlier(tubes["id"].cast(pl.String), verdicts)
        verdicts.add(earlier.is_not_null(), "sample", "code.repeated", earlier.cast(pl.String))
        session.permit(tubes["custodian_id"].drop_nulls().unique().to_list())
        nowhere = tubes.select("id", "unit_id", "row", "col").clear(tubes.height)
        leaving = frozenset(tubes["id"].filter(verdicts.standing()).drop_nulls().to_list())
        placed = self.places.put(rows, tubes, nowhere, verdicts, leaving)
        session.stop_at(verdicts)
        self._move(tubes, placed, verdicts.standing())

    def _tubes(self, names: pl.Series) -> pl.DataFrame:
        """The tube of each row, by its code or by its barcode."""
        by_code = found(self.session.connection, SAMPLE, "code", names, TUBE).with_columns(name="code")
        rest = names.filter(~names.is_in(by_code["code"].implode()))
        by_barcode = found(self.session.connection, SAMPLE, "barcode", rest, TUBE).with_columns(name="barcode")
        tubes = pl.concat([by_code, by_barcode])
        return names.alias("name").to_frame().join(tubes, on="name", how="left", maintain_order="left")

    def _move(self, tubes: pl.DataFrame, placed: pl.DataFrame, standing: pl.Series) -> None:
        session = self.session
        old = {row[0]: row[1:] for row in tubes.select("id", "unit_id", "row", "col").iter_rows()}
        moves = {
            number: place
            for number, *place in placed.filter(standing).select("id", "unit_id", "row", "col").iter_rows()
            if tuple(place) != old[number]
        }
        wanted = {tuple(place) for place in moves.values()}
        swapped = [number for number in moves if old[number][1] is not None and old[number] in wanted]
        session.change(SAMPLE, {number: {"unit_id": None, "row": None, "col": None} for number in swapped})
        session.change(
            SAMPLE,
            {number: dict(zip(("unit_id", "row", "col"), place, strict=True)) for number, place in moves.items()},
        )
        session.changed += len(moves)
        session.unchanged += int(standing.sum()) - len(moves)
        session.placed += int(standing.sum())

    def settle(self) -> None:
        """The counts of new units; the last step."""
        self.places.units.settle()
