"""The rules that must hold in the database are broken by SQL, and each refusal has its sentence."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import SQLModel

from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.lifecycles import PLACELESS

SAMPLE = """INSERT INTO sample (id, code, kind, material, custodian_id, status, holds, thaws, {names})
    VALUES (90, 'S-90', 'primary', 'DNA', 1, 'available', 0, 0, {values})"""

BROKEN: dict[str, tuple[str, str]] = {
    "two tubes in one position": ("position.taken", "UPDATE sample SET col = 0 WHERE id = 6"),
    "a new tube in a taken position": (
        "position.taken", SAMPLE.format(names='unit_id, "row", col', values="2, 0, 0"),
    ),
    "two standing reservations of one sample": (
        "reservation.taken",
        "INSERT INTO reservation (id, sample_id, request_id, line_id, state, made) VALUES (90, 1, 1, 1, 'active', 'x')",
    ),
    "an amount below zero": ("amount.negative", "UPDATE sample SET amount = -1 WHERE id = 6"),
    "a first amount below zero": ("amount.negative", "UPDATE sample SET amount_initial = -1 WHERE id = 6"),
    "an overdraw": ("amount.negative", "UPDATE sample SET amount = amount - 500001 WHERE id = 6"),
    "an amount without a unit": ("database.rule", "UPDATE sample SET unit = NULL WHERE id = 6"),
    "an amount in a unit nobody knows": ("amount.unit", "UPDATE sample SET unit = 'drops' WHERE id = 6"),
    "half a position": ("position.outside", "UPDATE sample SET col = NULL WHERE id = 6"),
    "a position in no unit": ("position.outside", "UPDATE sample SET unit_id = NULL WHERE id = 6"),
    "half a position in no unit": ("database.rule", SAMPLE.format(names="col", values="1")),
    "a position before the first": ("database.rule", 'UPDATE sample SET "row" = -1 WHERE id = 6'),
    "a tube that is its own parent": ("database.rule", "UPDATE sample SET parent_id = 6 WHERE id = 6"),
    "thaws below zero": ("database.rule", "UPDATE sample SET thaws = -1 WHERE id = 6"),
    "holds below zero": ("database.rule", "UPDATE sample SET holds = -1 WHERE id = 6"),
    "a barcode used twice": ("barcode.taken", "UPDATE sample SET barcode = 'T1' WHERE id = 6"),
    "a code used twice": ("code.taken", SAMPLE.replace("'S-90'", "'S-1'").format(names="note", values="NULL")),
    "a tube checked out twice": (
        "checkout.open", "INSERT INTO checkout (id, sample_id, person_id, taken, thawed) VALUES (90, 1, 1, 'x', 0)",
    ),
    "a grid with rows only": ("database.rule", 'UPDATE storage_unit SET "rows" = 4 WHERE id = 3'),
    "a grid without places": ("database.rule", 'UPDATE storage_unit SET "rows" = 0, "columns" = 0 WHERE id = 3'),
    "fewer tubes than none": ("database.rule", "UPDATE storage_unit SET tubes = -1 WHERE id = 3"),
    "two units on one path": ("code.taken", "UPDATE storage_unit SET path = '001' WHERE id = 3"),
    "a role with two scopes": (
        "database.rule", "UPDATE role_grant SET organisation_id = 1, project_id = 1 WHERE id = 1",
    ),
    "a member that is both person and organisation": (
        "database.rule", "UPDATE project_member SET person_id = 1 WHERE id = 1",
    ),
    "the day of birth in the month": ("database.rule", "UPDATE donor SET birth_month = 13 WHERE id = 1"),
    "a count below zero": ("database.rule", "UPDATE sample_tally SET n = -1"),
    "a usable count below zero": ("database.rule", "UPDATE usable_tally SET n = -1"),
    "another's identifier": (
        "code.taken",
        "INSERT INTO external_identifier (id, noun, target_id, system, value, folded)"
        " VALUES (90, 'donor', 2, 'LAB', 'X', 'x')",
    ),
    "a word in a number's column": ("database", "UPDATE sample SET thaws = 'twice' WHERE id = 6"),
    "a sample of nobody's bank": ("database.rule", "UPDATE sample SET custodian_id = 999 WHERE id = 6"),
    "a sample of a donor there is not": ("database.rule", "UPDATE sample SET donor_id = 999 WHERE id = 6"),
    "a tube in a unit there is not": ("position.outside", "UPDATE sample SET unit_id = 999 WHERE id = 6"),
}  # fmt: skip
"""What somebody tries: the refusal's code, and the SQL."""


