"""A file of figures that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from biobank_tui.reports.sheet import write_csv
from biobank_tui.rules.errors import Refused, Unreachable


def test_text_that_looks_like_a_formula_is_kept_as_text_and_numbers_stay_numbers(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    assert write_csv(path, ("Title", "Tubes"), [('=HYPERLINK("x")', -80), ("-80", None)]) == 2
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["Title", "Tubes"], ['\'=HYPERLINK("x")', "-80"], ["-80", ""]]


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text("kept", encoding="utf-8")
    with pytest.raises(Refused, match="there already"):
        write_csv(path, ("Title",), [])
    assert path.read_text(encoding="utf-8") == "kept"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="cannot be written"):
        write_csv(tmp_path / "no" / "figures.csv", ("Title",), [])
