"""biobank project: projects are proposed, scored, decided on and made active."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.desk import Desk, desk_of
from biobank_tui.cli.room import room
from biobank_tui.cli.withdrawing import say_taken
from biobank_tui.rules.lifecycles import ProjectState
from biobank_tui.rules.purpose import Purpose, ResearchType
from biobank_tui.words import _, mark

if TYPE_CHECKING:
    from biobank_tui.actions.projects import ProjectStanding

app = room(mark("Projects: propose, decide, activate."))


class Use(StrEnum):
    """What a project does with samples beyond its type of research, or what it commits to."""

    COMMERCIAL = "commercial"
    GENETIC = "genetic"
    ANIMAL = "animal"
    METHODS_ONLY = "methods_only"
    RECONTACT = "recontact"
    INCIDENTAL_FINDINGS = "incidental_findings"
    MINORS = "minors"
    PUBLICATION = "publication"
    COLLABORATION = "collaboration"
    RETURN_RESULTS = "return_results"


class Outcome(StrEnum):
    """What is decided on a proposal."""

    SELECTED = "selected"
    DECLINED = "declined"


Code = Annotated[str, typer.Argument(help=mark("The project, by code."))]
Research = Annotated[ResearchType | None, typer.Option(help=mark("The type of research; nothing coded gets nothing."))]
Disease = Annotated[list[str] | None, typer.Option(help=mark("A disease studied: ICD-10, as C50, or a range."))]
Country = Annotated[list[str] | None, typer.Option(help=mark("A country samples or data go to, as FR."))]
Uses = Annotated[list[Use] | None, typer.Option("--use", help=mark("A use it makes of samples, or a commitment."))]
Summary = Annotated[str | None, typer.Option(help=mark("What it is about."))]
Ethics = Annotated[str | None, typer.Option(help=mark("The reference of its ethics approval."))]
EthicsExpires = Annotated[str | None, typer.Option(help=mark("The last day of that approval."))]
Export = Annotated[str | None, typer.Option("--export-authorisation", help=mark("The reference to send abroad."))]
Quota = Annotated[int | None, typer.Option(min=0, help=mark("Most samples it may hold."))]
Reason = Annotated[str | None, typer.Option(help=mark("Why; the ledger keeps it."))]


@app.command()
def propose(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help=mark("The project's title."))],
    lead: Annotated[str, typer.Option(help=mark("Who leads it, by login."))],
    organisation: Annotated[str, typer.Option("--org", help=mark("The lead's organisation, by code."))],
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
) -> None:
    """Enter a proposal into a year's call; prints its code."""
    from biobank_tui.actions import projects

    desk = desk_of(ctx)
    purpose = _purpose(research, disease, country, use)
    new = projects.NewProject(title, lead, organisation, purpose, summary, ethics, ethics_expires, export, quota, year)
    with desk.acting() as (bank, actor):
        _tell(desk, projects.propose(bank, actor, new))


@app.command()
def amend(
    ctx: typer.Context,
    code: Code,
    title: Annotated[str | None, typer.Option(help=mark("Its new title."))] = None,
    research: Research = None,
    disease: Disease = None,
    country: Country = None,
    use: Uses = None,
    summary: Summary = None,
    ethics: Ethics = None,
    ethics_expires: EthicsExpires = None,
    export: Export = None,
    quota: Quota = None,
) -> None:
    """Change what a project says of itself; a purpose is given anew as a whole."""
    from biobank_tui.actions import projects

    desk = desk_of(ctx)
    purpose = _purpose(research, disease, country, use)
    change = projects.Amendment(code, title, summary, purpose, ethics, ethics_expires, export, quota)
    with desk.acting() as (bank, actor):
        _tell(desk, projects.amend(bank, actor, change))


@app.command()
def score(
    ctx: typer.Context,
    code: Code,
    points: Annotated[float | None, typer.Argument(min=0, max=10, help=mark("0 to 10."))] = None,
    conflict: Annotated[str | None, typer.Option(help=mark("A conflict of interest, instead of points."))] = None,
    comment: Annotated[str | None, typer.Option(help=mark("A comment."))] = None,
) -> None:
    """Give a proposal points, or declare a conflict of interest."""
    from biobank_tui.actions import projects

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        _tell(desk, projects.score(bank, actor, projects.NewScore(code, points, conflict, comment)))


@app.command()
def decide(
    ctx: typer.Context,
    code: Code,
    outcome: Annotated[Outcome, typer.Argument(help=mark("What is decided."))],
    reason: Reason = None,
) -> None:
    """Select or decline a proposal."""
    from biobank_tui.actions import projects

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        _tell(desk, projects.decide(bank, actor, projects.ProjectDecision(code, outcome, reason)))


