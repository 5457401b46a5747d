"""What a project is for, as options of a command; and how a project is told after an act."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.desk import Desk
from biobank_tui.cli.withdrawing import say_taken
from biobank_tui.rules.purpose import Purpose, ResearchType
from biobank_tui.words import mark

if TYPE_CHECKING:
    from biobank_tui.actions.projects import ProjectStanding


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


def purpose_of(
    research: ResearchType | None, disease: list[str] | None, country: list[str] | None, use: list[Use] | None
) -> Purpose | None:
    """The purpose as coded on the command line; none where nothing was said of it."""
    if not (research or disease or country or use):
        return None
    uses = {str(each): True for each in use or ()}
    return Purpose(research_type=research, diseases=tuple(disease or ()), countries=tuple(country or ()), **uses)  # type: ignore[arg-type]


def tell_standing(desk: Desk, standing: ProjectStanding) -> None:
    """How a project stands after an act; its code on stdout."""
    desk.say("{code} is {state}.", code=standing.code, state=standing.state)
    say_taken(desk, standing.taken_back)
    desk.lines([standing.code], standing)
