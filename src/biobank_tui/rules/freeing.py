"""Which boxes to empty into which, so that the most boxes come free for the fewest moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fill:
    """A box: how many tubes lie in it, and how many more it takes."""

    key: int
    tubes: int
    free: int


@dataclass(frozen=True, slots=True)
class Emptying:
    """A box that comes free: how many of its tubes go into which other."""

    key: int
    into: tuple[tuple[int, int], ...]

    @property
    def moves(self) -> int:
        return sum(tubes for _key, tubes in self.into)


def free_boxes(boxes: Sequence[Fill], most_moves: int) -> tuple[Emptying, ...]:
    """The emptiest boxes, as long as the fullest of the others take all that is in them, within so many moves.

    A box that was filled is not emptied, nor the other way round.
    """
    waiting = sorted((box for box in boxes if box.tubes), key=lambda box: (box.tubes, -box.free, box.key))
    room = {box.key: box.free for box in waiting}
    filled: set[int] = set()
    found: list[Emptying] = []
    for at, box in enumerate(waiting):
        if box.key in filled or box.tubes > most_moves:
            break
        takers = [other for other in reversed(waiting[at + 1 :]) if room[other.key]]
        if sum(room[other.key] for other in takers) < box.tubes:
            break
        into, left = [], box.tubes
        for other in takers:
            taken = min(room[other.key], left)
            into.append((other.key, taken))
            room[other.key] -= taken
            filled.add(other.key)
            left -= taken
            if not left:
                break
        most_moves -= box.tubes
        found.append(Emptying(box.key, tuple(into)))
    return tuple(found)
