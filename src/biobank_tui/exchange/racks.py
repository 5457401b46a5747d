"""Rack readers' files, whatever made them: each position with its tube, empty, or unread.

Understood without being told: two or three columns without a header (position, tube; rack, position, tube), headed
tables with a position or with row and column, TrakMate text, a VisionMate TCP answer, Ziath DP5 JSON. Delimiter,
byte order mark and line ends are found out; barcodes stay text. Other readers' files are read by a map.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from biobank_tui.exchange.rackmaps import RackMap
from biobank_tui.rules.errors import BadData, NotFound, RowDefect, Unreachable
from biobank_tui.rules.phrases import mark
from biobank_tui.rules.text import controls

LARGEST: Final = 4 * 1024 * 1024
MOST: Final = 10_000
"""Positions a scan may list; the largest plates have 1,536."""
LONGEST: Final = 100
"""Characters of a barcode."""
EMPTY: Final = frozenset({"", "-", "empty", "no tube", "notube", "no_tube", "no trakmate", "none"})
UNREAD: Final = frozenset(
    {"no read", "noread", "no_read", "noscan", "no scan", "no_scan", "unread", "error", "err", "unknown", "?"}
)
GRIDS: Final = ((4, 6), (6, 8), (8, 12), (16, 24), (9, 9), (10, 10))
"""Rows and columns of the racks and boxes in use, for files that list every position."""

_ROLES: dict[str, frozenset[str]] = {
    "position": frozenset({"position", "locationcell", "tubeposition", "tpositionid", "well", "wellposition", "cell"}),
    "row": frozenset({"row", "tuberow", "locationrow"}),
    "column": frozenset({"column", "col", "tubecolumn", "locationcolumn"}),
    "tube": frozenset({"tubecode", "tubebarcode", "barcode", "ttubebc", "code", "tubeid", "tube", "2dbarcode"}),
    "rack": frozenset({"rackid", "boxid", "rack", "box", "rackbarcode", "containerbarcode"}),
}
_LETTERED = re.compile(r"([A-Za-z]{1,2})[ -]?0{0,2}([1-9][0-9]{0,2})")
_TRAKMATE = re.compile(r"Rack Base Name:[ \t]*(\S{1,100})")
_PLAIN = re.compile(r"[^a-z0-9]")
_LINE = re.compile(r"\r\n|\r|\n")
_FRAMING = "\x02\x03\x04\r\n\t "
"""What a reader puts round its answer on the wire."""


class Reading(StrEnum):
    """What the reader saw at a position. Unread is not empty."""

    TUBE = "tube"
    EMPTY = "empty"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Well:
    """One position of a scan. line: of the file, from 1. tube: its barcode, where one was read."""

    position: str
    tube: str | None
    reading: Reading
    line: int


@dataclass(frozen=True, slots=True)
class RackScan:
    """A scan. rack: the rack's own barcode, where the file has one.

    grid: rows and columns of the rack, where the file lists every position of one.
    """

    file: str
    rack: str | None
    wells: tuple[Well, ...]
    grid: tuple[int, int] | None

    @property
    def tubes(self) -> tuple[Well, ...]:
        return tuple(well for well in self.wells if well.reading is Reading.TUBE)


def read_rack(path: str | Path, by: RackMap | None = None) -> RackScan:
    """Read a rack reader's file; BadData where it is none, or where it cannot be taken as it is.

    by: how its columns are called, for a reader that is not known here.
    """
    file = Path(path)
    text = _text(file)
    framed = text.strip(_FRAMING)
    if by is not None:
        rack, wells = _mapped(file, text, by)
    elif framed.startswith(("{", "[")):
        rack, wells = _ziath(file, framed)
    elif framed.startswith("OK") and len(_LINE.split(framed)) == 1:
        rack, wells = None, _visionmate_answer(file, framed)
    else:
        rack, wells = _table(file, text)
    _refuse_faulty(file, wells)
    return RackScan(file.name, rack, tuple(wells), _grid(wells))


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise BadData("rack.too_large", "{file} is too large for a rack scan.", file=file.name)
        raw = file.read_bytes()
    except FileNotFoundError as error:
        raise NotFound("file.absent", "There is no file {file}.", file=str(file)) from error
    except OSError as error:
        raise Unreachable(
            "file.unreadable", "{file} cannot be read: {detail}", file=str(file), detail=error.strerror
        ) from error
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = raw.decode("utf-16", errors="replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            # Readers write ASCII; anything else in the file is somebody's remark, and harms no barcode.
            text = raw.decode("cp1252", errors="replace")
    if "\0" in text:
        raise BadData("rack.binary", "{file} holds NUL characters: it is no rack scan.", file=file.name)
    return text


def _well(position: str, said: str, line: int, by: RackMap | None = None) -> Well:
    place, tube = position.strip().upper(), said.strip()
    word = tube.casefold()
    if word in EMPTY or (by is not None and word in by.empty):
        return Well(place, None, Reading.EMPTY, line)
    if word in UNREAD or (by is not None and word in by.unread):
        return Well(place, None, Reading.UNREAD, line)
    return Well(place, tube, Reading.TUBE, line)


def _mapped(file: Path, text: str, by: RackMap) -> tuple[str | None, list[Well]]:
    rows = list(_rows(text, by.delimiter, by.skip))
    roles: dict[str, int] = {}
    if by.header:
        header = [cell.casefold() for cell in rows[0][1]] if rows else []
        for role, column in by.columns.items():
            if str(column).casefold() not in header:
                raise BadData(
                    "rack.column",
                    "{file} has no column “{column}”, which {map} names.",
                    file=file.name,
                    column=column,
                    map=by.name,
                )
            roles[role] = header.index(str(column).casefold())
        rows = rows[1:]
    else:
        roles = {role: int(column) - 1 for role, column in by.columns.items()}
    return _read(file, rows, roles, by)


def _table(file: Path, text: str) -> tuple[str | None, list[Well]]:
    named = _TRAKMATE.search(text)
    rows = list(_rows(text))
    if not text.strip():
        raise BadData("rack.empty", "{file} holds no positions.", file=file.name)
    roles = _named(rows[0][1]) if rows else {}
    if "tube" in roles and ("position" in roles or {"row", "column"} <= roles.keys()):
        rows = rows[1:]
    else:
        _refuse_tubeless(file, rows, roles)
        roles = _roles_without_header(file, rows)
    rack, wells = _read(file, rows, roles)
    return (rack or (named[1] if named else None)), wells


def _read(
    file: Path, rows: Sequence[tuple[int, list[str]]], roles: dict[str, int], by: RackMap | None = None
) -> tuple[str | None, list[Well]]:
    if not rows:
        raise BadData("rack.empty", "{file} holds no positions.", file=file.name)
    if len(rows) > MOST:
        raise BadData(
            "rack.too_many", "{file} lists {count} positions; no rack has so many.", file=file.name, count=len(rows)
        )
    racks = {_cell(cells, roles["rack"]) for _line, cells in rows} - {""} if "rack" in roles else set()
    if len(racks) > 1:
        shown = sorted(rack[:LONGEST] for rack in racks)[:5]
        raise BadData(
            "rack.several", "{file} speaks of several racks: {racks}. Scan one at a time.",
            file=file.name, racks=", ".join(shown),
        )  # fmt: skip
    wells = [_well(_position(cells, roles), _cell(cells, roles["tube"]), line, by) for line, cells in rows]
    return (racks.pop() if racks else None), wells


def _rows(text: str, delimiter: str | None = None, skip: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Lines as cells; lines without the file's delimiter (a preamble, a remark) are passed over.

    A position that stands alone on its line is a row cut short, and is not.
    """
    lines = _LINE.split(text)
    mark = delimiter or max("\t;,", key=lambda mark: sum(mark in line for line in lines))
    for number, line in enumerate(lines[skip:], skip + 1):
        if mark in line or _LETTERED.fullmatch(line.strip()):
            yield number, [cell.strip().strip('"').strip() for cell in line.split(mark)]


