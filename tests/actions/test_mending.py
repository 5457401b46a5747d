"""`check --repair`: what is kept beside the rows is right again, the ledger says so, and not everybody may."""

from __future__ import annotations

import pytest

from biobank_tui.actions import mending
from biobank_tui.bank import inspecting
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.index import building
from biobank_tui.bank.inspecting import inspect
from biobank_tui.rules.errors import Denied
from biobank_tui.rules.permissions import Role


@pytest.fixture
def filled(bank, make):
    make.samples(6, unit=make.box())
    make.samples(3)
    return bank


@pytest.fixture
def indexed(filled, monkeypatch, tmp_path):
    """A bank whose index has buckets of two samples."""
    monkeypatch.setattr(building, "LEAST_BUCKET", 2)
    filled.index.path = tmp_path / "index"
    with filled.read() as connection:
        filled.index.catch_up(connection)
    return filled


def said(bank: Bank) -> list[str]:
    return [str(each) for each in inspect(bank)]


def test_every_kept_count_is_right_after_a_repair(filled, actor, raw):
    raw("UPDATE sample_tally SET n = n + 3")
    raw("UPDATE usable_tally SET n = 0")
    raw("UPDATE storage_unit SET tubes = tubes + 2")
    assert said(filled)
    mended = mending.mend(filled, actor)
    assert said(filled) == []
    assert mended.facets
    assert mended.usable
    assert mended.units
    assert mended.index is None


def test_counts_that_are_gone_or_too_many_are_put_right(filled, actor, raw):
    raw("DELETE FROM sample_tally")
    raw("INSERT INTO usable_tally (material, diagnosis, profile_id, n) VALUES ('Nothing', '', 0, 7)")
    mending.mend(filled, actor)
    assert said(filled) == []


def test_the_ledger_keeps_what_was_put_right(filled, actor, raw):
    raw("UPDATE storage_unit SET tubes = 99 WHERE parent_id IS NULL")
    mended = mending.mend(filled, actor)
    row = raw("SELECT number, verb, facts FROM ledger_entry ORDER BY number DESC LIMIT 1")[0]
    assert (row[0], row[1]) == (mended.entry, "bank.repair")
    assert '"units":1' in row[2]


def test_a_technician_may_not_repair(filled, make):
    with pytest.raises(Denied):
        mending.mend(filled, make.person(Role.TECHNICIAN))


def test_an_index_that_follows_the_acts_is_sound(indexed, make):
    make.samples(4)
    assert said(indexed) == []


@pytest.mark.parametrize(
    ("column", "found"),
    [
        ("status", "The samples' index has 8 samples with status available; there are 9."),
        ("collected", "The samples' index has another collected of"),
        ("donor", "The samples' index has another donor of"),
    ],
)
def test_an_index_that_says_otherwise_is_named_and_made_anew(indexed, actor, column, found):
    _falsify(indexed, column, 2)
    assert any(found in finding for finding in said(indexed)), said(indexed)
    assert mending.mend(indexed, actor).index == 9
    assert said(indexed) == []


def test_an_index_without_a_samples_words_is_named(indexed, actor):
    indexed.index._opened.connection.execute("DELETE FROM trigram")
    assert any("does not find" in finding for finding in said(indexed))
    mending.mend(indexed, actor)
    assert said(indexed) == []


def test_an_index_that_cannot_be_read_is_made_anew(indexed, actor):
    indexed.index.close()
    indexed.index.path.write_bytes(b"no database at all" * 400)
    assert mending.mend(indexed, actor).index == 9
    assert said(indexed) == []


def test_a_large_bank_is_checked_by_several_processes_with_the_same_findings(sqlite_bank, monkeypatch):
    with sqlite_bank.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO organisation (id, code, name, kind, commercial) VALUES (9, 'X', 'X', 'agency', 0)"
        )
    alone = said(sqlite_bank)
    monkeypatch.setattr(inspecting, "LARGE", 0)
    monkeypatch.setattr(inspecting.os, "cpu_count", lambda: 2)
    parts: list[str] = []
    together = [str(each) for each in inspect(sqlite_bank, parts.append)]
    assert together == alone == ["Row 9 of organisation stands in no entry."]
    assert sorted(parts) == sorted(inspecting.CHECKS)


def _falsify(bank: Bank, name: str, number: int) -> None:
    file = bank.index._opened
    codes = file.chunk(name, 0)
    codes[number] += 1
    file.put_chunk(name, 0, 0, codes)
    bank.index.close()
    bank.index.__init__(bank.index.path)
