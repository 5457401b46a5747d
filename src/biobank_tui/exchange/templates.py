"""Empty files of a kind: a CSV header, or a workbook with drop-downs, a frozen header, notes and a dictionary."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from biobank_tui.exchange.fields import Field, FieldType, Kind

ROWS: Final = 10_000
"""How many rows of a template offer the lists."""
SHORT: Final = 255
"""The most characters a workbook's own list of choices holds; longer ones stand on a sheet of their own."""
LISTS: Final = "lists"
DICTIONARY: Final = "dictionary"
ASTRAY: Final = 1_000_000
Speak = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the data dictionary. values: what is taken, in words. miabis: the attribute it stands for."""

    name: str
    type: str
    required: str
    meaning: str
    values: str
    miabis: str


TITLES: Final = ("name", "type", "required", "meaning", "values", "miabis")


def dictionary(kind: Kind, language: str) -> tuple[Entry, ...]:
    """What each column of a kind means, in English or French."""
    french = language == "fr"
    yes = "oui" if french else "yes"
    return tuple(
        Entry(
            field.name,
            str(field.type),
            yes if field.required else "",
            field.fr if french else field.en,
            _values(field),
            field.miabis,
        )
        for field in kind.fields
    )


def _values(field: Field) -> str:
    if field.choices:
        return ", ".join(field.choices)
    if field.least is not None or field.most is not None:
        return f"{'' if field.least is None else field.least}..{'' if field.most is None else field.most}"
    return field.pattern


def header(kind: Kind) -> list[str]:
    """The columns of a template: all fields that have one name."""
    return [field.name for field in kind.fields if not field.name.endswith(".*")]


def write_csv(out: BinaryIO, kind: Kind) -> None:
    """The header line."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(header(kind))
    out.write(text.getvalue().encode())


def write_dictionary(out: BinaryIO, kind: Kind, language: str) -> None:
    """The data dictionary as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(TITLES)
    writer.writerows([getattr(entry, name) for name in TITLES] for entry in dictionary(kind, language))
    out.write(text.getvalue().encode())


def write_workbook(out: BinaryIO, kind: Kind, language: str) -> None:
    """A workbook: the empty table first, then the dictionary, then the lists its drop-downs show.

    Every cell is text, so that leading zeros, codes and dates stay as they are typed.
    """
    from xlsxwriter import Workbook

    entries = {entry.name: entry for entry in dictionary(kind, language)}
    with Workbook(out, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True})
        needed = book.add_format({"bold": True, "bg_color": "#DDEBF7"})
        sheet = book.add_worksheet(kind.name)
        sheet.freeze_panes(1, 1)
        told = book.add_worksheet(DICTIONARY)
        lists = book.add_worksheet(LISTS)
        fields = [field for field in kind.fields if not field.name.endswith(".*")]
        for place, field in enumerate(fields):
            sheet.set_column(place, place, max(12, len(field.name) + 2), text)
            sheet.write_string(0, place, field.name, needed if field.required else bold)
            sheet.write_comment(0, place, _comment(entries[field.name]), {"x_scale": 2})
            rule = _rule(field, lists, place)
            if rule is not None:
                sheet.data_validation(1, place, ROWS, place, rule)
        _describe(told, entries.values(), bold)
        lists.hide()


def _comment(entry: Entry) -> str:
    lines = [entry.meaning, entry.values if len(entry.values) <= SHORT else "", entry.miabis]
    return "\n".join(line for line in lines if line)


def _rule(field: Field, lists: Any, place: int) -> dict[str, Any] | None:
    """What the spreadsheet itself holds a cell to."""
    if field.choices:
        for at, choice in enumerate(field.choices):
            lists.write_string(at, place, choice)
        column = _letters(place)
        return {
            "validate": "list",
            "source": f"={LISTS}!${column}$1:${column}${len(field.choices)}",
            "error_type": "warning",
        }
    if field.type is FieldType.INTEGER:
        least = -ASTRAY if field.least is None else field.least
        most = ASTRAY if field.most is None else field.most
        # Cells are text: the number typed into one is judged by its value.
        cell = f"{_letters(place)}2"
        return {
            "validate": "custom",
            "value": f"=AND(ISNUMBER(VALUE({cell})),VALUE({cell})>={least},VALUE({cell})<={most})",
            "error_type": "warning",
        }
    return None


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def _describe(sheet: Any, entries: Any, bold: Any) -> None:
    sheet.freeze_panes(1, 1)
    for place, (title, width) in enumerate(zip(TITLES, (22, 10, 10, 60, 60, 24), strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, title, bold)
    for at, entry in enumerate(entries, 1):
        for place, name in enumerate(TITLES):
            sheet.write_string(at, place, getattr(entry, name))
