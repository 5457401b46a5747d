"""Files that are wrong in their own ways: each is refused in its own sentence, and nothing of it is lost unsaid."""

from __future__ import annotations

import gzip
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from biobank_tui.actions.importing import ImportReport, ImportRequest, import_files
from biobank_tui.bank import checking
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.exchange.defects import as_rows
from biobank_tui.exchange.generations import ENDLESS, depths
from biobank_tui.exchange.reading import Shape, slices
from biobank_tui.exchange.rows import MOST_COLUMNS

HEADER = "code,donor,material,amount,unit\n"
ROW = "X,D1,Plasma,1,mL\n"
RECORD = '{"code": "J1", "donor": "D1", "material": "Plasma"}'


def packed(content: str) -> bytes:
    return gzip.compress(content.encode(), mtime=0)


def flipped(content: bytes, at: int) -> bytes:
    changed = bytearray(content)
    changed[at] ^= 0xFF
    return bytes(changed)


@pytest.fixture
def desk(bank: Bank, actor: Actor, tmp_path: Path) -> Any:
    """Takes a file in; the bank has donor D1."""

    def take(path: Path, kind: str = "samples", **how: Any) -> ImportReport:
        return import_files(bank, actor, ImportRequest(kind, (path,), **how))

    donors = tmp_path / "donors.csv"
    donors.write_text("code,sex\nD1,female\n")
    take(donors, "donors")
    return take


def codes(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(each.line, each.column, each.code) for each in as_rows(report.defects)]


MALFORMED: list[tuple[str, str | bytes, str | None, str]] = [
    ("wide.csv", ",".join(f"c{at}" for at in range(MOST_COLUMNS + 1)) + "\n", None, "columns.many"),
    ("huge.csv", ",".join(f"column{at}" for at in range(200_000)) + "\n", None, "columns.many"),
    ("rot13.csv", HEADER + ROW, "rot13", "encoding.unknown"),
    ("hex.csv", HEADER + ROW, "hex", "encoding.unknown"),
    ("undefined.csv", HEADER + ROW, "undefined", "encoding.unknown"),
    ("hex.json", f"[{RECORD}]", "hex", "encoding.unknown"),
    ("half.json", RECORD.replace("J1", r"\ud800"), None, "json.surrogate"),
    ("twice.json", RECORD.replace('"donor"', '"code": "J2", "donor"'), None, "json.twice"),
    ("mixed.json", f"[{RECORD}, 5]", None, "json.record"),
    ("inner.json", f'[{RECORD}, ["a"]]', None, "json.record"),
    ("mixed.jsonl", f"{RECORD}\nnull\n", None, "json.record"),
    ("cut.zip", b"PK\x03\x04" + bytes(40), None, "file.damaged"),
    ("sum.csv.gz", flipped(packed(HEADER + ROW * 50), -6), None, "file.damaged"),
    ("more.csv.gz", packed(HEADER + ROW) + b"and more", None, "file.damaged"),
]


