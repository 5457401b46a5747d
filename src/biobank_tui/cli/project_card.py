"""A project whole, on a terminal or in a pipe: what it is for, who takes part, its agreements and its scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biobank_tui.cli.desk import Desk
from biobank_tui.cli.purposes import Use
from biobank_tui.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from biobank_tui.queries.projects import ProjectDetail
    from biobank_tui.rules.purpose import Purpose


def show_project(desk: Desk, connection: Connection, code: str) -> None:
    """A project as its reader may see it; with --json as one object."""
    from biobank_tui.queries.projects import detail
    from biobank_tui.rules.moments import now_utc

    found = detail(connection, code, at=now_utc(), reader=desk.person)
    if desk.flags.json:
        desk.record(found)
        return
    desk.record(found.project, *_facts(found))
    _rows(
        desk,
        [_("Partner"), _("Name"), _("Country"), _("Commercial")],
        [(each.code, each.name, each.country, each.commercial) for each in found.parties],
    )
    _rows(
        desk,
        [_("Agreement"), _("With"), _("Signed"), _("Expires"), _("In force")],
        [(each.reference, each.organisation, each.signed, each.expires, each.in_date) for each in found.agreements],
    )
    _rows(
        desk,
        [_("Scored by"), _("Points"), _("Conflict of interest"), _("Comment")],
        [(each.person, each.points, each.conflict, each.comment) for each in found.scores],
    )


def _facts(found: ProjectDetail) -> list[tuple[str, object]]:
    named = ("ethics_reference", "ethics_expires", "export_authorisation", "decided", "grounds", "interest")
    return [
        ("summary", found.summary),
        *_purpose(found.purpose),
        ("people", found.people),
        *((name, getattr(found, name)) for name in named),
    ]


def _purpose(purpose: Purpose | None) -> list[tuple[str, object]]:
    if purpose is None:
        return [("purpose", None)]
    return [
        ("research_type", purpose.research_type),
        ("diseases", purpose.diseases),
        ("uses", [str(use) for use in Use if getattr(purpose, use)]),
        ("countries", purpose.countries),
    ]


def _rows(desk: Desk, titles: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        desk.rows(titles, rows)
