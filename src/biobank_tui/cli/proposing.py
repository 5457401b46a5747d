"""biobank project, the call: proposals come in, are scored and ranked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.purposes import (
    Code,
    Country,
    Disease,
    Ethics,
    EthicsExpires,
    Export,
    Quota,
    Research,
    Summary,
    Uses,
    purpose_of,
    tell_standing,
)
from biobank_tui.rules.errors import Refused
from biobank_tui.words import _, mark


def propose(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(help=mark("The project's title, or a TOML or JSON file with the proposal."))],
    lead: Annotated[str | None, typer.Option(help=mark("Who leads it, by login."))] = None,
    organisation: Annotated[str | None, typer.Option("--org", help=mark("The lead's organisation, by code."))] = None,
    research: Research = None,
    disease: Disease = None,
    country: Country = None,
    use: Uses = None,
    summary: Summary = None,
    ethics: Ethics = None,
    ethics_expires: EthicsExpires = None,
    export: Export = None,
    quota: Quota = None,
    year: Annotated[int | None, typer.Option(help=mark("The year of the call; this year's if not given."))] = None,
    person: Annotated[list[str] | None, typer.Option(help=mark("Somebody else on the team, by login."))] = None,
    partner: Annotated[list[str] | None, typer.Option(help=mark("An organisation on the team, by code."))] = None,
    late: Annotated[str | None, typer.Option(help=mark("Why it is taken outside the days of its call."))] = None,
) -> None:
    """Enter a proposal into a year's call, from a file or as said here; prints its code."""
    from biobank_tui.actions import projects
    from biobank_tui.exchange.proposals import is_proposal_file, read_proposal

    desk = desk_of(ctx)
    if is_proposal_file(what):
        said = (lead, organisation, research, disease, country, use, summary, ethics, ethics_expires, export, quota,
                year, person, partner)  # fmt: skip
        if any(each is not None for each in said):
            raise Refused("propose.both", "{file} says it all: change it there, not beside it.", file=what)
        found = read_proposal(Path(what))
        new = projects.NewProject(
            title=found.title,
            lead=found.lead,
            organisation=found.organisation,
            purpose=found.purpose,
            summary=found.summary,
            ethics_reference=found.ethics_reference,
            ethics_expires=found.ethics_expires,
            export_authorisation=found.export_authorisation,
            quota=found.quota,
            year=found.year,
            people=found.people,
            partners=found.partners,
            late=late,
        )
    else:
        if lead is None or organisation is None:
            raise Refused("propose.who", "Say who leads it and where: --lead LOGIN --org CODE.")
        new = projects.NewProject(
            what,
            lead,
            organisation,
            purpose_of(research, disease, country, use),
            summary,
            ethics,
            ethics_expires,
            export,
            quota,
            year,
            tuple(person or ()),
            tuple(partner or ()),
            late,
        )
    with desk.acting() as (bank, actor):
        tell_standing(desk, projects.propose(bank, actor, new))


def template() -> None:
    """Print an empty proposal to fill in, as TOML with every key explained."""
    import sys

    from biobank_tui.exchange.proposals import template as empty

    sys.stdout.write(empty())


def score(
    ctx: typer.Context,
    code: Code,
    points: Annotated[float | None, typer.Argument(min=0, max=10, help=mark("0 to 10."))] = None,
    marks: Annotated[
        list[str] | None, typer.Option("--mark", help=mark("Points by criterion, as science=8; for each of them."))
    ] = None,
    conflict: Annotated[str | None, typer.Option(help=mark("A conflict of interest, instead of points."))] = None,
    comment: Annotated[str | None, typer.Option(help=mark("A comment."))] = None,
) -> None:
    """Give a proposal points, whole or by criterion, or declare a conflict of interest."""
    from biobank_tui.actions import scoring

    desk = desk_of(ctx)
    new = scoring.NewScore(code, points, conflict, comment, _marks(marks or []))
    with desk.acting() as (bank, actor):
        tell_standing(desk, scoring.score(bank, actor, new))


def call(ctx: typer.Context, year: Annotated[int, typer.Argument(help=mark("The year of the call."))]) -> None:
    """A year's proposals ranked by their scores, against the year's target."""
    from biobank_tui.queries.calls import call as call_of

    desk = desk_of(ctx)
    with desk.reading() as connection:
        found = call_of(connection, year, reader=desk.person)
    if desk.flags.json:
        desk.lines([], found)
        return
    desk.rows(
        [_("Rank"), _("Code"), _("Title"), _("State"), _("Mean"), _("Scores"), _("Conflicts"), _("Interest")],
        [
            (
                each.rank,
                each.project.code,
                each.project.title,
                each.project.state,
                None if each.mean is None else round(each.mean, 2),
                each.scores,
                each.conflicts,
                each.interest,
            )
            for each in found.proposals
        ],
    )
    desk.say("{selected} selected of {target} for {year}.", selected=found.selected, target=found.target, year=year)
    if found.opens or found.closes:
        desk.say("Open from {opens} to {closes}.", opens=found.opens or "…", closes=found.closes or "…")
    if found.hidden:
        desk.say(
            "{count} of your own {count:is|are} not shown to you as a member of the committee.", count=found.hidden
        )


def announce(
    ctx: typer.Context,
    year: Annotated[int, typer.Argument(help=mark("The year of the call."))],
    opens: Annotated[str | None, typer.Option(help=mark("Its first day."))] = None,
    closes: Annotated[str | None, typer.Option(help=mark("Its last day."))] = None,
    target: Annotated[int | None, typer.Option(min=0, help=mark("Projects to be selected."))] = None,
    criterion: Annotated[
        list[str] | None, typer.Option(help=mark("What proposals are scored by, as code=name=weight."))
    ] = None,
) -> None:
    """Announce a year's call, or change its days, its target or its criteria."""
    from biobank_tui.actions import calls
    from biobank_tui.rules.scoring import parse_criteria

    desk = desk_of(ctx)
    criteria = parse_criteria(criterion) if criterion else None
    with desk.acting() as (bank, actor):
        calls.announce(bank, actor, calls.NewCall(year, opens, closes, target, criteria))
    desk.say("The call of {year} is announced.", year=year)
    desk.lines([str(year)], {"year": year})


def _marks(given: list[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for each in given:
        code, sign, points = each.partition("=")
        try:
            found[code.strip()] = float(points)
        except ValueError:
            sign = ""
        if not sign:
            raise Refused("score.mark", "{value} is no mark; write criterion=points, as science=8.", value=each)
    return found
