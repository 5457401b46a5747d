"""Work off the event loop: stale answers are dropped, refusals become sentences, crashes end in order."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import textwrap
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from bench_bank import BenchView, make_app, opened, session, until, views_with
from textual.worker import WorkerFailed

from biobank_tui import words
from biobank_tui.rules.errors import Refused, Unreachable
from biobank_tui.tui import ending, work
from biobank_tui.tui.ports import Session

HERE = Path(__file__).parent


async def test_a_stale_answer_is_dropped() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        view = await opened(app)
        gate, answers = Event(), list[str]()

        def slow() -> str:
            assert gate.wait(10)
            return "old"

        work.run(view, "search", slow, answers.append)
        work.run(view, "search", lambda: "new", answers.append)
        await until(lambda: answers == ["new"])
        gate.set()
        await until(lambda: app.busy.count == 0)
        await pilot.pause()
        assert answers == ["new"]


async def test_a_refusal_becomes_a_sentence_with_its_facts() -> None:
    def refuse() -> None:
        raise Refused("position.taken", "{place} is taken by {code}.", place="A1", code="S-[/]")

    app = make_app()
    async with app.run_test():
        view = await opened(app)
        work.run(view, "place", refuse, lambda _answer: None)
        await until(lambda: app.message.verdict is not None)
        assert app.message.verdict is not None
        assert app.message.verdict.sentence == "A1 is taken by S-[/]."


async def test_work_shows_as_busy_only_when_it_takes_long() -> None:
    app = make_app()
    async with app.run_test():
        view = await opened(app)
        await until(lambda: app.busy.count == 0)
        gate = Event()
        work.run(view, "long", lambda: gate.wait(10), lambda _answer: None)
        await until(lambda: app.busy.visible_work)
        assert "working" in app.busy.render().plain
        gate.set()
        await until(lambda: not app.busy.visible_work)


async def test_an_error_of_no_known_kind_goes_to_the_last_handler() -> None:
    def crash() -> None:
        secret = "Jeanne Martin, 1961"
        raise ValueError(secret)

    app = make_app()
    with pytest.raises(WorkerFailed):
        async with app.run_test():
            view = await opened(app)
            work.run(view, "crash", crash, lambda _answer: None)
            await until(lambda: not app.is_running)
    assert app.return_code == 1
    assert "Jeanne" not in app._last_words
    assert "ValueError" in app._last_words
    assert "test_work.py" in app._last_words


def test_last_words_hold_no_message_and_no_values() -> None:
    donor = "D-000001X"
    try:
        int(donor)
    except ValueError as error:
        text = ending.last_words(error)
    assert donor not in text
    assert "ValueError" in text


async def test_a_bank_that_does_not_open_is_said_and_quitting_then_exits_3() -> None:
    def opener() -> Session:
        raise Unreachable("bank.absent", "{path} is not there: name another bank.", path="/x.bank")

    app = make_app(opener=opener)
    async with app.run_test() as pilot:
        await until(lambda: app.message.verdict is not None)
        assert app.message.verdict is not None
        assert app.message.verdict.sentence.startswith("/x.bank is not there")
        await pilot.press("q")
        await until(lambda: not app.is_running)
    assert app.return_code == 3


async def test_the_first_frame_comes_before_the_bank() -> None:
    gate, seen = Event(), list[bool]()

    class Early(BenchView):
        def ready(self, session: Session) -> None:
            seen.append(bool(self.size.height))

    def slow() -> Session:
        assert gate.wait(10)
        return session()

    app = make_app(opener=slow, views=views_with(bench=Early))
    async with app.run_test():
        await until(lambda: app.view is not None and app.view.size.height)
        assert app.session is None
        gate.set()
        await until(lambda: seen == [True])


def test_the_app_is_imported_without_the_store() -> None:
    code = (
        "import sys, biobank_tui.tui.app; print([m for m in ('sqlmodel', 'sqlalchemy', 'polars') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_words_fall_back_to_english() -> None:
    assert words.set_language("xx_YY.UTF-8") == "en"
    assert words.set_language("") == "en"
    assert words._("Undo") == "Undo"
    assert words.ngettext("{count} sample", "{count} samples", 2) == "{count} samples"


PROGRAM = textwrap.dedent(
    """
    import fcntl, sys, termios
    if {own!r}:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    sys.path.insert(0, {here!r})
    from bench_bank import make_app
    from biobank_tui.tui import work
    from biobank_tui.tui.app import run_app

    app = make_app()
    if {crash!r}:
        def crash():
            donor = "Jeanne Martin"
            raise ValueError(donor)
        app.call_later(lambda: work.run(app, "crash", crash, print))
    code = run_app(app)
    if not code:
        print("taken:", app.scans.taken)
    sys.exit(code)
    """
)


class Terminal:
    """The app in a real terminal of its own."""

    def __init__(self, crash: bool = False, own: bool = True) -> None:
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (24, 80))
        code = PROGRAM.format(here=str(HERE), crash=crash, own=own)
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],  # which makes the terminal its own, so that it hears of its end
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env=environment,
        )
        os.close(slave)
        self.output = b""

    def read_until(self, wanted: bytes, seconds: float = 20.0) -> None:
        end = monotonic() + seconds
        while wanted not in self.output:
            assert monotonic() < end, self.output[-2000:]
            if select.select([self.master], [], [], 0.05)[0]:
                try:
                    self.output += os.read(self.master, 65536)
                except OSError:
                    break

    def rest(self) -> int:
        """Read to the end; the exit code."""
        end = monotonic() + 20
        while monotonic() < end:
            if select.select([self.master], [], [], 0.05)[0]:
                try:
                    got = os.read(self.master, 65536)
                except OSError:
                    break
                if not got:
                    break
                self.output += got
            elif self.process.poll() is not None:
                break
        code = self.process.wait(10)
        os.close(self.master)
        return code


def test_a_terminal_is_left_as_it_was_after_sigterm() -> None:
    terminal = Terminal()
    terminal.read_until(b"Tumour Bank West")
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.rest() == 128 + signal.SIGTERM
    assert b"\x1b[?1049l" in terminal.output
    assert b"\x1b[?1000l" in terminal.output


@pytest.mark.parametrize("own", [True, False])
def test_an_app_whose_terminal_is_gone_ends(own: bool) -> None:
    """Its own terminal tells it so; one that another program gave it does not (`make demo`, sudo, a script)."""
    terminal = Terminal(own=own)
    terminal.read_until(b"Tumour Bank West")
    os.close(terminal.master)
    assert terminal.process.wait(ending.GRACE + 10) == 128 + signal.SIGHUP


def test_a_crash_exits_1_restores_the_terminal_and_prints_no_values() -> None:
    terminal = Terminal(crash=True)
    assert terminal.rest() == 1
    said = terminal.output.rpartition(b"\x1b[?1049l")[2]
    assert b"ValueError" in said
    assert b"Jeanne" not in said


def test_a_scanner_s_bytes_in_a_real_terminal_are_all_judged() -> None:
    terminal = Terminal()
    terminal.read_until(b"Tumour Bank West")
    os.write(terminal.master, b"".join(b"S-%06dQX\r" % number for number in range(100)))
    terminal.read_until(b"S-000099QX: its donor withdrew")
    os.write(terminal.master, b"q")
    assert terminal.rest() == 0
    assert b"taken: 100" in terminal.output
