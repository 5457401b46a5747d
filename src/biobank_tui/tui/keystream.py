"""Tells a scanner from a hand, by the pace of the keys.

A scanner is a keyboard that types a dozen characters within some 30 ms and then Enter or Tab. Where no
text field has the focus, single letters are commands; so printable keys are held back for a moment, and
those that come as a burst become one scan instead of a dozen commands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from select import select
from typing import Final

from textual.events import Key

GS: Final = "\x1d"
ENDS: Final = frozenset({"enter", "tab", "ctrl+j"})
SHORTEST: Final = 4
"""Characters a scan has at least; fewer are typed by hand."""


def character(key: Key) -> str:
    """What a key writes: one printable character or the GS of a GS1 code; "" for all other keys."""
    if key.character is not None and (key.is_printable or key.character == GS):
        return key.character
    return ""


def unread(driver: object) -> bool:
    """Whether the terminal holds bytes that the driver has not read yet."""
    source = getattr(driver, "fileno", None)
    if not isinstance(source, int):
        return False
    try:
        return bool(select([source], [], [], 0)[0])
    except (OSError, ValueError):
        return False


@dataclass(frozen=True, slots=True)
class Typed:
    """Keys pressed by hand: to be handled as ever."""

    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Scanned:
    """A whole scan, its terminator taken off."""

    text: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A burst without a terminator."""

    text: str


Piece = Typed | Scanned | Unfinished


HAND: Final = 0.25
"""Seconds between two keys beyond which they are surely a hand's, even on a machine that is busy."""

PAUSE: Final = 0.05
"""Seconds a first key waits for a second before it is taken for a command."""

LATE: Final = 0.02
"""Seconds the clock may be behind before the machine counts as busy, and the wait begins anew."""

REPEATS: Final = 6
"""The same key so often at this pace is one held down."""


class KeyCutter:
    """Cuts the stream of keys into pieces.

    After `feed`, while `holding`, call `expire` after `patience` seconds, and again as long as it holds.
    """

    def __init__(self) -> None:
        self._held: list[Key] = []
        self._repeating = ""
        self._last = 0.0
        self._due = 0.0
        self._graces = 0

    @property
    def holding(self) -> bool:
        """Whether keys are held back, waiting for the next or for `expire`."""
        return bool(self._held)

    @property
    def patience(self) -> float:
        """Seconds until `expire` gives up what is held: longer once it looks like a scan."""
        return PAUSE if len(self._held) < SHORTEST - 1 else HAND

    def feed(self, key: Key) -> list[Piece]:
        """What is certain after this key; the rest is held."""
        pieces: list[Piece] = []
        if key.time - self._last > HAND:
            pieces += self._flush()
            self._repeating = ""
        self._last = key.time
        text = character(key)
        if text and text == self._repeating:
            return [*pieces, Typed((key,))]
        self._repeating = ""
        if text:
            self._held.append(key)
            if len(self._held) >= REPEATS and not self._is_burst():
                self._repeating = text
                pieces += self._flush()
        elif key.key in ENDS and self._is_burst():
            pieces.append(Scanned(self._take()))
        else:
            pieces += [*self._flush(), Typed((key,))]
        self._due = key.time + self.patience
        self._graces = 3
        return pieces

    def expire(self, now: float) -> list[Piece]:
        """What is held, once the pace has broken; nothing while it may still go on."""
        if not self._held or now < self._due:
            return []
        if now > self._due + LATE and self._graces:
            # Called so late, the machine is busy, and the rest of a scan may be as late.
            self._graces -= 1
            self._due = now + self.patience
            return []
        return self._flush()

    def _is_burst(self) -> bool:
        # A key held down repeats as fast as some scanners type, but it is always the same character.
        return len(self._held) >= SHORTEST and len({key.character for key in self._held}) > 1

    def _take(self) -> str:
        text = "".join(character(key) for key in self._held)
        self._held.clear()
        return text

    def _flush(self) -> list[Piece]:
        if self._is_burst():
            return [Unfinished(self._take())]
        held, self._held = tuple(self._held), []
        return [Typed(held)] if held else []


class InTurn:
    """Hands pieces on in the order in which they came: what a hand typed waits until the scans before it are judged.

    So Esc after a burst ends placing behind its last tube, not before the tubes that still wait.
    busy: whether scans are still to be judged; call `go_on` once they are.
    """

    def __init__(self, busy: Callable[[], bool], handle: Callable[[Piece], Awaitable[None]]) -> None:
        self._busy = busy
        self._handle = handle
        self._later: deque[Piece] = deque()

    async def take(self, piece: Piece) -> None:
        """Hand a piece on now, or when its turn comes."""
        self._later.append(piece)
        if len(self._later) == 1:
            await self.go_on()

    async def go_on(self) -> None:
        """Hand on what need not wait any more."""
        while self._later and not (isinstance(self._later[0], Typed) and self._busy()):
            await self._handle(self._later.popleft())
