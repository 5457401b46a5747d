"""What is marked in the list of samples, whatever filter it was marked under: how many, and their codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, cast

from biobank_tui.rules.errors import Refused
from biobank_tui.tui.ports import Session
from biobank_tui.tui.screens.sample_rows import SampleRows
from biobank_tui.tui.widgets.marks import Marks

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from biobank_tui.queries.orders import Order

MOST: Final = 5_000
"""Tubes that one act takes."""


def few(marks: Marks, source: SampleRows) -> Marks:
    """The marks, if one act can take what is marked; Refused says why not."""
    if marks.everything:
        marks = marks.kept(source.order)
        if marks.members is None:
            raise Refused("samples.counting", "The list is still being counted: try again in a moment.")
    count = marks.count(None) or 0
    if count > MOST:
        raise Refused("samples.many", "One act takes at most {most} tubes; {count} are marked.", most=MOST, count=count)
    return marks


def _marked(connection: Connection, marks: Marks) -> Iterator[int]:
    """The ids of all that is marked, in no order."""
    everything = cast("Order | None", marks.members) if marks.everything else None
    if everything is not None:
        yield from (key for key in everything.ids(connection, 0, len(everything)) if key not in marks.keys)
    yield from (key for key in marks.keys if key in marks)


def codes_of_marked(session: Session, marks: Marks, source: SampleRows) -> tuple[str, ...]:
    """Codes in the order of the list, so that tubes go into a box as they stand on screen; then those not in it."""
    from biobank_tui.queries.sample_detail import codes_of

    order = source.order
    with session.bank.read() as connection:
        # What stands on screen in its order comes first, whatever was marked under another filter after it.
        wanted = frozenset(_marked(connection, marks))
        listed = order.arranged(connection, wanted) if order is not None else []
        ids = [*listed, *sorted(wanted - set(listed))]
        found = codes_of(connection, ids)
    return tuple(found[each] for each in ids if each in found)