def _named(cells: Sequence[str]) -> dict[str, int]:
    """The columns a header names, by role."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        plain = _PLAIN.sub("", cell.casefold())
        for role, names in _ROLES.items():
            if plain in names and role not in found:
                found[role] = place
    return found


def _refuse_tubeless(file: Path, rows: Sequence[tuple[int, list[str]]], roles: dict[str, int]) -> None:
    """A file of volumes or weights lists positions, and calls them tubes."""
    place = roles.get("tube", roles.get("position"))
    if place is None:
        return
    below = [_cell(cells, place) for _line, cells in rows[1:]]
    if below and all(_LETTERED.fullmatch(cell) for cell in below):
        raise BadData(
            "rack.no_tubes",
            "{file} names no tubes: its column “{column}” holds positions. It is no rack scan.",
            file=file.name,
            column=_cell(rows[0][1], place)[:LONGEST],
        )


def _roles_without_header(file: Path, rows: Sequence[tuple[int, list[str]]]) -> dict[str, int]:
    wide = 2 * sum(len(cells) > 2 for _line, cells in rows) > len(rows)
    for at in (1, 0) if wide else (0,):
        if rows and 2 * sum(_LETTERED.fullmatch(_cell(cells, at)) is not None for _line, cells in rows) >= len(rows):
            return {"rack": 0, "position": 1, "tube": 2} if at else {"position": 0, "tube": 1}
    raise BadData("rack.unknown", "{file} is no rack scan that is known here; describe it with a map.", file=file.name)


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _position(cells: Sequence[str], roles: dict[str, int]) -> str:
    if "position" in roles:
        return _cell(cells, roles["position"])
    return _joined(_cell(cells, roles["row"]), _cell(cells, roles["column"]))


def _joined(row: str, column: str) -> str:
    """The position of a row and a column; a row by number is lettered."""
    if row.isascii() and row.isdigit() and len(row) < 4 and 1 <= int(row) <= 27 * 26:
        row = _letter(int(row) - 1)
    return f"{row}{column}" if row.isalpha() else f"{row}/{column}"


def _visionmate_answer(file: Path, text: str) -> list[Well]:
    """The reader's answer to a scan command: tubes column by column, without positions."""
    said = text.removeprefix("OK").strip().rstrip(",").split(",")
    grid = next((grid for grid in GRIDS if grid[0] * grid[1] == len(said)), None)
    if grid is None:
        raise BadData(
            "rack.count",
            "{file} lists {count} positions; a rack has {allowed}.",
            file=file.name,
            count=len(said),
            allowed=", ".join(str(rows * columns) for rows, columns in sorted(GRIDS)),
        )
    rows = grid[0]
    return [_well(f"{_letter(place % rows)}{place // rows + 1}", tube, 1) for place, tube in enumerate(said)]


