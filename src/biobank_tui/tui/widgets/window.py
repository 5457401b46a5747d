"""The pages of a long list that are in memory, and which page to fetch next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final

from biobank_tui.tui.ports import Row

PAGE: Final = 100
"""Rows fetched at once."""

KEPT: Final = 48
"""Pages in memory; the ones longest unseen go first."""


class Window:
    """Rows by ordinal, as far as fetched. generation: raised whenever the rows may have become others."""

    def __init__(self) -> None:
        self.generation = 0
        self.total: int | None = None
        self.stale = False
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._end: int | None = None
        self._known = 0

    def forget(self) -> None:
        """Everything fetched is out of date; answers of the generation before no longer count."""
        self.generation += 1
        self.total = None
        self.stale = False
        self._pages.clear()
        self._end = None
        self._known = 0

    def renew(self) -> None:
        """What was fetched is out of date, yet the rows are of about the same number: keep the length till told."""
        self.generation += 1
        self.stale = True
        self._pages.clear()

    @property
    def extent(self) -> int:
        """Rows to scroll over: the total, or, while that is unknown, a page more than is known to exist."""
        if self.total is not None:
            return self.total
        return self._end if self._end is not None else self._known + PAGE

    @property
    def settled(self) -> bool:
        """Whether the extent is final."""
        return self.total is not None or self._end is not None

    def put(self, page: int, rows: Sequence[Row], total: int | None) -> None:
        """Keep one fetched page; total: what the source says of its length by now."""
        self._pages[page] = rows
        self._pages.move_to_end(page)
        self.stale = False
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        self._known = max(self._known, page * PAGE + len(rows))
        if total is not None:
            self.total = total
        elif len(rows) < PAGE and (rows or page == 0):
            self._end = page * PAGE + len(rows)

    def row(self, ordinal: int) -> Row | None:
        """The row, where it is in memory."""
        rows = self._pages.get(ordinal // PAGE)
        offset = ordinal % PAGE
        return rows[offset] if rows is not None and offset < len(rows) else None

    def has_page(self, page: int) -> bool:
        return page in self._pages

    def wanted(self, first: int, last: int) -> int | None:
        """The next page to fetch so that rows first…last can be shown, then their neighbours and both ends."""
        for page in self._by_need(first // PAGE, last // PAGE):
            if not self.has_page(page) and page * PAGE >= 0 and (page == 0 or page * PAGE < self.extent):
                return page
        return None

    def _by_need(self, first: int, last: int) -> Iterator[int]:
        yield from range(first, last + 1)
        yield last + 1
        if first:
            yield first - 1
        # A key goes to either end at once.
        if self.total:
            yield (self.total - 1) // PAGE
        yield 0
