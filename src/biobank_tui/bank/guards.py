"""Rules the database itself keeps, as one table of guards that both dialects render to triggers.

A guard refuses a row event when its condition holds. Conditions are written in the SQL both dialects share,
with NEW and OLD as the row. The refusal's text is the guard's name, which `violations` turns into a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Guard:
    """name: also the trigger's. event: what is watched. when: SQL condition that refuses it."""

    name: str
    table: str
    event: Literal["INSERT", "UPDATE", "DELETE"]
    when: str = "1 = 1"
    of: tuple[str, ...] = ()


APPEND_ONLY = ("ledger_entry", "ledger_record")

KEPT = (
    "organisation",
    "person",
    "role_grant",
    "donor",
    "consent_form",
    "form_permission",
    "consent_profile",
    "consent",
    "storage_unit",
    "sample",
    "pool_member",
    "hold",
    "hold_sample",
    "checkout",
    "project",
    "agreement",
    "score",
    "request",
    "request_line",
    "request_sample",
    "decision",
    "message",
    "reservation",
    "pick_list",
    "pick_item",
    "project_donor",
    "shipment",
    "shipment_item",
    "returned_result",
    "print_job",
    "printed_label",
    "serial",
)

CODED = ("organisation", "donor", "sample", "project", "request", "shipment", "pick_list", "project_donor")

_OUTSIDE_GRID = """NEW."row" IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM storage_unit u WHERE u.id = NEW.unit_id AND NEW."row" < u.rows AND NEW.col < u.columns)"""

GUARDS: tuple[Guard, ...] = (
    *(Guard(f"{table}_not_edited", table, "UPDATE") for table in APPEND_ONLY),
    *(Guard(f"{table}_not_removed", table, "DELETE") for table in (*APPEND_ONLY, *KEPT)),
    *(Guard(f"{table}_code_kept", table, "UPDATE", "NEW.code <> OLD.code", ("code",)) for table in CODED),
    Guard("serial_only_grows", "serial", "UPDATE", "NEW.next < OLD.next"),
    Guard("sample_outside_grid_new", "sample", "INSERT", _OUTSIDE_GRID),
    Guard("sample_outside_grid", "sample", "UPDATE", _OUTSIDE_GRID, ("unit_id", "row", "col")),
    Guard(
        "sample_ended",
        "sample",
        "UPDATE",
        "OLD.status IN ('consumed', 'destroyed', 'rejected') AND NEW.status <> OLD.status",
        ("status",),
    ),
    Guard(
        "sample_held",
        "sample",
        "UPDATE",
        "NEW.holds > 0 AND NEW.status <> OLD.status AND NEW.status IN ('reserved', 'in_transit', 'consumed')",
        ("status",),
    ),
    Guard(
        "reservation_of_unusable",
        "reservation",
        "INSERT",
        "NEW.state = 'active' AND EXISTS (SELECT 1 FROM sample s WHERE s.id = NEW.sample_id"
        " AND (s.holds > 0 OR s.status NOT IN ('available', 'reserved')))",
    ),
    Guard(
        "unit_below_contents",
        "storage_unit",
        "UPDATE",
        'EXISTS (SELECT 1 FROM sample s WHERE s.unit_id = NEW.id AND s."row" IS NOT NULL'
        ' AND (NEW.rows IS NULL OR s."row" >= NEW.rows OR s.col >= NEW.columns))',
        ("rows", "columns"),
    ),
    Guard(
        "unit_inside_itself",
        "storage_unit",
        "UPDATE",
        "NEW.parent_id IS NOT NULL AND (NEW.parent_id = NEW.id OR EXISTS (SELECT 1 FROM storage_unit p"
        " WHERE p.id = NEW.parent_id AND substr(p.path, 1, length(OLD.path)) = OLD.path))",
        ("parent_id",),
    ),
)


def sqlite_trigger(guard: Guard) -> list[str]:
    """The guard as SQLite statements."""
    columns = " OF " + ", ".join(f'"{name}"' for name in guard.of) if guard.of else ""
    return [
        f"CREATE TRIGGER {guard.name} BEFORE {guard.event}{columns} ON {guard.table}\n"
        f"WHEN {guard.when}\nBEGIN SELECT RAISE(ABORT, 'guard:{guard.name}'); END"
    ]


def postgresql_trigger(guard: Guard) -> list[str]:
    """The guard as PostgreSQL statements."""
    columns = " OF " + ", ".join(f'"{name}"' for name in guard.of) if guard.of else ""
    row = "OLD" if guard.event == "DELETE" else "NEW"
    return [
        f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
        f"  IF {guard.when} THEN\n"
        f"    RAISE EXCEPTION 'guard:{guard.name}' USING ERRCODE = 'check_violation';\n"
        f"  END IF;\n  RETURN {row};\nEND $$",
        f"CREATE TRIGGER {guard.name} BEFORE {guard.event}{columns} ON {guard.table}\n"
        f"FOR EACH ROW EXECUTE FUNCTION {guard.name}()",
    ]


def statements(dialect: str) -> list[str]:
    """All guards as statements of the dialect."""
    render = sqlite_trigger if dialect == "sqlite" else postgresql_trigger
    return [statement for guard in GUARDS for statement in render(guard)]
