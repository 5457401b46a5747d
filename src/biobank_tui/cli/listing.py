"""The sample list on the command line: a first page, or all of it as it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from biobank_tui.cli.desk import Desk
from biobank_tui.words import _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from biobank_tui.queries.samples import SampleRow, Sort
    from biobank_tui.rules.query import Query

WINDOW = 5000


def list_samples(
    desk: Desk, connection: Connection, query: str, sort: tuple[str, bool], limit: int, codes_only: bool
) -> None:
    """Print the samples that match, the first `limit` of them; what is left out is said."""
    from biobank_tui.queries.samples import SORTS, Sort, first_page
    from biobank_tui.rules.errors import Refused
    from biobank_tui.rules.query import parse

    if sort[0] not in SORTS:
        raise Refused("sort.unknown", "{name} is no order; there are {names}.", name=sort[0], names=", ".join(SORTS))
    asked, order = parse(query), Sort(*sort)
    found: Iterable[SampleRow] = (
        first_page(connection, asked, order, limit + 1) if limit else every(connection, asked, order)
    )
    shown = islice(found, limit or None)
    if codes_only:
        desk.lines([row.code for row in shown], [])
    else:
        desk.table(shown, titles())
    if limit and isinstance(found, tuple) and len(found) > limit:
        _say_more(desk, connection, asked, limit)


def every(connection: Connection, query: Query, sort: Sort) -> Iterator[SampleRow]:
    """All matching samples, read a window at a time."""
    from biobank_tui.queries.samples import order, window

    found = order(connection, query, sort)
    for start in range(0, len(found), WINDOW):
        yield from window(connection, found, start, WINDOW)


def titles() -> dict[str, str]:
    """The columns of a list of samples."""
    return {
        "code": _("Code"),
        "kind": _("Kind"),
        "material": _("Material"),
        "status": _("Status"),
        "holds": _("Holds"),
        "amount": _("Amount"),
        "donor": _("Donor"),
        "diagnosis": _("Diagnosis"),
        "collected": _("Collected"),
        "place": _("Place"),
    }


def _say_more(desk: Desk, connection: Connection, query: Query, limit: int) -> None:
    from biobank_tui.queries.samples import count

    total = count(connection, query)
    if total is None:
        desk.say("Only the first {limit} are shown; --limit 0 shows all.", limit=limit)
    else:
        desk.say("{limit} of {total} are shown; --limit 0 shows all.", limit=limit, total=total)
