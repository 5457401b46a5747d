"""The rows of the sample list: the first page at once, the whole order when its thread has built it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Final

from biobank_tui.rules.lifecycles import SampleStatus
from biobank_tui.rules.query import Query
from biobank_tui.tui.ports import Column, Row
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import Tone
from biobank_tui.words import _

if TYPE_CHECKING:
    from biobank_tui.bank.bank import Bank
    from biobank_tui.queries.orders import Order
    from biobank_tui.queries.samples import SampleRow

NEAR: Final = 1_000
"""Rows that are fetched without waiting for the order."""

HELD_SHOWN: Final = {SampleStatus.EXPECTED, SampleStatus.AVAILABLE, SampleStatus.RESERVED, SampleStatus.CHECKED_OUT}
"""Statuses beside which a hold is the more important news."""

AHEAD: Final = 50
"""Rows looked for while a filter is typed: about a screen of them."""

NEWEST: Final = ("registered", True)
"""The order to begin with: the newest first."""


def columns() -> tuple[Column, ...]:
    """The columns in the language in use; the first stay longest where it is narrow."""
    return (
        Column("code", _("Code"), 11, sortable=True),
        Column("material", _("Material"), 13, sortable=True, grow=2),
        Column("status", _("Status"), 13, sortable=True, family="sample"),
        Column("amount", _("Left"), 9, "right", sortable=True),
        Column("place", _("Place"), 15, grow=1, drop=1),
        Column("diagnosis", _("Dx"), 6, sortable=True, drop=2),
        Column("collected", _("Collected"), 10, sortable=True, drop=3),
        Column("donor", _("Donor"), 11, sortable=True, drop=4),
        Column("custodian", _("Custodian"), 10, drop=5),
        Column("frozen", _("Frozen"), 10, sortable=True, drop=6),
        Column("thaws", _("Thaws"), 5, "right", sortable=True, drop=7),
        Column("barcode", _("Barcode"), 12, sortable=True, drop=8, tone=Tone.QUIET),
    )


@dataclass(frozen=True, slots=True)
class Built:
    """An order that is there. ordinal: where the wanted sample stands in it; first: none was there before."""

    count: int
    ordinal: int | None
    first: bool


class SampleRows:
    """One filter in one order. `stop` ends what is still being built; windows of a stopped source are empty.

    head: number of the last ledger entry when the order was built.
    """

    def __init__(self, bank: Bank, query: Query, sort: tuple[str, bool] = NEWEST) -> None:
        self.bank = bank
        self.query = query
        self.sort = sort
        self.order: Order | None = None
        self.head = -1
        self._ready = Event()
        self._stopped = False
        self._columns = columns()

    @property
    def columns(self) -> Sequence[Column]:
        return self._columns

    def count(self) -> int | None:
        return None if self.order is None else len(self.order)

    def members(self) -> Order | None:
        return self.order

    def window(self, start: int, n: int) -> Sequence[Row]:
        if self.order is None and (start + n > NEAR or self._comes_at_once()):
            self._ready.wait()
        if self._stopped:
            return ()
        from biobank_tui.queries.samples import Sort, first_page, window

        order = self.order
        with self.bank.read() as connection:
            if order is not None:
                found = window(connection, order, start, n)
            else:
                found = first_page(connection, self.query, Sort(*self.sort), start + n)[start:]
        return [as_row(each) for each in found]

    def _comes_at_once(self) -> bool:
        """Whether the order is there as soon as a first page would be: by the index, where that is up to date."""
        with self.bank.read() as connection:
            return self.bank.index.there and not self.bank.index.wanted(connection)

    def build(self, key: int | None = None) -> Built | None:
        """Build the whole order, in a thread; from then on any row can be fetched. None where it was stopped.

        key: a sample whose place in the order is wanted with it.
        """
        from biobank_tui.bank.ledger import head
        from biobank_tui.queries.samples import Sort, order

        try:
            with self.bank.read() as connection:
                self.head = head(connection)[0]
                built = order(connection, self.query, Sort(*self.sort), lambda: self._stopped, self.bank.index)
                at = None if key is None or self._stopped else built.ordinal(connection, key)
            if self._stopped:
                return None
            first = self.order is None
            self.order = built
            return Built(len(built), at, first)
        finally:
            # Whoever waits for a far row is let go, whatever became of the order.
            self._ready.set()

    def is_stale(self) -> bool:
        """Whether anything was written since the order was built; for a thread."""
        from biobank_tui.bank.ledger import head

        with self.bank.read() as connection:
            return bool(head(connection)[0] != self.head)

    def stop(self) -> None:
        """Nobody looks at this any more."""
        self._stopped = True
        self._ready.set()

    def ordinal(self, key: int) -> int | None:
        """Where a sample stands in the order; None where it is not in it, or the order not there. Slow where long."""
        if self.order is None:
            return None
        with self.bank.read() as connection:
            return self.order.ordinal(connection, key)


def as_row(sample: SampleRow) -> Row:
    """A line of the list as the table shows it."""
    held = bool(sample.holds) and sample.status in HELD_SHOWN
    return Row(
        sample.id,
        (
            sample.code,
            material_word(sample.material),
            "held" if held else sample.status,
            sample.amount,
            sample.place,
            sample.diagnosis or "",
            (sample.collected or "")[:10],
            sample.donor or "",
            sample.custodian,
            (sample.frozen or "")[:10],
            str(sample.thaws) if sample.thaws else "",
            sample.barcode or "",
        ),
    )


def look_ahead(bank: Bank, query: Query, sort: tuple[str, bool]) -> None:
    """Have what answers to a filter at hand while it is still typed, where it comes at once; for a thread."""
    from biobank_tui.queries.samples import Sort, order, window

    with bank.read() as connection:
        if bank.index.there and not bank.index.wanted(connection):
            window(connection, order(connection, query, Sort(*sort), index=bank.index), 0, AHEAD)


def indexing(bank: Bank) -> list[str] | None:
    """The command that brings the bank's index up, where it is time; for a thread."""
    from biobank_tui.bank.index.apart import command

    return command(bank)
