"""What the projects screen lists: requests with whose turn, projects, and the proposals of a year's call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from biobank_tui.bank.transaction import grants_of
from biobank_tui.queries.calls import Call, call, call_years
from biobank_tui.queries.projects import ProjectRow, projects
from biobank_tui.queries.requests import RequestRow, requests, requests_waiting_for
from biobank_tui.rules.lifecycles import Turn
from biobank_tui.rules.moments import today
from biobank_tui.tui.listed import Listed
from biobank_tui.tui.ports import Column, Row, Session
from biobank_tui.tui.status import Tone
from biobank_tui.tui.when import ago, ago_width, day
from biobank_tui.words import _, figure, mark


class Listing(StrEnum):
    """The three lists, in the order g turns through them."""

    REQUESTS = "requests"
    PROJECTS = "projects"
    CALL = "call"


TITLES = {
    Listing.REQUESTS: mark("Requests"),
    Listing.PROJECTS: mark("Projects"),
    Listing.CALL: mark("Call {year}"),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the screen lists, read at one moment. mine: ids of requests that wait for the reader.

    years: those with a call or proposals, the latest first.
    """

    requests: tuple[RequestRow, ...]
    mine: frozenset[int]
    projects: tuple[ProjectRow, ...]
    call: Call
    years: tuple[int, ...] = ()


def read_desk(session: Session, year: int) -> Desk:
    """Read it, in a thread: requests that wait for the reader, other open ones, each by how long; then closed ones."""
    person = session.actor.person_id
    with session.bank.read() as connection:
        opened = requests(connection, reader=person)
        known = {row.id for row in opened}
        closed = [row for row in requests(connection, everything=True, reader=person) if row.id not in known]
        waiting = requests_waiting_for(connection, person, grants_of(connection, person)) if person is not None else ()
        own = frozenset(row.id for row in waiting)
        # Decisions before hands: who may do both is first shown what waits for a decision.
        mine = sorted(waiting, key=lambda row: row.turn == Turn.TECHNICIAN)
        return Desk(
            (*mine, *(row for row in opened if row.id not in own), *reversed(closed)),
            own,
            projects(connection, reader=person),
            call(connection, year, reader=person),
            call_years(connection),
        )


def listed(desk: Desk, listing: Listing) -> Listed:
    """One of the lists as rows of a table."""
    if listing is Listing.REQUESTS:
        return Listed(_request_columns(), tuple(_request(row, row.id in desk.mine, today()) for row in desk.requests))
    if listing is Listing.PROJECTS:
        return Listed(_project_columns(), tuple(_project(row) for row in reversed(desk.projects)))
    return Listed(_call_columns(), tuple(_proposal(desk.call, place) for place in range(len(desk.call.proposals))))


def _request_columns() -> tuple[Column, ...]:
    return (
        Column("code", _("Request"), 9),
        Column("turn", _("Whose turn"), 23, family="turn"),
        Column("since", _("Since"), ago_width()),
        Column("title", _("Title"), 9, grow=1),
        Column("asked", _("Asked"), 5, "right", drop=1),
        Column("held", _("Held"), 5, "right", drop=3),
        Column("shipped", _("Shipped"), 7, "right", drop=2),
        Column("state", _("State"), 19, family="request", drop=4),
        Column("project", _("Project"), 9, drop=5),
    )


def _request(row: RequestRow, mine: bool, now: date) -> Row:
    since = ago(row.turn_since, now) if row.turn != "nobody" else day(row.turn_since)
    held = row.reserved + row.picked - row.shipped
    cells = (
        row.code,
        "mine" if mine else row.turn,
        since,
        row.title,
        figure(row.asked),
        figure(max(held, 0)),
        figure(row.shipped),
        row.state,
        row.project,
    )
    return Row(row.id, cells, Tone.ACCENT if mine else Tone.QUIET if row.turn == "nobody" else Tone.PLAIN)


def _project_columns() -> tuple[Column, ...]:
    return (
        Column("code", _("Project"), 9),
        Column("state", _("State"), 11, family="project"),
        Column("title", _("Title"), 16, grow=1),
        Column("year", _("Year"), 4),
        Column("held", _("Tubes"), 6, "right", drop=1),
        Column("open", _("Under way"), 4, "right", drop=2),
        Column("lead", _("Lead"), 8, drop=3),
        Column("organisation", _("Of"), 10, drop=4),
    )


def _project(row: ProjectRow) -> Row:
    cells = (
        row.code,
        row.state,
        row.title,
        str(row.year),
        figure(row.held),
        str(row.open_requests or ""),
        row.lead,
        row.organisation,
    )
    return Row(row.id, cells)


def _call_columns() -> tuple[Column, ...]:
    return (
        Column("code", _("Project"), 9),
        Column("rank", _("Rank"), 4, "right"),
        Column("mean", _("Mean"), 5, "right"),
        Column("mine", _("Yours"), 5, "right", drop=4),
        Column("state", _("State"), 11, family="project"),
        Column("title", _("Title"), 20, grow=1),
        Column("scores", _("Scored by"), 9, "right", drop=1),
        Column("conflicts", _("Conflicts"), 9, "right", drop=2),
        Column("organisation", _("Of"), 10, drop=3),
    )


def _proposal(found: Call, place: int) -> Row:
    each = found.proposals[place]
    cells = (
        each.project.code,
        str(each.rank or ""),
        f"{each.mean:.2f}" if each.mean is not None else "⊘" if each.interest else "—",
        f"{each.mine:g}" if each.mine is not None else "",
        each.project.state,
        each.project.title,
        str(each.scores or ""),
        str(each.conflicts or ""),
        each.project.organisation,
    )
    return Row(each.project.id, cells)
