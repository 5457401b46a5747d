"""The desk where scans queue: each is judged off the event loop, one after the other, none lost."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

from biobank_tui.rules.errors import BiobankError
from biobank_tui.tui.ports import Level, Scan, ScanAnswer, ScanTaker, Verdict
from biobank_tui.words import sentence

REMEMBERED: Final = 50


def _clock() -> str:
    return datetime.now().astimezone().strftime("%H:%M:%S")


class ScanDesk:
    """Numbers scans, keeps them in order, and remembers the last fifty with their verdicts.

    taker: who takes a scan arriving now; it keeps the scan even where another view is shown by then. None
    only before the first view is there: such scans wait for it.
    show: tells the person the verdict; rested: called when nothing is left to judge.
    """

    def __init__(
        self,
        taker: Callable[[], ScanTaker | None],
        show: Callable[[Scan, Verdict], None],
        rested: Callable[[], object] = lambda: None,
    ) -> None:
        self._taker = taker
        self._show = show
        self._rested = rested
        self._unjudged = 0
        self._queue: asyncio.Queue[tuple[Scan, ScanTaker | None]] = asyncio.Queue()
        self._last = 0
        self.history: deque[tuple[Scan, Verdict]] = deque(maxlen=REMEMBERED)

    @property
    def waiting(self) -> int:
        """Scans not yet judged, the one at hand not counted."""
        return self._queue.qsize()

    @property
    def busy(self) -> bool:
        """Whether a scan is at hand or waits."""
        return self._unjudged > 0

    @property
    def taken(self) -> int:
        """Scans so far, judged or not."""
        return self._last

    def submit(self, text: str) -> int:
        """Queue one whole scan; returns its number."""
        self._last += 1
        self._unjudged += 1
        self._queue.put_nowait((Scan(self._last, text, _clock()), self._taker()))
        return self._last

    def refuse(self, text: str, verdict: Verdict) -> tuple[Scan, Verdict]:
        """Remember a scan that nobody takes, with the reason."""
        self._last += 1
        self.history.append((Scan(self._last, text, _clock()), verdict))
        return self.history[-1]

    async def serve(self) -> None:
        """Take scans until cancelled."""
        while True:
            scan, taker = await self._queue.get()
            taker = taker or self._taker()
            assert taker is not None, "served before there is a view"
            try:
                answer = await asyncio.to_thread(taker.take_scan, scan)
            except BiobankError as error:
                answer = ScanAnswer(Verdict(Level.BAD, sentence(error)))
            self.history.append((scan, answer.verdict))
            self._show(scan, answer.verdict)
            taker.scan_taken(scan, answer)
            self._unjudged -= 1
            if not self.busy:
                self._rested()
