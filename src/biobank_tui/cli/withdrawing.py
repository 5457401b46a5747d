"""biobank consent withdraw and what follows: permissions taken back, consents run out, samples destroyed, notices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.consent import Donor, app
from biobank_tui.cli.desk import Desk, desk_of
from biobank_tui.cli.letters import write_letter
from biobank_tui.rules.withdrawing import Outcome
from biobank_tui.words import _, filled_in, mark

if TYPE_CHECKING:
    from biobank_tui.actions.rejudging import TakenBack

Reason = Annotated[str | None, typer.Option(help=mark("Why, or how it was told; the ledger keeps it."))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=mark("Only count what would happen."))]


@app.command()
def withdraw(
    ctx: typer.Context,
    donor: Donor,
    reason: Reason = None,
    outcome: Annotated[
        Outcome, typer.Option(help=mark("What becomes of the samples, as the donor chose."))
    ] = Outcome.DESTROY,
    dry_run: DryRun = False,
) -> None:
    """Withdraw a donor's consent, with all that follows from it, under your signature."""
    from biobank_tui.actions import withdrawing
    from biobank_tui.queries.withdrawal import preview

    desk = desk_of(ctx)
    if dry_run:
        with desk.reading() as connection:
            desk.refuse_leads(connection)
            desk.record(preview(connection, donor))
        return
    with desk.acting() as (bank, actor):
        meaning = "You sign that donor {donor} has withdrawn."
        desk.sign(bank, actor, meaning, donor=donor)
        signed = meaning.format(donor=donor)
        done = withdrawing.withdraw(bank, actor, donor, reason or "", outcome=outcome, meaning=signed)
    desk.say(
        "On hold: {samples} {samples:sample|samples} and {pools} {pools:pool|pools}; {reservations}"
        " {reservations:reservation|reservations} ended, {picks} {picks:pick|picks} dropped.",
        samples=done.samples,
        pools=done.pools,
        reservations=done.reservations,
        picks=done.picks,
    )
    if done.unpacked:
        desk.say("{count} {count:tube is|tubes are} to be taken out of boxes.", count=done.unpacked)
    if done.gone:
        desk.say("{count} {count:sample|samples} had already left; notify their projects.", count=len(done.gone))
    desk.lines(done.gone, done)


@app.command()
def narrow(
    ctx: typer.Context,
    donor: Donor,
    permission: Annotated[list[str], typer.Argument(metavar="CODE…", help=mark("A permission that is taken back."))],
    reason: Reason = None,
) -> None:
    """Take back single permissions of a donor; only what they forbid is released."""
    from biobank_tui.actions import withdrawing

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        asked = withdrawing.Narrowing(donor, tuple(permission), reason or "")
        taken = withdrawing.narrow(bank, actor, asked)
    desk.say("{donor} has taken back: {codes}.", donor=donor, codes=", ".join(permission))
    say_taken(desk, taken)
    desk.lines([], taken)


def say_taken(desk: Desk, taken: TakenBack) -> None:
    """What projects no longer have, with the reasons."""
    if not taken.reservations:
        return
    desk.say(
        "{reservations} {reservations:reservation|reservations} ended, {picks} {picks:pick|picks} dropped,"
        " {unpacked} {unpacked:tube is|tubes are} to be taken out of boxes.",
        reservations=taken.reservations,
        picks=taken.picks,
        unpacked=taken.unpacked,
    )
    for reason, n in taken.reasons:
        desk.say("{count} × {reason}", count=n, reason=reason)


@app.command()
def expire(ctx: typer.Context) -> None:
    """Mark consents past their day, and hold samples of donors who came of age; for cron, every night."""
    from biobank_tui.actions import lapsing

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        done = lapsing.expire_consents(bank, actor)
    desk.say(
        "Consents that ran out: {expired}. Donors come of age: {grown}; samples that wait for them: {held}."
        " Reservations ended: {released}.",
        expired=len(done.expired),
        grown=len(done.of_age),
        held=done.held,
        released=done.released,
    )
    if done.left:
        desk.say("Left, as your role does not reach their organisations: {count}.", count=done.left)
    desk.lines((*done.expired, *done.of_age), done)


