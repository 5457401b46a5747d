"""The cells of one slice as a map reads them: trimmed, without its null tokens, put together, matched, looked up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl

from biobank_tui.exchange.archives import is_archive
from biobank_tui.exchange.defects import defects
from biobank_tui.exchange.maps import PLACEHOLDER, ColumnMap, SideTable, Source
from biobank_tui.exchange.reading import Rows, Shape, slices
from biobank_tui.rules.errors import BadData

LOOSE_ENDS: Final = " .-/:,;"
"""What a missing group at the end leaves hanging."""


class SideTables:
    """The other files a map looks values up in: beside the file that is read, in its archive, or beside the map."""

    def __init__(self, path: Path, column_map: ColumnMap) -> None:
        self.path, self.map = path, column_map
        self.read: dict[SideTable, dict[str, str]] = {}

    def says(self, side: SideTable) -> dict[str, str]:
        """Key to what it says. BadData where there is no such file or column."""
        if side not in self.read:
            shape, path = self.map.shape, _beside(self.path.parent, side.file)
            if is_archive(self.path):
                path, shape = self.path, _inside(shape, side.file)
            elif not path.exists() and self.map.folder is not None:
                # A list that comes with the map is written plainly, however the file is written that is read.
                path, shape = _beside(self.map.folder, side.file), Shape()
            told: dict[str, str] = {}
            for rows in slices(path, shape):
                for name in (side.key, side.says):
                    if name not in rows.cells.columns:
                        raise BadData(
                            "columns.absent",
                            "{file} has no column {absent}, which the map {map} reads.",
                            file=side.file,
                            absent=f"“{name}”",
                            map=self.map.name,
                        )
                pairs = rows.cells.select(side.key, side.says).drop_nulls().iter_rows()
                told |= {key.strip(): says.strip() for key, says in pairs}
            self.read[side] = told
        return self.read[side]


def _beside(folder: Path, name: str) -> Path:
    """The one file of that name in the folder, * in it standing for anything."""
    fit = sorted(folder.glob(name)) if "*" in name else []
    return fit[0] if len(fit) == 1 else folder / name


def _inside(shape: Shape, member: str) -> Shape:
    from dataclasses import replace

    return replace(shape, member=member)


def by_distinct(texts: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`change` applied to the distinct texts only, where that spares work."""
    distinct = texts.unique()
    if len(distinct) * 2 > len(texts):
        return change(texts)
    return texts.replace_strict(distinct, change(distinct), return_dtype=None)


def _filled(template: str, parts: list[pl.Series]) -> pl.Series:
    """The template with its parts; one that says nothing leaves a gap, and where none does there is nothing."""
    frame = pl.DataFrame([part.alias(str(number)) for number, part in enumerate(parts)])
    text = pl.format(PLACEHOLDER.sub("{}", template), *[pl.col(name).fill_null("") for name in frame.columns])
    return frame.select(pl.when(pl.any_horizontal(pl.all().is_not_null())).then(text.str.strip_chars())).to_series()


