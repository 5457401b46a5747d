"""A slice of a file under its map: columns of the kind's fields, still as text."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Final

import polars as pl

from biobank_tui.exchange.cells import Cells, SideTables
from biobank_tui.exchange.defects import defects, no_defects
from biobank_tui.exchange.maps import ColumnMap, Source, Wanted
from biobank_tui.exchange.reading import Rows
from biobank_tui.rules.errors import BadData
from biobank_tui.rules.identifiers import direct_identifier

LINKED: Final = "hospital_number"
REPEATED: Final = re.compile(r"^(.+) \(column [0-9]+\)$")


@dataclass(frozen=True, slots=True)
class Mapped:
    """The fields of a slice as text, nothing where there is nothing.

    texts: one column for each mapped field, and `ancestor.N` for the places a row may hang instead of its parent.
    written: for each field, its cells as the file has them. headers: the file's column a field came from. cleared: the
    rows whose cell says that the field is to be emptied.
    """

    file: str
    lines: pl.Series
    texts: pl.DataFrame
    written: dict[str, pl.Series]
    headers: dict[str, str]
    defects: pl.DataFrame
    read: int
    cleared: dict[str, pl.Series] = field(default_factory=dict)

    def part(self, rows: pl.Series) -> Mapped:
        """Some of the rows, with the defects found in them."""
        lines = self.lines.filter(rows)
        return Mapped(
            self.file,
            lines,
            self.texts.filter(rows),
            {name: cells.filter(rows) for name, cells in self.written.items()},
            self.headers,
            no_defects(),
            len(lines),
            {name: hit.filter(rows) for name, hit in self.cleared.items()},
        )

    @staticmethod
    def together(parts: Sequence[Mapped]) -> Mapped:
        """Rows of several slices as one."""
        first = parts[0]
        names = {name for part in parts for name in part.cleared}
        return Mapped(
            first.file,
            pl.concat([part.lines for part in parts]),
            pl.concat([part.texts for part in parts]),
            {name: pl.concat([part.written[name] for part in parts]) for name in first.written},
            first.headers,
            no_defects(),
            sum(part.read for part in parts),
            {
                name: pl.concat(
                    [
                        part.cleared.get(name, pl.repeat(False, len(part.lines), dtype=pl.Boolean, eager=True))
                        for part in parts
                    ]
                )
                for name in names
            },
        )


def check_columns(
    column_map: ColumnMap, file: str, header: tuple[str, ...], needed: Collection[str] | None = None
) -> tuple[str, ...]:
    """The file's columns that are read by nothing, in order. needed: the required fields; those of the kind by default.

    Raises BadData where a column of the map is missing, and where one looks like it names a person directly and the map
    does not say what becomes of it.
    """
    _refuse_repeated(column_map, file, header)
    absent = [
        f"“{source.columns[0]}”"
        for source in column_map.columns.values()
        if source.columns and not source.optional and source.blank is None and not _present(source, header)
    ]
    others = (*(rule.column for rule in column_map.agree), *column_map.where, *column_map.split)
    absent += [f"“{name}”" for name in others if name not in header]
    if absent:
        raise BadData(
            "columns.absent",
            "{file} has no column {absent}, which the map {map} reads.",
            file=file,
            absent=", ".join(sorted(set(absent))),
            map=column_map.name,
        )
    require_columns(column_map, file, needed)
    used = column_map.used()
    unread = [name for name in header if name not in used and name not in column_map.identifiers]
    _refuse_direct(column_map, file, unread)
    return tuple(name for name in unread if not any(fnmatchcase(name, pattern) for pattern in column_map.ignore))


def require_columns(column_map: ColumnMap, file: str, needed: Collection[str] | None = None) -> None:
    """Raise BadData where nothing gives a field that is required. needed: the only ones that are."""
    missing = [
        item.name
        for item in column_map.kind.fields
        if item.wanting(column_map.columns) and (needed is None or item.name in needed)
    ]
    if missing:
        raise BadData(
            "columns.required",
            "{file} has no column {absent}. Name the columns as `biobank template {kind}` does, or give a map.",
            file=file,
            absent=", ".join(missing),
            kind=column_map.kind.name,
        )


def _refuse_direct(column_map: ColumnMap, file: str, unread: list[str]) -> None:
    """A column that names a person is refused, read or not, unless the map says that it is dropped or linked."""
    if column_map.kind.name == "storage":
        return
    dropped = [pattern for pattern, fate in column_map.identifiers.items() if fate == "drop" and "*" in pattern]
    read = {name for field, source in column_map.columns.items() if field != LINKED for name in source.columns}
    for name in (*unread, *sorted(read - column_map.identifiers.keys())):
        kind = direct_identifier(name)
        if kind is not None and not (name in unread and any(fnmatchcase(name, pattern) for pattern in dropped)):
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
    return all(present) if source.template is not None and not source.optional else any(present)


def mapped(rows: Rows, column_map: ColumnMap, sides: SideTables | None = None) -> Mapped:
    """The slice's rows as fields. Cells are trimmed; the map's null tokens and empty cells become nothing."""
    if column_map.where:
        rows = _wanted(rows, column_map)
    if column_map.split:
        rows = _parted(rows, column_map)
    reader = Cells(rows, column_map, sides)
    cleared: dict[str, pl.Series] = {}
    texts: dict[str, pl.Series] = {}
    written: dict[str, pl.Series] = {}
    headers: dict[str, str] = {}
    found = [rows.defects]
    for name, source in column_map.columns.items():
        if source.columns and not _present(source, tuple(rows.cells.columns)):
            asked = column_map.kind.field(name)
            if source.blank is not None or (asked is not None and asked.required):
                texts[name] = pl.Series([source.blank], dtype=pl.String).new_from_index(0, len(rows.lines))
                headers[name], written[name] = source.header, texts[name]
            continue
        text, extra = reader.field(name, source)
        texts[name], headers[name] = text, reader.header(source)
        written[name] = rows.cells[headers[name]] if source.columns and source.template is None else text
        found.extend(extra)
        empties = reader.cleared(source)
        if empties is not None:
            cleared[name] = empties
    for number, source in enumerate(column_map.ancestors):
        if source.columns and not _present(source, tuple(rows.cells.columns)):
            continue
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
        cleared,
    )


def _wanted(rows: Rows, column_map: ColumnMap) -> Rows:
    """The rows the map wants; the others are passed over."""
    reader = Cells(rows, column_map)
    keep = pl.repeat(True, len(rows.lines), dtype=pl.Boolean, eager=True)
    for name, wanted in column_map.where.items():
        if name in rows.cells.columns:
            keep &= _says(reader.column(name), wanted)
        else:
            keep &= wanted.something is not True and not wanted.these and wanted.match is None
    passed = int((~keep).sum())
    return replace(rows, lines=rows.lines.filter(keep), cells=rows.cells.filter(keep), read=rows.read - passed)


def _says(text: pl.Series, wanted: Wanted) -> pl.Series:
    if wanted.something is not None:
        return text.is_not_null() if wanted.something else text.is_null()
    if wanted.match is not None:
        return text.str.contains(wanted.match).fill_null(value=False)
    if wanted.never:
        return ~text.is_in(wanted.never).fill_null(value=False)
    return text.is_in(wanted.these).fill_null(value=False)


def _parted(rows: Rows, column_map: ColumnMap) -> Rows:
    """A row for each value of a cell that holds several; columns split together go in step, others are repeated."""
    names = [name for name in column_map.split if name in rows.cells.columns]
    lists = rows.cells.with_columns(pl.col(names).fill_null("").str.split(column_map.split_by))
    most = pl.max_horizontal(pl.col(names).list.len())
    # A single value stands for all of its row's.
    lists = lists.with_columns(most.alias("\0most")).with_columns(
        pl.when(pl.col(name).list.len() == 1)
        .then(pl.col(name).list.first().repeat_by(pl.col("\0most")))
        .otherwise(pl.concat_list(pl.col(name), pl.lit("").repeat_by(pl.col("\0most") - pl.col(name).list.len())))
        for name in names
    )
    lined = lists.drop("\0most").with_columns(rows.lines.alias("\0line")).explode(names)
    cells = lined.drop("\0line").with_columns(pl.col(names).str.strip_chars())
    return replace(rows, lines=lined["\0line"], cells=cells)


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
