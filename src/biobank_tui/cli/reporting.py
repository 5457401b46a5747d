"""biobank report: figures of the bank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.rules.errors import NotFound
from biobank_tui.words import _, mark

if TYPE_CHECKING:
    from biobank_tui.queries.reports import Report

app = room()


@app.command()
def report(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(help=mark("inventory, occupancy, accrual, consent or projects."))
    ] = "inventory",
) -> None:
    """Figures of the bank: inventory, occupancy, consent."""
    from biobank_tui.queries.reports import REPORTS

    desk = desk_of(ctx)
    if name not in REPORTS:
        raise NotFound(
            "report.unknown", "There is no report {name}; there are {names}.", name=name, names=", ".join(REPORTS)
        )
    with desk.reading() as connection:
        found = REPORTS[name](connection)
        rows = [_told(found, row, desk.small_cell(connection)) for row in found.rows]
    if desk.flags.json:
        desk.lines([], [{each.key: value for each, value in zip(found.columns, row, strict=True)} for row in rows])
    else:
        desk.rows([_(each.title) for each in found.columns], rows)
    if found.note:
        desk.say(found.note)


def _told(report: Report, row: tuple[str | int | None, ...], limit: int) -> list[str | int | None]:
    """A row without the counts of people that are too small for the reader's eyes; nothing at all is one too."""
    if not limit or not report.personal:
        return list(row)
    return [None if isinstance(value, int) and value < limit else value for value in row]
