"""Printers that take ZPL: over TCP (port 9100), label by label, or through the system's `lp`.

A printer on the network gets each label on a line of its own and is asked for its state (~HS) after it: a
label counts as printed once the printer says that none is left in it. One that does not understand the
question is believed when it closes the line after the last byte, and one that never closes it when it has
taken every byte.
"""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Protocol

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.phrases import mark

PORT = 9100
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
"""How long a printer that answers may take for one label, and how long a line may stand still."""
FIRST_ANSWER_SECONDS = 1.0
"""How long to wait for the first answer of a printer that may not know the question."""
LP_SECONDS = 30.0
BETWEEN_SECONDS = 0.1
NO_LP = mark("this machine has no lp command: install CUPS, or print to tcp:// or a file")
STATE = b"~HS\n"
_TCP = re.compile(r"tcp://(?P<host>[^:/\s]+|\[[^]]+\])(?::(?P<port>\d{1,5}))?/?")
_QUEUE = re.compile(r"lp:(?P<queue>[\w.@-]{1,127})")
_ANSWER = re.compile(rb"\x02([^\x02\x03]*)\x03")


class Halted(Exception):
    """A printer stopped taking labels. doubtful: how many of them it had and may have printed. reason: in its words."""

    def __init__(self, doubtful: int, reason: str) -> None:
        super().__init__(reason)
        self.doubtful = doubtful
        self.reason = reason


class Printer(Protocol):
    """Takes labels. at_once: how many are in its hands at a time."""

    at_once: int

    def send(self, formats: Sequence[str]) -> Iterator[None]:
        """Print one format after the other; yields after each that is printed. Raises Halted."""
        ...


def printer(target: str) -> Printer:
    """The printer of an address: tcp://HOST, tcp://HOST:PORT or lp:QUEUE. Refused for anything else."""
    queue = _QUEUE.fullmatch(target)
    if queue is not None:
        return Spooler(queue["queue"])
    found = _TCP.fullmatch(target)
    port = int(found["port"] or PORT) if found else 0
    if found is None or not 0 < port < 65536:
        raise Refused(
            "label.printer",
            "{target} is no printer; write tcp://HOST, tcp://HOST:PORT or lp:QUEUE.",
            target=target,
        )
    return RawPrinter(found["host"].strip("[]"), port)


@dataclass(frozen=True, slots=True)
class HostStatus:
    """What a printer says of itself after ~HS (ZPL II Programming Guide, "Host Status Return").

    waiting: formats it has received and not printed. left: labels of the format at hand still to come.
    trouble: why it stands still, in a word or two.
    """

    waiting: int
    left: int
    trouble: str

    @property
    def idle(self) -> bool:
        """Whether everything it was given has come out."""
        return not self.waiting and not self.left


def read_status(answer: bytes) -> HostStatus | None:
    """The state in a printer's answer; None until its first two lines are there."""
    lines = [line.decode("ascii", "replace").split(",") for line in _ANSWER.findall(answer)]
    if len(lines) < 2 or len(lines[0]) < 5 or len(lines[1]) < 9:
        return None
    first, second = lines[0], lines[1]
    troubles = {
        mark("paper out"): first[1],
        mark("head open"): second[2],
        mark("ribbon out"): second[3],
        mark("paused"): first[2],
    }
    try:
        waiting, left = int(first[4]), int(second[8])
    except ValueError:
        return None
    return HostStatus(waiting, left, ", ".join(word for word, flag in troubles.items() if flag == "1"))


class RawPrinter:
    """A printer's raw port. It is found out with the first label whether it answers, and whether it hangs up."""

    at_once = 1

    def __init__(self, host: str, port: int, patience: float = ANSWER_SECONDS) -> None:
        self.host = host
        self.port = port
        self.patience = patience
        self._answers: bool | None = None
        self._hangs_up = True

    def send(self, formats: Sequence[str]) -> Iterator[None]:
        """One line for each label."""
        for text in formats:
            self._print(text.encode("utf-8"))
            yield

    def _print(self, content: bytes) -> None:
        try:
            line = socket.create_connection((self.host, self.port), timeout=min(CONNECT_SECONDS, self.patience))
        except (OSError, UnicodeError, OverflowError) as broken:
            raise Halted(0, _words(broken)) from broken
        with line:
            try:
                line.settimeout(self.patience)
                line.sendall(content)
                if self._answers is not False and self._answered(line):
                    return
                line.shutdown(socket.SHUT_WR)
                if self._hangs_up:
                    line.settimeout(min(self.patience, FIRST_ANSWER_SECONDS))
                    self._hangs_up = self._hung_up(line)
            except OSError as broken:
                raise Halted(1, _words(broken)) from broken

    def _answered(self, line: socket.socket) -> bool:
        """Wait until the printer says that the label is out; False where it does not know the question."""
        until = monotonic() + self.patience
        while True:
            state = self._ask(line)
            if state is None:
                if self._answers:
                    raise Halted(1, mark("no answer"))
                self._answers = False
                return False
            self._answers = True
            if state.idle:
                return True
            if state.trouble or monotonic() > until:
                raise Halted(1, state.trouble or mark("still printing"))
            sleep(BETWEEN_SECONDS)

    def _ask(self, line: socket.socket) -> HostStatus | None:
        line.settimeout(self.patience if self._answers else min(self.patience, FIRST_ANSWER_SECONDS))
        line.sendall(STATE)
        heard = b""
        while (state := read_status(heard)) is None and len(heard) < 4096:
            try:
                part = line.recv(1024)
            except TimeoutError:
                return None
            if not part:
                # It hung up on us before we had said that this was all.
                raise Halted(1, mark("the printer hung up"))
            heard += part
        return state

    def _hung_up(self, line: socket.socket) -> bool:
        try:
            while line.recv(1024):
                pass
        except TimeoutError:
            return False
        return True


class Spooler:
    """A print queue of the system: it takes labels all together, or none of them."""

    def __init__(self, queue: str, patience: float = LP_SECONDS) -> None:
        self.queue = queue
        self.patience = patience
        self.at_once = 1

    def send(self, formats: Sequence[str]) -> Iterator[None]:
        """Hand them to `lp` unchanged ("raw"), as one job of its own."""
        self.at_once = len(formats)
        content = "".join(formats).encode("utf-8")
        command = ["lp", "-d", self.queue, "-o", "raw", "-"]
        try:
            done = subprocess.run(command, input=content, capture_output=True, timeout=self.patience, check=False)
        except FileNotFoundError as absent:
            raise Halted(0, NO_LP) from absent
        except subprocess.TimeoutExpired as slow:
            raise Halted(len(formats), mark("lp did not answer")) from slow
        except (OSError, ValueError) as broken:
            raise Halted(0, _words(broken)) from broken
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().rstrip(".")
            raise Halted(0, said or f"lp ended with {done.returncode}")
        for _each in formats:
            yield


def _words(broken: Exception) -> str:
    return getattr(broken, "strerror", None) or str(broken) or type(broken).__name__