class Cells:
    """Reads cells of one slice: trimmed, with nulls as the map has them; each column once."""

    def __init__(self, rows: Rows, column_map: ColumnMap, sides: SideTables | None = None) -> None:
        self.rows, self.map, self.sides = rows, column_map, sides
        self.read: dict[str, pl.Series] = {}

    def header(self, source: Source) -> str:
        present = [name for name in source.columns if name in self.rows.cells.columns]
        return present[0] if present else ""

    def column(self, name: str) -> pl.Series:
        if name not in self.read:
            self.read[name] = by_distinct(self.rows.cells[name], self._meaning)
        return self.read[name]

    def _meaning(self, cells: pl.Series) -> pl.Series:
        text, parts = pl.col("text"), self.map.null_parts
        frame = pl.DataFrame({"text": cells}).with_columns(text.str.strip_chars())
        if parts:
            told = text.str.split(parts).list.eval(
                pl.element().filter(~pl.element().str.strip_chars().is_in(self.map.nulls))
            )
            frame = frame.with_columns(
                pl.when(text.str.contains(parts, literal=True)).then(told.list.join(parts)).otherwise(text)
            )
        nothing = text == ""
        if self.map.nulls:
            nothing |= text.is_in(self.map.nulls)
        nothing |= text == self.map.clear
        return frame.select(pl.when(~nothing).then(text)).to_series()

    def field(self, name: str, source: Source) -> tuple[pl.Series, list[pl.DataFrame]]:
        """The field's text, and what the map's own rules find wrong with it."""
        size, found = len(self.rows.lines), []
        present = [self.column(column) for column in source.columns if column in self.rows.cells.columns]
        if source.value is not None:
            text = pl.Series([source.value], dtype=pl.String).new_from_index(0, size)
        elif source.template is not None:
            gap = pl.Series([None], dtype=pl.String).new_from_index(0, size)
            there = self.rows.cells.columns
            text = _filled(source.template, [self.column(c) if c in there else gap for c in source.columns])
        elif source.join is not None:
            text = (
                pl.DataFrame([part.alias(str(at)) for at, part in enumerate(present)])
                .select(
                    pl.when(pl.any_horizontal(pl.all().is_not_null())).then(
                        pl.concat_str(pl.all(), separator=source.join, ignore_nulls=True)
                    )
                )
                .to_series()
            )
        else:
            text = present[0]
            for other in present[1:]:
                text = text.fill_null(other)
            if name in self.map.expect:
                found.extend(self._expected(source, present, text))
        if source.split is not None and source.part is not None:
            text = _piece(text, source.split, source.part)
        if source.match is not None:
            text, extra = self._matched(source, text)
            found.extend(extra)
        if source.prefix is not None:
            text = text.str.slice(0, source.prefix)
        if source.case is not None:
            text = text.str.to_uppercase() if source.case == "upper" else text.str.to_lowercase()
        if source.table is not None and self.sides is not None:
            text, extra = self._told_aside(source, source.table, self.sides.says(source.table), text)
            found.extend(extra)
        if source.lookup is not None:
            text, extra = self._looked_up(source, text)
            found.extend(extra)
        if source.blank is not None:
            text = text.fill_null(source.blank)
        return text, found

    def cleared(self, source: Source) -> pl.Series | None:
        """The rows whose cell says that what the bank has is to be emptied; none where there are none."""
        if len(source.columns) != 1 or source.columns[0] not in self.rows.cells.columns:
            return None
        hit = (self.rows.cells[source.columns[0]] == self.map.clear).fill_null(value=False)
        return hit if hit.any() else None

    def _told_aside(
        self, source: Source, side: SideTable, told: dict[str, str], text: pl.Series
    ) -> tuple[pl.Series, list[pl.DataFrame]]:
        says = text.replace_strict(list(told), list(told.values()), default=None, return_dtype=pl.String)
        unknown = text.is_not_null() & says.is_null()
        return says, [self._defects(source, unknown, text, "code.unlisted", side.file)] if unknown.any() else []

    def _defects(self, source: Source, hit: pl.Series, values: pl.Series, code: str, allowed: str) -> pl.DataFrame:
        return defects(
            self.rows.file,
            self.rows.lines.filter(hit),
            column=self.header(source),
            values=values.filter(hit),
            code=code,
            allowed=allowed,
        )

    def _expected(self, source: Source, present: list[pl.Series], text: pl.Series) -> list[pl.DataFrame]:
        """One defect for each row whose first column says nothing: another column was taken, or there is none."""
        found, header = [], self.header(source)
        written = self.rows.cells[header]
        missing = text.is_null()
        if missing.any():
            found.append(self._defects(source, missing, written, "value.missing", ""))
        replaced = present[0].is_null() & ~missing
        if replaced.any():
            other = next(name for name in source.columns if name in self.rows.cells.columns and name != header)
            found.append(self._defects(source, replaced, written, "value.replaced", other))
        return found

    def _matched(self, source: Source, text: pl.Series) -> tuple[pl.Series, list[pl.DataFrame]]:
        pattern = source.match or ""
        groups = text.str.extract_groups(pattern).struct.unnest()
        missed = text.is_not_null() & pl.Series(groups.select(pl.all_horizontal(pl.all().is_null())).to_series())
        if source.shape is None:
            together = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
        else:
            shape = source.shape.replace("{", "{{").replace("}", "}}")
            numbers = [name for name in PLACEHOLDER.findall(source.shape) if name in groups.columns]
            for name in numbers:
                shape = shape.replace("{{" + name + "}}", "{}", 1)
            together = pl.format(
                shape.replace("{{", "").replace("}}", ""), *[pl.col(name).fill_null("") for name in numbers]
            ).str.strip_chars_end(LOOSE_ENDS)
        taken = groups.select(together).to_series().set(missed | text.is_null(), None)
        return taken, [self._defects(source, missed, text, "value.unmatched", pattern)] if missed.any() else []

    def _looked_up(self, source: Source, text: pl.Series) -> tuple[pl.Series, list[pl.DataFrame]]:
        lookup = dict(source.lookup or {})
        told = text.replace_strict(list(lookup), list(lookup.values()), default=None, return_dtype=pl.String)
        unmapped = text.is_not_null() & told.is_null()
        found: list[pl.DataFrame] = []
        if not unmapped.any():
            return told.set(told == "", None) if "" in lookup.values() else told, found
        if source.otherwise is None:
            found.append(self._defects(source, unmapped, text, "code.unlisted", ", ".join(lookup)))
        else:
            found.append(self._defects(source, unmapped, text, "code.unmapped", source.otherwise))
            told = told.set(unmapped, source.otherwise)
        return told, found


def _piece(text: pl.Series, by: str, number: int) -> pl.Series:
    """The piece of that number, trimmed, counted from 1, or from -1 at the end; nothing where there are not so many."""
    at = number - 1 if number > 0 else number
    piece = text.str.split(by).list.get(at, null_on_oob=True).str.strip_chars()
    return piece.set(piece == "", None)
