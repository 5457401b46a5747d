"""A column map for rack readers whose files are not known here, written as TOML:

delimiter = ";"              # found out where it is not said
skip = 2                     # lines before the header, or before the first row
header = false               # the columns are then given by number, from 1

[columns]                    # tube, and position or both row and column; rack where the file has it
position = "Spot"
tube = "Code read"
rack = "Carrier"

[words]                      # besides those known here
empty = ["vacant"]
unread = ["bad decode"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from biobank_tui.rules.errors import BadData, Unreachable

ROLES: Final = ("position", "row", "column", "tube", "rack")
KEYS: Final = frozenset({"delimiter", "skip", "header", "columns", "words"})
LARGEST: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class RackMap:
    """How to read a reader's file. columns: by role, the name in its header, or its number from 1."""

    name: str
    columns: Mapping[str, str | int]
    delimiter: str | None = None
    skip: int = 0
    header: bool = True
    empty: frozenset[str] = field(default_factory=frozenset)
    unread: frozenset[str] = field(default_factory=frozenset)


def read_rack_map(path: str | Path) -> RackMap:
    """The map of a file; BadData where it is none, with the key at fault."""
    file = Path(path)
    try:
        if file.stat().st_size > LARGEST:
            raise BadData("rackmap.too_large", "{map} is too large for a column map.", map=file.name)
        said = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise Unreachable("file.absent", "There is no file {file}.", file=str(file)) from error
    except OSError as error:
        raise Unreachable(
            "file.unreadable", "{file} cannot be read: {detail}", file=str(file), detail=error.strerror
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadData("rackmap.toml", "{map} is no TOML: {detail}", map=file.name, detail=str(error)[:200]) from error
    return _checked(file.name, said)


def _checked(name: str, said: Mapping[str, Any]) -> RackMap:
    columns, words = _table(name, said, "columns"), _table(name, said, "words")
    unknown = sorted({*(said.keys() - KEYS), *(columns.keys() - set(ROLES)), *(words.keys() - {"empty", "unread"})})
    if unknown:
        raise BadData(
            "rackmap.key",
            "{map} says {key}, which means nothing here; its columns can be {roles}.",
            map=name,
            key=unknown[0],
            roles=", ".join(ROLES),
        )
    header, skip, delimiter = said.get("header", True), said.get("skip", 0), said.get("delimiter")
    kind = str if header is True else int
    wrong = [role for role, column in columns.items() if type(column) is not kind or not column]
    for key, fits in (
        ("header", isinstance(header, bool)),
        ("skip", type(skip) is int and 0 <= skip <= 1000),
        ("delimiter", delimiter is None or (isinstance(delimiter, str) and len(delimiter) == 1)),
        ("columns", not wrong and all(column != 0 and (kind is str or column > 0) for column in columns.values())),
        ("words", all(isinstance(each, list) and all(isinstance(word, str) for word in each)
                      for each in words.values())),
    ):  # fmt: skip
        if not fits:
            raise BadData("rackmap.value", "{map}: what it says of {key} cannot be taken.", map=name, key=key)
    if "tube" not in columns or not ("position" in columns or {"row", "column"} <= columns.keys()):
        raise BadData(
            "rackmap.columns",
            "{map} must name a column for the tube, and one for the position or one each for row and column.",
            map=name,
        )
    return RackMap(
        name,
        columns,
        delimiter,
        skip,
        header,
        frozenset(word.strip().casefold() for word in words.get("empty", ())),
        frozenset(word.strip().casefold() for word in words.get("unread", ())),
    )


def _table(name: str, said: Mapping[str, Any], key: str) -> dict[str, Any]:
    table = said.get(key, {})
    if not isinstance(table, dict):
        raise BadData("rackmap.value", "{map}: what it says of {key} cannot be taken.", map=name, key=key)
    return table
