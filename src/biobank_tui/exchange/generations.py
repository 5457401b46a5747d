"""How far down its family each of some rows stands, whatever their order and however many generations there are."""

from __future__ import annotations

from typing import Final

import polars as pl

ENDLESS: Final = -1
"""Instead of a depth: the line of parents comes back to where it was."""


def depths(names: pl.Series, parents: pl.Series) -> pl.Series:
    """How many of each row's ancestors are among these rows, ENDLESS where a row comes from itself."""
    own, above = names.to_list(), parents.to_list()
    parent_of = {name: parent for name, parent in zip(own, above, strict=True) if name is not None}
    found: dict[object, int] = {}
    for name in parent_of:
        way: list[object] = []
        at: object = name
        while at in parent_of and at not in found:
            # On the way: whoever comes back here before the way has ended is in a circle.
            found[at] = ENDLESS
            way.append(at)
            at = parent_of[at]
        depth = found[at] if at in parent_of else ENDLESS
        endless = at in parent_of and depth == ENDLESS
        for step in reversed(way):
            depth = ENDLESS if endless else depth + 1
            found[step] = depth
    return pl.Series([found.get(name, 0) for name in own], dtype=pl.Int64)


def in_order(names: pl.Series, parents: pl.Series) -> bool:
    """Whether every parent that is among these rows has a smaller name than its children."""
    inside = parents.is_in(names.drop_nulls().implode())
    return bool((parents < names).filter(inside.fill_null(value=False)).all())
