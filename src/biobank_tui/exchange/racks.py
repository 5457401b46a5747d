"""Rack readers' files, whatever made them: each position with its tube, empty, or unread.

Understood without being told: tables with a header anywhere near the top, or without one (position and tube; rack,
position, tube; row, column, tube), whatever the delimiter; plates drawn as a grid; TrakMate text, a VisionMate TCP
answer, JSON and XML that name positions and tubes. Barcodes stay text. Other readers' files are read by a map.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from biobank_tui.exchange import rackforms
from biobank_tui.exchange.rackforms import GRIDS, Told, joined
from biobank_tui.exchange.rackmaps import RackMap
from biobank_tui.exchange.racktables import Row, arranged, cell, lines_of, rack_above, rows_of
from biobank_tui.exchange.rackwords import LETTERED, Reading, letter, position_of, reading_with
from biobank_tui.rules.errors import BadData, RowDefect, Unreachable
from biobank_tui.rules.phrases import mark
from biobank_tui.rules.text import controls

LARGEST: Final = 4 * 1024 * 1024
MOST: Final = 10_000
"""Positions a scan may list; the largest plates have 1,536."""
LONGEST: Final = 100
"""Characters of a barcode."""
_FRAMING = "\x02\x03\x04\r\n\t "
"""What a reader puts round its answer on the wire."""
_SHORTENED = re.compile(r"[0-9][.,][0-9]+E\+?[0-9]+", re.IGNORECASE)
_POINTED = re.compile(r"([0-9]{4,})\.0")


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
    rack: str | None
    if by is not None:
        rack, wells = _mapped(file, text, by)
    elif framed.startswith(("{", "[")):
        rack, told = rackforms.from_json(file.name, framed)
        wells = _wells(file, told)
    elif framed.startswith("<"):
        rack, told = rackforms.from_xml(file.name, framed)
        wells = _wells(file, told)
    elif framed.startswith("OK") and len(lines_of(framed)) == 1:
        rack, wells = None, _wells(file, rackforms.visionmate_answer(file.name, framed))
    else:
        rack, wells = _table(file, text)
    wells = _as_text(file, wells)
    _refuse_faulty(file, wells)
    return RackScan(file.name, rack, tuple(wells), _grid(wells))


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise BadData("rack.too_large", "{file} is too large for a rack scan.", file=file.name)
        raw = file.read_bytes()
    except FileNotFoundError as error:
        raise Unreachable("file.absent", "There is no file {file}.", file=str(file)) from error
    except OSError as error:
        raise Unreachable(
            "file.unreadable", "{file} cannot be read: {detail}", file=str(file), detail=error.strerror
        ) from error
    wide = _wide(raw)
    if wide is not None:
        text = raw.decode(wide, errors="replace").removeprefix("\ufeff")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            # Readers write ASCII; anything else in the file is somebody's remark, and harms no barcode.
            text = raw.decode("cp1252", errors="replace")
    if "\0" in text:
        raise BadData("rack.binary", "{file} holds NUL characters: it is no rack scan.", file=file.name)
    return text


def _wide(raw: bytes) -> str | None:
    """The UTF-16 a file is written in, with a byte order mark or, as some readers write it, without; else None."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = raw[:400]
    if len(start) >= 4 and start[1::2].count(0) > 0.9 * len(start[1::2]) and 0 not in start[::2]:
        return "utf-16-le"
    if len(start) >= 4 and start[::2].count(0) > 0.9 * len(start[::2]) and 0 not in start[1::2]:
        return "utf-16-be"
    return None


def _well(position: str, said: str, line: int, by: RackMap | None = None, state: str = "") -> Well:
    place, tube = position_of(position), said.strip()
    reading = reading_with(tube, state, by.empty if by else (), by.unread if by else ())
    return Well(place, tube if reading is Reading.TUBE else None, reading, line)


def _wells(file: Path, told: Sequence[Told]) -> list[Well]:
    if len(told) > MOST:
        raise BadData(
            "rack.too_many", "{file} lists {count} positions; no rack has so many.", file=file.name, count=len(told)
        )
    return [_well(position, tube, 1, state=state) for position, tube, state in told]


def _mapped(file: Path, text: str, by: RackMap) -> tuple[str | None, list[Well]]:
    rows = list(rows_of(text, by.delimiter, by.skip))
    roles: dict[str, int] = {}
    if by.header:
        header = [name.casefold() for name in rows[0][1]] if rows else []
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
    rows = list(rows_of(text))
    if not text.strip():
        raise BadData("rack.empty", "{file} holds no positions.", file=file.name)
    plate = rackforms.drawn(rows)
    if plate is not None:
        return rack_above(text), [_well(position, said, line) for line, position, said in plate]
    rack, wells = _read(file, *arranged(file.name, rows))
    return (rack or rack_above(text)), wells


def _read(
    file: Path, rows: Sequence[Row], roles: dict[str, int], by: RackMap | None = None
) -> tuple[str | None, list[Well]]:
    if not rows:
        raise BadData("rack.empty", "{file} holds no positions.", file=file.name)
    if len(rows) > MOST:
        raise BadData(
            "rack.too_many", "{file} lists {count} positions; no rack has so many.", file=file.name, count=len(rows)
        )
    racks = {cell(cells, roles["rack"]) for _line, cells in rows} - {""} if "rack" in roles else set()
    if len(racks) > 1:
        shown = sorted(rack[:LONGEST] for rack in racks)[:5]
        raise BadData(
            "rack.several", "{file} speaks of several racks: {racks}. Scan one at a time.",
            file=file.name, racks=", ".join(shown),
        )  # fmt: skip
    wells = [
        _well(_position(cells, roles), cell(cells, roles["tube"]), line, by, cell(cells, roles.get("state", -1)))
        for line, cells in rows
    ]
    return (racks.pop() if racks else None), wells


def _position(cells: Sequence[str], roles: dict[str, int]) -> str:
    if "position" in roles:
        return cell(cells, roles["position"])
    return joined(cell(cells, roles["row"]), cell(cells, roles["column"]))


def _as_text(file: Path, wells: list[Well]) -> list[Well]:
    """Barcodes that a spreadsheet took for numbers: ".0" behind every one is taken off; shortened ones are refused."""
    tubes = [well.tube for well in wells if well.tube is not None]
    shortened = next((tube for tube in tubes if _SHORTENED.fullmatch(tube)), None)
    if shortened is not None:
        raise BadData(
            "rack.shortened",
            "{file}: a spreadsheet shortened the barcodes to numbers such as {value}; take the reader's own file.",
            file=file.name,
            value=shortened,
        )
    if not tubes or not all(_POINTED.fullmatch(tube) for tube in tubes):
        return wells
    return [replace(well, tube=well.tube.removesuffix(".0")) if well.tube else well for well in wells]


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
    if LETTERED.fullmatch(position) is not None:
        return True
    return position.isascii() and position.isdigit() and len(position) < 6 and int(position) > 0


def _folded(position: str) -> str:
    found = LETTERED.fullmatch(position)
    return f"{found[1]}{found[2]}" if found else position.lstrip("0")


def _grid(wells: Sequence[Well]) -> tuple[int, int] | None:
    """The grid whose every position is listed, and no other."""
    listed = {_folded(well.position) for well in wells}
    for rows, columns in GRIDS:
        lettered = {f"{letter(row)}{col + 1}" for row in range(rows) for col in range(columns)}
        if listed in (lettered, {str(number + 1) for number in range(rows * columns)}):
            return rows, columns
    return None
