"""Files that mean harm are refused or neutralised with a sentence; memory stays bounded, nothing is half-written."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from biobank_tui.actions.importing import ImportRequest, import_files
from biobank_tui.bank.bank import Bank
from biobank_tui.exchange.defects import as_rows, say, write_report
from biobank_tui.rules.errors import BadData
from biobank_tui.rules.text import controls

MAKER = Path(__file__).parents[2] / "fixtures" / "hostile" / "make.py"
MOST_MEGABYTES = 600


def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hostile", MAKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HOSTILE = maker()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("hostile")
    HOSTILE.make(path)
    yield path
    for each in path.iterdir():
        each.unlink()


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.mark.parametrize(("name", "code"), HOSTILE.WHAT_BECOMES_OF_THEM.items())
def test_each_is_refused_or_harmless(bank: Bank, raw: Any, folder: Path, name: str, code: str) -> None:
    report = import_files(bank, bank.actor("admin"), ImportRequest("donors", (folder / name,)))
    [file] = report.files
    if not code:
        assert file.refusal is None
        assert file.created == file.rows > 0
        # What names a place outside its archive is not laid there.
        assert not list(folder.parent.parent.glob("outside*"))
        return
    assert isinstance(file.refusal, BadData)
    assert str(file.refusal)
    assert code in {file.refusal.code, *file.defects["code"].to_list()}
    assert raw("SELECT count(*) FROM donor") == [(0,)]
    assert raw("SELECT count(*) FROM ledger_entry WHERE verb = 'import'") == [(0,)]
    for defect in as_rows(file.defects):
        assert controls(say(defect)) is None


ALL = """
import re, sys
from pathlib import Path
from biobank_tui.actions.importing import ImportRequest, import_files
from biobank_tui.bank.bank import Bank
with Bank.create(sys.argv[1]) as bank:
    for path in sorted(Path(sys.argv[2]).iterdir()):
        import_files(bank, bank.actor("admin"), ImportRequest("donors", (path,)))
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""
"""The peak is asked of the process itself: getrusage would count the memory of the one it was started from."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process its own peak")
def test_reading_them_all_stays_in_bounded_memory(folder: Path, tmp_path: Path) -> None:
    """In a process of its own, so that the peak is theirs alone."""
    done = subprocess.run(
        [sys.executable, "-c", ALL, str(tmp_path / "bank.db"), str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < MOST_MEGABYTES


def test_the_report_of_defects_is_safe_in_a_spreadsheet(bank: Bank, tmp_path: Path) -> None:
    path = tmp_path / "donors.csv"
    path.write_text("code,sex\nA,\"=cmd|' /C calc'!A0\"\nB,-80\n", encoding="utf-8")
    report = import_files(bank, bank.actor("admin"), ImportRequest("donors", (path,)))
    out = tmp_path / "errors.csv"
    write_report(report.defects, out)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "file,line,column,value,code,sentence,allowed"
    assert lines[1].startswith("donors.csv,2,sex,'=cmd")
    assert lines[2].startswith("donors.csv,3,sex,-80")
