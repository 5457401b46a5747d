"""The words of rack readers: what they call their columns, and what they write where they read no tube."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final


class Reading(StrEnum):
    """What the reader saw at a position. Unread is not empty."""

    TUBE = "tube"
    EMPTY = "empty"
    UNREAD = "unread"


EMPTY: Final = frozenset(
    {"", "empty", "emptywell", "emptyposition", "notube", "novial", "notrakmate", "none", "null", "nil", "na", "blank",
     "vacant", "absent", "missing", "vide", "leer", "tubemissing", "nottube", "notpresent", "emptytube"}
)  # fmt: skip
"""Without spaces, case and signs."""
UNREAD: Final = frozenset(
    {"noread", "noscan", "nocode", "nobarcode", "unread", "unreadable", "notread", "error", "err", "readerror", "fail",
     "failed", "failure", "badread", "misread", "nodecode", "undecoded", "undecodable", "decodeerror", "decodefailed",
     "decodingfailed", "decodingerror", "decodefailure", "notdecoded", "unknown", "invalid", "invalidcode", "illisible",
     "nonlu", "nichtgelesen", "fehler", "unlesbar", "timeout", "lowquality", "nolabel"}
)  # fmt: skip
FINE: Final = frozenset({"ok", "success", "read", "good", "decoded", "full", "valid", "present", "1", "true", "pass"})
"""What a column of states says where a tube was read."""

ROLES: Final[dict[str, frozenset[str]]] = {
    "position": frozenset(
        {"position", "positions", "pos", "locationcell", "location", "tubeposition", "tubepos", "tubelocation",
         "tubewell", "tpositionid", "positionid", "well", "wells", "wellposition", "wellpos", "wellid", "wellname",
         "wellnumber", "welllocation", "platewell", "cell", "cellposition", "cellid", "coordinate", "coordinates",
         "coord", "slot", "slotposition", "rackposition", "rackpos", "positioninrack", "boxposition", "positioninbox",
         "vialposition", "gridposition", "hole", "puits", "emplacement", "platz"}
    ),
    "row": frozenset({"row", "rows", "tuberow", "locationrow", "wellrow", "rowid", "rowname", "rowletter", "rowlabel",
                      "rownumber", "ligne", "rangee", "reihe", "zeile"}),
    "column": frozenset({"column", "col", "columns", "tubecolumn", "locationcolumn", "wellcolumn", "columnid", "colid",
                         "columnnumber", "colnumber", "columnname", "columnlabel", "colonne", "spalte"}),
    "tube": frozenset(
        {"tubecode", "tubebarcode", "tubebarcodes", "barcode", "barcodes", "ttubebc", "code", "tubeid", "tube",
         "tubenumber", "tubelabel", "tubename", "2dbarcode", "2dcode", "2did", "2d", "barcode2d", "tube2d", "tube2did",
         "datamatrix", "decode", "decoded", "decodeddata", "decodedcode", "decodedbarcode", "decodedid", "vial",
         "vialid", "vialbarcode", "vialcode", "cryovial", "cryovialid", "cryovialbarcode", "cryotube", "codeabarres",
         "codebarres", "codetube", "samplebarcode", "samplecode", "sampleid", "containerid", "tubebarcodeid",
         "inventoryid", "matrixid", "matrixbarcode", "tubeidentifier", "rohrchen", "idtube", "barcodeid", "labcode"}
    ),
    "rack": frozenset(
        {"rackid", "boxid", "rack", "box", "rackbarcode", "rackcode", "rackname", "racknumber", "racklabel",
         "boxbarcode", "boxname", "boxcode", "containerbarcode", "plateid", "platebarcode", "plate", "carrier",
         "carrierid", "carrierbarcode", "tecanrackid", "portoir", "boite", "codeportoir", "codeboite", "rackidentifier"}
    ),
    "state": frozenset({"status", "state", "tubestatus", "decodestatus", "readstatus", "result", "scanstatus",
                        "readresult", "scanresult", "statut", "etat", "wellstatus", "readstate"}),
}  # fmt: skip
"""Columns by what they hold; names without spaces, case, accents and signs."""

PREAMBLE: Final = re.compile(
    r"(?im)^[\"'# ]*(?:rack|box|plate|carrier|container)[ _-]?(?:base[ _-]?)?(?:id|name|barcode|code|number|no\.?)"
    r"[\"']?[ \t]*[:=,;\t][ \t]*[\"']?([^\s\"',;]{1,100})"
)
"""The rack's own barcode, in a line above the table."""

