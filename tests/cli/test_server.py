"""The same commands on a bank in PostgreSQL."""

from __future__ import annotations

import pytest


@pytest.fixture
def served(biobank, postgresql_server, monkeypatch):
    monkeypatch.setenv("BIOBANK_BANK", postgresql_server.create())
    monkeypatch.setenv("BIOBANK_USER", "anna")
    assert biobank("init", "--org", "IGR=Institute", "--admin", "anna=Anna").code == 0
    return biobank


def test_a_bank_on_a_server_does_the_same_work(served):
    assert served("storage", "add", "freezer F01 / 1 rack / 2 boxes 9x9", "--temperature", "-80").code == 0
    donor = served("donor", "add", "--org", "IGR").lines[0]
    tube = served("sample", "register", donor, "plasma", "--amount", "1 mL", "--box", "F01.R1.B1").lines[0]
    assert len(served("sample", "aliquot", tube, "3", "--each", "100 µL", "--box", "F01.R1.B1").lines) == 3
    assert served("show", tube, "--json").json["amount"] == "0.7 mL"
    assert len(served("export", "samples").lines) == 5
    assert served("check").code == 0
    assert served("ledger", "verify").code == 0
    assert served("doctor").code == 0


def test_what_a_server_does_itself_is_left_to_it(served, tmp_path):
    assert "pg_dump" in served("backup", tmp_path / "copy.db").err
    assert "pg_restore" in served("restore", tmp_path / "copy.db").err
    assert served("init").code == 1
    assert served("migrate").code == 0
