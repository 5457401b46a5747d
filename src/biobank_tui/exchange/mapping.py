"""A slice of a file under its map: columns of the kind's fields, still as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

import polars as pl

from biobank_tui.exchange.defects import defects, no_defects
from biobank_tui.exchange.maps import PLACEHOLDER, ColumnMap, Source
from biobank_tui.exchange.reading import Rows
from biobank_tui.rules.errors import BadData
from biobank_tui.rules.identifiers import direct_identifier

LINKED: Final = "hospital_number"
REPEATED: Final = re.compile(r"^(.+) \(column [0-9]+\)$")


@dataclass(frozen=True, slots=True)
class Mapped:
    """The fields of a slice as text, nothing where there is nothing.

    texts: one column for each mapped field, and `ancestor.N` for the places a row may hang instead of its parent.
    written: for each field, its cells as the file has them. headers: the file's column a field came from.
    """

    file: str
    lines: pl.Series
    texts: pl.DataFrame
    written: dict[str, pl.Series]
    headers: dict[str, str]
    defects: pl.DataFrame
    read: int


def check_columns(column_map: ColumnMap, file: str, header: tuple[str, ...]) -> tuple[str, ...]:
    """The file's columns that are read by nothing, in order.

    Raises BadData where a column of the map is missing, and where one looks like it names a person directly and the map
    does not say what becomes of it.
    """
    _refuse_repeated(column_map, file, header)
    absent = [
        f"“{source.columns[0]}”"
        for source in column_map.columns.values()
        if source.columns and not source.optional and not _present(source, header)
    ]
    absent += [f"“{rule.column}”" for rule in column_map.agree if rule.column not in header]
    if absent:
        raise BadData(
            "columns.absent",
            "{file} has no column {absent}, which the map {map} reads.",
            file=file,
            absent=", ".join(sorted(set(absent))),
            map=column_map.name,
        )
    missing = [item.name for item in column_map.kind.fields if item.required and item.name not in column_map.columns]
    if missing:
        raise BadData(
            "columns.required",
            "{file} has no column {absent}. Name the columns as `biobank template {kind}` does, or give a map.",
            file=file,
            absent=", ".join(missing),
            kind=column_map.kind.name,
        )
    used = column_map.used()
    unread = [name for name in header if name not in used and name not in column_map.identifiers]
    _refuse_direct(column_map, file, unread)
    return tuple(name for name in unread if not any(fnmatchcase(name, pattern) for pattern in column_map.ignore))


def _refuse_direct(column_map: ColumnMap, file: str, unread: list[str]) -> None:
    """A column that names a person is refused, read or not, unless the map says that it is dropped or linked."""
    if column_map.kind.name == "storage":
        return
    read = {name for field, source in column_map.columns.items() if field != LINKED for name in source.columns}
    for name in (*unread, *sorted(read - column_map.identifiers.keys())):
        kind = direct_identifier(name)
        if kind is not None:
            raise BadData(
                "columns.identifying",
                "{file} has the column “{column}”, which looks like a person's {kind}. No such thing is kept here. Say "
                'in the map what becomes of it: [identifiers] "{column}" = "drop", or "link" to turn it into the link '
                "token by which the same donor is known again.",
                file=file,
                column=name,
                kind=str(kind).replace("_", " "),
            )


def _refuse_repeated(column_map: ColumnMap, file: str, header: tuple[str, ...]) -> None:
    """A header that stands twice is refused where it is read, and where there is no map to say that it is not."""
    for name in header:
        twin = REPEATED.match(name)
        if twin and twin[1] in header and (not column_map.exact or twin[1] in column_map.used()):
            raise BadData(
                "header.repeated", "{file} has two columns called “{column}”. Rename one.", file=file, column=twin[1]
            )


def _present(source: Source, header: tuple[str, ...]) -> bool:
    present = [name in header for name in source.columns]
    return all(present) if source.template is not None else any(present)


def mapped(rows: Rows, column_map: ColumnMap) -> Mapped:
    """The slice's rows as fields. Cells are trimmed; the map's null tokens and empty cells become nothing."""
    reader = _Cells(rows, column_map)
    texts: dict[str, pl.Series] = {}
    written: dict[str, pl.Series] = {}
    headers: dict[str, str] = {}
    found = [rows.defects]
    for name, source in column_map.columns.items():
        if source.columns and not _present(source, tuple(rows.cells.columns)):
            continue
        text, extra = reader.field(name, source)
        texts[name], headers[name] = text, reader.header(source)
        written[name] = rows.cells[headers[name]] if source.columns and source.template is None else text
        found.extend(extra)
    for number, source in enumerate(column_map.ancestors):
        texts[f"ancestor.{number}"] = reader.field("", source)[0]
    found.extend(_disagreements(rows, column_map, texts.get("code")))
    kept = [frame for frame in found if frame.height]
    linked = (column for column, fate in column_map.identifiers.items() if fate == "link")
    links = [column for column in linked if column in rows.cells.columns]
    if links:
        texts[LINKED] = reader.column(links[0])
        headers[LINKED], written[LINKED] = links[0], texts[LINKED]
    return Mapped(
        rows.file,
        rows.lines,
        pl.DataFrame([text.alias(name) for name, text in texts.items()]),
        written,
        headers,
        pl.concat(kept) if kept else no_defects(),
        rows.read,
    )


def _disagreements(rows: Rows, column_map: ColumnMap, code: pl.Series | None) -> list[pl.DataFrame]:
    found = []
    for rule in column_map.agree:
        if code is None:
            continue
        said, wanted = rows.cells[rule.column].str.strip_chars(), code.str.slice(0, rule.prefix)
        hit = (said != wanted).fill_null(value=False)
        if hit.any():
            found.append(
                defects(
                    rows.file,
                    rows.lines.filter(hit),
                    column=rule.column,
                    values=said.filter(hit),
                    code="value.disagrees",
                    allowed=wanted.filter(hit),
                )
            )
    return found


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


class _Cells:
    """Reads cells of one slice: trimmed, with nulls as the map has them; each column once."""

    def __init__(self, rows: Rows, column_map: ColumnMap) -> None:
        self.rows, self.map = rows, column_map
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
        return frame.select(pl.when(~nothing).then(text)).to_series()

    def field(self, name: str, source: Source) -> tuple[pl.Series, list[pl.DataFrame]]:
        """The field's text, and what the map's own rules find wrong with it."""
        size, found = len(self.rows.lines), []
        present = [self.column(column) for column in source.columns if column in self.rows.cells.columns]
        if source.value is not None:
            text = pl.Series([source.value], dtype=pl.String).new_from_index(0, size)
        elif source.template is not None:
            text = _filled(source.template, present)
        else:
            text = present[0]
            for other in present[1:]:
                text = text.fill_null(other)
            if name in self.map.expect:
                found.extend(self._expected(source, present, text))
        if source.match is not None:
            text, extra = self._matched(source, text)
            found.extend(extra)
        if source.prefix is not None:
            text = text.str.slice(0, source.prefix)
        if source.case is not None:
            text = text.str.to_uppercase() if source.case == "upper" else text.str.to_lowercase()
        if source.lookup is not None:
            text, extra = self._looked_up(source, text)
            found.extend(extra)
        return text, found

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
        taken = (
            groups.select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True))
            .to_series()
            .set(missed | text.is_null(), None)
        )
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
