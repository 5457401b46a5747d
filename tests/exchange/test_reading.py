"""Files become columns of text with the line each row begins on, or are refused with a sentence."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from biobank_tui.exchange.defects import as_rows
from biobank_tui.exchange.reading import Rows, Shape, slices
from biobank_tui.rules.errors import BadData, Unreachable


def read(path: Path, shape: Shape | None = None, rows: int = 100_000) -> list[Rows]:
    return list(slices(path, shape or Shape(), rows))


def written(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_from_the_file(tmp_path: Path, delimiter: str) -> None:
    content = "\n".join(delimiter.join(row) for row in (["code", "note"], ["A", "x y"], ["B", ""]))
    [rows] = read(written(tmp_path, content))
    assert rows.cells.rows() == [("A", "x y"), ("B", None)]
    assert rows.lines.to_list() == [2, 3]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_taken(tmp_path: Path, end: str) -> None:
    [rows] = read(written(tmp_path, end.join(["a,b", "1,2", "", "3,4"]) + end))
    assert rows.cells.rows() == [("1", "2"), ("3", "4")]
    assert rows.lines.to_list() == [2, 4]


def test_leading_zeros_survive(tmp_path: Path) -> None:
    [rows] = read(written(tmp_path, "code,barcode\nA,0099016644\nB,01\n"))
    assert rows.cells["barcode"].to_list() == ["0099016644", "01"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_utf8_with_and_without_mark_and_utf16_are_read(tmp_path: Path, encoding: str) -> None:
    [rows] = read(written(tmp_path, "code,note\nA,été µL\n".encode(encoding)))
    assert rows.cells.rows() == [("A", "été µL")]


def test_cp1252_is_read_only_when_it_is_announced(tmp_path: Path) -> None:
    path = written(tmp_path, "code,note\nA,b\nB,été\n".encode("cp1252"))
    with pytest.raises(BadData) as refused:
        read(path)
    assert "Line 3" in str(refused.value)
    assert "0xE9" in str(refused.value)
    assert read(path, Shape(encoding="cp1252"))[0].cells["note"].to_list() == ["b", "été"]


def test_gzip_is_read_directly(tmp_path: Path) -> None:
    [rows] = read(written(tmp_path, gzip.compress(b"a,b\n1,2\n"), "file.csv.gz"))
    assert rows.cells.rows() == [("1", "2")]


def test_a_cut_gzip_says_so(tmp_path: Path) -> None:
    packed = gzip.compress(b"a,b\n" + b"1,2\n" * 5000)
    with pytest.raises(BadData, match="ends in the middle"):
        read(written(tmp_path, packed[: len(packed) // 2], "file.csv.gz"))


def test_preamble_comments_and_lines_below_the_header_are_passed_over(tmp_path: Path) -> None:
    content = "made by a machine\n#meta\na\tb\nA-CDE\tB-CDE\n1\t2\n# no row\n3\t4\n"
    [rows] = read(written(tmp_path, content), Shape(preamble=1, comment="#", skip_after_header=1))
    assert rows.cells.rows() == [("1", "2"), ("3", "4")]
    assert rows.lines.to_list() == [5, 7]


def test_quoted_cells_may_hold_delimiters_quotes_and_lines(tmp_path: Path) -> None:
    [rows] = read(written(tmp_path, 'a,b\n"x, y","say ""no"""\n"two\nlines",z\nlast,row\n'))
    assert rows.cells.rows() == [("x, y", 'say "no"'), ("two\nlines", "z"), ("last", "row")]
    assert rows.lines.to_list() == [2, 3, 5]


def test_quotes_mean_nothing_where_the_shape_says_so(tmp_path: Path) -> None:
    [rows] = read(written(tmp_path, 'a\tb\n5" tube\t"x\n'), Shape(quote=""))
    assert rows.cells.rows() == [('5" tube', '"x')]


def test_an_unclosed_quote_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="line 3") as refused:
        read(written(tmp_path, 'a,b\n1,2\n3,"never closed\n4,5\n'))
    assert refused.value.code == "quote.unclosed"


@pytest.mark.parametrize("quote", ["", '"'])
def test_every_ragged_row_is_told_with_its_width(tmp_path: Path, quote: str) -> None:
    content = f"a,b,c\n1,2\n1,{quote}2{quote},3\n1,2,3,4\n"
    [rows] = read(written(tmp_path, content))
    assert [(d.line, d.code, d.value, d.allowed) for d in as_rows(rows.defects)] == [
        (2, "row.ragged", "2", "3"),
        (4, "row.ragged", "4", "3"),
    ]
    assert rows.cells.rows() == [("1", "2", "3")]
    assert rows.read == 3


def test_control_and_direction_characters_are_refused_in_their_cell(tmp_path: Path) -> None:
    [rows] = read(written(tmp_path, "code,note\nA,fine\nB,\x1b]52;c;aGk=\x07\nC,\u202egnp\nD,ok\n"))
    assert rows.cells["code"].to_list() == ["A", "D"]
    found = as_rows(rows.defects)
    assert [(d.line, d.column, d.code) for d in found] == [(3, "note", "cell.control"), (4, "note", "cell.control")]
    assert "\x1b" not in found[0].value


def test_a_nul_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="NUL"):
        read(written(tmp_path, b"a,b\n1,\x002\n"))


def test_a_huge_cell_is_told_and_left_out(tmp_path: Path) -> None:
    [rows] = read(written(tmp_path, "a,b\n1," + "x" * (1 << 20) + "\n2,y\n"))
    assert rows.cells.rows() == [("2", "y")]
    assert [d.code for d in as_rows(rows.defects)] == ["cell.long"]


def test_a_file_without_a_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="no header"):
        read(written(tmp_path, ""))


def test_a_file_of_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    [rows] = read(written(tmp_path, "a,b"))
    assert rows.cells.columns == ["a", "b"]
    assert rows.read == 0


def test_an_absent_file_is_said_to_be_absent(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        read(tmp_path / "nowhere.csv")


def test_slices_are_no_longer_than_asked_and_keep_the_line_numbers(tmp_path: Path) -> None:
    parts = read(written(tmp_path, "a\n" + "".join(f"{n}\n" for n in range(25))), rows=10)
    assert [len(part.lines) for part in parts] == [10, 10, 5]
    assert [part.lines[0] for part in parts] == [2, 12, 22]


def test_repeated_and_nameless_headers_say_which_column_they_are(tmp_path: Path) -> None:
    [rows] = read(written(tmp_path, "a,a,\n1,2,3\n"))
    assert rows.cells.columns == ["a", "a (column 2)", "(column 3)"]
