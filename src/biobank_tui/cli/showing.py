"""Whatever a code stands for, shown whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from biobank_tui.cli.desk import Desk
from biobank_tui.cli.output import plain
from biobank_tui.rules.errors import NotFound
from biobank_tui.words import _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from biobank_tui.queries.resolve import Resolved
    from biobank_tui.queries.sample_detail import Event


UNSHOWN = frozenset({"id", "link_token", "path"})
"""What only the bank itself has a use for."""


def show_found(desk: Desk, connection: Connection, found: Resolved) -> None:
    """Say what it is, and show it. NotFound where nothing goes by that code."""
    if found.kind is None or found.code is None:
        raise NotFound("code.unknown", found.sentence, **found.facts)
    desk.say(found.sentence, **found.facts)
    SHOWN.get(found.kind, _facts)(desk, connection, found)


def target_of(connection: Connection, found: Resolved) -> tuple[str, int]:
    """The noun and number of what was found, as the ledger knows it."""
    from biobank_tui.queries import finding

    if found.kind is None or found.code is None:
        raise NotFound("code.unknown", found.sentence, **found.facts)
    if found.sample is not None:
        return "sample", found.sample.id
    lookups = {
        "donor": finding.donor,
        "storage_unit": finding.unit,
        "project": finding.project,
        "request": finding.request,
    }
    number = lookups[found.kind](connection, found.code)["id"] if found.kind in lookups else found.facts["id"]
    return found.kind, int(number)


def in_words(event: Event) -> str:
    """What an act changed in a row, on one line; of a new row, what it was given."""
    return "; ".join(
        f"{name}: {plain(after)}" if before is None else f"{name}: {plain(before)} → {plain(after) or '–'}"
        for name, before, after in event.changes
    )


def _sample(desk: Desk, connection: Connection, found: Resolved) -> None:
    from biobank_tui.queries.sample_detail import lineage

    assert found.sample is not None
    family = lineage(connection, found.sample.id)
    if desk.flags.json:
        desk.record(found.sample, ("lineage", family))
        return
    desk.record(found.sample)
    if len(family) > 1:
        desk.rows(
            [_("Lineage"), _("Kind"), _("Material"), _("Status"), _("Amount")],
            [("  " * each.depth + each.code, each.kind, each.material, each.status, each.amount) for each in family],
        )


def _unit(desk: Desk, connection: Connection, found: Resolved) -> None:
    from biobank_tui.cli.boxes import show_box
    from biobank_tui.cli.storage import unit_titles
    from biobank_tui.queries.storage import box, subtree

    assert found.code is not None
    if found.facts.get("rows") not in (None, "?"):
        show_box(desk, box(connection, found.code))
    else:
        desk.table(subtree(connection, found.code, depth=1), unit_titles())


def _facts(desk: Desk, _connection: Connection, found: Resolved) -> None:
    desk.record(
        {
            name: None if value == "?" else value
            for name, value in found.facts.items()
            if name not in UNSHOWN and not name.endswith("_id")
        }
    )


Shower = Callable[[Desk, "Connection", "Resolved"], None]

SHOWN: dict[str, Shower] = {"sample": _sample, "storage_unit": _unit}
"""How each kind of thing is shown; others as their facts."""
