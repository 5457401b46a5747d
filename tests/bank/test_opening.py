"""Opening and making banks: what is no bank is told so in a sentence, and stays as it was."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from biobank_tui.bank import dialects
from biobank_tui.bank.bank import Bank
from biobank_tui.rules.errors import BiobankError, Refused, Unreachable


def foreign(path: Path) -> bytes:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE something (else_ TEXT)")
    connection.commit()
    connection.close()
    return path.read_bytes()


def test_another_programs_database_is_not_opened_and_not_touched(tmp_path: Path) -> None:
    before = foreign(tmp_path / "other.db")
    with pytest.raises(Refused) as caught:
        Bank.open(tmp_path / "other.db")
    assert caught.value.code == "bank.not_a_bank"
    assert (tmp_path / "other.db").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.db"]


def test_another_programs_database_is_not_made_into_a_bank(tmp_path: Path) -> None:
    before = foreign(tmp_path / "other.db")
    with pytest.raises(Refused) as caught:
        Bank.create(tmp_path / "other.db")
    assert caught.value.code == "bank.exists"
    assert (tmp_path / "other.db").read_bytes() == before


def test_an_empty_file_is_no_bank_and_stays_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(Refused) as caught:
        Bank.open(tmp_path / "empty.db")
    assert caught.value.code == "bank.not_a_bank"
    assert (tmp_path / "empty.db").stat().st_size == 0


@pytest.mark.parametrize("content", [b"Dear colleague,\n" * 200, b"\x00" * 5000, b"PK\x03\x04" + b"x" * 3000])
def test_a_file_of_another_kind_is_told_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "letter.db").write_bytes(content)
    with pytest.raises(BiobankError, match="not a biobank file"):
        Bank.open(tmp_path / "letter.db")
    assert (tmp_path / "letter.db").read_bytes() == content


@pytest.mark.parametrize("kept", [100, 5_000, 60_000])
def test_a_bank_cut_short_is_told_so(tmp_path: Path, sqlite_template: Path, kept: int) -> None:
    (tmp_path / "bank.db").write_bytes(sqlite_template.read_bytes()[:kept])
    with pytest.raises(Unreachable, match="restore the last backup"):
        Bank.open(tmp_path / "bank.db")


def test_there_is_no_bank_where_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(Unreachable) as caught:
        Bank.open(tmp_path / "absent.db")
    assert "biobank init" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_bank(tmp_path: Path) -> None:
    with pytest.raises(BiobankError):
        Bank.open(tmp_path)


def test_a_bank_is_not_made_where_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="no folder"):
        Bank.create(tmp_path / "nowhere" / "bank.db")


def test_a_bank_is_not_made_over_another(bank: Bank) -> None:
    with pytest.raises(Refused) as caught:
        Bank.create(bank.address)
    assert caught.value.code == "bank.exists"
    assert bank.setting("name") == "Biobank"


@pytest.mark.parametrize("prefix", ["abc", "1", "é", "A-"])
def test_a_prefix_is_at_most_two_letters(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(Refused):
        Bank.create(tmp_path / "bank.db", prefix=prefix)
    assert not (tmp_path / "bank.db").exists()


def test_a_bank_that_could_not_be_made_can_be_made_again(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        Bank.create(tmp_path / "bank.db", organisation=("HOME", None))  # type: ignore[arg-type]
    with Bank.create(tmp_path / "bank.db") as bank:
        assert bank.setting("name") == "Biobank"


def test_an_empty_database_is_no_bank(postgresql_server: Any) -> None:
    address = postgresql_server.create()
    with pytest.raises(Refused) as caught:
        Bank.open(address)
    assert caught.value.code == "bank.not_a_bank"
    postgresql_server.drop(address)


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable) as caught:
        Bank.open("postgresql://bank:secret@127.0.0.1:1/bank")
    assert caught.value.exit_code == 3
    assert "secret" not in str(caught.value)


def test_a_password_is_never_shown(postgresql_bank: Bank) -> None:
    with Bank.open(postgresql_bank.address.replace("bank@", "bank:secret@")) as bank:
        assert "secret" not in bank.address


@pytest.mark.parametrize("address", ["mysql://x:secret@y/z", "oracle://x/y"])
def test_a_database_of_another_make_is_refused_by_name(address: str) -> None:
    with pytest.raises(Refused) as caught:
        Bank.open(address)
    assert caught.value.code == "bank.address"
    assert "secret" not in str(caught.value)


def test_a_bank_is_opened_by_its_path_or_by_its_address(sqlite_bank: Bank) -> None:
    with Bank.open(f"sqlite:///{sqlite_bank.address}") as again:
        assert again.setting("name") == "Biobank"


def test_every_connection_has_its_pragmas(sqlite_bank: Bank) -> None:
    with sqlite_bank.read() as one, sqlite_bank.read() as two:
        for connection in (one, two):
            told = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("foreign_keys", "journal_mode", "synchronous", "busy_timeout", "temp_store")
            }
            assert told == {
                "foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "busy_timeout": 10_000, "temp_store": 2,
            }  # fmt: skip


def test_who_waits_to_write_gets_a_turn_and_waits_as_long_the_next_time(
    sqlite_bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialects, "TURN_MILLISECONDS", 1)
    with (
        sqlite_bank.engine.connect() as waiting,
        sqlite_bank.engine.connect() as first,
        first.execution_options(writing=True).begin(),
    ):
        end = threading.Timer(0.2, first.rollback)
        end.start()
        with waiting.execution_options(writing=True).begin():
            assert end.finished.is_set() or not first.in_transaction()
            assert waiting.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000
        end.join()


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_versions_whose_wal_loses_data_are_known(version: tuple[int, ...], sound: bool) -> None:
    assert dialects.wal_is_sound(version) is sound


def test_an_affected_sqlite_works_without_wal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialects, "SOUND_WAL", ((99, 0, 0),))
    with Bank.create(tmp_path / "bank.db") as bank, bank.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 3


def test_a_bank_is_shared_by_the_threads_of_a_program(bank: Bank) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(bank.setting("name"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["Biobank"] * 12


def test_a_reading_that_outlives_its_bank_ends_its_own_connection(bank: Bank) -> None:
    with bank.read() as connection:
        driver = connection.connection.driver_connection
        bank.close()
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    assert driver is not None
    with pytest.raises(Exception, match="closed"):
        driver.execute("SELECT 1")
