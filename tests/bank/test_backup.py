"""Copies of a bank are whole, verified, and never lie over anything."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from biobank_tui.actions import keeping, parties
from biobank_tui.bank import backup
from biobank_tui.bank.bank import Bank
from biobank_tui.queries.people import organisations
from biobank_tui.rules.errors import Denied, Refused, Unreachable
from biobank_tui.rules.permissions import Role


@pytest.fixture
def bank(sqlite_bank):
    return sqlite_bank


def test_a_copy_is_the_bank_as_it_was(bank, actor, make, tmp_path):
    make.samples(5)
    copy = backup.backup(bank, tmp_path / "copy.db")
    assert copy == backup.verify(tmp_path / "copy.db")
    make.organisation("LATER")
    with Bank.open(tmp_path / "copy.db") as kept, kept.read() as connection:
        assert [each.code for each in organisations(connection)] == ["HOME"]


def test_a_copy_taken_while_others_write_is_whole(bank, actor, tmp_path):
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        while not stop.is_set():
            parties.set_setting(bank, actor, "name", f"Bank {len(written)}")
            written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            backup.backup(bank, tmp_path / f"copy{number}.db")
    finally:
        stop.set()
        writer.join()
    assert written
    for number in range(5):
        assert backup.verify(tmp_path / f"copy{number}.db").revision == "0001"


def test_nothing_is_left_where_a_copy_could_not_be_made(bank, tmp_path):
    (tmp_path / "there.db").write_text("mine")
    with pytest.raises(Refused):
        backup.backup(bank, tmp_path / "there.db")
    with pytest.raises(Unreachable):
        backup.backup(bank, tmp_path / "nowhere" / "copy.db")
    assert {path.name for path in tmp_path.iterdir() if "copy" in path.name or "part" in path.name} == set()


def test_a_copy_with_an_edited_entry_is_not_taken_for_one(bank, tmp_path):
    backup.backup(bank, tmp_path / "copy.db")
    with sqlite3.connect(tmp_path / "copy.db") as raw:
        raw.execute("DROP TRIGGER ledger_entry_not_edited")
        raw.execute("UPDATE ledger_entry SET actor = 'nobody'")
    raw.close()
    with pytest.raises(Refused) as refused:
        backup.restore(tmp_path / "copy.db", str(tmp_path / "other.db"))
    assert refused.value.code == "backup.ledger"
    assert not (tmp_path / "other.db").exists()


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\0" + bytes(100)])
def test_a_file_that_is_no_bank_is_refused_with_a_sentence(tmp_path, content):
    (tmp_path / "copy.db").write_bytes(content)
    with pytest.raises(Refused):
        backup.verify(tmp_path / "copy.db")
    with pytest.raises(Unreachable):
        backup.verify(tmp_path / "absent.db")


def test_a_bank_somebody_has_open_is_not_replaced(bank, tmp_path):
    backup.backup(bank, tmp_path / "copy.db")
    with bank.read(), pytest.raises(Unreachable):
        backup.replace(tmp_path / "copy.db", bank.address, "now")
    assert not list(tmp_path.glob("*.before-now"))


def test_the_replaced_bank_is_kept_with_all_it_held(bank, make, tmp_path):
    backup.backup(bank, tmp_path / "copy.db")
    make.organisation("LATER")
    bank.close()
    _copy, kept = backup.replace(tmp_path / "copy.db", bank.address, "now")
    for address, codes in ((bank.address, ["HOME"]), (kept, ["HOME", "LATER"])):
        with Bank.open(address) as opened, opened.read() as connection:
            assert [each.code for each in organisations(connection)] == codes


def test_taking_a_backup_is_an_act_with_its_own_permission(bank, make, tmp_path):
    technician = make.person(Role.TECHNICIAN)
    with pytest.raises(Denied):
        keeping.back_up(bank, technician, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
    manager = make.person(Role.MANAGER)
    assert keeping.back_up(bank, manager, tmp_path / "copy.db").size > 0
