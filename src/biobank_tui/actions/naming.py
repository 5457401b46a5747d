"""The codes a project knows donors and samples by: keyed, so that two projects cannot match theirs."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Table, select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.linking import project_code
from biobank_tui.bank.transaction import Transaction
from biobank_tui.model.tables import PROJECT_DONOR, PROJECT_SAMPLE, SERIAL
from biobank_tui.rules.codes import render_keyed

MOST_ATTEMPTS = 20
AT_ONCE = 5000


def name_samples(tx: Transaction, address: str, project_id: int, samples: Collection[int]) -> dict[int, str]:
    """The project's codes of these samples (ids), new ones written down."""
    return _name(tx, address, project_id, samples, PROJECT_SAMPLE, "sample_id")


def name_donors(tx: Transaction, address: str, project_id: int, donors: Collection[int | None]) -> dict[int, str]:
    """The project's codes of these donors (ids), new ones written down; a pool's missing donor has none."""
    return _name(tx, address, project_id, [each for each in donors if each is not None], PROJECT_DONOR, "donor_id")


def _name(
    tx: Transaction, address: str, project_id: int, ids: Collection[int], table: Table, column: str
) -> dict[int, str]:
    wanted = sorted(set(ids))
    named = {
        row[0]: row[1]
        for row in tx.connection.execute(
            select(table.c[column], table.c.code).where(
                table.c.project_id == project_id, among(tx.connection, table.c[column], wanted)
            )
        )
    }
    new = [number for number in wanted if number not in named]
    if not new:
        return named
    prefix = tx.connection.scalar(select(SERIAL.c.prefix).where(SERIAL.c.noun == table.name)) or ""
    codes = _free_codes(tx, address, project_id, table, column, prefix, new)
    first, _prefix = tx.allocate(table.name, len(new))
    tx.insert(
        table,
        [
            {"id": first + place, "project_id": project_id, column: number, "code": codes[number]}
            for place, number in enumerate(new)
        ],
    )
    return named | codes


def _free_codes(
    tx: Transaction, address: str, project_id: int, table: Table, column: str, prefix: str, new: list[int]
) -> dict[int, str]:
    """A code of its own for each; where two of 35 trillion meet, the later one is made anew."""
    codes: dict[int, str] = {}
    taken: set[str] = set()
    left = new
    for attempt in range(MOST_ATTEMPTS):
        made = {
            each: render_keyed(prefix, project_code(address, str(project_id), column, each, attempt)) for each in left
        }
        listed = list(made.values())
        for start in range(0, len(listed), AT_ONCE):
            part = listed[start : start + AT_ONCE]
            taken |= set(tx.connection.scalars(select(table.c.code).where(table.c.code.in_(part))))
        left = []
        for each, code in made.items():
            if code in taken:
                left.append(each)
            else:
                codes[each] = code
                taken.add(code)
        if not left:
            return codes
    raise AssertionError("codes of 45 bits do not meet twenty times")
