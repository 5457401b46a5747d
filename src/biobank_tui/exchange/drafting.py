"""A drafted map is edited a column at a time. Its content is what its TOML holds; each edit gives a new content."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from biobank_tui.exchange.fields import Field, FieldType, Kind
from biobank_tui.exchange.kinds import KINDS
from biobank_tui.exchange.mapfiles import SHAPE_KEYS
from biobank_tui.exchange.rows import Shape
from biobank_tui.exchange.suggesting import suggest

Content = dict[str, Any]

DROP: Final = "drop"
LINK: Final = "link"


def draft(path: Path, kind: Kind | None = None) -> Content:
    """A draft for a file. Raises BadData where the file cannot be read at all."""
    return tomllib.loads(suggest(path, kind))


def plain_content(kind: Kind, header: tuple[str, ...]) -> Content:
    """The map of a file whose headers are the fields' own names, to begin an edit with."""
    columns = {name: name for name in header if kind.field(name) is not None}
    return {"kind": kind.name, "columns": columns}


def kind_of(content: Mapping[str, Any]) -> Kind:
    """The kind of rows it is for."""
    return KINDS[str(content["kind"])]


def shape_of(content: Mapping[str, Any]) -> Shape:
    """How the file is written, as far as the map says."""
    return Shape(**{name: value for name, value in content.get("file", {}).items() if name in SHAPE_KEYS})


def columns_of(value: object) -> tuple[str, ...]:
    """The file's columns a source reads."""
    if isinstance(value, str):
        return (value,)
    origin = value.get("from", ()) if isinstance(value, Mapping) else ()
    return (origin,) if isinstance(origin, str) else tuple(origin)


def field_of(content: Mapping[str, Any], column: str) -> str | None:
    """The field a column becomes."""
    return next((name for name, value in content.get("columns", {}).items() if column in columns_of(value)), None)


def wanting(content: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields that are needed and that nothing gives yet."""
    given = content.get("columns", {})
    return tuple(field for field in kind_of(content).fields if field.wanting(given))


def constants(content: Mapping[str, Any]) -> dict[str, str]:
    """The fields that are the same in every row."""
    sources = content.get("columns", {})
    return {
        name: str(value["value"]) for name, value in sources.items() if isinstance(value, dict) and "value" in value
    }


def without(content: Content, column: str) -> Content:
    """Nothing reads the column any more."""
    kept = {name: value for name, value in content.get("columns", {}).items() if column not in columns_of(value)}
    fates = {name: fate for name, fate in content.get("identifiers", {}).items() if name != column}
    return content | {"columns": kept, "identifiers": fates}


def with_fate(content: Content, column: str, fate: str) -> Content:
    """The column names a person: drop it, or link to know the donor again."""
    freed = without(content, column)
    return freed | {"identifiers": freed["identifiers"] | {column: fate}}


def assigned(content: Content, column: str, field: str, how: Mapping[str, Any]) -> Content:
    """The column becomes the field, read in this way; what was the field before is read no more."""
    freed = without(content, column)
    asked = kind_of(content).field(field)
    keys = {name: value for name, value in how.items() if value not in ("", None, {})}
    if asked is not None and not asked.required:
        keys["optional"] = True
    source: object = {"from": column, **keys} if keys else column
    return freed | {"columns": freed["columns"] | {field: source}}


def constant(content: Content, field: str, value: str) -> Content:
    """The field is the same in every row; empty: nothing gives it."""
    kept = {name: source for name, source in content.get("columns", {}).items() if name != field}
    return content | {"columns": kept | ({field: {"value": value}} if value else {})}


def how_read(content: Mapping[str, Any], field: str) -> dict[str, Any]:
    """In what way a field is read from its column."""
    value = content.get("columns", {}).get(field)
    return {name: item for name, item in value.items() if name != "from"} if isinstance(value, dict) else {}


def asks(field: Field) -> tuple[str, ...]:
    """What may have to be said of a column that becomes this field: keys of its source."""
    if field.choices:
        return ("lookup",)
    match field.type:
        case FieldType.MOMENT:
            return ("format",)
        case FieldType.AMOUNT:
            return ("unit", "decimal")
        case FieldType.NUMBER:
            return ("decimal",)
    return ()
