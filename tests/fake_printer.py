"""A label printer on this machine: takes ZPL on a port of its own, and breaks down when it is told to."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from types import TracebackType
from typing import Self

IDLE = b"\x02030,0,0,0500,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"
PAPER_OUT = (
    b"\x02030,1,0,0500,001,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,0,2,4,0,00000001,1,000\x03\r\n\x021234,0\x03\r\n"
)
FORMAT = re.compile(rb"\^XA.*?\^XZ", re.DOTALL)


class FakePrinter:
    """Prints what comes, in `printed`.

    answers: whether it understands ~HS. dies_after: labels after which nobody can reach it any more.
    swallows: it takes one label more into its memory before it dies. paper: labels until its paper is out.
    """

    def __init__(
        self,
        *,
        answers: bool = True,
        dies_after: int | None = None,
        swallows: bool = False,
        paper: int | None = None,
        port: int = 0,
    ) -> None:
        self.answers = answers
        self.dies_after = dies_after
        self.swallows = swallows
        self.paper = paper
        self.printed: list[str] = []
        self.heard = b""
        self._server = socket.create_server(("127.0.0.1", port))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def target(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def codes(self) -> list[str]:
        """The codes of the labels that came out, in their order."""
        return [text.split("^FDQA,")[1].split("^FS")[0] for text in self.printed]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._die()
        self._thread.join(10)

    def _die(self) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    @property
    def _at_its_end(self) -> bool:
        return self.dies_after is not None and len(self.printed) >= self.dies_after

    def _run(self) -> None:
        while True:
            try:
                line, _peer = self._server.accept()
            except OSError:
                return
            with line:
                if not self._serve(line):
                    self._die()
                    return

    def _serve(self, line: socket.socket) -> bool:
        """One connection; False where the printer died in it."""
        taken, held = b"", False
        while part := line.recv(65536):
            self.heard += part
            taken += part
            while (found := FORMAT.search(taken)) is not None:
                taken = taken[: found.start()] + taken[found.end() :]
                if self._at_its_end:
                    return False
                held = self.paper is not None and len(self.printed) >= self.paper
                if not held:
                    self.printed.append(found.group().decode())
                if self._at_its_end and not self.swallows:
                    # Before it lets go of this label: nobody gets a foot in the door meanwhile.
                    self._die()
            if b"~HS" in taken:
                taken = taken.replace(b"~HS", b"")
                if self.answers:
                    line.sendall(PAPER_OUT if held else IDLE)
        return True
