"""Rows that are all in memory, for a RowTable over a short list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from biobank_tui.tui.ports import Column, Row


@dataclass(frozen=True, slots=True)
class Listed:
    """A row source over a list at hand."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()

    def count(self) -> int | None:
        return len(self.rows)

    def members(self) -> None:
        return None

    def window(self, start: int, n: int) -> Sequence[Row]:
        return self.rows[start : start + n]
