"""biobank project: projects are proposed, scored, decided on and made active."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from biobank_tui.cli import proposing
from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.purposes import (
    Code,
    Country,
    Disease,
    Ethics,
    EthicsExpires,
    Export,
    Quota,
    Reason,
    Research,
    Summary,
    Uses,
    purpose_of,
    tell_standing,
)
from biobank_tui.cli.room import room
from biobank_tui.rules.lifecycles import ProjectState
from biobank_tui.words import _, mark

app = room(mark("Projects: propose, decide, activate."))
for command in (proposing.propose, proposing.template, proposing.score, proposing.call, proposing.announce):
    app.command()(command)


class Outcome(StrEnum):
    """What is decided on a proposal."""

    SELECTED = "selected"
    DECLINED = "declined"


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
    purpose = purpose_of(research, disease, country, use)
    change = projects.Amendment(code, title, summary, purpose, ethics, ethics_expires, export, quota)
    with desk.acting() as (bank, actor):
        tell_standing(desk, projects.amend(bank, actor, change))


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
        tell_standing(desk, projects.decide(bank, actor, projects.ProjectDecision(code, outcome, reason)))


@app.command()
def activate(ctx: typer.Context, code: Code) -> None:
    """A selected or suspended project may ask for samples from now on."""
    from biobank_tui.actions import projects

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        tell_standing(desk, projects.activate(bank, actor, code))


@app.command()
def suspend(ctx: typer.Context, code: Code, reason: Annotated[str, typer.Option(help=mark("Why."))]) -> None:
    """Nothing is reserved or picked for a suspended project."""
    from biobank_tui.actions import projects

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        tell_standing(desk, projects.suspend(bank, actor, code, reason))


@app.command()
def close(ctx: typer.Context, code: Code, reason: Reason = None) -> None:
    """End a project once none of its requests is open."""
    from biobank_tui.actions import projects

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        tell_standing(desk, projects.close(bank, actor, code, reason))


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
        tell_standing(desk, change(bank, actor, projects.Member(code, person, organisation)))


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
    from biobank_tui.cli.project_card import show_project

    desk = desk_of(ctx)
    with desk.reading() as connection:
        show_project(desk, connection, code)


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
        rows = projects(connection, state=state, year=year, reader=desk.person)
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
