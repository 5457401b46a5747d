"""Rack scans that are no tables: a reader's answer on the wire, JSON, XML, and a plate drawn as a grid."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree

from biobank_tui.exchange.racktables import Row, cell
from biobank_tui.exchange.rackwords import letter, roles_named
from biobank_tui.rules.errors import BadData

GRIDS: Final = ((4, 6), (6, 8), (8, 12), (16, 24), (9, 9), (10, 10))
"""Rows and columns of the racks and boxes in use, for files that list every position."""
DEEPEST: Final = 8
Told = tuple[str, str, str]
"""A position, what was read there, and the reader's state of it."""


def visionmate_answer(file: str, text: str) -> list[Told]:
    """The reader's answer to a scan command: tubes column by column, without positions."""
    said = text.removeprefix("OK").strip().rstrip(",").split(",")
    grid = next((grid for grid in GRIDS if grid[0] * grid[1] == len(said)), None)
    if grid is None:
        raise BadData(
            "rack.count",
            "{file} lists {count} {count:position|positions}; a rack has {allowed}.",
            file=file,
            count=len(said),
            allowed=", ".join(str(rows * columns) for rows, columns in sorted(GRIDS)),
        )
    return [(f"{letter(at % grid[0])}{at // grid[0] + 1}", tube, "") for at, tube in enumerate(said)]


def drawn(rows: Sequence[Row]) -> list[tuple[int, str, str]] | None:
    """A plate drawn as a grid, 1, 2, 3 … above and A, B, C … at the left: line, position, what was read."""
    for at, (_line, cells) in enumerate(rows[:20]):
        start = next((n for n, text in enumerate(cells[:2]) if text == "1"), None)
        if start != 1:
            continue
        width = len(cells) - 1
        while width and not cells[width]:
            width -= 1
        if width < 4 or [cell(cells, n) for n in range(1, width + 1)] != [str(n) for n in range(1, width + 1)]:
            continue
        found = []
        for n, (line, below) in enumerate(rows[at + 1 :]):
            if cell(below, 0).upper() != letter(n):
                break
            found += [(line, f"{letter(n)}{col}", cell(below, col)) for col in range(1, width + 1)]
        if len(found) >= 4 * width:
            return found
    return None


def from_json(file: str, text: str) -> tuple[str | None, list[Told]]:
    """A list of tubes, wherever in the document it stands, or one that names each position's tube."""
    try:
        said: Any = json.loads(text)
        return _listed(said)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise BadData("rack.json", "{file} is no rack scan in JSON that is known here.", file=file) from error


def from_xml(file: str, text: str) -> tuple[str | None, list[Told]]:
    """Elements that say a position and a tube in attributes or children; entities are not taken."""
    wrong = BadData("rack.xml", "{file} is no rack scan in XML that is known here.", file=file)
    if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise wrong
    try:
        top = ElementTree.fromstring(text)
        tubes = [_flat(each) for each in top.iter()]
        return _listed([{**_flat(top), "tubes": [each for each in tubes if _is_well(each)]}])
    except (ElementTree.ParseError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise wrong from error


def _flat(element: ElementTree.Element) -> dict[str, str]:
    said = {child.tag.rpartition("}")[2]: child.text or "" for child in element if not len(child)}
    own = {"barcode": element.text.strip()} if element.text and element.text.strip() and not len(element) else {}
    return {**own, **said, **dict(element.attrib)}


def _is_well(said: Any) -> bool:
    if not isinstance(said, Mapping):
        return False
    roles = roles_named([str(name) for name in said])
    return "position" in roles or {"row", "column"} <= roles.keys()


def _listed(said: Any) -> tuple[str | None, list[Told]]:
    wells: list[Mapping[str, Any]] = []
    rack: list[str] = []
    for each in _mappings(said, 0):
        if _is_well(each):
            wells.append(each)
            continue
        roles = roles_named([str(name) for name in each])
        if "rack" in roles and isinstance(value := list(each.values())[roles["rack"]], str | int) and value:
            rack.append(str(value))
    if not wells:
        raise KeyError("wells")
    return (rack[0] if rack else None), [_told(well) for well in wells]


def _mappings(said: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > DEEPEST:
        return
    if isinstance(said, Mapping):
        yield said
        inner: Any = said.values()
    else:
        inner = said if isinstance(said, list) else ()
    for each in inner:
        yield from _mappings(each, depth + 1)


def _told(well: Mapping[str, Any]) -> Told:
    names, values = [str(name) for name in well], list(well.values())
    roles = roles_named(names)

    def value(role: str) -> str:
        found = values[roles[role]] if role in roles else None
        return "" if found is None else str(found)

    position = value("position") if "position" in roles else joined(value("row"), value("column"))
    tube = value("tube")
    state = value("state")
    return position, tube, state


def joined(row: str, column: str) -> str:
    """The position of a row and a column; a row by number is lettered."""
    row, column = (text.removesuffix(".0") for text in (row.strip(), column.strip()))
    if row.isascii() and row.isdigit() and len(row) < 4 and 1 <= int(row) <= 27 * 26:
        row = letter(int(row) - 1)
    return f"{row}{column}" if row.isalpha() else f"{row}/{column}"
