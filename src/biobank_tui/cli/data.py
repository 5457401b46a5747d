"""biobank data: what a project sees, is given, and gives back, under codes that only it knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.desk import Desk, desk_of
from biobank_tui.cli.room import room
from biobank_tui.rules.errors import Refused
from biobank_tui.words import _, mark

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = room(mark("Data given to projects under their own codes, and results they return."))

Project = Annotated[str, typer.Argument(help=mark("The project, by code."))]


@app.command()
def samples(ctx: typer.Context, project: Project) -> None:
    """List a project's samples under its own codes."""
    from biobank_tui.bank.access import require
    from biobank_tui.queries.given import samples_of
    from biobank_tui.rules.permissions import Verb

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor), bank.read() as connection:
        require(connection, actor, Verb.BANK_READ)
        _own(desk, connection, project)
        rows = samples_of(connection, bank.address, project)
    desk.table(
        rows,
        {
            "code": _("Code"),
            "donor": _("Donor"),
            "material": _("Material"),
            "amount": _("Amount"),
            "status": _("Status"),
            "request": _("Request"),
        },
    )


@app.command()
def release(
    ctx: typer.Context,
    project: Project,
    to: Annotated[Path | None, typer.Option(help=mark("The new file; without it, the release is only judged."))] = None,
    columns: Annotated[
        str, typer.Option(help=mark("What it tells, parted by commas."))
    ] = "sample,donor,material,diagnosis,sex,birth_year",
    quasi: Annotated[
        str, typer.Option(help=mark("Over which columns donors must look alike, parted by commas."))
    ] = "diagnosis,sex,birth_year",
    where: Annotated[str, typer.Option(help=mark("Only samples that match this query."))] = "",
    tell: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=LEVEL", help=mark("How exactly a column is told, such as 'birth_year=10 years'.")),
    ] = None,
    withhold: Annotated[bool, typer.Option("--withhold", help=mark("Leave out the rows that break k."))] = False,
    k: Annotated[int | None, typer.Option("-k", min=2, help=mark("A greater k than the bank's own."))] = None,
) -> None:
    """Judge a release of data, and with --to write it, under your signature."""
    from biobank_tui.cli import releasing
    from biobank_tui.queries.releasable import Ask

    desk = desk_of(ctx)
    ask = Ask(project, _listed(columns), _listed(quasi), where, _levels(tell or ()), withhold, k)
    with desk.acting() as (bank, actor):
        if to is None:
            releasing.judge(desk, bank, actor, ask)
        else:
            releasing.give(desk, bank, actor, ask, to)


@app.command(name="list")
def list_releases(
    ctx: typer.Context,
    project: Annotated[str | None, typer.Option(help=mark("Only this project's."))] = None,
    sample: Annotated[str | None, typer.Option(help=mark("Only those that hold this sample's."))] = None,
) -> None:
    """List the releases of data."""
    from biobank_tui.queries.releases import releases

    desk = desk_of(ctx)
    with desk.reading() as connection:
        _own(desk, connection, project)
        rows = releases(connection, project=project, sample=sample)
    desk.table(
        rows,
        {
            "code": _("Code"),
            "project": _("Project"),
            "made": _("Made"),
            "by": _("By"),
            "file": _("File"),
            "k": "k",
            "samples": _("Samples"),
            "withheld": _("Withheld"),
            "digest": "SHA-256",
        },
    )


@app.command(name="return")
def give_back(
    ctx: typer.Context,
    project: Project,
    file: Annotated[Path, typer.Argument(help=mark("The file of results; its digest is kept."))],
    title: Annotated[str, typer.Option(help=mark("What it is."))],
    sample: Annotated[
        list[str] | None, typer.Option(help=mark("A sample it speaks of; all the project holds if none is named."))
    ] = None,
) -> None:
    """Take results a project returns."""
    from biobank_tui.actions import results

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        done = results.give_back(bank, actor, results.NewResult(project, title, file, tuple(sample or ())))
    desk.say(
        "{file} of {project} is linked to {count} {count:sample|samples}.",
        file=file.name,
        project=done.project,
        count=done.samples,
    )
    desk.lines([done.digest], done)


@app.command()
def results(
    ctx: typer.Context,
    project: Annotated[str | None, typer.Option(help=mark("Only this project's."))] = None,
    sample: Annotated[str | None, typer.Option(help=mark("Only those that speak of this sample."))] = None,
) -> None:
    """List the results that projects returned."""
    from biobank_tui.queries.releases import results as returned

    desk = desk_of(ctx)
    with desk.reading() as connection:
        _own(desk, connection, project)
        rows = returned(connection, project=project, sample=sample)
    desk.table(
        rows,
        {
            "project": _("Project"),
            "title": _("Title"),
            "file": _("File"),
            "returned": _("Returned"),
            "samples": _("Samples"),
            "digest": "SHA-256",
        },
    )


def _own(desk: Desk, connection: Connection, project: str | None) -> None:
    """Those who only lead projects ask about their own."""
    from biobank_tui.queries import finding
    from biobank_tui.queries.given import refuse_strangers

    if desk.only_leads(connection):
        if project is None:
            desk.refuse_leads(connection)
        else:
            refuse_strangers(connection, finding.project(connection, project)["id"], desk.person)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _levels(told: list[str] | tuple[()]) -> dict[str, str]:
    levels: dict[str, str] = {}
    for each in told:
        column, equals, name = each.partition("=")
        if not equals:
            raise Refused(
                "release.tell",
                "A level is given as COLUMN=LEVEL, such as birth_year=10 years, not {value}.",
                value=each,
            )
        levels[column.strip()] = name.strip()
    return levels