@pytest.mark.parametrize(("name", "content", "encoding", "code"), MALFORMED, ids=[name for name, *_ in MALFORMED])
def test_each_is_refused_for_what_is_wrong_with_it(
    desk: Any, raw: Any, tmp_path: Path, name: str, content: str | bytes, encoding: str | None, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    refusal = desk(path, encoding=encoding).files[0].refusal
    assert refusal is not None
    assert refusal.code == code
    assert raw("SELECT count(*) FROM sample") == [(0,)]


def test_a_first_row_longer_than_what_is_read_at_once_is_not_passed_over(desk: Any, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("code,donor,material\nX,D1," + "P" * (9 << 20) + "\nY,D1,Plasma\n")
    assert codes(desk(path)) == [(2, "", "cell.long")]


def test_a_line_that_tells_the_delimiter_and_marks_before_the_header_are_no_header(tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    path.write_text("\ufeff\ufeffsep=;\ncode;note\nA;x,y\n", encoding="utf-8")
    [rows] = slices(path, Shape())
    assert (rows.cells.rows(), rows.lines.to_list()) == ([("A", "x,y")], [3])


@pytest.mark.parametrize("number", ["1e400", "-1e999"])
def test_a_number_without_end_is_no_number(desk: Any, tmp_path: Path, number: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text(f"code,donor,material,concentration,concentration_unit\nX,D1,Plasma,{number},ng/µL\n")
    assert codes(desk(path)) == [(2, "concentration", "number.bad")]


def test_a_code_is_one_line(desk: Any, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text('code,donor,material\n"A\nB",D1,Plasma\n"A\tB",D1,Plasma\nA B,D1,Plasma\n')
    report = desk(path, keep_good=True)
    assert codes(report) == [(2, "code", "code.bad"), (4, "code", "code.bad")]
    assert report.total("created") == 1


def test_an_identifier_without_a_system_is_no_identifier(desk: Any, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("code,donor,material,external.\nX,D1,Plasma,1\n")
    assert desk(path).files[0].ignored == ("external.",)


def test_a_family_that_comes_back_to_itself_is_refused_row_by_row(desk: Any, bank: Bank, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    rows = ["S,S", "A,B", "B,C", "C,A", "D,C", "E,", "F,E"]
    path.write_text("code,parent,donor,material\n" + "".join(f"{row},D1,Plasma\n" for row in rows))
    report = desk(path, keep_good=True)
    assert codes(report) == [(line, "parent", "parent.circle") for line in (2, 3, 4, 5, 6)]
    assert report.total("created") == 2
    with bank.read() as connection:
        assert [str(finding) for finding in checking.check(connection)] == []


def test_a_hundred_generations_come_in_whatever_their_order(desk: Any, raw: Any, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    rows = [f"G{at},{f'G{at - 1}' if at else ''},D1,Plasma\n" for at in range(100)]
    path.write_text("code,parent,donor,material\n" + "".join(reversed(rows)))
    assert desk(path).total("created") == 100
    assert raw("SELECT count(*) FROM sample WHERE parent_id IS NOT NULL") == [(99,)]


def test_a_depth_counts_the_ancestors_among_the_rows() -> None:
    import polars as pl

    names, parents = pl.Series([1, 2, 3, 4, 5, None]), pl.Series([9, 1, 2, 5, 4, 1])
    assert depths(names, parents).to_list() == [0, 1, 2, ENDLESS, ENDLESS, 0]


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Tubes")
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, tuple):
                    sheet.write_formula(at, column, cell[0], None, cell[1])
                else:
                    sheet.write(at, column, cell)
        book.add_worksheet("Other").write_formula(1, 3, "=1/0", None, "#DIV/0!")
    return path


def test_errors_of_a_spreadsheet_are_not_taken_for_empty_cells(desk: Any, tmp_path: Path) -> None:
    head = ["code", "donor", "material", "amount", "unit", "spare"]
    good = ["A", "D1", "Plasma", ("=1+1", 2), "mL", ("=1/0", "#DIV/0!")]
    bad = ["B", "D1", "Plasma", ("=NA()", "#N/A"), "mL", ""]
    path = workbook(tmp_path / "s.xlsx", [head, good, bad])
    map_file = tmp_path / "m.toml"
    names = "\n".join(f'{name} = "{name}"' for name in head[:5])
    map_file.write_text(f'kind = "samples"\nignore = ["spare"]\n[columns]\n{names}\n')
    report = desk(path, map=map_file, keep_good=True)
    assert [(d.line, d.column, d.value, d.code) for d in as_rows(report.defects)] == [
        (3, "amount", "#N/A", "cell.error")
    ]
    assert report.total("created") == 1


def test_a_number_of_more_digits_than_a_workbook_keeps_is_no_code(desk: Any, tmp_path: Path) -> None:
    rows = [["code", "donor", "material"], [999999999999999, "D1", "Plasma"], [1234567890123456, "D1", "Plasma"]]
    report = desk(workbook(tmp_path / "s.xlsx", rows), keep_good=True)
    assert codes(report) == [(3, "code", "cell.digits")]
    assert report.total("created") == 1


def test_a_cell_beyond_every_sheet_is_refused_before_it_is_read(desk: Any, tmp_path: Path) -> None:
    whole = workbook(tmp_path / "w.xlsx", [["code", "donor", "material"], ["A", "D1", "Plasma"]])
    far = tmp_path / "far.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(far, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, re.sub(rb'r="A2"', b'r="ZZZZ99999999"', content) if "sheet1" in name else content)
    refusal = desk(far).files[0].refusal
    assert refusal is not None
    assert refusal.code == "workbook.large"
