"""biobank user: people, their roles and passwords."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.rules.permissions import Role
from biobank_tui.words import _, mark

app = room(mark("People, their roles and passwords."))

Login = Annotated[str, typer.Argument(help=mark("The person's login."))]


@app.command()
def add(
    ctx: typer.Context,
    login: Login,
    name: Annotated[str, typer.Argument(help=mark("The person's name as shown."))],
    organisation: Annotated[str, typer.Option("--org", help=mark("The organisation they belong to, by code."))],
    role: Annotated[
        list[Role] | None, typer.Option(help=mark("A role that holds everywhere; may be given more than once."))
    ] = None,
) -> None:
    """Give somebody a login, and roles that hold everywhere."""
    from biobank_tui.actions import parties

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        parties.add_person(bank, actor, parties.NewPerson(login, name, organisation, tuple(role or ())))
    desk.say("{login} can now log in.", login=login)
    desk.lines([login], {"login": login, "roles": role or []})


@app.command()
def grant(
    ctx: typer.Context,
    login: Login,
    role: Annotated[Role, typer.Argument(help=mark("The role to give."))],
    organisation: Annotated[str | None, typer.Option("--org", help=mark("Only within this organisation."))] = None,
    project: Annotated[str | None, typer.Option(help=mark("Only within this project."))] = None,
) -> None:
    """Give somebody a role: everywhere, or within an organisation or a project."""
    from biobank_tui.actions import parties

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        parties.grant(bank, actor, parties.NewGrant(login, role, organisation, project))
    desk.say("{login} is now {role}.", login=login, role=str(role))
    desk.lines([], {"login": login, "role": role})


@app.command()
def revoke(
    ctx: typer.Context, login: Login, role: Annotated[Role, typer.Argument(help=mark("The role to take back."))]
) -> None:
    """Take a role back from somebody, wherever it held."""
    from biobank_tui.actions import parties

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        ended = parties.revoke(bank, actor, login, role)
    desk.say("{login} is no longer {role}.", login=login, role=str(role))
    desk.lines([], {"login": login, "role": role, "ended": ended})


@app.command()
def password(ctx: typer.Context, login: Login) -> None:
    """Set somebody's password; asked for twice, or the first line of stdin."""
    from biobank_tui.actions import parties

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        parties.set_password(bank, actor, login, _new_password())
    desk.say("{login} has a new password.", login=login)
    desk.lines([], {"login": login})


@app.command(name="list")
def list_people(ctx: typer.Context) -> None:
    """List people and the roles they hold."""
    from biobank_tui.queries.people import people

    desk = desk_of(ctx)
    with desk.reading() as connection:
        rows = people(connection)
    desk.table(
        rows,
        {
            "login": _("Login"),
            "name": _("Name"),
            "organisation": _("Organisation"),
            "roles": _("Roles"),
            "active": _("Active"),
            "password": _("Password"),
        },
    )


def _new_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = typer.prompt(_("New password"), hide_input=True, confirmation_prompt=True, err=True)
    return asked
