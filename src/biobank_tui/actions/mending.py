"""What the bank keeps beside its rows so as not to count them is counted anew, and its samples' index made anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, Table, bindparam, select, update

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.tallies import Census, Key, census_of_all, settle
from biobank_tui.bank.transaction import Actor
from biobank_tui.model.tables import SAMPLE_TALLY, STORAGE_UNIT, USABLE_TALLY
from biobank_tui.rules.paths import ancestors
from biobank_tui.rules.permissions import Verb


@dataclass(frozen=True, slots=True)
class Mended:
    """How many kept counts were wrong and are right now.

    entry: the act's. index: how many samples are in the index that was made anew; None where the bank has none.
    """

    facets: int
    usable: int
    units: int
    entry: int
    index: int | None


def mend(bank: Bank, actor: Actor) -> Mended:
    """Put every kept count right by a recount, and make the samples' index anew where there is one."""
    with bank.transaction(actor, Verb.BANK_REPAIR) as tx:
        tx.permit()
        counted = census_of_all(tx.connection)
        kept = Census(_kept(tx.connection, SAMPLE_TALLY), _kept(tx.connection, USABLE_TALLY))
        facets, usable = _wrong(kept.facets, counted.facets), _wrong(kept.usable, counted.usable)
        settle(tx.connection, kept, Census(counted.facets, counted.usable))
        units = _mend_units(tx.connection, counted.units)
        tx.subject = "counts"
        tx.facts = {"facets": facets, "usable": usable, "units": units}
        entry = tx.number
    return Mended(facets, usable, units, entry, _index(bank))


def _kept(connection: Connection, table: Table) -> Counter[Key]:
    rows = connection.execute(select(*table.primary_key.columns, table.c.n))
    return Counter({tuple(row[:-1]): row[-1] for row in rows})


def _wrong(kept: Counter[Key], counted: Counter[Key]) -> int:
    return sum(kept[group] != counted[group] for group in kept.keys() | counted.keys())


def _mend_units(connection: Connection, direct: Counter[Key]) -> int:
    """The tubes in and below every storage unit; how many units kept another number."""
    units = connection.execute(select(STORAGE_UNIT.c.id, STORAGE_UNIT.c.path, STORAGE_UNIT.c.tubes)).all()
    tubes: Counter[str] = Counter()
    for number, path, _kept_there in units:
        if here := direct[(number,)]:
            for step in ancestors(path):
                tubes[step] += here
    wrong = [{"_id": row[0], "_n": tubes[row[1]]} for row in units if row[2] != tubes[row[1]]]
    if wrong:
        connection.execute(
            update(STORAGE_UNIT).where(STORAGE_UNIT.c.id == bindparam("_id")).values(tubes=bindparam("_n")), wrong
        )
    return len(wrong)


def _index(bank: Bank) -> int | None:
    if not bank.index.there:
        return None
    with bank.read() as connection:
        bank.index.make_anew(connection)
        with bank.index.view(connection) as view:
            return view.length - 1 if view else None
