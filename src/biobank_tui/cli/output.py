"""What commands print: data on stdout (a table, tab-separated when piped, or JSON), talk on stderr.

All text passes `visible` on its way out, so that nothing in a bank can act on a terminal.
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, Final

from biobank_tui.rules.text import visible
from biobank_tui.wall import clock
from biobank_tui.words import _

__all__ = ["as_json", "plain", "print_lines", "print_table", "visible"]

WORDED: Final = frozenset({"donor_state", "kind", "service", "sex", "standing", "state", "status", "turn"})
"""Fields whose values are words of ours."""
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:[\d.]+)?Z", re.ASCII)


def as_json(value: object) -> str:
    """One line of JSON; letters as they are, characters a terminal would act on as escapes."""
    text = json.dumps(_jsonable(value), ensure_ascii=False, default=str)
    if visible(text) == text:
        return text
    return "".join(char if visible(char) == char else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return json.dumps(char)[1:-1]


def _jsonable(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: _jsonable(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _jsonable(each) for name, each in value.items()}
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Iterable):
        return [_jsonable(each) for each in value]
    return str(value)


def plain(value: object) -> str:
    """A value as a cell: nothing for nothing, several parted by commas, the facts of one thing by points."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | frozenset | set):
        return ", ".join(plain(each) for each in value)
    if dataclasses.is_dataclass(value) and type(value).__str__ is object.__str__:
        return " · ".join(cell for _name, each in record_rows(value) if (cell := plain(each)))
    return visible(str(value))


def on_screen(name: str, value: object) -> str:
    """A value of the field `name` as people read it: our codes as words, moments by the wall; in a pipe: `plain`."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, StrEnum) or (name in WORDED and isinstance(value, str)):
        return visible(_(str(value).replace("_", " ")))
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return clock(value)
    return plain(value)


def print_lines(lines: Iterable[str]) -> None:
    """Data, one thing a line."""
    for line in lines:
        sys.stdout.write(visible(line) + "\n")


def print_table(titles: Sequence[str], rows: Iterable[Sequence[object]], names: Sequence[str] = ()) -> None:
    """Rows under titles: aligned on a terminal, parted by tabs in a pipe. names: the columns' fields, where known."""
    if sys.stdout.isatty():
        listed = list(rows)
        fields = names or [""] * len(titles)
        told = [[on_screen(name, value) for name, value in zip(fields, row, strict=True)] for row in listed]
        _print_aligned(titles, told, _numeric(listed))
        return
    sys.stdout.write("\t".join(titles) + "\n")
    for row in rows:
        sys.stdout.write("\t".join(plain(value) for value in row) + "\n")


def _numeric(rows: Sequence[Sequence[object]]) -> set[int]:
    """Which columns hold nothing but numbers; these stand at the right."""
    return {
        place
        for place in range(len(rows[0]) if rows else 0)
        if all(isinstance(row[place], int | float | None) for row in rows)
        and any(row[place] is not None for row in rows)
    }


def _print_aligned(titles: Sequence[str], rows: Sequence[Sequence[str]], right: set[int]) -> None:
    from rich.cells import cell_len

    widths = [max([cell_len(title), *(cell_len(row[place]) for row in rows)]) for place, title in enumerate(titles)]
    for row in [titles, *rows]:
        cells = [
            " " * (width - cell_len(cell)) + cell if place in right else cell + " " * (width - cell_len(cell))
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def record_rows(value: object) -> list[tuple[str, Any]]:
    """A dataclass or a mapping as name and value."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(each.name, getattr(value, each.name)) for each in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        return [(str(name), each) for name, each in value.items()]
    raise TypeError(type(value).__name__)
