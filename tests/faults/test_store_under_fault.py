"""The store while others hold it, kill its writers, fill its disk, or turn its clock back."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from biobank_tui.bank import checking, dialects, ledger
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import WRITER_LOCK
from biobank_tui.bank.transaction import Actor
from biobank_tui.cli.running import run
from biobank_tui.model.tables import LEDGER_ENTRY, ORGANISATION, SAMPLE
from biobank_tui.rules.errors import Unreachable
from biobank_tui.rules.permissions import Verb

PARTNER = {"code": "PARTNER", "name": "Partner", "kind": "company", "commercial": 1, "country": "FR"}


@pytest.fixture
def impatient(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bank]:
    """The same bank, opened by somebody who waits for others a fifth of a second only."""
    monkeypatch.setattr(dialects, "BUSY_MILLISECONDS", 200)
    with Bank.open(bank.address) as again:
        yield again


@contextmanager
def somebody_writing(raw: Any) -> Iterator[None]:
    """Another program in the middle of a write."""
    raw("BEGIN IMMEDIATE" if raw.sqlite else "BEGIN")
    if not raw.sqlite:
        raw(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")
    try:
        yield
    finally:
        raw("ROLLBACK")


def test_a_bank_somebody_writes_to_is_busy_and_not_broken(impatient: Bank, raw: Any) -> None:
    actor = impatient.actor("admin")
    with (
        somebody_writing(raw),
        pytest.raises(Unreachable) as caught,
        impatient.transaction(actor, Verb.ORGANISATION_ADD) as tx,
    ):
        tx.add(ORGANISATION, **PARTNER)
    assert caught.value.code == "bank.busy"
    assert caught.value.exit_code == 3
    assert "try again" in str(caught.value)
    with impatient.transaction(actor, Verb.ORGANISATION_ADD) as tx:
        tx.add(ORGANISATION, **PARTNER)
    assert len(impatient.setting("name")) > 0


def test_a_writer_waits_for_another_and_then_writes(bank: Bank, raw: Any) -> None:
    import threading

    actor = bank.actor("admin")
    done = threading.Event()

    def write() -> None:
        with bank.transaction(actor, Verb.ORGANISATION_ADD) as tx:
            tx.add(ORGANISATION, **PARTNER)
        done.set()

    thread = threading.Thread(target=write)
    with somebody_writing(raw):
        thread.start()
        assert not done.wait(0.3)
    thread.join()
    assert done.is_set()


def test_readers_are_not_held_up_by_a_writer(impatient: Bank, raw: Any) -> None:
    with somebody_writing(raw):
        assert impatient.setting("name") == "Biobank"


def test_the_command_line_leaves_with_3_when_the_bank_is_busy(
    impatient: Bank, raw: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    command = ["--bank", impatient.address, "--user", "admin", "setting", "set", "small_cell", "7"]
    with somebody_writing(raw):
        assert run(command, lambda _desk: 0) == 3
    told = capfd.readouterr()
    assert told.out == ""
    assert told.err == "Somebody else is writing to the bank; try again in a moment.\n"
    assert run(command, lambda _desk: 0) == 0


@pytest.mark.parametrize("parts", [0, 3, 12])
def test_a_writer_killed_in_the_middle_leaves_nothing_and_holds_nobody_up(
    impatient: Bank, actor: Actor, parts: int
) -> None:
    script = str(Path(__file__).with_name("writer.py"))
    with subprocess.Popen([sys.executable, script, impatient.address], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) >= parts:
                break
        writer.send_signal(signal.SIGKILL)
    if impatient.engine.dialect.name == "postgresql":
        _until_gone(impatient)
    with impatient.transaction(actor, Verb.ORGANISATION_ADD) as tx:
        tx.add(ORGANISATION, **PARTNER)
    with impatient.read() as connection:
        assert connection.scalar(select(func.count()).select_from(SAMPLE)) == 0
        assert connection.scalar(select(func.count()).select_from(LEDGER_ENTRY)) == 2
        assert checking.check(connection) == []


def _until_gone(bank: Bank) -> None:
    """Wait until the server has noticed that the killed writer is gone."""
    sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    while True:
        with bank.read() as connection:
            if connection.exec_driver_sql(sql).scalar() == 0:
                return


def test_a_full_disk_is_said_so_and_nothing_is_written(sqlite_bank: Bank, make: Any) -> None:
    actor = sqlite_bank.actor("admin")
    with sqlite_bank.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    with pytest.raises(Unreachable) as caught, sqlite_bank.transaction(actor, Verb.IMPORT) as tx:
        tx.permit()
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        first, _prefix = tx.allocate("organisation", 5000)
        tx.insert(ORGANISATION, [PARTNER | {"id": first + n, "code": f"P{n}"} for n in range(5000)])
    assert caught.value.code == "bank.full"
    with sqlite_bank.read() as connection:
        assert connection.scalar(select(func.count()).select_from(ORGANISATION)) == 1


def test_a_clock_that_goes_back_refuses_nothing(bank: Bank, make: Any, clock: Any) -> None:
    for moment in ("2026-03-02T09:00:00Z", "2020-01-01T00:00:00Z", "2026-03-02T08:59:59Z"):
        clock.now = moment
        make.donor()
    with bank.read() as connection:
        found = ledger.verify(connection)
    assert (found.fault, found.entries) == (None, 4)


def test_a_server_that_dropped_its_connections_is_reached_again(postgresql_bank: Bank) -> None:
    assert postgresql_bank.setting("name") == "Biobank"
    import psycopg

    with psycopg.connect(postgresql_bank.address, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert postgresql_bank.setting("name") == "Biobank"


def test_an_act_whose_server_goes_away_is_unreachable_and_did_not_happen(postgresql_bank: Bank) -> None:
    import psycopg

    actor = postgresql_bank.actor("admin")
    with pytest.raises(Unreachable), postgresql_bank.transaction(actor, Verb.ORGANISATION_ADD) as tx:
        tx.add(ORGANISATION, **PARTNER)
        with psycopg.connect(postgresql_bank.address, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    with postgresql_bank.read() as connection:
        assert connection.scalar(select(func.count()).select_from(ORGANISATION)) == 1


def test_a_file_that_may_not_be_written_is_said_so(sqlite_bank: Bank, tmp_path: Path) -> None:
    """As the immutable or read-only file of somebody else would be, also for root."""
    with sqlite_bank.read() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    actor = sqlite_bank.actor("admin")
    with pytest.raises(Unreachable), sqlite_bank.transaction(actor, Verb.ORGANISATION_ADD) as tx:
        tx.add(ORGANISATION, **PARTNER)


def test_a_network_drive_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from biobank_tui.rules.errors import Refused

    kind = next(
        line.split()[2]
        for line in reversed(Path("/proc/mounts").read_text(encoding="utf-8").splitlines())
        if tmp_path.resolve().is_relative_to(line.split()[1])
    )
    monkeypatch.setattr(dialects, "NETWORK_DRIVES", frozenset({kind}))
    with pytest.raises(Refused, match="network drive"):
        Bank.create(tmp_path / "bank.db")
