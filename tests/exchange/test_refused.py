"""Refused rows can be mended and fed again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from biobank_tui.actions.importing import ImportRequest, import_files
from biobank_tui.bank.bank import Bank
from biobank_tui.exchange.reading import Shape
from biobank_tui.exchange.refused import write_refused


@pytest.fixture
def database() -> str:
    return "sqlite"


def taken(bank: Bank, path: Path, out: Path) -> int:
    report = import_files(bank, bank.actor("admin"), ImportRequest("donors", (path,), keep_good=True))
    return write_refused(path, Shape(), report.files[0].refused_lines, out)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_refused_rows_stand_under_the_same_header_as_they_were(bank: Bank, tmp_path: Path, encoding: str) -> None:
    path, out = tmp_path / "donors.csv", tmp_path / "refused.csv"
    content = 'code,sex,note\nA,male,fine\nB,frog,"two\nlines, é"\n\nC,male\nD,female,x\n'
    path.write_text(content, encoding=encoding)
    assert taken(bank, path, out) == 2
    assert out.read_text(encoding="utf-8-sig") == 'code,sex,note\nB,frog,"two\nlines, é"\n\nC,male\n'


def test_mended_they_come_in_and_nothing_comes_twice(bank: Bank, raw: Any, tmp_path: Path) -> None:
    path, out = tmp_path / "donors.csv", tmp_path / "refused.csv"
    path.write_text("code,sex\nA,male\nB,frog\n", encoding="utf-8")
    taken(bank, path, out)
    out.write_text(out.read_text(encoding="utf-8").replace("frog", "female"), encoding="utf-8")
    again = tmp_path / "again.csv"
    assert taken(bank, out, again) == 0
    assert not again.exists()
    assert raw("SELECT code, sex FROM donor ORDER BY code") == [("A", "male"), ("B", "female")]


def test_rows_of_a_workbook_become_csv(bank: Bank, tmp_path: Path) -> None:
    path, out = tmp_path / "donors.xlsx", tmp_path / "refused.csv"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate((["code", "sex"], ["A", "male"], ["B", "a,b"])):
            sheet.write_row(at, 0, row)
    assert taken(bank, path, out) == 1
    assert out.read_text(encoding="utf-8-sig") == 'code,sex\nB,"a,b"\n'
