"""Which rows are marked, kept by key; "all" is what a source holds, not ten million keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from biobank_tui.tui.ports import Members


@dataclass(frozen=True, slots=True)
class Marks:
    """The marked rows: those of `keys`; or, where everything is marked, all rows with those of `keys` turned.

    members: what everything was when another source took its place; None while it is what the source shows.
    """

    everything: bool = False
    keys: frozenset[int] = frozenset()
    members: Members | None = None

    def __contains__(self, key: int) -> bool:
        return self._in_everything(key) != (key in self.keys)

    def __bool__(self) -> bool:
        return self.everything or bool(self.keys)

    def _in_everything(self, key: int) -> bool:
        return self.everything and (self.members is None or key in self.members)

    def toggled(self, key: int) -> Marks:
        """With this row's mark turned."""
        return replace(self, keys=self.keys ^ {key})

    def adding(self, keys: Iterable[int]) -> Marks:
        """With these rows marked as well."""
        return replace(self, keys=self.keys ^ {key for key in keys if key not in self})

    def kept(self, members: Members | None) -> Marks:
        """The same when other rows come: everything stays what it was; nothing where nobody can say what that is."""
        if not self.everything or self.members is not None:
            return self
        return Marks() if members is None else replace(self, members=members)

    def count(self, total: int | None) -> int | None:
        """How many rows are marked, of `total` in the source; None where that is not known yet."""
        if self.everything and self.members is not None:
            total = len(self.members)
        elif not self.everything:
            total = 0
        return None if total is None else total + sum(-1 if self._in_everything(key) else 1 for key in self.keys)
