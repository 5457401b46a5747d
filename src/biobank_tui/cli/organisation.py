"""biobank org: partner organisations."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.words import _, mark

app = room(mark("Partner organisations."))


class Kind(StrEnum):
    """What an organisation is; the model's own list, which this room may not import."""

    HOSPITAL = "hospital"
    UNIVERSITY = "university"
    COMPANY = "company"
    AGENCY = "agency"
    FOUNDATION = "foundation"


@app.command()
def add(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(help=mark("A short code, such as IGR."))],
    name: Annotated[str, typer.Argument(help=mark("The full name."))],
    kind: Annotated[Kind, typer.Option(help=mark("What it is."))] = Kind.HOSPITAL,
    commercial: Annotated[
        bool, typer.Option("--commercial", help=mark("It works for profit; consent is matched on it."))
    ] = False,
    country: Annotated[str | None, typer.Option(help=mark("Two letters (ISO 3166), such as FR."))] = None,
) -> None:
    """Add a partner organisation."""
    from biobank_tui.actions import parties

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        parties.add_organisation(bank, actor, parties.NewOrganisation(code, name, kind, commercial, country))
    desk.say("{name} is now a partner.", name=name)
    desk.lines([code.strip().upper()], {"code": code.strip().upper(), "name": name})


@app.command()
def country(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(help=mark("The organisation, by code."))],
    country: Annotated[str, typer.Argument(help=mark("Two letters (ISO 3166), such as FR."))],
) -> None:
    """Say in which country an organisation is; what leaves the country needs an authorisation."""
    from biobank_tui.actions import parties

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        known = parties.settle(bank, actor, code, country)
    desk.say("{code} is in {country}.", code=code, country=known)
    desk.lines([], {"code": code, "country": known})


@app.command(name="list")
def list_organisations(ctx: typer.Context) -> None:
    """List the organisations."""
    from biobank_tui.queries.people import organisations

    desk = desk_of(ctx)
    with desk.reading() as connection:
        rows = organisations(connection)
    desk.table(
        rows,
        {
            "code": _("Code"),
            "name": _("Name"),
            "kind": _("Kind"),
            "commercial": _("Commercial"),
            "country": _("Country"),
        },
    )
