"""Each guard is attacked with SQL past the program, on both databases, and must refuse by its name."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import SQLModel

from biobank_tui.bank.guards import APPEND_ONLY, CODED, GUARDS, KEPT
from biobank_tui.bank.violations import sentence_of
from biobank_tui.rules.errors import BiobankError

RECOUNTED = {"sample_tally", "usable_tally"}
"""Tables that can be drawn up anew from the others, and so may lose rows."""

_DISPATCHED = "UPDATE shipment SET state = 'dispatched', dispatched = '2025-12-31' WHERE id = 1"

ATTACKS: dict[str, tuple[str, ...]] = {
    "ledger_entry_in_order": (
        """INSERT INTO ledger_entry (number, at, actor, role, workstation, verb, facts, count, digest, previous, hash)
        SELECT number + 7, at, actor, role, workstation, verb, facts, count, digest, previous, hash
        FROM ledger_entry WHERE number = 1""",
        """INSERT INTO ledger_entry (number, at, actor, role, workstation, verb, facts, count, digest, previous, hash)
        SELECT 0, at, actor, role, workstation, verb, facts, count, digest, previous, hash
        FROM ledger_entry WHERE number = 1""",
    ),
    "ledger_entry_not_edited": (
        "UPDATE ledger_entry SET actor = 'somebody else' WHERE number = 1",
        "UPDATE ledger_entry SET hash = hash",
    ),
    "ledger_record_not_edited": ("UPDATE ledger_record SET change = '{}' WHERE entry = 1",),
    "serial_only_grows": ("UPDATE serial SET next = next - 1 WHERE noun = 'sample'",),
    "sample_outside_grid_new": (
        """INSERT INTO sample (id, code, kind, material, custodian_id, status, holds, thaws, unit_id, "row", col)
        VALUES (90, 'S-90', 'primary', 'DNA', 1, 'available', 0, 0, 2, 9, 0)""",
    ),
    "sample_outside_grid": (
        "UPDATE sample SET col = 9 WHERE id = 1",
        "UPDATE sample SET unit_id = 1 WHERE id = 1",
    ),
    "sample_ended": ("UPDATE sample SET status = 'available' WHERE id = 2",),
    "sample_held": (
        "UPDATE sample SET status = 'in_transit' WHERE id = 3",
        "UPDATE sample SET status = 'consumed', unit_id = NULL, \"row\" = NULL, col = NULL WHERE id = 3",
    ),
    "sample_held_drawn": ("UPDATE sample SET amount = amount - 1 WHERE id = 3",),
    "reservation_of_unusable": (
        "INSERT INTO reservation (id, sample_id, request_id, line_id, state, made) VALUES (90, 3, 1, 1, 'active', 'x')",
        "INSERT INTO reservation (id, sample_id, request_id, line_id, state, made) VALUES (90, 2, 1, 1, 'active', 'x')",
    ),
    "reservation_without_consent": (
        "INSERT INTO reservation (id, sample_id, request_id, line_id, state, made) VALUES (90, 4, 1, 1, 'active', 'x')",
    ),
    "reservation_of_held": ("UPDATE reservation SET state = 'picked' WHERE id = 2",),
    "reservation_moved": (
        "UPDATE reservation SET sample_id = 6 WHERE id = 1",
        "UPDATE reservation SET request_id = 2 WHERE id = 1",
        "UPDATE reservation SET line_id = 2 WHERE id = 1",
    ),
    "score_of_own": ("INSERT INTO score (id, project_id, person_id, points) VALUES (90, 1, 1, 10)",),
    "score_of_own_again": ("UPDATE score SET points = 10 WHERE id = 1",),
    "reservation_ended": ("UPDATE reservation SET state = 'active' WHERE id = 3",),
    "shipment_item_held": (
        "INSERT INTO shipment_item (id, shipment_id, sample_id, box, state) VALUES (90, 1, 3, 1, 'packed')",
    ),
    "shipment_of_held": ("UPDATE shipment SET state = 'dispatched', dispatched = '2026-03-02' WHERE id = 2",),
    "shipment_without_agreement": (
        "UPDATE shipment SET state = 'dispatched', dispatched = '2026-03-02T10:00Z' WHERE id = 1",
        "UPDATE shipment SET state = 'dispatched', dispatched = '2024-12-31' WHERE id = 1",
        "UPDATE shipment SET state = 'dispatched', dispatched = '2025-06-01', request_id = NULL WHERE id = 1",
        "UPDATE shipment SET state = 'dispatched' WHERE id = 1",
    ),
    "shipment_without_authorisation": (
        f"UPDATE organisation SET country = 'CH' WHERE id = 2; {_DISPATCHED}",
        f"UPDATE organisation SET country = NULL WHERE id = 1; {_DISPATCHED}",
    ),
    "unit_below_contents": (
        'UPDATE storage_unit SET "rows" = 2, "columns" = 2 WHERE id = 2',
        'UPDATE storage_unit SET "rows" = NULL, "columns" = NULL WHERE id = 2',
    ),
    "unit_inside_itself": (
        "UPDATE storage_unit SET parent_id = 2 WHERE id = 1",
        "UPDATE storage_unit SET parent_id = 1 WHERE id = 1",
    ),
} | {f"{table}_code_kept": (f"UPDATE {table} SET code = 'OTHER' WHERE id = 1",) for table in CODED}
"""SQL that a guard must refuse, by the guard's name; removal is attacked table by table below."""

