"""A bank is made, copied, restored, checked; the ledger is verified; people log in."""

from __future__ import annotations

import sqlite3

import pytest


def test_a_second_init_changes_nothing(bank, tmp_path):
    before = (tmp_path / "bank.db").read_bytes()
    answer = bank("init")
    assert answer.code == 1
    assert (tmp_path / "bank.db").read_bytes() == before


def test_init_makes_the_users_own_bank_where_none_is_named(biobank, monkeypatch, tmp_path):
    monkeypatch.delenv("BIOBANK_BANK")
    assert biobank("init").lines == [str(tmp_path / "data" / "biobank" / "bank.db")]


def test_a_backup_is_verified_noted_in_the_ledger_and_restored_elsewhere(bank, tmp_path):
    copy = tmp_path / "copy.db"
    made = bank("backup", copy, "--json").json
    assert made["anchor"].startswith("2:")
    noted = bank("ledger", "show", "--json", "--verb", "bank.backup").json
    assert noted[0]["facts"]["digest"] == made["digest"]
    assert bank("--bank", tmp_path / "other.db", "restore", copy).code == 0
    listed = bank("--bank", tmp_path / "other.db", "user", "list", "--json").json
    assert [person["login"] for person in listed] == ["anna", "tom"]


def test_a_backup_never_goes_over_a_file_that_is_there(bank, tmp_path):
    (tmp_path / "copy.db").write_text("mine")
    assert bank("backup", tmp_path / "copy.db").code == 1
    assert (tmp_path / "copy.db").read_text() == "mine"


def test_a_technician_takes_no_backup(bank, tmp_path):
    answer = bank("backup", tmp_path / "copy.db", "--user", "tom")
    assert answer.code == 1
    assert not (tmp_path / "copy.db").exists()


def test_restore_keeps_the_bank_that_was_there(bank, tmp_path):
    bank("backup", tmp_path / "copy.db")
    bank("org", "add", "LATER", "Later")
    assert bank("restore", tmp_path / "copy.db").code == 1
    assert bank("restore", tmp_path / "copy.db", "--replace").code == 0
    assert [each["code"] for each in bank("org", "list", "--json").json] == ["IGR"]
    kept = next(tmp_path.glob("bank.db.before-*"))
    assert [each["code"] for each in bank("--bank", kept, "org", "list", "--json").json] == ["IGR", "LATER"]


def test_a_sound_bank_checks_and_one_with_a_changed_row_does_not(bank, tmp_path):
    assert bank("check").code == 0
    with sqlite3.connect(tmp_path / "bank.db") as raw:
        raw.execute("UPDATE person SET name = 'Someone else' WHERE login = 'tom'")
    answer = bank("check")
    assert answer.code == 4
    assert "name of row 2 of person is not what the ledger last wrote." in answer.lines


def test_a_repair_says_what_it_put_right_and_then_checks(bank, tmp_path):
    with sqlite3.connect(tmp_path / "bank.db") as raw:
        raw.execute("INSERT INTO usable_tally (material, diagnosis, profile_id, n) VALUES ('DNA', '', 0, 7)")
    assert bank("check").code == 4
    answer = bank("check", "--repair")
    assert answer.code == 0, answer.err
    assert "0 counts of samples, 1 of usable samples, 0 of tubes in a storage unit." in answer.err
    assert "Every kept count was right" in bank("check", "--repair").err


def test_an_edited_ledger_entry_is_named_even_when_its_triggers_were_dropped(bank, tmp_path):
    anchor = bank("ledger", "anchor").lines[0]
    assert bank("ledger", "verify", "--anchor", anchor).code == 0
    with sqlite3.connect(tmp_path / "bank.db") as raw:
        raw.execute("DROP TRIGGER ledger_entry_not_edited")
        raw.execute("UPDATE ledger_entry SET subject = 'nobody' WHERE number = 2")
    answer = bank("ledger", "verify")
    assert answer.code == 4
    assert "Entry 2 was edited" in answer.err


def test_an_entry_is_shown_with_what_it_changed(bank):
    entry = bank("ledger", "show", "2", "--json").json
    assert (entry["verb"], entry["subject"], entry["actor"]) == ("person.add", "tom", "anna")
    assert entry["changes"][0]["after"]["login"] == "tom"


def test_only_those_who_may_read_the_ledger_do(bank):
    assert bank("ledger", "show", "--user", "tom").code == 1


def test_who_acts_must_be_clear(bank, biobank, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "nobody-here")
    answer = biobank("user", "list")
    assert answer.code == 1
    assert "anna, tom" in answer.err
    monkeypatch.setattr("getpass.getuser", lambda: "tom")
    assert biobank("org", "list").code == 0
    assert biobank("org", "add", "X", "X").code == 1


def test_somebody_unknown_is_refused(bank):
    assert bank("user", "list", "--user", "eve").code == 1


@pytest.fixture
def guarded(bank):
    assert bank("user", "password", "tom", stdin="a long secret\n").code == 0
    return bank


def test_a_password_is_asked_for_and_a_wrong_one_refused(guarded, monkeypatch):
    without = guarded("org", "list", "--user", "tom", "--json")
    assert (without.code, without.refusal["error"]) == (1, "password.needed")
    monkeypatch.setenv("BIOBANK_PASSWORD", "not it")
    assert guarded("org", "list", "--user", "tom", "--json").refusal["error"] == "password.wrong"
    monkeypatch.setenv("BIOBANK_PASSWORD", "a long secret")
    assert guarded("org", "list", "--user", "tom").code == 0


def test_the_ledger_never_holds_a_password(guarded):
    assert "argon2" not in guarded("ledger", "show", "3", "--json").out


def test_a_role_is_given_and_taken_back(bank):
    assert bank("user", "grant", "tom", "manager", "--org", "IGR").code == 0
    roles = {each["login"]: each["roles"] for each in bank("user", "list", "--json").json}
    assert roles["tom"] == ["technician", "manager@IGR"]
    assert bank("user", "revoke", "tom", "manager").code == 0
    assert bank("user", "revoke", "tom", "manager").code == 1


def test_the_banks_settings_are_shown_with_their_meaning_and_changed(bank):
    assert bank("setting", "set", "call_target", "12").code == 0
    rows = {each["name"]: each for each in bank("setting", "show", "--json").json}
    assert rows["call_target"]["value"] == "12"
    assert rows["call_target"]["meaning"]


def test_migrate_of_a_bank_of_today_changes_nothing(bank, tmp_path):
    assert bank("migrate").lines == ["0001"]
    assert not list(tmp_path.glob("*.revision-*"))
