"""What tests look at in a bank, whatever they did to it."""

from __future__ import annotations

from biobank_tui.bank import checking, ledger
from biobank_tui.bank.bank import Bank
from biobank_tui.queries.sample_detail import SampleDetail, detail


def tube(bank: Bank, code: str) -> SampleDetail:
    """A sample whole."""
    with bank.read() as connection:
        return detail(connection, code)


def sound(bank: Bank) -> None:
    """The bank agrees with its ledger, its counts and its constraints, and the ledger with itself."""
    with bank.read() as connection:
        assert ledger.verify(connection).fault is None
        assert [str(found) for found in checking.check(connection)] == []
