"""A recipient's list of what arrived: a tube, what became of it, and a note, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from biobank_tui.exchange.defects import as_rows
from biobank_tui.exchange.reading import Shape, slices
from biobank_tui.rules.errors import BadData, RowDefect
from biobank_tui.rules.phrases import mark
from biobank_tui.rules.text import unsheet_cell

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "box": ("box", "boîte", "boite"),
    "tube": ("tube", "sample", "code", "barcode", "échantillon", "echantillon"),
    "position": ("position", "hole", "well", "puits"),
    "outcome": ("outcome", "state", "status", "received", "état", "etat"),
    "note": ("note", "notes", "comment", "remark", "remarque"),
}
"""What each column may be headed; a row names its tube, or the hole it lay in."""
OUTCOMES: Final[dict[str, str]] = {
    "received": "received", "yes": "received", "ok": "received", "reçu": "received", "oui": "received", "": "received",
    "damaged": "damaged", "broken": "damaged", "abîmé": "damaged", "cassé": "damaged",
    "missing": "missing", "no": "missing", "absent": "missing", "manquant": "missing", "non": "missing",
    "extra": "extra", "en trop": "extra",
}  # fmt: skip
MOST: Final = 100_000


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """tube: a code, or a hole such as "2:B7". outcome: received, damaged, missing or extra."""

    tube: str
    outcome: str
    note: str | None


def read_receipt(path: Path) -> list[ReceiptRow]:
    """The rows of a CSV file or workbook; BadData with every row that cannot be taken."""
    rows: list[ReceiptRow] = []
    defects: list[RowDefect] = []
    for part in slices(path, Shape()):
        defects += as_rows(part.defects)
        at = _columns(part.file, part.cells.columns)
        for line, cells in zip(part.lines, part.cells.iter_rows(), strict=True):
            told = {name: unsheet_cell((cells[place] or "").strip()) for name, place in at.items()}
            outcome = OUTCOMES.get(told.get("outcome", "").lower())
            tube = told.get("tube") or ":".join(each for each in (told.get("box"), told.get("position")) if each)
            if not tube or (not told.get("tube") and not told.get("position")):
                defects.append(_defect(part.file, line, "tube", "", mark("{column} is empty.")))
            elif outcome is None:
                sentence = mark("“{value}” is not in the list: {allowed}.")
                allowed = "received, damaged, missing, extra"
                defects.append(_defect(part.file, line, "outcome", told["outcome"], sentence, allowed))
            else:
                rows.append(ReceiptRow(tube, outcome, told.get("note") or None))
        if len(rows) > MOST:
            raise BadData("receipt.long", "{file} has more than {most} rows.", file=part.file, most=MOST)
    if defects:
        raise BadData(
            "receipt.bad", "{count} {count:row|rows} of {file} cannot be taken; nothing was received.",
            defects=defects, count=len(defects), file=path.name,
        )  # fmt: skip
    if not rows:
        raise BadData("receipt.empty", "{file} names no tube.", file=path.name)
    return rows


def _columns(file: str, header: list[str]) -> dict[str, int]:
    folded = [name.strip().lower() for name in header]
    at: dict[str, int] = {}
    for role, names in NAMES.items():
        place = next((folded.index(name) for name in names if name in folded), None)
        if place is not None:
            at[role] = place
    if "tube" not in at and "position" not in at:
        raise BadData(
            "receipt.header", "{file} has no column of tubes; head one of them {allowed}.",
            file=file, allowed="tube or position",
        )  # fmt: skip
    return at


def _defect(file: str, line: int, column: str, value: str, sentence: str, allowed: str = "") -> RowDefect:
    return RowDefect(file, line, column, value, f"receipt.{column}", sentence, allowed)
