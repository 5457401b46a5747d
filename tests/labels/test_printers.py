"""Printers on the network and queues of the system: what each does to a label is known, or said to be doubtful."""

import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from biobank_tui.labels.layout import Label
from biobank_tui.labels.printers import Halted, Printer, RawPrinter, printer, read_status
from biobank_tui.labels.stock import stock
from biobank_tui.labels.zpl import formats
from biobank_tui.rules.errors import Refused
from tests.fake_printer import IDLE, PAPER_OUT, FakePrinter

CRYO = stock("Generic TT roll cryovial 1-2 mL")


def labels(count: int) -> tuple[str, ...]:
    return formats([Label(f"S-{n:06d}K", ("50 µL",)) for n in range(count)], CRYO)


def sent(press: Printer, texts: Sequence[str]) -> tuple[int, Halted | None]:
    """How many came out for certain, and how it stopped."""
    count = 0
    try:
        for _each in press.send(texts):
            count += 1
    except Halted as halt:
        return count, halt
    return count, None


@pytest.mark.parametrize("answers", [True, False])
def test_a_printer_gets_every_label_whether_or_not_it_answers(answers: bool) -> None:
    texts = labels(60)
    with FakePrinter(answers=answers) as press:
        assert sent(printer(press.target), texts) == (60, None)
    assert press.printed == [text.strip() for text in texts]


@pytest.mark.parametrize("answers", [True, False])
def test_a_printer_that_cannot_be_reached_any_more_has_the_next_label_not(answers: bool) -> None:
    with FakePrinter(answers=answers, dies_after=37) as press:
        count, halt = sent(printer(press.target), labels(100))
    assert halt is not None
    assert (count, halt.doubtful) == (37, 0)


def test_a_label_that_a_dying_printer_had_is_doubtful() -> None:
    with FakePrinter(dies_after=3, swallows=True) as press:
        count, halt = sent(printer(press.target), labels(10))
    assert halt is not None
    assert (count, halt.doubtful) == (3, 1)


def test_a_printer_without_paper_says_so_and_the_label_in_it_is_doubtful() -> None:
    with FakePrinter(paper=2) as press:
        count, halt = sent(printer(press.target), labels(5))
    assert halt is not None
    assert (count, halt.doubtful, halt.reason) == (2, 1, "paper out")


def test_what_a_printer_says_of_itself_is_read() -> None:
    state = read_status(IDLE)
    assert state is not None
    assert state.idle
    out = read_status(PAPER_OUT)
    assert out is not None
    assert (out.waiting, out.left, out.trouble) == (1, 1, "paper out")
    assert read_status(b"\x02030,0,0\x03") is None
    assert read_status(b"") is None


def test_nobody_at_the_address_prints_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for press in (RawPrinter("127.0.0.1", port), RawPrinter("no such host", 9100)):
        count, halt = sent(press, labels(1))
        assert halt is not None
        assert (count, halt.doubtful) == (0, 0)


@pytest.mark.parametrize("target", ["tcp://", "tcp://host:99999", "lp:", "lp:-o raw", "lp:a b", "http://host", "zebra"])
def test_what_is_no_printer_is_refused(target: str) -> None:
    with pytest.raises(Refused, match="is no printer"):
        printer(target)


def queue_program(folder: Path, body: str) -> None:
    program = folder / "lp"
    program.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    program.chmod(0o755)


def test_a_print_queue_gets_the_labels_unchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queue_program(tmp_path, f'cat > "{tmp_path}/job"; echo "$@" > "{tmp_path}/asked"; echo "request id is zebra-7"')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    texts = labels(3)

    assert sent(printer("lp:zebra"), texts) == (3, None)

    assert (tmp_path / "job").read_bytes() == "".join(texts).encode("utf-8")
    assert (tmp_path / "asked").read_text(encoding="utf-8") == "-d zebra -o raw -\n"


def test_a_print_queue_that_refuses_has_none_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queue_program(tmp_path, 'cat > /dev/null; echo "lp: no such destination." >&2; exit 1')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    count, halt = sent(printer("lp:zebra"), labels(2))
    assert halt is not None
    assert (count, halt.doubtful, halt.reason) == (0, 0, "lp: no such destination")


def test_a_machine_without_lp_says_what_else_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    _count, halt = sent(printer("lp:zebra"), labels(1))
    assert halt is not None
    assert "no lp command: install CUPS, or print to tcp:// or a file" in halt.reason
