"""Rules the database itself keeps, as one table of guards that both dialects render to triggers.

A guard refuses a row event when its condition holds. Conditions are written in the SQL both dialects share,
with NEW and OLD as the row. The refusal's text is the guard's name, which `violations` turns into a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Guard:
    """name: also the trigger's. event: what is watched. when: SQL condition that refuses it.

    TRUNCATE is PostgreSQL's way past the triggers of rows; SQLite has none.
    """

    name: str
    table: str
    event: Literal["INSERT", "UPDATE", "DELETE", "TRUNCATE"]
    when: str = "1 = 1"
    of: tuple[str, ...] = ()


APPEND_ONLY = ("ledger_entry", "ledger_record")

KEPT = (
    "setting",
    "organisation",
    "person",
    "role_grant",
    "donor",
    "diagnosis",
    "study",
    "enrolment",
    "external_identifier",
    "consent_form",
    "form_permission",
    "consent_profile",
    "consent",
    "storage_unit",
    "sample",
    "preanalytics",
    "pool_member",
    "hold",
    "hold_sample",
    "checkout",
    "project",
    "project_member",
    "agreement",
    "score",
    "proposal_call",
    "request",
    "request_line",
    "request_sample",
    "waiting_line",
    "decision",
    "message",
    "reservation",
    "pick_list",
    "pick_item",
    "move_list",
    "move_item",
    "project_donor",
    "project_sample",
    "data_release",
    "released_sample",
    "shipment",
    "shipment_item",
    "authorisation",
    "withdrawal",
    "notice",
    "notice_sample",
    "returned_result",
    "result_sample",
    "print_job",
    "printed_label",
    "visit_template",
    "serial",
)

CODED = (
    "organisation",
    "donor",
    "sample",
    "project",
    "request",
    "shipment",
    "pick_list",
    "move_list",
    "project_donor",
    "project_sample",
    "data_release",
)

_OUTSIDE_GRID = """NEW."row" IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM storage_unit u WHERE u.id = NEW.unit_id AND NEW."row" < u.rows AND NEW.col < u.columns)"""

_HELD = "EXISTS (SELECT 1 FROM sample s WHERE s.id = NEW.sample_id AND s.holds > 0)"
_LEAVING = "NEW.state = 'dispatched' AND OLD.state <> 'dispatched'"

_OWN_PROJECT = (
    "NEW.points IS NOT NULL AND (EXISTS (SELECT 1 FROM project p WHERE p.id = NEW.project_id"
    " AND p.lead_id = NEW.person_id) OR EXISTS (SELECT 1 FROM project_member m"
    ' WHERE m.project_id = NEW.project_id AND m.person_id = NEW.person_id AND m."left" IS NULL))'
)

GUARDS: tuple[Guard, ...] = (
    *(Guard(f"{table}_not_edited", table, "UPDATE") for table in APPEND_ONLY),
    *(Guard(f"{table}_not_removed", table, "DELETE") for table in (*APPEND_ONLY, *KEPT)),
    *(Guard(f"{table}_not_emptied", table, "TRUNCATE") for table in (*APPEND_ONLY, *KEPT)),
    Guard(
        "ledger_entry_in_order",
        "ledger_entry",
        "INSERT",
        "NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM ledger_entry)",
    ),
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
        "sample_held_drawn",
        "sample",
        "UPDATE",
        "NEW.holds > 0 AND NEW.amount < OLD.amount AND NEW.status <> 'destroyed'",
        ("amount",),
    ),
    Guard(
        "reservation_of_unusable",
        "reservation",
        "INSERT",
        "NEW.state = 'active' AND EXISTS (SELECT 1 FROM sample s WHERE s.id = NEW.sample_id"
        " AND (s.holds > 0 OR s.status NOT IN ('available', 'reserved')))",
    ),
    Guard(
        "reservation_without_consent",
        "reservation",
        "INSERT",
        "NEW.state = 'active' AND EXISTS (SELECT 1 FROM sample s WHERE s.id = NEW.sample_id AND s.profile_id IS NULL)",
    ),
    Guard(
        "reservation_of_held",
        "reservation",
        "UPDATE",
        f"NEW.state IN ('active', 'picked') AND NEW.state <> OLD.state AND {_HELD}",
        ("state",),
    ),
    Guard(
        "reservation_moved",
        "reservation",
        "UPDATE",
        "NEW.sample_id <> OLD.sample_id OR NEW.request_id <> OLD.request_id OR NEW.line_id <> OLD.line_id",
        ("sample_id", "request_id", "line_id"),
    ),
    Guard("score_of_own", "score", "INSERT", _OWN_PROJECT),
    Guard("score_of_own_again", "score", "UPDATE", _OWN_PROJECT),
    Guard(
        "reservation_ended",
        "reservation",
        "UPDATE",
        "OLD.state IN ('released', 'expired') AND NEW.state <> OLD.state",
        ("state",),
    ),
    Guard("shipment_item_held", "shipment_item", "INSERT", f"NEW.state = 'packed' AND {_HELD}"),
    Guard(
        "shipment_of_held",
        "shipment",
        "UPDATE",
        f"{_LEAVING} AND EXISTS (SELECT 1 FROM shipment_item i JOIN sample s ON s.id = i.sample_id"
        " WHERE i.shipment_id = NEW.id AND i.state = 'packed' AND s.holds > 0)",
        ("state",),
    ),
    Guard(
        "shipment_without_agreement",
        "shipment",
        "UPDATE",
        f"{_LEAVING} AND EXISTS (SELECT 1 FROM shipment_item i JOIN sample s ON s.id = i.sample_id"
        " WHERE i.shipment_id = NEW.id AND i.state = 'packed' AND s.custodian_id <> NEW.recipient_id)"
        " AND NOT EXISTS (SELECT 1 FROM agreement a JOIN request r ON r.project_id = a.project_id"
        " WHERE r.id = NEW.request_id AND a.organisation_id = NEW.recipient_id AND a.ended IS NULL"
        " AND substr(a.signed, 1, 10) <= substr(NEW.dispatched, 1, 10)"
        " AND (a.expires IS NULL OR a.expires >= substr(NEW.dispatched, 1, 10)))",
        ("state",),
    ),
    Guard(
        "shipment_without_authorisation",
        "shipment",
        "UPDATE",
        f"{_LEAVING} AND EXISTS (SELECT 1 FROM shipment_item i JOIN sample s ON s.id = i.sample_id"
        " JOIN organisation c ON c.id = s.custodian_id JOIN organisation o ON o.id = NEW.recipient_id"
        " WHERE i.shipment_id = NEW.id AND i.state = 'packed' AND c.id <> o.id"
        " AND (o.country IS NULL OR c.country IS NULL OR c.country <> o.country))"
        " AND NOT EXISTS (SELECT 1 FROM project p JOIN request r ON r.project_id = p.id"
        " WHERE r.id = NEW.request_id AND p.export_authorisation IS NOT NULL)",
        ("state",),
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
    if guard.event == "TRUNCATE":
        return []
    return [
        f"CREATE TRIGGER {guard.name} BEFORE {guard.event}{_columns(guard)} ON {guard.table}\n"
        f"WHEN {guard.when}\nBEGIN SELECT RAISE(ABORT, 'guard:{guard.name}'); END"
    ]


def postgresql_body(guard: Guard) -> str:
    """What the guard's function does on PostgreSQL."""
    row = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(guard.event, "NEW")
    return (
        f"\nBEGIN\n  IF {guard.when} THEN\n"
        f"    RAISE EXCEPTION 'guard:{guard.name}' USING ERRCODE = 'check_violation';\n"
        f"  END IF;\n  RETURN {row};\nEND "
    )


def postgresql_trigger(guard: Guard) -> list[str]:
    """The guard as PostgreSQL statements."""
    each = "STATEMENT" if guard.event == "TRUNCATE" else "ROW"
    return [
        f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $${postgresql_body(guard)}$$",
        f"CREATE TRIGGER {guard.name} BEFORE {guard.event}{_columns(guard)} ON {guard.table}\n"
        f"FOR EACH {each} EXECUTE FUNCTION {guard.name}()",
    ]


def _columns(guard: Guard) -> str:
    return " OF " + ", ".join(f'"{name}"' for name in guard.of) if guard.of else ""


def statements(dialect: str) -> list[str]:
    """All guards as statements of the dialect."""
    render = sqlite_trigger if dialect == "sqlite" else postgresql_trigger
    return [statement for guard in GUARDS for statement in render(guard)]
