"""biobank consent: forms, answers, withdrawals and verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.reading import digest_of
from biobank_tui.cli.room import room
from biobank_tui.rules.profiles import LegalBasis
from biobank_tui.words import _, mark

app = room(mark("Consent forms, answers, withdrawals and verdicts."))

Donor = Annotated[str, typer.Argument(help=mark("The donor, by code."))]


@app.command()
def form(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(help=mark("The form's code."))],
    version: Annotated[str, typer.Argument(help=mark("Its version."))],
    title: Annotated[str, typer.Argument(help=mark("Its title."))],
    permission: Annotated[
        list[str],
        typer.Option(
            "--asks", metavar="CODE[:PARAMETER]", help=mark("A coded question: GRU, DS:C50, genetic_research, …")
        ),
    ],
    language: Annotated[str, typer.Option("--language", help=mark("The form's own language."))] = "en",
    basis: Annotated[LegalBasis, typer.Option(help=mark("Its legal basis."))] = LegalBasis.CONSENT,
    valid_from: Annotated[str | None, typer.Option(help=mark("The first day it may be used."))] = None,
    valid_to: Annotated[str | None, typer.Option(help=mark("The last day it may be used."))] = None,
    digest: Annotated[str | None, typer.Option(help=mark("SHA-256 of the document, in hex."))] = None,
    file: Annotated[Path | None, typer.Option(help=mark("The document; only its SHA-256 is kept."))] = None,
) -> None:
    """Add one version of a consent form with its coded questions."""
    from biobank_tui.actions import consents

    desk = desk_of(ctx)
    new = consents.NewForm(
        code, version, title, tuple(permission), language, basis, valid_from, valid_to, digest or digest_of(file)
    )
    with desk.acting() as (bank, actor):
        consents.add_form(bank, actor, new)
    name = f"{code}/{version}/{language}"
    desk.say("The form {form} asks {count} questions.", form=name, count=len(permission))
    desk.lines([name], {"form": name})


@app.command()
def record(
    ctx: typer.Context,
    donor: Donor,
    form: Annotated[str, typer.Argument(help=mark("The form: CODE, CODE/VERSION or CODE/VERSION/LANGUAGE."))],
    given: Annotated[str, typer.Option(help=mark("The day it was given."))],
    yes: Annotated[list[str] | None, typer.Option(metavar="CODE", help=mark("A question answered yes."))] = None,
    no: Annotated[list[str] | None, typer.Option(metavar="CODE", help=mark("A question answered no."))] = None,
    by: Annotated[
        str, typer.Option(help=mark("Who expressed it: donor, guardian, next_of_kin or authority."))
    ] = "donor",
    expires: Annotated[str | None, typer.Option(help=mark("The last day it holds."))] = None,
    document: Annotated[str | None, typer.Option(help=mark("SHA-256 of the signed document, in hex."))] = None,
    file: Annotated[Path | None, typer.Option(help=mark("The document; only its SHA-256 is kept."))] = None,
    after_withdrawal: Annotated[
        bool,
        typer.Option(
            "--after-withdrawal",
            help=mark("It was signed after the donor withdrew on that same day; else the withdrawal wins."),
        ),
    ] = False,
) -> None:
    """Record what a donor answered; what is not said was not asked, and permits nothing."""
    from biobank_tui.actions import consents

    desk = desk_of(ctx)
    answers = dict.fromkeys(yes or (), "yes") | dict.fromkeys(no or (), "no")
    new = consents.NewConsent(
        donor, form, answers, given, by, expires, document or digest_of(file), follows=after_withdrawal
    )
    with desk.acting() as (bank, actor):
        done = consents.record_consent(bank, actor, new)
    desk.say("The consent of {donor} is recorded.", donor=donor)
    if done.withdrew:
        desk.say(
            "It is history: {donor} withdrew on {day}, and that stands. If it was signed after that, say"
            " --after-withdrawal.",
            donor=donor,
            day=done.withdrew,
        )
    desk.lines([], {"donor": donor, "form": form, "answers": answers, "state": done.state})


@app.command()
def verdict(
    ctx: typer.Context,
    donor: Donor,
    project: Annotated[str, typer.Argument(help=mark("The project, by code."))],
) -> None:
    """Say whether a donor's consent permits a project, and why not."""
    from biobank_tui.cli.showing import show_verdict

    desk = desk_of(ctx)
    with desk.reading() as connection:
        show_verdict(desk, connection, donor, project)


@app.command()
def forms(ctx: typer.Context) -> None:
    """List the consent forms and what they ask."""
    from biobank_tui.queries.donors import forms

    desk = desk_of(ctx)
    with desk.reading() as connection:
        rows = forms(connection)
    if desk.flags.json:
        desk.lines([], rows)
        return
    desk.rows(
        [_("Code"), _("Version"), _("Language"), _("Title"), _("Basis"), _("Asks")],
        [
            (
                each.code,
                each.version,
                each.language,
                each.title,
                each.basis,
                ", ".join(code if detail is None else f"{code}:{detail}" for code, detail in each.permissions),
            )
            for each in rows
        ],
    )
