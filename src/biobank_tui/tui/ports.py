"""What the kit asks of the rest, as small Protocols, and the values that cross."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

from biobank_tui.tui.status import Tone


class Level(StrEnum):
    """How a sentence is meant."""

    GOOD = "good"
    NOTE = "note"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One plain sentence about what was just done or scanned."""

    level: Level
    sentence: str


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that goes by a code. screen: the name of the view that shows it; kind: "sample", "unit", …"""

    kind: str
    key: int
    code: str
    title: str
    screen: str


@dataclass(frozen=True, slots=True)
class Scan:
    """One whole scan; number counts from 1 within the session. at: the clock on the wall, "14:05:09"."""

    number: int
    text: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class ScanAnswer:
    """What became of a scan: the sentence to show and, for the taker itself, whatever it found."""

    verdict: Verdict
    value: object = None


class ScanTaker(Protocol):
    """Who takes scans. `take_scan` runs in a thread and touches no widget; `scan_taken` runs in the app."""

    def take_scan(self, scan: Scan) -> ScanAnswer: ...

    def scan_taken(self, scan: Scan, answer: ScanAnswer) -> None: ...


class Finder(Protocol):
    """Finds things by code; both are called in a thread."""

    def scan(self, text: str) -> ScanAnswer:
        """Judge a scan that no view has claimed; the value is a Found, or None."""
        ...

    def search(self, text: str, limit: int) -> Sequence[Found]:
        """Things whose code begins with or holds the text, the best first."""
        ...


def anybody(verb: str) -> str | None:
    """The permission of a session that is not told otherwise: everything is allowed."""
    return None


@dataclass(frozen=True, slots=True)
class Session:
    """The open bank and who is at it.

    bank: passed on to actions and queries untouched, as is actor, who acts. may(verb): None, or the sentence
    why not. close: called once at the end, after the terminal is restored. stock, printer: where labels go
    unless told. leads: the person does nothing here but lead projects, and sees no code of the bank's.
    """

    bank: Any
    bank_name: str
    person: str = ""
    role: str = ""
    finder: Finder | None = None
    may: Callable[[str], str | None] = anybody
    close: Callable[[], None] | None = None
    actor: Any = None
    stock: str = ""
    printer: str = ""
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """What a command's `enabled` may know.

    row: key under the cursor; marked: rows marked, None where uncounted; words: facts a view adds, e.g. "box".
    """

    screen: str
    session: Session | None = None
    row: int | None = None
    marked: int | None = 0
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a RowTable.

    width: cells at least; grow: share of what is left over; drop: hidden when narrow, the highest first
    (0 stays); family: the status family whose glyph, word and tone replace the cell's code.
    """

    key: str
    title: str
    width: int
    align: Literal["left", "right"] = "left"
    sortable: bool = False
    grow: int = 0
    drop: int = 0
    family: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Row:
    """A row: key is the thing's id; cells in the columns' order, as text; tone colours the whole row."""

    key: int
    cells: tuple[str, ...]
    tone: Tone = Tone.PLAIN


class Members(Protocol):
    """The keys of all rows of a source, however many."""

    def __len__(self) -> int: ...

    def __contains__(self, key: int, /) -> bool: ...


class RowSource(Protocol):
    """Rows in one order. `count` and `window` are called in a thread and may be slow."""

    @property
    def columns(self) -> Sequence[Column]: ...

    def count(self) -> int | None:
        """How many rows there are; None while not yet known."""
        ...

    def window(self, start: int, n: int) -> Sequence[Row]:
        """Up to n rows from ordinal start (0-based); fewer only at the end."""
        ...

    def members(self) -> Members | None:
        """The keys of all rows; None where that is not known, or nobody marks them all. At once."""
        return None


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands at a position. project: index into the category colours; age: 0 (new) to 4 (old);
    tone and glyph, where given, replace those of the status."""

    key: int
    status: str
    text: str = ""
    project: int | None = None
    age: int | None = None
    glyph: str = ""
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class CellGrid:
    """A box already fetched: labels of its rows and columns, and its cells by (row, column), 0-based."""

    row_labels: tuple[str, ...]
    col_labels: tuple[str, ...]
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)

    def cell(self, row: int, col: int) -> Cell | None:
        return self.cells.get((row, col))


class CellSource(Protocol):
    """The cells of one box, in memory: asked while painting."""

    @property
    def row_labels(self) -> Sequence[str]: ...

    @property
    def col_labels(self) -> Sequence[str]: ...

    def cell(self, row: int, col: int) -> Cell | None: ...
