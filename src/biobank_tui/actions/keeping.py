"""The bank is copied for safe keeping."""

from __future__ import annotations

from pathlib import Path

from biobank_tui.bank import backup
from biobank_tui.bank.access import require
from biobank_tui.bank.backup import Copy
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.rules.permissions import Verb


def back_up(bank: Bank, actor: Actor, path: Path) -> Copy:
    """Write a verified copy of the bank to a new file; the ledger says that one was taken, and its digest."""
    with bank.read() as connection:
        require(connection, actor, Verb.BANK_BACKUP)
    copy = backup.backup(bank, path)
    with bank.transaction(actor, Verb.BANK_BACKUP) as tx:
        tx.permit()
        tx.subject = path.name
        tx.facts = {"digest": copy.digest, "size": copy.size, "anchor": copy.anchor}
    return copy
