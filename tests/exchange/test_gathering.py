"""A folder and an archive stand for the files in them, on the command line as on the screen."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from biobank_tui.actions.importing import ImportRequest, import_files
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.exchange.gathering import gathered
from biobank_tui.rules.errors import BiobankError


def packed(path: Path, *members: tuple[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def test_a_folder_is_the_tables_in_it_by_name(tmp_path: Path) -> None:
    for name in ("b.csv", "a.xlsx", ".c.csv", "notes.md", "d\u202e.csv"):
        (tmp_path / name).write_text("x")
    (tmp_path / "inner").mkdir()
    assert [path.name for path in gathered([tmp_path], tmp_path / "into")] == ["a.xlsx", "b.csv"]


def test_an_archive_is_unpacked_into_its_own_folder_and_nowhere_else(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", ("../../out.csv", "x"), ("deep/b.tsv", "y"), ("c.md", "z"))
    made = gathered([archive], tmp_path / "into")
    assert [path.relative_to(tmp_path).as_posix() for path in made] == [
        "into/archive-0/out.csv",
        "into/archive-0/b.tsv",
    ]
    assert gathered([archive], tmp_path / "into", unpacking=False) == (archive,)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ((("a/x.csv", "1"), ("b/x.csv", "2")), "file.twice"),
        ((("a.md", "1"), ("b.md", "2")), "archive.tables"),
        ((("a.csv", "1"), ("b.zip", "2")), "archive.nested"),
        ((("b.zip", "2"),), "archive.nested"),
        ((("a.csv", "0" * (17 << 20)), ("b.csv", "2")), "archive.large"),
    ],
)
def test_an_archive_that_is_unclear_or_swells_is_refused(
    tmp_path: Path, members: tuple[tuple[str, str], ...], code: str
) -> None:
    with pytest.raises(BiobankError) as refused:
        gathered([packed(tmp_path / "a.zip", *members)], tmp_path / "into")
    assert refused.value.code == code


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    with pytest.raises(BiobankError) as refused:
        gathered([tmp_path / "one"], tmp_path)
    assert refused.value.code == "file.folder_given"


def test_an_archive_of_one_kind_comes_in_file_by_file(bank: Bank, actor: Actor, tmp_path: Path) -> None:
    archive = packed(tmp_path / "d.zip", ("a.csv", "code,sex\nD1,male\n"), ("b.csv", "code,sex\nD2,female\n"))
    report = import_files(bank, actor, ImportRequest("donors", (archive,)))
    assert [(each.file, each.created) for each in report.files] == [("a.csv", 1), ("b.csv", 1)]


def test_a_table_packed_once_more_within_an_archive_is_read(bank: Bank, actor: Actor, tmp_path: Path) -> None:
    archive = tmp_path / "d.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.csv.gz", gzip.compress(b"code,sex\nD1,male\n"))
    report = import_files(bank, actor, ImportRequest("donors", (archive,)))
    assert [(each.file, each.created) for each in report.files] == [("a.csv.gz", 1)]


@pytest.mark.parametrize(
    ("ending", "parted"),
    [(".csv", "code,sex\n{},male\n"), (".json", '[{{"code": "{}", "sex": "male"}}]')],
    ids=("csv", "json"),
)
def test_a_code_written_in_either_form_of_its_letters_is_one_code(
    bank: Bank, actor: Actor, tmp_path: Path, ending: str, parted: str
) -> None:
    composed, decomposed = ("Orl\u00e9ans-1", "Orle\u0301ans-1")
    for number, (code, created) in enumerate(((decomposed, 1), (composed, 0))):
        file = tmp_path / f"{number}{ending}"
        file.write_text(parted.format(code), encoding="utf-8")
        report = import_files(bank, actor, ImportRequest("donors", (file,)))
        assert (report.files[0].created, report.defects.height) == (created, 0)
    both = tmp_path / "both.csv"
    both.write_text(f"code,sex\n{composed}2,male\n{decomposed}2,male\n", encoding="utf-8")
    found = import_files(bank, actor, ImportRequest("donors", (both,))).defects
    assert [(line, code) for line, code in found.select("line", "code").iter_rows()] == [(3, "row.repeated")]
