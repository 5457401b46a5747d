"""The import screen's tables: the columns and what they become, the first rows as understood, and the defects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import polars as pl

from biobank_tui.exchange import drafting
from biobank_tui.exchange.defects import as_rows, say
from biobank_tui.exchange.maps import Source
from biobank_tui.rules.identifiers import direct_identifier
from biobank_tui.tui.listed import Listed
from biobank_tui.tui.ports import Column, Row
from biobank_tui.tui.screens.import_job import Looked
from biobank_tui.tui.status import Tone
from biobank_tui.words import _, figure, mark

SAMPLES: Final = 3
"""Different values shown of a column."""
FORMATS: Final = {
    "iso": mark("year first, ISO 8601"),
    "dmy": mark("day first"),
    "mdy": mark("month first"),
    "epoch": mark("seconds since 1970"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the columns' table. column: of the file, "" where there is none; field: what it becomes, or ""."""

    column: str
    field: str
    how: str = ""
    cells: str = ""
    values: str = ""
    tone: Tone = Tone.PLAIN


def entries(looked: Looked) -> list[Entry]:
    """What each column becomes, what needs no column, and what is still missing."""
    content = looked.content
    if looked.wanted.edited and content is not None:
        made = [_edited(looked, content, column) for column in looked.header]
        made += [
            Entry("", name, _("always “{value}”").format(value=value), values=value)
            for name, value in drafting.constants(content).items()
        ]
        made += [Entry("", field.name, _("needed"), tone=Tone.BAD) for field in drafting.wanting(content)]
        return made
    if not looked.maps:
        return [Entry(column, "", cells=_cells(looked, column)) for column in looked.header]
    the_map = looked.maps[0]
    made = []
    for name, source in the_map.columns.items():
        present = [column for column in source.columns if column in looked.header]
        if present or not source.columns:
            cells = _cells(looked, present[0]) if present else ""
            made.append(Entry(", ".join(present), name, how_words(_keys(source)), cells, _values(looked, name)))
    read = the_map.used()
    made += [
        Entry(column, "", cells=_cells(looked, column), tone=Tone.QUIET)
        for column in looked.header
        if column not in read
    ]
    return made


def _edited(looked: Looked, content: Mapping[str, Any], column: str) -> Entry:
    fate = content.get("identifiers", {}).get(column)
    if fate is not None:
        said = _("left out: it names a person") if fate == drafting.DROP else _("makes the donor known again")
        return Entry(column, "", said, _("(not shown)"), tone=Tone.QUIET)
    field = drafting.field_of(content, column)
    if field is None:
        return Entry(column, "", _("not read"), _cells(looked, column), tone=Tone.QUIET)
    values = _values(looked, field)
    tone = Tone.WARN if "✕" in values else Tone.PLAIN
    return Entry(column, field, how_words(drafting.how_read(content, field)), _cells(looked, column), values, tone)


def _cells(looked: Looked, column: str) -> str:
    """The first different values of a column; never those of one that seems to name a person."""
    if looked.rows is None or column not in looked.header:
        return ""
    if direct_identifier(column) is not None:
        return _("(not shown)")
    said = looked.rows.cells[column].drop_nulls().unique(maintain_order=True)
    return " · ".join(value for value in said.head(SAMPLES * 2).to_list() if value.strip())[:200]


def _values(looked: Looked, field: str) -> str:
    under = looked.under
    if under is None or field not in under.fields:
        return ""
    at = under.fields.index(field)
    return " · ".join(list(dict.fromkeys(row[at] for row in under.values if row[at]))[:SAMPLES])


def _keys(source: Source) -> dict[str, Any]:
    """What a source says beyond its columns."""
    plain = asdict(Source())
    return {name: value for name, value in asdict(source).items() if value != plain[name] and name != "columns"}


def how_words(how: Mapping[str, Any]) -> str:
    """In what way a column is read, in a few words."""
    said = []
    for name, value in how.items():
        match name:
            case "optional":
                continue
            case "value":
                said.append(_("always “{value}”").format(value=value))
            case "format":
                said.append(_(FORMATS[value]) if value in FORMATS else str(value))
            case "lookup":
                said.append(_("{count} values told").format(count=figure(len(value))))
            case "decimal":
                said.append(_("decimal comma") if value == "," else _("decimal point"))
            case "unit":
                said.append(str(value))
            case "table":
                said.append(str(value["file"] if isinstance(value, Mapping) else value))
            case _:
                said.append(f"{name} {value}")
    return ", ".join(said)


def columns_table(made: Sequence[Entry]) -> Listed:
    """The columns of the file and what they become."""
    columns = (
        Column("column", _("Column"), 14, grow=2),
        Column("field", _("Becomes"), 12, grow=1),
        Column("how", _("Read as"), 12, grow=2, drop=1),
        Column("cells", _("In the file"), 14, grow=3),
        Column("values", _("Understood"), 14, grow=3),
    )
    rows = (
        Row(at, (each.column or "—", each.field or "—", each.how, each.cells, each.values), each.tone)
        for at, each in enumerate(made)
    )
    return Listed(columns, tuple(rows))


def rows_table(looked: Looked) -> Listed:
    """The first rows as they will be understood; ✕ before what cannot be taken."""
    under = looked.under
    if under is None:
        return Listed((Column("line", _("Line"), 6),))
    bad = {row for row, _at in under.unread} | {
        row for row, line in enumerate(under.lines) if line in set(under.defects["line"].to_list())
    }
    columns = (
        Column("line", _("Line"), 6, "right"),
        *(Column(name, name, 12, grow=1, drop=at) for at, name in enumerate(under.fields)),
    )
    rows = (
        Row(at, (figure(line), *values), Tone.WARN if at in bad else Tone.PLAIN)
        for at, (line, values) in enumerate(zip(under.lines, under.values, strict=True))
    )
    return Listed(columns, tuple(rows))


class DefectRows:
    """The defects as a virtual table: rows are put in words only when they are seen.

    order: a column, descending. several: whether they are of several files, which are named.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        tolerated: frozenset[str],
        order: tuple[str, bool] | None = None,
        *,
        several: bool = False,
    ) -> None:
        self.tolerated = tolerated
        self.frame = frame.sort(order[0], descending=order[1], maintain_order=True) if order else frame
        self.several = several
        file = (Column("file", _("File"), 10, sortable=True, grow=1),) if self.several else ()
        self.columns: Sequence[Column] = (
            *file,
            Column("line", _("Line"), 7, "right", sortable=True),
            Column("column", _("Column"), 12, sortable=True, grow=1),
            Column("value", _("Value"), 14, sortable=True, grow=2),
            Column("said", _("What is wrong, what is allowed"), 30, grow=5),
            Column("code", _("Kind"), 14, sortable=True, drop=1),
        )

    def count(self) -> int:
        return self.frame.height

    def members(self) -> None:
        return None

    def window(self, start: int, n: int) -> Sequence[Row]:
        return [
            Row(
                start + at,
                (
                    *((each.file,) if self.several else ()),
                    *(figure(each.line), each.column, each.value, say(each, _), each.code),
                ),
                Tone.WARN if each.code in self.tolerated else Tone.BAD,
            )
            for at, each in enumerate(as_rows(self.frame.slice(start, n)))
        ]

    def sentence(self, at: int) -> str:
        """All that is to be said of one defect."""
        [each] = as_rows(self.frame.slice(at, 1))
        return _("{file}, line {line}, {column}: {said}").format(
            file=each.file, line=each.line, column=each.column, said=say(each, _)
        )
