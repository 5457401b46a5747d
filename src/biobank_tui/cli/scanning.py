"""biobank scan: what a scanned or typed code stands for, judged as the app's scan line judges it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.reading import codes_of
from biobank_tui.cli.room import room
from biobank_tui.rules.materials import MATERIALS
from biobank_tui.words import _, filled_in, mark

if TYPE_CHECKING:
    from biobank_tui.queries.resolve import Resolved

app = room()


@app.command()
def scan(
    ctx: typer.Context,
    codes: Annotated[list[str], typer.Argument(help=mark("What was scanned; - reads codes from stdin, one a line."))],
) -> None:
    """Judge what was scanned, in one sentence."""
    from biobank_tui.queries.resolve import Mood, resolve

    desk = desk_of(ctx)
    with desk.reading() as connection:
        if desk.only_leads(connection):
            desk.refuse_leads(connection)
        found = [resolve(connection, text) for text in codes_of(codes)]
    told = [
        {"text": each.text, "kind": each.kind, "code": each.code, "mood": str(each.mood), "sentence": _said(each)}
        for each in found
    ]
    desk.lines([str(each["sentence"]) for each in told], told)
    if any(each.mood is Mood.ALARM for each in found):
        raise typer.Exit(1)


def _said(found: Resolved) -> str:
    facts = dict(found.facts)
    material = MATERIALS.get(str(facts.get("material")))
    if material is not None:
        facts["material"] = _(material.label)
    return filled_in(found.sentence, facts)
