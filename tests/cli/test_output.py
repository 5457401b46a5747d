"""What is printed: codes in a pipe, words on a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stdout

import pytest

from biobank_tui import wall
from biobank_tui.cli.desk import Desk
from biobank_tui.cli.flags import Flags
from biobank_tui.cli.output import print_table
from biobank_tui.words import set_language


class Terminal(io.StringIO):
    """Somebody reads along."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def french() -> Iterator[None]:
    """A bank in Paris, in French."""
    wall.set_zone("Europe/Paris")
    set_language("fr")
    yield
    set_language("en")
    wall.set_zone("UTC")


FACTS = {"id": 7, "code": "R-1", "state": "in_fulfilment", "turn_since": "2026-07-01T22:30:15.123Z", "late": True}


def desk() -> Desk:
    return Desk(Flags(), lambda _desk: 0)


@pytest.mark.usefixtures("french")
def test_on_a_terminal_states_are_words_and_times_are_the_walls() -> None:
    with redirect_stdout(Terminal()) as screen:
        desk().record(FACTS)
    told = [line.split("  ")[-1].strip() for line in screen.getvalue().splitlines()]
    assert told == ["R-1", "en préparation", "2026-07-02 00:30", "oui"]


@pytest.mark.usefixtures("french")
def test_so_they_are_in_a_table() -> None:
    row = ("R-1", "in_fulfilment", "2026-07-01T22:30Z")
    with redirect_stdout(Terminal()) as screen:
        print_table(["Code", "State", "Since"], [row], ["code", "state", "since"])
    assert screen.getvalue().splitlines()[1].split() == ["R-1", "en", "préparation", "2026-07-02", "00:30"]


@pytest.mark.usefixtures("french")
def test_in_a_pipe_they_are_what_a_script_reads(capsys: pytest.CaptureFixture[str]) -> None:
    desk().record(FACTS)
    told = capsys.readouterr().out
    assert "state\tin_fulfilment\nturn_since\t2026-07-01T22:30:15.123Z\nlate\tyes\n" in told
