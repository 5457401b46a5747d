"""Exit codes are API: one table for all commands (docs/scripting.md)."""

from __future__ import annotations

import pytest

ABSENT = [
    ("import", "donors", "nowhere.csv"),
    ("import", "donors", "good.csv", "--map", "nowhere.toml"),
    ("storage", "scan", "F01.R1.B1", "nowhere.csv"),
    ("storage", "scan", "F01.R1.B1", "good.csv", "--map", "nowhere.toml"),
    ("label", "F01", "--stock", "L4732", "--to", "a.pdf", "--layout", "nowhere.toml"),
    ("project", "propose", "nowhere.toml"),
    ("visit", "register", "D-0000010", "nowhere.toml"),
    ("load", "nowhere"),
    ("--bank", "nowhere.db", "find"),
    ("--bank", "nowhere.db", "migrate"),
    ("restore", "nowhere.db", "--replace"),
]
UNWRITABLE = [
    ("export", "samples", "--to", "nowhere/samples.csv"),
    ("label", "F01", "--stock", "L4732", "--to", "nowhere/labels.pdf"),
    ("label", "F01", "--stock", "L4732", "--to", "nowhere/labels.zpl"),
    ("backup", "nowhere/backup.db"),
    ("consent", "pending", "--to", "nowhere/list.pdf"),
    ("import", "donors", "bad.csv", "--errors", "nowhere/errors.csv"),
]


@pytest.fixture
def files(freezer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.csv").write_text("code,sex,birth_year,custodian\nP-1,female,1960,IGR\n")
    (tmp_path / "bad.toml").write_text("title = ")
    (tmp_path / "bad.csv").write_text("code,sex,birth_year,custodian\nP-2,purple,1960,IGR\n")
    return freezer


@pytest.mark.parametrize("command", ABSENT, ids=" ".join)
def test_what_is_not_there_ends_with_3_and_a_sentence_that_names_it(files, command):
    answer = files(*command)
    assert (answer.code, "nowhere" in answer.err) == (3, True), answer.err


@pytest.mark.parametrize("command", UNWRITABLE, ids=" ".join)
def test_what_cannot_be_written_ends_with_3_and_a_sentence_that_names_it(files, command):
    answer = files(*command)
    assert (answer.code, "nowhere" in answer.err) == (3, True), answer.err


@pytest.mark.parametrize(
    ("code", "command"),
    [
        (0, ("find",)),
        (1, ("show", "S-NONE")),
        (1, ("storage", "service", "F99", "retired")),
        (1, ("label", "F01", "--stock", "L9999", "--to", "a.pdf")),
        (1, ("sample", "register", "D-0000010", "plasma", "--user", "nobody")),
        (2, ("finde",)),
        (2, ("sample", "register")),
        (2, ("sample", "register", "D-0000010", "plasma", "--count", "many")),
        (2, ("storage", "room", "--no-such-option")),
        (4, ("import", "donors", "bad.csv")),
        (4, ("project", "propose", "bad.toml")),
    ],
)
def test_the_table_holds_for_each_code(files, code, command):
    answer = files(*command)
    assert answer.code == code, answer.err


def test_the_table_stands_in_the_docs():
    from pathlib import Path

    from biobank_tui.rules.errors import BadData, Conflict, NotFound, Refused, Unreachable

    told = (Path(__file__).parents[2] / "docs" / "scripting.md").read_text(encoding="utf-8")
    assert {each.exit_code for each in (Refused, NotFound, Conflict)} == {1}
    assert (Unreachable.exit_code, BadData.exit_code) == (3, 4)
    assert all(f"| {code} |" in told for code in (0, 1, 2, 3, 4, 70, 130))
