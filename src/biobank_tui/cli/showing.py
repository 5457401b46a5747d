"""Whatever a code stands for, shown whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from biobank_tui.cli.desk import Desk
from biobank_tui.cli.output import plain
from biobank_tui.rules.errors import NotFound
from biobank_tui.words import _, filled_in

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from biobank_tui.queries.resolve import Resolved
    from biobank_tui.queries.sample_detail import Event


UNSHOWN = frozenset({"id", "link_token", "path"})
"""What only the bank itself has a use for."""


def show_found(desk: Desk, connection: Connection, found: Resolved) -> None:
    """Say what it is, and show it. NotFound where nothing goes by that code; Denied to who may not see it."""
    from biobank_tui.queries.sight import refused

    if found.kind is None or found.code is None:
        raise NotFound("code.unknown", found.sentence, **found.facts)
    if found.kind == "donor":
        desk.refuse_leads(connection)
    hidden = refused(connection, found.kind, found.code, desk.person)
    if hidden is not None:
        raise hidden
    desk.say(found.sentence, **found.facts)
    SHOWN.get(found.kind, _facts)(desk, connection, found)


def target_of(desk: Desk, connection: Connection, found: Resolved) -> tuple[str, int]:
    """The noun and number of what was found, as the ledger knows it; Denied to those who only lead projects."""
    from biobank_tui.queries import finding

    desk.refuse_leads(connection)
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


def in_words(connection: Connection, event: Event) -> str:
    """What an act changed in a row, on one line; of a new row, what it was given."""
    from biobank_tui.queries.telling import told

    return "; ".join(
        f"{each.field}: {plain(each.after) or '–'}"
        if each.before is None
        else f"{each.field}: {plain(each.before)} → {plain(each.after) or '–'}"
        for each in told(connection, event.noun, event.target_id, event.number, event.by_column)
    )


def _sample(desk: Desk, connection: Connection, found: Resolved) -> None:
    from biobank_tui.queries.sample_detail import lineage

    assert found.sample is not None
    family = lineage(connection, found.sample.id)
    tube = found.sample
    if desk.flags.json:
        desk.record(tube, ("lineage", family))
        return
    desk.record(tube)
    if len(family) > 1:
        desk.rows(
            [_("Lineage"), _("Kind"), _("Material"), _("Status"), _("Amount")],
            [("  " * each.depth + each.code, each.kind, each.material, each.status, each.amount) for each in family],
        )


def _unit(desk: Desk, connection: Connection, found: Resolved) -> None:
    from biobank_tui.cli.boxes import show_box
    from biobank_tui.cli.storage import unit_titles
    from biobank_tui.queries.storage import subtree

    assert found.code is not None
    if found.facts.get("rows") not in (None, "?") and not desk.only_leads(connection):
        show_box(desk, connection, found.code)
    else:
        desk.table(subtree(connection, found.code, depth=1), unit_titles())


def show_donor(desk: Desk, connection: Connection, code: str) -> None:
    """A donor whole; Denied to those who only lead projects."""
    desk.refuse_leads(connection)
    from biobank_tui.queries.donors import detail

    found = detail(connection, code)
    if desk.flags.json:
        desk.record(found)
        return
    desk.record(
        found.row,
        *((name, getattr(found, name)) for name in ("birth_month", "country", "study", "note")),
        *found.external,
    )
    desk.rows(
        [_("Diagnosis"), _("Morphology"), _("Date"), _("Stage"), _("TNM")],
        [(each.code, each.morphology, each.date, each.stage, each.tnm) for each in found.diagnoses],
    )
    desk.rows(
        [_("Consent"), _("Given"), _("By"), _("State"), _("Expires"), _("Answers")],
        [
            (
                each.form,
                each.given,
                each.expressed_by,
                each.state,
                each.expires,
                [f"{reply.code}={reply.answer}" for reply in each.answers],
            )
            for each in found.consents
        ],
    )
    desk.rows([_("Material"), _("Status"), _("Samples")], found.samples)


def show_verdict(desk: Desk, connection: Connection, donor: str, project: str) -> None:
    """What a donor's consent says to a project today, with its reasons; Refused where it says no."""
    from datetime import date

    from biobank_tui.queries import finding
    from biobank_tui.queries.donors import donor_verdict
    from biobank_tui.queries.purposes import effective_purpose
    from biobank_tui.rules.moments import now_utc

    desk.refuse_leads(connection)
    purpose = effective_purpose(connection, finding.project(connection, project))
    found = donor_verdict(connection, donor, purpose, date.fromisoformat(now_utc()[:10]))
    told = [filled_in(each.sentence, each.facts) for each in (*found.reasons, *found.obligations)]
    desk.lines([str(found.kind), *told], found)


def _donor(desk: Desk, connection: Connection, found: Resolved) -> None:
    assert found.code is not None
    show_donor(desk, connection, found.code)


def _project(desk: Desk, connection: Connection, found: Resolved) -> None:
    from biobank_tui.cli.project_card import show_project

    assert found.code is not None
    show_project(desk, connection, found.code)


def _request(desk: Desk, connection: Connection, found: Resolved) -> None:
    from biobank_tui.cli.asking import show_request

    assert found.code is not None
    show_request(desk, connection, found.code)


def _facts(desk: Desk, _connection: Connection, found: Resolved) -> None:
    desk.record(
        {
            name: None if value == "?" else value
            for name, value in found.facts.items()
            if name not in UNSHOWN and not name.endswith("_id")
        }
    )


Shower = Callable[[Desk, "Connection", "Resolved"], None]

SHOWN: dict[str, Shower] = {
    "sample": _sample,
    "storage_unit": _unit,
    "donor": _donor,
    "project": _project,
    "request": _request,
}
"""How each kind of thing is shown; others as their facts."""
