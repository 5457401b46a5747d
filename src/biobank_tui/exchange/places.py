"""Where the tubes of a slice lie: units found or made, positions read by their labels, collisions reported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import polars as pl
from sqlalchemy import select

from biobank_tui.bank.dialects import among
from biobank_tui.exchange.repeats import Repeats
from biobank_tui.exchange.session import Session
from biobank_tui.exchange.units import UnitBook, layout_of
from biobank_tui.exchange.validating import Verdicts
from biobank_tui.model.tables import SAMPLE
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import PLACELESS
from biobank_tui.rules.positions import Layout, Style, label, ordinal
from biobank_tui.rules.storing import CLOSED

UNIT: Final[dict[str, pl.DataType]] = {
    "code": pl.String(),
    "unit_id": pl.Int64(),
    "layout": pl.Int64(),
    "materials": pl.String(),
    "organisation_id": pl.Int64(),
    "service": pl.String(),
}


class Places:
    """The places of one file's rows. used: codes of the units its rows lie in."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.units = UnitBook(session)
        self.taken = Repeats("position")
        self.used: set[str] = set()

    def put(
        self,
        rows: pl.DataFrame,
        sample: pl.DataFrame,
        there: pl.DataFrame,
        verdicts: Verdicts,
        leaving: frozenset[int] = frozenset(),
    ) -> pl.DataFrame:
        """`sample` with unit_id, row and col: nothing where the row names no place, or one it cannot have.

        leaving: tubes whose present place counts as free. A tube that is there already stays where the bank has it;
        moving tubes is for the positions kind.
        """
        standing_places = [there[name] for name in ("unit_id", "row", "col")]
        if "storage" not in rows.columns or not rows["storage"].is_not_null().any():
            return sample.with_columns(standing_places)
        self._remember(rows["storage"], there["unit_id"])
        codes = rows["storage"].set(~verdicts.standing() | there["id"].is_not_null(), None)
        placeless = codes.is_not_null() & sample["status"].is_in(list(PLACELESS))
        verdicts.add(placeless, "storage", "place.gone", sample["status"])
        codes = codes.set(placeless, None)
        unit = self._units(codes, sample, verdicts)
        spots = self._spots(rows, unit, verdicts)
        place = pl.DataFrame({"id": sample["id"], "unit_id": unit["unit_id"], "row": spots["row"], "col": spots["col"]})
        lost = self._collisions(place, spots["label"], verdicts, leaving)
        lost |= spots["bad"]
        place = place.with_columns(pl.when(~lost).then(pl.col(name)).alias(name) for name in ("unit_id", "row", "col"))
        self.used.update(codes.filter(place["unit_id"].is_not_null()).unique().to_list())
        return sample.with_columns(place[kept.name].fill_null(kept) for kept in standing_places)

    def _remember(self, codes: pl.Series, unit_ids: pl.Series) -> None:
        """Count the units in which tubes that are there already lie, as the file says."""
        named = codes.filter(unit_ids.is_not_null()).drop_nulls().unique().to_list()
        self.units.fetch(named)
        lying = set(unit_ids.drop_nulls().to_list())
        self.used.update(code for code in named if code in self.units.known and self.units.known[code]["id"] in lying)

    def _units(self, codes: pl.Series, sample: pl.DataFrame, verdicts: Verdicts) -> pl.DataFrame:
        """unit_id and layout (its number in `layouts`) of each row."""
        distinct = codes.drop_nulls().unique(maintain_order=True).to_list()
        self.units.fetch(distinct)
        missing = [code for code in distinct if code not in self.units.known]
        spec = self.session.map.new_storage
        if missing and spec is not None:
            if spec.get("parent"):
                self.units.parent_of_new(spec["parent"])
            named = spec.get("name", "{code}")
            self.units.make([{**spec, "code": code, "name": named.format(code=code)} for code in missing])
            self.session.made["storage"] += len(missing)
        known = [self.units.known[code] for code in distinct if code in self.units.known]
        self.layouts = list(dict.fromkeys(layout for unit in known if (layout := layout_of(unit))))
        numbers = {layout: number for number, layout in enumerate(self.layouts)}
        table = pl.DataFrame(
            [
                (
                    unit["code"],
                    unit["id"],
                    numbers[layout] if (layout := layout_of(unit)) else None,
                    unit["materials"],
                    unit["organisation_id"],
                    unit["service"],
                )
                for unit in known
            ],
            schema=UNIT,
            orient="row",
        )
        joined = codes.alias("code").to_frame().join(table, on="code", how="left", maintain_order="left")
        unknown = codes.is_not_null() & joined["unit_id"].is_null()
        verdicts.add(unknown, "storage", "unit.unknown")
        closed = joined["service"].is_in(list(CLOSED)).fill_null(value=False)
        verdicts.add(closed, "storage", "unit.closed", joined["service"])
        foreign = joined["organisation_id"].is_not_null() & (joined["organisation_id"] != sample["custodian_id"])
        verdicts.add(foreign, "storage", "unit.organisation")
        narrow = joined["materials"].is_not_null() & sample["material"].is_not_null()
        if narrow.any():
            fits = pl.select(
                (pl.lit("," + joined["materials"] + ",")).str.contains(
                    pl.lit("," + sample["material"] + ","), literal=True
                )
            ).to_series()
            verdicts.add(narrow & ~fits, "storage", "unit.material", joined["materials"])
        return joined

    def _spots(self, rows: pl.DataFrame, unit: pl.DataFrame, verdicts: Verdicts) -> pl.DataFrame:
        """row, col (ordinals), label and bad of each row."""
        apart = "row" in rows.columns and "column" in rows.columns
        if apart:
            text = rows["row"] + "-" + rows["column"]
        elif "position" in rows.columns:
            text = rows["position"]
        else:
            text = pl.Series([None], dtype=pl.String).new_from_index(0, rows.height)
        field = "row" if apart else "position"
        text = text.set(unit["unit_id"].is_null(), None)
        gridless = text.is_not_null() & unit["layout"].is_null()
        verdicts.add(gridless, "storage", "unit.gridless")
        asked = pl.DataFrame({"layout": unit["layout"], "label": text})
        distinct = asked.drop_nulls().unique()
        read: list[tuple[int | None, int | None]] = []
        for number, written in distinct.iter_rows():
            layout = self.layouts[number]
            try:
                read.append(ordinal(replace(layout, style=Style.ROW_COLUMN) if apart else layout, written))
            except Refused:
                read.append((None, None))
        spots = distinct.with_columns(
            row=pl.Series([row for row, _ in read], dtype=pl.Int64),
            col=pl.Series([col for _, col in read], dtype=pl.Int64),
        )
        joined = asked.join(spots, on=["layout", "label"], how="left", maintain_order="left")
        bad = text.is_not_null() & joined["row"].is_null() & ~gridless
        verdicts.add(bad, field, "position.bad", self._extents(unit["layout"]), values=text)
        return joined.with_columns(bad=bad | gridless)

    def _extents(self, layouts: pl.Series) -> pl.Series:
        def extent(layout: Layout) -> str:
            return f"{label(layout, 0, 0)} … {label(layout, layout.rows - 1, layout.columns - 1)}"

        return layouts.replace_strict(
            list(range(len(self.layouts))),
            [extent(layout) for layout in self.layouts],
            default=None,
            return_dtype=pl.String,
        )

    def _collisions(
        self, place: pl.DataFrame, labels: pl.Series, verdicts: Verdicts, leaving: frozenset[int]
    ) -> pl.Series:
        """Rows whose place another row of the file, or another tube in the bank, already has."""
        whole = place.select(
            pl.when(pl.col("row").is_not_null() & pl.lit(verdicts.standing())).then(
                pl.format("{}/{}/{}", "unit_id", "row", "col")
            )
        ).to_series()
        earlier = self.taken.earlier(whole, verdicts)
        again = earlier.is_not_null()
        verdicts.add(again, "storage", "position.repeated", earlier.cast(pl.String), values=labels)
        own = self.units.new_ids if self.session.alone else set()
        old = [number for number in place["unit_id"].drop_nulls().unique().to_list() if number not in own]
        if not old:
            return again
        connection = self.session.connection
        query = select(SAMPLE.c.unit_id, SAMPLE.c.row, SAMPLE.c.col, SAMPLE.c.id, SAMPLE.c.code).where(
            among(connection, SAMPLE.c.unit_id, old), SAMPLE.c.row.is_not(None)
        )
        holders: list[Any] = [tuple(row) for row in connection.execute(query) if row.id not in leaving]
        schema = {"unit_id": pl.Int64, "row": pl.Int64, "col": pl.Int64, "holder": pl.Int64, "code": pl.String}
        held = place.join(
            pl.DataFrame(holders, schema=schema, orient="row"),
            on=["unit_id", "row", "col"],
            how="left",
            maintain_order="left",
        )
        others = held["holder"].is_not_null() & (held["holder"] != held["id"]).fill_null(value=True) & ~again
        verdicts.add(others, "storage", "position.taken", held["code"], values=labels)
        return again | others
