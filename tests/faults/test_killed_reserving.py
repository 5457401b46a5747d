"""Whoever reserves is killed at any instant, as often as BIOBANK_KILL_ROUNDS says (`make kill`: 50): all or none."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from biobank_tui.actions.expiring import sweep
from biobank_tui.actions.releasing import Release, release
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank import checking
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.ledger import verify
from biobank_tui.bank.transaction import Actor

ROUNDS = int(os.environ.get("BIOBANK_KILL_ROUNDS", "6"))
TUBES = int(os.environ.get("BIOBANK_KILL_TUBES", "2000"))


def test_reserving_that_is_killed_at_any_instant_reserves_all_or_none(
    bank: Bank, actor: Actor, make: Any, raw: Any
) -> None:
    make.samples(TUBES, donor=make.consenting())
    request = make.request(NewLine("type:plasma", asked=TUBES))
    begun = time.monotonic()
    with workstation(bank, request) as process:
        go(process)
        assert said(process) == str(TUBES)
    lasted = time.monotonic() - begun
    release(bank, actor, Release(request, "next round"))
    ended = {0: 0, TUBES: 0}
    for _round in range(ROUNDS):
        with workstation(bank, request) as process:
            go(process)
            time.sleep(random.uniform(0, lasted))
            process.send_signal(signal.SIGKILL)
        # An act of one's own waits until the database has done with the one that was killed.
        sweep(bank, actor)
        ((reserved,),) = raw("SELECT count(*) FROM reservation WHERE state = 'active'")
        ((tubes,),) = raw("SELECT count(*) FROM sample WHERE status = 'reserved'")
        ((entries,),) = raw("SELECT count(*) FROM ledger_entry WHERE verb = 'request.reserve'")
        assert reserved in ended
        assert tubes == reserved
        ended[reserved] += 1
        assert entries == 1 + ended[TUBES]
        if reserved:
            release(bank, actor, Release(request, "next round"))
    with bank.read() as connection:
        assert verify(connection).fault is None
        assert checking.check(connection) == []
    print(f"{TUBES} tubes, killed {ROUNDS} times: {ended[TUBES]} times all were reserved, {ended[0]} times none")


@contextmanager
def workstation(bank: Bank, request: str) -> Iterator[subprocess.Popen[str]]:
    """A process that waits to be told to reserve."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("reserver.py")), bank.address, request],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert said(process) == "ready"
        yield process
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=60)


def go(process: subprocess.Popen[str]) -> None:
    """Tell the workstation to reserve."""
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def said(process: subprocess.Popen[str]) -> str:
    """The next line a workstation says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()
