"""Exit codes are API, and nothing but a sentence is ever shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from biobank_tui.bank.dialects import sqlite_module
from biobank_tui.cli.desk import Desk
from biobank_tui.cli.failing import log_file
from biobank_tui.cli.flags import hoist


def test_a_refusal_is_one_sentence_on_stderr_and_exit_code_1(bank):
    answer = bank("setting", "set", "small_cell", "0")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == "small_cell is a whole number of 1 or more, not 0.\n"


def test_with_json_a_refusal_is_an_object_with_its_code_and_facts(bank):
    answer = bank("--json", "setting", "set", "small_cell", "0")
    assert answer.code == 1
    assert answer.refusal["error"] == "setting.number"
    assert answer.refusal["facts"] == {"name": "small_cell", "least": 1, "value": "0"}
    assert answer.refusal["sentence"].startswith("small_cell")


def test_global_options_are_taken_wherever_they_stand(bank):
    assert bank("user", "list", "--json").json == bank("--json", "user", "list").json


def test_what_follows_a_lone_double_dash_is_not_taken_for_an_option():
    assert hoist(["find", "--", "--json"]).json is False
    assert hoist(["--bank=x.db", "find", "--lang", "fr", "a"]).values == {"bank": "x.db", "lang": "fr"}
    assert hoist(["find", "--user"]).rest == ("find", "--user")


@pytest.mark.parametrize("arguments", [["bogus"], ["user", "add"], ["user", "add", "--nope"], ["ledger", "show", "x"]])
def test_a_usage_error_is_exit_code_2_and_shows_the_usage(bank, arguments):
    answer = bank(*arguments)
    assert answer.code == 2
    assert "Usage: biobank" in answer.err


def test_a_misspelt_command_is_answered_with_the_right_one(bank):
    assert "Did you mean 'storage'" in bank("storag").err


def test_an_absent_bank_is_said_with_the_way_to_make_one(biobank):
    answer = biobank("user", "list")
    assert answer.code == 3
    assert "create one with: biobank init" in answer.err


def test_a_server_that_does_not_answer_is_exit_code_3(biobank):
    answer = biobank("--bank", "postgresql://nobody:secret@127.0.0.1:9/none", "user", "list")
    assert answer.code == 3
    assert "secret" not in answer.err


def test_an_interrupt_is_exit_code_130(biobank):
    def interrupted(_desk: Desk) -> int:
        raise KeyboardInterrupt

    assert biobank(app=interrupted).code == 130


def test_an_internal_fault_is_exit_code_70_with_a_reference_and_no_data_in_the_log(biobank):
    def faulty(_desk: Desk) -> int:
        raise RuntimeError("Mrs Example, born 1950-05-05")

    answer = biobank(app=faulty)
    assert answer.code == 70
    assert "Traceback" not in answer.err
    assert "Example" not in answer.err
    logged = log_file().read_text(encoding="utf-8")
    reference = answer.err.split("Reference ")[1].split()[0]
    assert reference in logged
    assert "RuntimeError" in logged
    assert "Example" not in logged


def test_biobank_alone_opens_the_app_on_the_bank_asked_for(biobank, tmp_path):
    opened: list[str] = []

    def app(desk: Desk) -> int:
        opened.append(desk.address)
        return 0

    assert biobank(app=app).code == 0
    assert biobank("--bank", "other.db", app=app).code == 0
    assert opened == [str(tmp_path / "bank.db"), "other.db"]


def test_a_reader_that_goes_away_is_no_error(bank, tmp_path):
    command = f"{sys.executable} -m biobank_tui --user anna ledger show --json | head -c 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "BIOBANK_BANK": str(tmp_path / "bank.db")},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[", "")


def test_codes_can_be_read_from_stdin(freezer):
    made = freezer("sample", "register", "D-0000010", "plasma", "--amount", "1 mL", "--count", "3")
    assert len(made.lines) == 3
    placed = freezer("sample", "place", "-", "--box", "F01.R1.B1", stdin=made.out)
    assert [line.split("\t")[2] for line in placed.lines[1:]] == ["A1", "A2", "A3"]


def test_data_is_tab_separated_with_a_title_line_when_piped(bank):
    lines = bank("user", "list").lines
    assert lines[0].split("\t")[:2] == ["Login", "Name"]
    assert lines[1].split("\t")[:2] == ["anna", "Anna"]


def test_control_characters_in_data_never_reach_the_terminal(bank):
    hostile = "Evil\x1b]52;c;aGk=\x07 name"
    bank("org", "add", "EVIL", hostile)
    for answer in (bank("org", "list"), bank("org", "list", "--json")):
        assert "\x1b" not in answer.out
        assert "\x07" not in answer.out


def test_json_keeps_letters_and_escapes_what_a_terminal_would_act_on():
    from biobank_tui.cli.output import as_json

    text = "5 µL \u202e\x9b31m é"
    written = as_json({"text": text})
    assert "µ" in written
    assert "é" in written
    assert "\u202e" not in written
    assert "\x9b" not in written
    assert json.loads(written) == {"text": text}


def test_french_is_spoken_when_asked_for_and_english_where_it_has_no_words(bank):
    answer = bank("--lang", "fr", "setting", "set", "small_cell", "0")
    assert answer.code == 1
    assert "small_cell" in answer.err


def test_the_log_of_faults_is_in_the_users_own_folder(tmp_path: Path):
    assert tmp_path in log_file().parents


def test_an_old_locale_breaks_no_output(freezer, tmp_path):
    freezer("sample", "register", "D-0000010", "plasma", "--amount", "5 µL")
    done = subprocess.run(
        [sys.executable, "-m", "biobank_tui", "--user", "anna", "find"],
        capture_output=True,
        check=False,
        env={**os.environ, "BIOBANK_BANK": str(tmp_path / "bank.db"), "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
    )
    assert done.returncode == 0
    assert "5 µL" in done.stdout.decode("utf-8")


def test_a_busy_bank_is_exit_code_3(bank, tmp_path, monkeypatch):
    monkeypatch.setattr("biobank_tui.bank.dialects.BUSY_MILLISECONDS", 50)
    # The same library as the program's: two of them in one process do not see each other's locks.
    writer = sqlite_module().connect(tmp_path / "bank.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        answer = bank("org", "add", "X", "X", "--json")
    finally:
        writer.close()
    assert (answer.code, answer.refusal["error"]) == (3, "bank.busy")
