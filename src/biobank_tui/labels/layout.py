"""What a label shows, and how large: layouts are small TOML files.

    name = "default"
    qr_place = "left"            # "left" of the text, or on "top" of it
    qr_side_mm = 14.0            # the QR code's side with its quiet zone
    [[lines]]
    fields = ["material", "amount"]
    size_pt = 6.5
    bold = true                  # may be left out

The fields are a closed list, and none of them leads to a donor.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import NoReturn

from biobank_tui.labels.stock import Stock
from biobank_tui.rules.errors import BadData, NotFound, Refused, Unreachable
from biobank_tui.rules.phrases import mark


class LabelField(StrEnum):
    """All that a label may show."""

    CODE = "code"
    MATERIAL = "material"
    AMOUNT = "amount"
    DATE = "date"
    PROJECT = "project"
    KIND = "kind"
    BOX = "box"
    POSITION = "position"
    TITLE = "title"
    TEMPERATURE = "temperature"


class QrPlace(StrEnum):
    """Where the QR code stands."""

    LEFT = "left"
    TOP = "top"


@dataclass(frozen=True, slots=True)
class Label:
    """What is printed: the QR code holds the code alone; lines are the text fields beside it.

    The code is always printed in text too, so it is not among the lines.
    """

    code: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: its fields, parted by a space, and its size in points."""

    fields: tuple[LabelField, ...]
    size_pt: float
    bold: bool = False

    @property
    def is_code(self) -> bool:
        """Whether this line is the code in text."""
        return self.fields == (LabelField.CODE,)


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to fill a label; qr_side_mm is the QR code's wished side with its quiet zone."""

    name: str
    qr_place: QrPlace
    qr_side_mm: float
    lines: tuple[Line, ...]

    def label(self, code: str, facts: Mapping[str, str]) -> Label:
        """The label of one sample or unit: its code, and this layout's fields taken from the facts.

        Facts the layout does not ask for are left out; facts outside the closed list are refused.
        """
        for field in facts:
            if field not in FIELDS:
                _refuse_field(self.name, field, Refused)
        texts = (
            " ".join(facts[field].strip() for field in line.fields if facts.get(field))
            for line in self.lines
            if not line.is_code
        )
        return Label(code, tuple(texts))


FIELDS = tuple(field.value for field in LabelField)
SIZES_PT = (3.0, 72.0)
SIDES_MM = (5.0, 60.0)


def _refuse_field(layout: str, field: str, error: type[BadData] | type[Refused]) -> NoReturn:
    raise error(
        "label.layout.field",
        mark("Layout {layout} cannot show {field}. A label shows only: {allowed}."),
        layout=layout,
        field=field,
        allowed=", ".join(FIELDS),
    )


def _known(layout: str, table: Mapping[str, object], needed: set[str], optional: set[str]) -> None:
    wrong = sorted((set(table) - needed - optional) | (needed - set(table)))
    if wrong:
        raise BadData(
            "label.layout.key",
            "Layout {layout}: {key} is missing or not known. It takes: {allowed}.",
            layout=layout,
            key=", ".join(wrong),
            allowed=", ".join(sorted(needed | optional)),
        )


def _number(layout: str, key: str, value: object, limits: tuple[float, float]) -> float:
    low, high = limits
    if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
        return float(value)
    raise BadData(
        "label.layout.size",
        "Layout {layout}: {key} is {value}; it must be a number from {low} to {high}.",
        layout=layout,
        key=key,
        value=value,
        low=low,
        high=high,
    )


def _line(layout: str, given: object) -> Line:
    table: dict[str, object] = given if isinstance(given, dict) else {}
    _known(layout, table, {"fields", "size_pt"}, {"bold"})
    named = table["fields"]
    fields = named if isinstance(named, list) else [named]
    for field in fields:
        if field not in FIELDS:
            _refuse_field(layout, str(field), BadData)
    return Line(
        fields=tuple(map(LabelField, fields)),
        size_pt=_number(layout, "size_pt", table["size_pt"], SIZES_PT),
        bold=table.get("bold") is True,
    )


def parse(text: str, source: str) -> Layout:
    """A layout from its TOML text; source names it in errors. Raises BadData."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise BadData(
            "label.layout.toml", "Layout {layout} is not TOML: {reason}.", layout=source, reason=str(broken)
        ) from broken
    _known(source, table, {"name", "qr_place", "qr_side_mm", "lines"}, set())
    if table["qr_place"] not in tuple(QrPlace):
        raise BadData(
            "label.layout.place",
            "Layout {layout}: qr_place is {value}; it is one of: {allowed}.",
            layout=source,
            value=table["qr_place"],
            allowed=", ".join(QrPlace),
        )
    tables = table["lines"] if isinstance(table["lines"], list) else [table["lines"]]
    lines = tuple(_line(source, each) for each in tables)
    if sum(LabelField.CODE in line.fields for line in lines) != 1 or not any(line.is_code for line in lines):
        raise BadData(
            "label.layout.code",
            "Layout {layout} must have exactly one line that shows the code, and the code alone.",
            layout=source,
        )
    return Layout(
        name=str(table["name"]),
        qr_place=QrPlace(table["qr_place"]),
        qr_side_mm=_number(source, "qr_side_mm", table["qr_side_mm"], SIDES_MM),
        lines=lines,
    )


@lru_cache(maxsize=1)
def _bundled() -> tuple[Layout, ...]:
    folder = resources.files("biobank_tui.labels") / "layouts"
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(parse(file.read_text(encoding="utf-8"), file.name) for file in files)


def layouts() -> dict[str, Layout]:
    """The layouts that come with the program, by name."""
    return {each.name: each for each in _bundled()}


def layout(name: str) -> Layout:
    """A layout that comes with the program, or one's own file (a name that ends in .toml).

    Raises NotFound (no such name), BadData (not a layout) or Unreachable (no such file, or it cannot be read).
    """
    own = Path(name)
    if own.suffix.casefold() == ".toml":
        try:
            return parse(own.read_text(encoding="utf-8"), own.name)
        except FileNotFoundError as absent:
            raise Unreachable("file.absent", "There is no file {file}.", file=name) from absent
        except (OSError, UnicodeDecodeError) as broken:
            raise Unreachable(
                "file.unreadable", "Cannot read {file}: {reason}.", file=name, reason=str(broken)
            ) from broken
    known = {each.casefold(): found for each, found in layouts().items()}
    if name.casefold() in known:
        return known[name.casefold()]
    raise NotFound(
        "label.layout.unknown",
        "There is no label layout {name}. There are: {near}; or name a .toml file.",
        name=name,
        near=", ".join(layouts()),
    )


def layout_for(stock: Stock, *, tubes: bool = True) -> Layout:
    """The layout that suits a stock when none is named: caps are round; tubes tell other things than units do."""
    return layout("cap" if stock.shape == "round" else "default" if tubes else "unit")
