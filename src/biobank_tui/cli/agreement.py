"""biobank agreement: the transfer agreements under which samples go to other organisations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.words import _, mark

app = room(mark("Transfer agreements (MTA), under which samples go to others."))

Project = Annotated[str, typer.Argument(help=mark("The project, by code."))]
Reference = Annotated[str, typer.Argument(help=mark("The agreement's reference."))]


@app.command()
def add(
    ctx: typer.Context,
    project: Project,
    organisation: Annotated[str, typer.Argument(help=mark("The party that will receive samples, by code."))],
    reference: Reference,
    signed: Annotated[str | None, typer.Option(help=mark("The day it was signed."))] = None,
    expires: Annotated[str | None, typer.Option(help=mark("Its last day."))] = None,
    digest: Annotated[str | None, typer.Option(help=mark("SHA-256 of the document, in hex."))] = None,
    file: Annotated[Path | None, typer.Option(help=mark("The signed document, of which the digest is kept."))] = None,
) -> None:
    """Record an agreement; again with its reference once it is signed."""
    from biobank_tui.actions import agreements, results

    desk = desk_of(ctx)
    digest = results.digest_of(file) if file is not None else digest
    new = agreements.NewAgreement(project, organisation, reference, signed, expires, digest)
    with desk.acting() as (bank, actor):
        agreements.add(bank, actor, new)
    desk.say("The agreement {reference} with {party} is recorded.", reference=reference, party=organisation)
    desk.lines([reference], {"project": project, "party": organisation, "reference": reference, "document": digest})


@app.command()
def end(
    ctx: typer.Context,
    project: Project,
    reference: Reference,
    reason: Annotated[str, typer.Option(help=mark("Why; the ledger keeps it."))],
) -> None:
    """Call an agreement off: nothing leaves under it any more."""
    from biobank_tui.actions import agreements

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        agreements.end(bank, actor, project, reference, reason)
    desk.say("The agreement {reference} is called off.", reference=reference)
    desk.lines([], {"project": project, "reference": reference})


@app.command(name="list")
def list_all(
    ctx: typer.Context,
    project: Annotated[str | None, typer.Option(help=mark("Only this project's."))] = None,
) -> None:
    """List the agreements and how each stands today."""
    from biobank_tui.queries.agreements import agreements
    from biobank_tui.rules.moments import now_utc

    desk = desk_of(ctx)
    with desk.reading() as connection:
        rows = agreements(connection, now_utc(), project, reader=desk.person)
    desk.table(
        rows,
        {
            "project": _("Project"),
            "party": _("Party"),
            "reference": _("Reference"),
            "standing": _("Standing"),
            "signed": _("Signed"),
            "expires": _("Until"),
        },
    )
