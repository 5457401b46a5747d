"""A bank made by the migrations is the bank the models and the guards describe."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from biobank_tui.bank import checking, ddl, migrations, upgrading
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import engine_for
from biobank_tui.paths import schema_dir
from biobank_tui.rules.errors import Refused, Unreachable

FILES = {"sqlite": "biobank.sql", "postgresql": "biobank.postgresql.sql"}


def plain(statement: str) -> str:
    return re.sub(r"\s+", " ", statement).strip()


@pytest.mark.parametrize("dialect", FILES)
def test_the_schema_on_disk_is_the_one_of_the_models_and_guards(dialect: str) -> None:
    assert (schema_dir() / FILES[dialect]).read_text(encoding="utf-8") == ddl.script(dialect), "run: make schema"


def test_the_migrations_build_what_the_models_describe_on_sqlite(sqlite_bank: Bank) -> None:
    with sqlite_bank.read() as connection:
        built = connection.scalars(
            text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'")
        )
        assert sorted(plain(sql) for sql in built) == sorted(plain(sql) for sql in ddl.statements("sqlite"))


CATALOGUE = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "indexes": "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}


@pytest.mark.parametrize("part", CATALOGUE)
def test_the_migrations_build_what_the_models_describe_on_postgresql(
    postgresql_server: Any, postgresql_bank: Bank, part: str
) -> None:
    address = postgresql_server.create()
    with Bank(engine_for(address), address) as drawn:
        with drawn._connected(writing=True) as connection:
            for statement in ddl.statements("postgresql"):
                connection.exec_driver_sql(statement)
        with drawn.read() as ours, postgresql_bank.read() as theirs:
            described, built = (
                {tuple(row) for row in connection.execute(text(CATALOGUE[part]))} for connection in (ours, theirs)
            )
    postgresql_server.drop(address)
    assert {row for row in built if "alembic_version" not in str(row)} == described


def test_every_table_of_the_models_is_there_with_its_columns(bank: Bank) -> None:
    with bank.read() as connection:
        inspector = inspect(connection)
        for table in SQLModel.metadata.sorted_tables:
            found = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
            assert found == {column.name: bool(column.nullable) for column in table.columns}, table.name


def test_a_new_bank_is_at_the_newest_revision_and_sound(bank: Bank) -> None:
    with bank.read() as connection:
        assert migrations.current(connection) == migrations.newest()
        assert checking.check(connection) == []


def test_every_noun_with_a_number_has_its_counter(bank: Bank) -> None:
    with bank.read() as connection:
        counted = set(connection.scalars(text("SELECT noun FROM serial")))
    assert counted == {table.name for table in SQLModel.metadata.sorted_tables if "id" in table.c} | {"ledger_entry"}


@pytest.mark.parametrize(("revision", "code"), [("0000", "bank.old"), ("9999", "bank.new")])
def test_a_bank_of_another_version_says_which_way_to_go(bank: Bank, raw: Any, revision: str, code: str) -> None:
    raw("UPDATE alembic_version SET version_num = ?", revision)
    with pytest.raises(Refused) as caught:
        Bank.open(bank.address)
    assert caught.value.code == code


def test_migrating_a_bank_that_is_up_to_date_changes_nothing(sqlite_bank: Bank) -> None:
    done = upgrading.migrate(sqlite_bank.address)
    assert (done.before, done.after, done.kept) == (migrations.newest(), migrations.newest(), "")


def test_migrating_what_is_no_bank_is_refused(tmp_path: Any) -> None:
    with pytest.raises(Unreachable):
        upgrading.migrate(str(tmp_path / "absent.db"))
    (tmp_path / "empty.db").touch()
    with pytest.raises(Refused):
        upgrading.migrate(str(tmp_path / "empty.db"))
    assert (tmp_path / "empty.db").stat().st_size == 0
