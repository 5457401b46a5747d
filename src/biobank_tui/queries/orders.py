"""What a list of samples is read by: matches in an order, by row or by sample."""

from __future__ import annotations

from array import array
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection


class Order(Protocol):
    """Matches in an order; row 0 is the first."""

    def __len__(self) -> int: ...

    def ids(self, connection: Connection, start: int, stop: int) -> list[int]:
        """Sample ids of rows start … stop−1, fewer at the end."""
        ...

    def ordinal(self, connection: Connection, number: int) -> int | None:
        """The row a sample stands at; None where it does not match."""
        ...

    def __contains__(self, number: int) -> bool:
        """Whether a sample matches."""
        ...

    def arranged(self, connection: Connection, numbers: Collection[int]) -> list[int]:
        """Those of these samples that match, as they stand in the order."""
        ...


@dataclass(slots=True)
class Listed:
    """An order that is written out, four bytes a sample."""

    numbers: array[int] = field(default_factory=lambda: array("I"))
    _known: frozenset[int] | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    def __contains__(self, number: int) -> bool:
        if self._known is None:
            self._known = frozenset(self.numbers)
        return number in self._known

    def ids(self, _connection: Connection, start: int, stop: int) -> list[int]:
        return self.numbers[start:stop].tolist()

    def arranged(self, _connection: Connection, numbers: Collection[int]) -> list[int]:
        wanted = frozenset(numbers)
        return [number for number in self.numbers if number in wanted]

    def ordinal(self, _connection: Connection, number: int) -> int | None:
        try:
            return self.numbers.index(number)
        except ValueError:
            return None
