"""The day at the bench that the app shows, as a script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SESSION = Path(__file__).resolve().parents[2] / "fixtures" / "examples" / "session.sh"


@pytest.fixture
def demonstration(biobank, tmp_path):
    path = tmp_path / "demo.db"
    assert biobank("demo", "--to", path, "--donors", "300", "--samples", "6000").lines == [str(path)]
    return path


def test_the_scripted_day_ends_with_labels_twenty_picked_tubes_and_a_whole_ledger(demonstration, biobank, tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "biobank"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m biobank_tui "$@"\n')
    program.chmod(0o755)
    done = subprocess.run(
        [str(SESSION), str(demonstration), str(tmp_path)],
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["aliquots"], told["reserved"], told["picked"]) == (3, 20, 20)
    assert Path(told["labels"]).read_bytes().startswith(b"%PDF")
    shown = biobank("--bank", demonstration, "--user", "lead", "request", "show", told["request"], "--json").json
    assert shown["request"]["turn"] == "technician"
    assert shown["lines"][0]["picked"] == 20
    assert biobank("--bank", demonstration, "--user", "manager", "check").code == 0
