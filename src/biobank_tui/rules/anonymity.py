"""k-anonymity: whether each donor in a table looks like at least k - 1 others, and what would make it so.

After Sweeney (2002): rows alike in every quasi-identifier form a class, and a class must hold k donors, not k rows.
Where the table tells which rows are one donor's, donors are alike only when all their rows are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from biobank_tui.rules.errors import Refused

HIDDEN = "*"


@dataclass(frozen=True, slots=True)
class Level:
    """One way to say a value less exactly. name: as people choose it."""

    name: str
    blur: Callable[[str], str]


def _band(width: int) -> Callable[[str], str]:
    def blur(value: str) -> str:
        if not value.isdigit():
            return value
        first = int(value) // width * width
        return f"{first}-{first + width - 1}"

    return blur


def _begin(length: int) -> Callable[[str], str]:
    return lambda value: value[:length]


def _exact(value: str) -> str:
    return value


def _hide(value: str) -> str:
    return HIDDEN


EXACT, WITHHELD = Level("exact", _exact), Level("hidden", _hide)
LEVELS: dict[str, tuple[Level, ...]] = {
    "birth_year": (
        EXACT,
        Level("5 years", _band(5)),
        Level("10 years", _band(10)),
        Level("20 years", _band(20)),
        WITHHELD,
    ),
    "diagnosis": (EXACT, Level("category", _begin(3)), Level("chapter", _begin(1)), WITHHELD),
    "topography": (EXACT, Level("category", _begin(3)), WITHHELD),
    "collected": (EXACT, Level("month", _begin(7)), Level("year", _begin(4)), WITHHELD),
    "sex": (EXACT, WITHHELD),
    "country": (EXACT, WITHHELD),
    "custodian": (EXACT, WITHHELD),
    "material": (EXACT, WITHHELD),
}
"""How each quasi-identifier may be told, from exact to not at all. Only the day of a time is ever told."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a table reaches. k: donors in its smallest class. breaking: places of the rows whose class is too small."""

    k: int
    donors: int
    breaking: tuple[int, ...]


def level(column: str, name: str) -> Level:
    """A way to tell a column, by its name; Refused with those there are."""
    known = levels(column)
    found = next((each for each in known if each.name == name), None)
    if found is None:
        raise Refused(
            "anonymity.level", "{column} is told {allowed}, not {value}.",
            column=column, allowed=" or ".join(each.name for each in known), value=name,
        )  # fmt: skip
    return found


def levels(column: str) -> tuple[Level, ...]:
    """The ways to tell a column; Refused where it is no quasi-identifier."""
    if column not in LEVELS:
        raise Refused(
            "anonymity.column", "{column} is no quasi-identifier; choose among {allowed}.",
            column=column, allowed=", ".join(LEVELS),
        )  # fmt: skip
    return LEVELS[column]


def judge(keys: Sequence[tuple[str, ...]], owners: Sequence[Hashable], k: int, *, linked: bool) -> Judgement:
    """Judge rows by their quasi-identifiers. owners: whose each is. linked: the table tells which are one donor's."""
    if not keys:
        return Judgement(0, 0, ())
    seen: dict[Hashable, Hashable] = {}
    sizes: Counter[Hashable]
    if linked:
        rows_of: dict[Hashable, set[tuple[str, ...]]] = {}
        for key, owner in zip(keys, owners, strict=True):
            rows_of.setdefault(owner, set()).add(key)
        seen = {owner: frozenset(mine) for owner, mine in rows_of.items()}
        sizes = Counter(seen.values())
        size_of = [sizes[seen[owner]] for owner in owners]
    else:
        sizes = Counter(key for key, _owner in {*zip(keys, owners, strict=True)})
        size_of = [sizes[key] for key in keys]
    breaking = tuple(place for place, size in enumerate(size_of) if size < k)
    return Judgement(min(size_of), len(set(owners)), breaking)


def blurred(
    rows: Sequence[Mapping[str, str]], quasi: Sequence[str], chosen: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """The quasi-identifiers of rows, each told at the level chosen for its column; exactly where none is."""
    ways = [level(column, chosen.get(column, EXACT.name)).blur for column in quasi]
    return [
        tuple(way(row[column]) if row[column] else "" for column, way in zip(quasi, ways, strict=True)) for row in rows
    ]


def suggest(
    rows: Sequence[Mapping[str, str]],
    owners: Sequence[Hashable],
    quasi: Sequence[str],
    chosen: Mapping[str, str],
    k: int,
    *,
    linked: bool,
    bearable: float = 0.02,
) -> tuple[dict[str, str], int]:
    """Levels that would do, and how many rows would still have to be withheld under them.

    One step at a time the column is told less exactly that mends most rows, until at most the `bearable` share breaks.
    """
    levels_now = dict(chosen)

    def broken(ways: Mapping[str, str]) -> int:
        return len(judge(blurred(rows, quasi, ways), owners, k, linked=linked).breaking)

    left = broken(levels_now)
    while left > bearable * len(rows):
        steps = [{**levels_now, column: up} for column in quasi if (up := _coarser(column, levels_now)) is not None]
        if not steps:
            break
        best = min(steps, key=broken)
        levels_now, left = best, broken(best)
    return levels_now, left


def _coarser(column: str, chosen: Mapping[str, str]) -> str | None:
    names = [each.name for each in levels(column)]
    at = names.index(chosen.get(column, EXACT.name)) + 1
    return names[at] if at < len(names) else None
