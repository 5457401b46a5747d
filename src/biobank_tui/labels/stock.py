"""The label stocks: geometry of sheets and rolls, read from schema/codes/label_stock.csv.

The figures come from the manufacturers' templates named in that file's `source` column.
"""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass
from functools import lru_cache

from biobank_tui.paths import schema_dir
from biobank_tui.rules.errors import NotFound

PAGES_MM = {"A4": (210.0, 297.0), "US-Letter": (215.9, 279.4)}


@dataclass(frozen=True, slots=True)
class Stock:
    """One kind of label paper. Lengths in mm; x0, y0 is the first label's upper left corner on the page.

    dx, dy is the pitch from one label to the next; shape is "rect" or "round" (width is then the diameter).
    status starts with "verified" where a manufacturer's template confirms the figures.
    """

    name: str
    width_mm: float
    height_mm: float
    columns: int
    rows: int
    page: str
    x0_mm: float
    y0_mm: float
    dx_mm: float
    dy_mm: float
    shape: str
    status: str

    @property
    def per_sheet(self) -> int:
        """Labels on one sheet; 1 for a roll."""
        return self.columns * self.rows

    @property
    def is_verified(self) -> bool:
        """Whether a manufacturer's template confirms the geometry."""
        return self.status.startswith("verified")

    @property
    def page_mm(self) -> tuple[float, float]:
        """Width and height of the page; a roll's page is one label."""
        return PAGES_MM.get(self.page, (self.width_mm, self.height_mm))

    def corner_mm(self, position: int) -> tuple[float, float]:
        """Upper left corner of a position on its sheet, from the page's upper left corner.

        position is 0-based and runs along the rows, from left to right.
        """
        row, column = divmod(position, self.columns)
        return self.x0_mm + column * self.dx_mm, self.y0_mm + row * self.dy_mm


def _stock_of(row: dict[str, str]) -> Stock:
    return Stock(
        name=row["name"],
        width_mm=float(row["width_mm"]),
        height_mm=float(row["height_mm"]),
        columns=int(row["cols"]),
        rows=int(row["rows"]),
        page=row["page"],
        x0_mm=float(row["x0_mm"]),
        y0_mm=float(row["y0_mm"]),
        dx_mm=float(row["dx_mm"]),
        dy_mm=float(row["dy_mm"]),
        shape=row["shape"],
        status=row["status"],
    )


@lru_cache(maxsize=1)
def _read() -> tuple[Stock, ...]:
    path = schema_dir() / "codes" / "label_stock.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(_stock_of(row) for row in csv.DictReader(lines))


def stocks() -> dict[str, Stock]:
    """All stocks by name, in the order of the list."""
    return {each.name: each for each in _read()}


def _words(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", name.casefold()))


def _matches(wanted: str) -> list[Stock]:
    """The stocks meant by a name: the whole name, else all its words, else parts of words."""
    words = _words(wanted)
    if not words:
        return []
    by_words = [(each, _words(each.name)) for each in _read()]
    tests = (
        lambda names: names == words,
        lambda names: all(word in names for word in words),
        lambda names: all(any(word in name for name in names) for word in words),
        lambda names: "".join(words) in "".join(names),
    )
    for test in tests:
        found = [each for each, names in by_words if test(names)]
        if found:
            return found
    return []


def _near(wanted: str, most: int = 4) -> list[str]:
    """Names that look like the wanted one, whole or by one of their words."""
    words = {word: each.name for each in _read() for word in (*_words(each.name), each.name.casefold())}
    asked = (wanted.casefold(), *_words(wanted))
    hits = (words[hit] for word in asked for hit in difflib.get_close_matches(word, words, n=most))
    return list(dict.fromkeys(hits))[:most]


def stock(name: str) -> Stock:
    """The stock of that name; case and missing words do not matter as long as one stock is meant ("L4732").

    Raises NotFound, naming the stocks that are near, when none or several are meant.
    """
    found = _matches(name)
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(
            "label.stock.ambiguous",
            "{name} fits {count} label stocks: {near}. Name one of them.",
            name=name,
            count=len(found),
            near="; ".join(each.name for each in found),
        )
    near = _near(name)
    if near:
        raise NotFound(
            "label.stock.unknown",
            "There is no label stock {name}. Near it: {near}.",
            name=name,
            near="; ".join(near),
        )
    raise NotFound(
        "label.stock.unknown",
        "There is no label stock {name}. The {count} stocks begin with: {near}.",
        name=name,
        count=len(_read()),
        near="; ".join(each.name for each in _read()[:4]),
    )
