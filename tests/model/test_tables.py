"""The nouns as tables: the same on both databases, and in step with the rules they repeat in SQL."""

from __future__ import annotations

import itertools
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, create_engine, text
from sqlmodel import SQLModel

from biobank_tui import model
from biobank_tui.model import samples, tables
from biobank_tui.model.columns import not_before
from biobank_tui.model.storage import UnitKind
from biobank_tui.rules import lifecycles
from biobank_tui.rules.moments import compare_partial
from biobank_tui.rules.treeplan import LETTERS

ALL = SQLModel.metadata.sorted_tables
NOUNS = [noun for name in model.__all__ if hasattr(noun := getattr(model, name), "__table__")]


def test_every_table_has_its_constant() -> None:
    constants = {name: value for name, value in vars(tables).items() if isinstance(value, Table)}
    assert {value.name for value in constants.values()} == {table.name for table in ALL}
    assert all(name == value.name.upper() for name, value in constants.items())


def test_every_noun_can_be_had_from_the_model() -> None:
    assert len(NOUNS) == len(ALL)


def test_every_table_is_strict_on_sqlite() -> None:
    assert [table.name for table in ALL if not table.dialect_options["sqlite"]["strict"]] == []


def test_every_column_has_a_type_a_strict_table_takes() -> None:
    from sqlalchemy.dialects import sqlite

    kinds = {str(column.type.compile(dialect=sqlite.dialect())) for table in ALL for column in table.columns}
    assert kinds <= {"INTEGER", "REAL", "TEXT"}


def test_numbers_are_given_by_the_bank_and_never_by_the_database() -> None:
    assert [str(column) for table in ALL for column in table.primary_key if column.autoincrement is True] == []
    assert [str(column) for table in ALL for column in table.columns if column.server_default is not None] == []


def test_every_noun_says_what_it_is() -> None:
    assert [table.__name__ for table in NOUNS if not table.__doc__] == []


def test_a_reference_has_an_index_where_rows_are_looked_up_by_it() -> None:
    """The tables a sample's or a donor's life is read from."""
    for table in (tables.SAMPLE, tables.CONSENT, tables.DIAGNOSIS, tables.RESERVATION, tables.HOLD_SAMPLE):
        first = {next(iter(index.columns)).name for index in table.indexes}
        first |= {next(iter(each.columns)).name for each in table.constraints if each.columns}
        wanted = {"donor_id", "sample_id", "parent_id"} & set(table.c.keys())
        assert wanted <= first, table.name


def test_what_the_model_repeats_of_the_rules_is_the_same() -> None:
    assert set(samples.PLACELESS) == {str(status) for status in lifecycles.PLACELESS}
    assert {str(kind) for kind in UnitKind} == set(LETTERS)


def moments() -> st.SearchStrategy[str]:
    day = st.dates(min_value=date(2019, 11, 1), max_value=date(2021, 2, 9))
    return st.builds(
        lambda day, length, hour, minute: f"{day}T{hour:02d}:{minute:02d}Z" if length > 10 else str(day)[:length],
        day,
        st.sampled_from((4, 7, 10, 17)),
        st.integers(0, 23),
        st.integers(0, 59),
    )


ENGINE = create_engine("sqlite://")


@settings(max_examples=400, deadline=None)
@given(moments(), moments())
@example("2021-01-01", "2020-12-31T20:00Z")
@example("2021-01-01T03:00Z", "2020-12-31")
@example("2021", "2020-12-31T20:00Z")
def test_the_database_refuses_no_times_that_the_rule_lets_pass(earlier: str, later: str) -> None:
    with ENGINE.connect() as connection:
        passes = connection.scalar(text(f"SELECT {not_before(':a', ':b')}"), {"a": earlier, "b": later})
    if not passes:
        assert compare_partial(earlier, later) == 1


def test_the_database_refuses_times_of_one_kind_exactly_as_the_rule_does() -> None:
    days = ("2020", "2021", "2020-12", "2021-01", "2020-12-31", "2021-01-01")
    instants = ("2020-12-31T23:59Z", "2021-01-01T00:00Z", "2021-01-01T00:01Z")
    with ENGINE.connect() as connection:
        for a, b in (*itertools.product(days, days), *itertools.product(instants, instants)):
            passes = connection.scalar(text(f"SELECT {not_before(':a', ':b')}"), {"a": a, "b": b})
            assert bool(passes) is (compare_partial(a, b) != 1), (a, b)
