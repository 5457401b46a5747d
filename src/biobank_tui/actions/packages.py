"""The whole collection leaves as a data package, or comes from one into an empty bank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, grants_of
from biobank_tui.exchange import package_out
from biobank_tui.exchange.destinations import refuse_taken
from biobank_tui.exchange.package_in import Unpacking
from biobank_tui.rules.permissions import Verb, roles_for

Told = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Packed:
    """A package. rows: by table. entry: the ledger's number."""

    folder: str
    rows: dict[str, int]
    entry: int


def dump(bank: Bank, actor: Actor, folder: Path, told: Told = lambda _table, _rows: None) -> Packed:
    """Write the collection to a new folder. For managers of the whole bank."""
    refuse_taken(folder)
    with bank.transaction(actor, Verb.EXPORT) as tx:
        roles_for(Verb.BANK_BACKUP, grants_of(tx.connection, actor.person_id or 0))
        tx.permit()
        tx.subject = "bank"
        tx.facts = {"rows": package_out.size(tx.connection), "where": "", "as": "package", "to": str(folder)}
        entry, made = tx.number, tx.at
    with bank.read() as connection:
        return Packed(str(folder), package_out.write(connection, folder, made, told), entry)


def load(bank: Bank, actor: Actor, folder: Path, told: Told = lambda _table, _rows: None) -> Packed:
    """Take a package into an empty bank, all or nothing. People come without passwords and roles.

    For who may import and add people.
    """
    with bank.transaction(actor, Verb.IMPORT) as tx:
        roles_for(Verb.PERSON_ADD, grants_of(tx.connection, actor.person_id or 0))
        tx.permit()
        work = Unpacking(tx, folder, told)
        work.run()
        tx.subject = "bank"
        tx.facts = {"from": str(folder), "rows": sum(work.made.values())}
        return Packed(str(folder), work.made, tx.number)
