"""A rack reader's file as a table: its delimiter, its header wherever it stands, its columns by name or by content."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence

from biobank_tui.exchange.rackwords import LETTERED, PREAMBLE, is_position, position_of, roles_named
from biobank_tui.rules.errors import BadData

Row = tuple[int, list[str]]
"""A line's number, from 1, and its cells."""

LONGEST = 100
HEADERS = 40
"""Rows among which a header is looked for."""
_LINE = re.compile(r"\r\n|\r|\n")
_SEPARATOR = re.compile(r"(?i)\ufeff?\"?sep=(.)\"?\s*")
_TRAKMATE = re.compile(r"Rack Base Name:[ \t]*(\S{1,100})")
_LISTED = re.compile(r"[A-Za-z]{0,6}[ :_-]?\d{1,5}(\.0+)?|\d{1,3}[ :_-]?[A-Za-z]{1,2}|[A-Za-z]{1,2}")
"""What may be meant for a position, a row or a column, rightly or not."""
_FORMULA = re.compile(r'="?(.*?)"?')


def lines_of(text: str) -> list[str]:
    return _LINE.split(text)


def rows_of(text: str, delimiter: str | None = None, skip: int = 0) -> Iterator[Row]:
    """Lines as cells; lines without the file's delimiter (a preamble, a remark) are passed over.

    A position that stands alone on its line is a row cut short, and is not.
    """
    lines = lines_of(text)
    if delimiter is None and (told := _SEPARATOR.fullmatch(lines[0] if lines else "")):
        delimiter, lines[0] = told[1], ""
    mark = delimiter or max("\t;,|", key=lambda mark: sum(mark in line for line in lines))
    spaced = delimiter is None and not any(mark in line for line in lines)
    for number, line in enumerate(lines[skip:], skip + 1):
        if spaced:
            parts = re.split(r"[\s:=]+", line.strip(), maxsplit=1)
            if len(parts) == 2 and is_position(parts[0]):
                yield number, [part.strip().strip('"') for part in parts]
        elif mark in line or LETTERED.fullmatch(line.strip()):
            yield number, [_cell_of(cell) for cell in _split(line, mark)]


def _split(line: str, mark: str) -> list[str]:
    """A line's cells; a quoted one may hold the delimiter. What is not well quoted is parted as it stands."""
    if '"' in line:
        try:
            return next(csv.reader([line], delimiter=mark, skipinitialspace=True, strict=True))
        except (csv.Error, StopIteration):
            pass
    return line.split(mark)


def _cell_of(cell: str) -> str:
    text = cell.strip().strip('"').strip()
    found = _FORMULA.fullmatch(text)
    return found[1] if found else text


def cell(cells: Sequence[str], place: int) -> str:
    """The cell at a place; empty where the line is shorter."""
    return cells[place] if 0 <= place < len(cells) else ""


def rack_above(text: str) -> str | None:
    """The rack's own barcode where a line above the table says it."""
    found = _TRAKMATE.search(text) or PREAMBLE.search("\n".join(lines_of(text)[:HEADERS]))
    return found[1] if found else None


def arranged(file: str, rows: list[Row]) -> tuple[list[Row], dict[str, int]]:
    """The rows that list positions, and where their columns are; BadData where this is no table of positions."""
    for at, (_line, cells) in enumerate(rows[:HEADERS]):
        roles = roles_named(cells)
        below = rows[at + 1 :]
        if "tube" in roles and "position" not in roles and not {"row", "column"} <= roles.keys():
            roles = _with_position(file, below, roles, cells)
        if "tube" in roles and ("position" in roles or {"row", "column"} <= roles.keys()):
            return _without_ends(below, roles), roles
        if {"position", "rack"} <= roles.keys():
            _refuse_tubeless(file, below, {"tube": roles["position"]}, cells)
    roles = _by_content(file, rows)
    return _without_ends(rows, roles), roles


def _with_position(file: str, below: list[Row], roles: dict[str, int], header: Sequence[str]) -> dict[str, int]:
    """A header that names the tube and not the position: the one unnamed column that holds positions is it."""
    _refuse_tubeless(file, below, roles, header)
    width = max((len(cells) for _line, cells in below), default=0)
    named = set(roles.values())
    holding = [
        at for at in range(width) if at not in named and below and all(is_position(cell(c, at)) for _n, c in below)
    ]
    return {**roles, "position": holding[0]} if len(holding) == 1 else roles


def _refuse_tubeless(file: str, below: list[Row], roles: dict[str, int], header: Sequence[str]) -> None:
    """A file of volumes or weights lists positions, and calls them tubes."""
    place = roles["tube"]
    said = [cell(cells, place) for _line, cells in below]
    if said and all(LETTERED.fullmatch(text) for text in said):
        raise BadData(
            "rack.no_tubes",
            "{file} names no tubes: its column “{column}” holds positions. It is no rack scan.",
            file=file,
            column=cell(header, place)[:LONGEST],
        )


def _by_content(file: str, rows: list[Row]) -> dict[str, int]:
    """Columns without a header: one of positions, the tube after it, a rack before it; or row, column, tube."""
    width = max((len(cells) for _line, cells in rows), default=0)

    def share(place: int, fits: object) -> int:
        return sum(bool(fits(cell(cells, place))) for _line, cells in rows)  # type: ignore[operator]

    holding = {place: _positions(rows, place) for place in range(max(1, min(width - 1, 8)))}
    place = max(holding, key=lambda at: (len(set(holding[at])), -at), default=0)
    if rows and 2 * len(holding[place]) >= len(rows):
        _refuse_header(file, rows, place)
        racked = place == 1 or (place > 1 and len({cell(cells, place - 1) for _line, cells in rows}) == 1)
        return {"position": place, "tube": place + 1} | ({"rack": place - 1} if racked else {})
    for place in range(min(width - 2, 4)):
        lettered = share(place, re.compile(r"[A-Za-z]{1,2}").fullmatch)
        numbered = share(place + 1, re.compile(r"0{0,2}[1-9]\d{0,2}").fullmatch)
        if rows and lettered == numbered == len(rows):
            return {"row": place, "column": place + 1, "tube": place + 2}
    raise BadData("rack.unknown", "{file} is no rack scan that is known here; describe it with a map.", file=file)


def _positions(rows: list[Row], place: int) -> list[str]:
    """The positions of a rack in a column; RX1 is none, for no rack has so many rows."""
    found = (LETTERED.fullmatch(position_of(cell(cells, place))) for _line, cells in rows)
    return [each[0] for each in found if each and (len(each[1]) == 1 or each[1].upper() <= "AF")]


def _refuse_header(file: str, rows: list[Row], place: int) -> None:
    """A header of words that are not known here says that the columns are to be told, not guessed."""
    if not _LISTED.fullmatch(cell(rows[0][1], place)):
        raise BadData("rack.unknown", "{file} is no rack scan that is known here; describe it with a map.", file=file)


def _without_ends(rows: list[Row], roles: dict[str, int]) -> list[Row]:
    """Without the words below the table (a total, a date); a bad position among the rows stays, to be named."""

    def listed(row: Row) -> bool:
        where = [cell(row[1], roles[name]) for name in ("position", "row", "column") if name in roles]
        return any(_LISTED.fullmatch(text) for text in where)

    while rows and len(rows) > 1 and not listed(rows[-1]) and (rows[-1][1][0] or not any(rows[-1][1])):
        rows = rows[:-1]
    return rows