@app.command()
def pending(
    ctx: typer.Context,
    donor: Annotated[str | None, typer.Argument(help=mark("Only this donor, by code."))] = None,
    to: Annotated[
        Path | None, typer.Option(help=mark("A .pdf or .txt file of the list, to walk with and to sign."))
    ] = None,
) -> None:
    """List what donors who withdrew have in the bank: to destroy, to return, to anonymise."""
    from biobank_tui.bank.settings import setting
    from biobank_tui.queries.disposal import waiting_tubes
    from biobank_tui.reports.notices import OUTCOMES, destruction_letter
    from biobank_tui.rules.moments import now_utc

    desk = desk_of(ctx)
    with desk.reading() as connection:
        desk.refuse_leads(connection)
        found = waiting_tubes(connection, donor)
        name = setting(connection, "name")
    if to is not None:
        rows = [
            (each.sample, each.material, each.place, each.status, OUTCOMES[Outcome(each.outcome)]) for each in found
        ]
        write_letter(destruction_letter(filled_in, name, now_utc()[:10], rows), to)
        desk.say("{count} {count:tube is|tubes are} on the list {file}.", count=len(found), file=str(to))
        return
    desk.table(
        found,
        {
            "sample": _("Sample"),
            "material": _("Material"),
            "place": _("Place"),
            "status": _("Status"),
            "donor": _("Donor"),
            "outcome": _("Outcome"),
            "made": _("Withdrawn"),
        },
    )


@app.command()
def settle(
    ctx: typer.Context,
    donor: Donor,
    tube: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help=mark("Only this tube, by code or barcode; else all."))
    ] = None,
    reason: Reason = None,
) -> None:
    """Sign that the samples of a donor who withdrew are destroyed, returned or anonymised, as the donor chose."""
    from biobank_tui.actions import settling

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        meaning = "You sign that what donor {donor} chose for the samples has been carried out."
        desk.sign(bank, actor, meaning, donor=donor)
        asked = settling.Settling(donor, reason or "", tuple(tube or ()), meaning.format(donor=donor))
        done = settling.settle(bank, actor, asked)
    desk.say(
        "Samples done ({outcome}): {count}; still waiting: {left}.",
        count=done.samples,
        outcome=done.outcome,
        left=done.left,
    )
    desk.lines([], done)


@app.command()
def notices(
    ctx: typer.Context,
    project: Annotated[str | None, typer.Option(help=mark("Only those to this project, by code."))] = None,
    to: Annotated[Path | None, typer.Option(help=mark("A folder to write each into, as text and as PDF."))] = None,
) -> None:
    """List the notices to projects whose samples were taken back; none of them names a donor."""
    from biobank_tui.bank.settings import setting
    from biobank_tui.exchange.destinations import writing
    from biobank_tui.queries import finding, notices
    from biobank_tui.queries.purposes import on_team

    desk = desk_of(ctx)
    with desk.reading() as connection:
        if project is None or not on_team(connection, finding.project(connection, project)["id"], desk.person):
            desk.refuse_leads(connection)
        found = notices.notices(connection, project)
        name = setting(connection, "name")
    if to is None:
        desk.table(
            found,
            {
                "entry": _("Entry"),
                "made": _("When"),
                "project": _("Project"),
                "cause": _("Because"),
                "count": _("Samples"),
            },
        )
        return
    with writing(to):
        to.mkdir(parents=True, exist_ok=True)
    files = []
    for each in found:
        stem = to / f"notice-{each.entry}-{each.project}"
        letter = each.letter(filled_in, name)
        for ending in (".txt", ".pdf"):
            write_letter(letter, stem.with_suffix(ending))
            files.append(str(stem.with_suffix(ending)))
    desk.say("{count} {count:notice is|notices are} written to {folder}.", count=len(found), folder=str(to))
    desk.lines(files, files)