@pytest.mark.parametrize("what", BROKEN)
def test_the_database_refuses(attempt: Any, what: str) -> None:
    code, sql = BROKEN[what]
    found = attempt.sentence(sql)
    assert isinstance(found, Refused | Conflict)
    assert found.code.startswith(code)
    assert "1, 1, " not in str(found), "a row's values were shown"


@pytest.mark.parametrize("status", sorted(PLACELESS))
def test_a_tube_that_is_gone_holds_no_place(attempt: Any, status: str) -> None:
    assert attempt.sentence(f"UPDATE sample SET status = '{status}' WHERE id = 6").code == "position.gone"


@pytest.mark.parametrize("status", ["checked_out", "reserved", "in_transit"])
def test_a_tube_that_is_out_keeps_its_place(attempt: Any, status: str) -> None:
    gone = f"UPDATE sample SET status = '{status}' WHERE id = 6"
    found = attempt.sentence(gone, 'UPDATE sample SET unit_id = 2, "row" = 0, col = 2 WHERE id = 4')
    assert found.code == "position.taken"


TIMES = ("collected", "received", "processed", "frozen")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2021", "2020"),
        ("2021-03", "2021-02"),
        ("2021-03-04", "2021-03-03"),
        ("2021-03-04T10:15Z", "2021-03-04T10:14Z"),
        ("2021-03-04T10:15:30Z", "2021-03-04T10:14Z"),
        ("2021-03-04", "2020"),
        ("2021-03-04T10:15Z", "2020-12-31"),
        ("2021-03-04", "2020-12-31T23:59Z"),
    ],
)
@pytest.mark.parametrize(("first", "second"), [(a, b) for i, a in enumerate(TIMES) for b in TIMES[i + 1 :]])
def test_times_follow_each_other(attempt: Any, first: str, second: str, earlier: str, later: str) -> None:
    sql = SAMPLE.format(names=f"{first}, {second}", values=f"'{earlier}', '{later}'")
    assert attempt.sentence(sql).code == "times.order"


def test_times_out_of_order_stand_where_the_row_says_that_the_rule_was_relaxed(attempt: Any) -> None:
    names = "collected, received, processed, frozen"
    backwards = "'2021-03-04T10:15Z', '2021-03-04T11:00Z', '2021-03', '2021-03-04T10:59:59Z'"
    assert attempt.sentence(SAMPLE.format(names=names, values=backwards)).code == "times.order"
    attempt.allowed(SAMPLE.format(names=f"relaxed, {names}", values=f"'times_in_order', {backwards}"))


@pytest.mark.parametrize(
    "times",
    [
        "NULL, NULL, NULL, NULL",
        "'2021', NULL, NULL, '2021'",
        "'2021', '2021-03', '2021', '2021-03-04'",
        "'2021-03-04T10:15Z', '2021-03-04', '2021-03', '2021'",
        "'2021-03-04T01:15Z', '2021-03-03', NULL, NULL",
        "'2021-01-01', '2020-12-31T18:00Z', NULL, NULL",
        "'2021-01-01T05:00Z', '2020-12-31', NULL, NULL",
        "'2021-03-04T10:15Z', '2021-03-04T10:15:30Z', '2021-03-04T10:15Z', '2022'",
    ],
)
def test_partial_times_that_may_be_right_are_taken(attempt: Any, times: str) -> None:
    attempt.allowed(SAMPLE.format(names="collected, received, processed, frozen", values=times))


def known_values() -> list[tuple[str, str]]:
    return [
        (table.name, str(constraint.name).removesuffix("_known"))
        for table in SQLModel.metadata.sorted_tables
        for constraint in sorted(table.constraints, key=lambda each: str(each.name))
        if str(constraint.name).endswith("_known")
    ]


@pytest.mark.parametrize(("table", "column"), known_values())
def test_a_state_is_one_of_those_there_are(attempt: Any, table: str, column: str) -> None:
    found = attempt.sentence(f"UPDATE {table} SET {column} = 'nonsense'")
    # A sample that has ended, a reservation that has ended: their guards speak first.
    assert found.code in ("database.rule", "amount.unit", "sample.ended", "reservation.ended")


def test_every_state_column_is_held_to_its_list() -> None:
    closed = {column for _table, column in known_values()}
    assert {"status", "state", "kind", "sex", "basis", "role", "turn", "vote", "service", "unit"} <= closed
