"""The ledger against somebody with a database shell: what was done to it is found, and the first entry is named."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from biobank_tui.bank import ledger
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.guards import GUARDS, postgresql_trigger, sqlite_trigger
from biobank_tui.bank.ledger import HASHED, Verification, canonical, entry_hash
from biobank_tui.rules.errors import Refused


@pytest.fixture
def lived(bank: Bank, make: Any) -> Bank:
    """A bank of eight entries: 1 made the bank, 2 a donor, 3 to 8 tubes, of which the fourth is of three tubes."""
    donor = make.donor()
    for n in (1, 3, 1, 1, 1, 1):
        make.samples(n, donor=donor)
    return bank


def verified(bank: Bank, anchored: str | None = None) -> Verification:
    with bank.read() as connection:
        return ledger.verify(connection, anchored=anchored)


def named(bank: Bank, anchored: str | None = None) -> tuple[int, str]:
    """The entry a verification names, and why."""
    fault = verified(bank, anchored).fault
    assert fault is not None
    assert fault.what.format(number=fault.number).endswith(".")
    return fault.number, fault.code.removeprefix("ledger.")


def rewritten(raw: Any, number: int, **changes: Any) -> None:
    """Change an entry and give it the hash that fits, as somebody would who knows the program."""
    names = ", ".join(f'"{name}"' for name in HASHED)
    entry = dict(zip(HASHED, raw(f"SELECT {names} FROM ledger_entry WHERE number = ?", number)[0], strict=True))
    entry |= changes
    for name, value in (changes | {"hash": entry_hash(entry)}).items():
        raw(f'UPDATE ledger_entry SET "{name}" = ? WHERE number = ?', value, number)


def exchanged(raw: Any, table: str, column: str, one: int, other: int, where: str = "") -> None:
    for old, new in ((one, -1), (other, one), (-1, other)):
        raw(f"UPDATE {table} SET {column} = {new} WHERE {column} = {old} {where}")


def test_an_untouched_ledger_is_sound(lived: Bank) -> None:
    found = verified(lived)
    assert found.fault is None
    assert found.entries == 8
    with lived.read() as connection:
        assert found.head == ledger.anchor(connection)
    assert verified(lived, found.head).fault is None


ATTACKS: dict[str, tuple[Callable[[Any], object], int, str]] = {
    "the actor of an entry": (
        lambda raw: raw("UPDATE ledger_entry SET actor = 'somebody' WHERE number = 4"), 4, "edited",
    ),
    "the time of the first entry": (
        lambda raw: raw("UPDATE ledger_entry SET at = '2020-01-01T00:00:00Z' WHERE number = 1"), 1, "edited",
    ),
    "the reason of the last entry": (
        lambda raw: raw("UPDATE ledger_entry SET reason = 'none' WHERE number = 8"), 8, "edited",
    ),
    "an entry, with a hash that fits": (lambda raw: rewritten(raw, 4, actor="somebody"), 4, "replaced"),
    "an entry's link and its hash": (lambda raw: rewritten(raw, 4, previous="f" * 64), 4, "replaced"),
    "the first entry's link and its hash": (lambda raw: rewritten(raw, 1, previous="f" * 64), 1, "replaced"),
    "an entry removed": (lambda raw: raw("DELETE FROM ledger_entry WHERE number = 4"), 4, "records_astray"),
    "an entry removed with its records": (
        lambda raw: [raw(f"DELETE FROM {table} = 4") for table in (
            "ledger_entry WHERE number", "ledger_record WHERE entry")], 4, "removed",
    ),
    "the first entry removed with its records": (
        lambda raw: [raw(f"DELETE FROM {table} = 1") for table in (
            "ledger_entry WHERE number", "ledger_record WHERE entry")], 1, "removed",
    ),
    "the last entry removed with its records": (
        lambda raw: [raw(f"DELETE FROM {table} = 8") for table in (
            "ledger_entry WHERE number", "ledger_record WHERE entry")], 8, "removed",
    ),
    "two neighbours swapped": (lambda raw: exchanged(raw, "ledger_entry", "number", 4, 5), 4, "edited"),
    "two swapped with their records": (
        lambda raw: (exchanged(raw, "ledger_entry", "number", 3, 7), exchanged(raw, "ledger_record", "entry", 3, 7)),
        3, "edited",
    ),
    "a record's change": (
        lambda raw: raw("UPDATE ledger_record SET change = '{}' WHERE entry = 4 AND seq = 2"), 4, "records_edited",
    ),
    "a record's target": (
        lambda raw: raw("UPDATE ledger_record SET target_id = 99 WHERE entry = 4 AND seq = 3"), 4, "records_edited",
    ),
    "a record removed": (
        lambda raw: raw("DELETE FROM ledger_record WHERE entry = 4 AND seq = 2"), 4, "records_edited",
    ),
    "the last record of an entry removed": (
        lambda raw: raw("DELETE FROM ledger_record WHERE entry = 4 AND seq = 3"), 4, "records_edited",
    ),
    "all records of an entry removed": (
        lambda raw: raw("DELETE FROM ledger_record WHERE entry = 4"), 4, "records_edited",
    ),
    "two records swapped": (
        lambda raw: exchanged(raw, "ledger_record", "seq", 1, 2, "AND entry = 4"), 4, "records_edited",
    ),
    "a record added": (
        lambda raw: raw("INSERT INTO ledger_record VALUES (4, 4, 'sample', 1, '{}')"), 4, "records_edited",
    ),
    "a record moved to another entry": (
        lambda raw: raw("UPDATE ledger_record SET entry = 5, seq = 9 WHERE entry = 4 AND seq = 3"), 4, "records_edited",
    ),
    "a record of no entry": (
        lambda raw: raw("INSERT INTO ledger_record VALUES (0, 1, 'sample', 1, '{}')"), 0, "records_astray",
    ),
    "a record after the last entry": (
        lambda raw: raw("INSERT INTO ledger_record VALUES (9, 1, 'sample', 1, '{}')"), 9, "records_astray",
    ),
}  # fmt: skip
"""What is done to the ledger once its triggers are gone: the entry to be named, and why."""


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_done_to_the_ledger_is_found_and_named(lived: Bank, raw: Any, attack: str) -> None:
    act, number, why = ATTACKS[attack]
    raw.drop_triggers()
    act(raw)
    assert named(lived) == (number, why)


@pytest.mark.parametrize("attack", ["an entry removed", "two neighbours swapped", "a record's change"])
def test_putting_the_triggers_back_hides_nothing(lived: Bank, raw: Any, attack: str) -> None:
    act, number, why = ATTACKS[attack]
    raw.drop_triggers()
    act(raw)
    for guard in GUARDS:
        for statement in sqlite_trigger(guard) if raw.sqlite else postgresql_trigger(guard)[1:]:
            raw(statement)
    assert named(lived) == (number, why)


def test_dropped_triggers_are_told_even_where_nothing_was_changed(lived: Bank, raw: Any) -> None:
    raw.drop_triggers()
    assert named(lived) == (0, "unguarded")


def test_triggers_that_were_switched_off_or_emptied_are_told(lived: Bank, raw: Any) -> None:
    if raw.sqlite:
        raw("DROP TRIGGER ledger_entry_not_edited")
        raw("CREATE TRIGGER ledger_entry_not_edited BEFORE UPDATE ON ledger_entry BEGIN SELECT 1; END")
    else:
        raw("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_not_edited")
    assert named(lived) == (0, "unguarded")


def test_a_function_emptied_under_its_trigger_is_told(postgresql_bank: Bank) -> None:
    with postgresql_bank._connected(writing=True) as connection:
        connection.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION ledger_entry_not_removed() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN OLD; END $$"
        )
    assert named(postgresql_bank) == (0, "unguarded")


def test_a_tail_cut_off_with_its_counter_is_found_by_the_anchor(lived: Bank, raw: Any) -> None:
    anchored = verified(lived).head
    raw.drop_triggers()
    raw("DELETE FROM ledger_entry WHERE number >= 7")
    raw("DELETE FROM ledger_record WHERE entry >= 7")
    assert named(lived) == (7, "removed")
    raw("UPDATE serial SET next = 7 WHERE noun = 'ledger_entry'")
    assert named(lived) == (0, "unguarded")
    assert named(lived, anchored) == (7, "removed")


def test_a_chain_written_anew_to_its_end_is_found_by_the_anchor(lived: Bank, raw: Any) -> None:
    anchored = verified(lived).head
    raw.drop_triggers()
    rewritten(raw, 5, actor="somebody")
    for number in (6, 7, 8):
        rewritten(raw, number, previous=raw("SELECT hash FROM ledger_entry WHERE number = ?", number - 1)[0][0])
    assert named(lived) == (0, "unguarded")
    assert named(lived, anchored) == (8, "anchor")


@pytest.mark.parametrize("anchored", ["", "8", "eight:" + "0" * 64, "8:short"])
def test_a_mistyped_anchor_is_said_to_be_none(lived: Bank, anchored: str) -> None:
    with pytest.raises(Refused, match="no anchor"):
        verified(lived, anchored)


def test_the_chain_goes_on_after_the_bank_is_closed(lived: Bank, make: Any) -> None:
    with Bank.open(lived.address) as again:
        make.bank = again
        make.donor()
        found = verified(again)
    assert (found.fault, found.entries) == (None, 9)


def test_records_have_one_form_whatever_the_language_they_speak() -> None:
    assert canonical({"b": "é\n|", "a": None}) == '{"a":null,"b":"é\\n|"}'
    assert json.loads(canonical({"note": "a\x00b"})) == {"note": "a\x00b"}


SHELL = {
    "UPDATE ledger_entry SET reason = 'none' WHERE number = 4;": 4,
    "DELETE FROM ledger_entry WHERE number = 5; DELETE FROM ledger_record WHERE entry = 5;": 5,
    "UPDATE ledger_entry SET number = number + 100 WHERE number IN (3, 6);"
    " UPDATE ledger_entry SET number = 109 - number WHERE number > 100;": 3,
}


@pytest.mark.skipif(
    shutil.which("sqlite3") is None and os.environ.get("CI") != "true", reason="no sqlite3 shell on this machine"
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("sql", SHELL)
def test_the_sqlite3_shell_is_refused_and_without_the_triggers_is_found_out(lived: Bank, sql: str) -> None:
    def shell(text: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sqlite3", "-bail", lived.address, text], capture_output=True, text=True, check=False)

    refused = shell(sql)
    assert refused.returncode != 0
    assert "guard:ledger_" in refused.stderr
    assert verified(lived).fault is None
    triggers = shell("SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_master WHERE type = 'trigger'").stdout
    assert shell(triggers + sql).returncode == 0
    assert named(lived)[0] == SHELL[sql]


def test_records_taken_in_by_the_thousand_have_the_digest_of_the_same_one_by_one() -> None:
    one, many = ledger.RecordDigest(), ledger.RecordDigest()
    for number in range(5):
        one.add("sample", number, f'{{"n":{number}}}')
    assert many.add_many("sample", range(2), ['{"n":0}', '{"n":1}']) == 1
    assert many.add_many("sample", range(2, 5), [f'{{"n":{number}}}' for number in range(2, 5)]) == 3
    assert (one.hexdigest(), one.count) == (many.hexdigest(), many.count)