LETTERED: Final = re.compile(r"([A-Za-z]{1,2})[ :_-]?0{0,2}([1-9][0-9]{0,2})")
_TURNED: Final = re.compile(r"0{0,2}([1-9][0-9]{0,2})[ :_-]?([A-Za-z]{1,2})")
_ROW_COLUMN: Final = re.compile(
    r"(?i)r(?:ow)?[ _-]?0{0,2}([1-9]\d{0,2})[ ,;_-]*c(?:ol|olumn)?[ _-]?0{0,2}([1-9]\d{0,2})"
)
_POINT: Final = re.compile(r"([0-9]+)\.0+")
_PLAIN = re.compile(r"[^a-z0-9]")
_ACCENTS = str.maketrans("àâäéèêëîïôöùûüç", "aaaeeeeiioouuuc")


def plain(text: str) -> str:
    """A word as it is looked up: without spaces, case, accents and signs."""
    return _PLAIN.sub("", text.casefold().translate(_ACCENTS))


def reading_of(said: str, empty: Collection[str] = (), unread: Collection[str] = ()) -> Reading:
    """What a reader's word for a position says; what is none of the words is a tube's barcode."""
    word = said.strip().casefold()
    if word in empty:
        return Reading.EMPTY
    if word in unread:
        return Reading.UNREAD
    folded = plain(word)
    if folded in EMPTY and not _marked(word):
        return Reading.EMPTY
    if folded in UNREAD or _marked(word) or (word and set(word) == {"0"}):
        return Reading.UNREAD
    return Reading.TUBE


def _marked(word: str) -> bool:
    """A barcode of question marks, stars or the like was not read; of dashes, there is none."""
    return bool(word) and set(word) <= set("?*#!x") and set(word) != {"x"}


def reading_with(said: str, state: str, empty: Collection[str] = (), unread: Collection[str] = ()) -> Reading:
    """The same beside a column of states: a blank barcode is unread unless the state says that there is no tube."""
    found, told = reading_of(said, empty, unread), plain(state)
    if found is Reading.TUBE:
        return Reading.UNREAD if told in UNREAD else found
    if told in UNREAD or (told in FINE and found is Reading.EMPTY):
        return Reading.UNREAD
    return Reading.EMPTY if told in EMPTY and told else found


def roles_named(cells: Sequence[str]) -> dict[str, int]:
    """The columns a header names, by role."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        word = plain(cell)
        for role, names in ROLES.items():
            if word in names and role not in found:
                found[role] = place
    return found


def position_of(text: str) -> str:
    """A position as the rest reads it: A1, or a number; "1A", "R1C2" and "1.0" are turned into those."""
    said = text.strip().upper()
    if LETTERED.fullmatch(said):
        return said.replace(":", "").replace("_", "")
    if found := _POINT.fullmatch(said):
        return found[1]
    if found := _TURNED.fullmatch(said):
        return f"{found[2]}{found[1]}"
    if found := _ROW_COLUMN.fullmatch(said):
        return f"{letter(int(found[1]) - 1)}{found[2]}"
    return said


def is_position(text: str) -> bool:
    """Whether it is a lettered position, however it is written."""
    return LETTERED.fullmatch(position_of(text)) is not None


def letter(row: int) -> str:
    """A to Z, then AA to ZZ; row from 0."""
    first, last = divmod(row, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)
