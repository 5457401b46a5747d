"""A request on the command line: its lines, what it may have, and what keeps the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from biobank_tui.cli.desk import Desk
from biobank_tui.rules.errors import NotFound
from biobank_tui.words import _, filled_in, in_words

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from biobank_tui.queries.requests import LineRow, RequestDetail, RequestRow


@dataclass(frozen=True, slots=True)
class EligibleLine:
    """What a line may have: how many (None: too few to be told), the first of them, what keeps others, its duties."""

    line: int
    eligible: int | None
    samples: tuple[str, ...]
    kept: tuple[tuple[str, int | None], ...]
    obligations: tuple[str, ...] = ()


def requests_of(
    desk: Desk, connection: Connection, project: str | None, mine: bool, everything: bool
) -> tuple[RequestRow, ...]:
    """The requests asked for."""
    from biobank_tui.bank.transaction import grants_of
    from biobank_tui.queries.requests import requests, requests_waiting_for

    if mine:
        return requests_waiting_for(connection, desk.person, grants_of(connection, desk.person))
    return requests(connection, project=project, everything=everything, reader=desk.person)


def show_request(desk: Desk, connection: Connection, code: str) -> None:
    """A request whole; counts too small for a project lead are not told."""
    found = _seen(desk, connection, code)
    if desk.flags.json:
        desk.record(found)
        return
    desk.record(
        found.request,
        (_("project title"), found.project_title),
        (_("lead"), found.lead),
        (_("who may act"), [f"{each.login} ({in_words(each.role)})" for each in found.may_act]),
        (_("reserved until"), found.expires),
    )
    desk.rows(
        [
            _("Line"),
            _("Asked for"),
            _("Asked"),
            _("Granted"),
            _("Eligible"),
            _("Reserved"),
            _("Picked"),
            _("Shipped"),
            _("Returned"),
            _("Waits since"),
        ],
        [
            (
                each.place,
                f"{each.criteria or ', '.join(each.samples)}{f' ≥ {each.least}' if each.least else ''}",
                each.asked,
                each.granted,
                each.eligible,
                each.reserved,
                each.picked,
                each.shipped,
                each.returned,
                each.waiting,
            )
            for each in found.lines
        ],
    )
    for vote in found.decisions:
        desk.say("{day} {person}: {vote} {reason}", day=vote.decided[:10], person=vote.person, vote=vote.vote,
                 reason=vote.reason or "")  # fmt: skip
    for word in found.messages:
        body = word.body if word.facts is None else filled_in(word.body, word.facts)
        desk.say("{day} {person}: {body}", day=word.said[:10], person=word.person, body=body)


def _seen(desk: Desk, connection: Connection, code: str) -> RequestDetail:
    from biobank_tui.queries.barriers import hide_small
    from biobank_tui.queries.requests import detail

    found, limit = detail(connection, code, reader=desk.person), desk.small_cell(connection)
    lines = tuple(
        replace(each, eligible=hide_small(each.eligible, limit)) if each.eligible is not None else each
        for each in found.lines
    )
    return replace(found, lines=lines)


def show_feasibility(desk: Desk, connection: Connection, project: str, criteria: str, least: str | None) -> None:
    """What criteria would give a project now, by facet; counts too small for a project lead are not told."""
    from biobank_tui.queries.feasibility import feasibility
    from biobank_tui.rules import amounts
    from biobank_tui.rules.query import parse

    found = feasibility(
        connection,
        project,
        parse(criteria),
        reader=desk.person,
        least=amounts.parse(least) if least else None,
        small_cell=desk.small_cell(connection),
    )
    if desk.flags.json:
        told = replace(found, reasons=(), obligations=())
        desk.record(
            told,
            ("reasons", [(str(each.barrier), each.n) for each in found.reasons]),
            ("obligations", [str(each) for each in found.obligations]),
        )
        return
    few = _("few")
    desk.rows(
        [_("Facet"), _("Value"), _("Eligible")],
        [
            (name, each.value, few if each.n is None else each.n)
            for name, counts in found.facets.items()
            for each in counts
        ],
    )
    desk.say(
        "{eligible} eligible of {matching} that match.",
        eligible=few if found.eligible is None else found.eligible,
        matching=few if found.matching is None else found.matching,
    )
    for reason in found.reasons:
        desk.say("  {count} are not: {reason}", count=few if reason.n is None else reason.n, reason=str(reason.barrier))
    for duty in found.obligations:
        desk.say("  {duty}", duty=str(duty))


def show_eligible(desk: Desk, connection: Connection, code: str, line: int | None, limit: int) -> None:
    """For each line: how many samples it may have, the first of them, and what keeps the others, counted."""
    found = _seen(desk, connection, code)
    lines = [each for each in found.lines if line in (None, each.place)]
    if not lines:
        raise NotFound("request.line_absent", "{request} has no line {line}.", request=code, line=line)
    told = [_eligible(desk, connection, found, each, limit) for each in lines]
    if desk.flags.json:
        desk.lines([], told)
        return
    for each in told:
        few = _("few")
        desk.say(
            "Line {line}: {eligible} eligible.",
            line=each.line,
            eligible=few if each.eligible is None else each.eligible,
        )
        for reason, n in each.kept:
            desk.say("  {count} are not: {reason}", count=few if n is None else n, reason=reason)
        for duty in each.obligations:
            desk.say("  {duty}", duty=duty)
    desk.lines([code for each in told for code in each.samples], told)


def _eligible(desk: Desk, connection: Connection, found: RequestDetail, line: LineRow, limit: int) -> EligibleLine:
    from biobank_tui.queries import finding
    from biobank_tui.queries.barriers import hide_cells, reasons
    from biobank_tui.queries.eligibility import eligible
    from biobank_tui.rules import amounts
    from biobank_tui.rules.query import parse

    if line.criteria is None:
        barred = {each.code: str(each) for each in line.barred}
        free = tuple(code for code in line.samples if code not in barred)
        return EligibleLine(line.place, line.eligible, free[:limit], tuple((why, 1) for why in barred.values()))
    project = finding.project(connection, found.request.project)["id"]
    query, least = parse(line.criteria), amounts.parse(line.least) if line.least else None
    may_have = eligible(connection, project, query, limit, least=least)
    kept = hide_cells(reasons(connection, project, query, least=least), desk.small_cell(connection))
    return EligibleLine(
        line.place,
        line.eligible,
        tuple(each.code for each in may_have.rows),
        tuple((str(each.barrier), each.n) for each in kept),
        tuple(str(each) for each in may_have.obligations),
    )
