"""biobank sprec: codes explained, computed, and written down of a tube."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.reading import pairs_of
from biobank_tui.cli.receiving import Treated, tell_lapses
from biobank_tui.cli.room import room
from biobank_tui.words import _, mark

if TYPE_CHECKING:
    from biobank_tui.cli.desk import Desk
    from biobank_tui.rules.sprec import Explained

app = room(mark("SPREC codes: explained, and computed from what was recorded."))


@app.command()
def explain(
    ctx: typer.Context, code: Annotated[str, typer.Argument(help=mark("A SPREC 2.0 code, as SER-SST-A-B-N-A-A."))]
) -> None:
    """Explain a code element by element."""
    from biobank_tui.queries.preanalytics import sprec_table
    from biobank_tui.rules import sprec

    _tell(desk_of(ctx), sprec.explain(code, sprec_table()))


@app.command()
def compute(
    ctx: typer.Context,
    material: Annotated[str, typer.Argument(help=mark("What is in it: plasma, serum, dna, …"))],
    treated: Treated = None,
    collected: Annotated[str | None, typer.Option(help=mark("When it was collected, as 2026-03-02T10:15."))] = None,
    processed: Annotated[str | None, typer.Option(help=mark("When it was processed."))] = None,
    frozen: Annotated[str | None, typer.Option(help=mark("When it was frozen."))] = None,
) -> None:
    """Compute a code from what was done to a sample; what is not said is unknown."""
    from biobank_tui.queries.preanalytics import sprec_table
    from biobank_tui.rules import preanalytics, sprec
    from biobank_tui.rules.materials import material as known
    from biobank_tui.rules.moments import parse_moment

    said = {"collected": collected, "processed": processed, "frozen": frozen}
    times = {name: parse_moment(text, UTC) if text else None for name, text in said.items()}
    what, table = known(material), sprec_table()
    facts = preanalytics.facts_from(pairs_of(treated, "--treated"), table, preanalytics.matrix_of(what))
    code = preanalytics.code(what, facts, times, table)
    desk = desk_of(ctx)
    desk.say("{code}", code=code)
    _tell(desk, sprec.explain(code, table))


@app.command()
def show(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(help=mark("The tube: its code, barcode or another system's number."))],
) -> None:
    """A tube's code, element by element, and its times against the bank's limits."""
    from biobank_tui.queries.preanalytics import assess

    desk = desk_of(ctx)
    with desk.reading() as connection:
        desk.refuse_leads(connection)
        found = assess(connection, code)
    if desk.flags.json:
        desk.lines([], found)
        return
    desk.say("{code}: {sprec}", code=found.code, sprec=found.sprec)
    tell_lapses(desk, found.lapses)
    _tell(desk, found.elements)


@app.command()
def record(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(help=mark("The tube: its code, barcode or another system's number."))],
    treated: Treated,
    reason: Annotated[str, typer.Option(help=mark("Why; the ledger keeps it."))],
) -> None:
    """Write down, or correct, what was done to a tube."""
    from biobank_tui.actions.receiving import describe

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        told = describe(bank, actor, code, pairs_of(treated, "--treated"), reason)
    desk.say("{code}: {sprec}", code=code, sprec=told)
    desk.lines([told], {"code": code, "sprec": told})


def _tell(desk: Desk, elements: tuple[Explained, ...]) -> None:
    if desk.flags.json:
        desk.lines([], elements)
        return
    desk.rows(
        [_("Element"), _("Code"), _("Meaning")],
        [(_(each.name.replace("_", " ")).capitalize(), each.code, _(each.label)) for each in elements],
    )