ALLOWED = (
    _DISPATCHED,
    "UPDATE organisation SET country = 'CH' WHERE id = 2;"
    f" UPDATE project SET export_authorisation = 'EXP-1' WHERE id = 1; {_DISPATCHED}",
    'UPDATE sample SET unit_id = NULL, "row" = NULL, col = NULL WHERE id = 3',
    "UPDATE sample SET status = 'destroyed', amount = 0, unit_id = NULL, \"row\" = NULL, col = NULL WHERE id = 3",
    "UPDATE reservation SET state = 'released' WHERE id = 2",
    'UPDATE storage_unit SET "rows" = 1, "columns" = 3 WHERE id = 2',
    "UPDATE storage_unit SET parent_id = 3 WHERE id = 2",
    "UPDATE serial SET next = next + 100 WHERE noun = 'sample'",
    "UPDATE sample SET status = 'missing', unit_id = NULL, \"row\" = NULL, col = NULL WHERE id = 6",
)
"""What stands close to an attack and is right."""


@pytest.mark.parametrize(("guard", "sql"), [(name, sql) for name, each in ATTACKS.items() for sql in each])
def test_a_guard_refuses_raw_sql(attempt: Any, guard: str, sql: str) -> None:
    assert f"guard:{guard}" in attempt.refused(*sql.split("; ")).split()


@pytest.mark.parametrize("sql", ALLOWED)
def test_a_guard_lets_pass_what_is_right(attempt: Any, sql: str) -> None:
    attempt.allowed(*sql.split("; "))


@pytest.mark.parametrize("table", [*APPEND_ONLY, *KEPT])
def test_nothing_with_a_history_is_deleted(attempt: Any, table: str) -> None:
    assert attempt.allowed(f"SELECT count(*) FROM {table}") != [(0,)]
    assert f"guard:{table}_not_removed" in attempt.refused(f"DELETE FROM {table}")


@pytest.mark.parametrize("stocked", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", [*APPEND_ONLY, *KEPT])
def test_nothing_with_a_history_is_emptied_at_once(attempt: Any, table: str) -> None:
    assert attempt.sentence(f"TRUNCATE {table} CASCADE").code in ("history.kept", "ledger.append_only")


def test_every_table_is_kept_or_can_be_drawn_up_anew() -> None:
    assert set(SQLModel.metadata.tables) == {*APPEND_ONLY, *KEPT, *RECOUNTED}


def test_every_table_with_codes_keeps_them() -> None:
    coded = {table.name for table in SQLModel.metadata.sorted_tables if "code" in table.c and "id" in table.c}
    # Codes of these name no thing of their own: ICD codes, the printed label's, and what people may rename.
    assert coded - set(CODED) == {"diagnosis", "printed_label", "storage_unit", "consent_form", "study"}


def test_every_guard_is_attacked() -> None:
    by_table = {guard.name for guard in GUARDS if guard.event in ("DELETE", "TRUNCATE")}
    assert {guard.name for guard in GUARDS} - by_table == set(ATTACKS)


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: str(guard.name))
def test_every_guard_has_its_sentence(guard: Any) -> None:
    from sqlalchemy.exc import IntegrityError

    found = sentence_of(IntegrityError("", None, Exception(f"guard:{guard.name}")))
    assert isinstance(found, BiobankError)
    assert found.code != "database.rule"
    assert str(found).endswith(".")
