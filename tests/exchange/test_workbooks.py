"""Workbooks are read as text, and refused before they can fill the memory."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from biobank_tui.exchange import workbooks
from biobank_tui.exchange.reading import Rows, Shape, slices
from biobank_tui.rules.errors import BadData


def read(path: Path, shape: Shape | None = None) -> list[Rows]:
    return list(slices(path, shape or Shape()))


def book(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("tubes")
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["code", "amount", "collected", "note"])
        sheet.write_row(1, 0, ["007", 12])
        sheet.write_datetime(1, 2, datetime(2021, 3, 4), day)  # noqa: DTZ001 - a workbook knows no zones
        sheet.write_row(3, 0, ["B", 0.5])
        sheet.write_formula(3, 3, '=HYPERLINK("http://x")', value="shown")
        workbook.add_worksheet("other").write_row(0, 0, ["x"])
    return path


def test_cells_come_as_text_with_the_lines_a_person_counts(tmp_path: Path) -> None:
    [rows] = read(book(tmp_path / "a.xlsx"))
    assert rows.cells.rows() == [("007", "12", "2021-03-04", None), ("B", "0.5", None, "shown")]
    assert rows.lines.to_list() == [2, 4]


def test_a_sheet_is_found_by_name_and_an_unknown_one_is_told_which_there_are(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    assert read(path, Shape(sheet="other"))[0].cells.columns == ["x"]
    with pytest.raises(BadData, match="tubes, other"):
        read(path, Shape(sheet="third"))


def test_a_zip_bomb_is_refused_by_what_it_unzips_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_UNZIPPED", 1 << 20)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (4 << 20))
    with pytest.raises(BadData, match="too large for a workbook"):
        read(path)


def test_a_sheet_of_one_cell_far_out_is_refused_by_its_extent(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet().write(1_000_000, 16_000, "x")
    with pytest.raises(BadData, match="too large for a workbook"):
        read(path)


def test_entity_declarations_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "entities.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", '<!DOCTYPE x [<!ENTITY a "aaaa">]><sst>&a;</sst>')
    with pytest.raises(BadData, match="entities"):
        read(path)


def test_a_zip_that_is_no_workbook_says_so(tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    with pytest.raises(BadData, match="not a workbook"):
        read(path)