@app.command()
def activate(ctx: typer.Context, code: Code) -> None:
    """A selected or suspended project may ask for samples from now on."""
    from biobank_tui.actions import projects

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        _tell(desk, projects.activate(bank, actor, code))


@app.command()
def suspend(ctx: typer.Context, code: Code, reason: Annotated[str, typer.Option(help=mark("Why."))]) -> None:
    """Nothing is reserved or picked for a suspended project."""
    from biobank_tui.actions import projects

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        _tell(desk, projects.suspend(bank, actor, code, reason))


@app.command()
def close(ctx: typer.Context, code: Code, reason: Reason = None) -> None:
    """End a project once none of its requests is open."""
    from biobank_tui.actions import projects

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        _tell(desk, projects.close(bank, actor, code, reason))


@app.command()
def team(
    ctx: typer.Context,
    code: Code,
    person: Annotated[str | None, typer.Option(help=mark("A person, by login."))] = None,
    organisation: Annotated[str | None, typer.Option("--org", help=mark("An organisation, by code."))] = None,
    remove: Annotated[bool, typer.Option("--remove", help=mark("They leave the team."))] = False,
) -> None:
    """Add to a project's team, or take off it; a commercial partner makes the project commercial."""
    from biobank_tui.actions import projects

    desk = desk_of(ctx)
    change = projects.remove_member if remove else projects.add_member
    with desk.acting() as (bank, actor):
        _tell(desk, change(bank, actor, projects.Member(code, person, organisation)))


@app.command()
def feasibility(
    ctx: typer.Context,
    code: Code,
    criteria: Annotated[str, typer.Argument(help=mark("What would be asked for, as: type:plasma dx:C50"))],
    least: Annotated[str | None, typer.Option(help=mark("What each must still hold, as '200 µL'."))] = None,
) -> None:
    """How many samples a project could have, why not the others, and what they are."""
    from biobank_tui.cli.asking import show_feasibility

    desk = desk_of(ctx)
    with desk.reading() as connection:
        show_feasibility(desk, connection, code, criteria, least)


@app.command()
def show(ctx: typer.Context, code: Code) -> None:
    """Show a project with its team, agreements and scores."""
    from biobank_tui.queries.projects import detail
    from biobank_tui.rules.moments import now_utc

    desk = desk_of(ctx)
    with desk.reading() as connection:
        found = detail(connection, code, at=now_utc(), reader=desk.person)
    desk.record(found)


@app.command(name="list")
def list_projects(
    ctx: typer.Context,
    state: Annotated[ProjectState | None, typer.Option(help=mark("Only in this state."))] = None,
    year: Annotated[int | None, typer.Option(help=mark("Only of this year's call."))] = None,
) -> None:
    """List the projects."""
    from biobank_tui.queries.projects import projects

    desk = desk_of(ctx)
    with desk.reading() as connection:
        rows = projects(connection, state=state, year=year)
    desk.table(
        rows,
        {
            "code": _("Code"),
            "title": _("Title"),
            "lead": _("Lead"),
            "organisation": _("Organisation"),
            "state": _("State"),
            "year": _("Year"),
            "held": _("Samples"),
            "quota": _("Quota"),
            "open_requests": _("Open requests"),
        },
    )


@app.command()
def call(ctx: typer.Context, year: Annotated[int, typer.Argument(help=mark("The year of the call."))]) -> None:
    """A year's proposals ranked by their scores, against the year's target."""
    from biobank_tui.queries.projects import call as call_of

    desk = desk_of(ctx)
    with desk.reading() as connection:
        found = call_of(connection, year, reader=desk.person)
    if desk.flags.json:
        desk.lines([], found)
        return
    desk.rows(
        [_("Code"), _("Title"), _("State"), _("Mean"), _("Scores"), _("Conflicts")],
        [
            (each.project.code, each.project.title, each.project.state, each.mean, each.scores, each.conflicts)
            for each in found.proposals
        ],
    )
    desk.say("{selected} selected of {target} for {year}.", selected=found.selected, target=found.target, year=year)


def _purpose(
    research: ResearchType | None, disease: list[str] | None, country: list[str] | None, use: list[Use] | None
) -> Purpose | None:
    """The purpose as coded on the command line; none where nothing was said of it."""
    if not (research or disease or country or use):
        return None
    uses = {str(each): True for each in use or ()}
    return Purpose(research_type=research, diseases=tuple(disease or ()), countries=tuple(country or ()), **uses)  # type: ignore[arg-type]


def _tell(desk: Desk, standing: ProjectStanding) -> None:
    desk.say("{code} is {state}.", code=standing.code, state=standing.state)
    say_taken(desk, standing.taken_back)
    desk.lines([standing.code], standing)
