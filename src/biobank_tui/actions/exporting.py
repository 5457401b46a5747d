"""Rows leave the bank as a file; the ledger says what, how many, and for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, grants_of
from biobank_tui.queries import exporting
from biobank_tui.rules.errors import Denied
from biobank_tui.rules.permissions import Role, Verb


@dataclass(frozen=True, slots=True)
class Export:
    """kind: donors, samples, consents or storage. where: a query, for samples. target: where it goes, in words."""

    kind: str
    where: str = ""
    target: str = "stdout"


@dataclass(frozen=True, slots=True)
class Exported:
    """How many rows were written."""

    kind: str
    rows: int


Write = Callable[[tuple[str, ...], Iterator[tuple[Any, ...]]], int]
"""Writes the header and the rows, and says how many there were."""


def export(bank: Bank, actor: Actor, asked: Export, write: Write) -> Exported:
    """Write rows out. The ledger's entry stands before the first row leaves, so that nothing leaves unseen.

    Denied to those who only lead projects: they get releases under project codes, not the bank's own.
    """
    kind = exporting.exportable(asked.kind)
    with bank.transaction(actor, Verb.EXPORT) as tx:
        roles = {grant.role for grant in grants_of(tx.connection, actor.person_id or 0)}
        if Role.MANAGER not in roles:
            raise Denied("export.manager", "Only a manager exports the bank's own codes.")
        count, custodians = exporting.extent(tx.connection, kind, exporting.chosen(tx.connection, kind, asked.where))
        tx.permit(custodians)
        tx.subject = asked.kind
        tx.facts = {"rows": count, "where": asked.where, "to": asked.target}
    with bank.read() as connection:
        found = exporting.rows(connection, kind, exporting.chosen(connection, kind, asked.where))
        return Exported(asked.kind, write(kind.columns, found))
