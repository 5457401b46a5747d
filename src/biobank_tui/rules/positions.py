"""Positions in a box or plate: kept as ordinals from 0, shown and read by the unit's labelling scheme."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from biobank_tui.rules.errors import Refused

LARGEST_SIDE = 1_000


class Scheme(StrEnum):
    """How one axis is labelled."""

    LETTERS = "letters"
    LETTERS_NO_IO = "letters_no_io"
    NUMBERS = "numbers"
    ROMAN = "roman"


class Style(StrEnum):
    """How the two labels stand together; serial counts the positions from 1."""

    ROW_COLUMN = "A1"
    ROW_COLUMN_PADDED = "A01"
    COLUMN_ROW = "1A"
    SERIAL = "serial"


class Major(StrEnum):
    """What a serial runs along first."""

    ROW = "row"
    COLUMN = "column"


class FillOrder(StrEnum):
    """In which order positions are filled: along rows or columns, from which corner; or like a snake."""

    ROWS_FROM_TOP_LEFT = "rows_from_top_left"
    ROWS_FROM_TOP_RIGHT = "rows_from_top_right"
    ROWS_FROM_BOTTOM_LEFT = "rows_from_bottom_left"
    ROWS_FROM_BOTTOM_RIGHT = "rows_from_bottom_right"
    COLUMNS_FROM_TOP_LEFT = "columns_from_top_left"
    COLUMNS_FROM_TOP_RIGHT = "columns_from_top_right"
    COLUMNS_FROM_BOTTOM_LEFT = "columns_from_bottom_left"
    COLUMNS_FROM_BOTTOM_RIGHT = "columns_from_bottom_right"
    SNAKE_ROWS = "snake_rows"
    SNAKE_COLUMNS = "snake_columns"


@dataclass(frozen=True, slots=True)
class Layout:
    """A grid and how its positions are labelled; the stored words are taken for the enumerations too.

    major matters to serial labels alone.
    """

    rows: int
    columns: int
    row_scheme: Scheme = Scheme.LETTERS
    column_scheme: Scheme = Scheme.NUMBERS
    style: Style = Style.ROW_COLUMN
    major: Major = Major.ROW

    def __post_init__(self) -> None:
        if not (1 <= self.rows <= LARGEST_SIDE and 1 <= self.columns <= LARGEST_SIDE):
            raise Refused(
                "position.grid",
                "A grid of {rows} × {columns} cannot be; each side is 1 to {most}.",
                rows=self.rows,
                columns=self.columns,
                most=LARGEST_SIDE,
            )
        object.__setattr__(self, "row_scheme", Scheme(self.row_scheme))
        object.__setattr__(self, "column_scheme", Scheme(self.column_scheme))
        object.__setattr__(self, "style", Style(self.style))
        object.__setattr__(self, "major", Major(self.major))

    @property
    def places(self) -> int:
        return self.rows * self.columns


Choice = TypeVar("Choice", bound=StrEnum)


def chosen(values: type[Choice], text: str) -> Choice:
    """The scheme, style, order or major of that name; Refused with the names there are."""
    try:
        return values(text)
    except ValueError:
        raise Refused(
            "layout.unknown", "{value} is not one of {allowed}.", value=text, allowed=", ".join(values)
        ) from None


def label(layout: Layout, row: int, col: int) -> str:
    """The label of a position given by its ordinals from 0."""
    if not (0 <= row < layout.rows and 0 <= col < layout.columns):
        raise Refused(
            "position.outside",
            "Row {row}, column {column} lies outside a grid of {rows} × {columns}.",
            row=row + 1,
            column=col + 1,
            rows=layout.rows,
            columns=layout.columns,
        )
    if layout.style is Style.SERIAL:
        if layout.major is Major.ROW:
            return str(row * layout.columns + col + 1)
        return str(col * layout.rows + row + 1)
    first, second = row_label(layout, row), column_label(layout, col)
    if layout.style is Style.COLUMN_ROW:
        first, second = second, first
    return first + _joint(layout) + second


def row_label(layout: Layout, row: int) -> str:
    """What stands at the left of a row."""
    return _padded(layout, layout.row_scheme, layout.rows, row)


def column_label(layout: Layout, col: int) -> str:
    """What stands above a column."""
    return _padded(layout, layout.column_scheme, layout.columns, col)


def ordinal(layout: Layout, text: str) -> tuple[int, int]:
    """Row and column from 0 of a label; case, zeros in front, and a space or dash between are forgiven."""
    folded = "".join(text.split()).upper()
    found = _serial(layout, folded) if layout.style is Style.SERIAL else _pair(layout, folded)
    if found is None:
        raise Refused(
            "position.unknown",
            "There is no position {label} here; they run from {first} to {last}.",
            label=text,
            first=label(layout, 0, 0),
            last=label(layout, layout.rows - 1, layout.columns - 1),
        )
    return found


def fill(layout: Layout, order: FillOrder) -> Iterator[tuple[int, int]]:
    """Every position once, in filling order."""
    order = FillOrder(order)
    down, right = range(layout.rows), range(layout.columns)
    if order is FillOrder.SNAKE_ROWS:
        for row in down:
            for col in right if row % 2 == 0 else reversed(right):
                yield row, col
        return
    if order is FillOrder.SNAKE_COLUMNS:
        for col in right:
            for row in down if col % 2 == 0 else reversed(down):
                yield row, col
        return
    along, _, vertical, horizontal = order.split("_")
    rows = down if vertical == "top" else down[::-1]
    columns = right if horizontal == "left" else right[::-1]
    if along == "rows":
        yield from ((row, col) for row in rows for col in columns)
    else:
        yield from ((row, col) for col in columns for row in rows)


def next_free(
    layout: Layout,
    order: FillOrder,
    taken: Collection[tuple[int, int]],
    start: tuple[int, int] | None = None,
) -> tuple[int, int] | None:
    """The first free position from `start` on (itself included); nothing when none is left until the end."""
    reached = start is None
    for place in fill(layout, order):
        reached = reached or place == start
        if reached and place not in taken:
            return place
    return None


def _letters(ordinal: int, alphabet: str) -> str:
    text = ""
    number = ordinal + 1
    while number:
        number, rest = divmod(number - 1, len(alphabet))
        text = alphabet[rest] + text
    return text


def _roman(ordinal: int) -> str:
    number, text = ordinal + 1, ""
    for value, sign in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
        (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        text += sign * (number // value)
        number %= value
    return text


_AXES: dict[Scheme, Callable[[int], str]] = {
    Scheme.LETTERS: lambda ordinal: _letters(ordinal, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    Scheme.LETTERS_NO_IO: lambda ordinal: _letters(ordinal, "ABCDEFGHJKLMNPQRSTUVWXYZ"),
    Scheme.NUMBERS: lambda ordinal: str(ordinal + 1),
    Scheme.ROMAN: _roman,
}


@lru_cache(maxsize=256)
def _axis(scheme: Scheme, size: int) -> dict[str, int]:
    return {_AXES[scheme](place): place for place in range(size)}


def _padded(layout: Layout, scheme: Scheme, size: int, place: int) -> str:
    text = _AXES[scheme](place)
    if scheme is Scheme.NUMBERS and layout.style is Style.ROW_COLUMN_PADDED:
        return text.zfill(max(2, len(str(size))))
    return text


def _joint(layout: Layout) -> str:
    """A dash where the two labels could not be told apart otherwise: 1-11 and 11-1."""
    numbers = (layout.row_scheme is Scheme.NUMBERS) + (layout.column_scheme is Scheme.NUMBERS)
    return "" if numbers == 1 else "-"


def _find(scheme: Scheme, size: int, text: str) -> int | None:
    return _axis(scheme, size).get(text.lstrip("0") if scheme is Scheme.NUMBERS else text)


def _serial(layout: Layout, text: str) -> tuple[int, int] | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and 1 <= int(text) <= layout.places):
        return None
    if layout.major is Major.ROW:
        return divmod(int(text) - 1, layout.columns)
    col, row = divmod(int(text) - 1, layout.rows)
    return row, col


def _pair(layout: Layout, text: str) -> tuple[int, int] | None:
    """The one way to split the label into two known ones; nothing when there is none, or more than one."""
    parts = [text.split("-", 1)] if "-" in text else [[text[:i], text[i:]] for i in range(1, len(text))]
    found = set()
    for first, second in parts:
        rows, columns = (second, first) if layout.style is Style.COLUMN_ROW else (first, second)
        row = _find(layout.row_scheme, layout.rows, rows)
        col = _find(layout.column_scheme, layout.columns, columns)
        if row is not None and col is not None:
            found.add((row, col))
    return found.pop() if len(found) == 1 else None
