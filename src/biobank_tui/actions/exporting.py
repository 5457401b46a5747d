"""Rows leave the bank as a file; the ledger says what, how many, how chosen, in which form and to where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction, grants_of
from biobank_tui.exchange.destinations import destination, refuse_taken
from biobank_tui.queries import finding
from biobank_tui.queries.export_forms import job
from biobank_tui.queries.exporting import Choice
from biobank_tui.rules.errors import Denied, Refused
from biobank_tui.rules.permissions import Role, Verb, roles_for

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Export:
    """What is to be written, and how.

    kind: a table (donors, samples, …), boxes or inventory. form: csv, jsonl, xlsx, parquet, pdf, or the name of a
    standard. to: a new file; None is standard output. where: a query of samples. codes: the samples meant, instead.
    """

    kind: str
    form: str = "csv"
    to: Path | None = None
    where: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. rows: rows, resources or boxes. left_out: rows of donors who withdrew, which no file made for
    others holds. entry: the ledger's number."""

    kind: str
    form: str
    to: str
    rows: int
    left_out: int
    entry: int


def export(bank: Bank, actor: Actor, asked: Export, told: Told = lambda _rows: None) -> Exported:
    """Write rows out. The ledger's entry stands before the first row leaves, so that nothing leaves unseen.

    told: hears how many rows there are so far. Denied to those who only lead projects: they get releases under project
    codes, not the bank's own.
    """
    form = job(asked.kind, asked.form, asked.to.suffix.lower() if asked.to else "")
    if asked.to is not None:
        refuse_taken(asked.to)
    target = str(asked.to) if asked.to is not None else "stdout"
    with bank.transaction(actor, Verb.EXPORT) as tx:
        _refuse_leads(tx)
        if asked.kind == "ledger":
            roles_for(Verb.LEDGER_READ, grants_of(tx.connection, actor.person_id or 0))
        choice = _choice(tx.connection, asked)
        count, custodians = form.extent(tx.connection, choice)
        tx.permit(custodians)
        left_out = form.left_out(tx.connection, choice)
        tx.subject = asked.kind
        tx.facts = {"rows": count, "where": asked.where.strip(), "as": asked.form, "to": target}
        if asked.codes:
            tx.facts["samples"] = len(asked.codes)
        entry = tx.number
    with bank.read() as connection, destination(asked.to, binary=form.binary) as out:
        written = form.write(connection, out, choice, told)
    return Exported(asked.kind, asked.form, target, written, left_out, entry)


def _refuse_leads(tx: Transaction) -> None:
    roles = {grant.role for grant in grants_of(tx.connection, tx.actor.person_id or 0)}
    if Role.MANAGER not in roles:
        raise Denied("export.manager", "Only a manager exports the bank's own codes.")


def _choice(connection: Connection, asked: Export) -> Choice:
    if asked.codes and asked.where.strip():
        raise Refused("export.both", "Choose by a query or by codes, not by both.")
    ids = tuple(dict.fromkeys(finding.sample(connection, code)["id"] for code in asked.codes))
    return Choice(asked.where, ids)
