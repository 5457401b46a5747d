"""biobank authorisation: what allows collections to be kept, and samples to leave the country."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.reading import digest_of
from biobank_tui.cli.room import room
from biobank_tui.words import _, mark

app = room(mark("Declarations and authorisations of collections and exports."))

Organisation = Annotated[str, typer.Argument(help=mark("The organisation, by code."))]
Reference = Annotated[str, typer.Argument(help=mark("The authority's reference."))]


class Kind(StrEnum):
    """What was given; the model's own list, which this room may not import."""

    DECLARATION = "declaration"
    AUTHORISATION = "authorisation"
    EXPORT = "export"


@app.command()
def add(
    ctx: typer.Context,
    organisation: Organisation,
    kind: Annotated[Kind, typer.Argument(help=mark("What it is."))],
    reference: Reference,
    scope: Annotated[str, typer.Argument(help=mark("What it covers, in words."))],
    issued: Annotated[str, typer.Option(help=mark("The day it was given."))],
    expires: Annotated[str | None, typer.Option(help=mark("The last day it holds."))] = None,
    authority: Annotated[str | None, typer.Option(help=mark("Who gave it."))] = None,
    country: Annotated[
        list[str] | None, typer.Option(help=mark("Of an export: where to, two letters; EU and EEA stand for all."))
    ] = None,
    file: Annotated[Path | None, typer.Option(help=mark("The document; only its SHA-256 is kept."))] = None,
) -> None:
    """Record a declaration or an authorisation of an organisation's collection."""
    from biobank_tui.actions import authorising

    desk = desk_of(ctx)
    new = authorising.NewAuthorisation(
        organisation, kind, reference, scope, issued, authority, expires, tuple(country or ()), digest_of(file)
    )
    with desk.acting() as (bank, actor):
        authorising.authorise(bank, actor, new)
    desk.say("{reference} of {organisation} is recorded.", reference=reference, organisation=organisation)
    desk.lines([reference], {"organisation": organisation, "reference": reference})


@app.command()
def end(
    ctx: typer.Context,
    organisation: Organisation,
    reference: Reference,
    reason: Annotated[str, typer.Option(help=mark("Why; the ledger keeps it."))],
) -> None:
    """An authorisation no longer stands."""
    from biobank_tui.actions import authorising

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        authorising.end_authorisation(bank, actor, organisation, reference, reason)
    desk.say("{reference} of {organisation} no longer stands.", reference=reference, organisation=organisation)
    desk.lines([reference], {"organisation": organisation, "reference": reference})


@app.command(name="list")
def list_authorisations(ctx: typer.Context) -> None:
    """List what stands and what ran out; says which organisations keep samples without any."""
    from biobank_tui.queries.authorisations import authorisations, uncovered
    from biobank_tui.rules.moments import now_utc

    desk = desk_of(ctx)
    with desk.reading() as connection:
        rows = authorisations(connection, now_utc()[:10])
        bare = uncovered(connection, now_utc()[:10])
    desk.table(
        rows,
        {
            "organisation": _("Organisation"),
            "kind": _("Kind"),
            "reference": _("Reference"),
            "authority": _("Authority"),
            "scope": _("Scope"),
            "issued": _("Issued"),
            "expires": _("Expires"),
            "countries": _("Countries"),
            "standing": _("Standing"),
        },
    )
    if bare:
        desk.say("No declaration or authorisation covers the samples of {codes}.", codes=", ".join(bare))
