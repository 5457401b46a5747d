"""Which tubes a command is about: codes given, codes from stdin, or all that match a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from biobank_tui.cli.reading import codes_of
from biobank_tui.rules.errors import Refused
from biobank_tui.words import mark

if TYPE_CHECKING:
    from biobank_tui.bank.bank import Bank

Where = Annotated[str | None, typer.Option(help=mark("All tubes that match this query, instead."))]
Tubes = Annotated[list[str] | None, typer.Argument(help=mark("Tubes; - reads codes from stdin."))]


def chosen(bank: Bank, codes: list[str] | None, where: str | None) -> list[str]:
    """The codes, in the order given or, of a query, in that of registration. Refused where there are none."""
    if where is None:
        return codes_of(codes or ())
    if codes:
        raise Refused("codes.both", "Give tubes or a query with --where, not both.")
    from biobank_tui.cli.listing import every
    from biobank_tui.queries.samples import Sort
    from biobank_tui.rules.query import parse

    with bank.read() as connection:
        found = [row.code for row in every(connection, parse(where), Sort("registered", descending=False))]
    if not found:
        raise Refused("codes.no_match", "No tube matches {query}; nothing was done.", query=where)
    return found
