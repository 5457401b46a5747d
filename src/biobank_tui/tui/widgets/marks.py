"""Which rows are marked, kept by key; "all" is a flag, not ten million keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marks:
    """The marked rows: those of `keys`, or, where everything is marked, all rows of the source but `keys`."""

    everything: bool = False
    keys: frozenset[int] = frozenset()

    def __contains__(self, key: int) -> bool:
        return (key in self.keys) != self.everything

    def __bool__(self) -> bool:
        return self.everything or bool(self.keys)

    def toggled(self, key: int) -> Marks:
        """With this row's mark turned."""
        return Marks(self.everything, self.keys ^ {key})

    def adding(self, keys: Iterable[int]) -> Marks:
        """With these rows marked as well."""
        return Marks(self.everything, self.keys - set(keys) if self.everything else self.keys | set(keys))

    def count(self, total: int | None) -> int | None:
        """How many rows are marked, of `total` in the source; None where that is not known yet."""
        if not self.everything:
            return len(self.keys)
        return None if total is None else max(total - len(self.keys), 0)
