"""Two workstations reach for the same tubes at once, as often as BIOBANK_RACE_ROUNDS says (`make race`: 200)."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from biobank_tui.actions.releasing import Release, release
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.ledger import verify
from biobank_tui.bank.transaction import Actor

ROUNDS = int(os.environ.get("BIOBANK_RACE_ROUNDS", "10"))
TUBES = 100
TAKEN = re.compile(r"S-\w{7} is taken by R-\w{7}\.")

Race = Callable[[str, str], list[dict[str, list[str]]]]


@pytest.fixture
def requests_of_two(make: Any) -> tuple[str, str]:
    line = NewLine("type:plasma", asked=TUBES)
    return make.request(line), make.request(line)


@pytest.fixture
def workstations(bank: Bank, requests_of_two: tuple[str, str]) -> Iterator[list[subprocess.Popen[str]]]:
    """Two processes that wait for codes to reserve."""
    started = [
        subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("racer.py")), bank.address, "admin", request],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for request in requests_of_two
    ]
    try:
        yield started
    finally:
        for process in started:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            process.wait(timeout=60)
            process.stdout.close()


def test_no_tube_is_reserved_twice_by_two_workstations_at_once(
    bank: Bank,
    actor: Actor,
    make: Any,
    raw: Any,
    requests_of_two: tuple[str, str],
    workstations: list[subprocess.Popen[str]],
) -> None:
    tubes = make.samples(TUBES, donor=make.consenting())
    for process in workstations:
        assert _said(process) == "ready"
    for _round in range(ROUNDS):
        for process in workstations:
            assert process.stdin is not None
            process.stdin.write(" ".join(tubes) + "\n")
            process.stdin.flush()
        told = [json.loads(_said(process)) for process in workstations]
        first, second = (set(each["reserved"]) for each in told)
        assert first | second, "somebody must get something"
        assert not first & second
        sentences = [sentence for each in told for sentence in each["told"]]
        assert [sentence for sentence in sentences if not TAKEN.fullmatch(sentence)] == []
        assert sentences, "they reached for the same tubes"
        standing = raw(
            "SELECT s.code, count(*) FROM sample s JOIN reservation r ON r.sample_id = s.id"
            " WHERE r.state = 'active' GROUP BY s.code"
        )
        assert {code for code, _n in standing} == first | second
        assert {n for _code, n in standing} == {1}
        for request, held in zip(requests_of_two, (first, second), strict=True):
            if held:
                release(bank, actor, Release(request, "next round"))
    with bank.read() as connection:
        verify(connection)


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line, f"the workstation stopped with code {process.poll()}"
    return line
