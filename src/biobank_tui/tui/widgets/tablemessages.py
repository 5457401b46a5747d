"""What a RowTable tells the view it stands in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from biobank_tui.tui.ports import Row
from biobank_tui.tui.widgets.marks import Marks

if TYPE_CHECKING:
    from biobank_tui.tui.widgets.table import RowTable


@dataclass
class Told(Message):
    """From this table; a screen with two of them selects by it."""

    table: RowTable

    @property
    def control(self) -> RowTable:
        """The table, for `@on(…, "#id")`."""
        return self.table


@dataclass
class RowHighlighted(Told, namespace="row_table"):
    """The cursor is on this row (None: no rows, or not fetched yet)."""

    ordinal: int
    row: Row | None


@dataclass
class RowChosen(Told, namespace="row_table"):
    """Enter or a double click."""

    ordinal: int
    row: Row


@dataclass
class MarksChanged(Told, namespace="row_table"):
    """The marks are others now; count is None while everything is marked and the total is unknown."""

    marks: Marks
    count: int | None


@dataclass
class SortAsked(Told, namespace="row_table"):
    """The person wants this order; the view answers with `show(source, sorted_by=…)`."""

    column: str
    descending: bool