def _ziath(file: Path, text: str) -> tuple[str | None, list[Well]]:
    try:
        said: Any = json.loads(text)
        wells = [_ziath_well(tube) for tube in said["tubeBarcode"]]
        rack = said.get("containerBarcode")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise BadData("rack.json", "{file} is no rack scan in JSON that is known here.", file=file.name) from error
    if not wells or len(wells) > MOST:
        raise BadData("rack.json", "{file} is no rack scan in JSON that is known here.", file=file.name)
    return (str(rack) if rack else None), wells


def _ziath_well(tube: Any) -> Well:
    status = str(tube.get("decodeStatus")).upper()
    barcode = tube.get("barcode")
    read = {"EMPTY": "", "SUCCESS": barcode if isinstance(barcode, str) and barcode.strip() else "no read"}
    return _well(_joined(str(int(tube["row"])), str(int(tube["column"]))), read.get(status, "no read"), 1)


def _letter(row: int) -> str:
    """A to Z, then AA to ZZ; row from 0."""
    first, last = divmod(row, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)


def _refuse_faulty(file: Path, wells: Sequence[Well]) -> None:
    """What cannot be taken: no position, a position twice, a barcode no reader writes. A tube read twice can be."""
    places = Counter(_folded(well.position) for well in wells)
    defects = []
    for well in wells:
        tube = well.tube or ""
        faults = (
            (not _known(well.position), "position", well.position, "position.bad", mark("“{value}” is no position.")),
            (places[_folded(well.position)] > 1, "position", well.position, "position.repeated",
             mark("The position “{value}” is listed twice.")),
            (controls(tube) is not None, "tube", tube, "text.control", mark("The barcode holds a control character.")),
            (len(tube) > LONGEST, "tube", tube[:LONGEST], "tube.long",
             mark("The barcode is too long: it begins “{value}”.")),
        )  # fmt: skip
        defects += [
            RowDefect(file.name, well.line, column, value[:LONGEST], code, sentence)
            for wrong, column, value, code, sentence in faults
            if wrong
        ]
    if defects:
        first = defects[0]
        raise BadData(
            "rack.faulty",
            "{file} cannot be taken: {first}",
            defects,
            file=file.name,
            first=first.sentence.format(value=first.value),
        )


def _known(position: str) -> bool:
    if _LETTERED.fullmatch(position) is not None:
        return True
    return position.isascii() and position.isdigit() and len(position) < 6 and int(position) > 0


def _folded(position: str) -> str:
    found = _LETTERED.fullmatch(position)
    return f"{found[1]}{found[2]}" if found else position.lstrip("0")


def _grid(wells: Sequence[Well]) -> tuple[int, int] | None:
    """The grid whose every position is listed, and no other."""
    listed = {_folded(well.position) for well in wells}
    for rows, columns in GRIDS:
        lettered = {f"{_letter(row)}{col + 1}" for row in range(rows) for col in range(columns)}
        if listed in (lettered, {str(number + 1) for number in range(rows * columns)}):
            return rows, columns
    return None
