"""Donors who withdrew: on which days, and the work-list of a withdrawal that late tubes open again.

Whatever records consents or takes samples in, an act or a file, asks here.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Transaction
from biobank_tui.model.tables import CONSENT, LEDGER_ENTRY, WITHDRAWAL
from biobank_tui.rules.permissions import Verb


def days_withdrawn(connection: Connection, donors: Collection[int]) -> dict[int, list[str]]:
    """The days, possibly partial, on which these donors (ids) withdrew; nothing for those who never did.

    By the consents that were marked; and by the act itself, where there was no consent to mark. A file says in a
    consent when it was withdrawn, so that the day of its import is none.
    """
    days: dict[int, list[str]] = {}
    marked = select(CONSENT.c.donor_id, CONSENT.c.withdrawn).where(
        among(connection, CONSENT.c.donor_id, donors), CONSENT.c.withdrawn.is_not(None)
    )
    acted = (
        select(WITHDRAWAL.c.donor_id, WITHDRAWAL.c.made)
        .join(LEDGER_ENTRY, LEDGER_ENTRY.c.number == WITHDRAWAL.c.entry)
        .where(among(connection, WITHDRAWAL.c.donor_id, donors), LEDGER_ENTRY.c.verb == str(Verb.CONSENT_WITHDRAW))
    )
    for query in (marked, acted):
        for donor, moment in connection.execute(query):
            days.setdefault(donor, []).append(moment[:10])
    return days


def reopen(tx: Transaction, holds: Collection[int]) -> None:
    """Tubes came in under these holds: a withdrawal that was carried out waits again, where it laid one of them."""
    if not holds:
        return
    laid = among(tx.connection, WITHDRAWAL.c.hold_id, holds)
    settled = tx.connection.scalars(select(WITHDRAWAL.c.id).where(laid, WITHDRAWAL.c.settled.is_not(None))).all()
    tx.update_all(WITHDRAWAL, settled, settled=None)
