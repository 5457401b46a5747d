"""biobank donor: donors under their pseudonyms."""

from __future__ import annotations

from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.reading import pairs_of
from biobank_tui.cli.room import room
from biobank_tui.words import _, mark

app = room(mark("Donors under their pseudonyms."))

Donor = Annotated[str, typer.Argument(help=mark("The donor, by code."))]


@app.command()
def add(
    ctx: typer.Context,
    custodian: Annotated[str, typer.Option("--org", help=mark("The organisation that keeps their samples, by code."))],
    code: Annotated[str | None, typer.Option(help=mark("Another system's pseudonym, kept as it is."))] = None,
    sex: Annotated[str, typer.Option(help=mark("male, female, unknown or undifferentiated."))] = "unknown",
    birth_year: Annotated[int | None, typer.Option(help=mark("The year of birth."))] = None,
    birth_month: Annotated[int | None, typer.Option(help=mark("The month of birth, 1 to 12; never the day."))] = None,
    country: Annotated[str | None, typer.Option(help=mark("Two letters (ISO 3166)."))] = None,
    study: Annotated[str | None, typer.Option(help=mark("A study they are enrolled in."))] = None,
    diagnosis: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help=mark("ICD-10, as C50.4; the first is the main one."))
    ] = None,
    external: Annotated[
        list[str] | None, typer.Option(metavar="SYSTEM=NUMBER", help=mark("Another system's pseudonym for them."))
    ] = None,
    hospital_number: Annotated[
        str | None,
        typer.Option(help=mark("Never stored: only its keyed digest is, so that the same patient is known again.")),
    ] = None,
    note: Annotated[str | None, typer.Option(help=mark("A note; nothing that identifies them."))] = None,
    count: Annotated[int, typer.Option(min=1, max=10_000, help=mark("How many such donors."))] = 1,
) -> None:
    """Register a donor; prints the pseudonym."""
    from biobank_tui.actions import donors

    desk = desk_of(ctx)
    new = donors.NewDonor(
        custodian=custodian,
        code=code,
        sex=sex,
        birth_year=birth_year,
        birth_month=birth_month,
        country=country,
        study=study,
        note=note,
        hospital_number=hospital_number,
        diagnoses=tuple(donors.NewDiagnosis(each) for each in diagnosis or ()),
        external=pairs_of(external, "--external"),
    )
    with desk.acting() as (bank, actor):
        codes = donors.register_donors(bank, actor, [new] * count)
    desk.say("{count} registered.", count=len(codes))
    desk.lines(codes, {"codes": codes})


@app.command()
def diagnose(
    ctx: typer.Context,
    donor: Donor,
    code: Annotated[str, typer.Argument(help=mark("ICD-10 or ICD-O-3 topography, as C50.4."))],
    morphology: Annotated[str | None, typer.Option(help=mark("ICD-O-3 morphology, as 8500/3."))] = None,
    date: Annotated[str | None, typer.Option(help=mark("When, possibly partial."))] = None,
    age: Annotated[float | None, typer.Option(help=mark("Age at diagnosis, in years."))] = None,
    stage: Annotated[str | None, typer.Option(help=mark("The stage, as IIA."))] = None,
    tnm: Annotated[str | None, typer.Option(help=mark("TNM, as T2N0M0."))] = None,
    edition: Annotated[str | None, typer.Option(help=mark("The TNM edition, as 8."))] = None,
) -> None:
    """Give a donor a diagnosis; the first becomes the main one."""
    from biobank_tui.actions import donors

    desk = desk_of(ctx)
    new = donors.NewDiagnosis(
        code, morphology=morphology, date=date, age=age, stage=stage, tnm=tnm, tnm_edition=edition
    )
    with desk.acting() as (bank, actor):
        donors.add_diagnosis(bank, actor, donor, new)
    desk.say("{donor} has the diagnosis {code}.", donor=donor, code=code)
    desk.lines([], {"donor": donor, "diagnosis": code})


@app.command()
def show(ctx: typer.Context, donor: Donor) -> None:
    """Show a donor: diagnoses, consents, samples."""
    from biobank_tui.cli.showing import show_donor

    desk = desk_of(ctx)
    with desk.reading() as connection:
        show_donor(desk, connection, donor)


@app.command(name="list")
def list_donors(
    ctx: typer.Context,
    search: Annotated[
        str, typer.Argument(help=mark("The beginning of a code or of another system's number, a diagnosis, a state."))
    ] = "",
    limit: Annotated[int, typer.Option(min=1, help=mark("How many at most."))] = 50,
) -> None:
    """List donors."""
    from biobank_tui.queries.donors import donors

    desk = desk_of(ctx)
    with desk.reading() as connection:
        desk.refuse_leads(connection)
        rows = donors(connection, search, limit=limit + 1)
    desk.table(
        rows[:limit],
        {
            "code": _("Code"),
            "state": _("State"),
            "sex": _("Sex"),
            "birth_year": _("Born"),
            "diagnosis": _("Diagnosis"),
            "custodian": _("Custodian"),
            "consent": _("Consent"),
            "samples": _("Samples"),
        },
    )
    if len(rows) > limit:
        desk.say("Only the first {limit} are shown; --limit shows more.", limit=limit)
