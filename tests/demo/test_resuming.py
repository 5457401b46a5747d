"""A generation that was stopped, wherever, goes on to the very bank it would have been."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from biobank_tui import demo
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.checking import check
from biobank_tui.demo import generating
from biobank_tui.demo.generating import LEAST_DONORS, LEAST_SAMPLES

TODAY = date(2026, 11, 20)

STOPPED = f"""
import os, sys
from datetime import date
from pathlib import Path
from biobank_tui import demo
from biobank_tui.demo import generating

generating.slices = lambda quotas, most, cut=generating.slices: cut(quotas, 100)

def stop(phase, done, total):
    if (phase, done) == (sys.argv[2], int(sys.argv[3])):
        os._exit(9)

demo.generate(Path(sys.argv[1]), donors={LEAST_DONORS}, samples={LEAST_SAMPLES}, seed=3, today=date(2026, 11, 20),
              progress=stop, resume=True)
"""


@pytest.fixture(autouse=True)
def small_slices(monkeypatch):
    cut = generating.slices
    monkeypatch.setattr(generating, "slices", lambda quotas, most: cut(quotas, 100))


def told_by(path: Path, **more: object) -> list[tuple[object, ...]]:
    with demo.generate(path, donors=LEAST_DONORS, samples=LEAST_SAMPLES, seed=3, **more) as bank:  # type: ignore[arg-type]
        return told(bank)


def told(bank: Bank) -> list[tuple[object, ...]]:
    """All that the ledger of a sound bank tells, but for the words that are drawn so that nobody can guess them."""
    with bank.read() as connection:
        assert check(connection) == []
        entries = connection.exec_driver_sql("SELECT number, at, actor, verb, subject, key, count FROM ledger_entry")
        records = connection.exec_driver_sql(
            "SELECT * FROM ledger_record WHERE noun NOT IN ('project_sample', 'project_donor')"
        )
        return [tuple(row) for rows in (entries, records) for row in rows]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        cut = generating.slices
        patched.setattr(generating, "slices", lambda quotas, most: cut(quotas, 100))
        return told_by(tmp_path_factory.mktemp("whole") / "a.biobank", today=TODAY)


@pytest.mark.parametrize(("phase", "done"), [("samples", 4), ("acts", 9)])
def test_a_stopped_generation_goes_on_to_the_same_bank(tmp_path, uninterrupted, phase, done):
    path = tmp_path / "a.biobank"
    seen: list[tuple[str, int]] = []
    if phase == "samples":
        # The done count of the fourth slice is not known beforehand: the first run tells it.
        done = _slices_done()[done]
    ended = subprocess.run([sys.executable, "-c", STOPPED, str(path), phase, str(done)], check=False, timeout=300)
    assert ended.returncode == 9
    # The day is the one it was begun on, whatever day it is now.
    found = told_by(path, resume=True, progress=lambda phase, done, total: seen.append((phase, done)))
    assert found == uninterrupted
    assert "storage" not in {phase for phase, _done in seen}
    assert [each.name for each in tmp_path.iterdir() if "stage" in each.name] == []


def test_one_that_cannot_be_gone_on_with_is_begun_again(tmp_path, uninterrupted):
    path = tmp_path / "a.biobank"
    path.write_bytes(b"half a bank")
    path.with_name("a.biobank-stage-0").write_bytes(b"half a stage")
    assert told_by(path, resume=True, today=TODAY) == uninterrupted


def _slices_done() -> list[int]:
    from itertools import accumulate
    from random import Random

    from biobank_tui.demo.weeks import Weeks

    weeks = Weeks.for_bank(LEAST_SAMPLES, LEAST_DONORS)
    quotas = generating.share_out(LEAST_SAMPLES - weeks.tubes, LEAST_DONORS - weeks.donors, Random("3:quotas"))
    return list(accumulate(sum(quotas[start:end]) for start, end in generating.slices(quotas, 0)))
