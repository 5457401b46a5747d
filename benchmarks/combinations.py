"""The list's worst cases, looked for: filters drawn from the fields and from the bank's own values, in every order.

Each is asked three times: to warm up, so that what is measured is the plan and not the disk; with every term found
anew, as after an act; and again, with the answers to its terms kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from typing import Any

from benchmarks.measuring import Figure, quantile
from biobank_tui.bank.bank import Bank
from biobank_tui.queries import samples
from biobank_tui.queries.samples import SORTS, Sort
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.query import parse

DRAWN = 300
PAGE = 50
WORST_TARGET = 100.0
SEED = 6


def figures(bank: Bank) -> list[Figure]:
    """The first page with its exact count, and a jump into the midst, over all the combinations that were drawn."""
    random = Random(SEED)
    draw = _Drawing(bank, random)
    first: list[tuple[float, str]] = []
    again: list[tuple[float, str]] = []
    jumps: list[tuple[float, str]] = []
    for number in range(DRAWN):
        line, sort = draw.line(), Sort(random.choice(sorted(SORTS)), random.random() < 0.5)
        query = parse(line)
        name = f"{line or 'all'} by {sort.column}{'' if sort.descending else ' upward'}"
        for found in (None, first, again):
            if found is first:
                bank.index.forget_answers()
            began = time.perf_counter()
            with bank.read() as connection:
                order = samples.order(connection, query, sort, index=bank.index)
                samples.window(connection, order, 0, PAGE)
            reached = time.perf_counter()
            with bank.read() as connection:
                samples.window(connection, order, random.randrange(max(len(order), 1)), PAGE)
            if found is not None:
                found.append(((reached - began) * 1000, f"{name} ({len(order):,})"))
                jumps.append(((time.perf_counter() - reached) * 1000, f"{name} ({len(order):,})"))
        if number >= 20 and sum(took for took, _name in first) > 300_000:
            break
    return [
        _figure(f"{len(first)} filters and orders drawn: count and first {PAGE}, all found anew", first),
        _figure(f"{len(again)} filters and orders drawn: the same asked again", again),
        _figure(f"{len(first)} filters and orders drawn: jump to any row", jumps),
    ]


def _figure(name: str, found: list[tuple[float, str]]) -> Figure:
    found.sort()
    took = [each for each, _name in found]
    return Figure(
        name, quantile(took, 0.5), quantile(took, 0.95), took[-1], None, None, f"worst: {found[-1][1]}",
        p99=quantile(took, 0.99), ceiling=WORST_TARGET,
    )  # fmt: skip


class _Drawing:
    """Draws filters of one to three terms, each of a field's own values."""

    def __init__(self, bank: Bank, random: Random) -> None:
        self._random = random
        with bank.read() as connection:
            last = connection.exec_driver_sql("SELECT max(id) FROM sample").scalar() or 1
            self._rows: list[dict[str, Any]] = []
            for _ in range(200):
                row = connection.exec_driver_sql(
                    f"SELECT s.*, d.code AS donor, u.code AS box, o.code AS site FROM sample s"
                    f" LEFT JOIN donor d ON d.id = s.donor_id LEFT JOIN storage_unit u ON u.id = s.unit_id"
                    f" JOIN organisation o ON o.id = s.custodian_id WHERE s.id >= {random.randrange(1, last + 1)}"
                    " ORDER BY s.id LIMIT 1"
                ).first()
                if row:
                    self._rows.append(dict(row._mapping))
        with bank.read() as connection:
            projects = [row[0] for row in connection.exec_driver_sql("SELECT code FROM project WHERE state = 'active'")]
        self._terms: tuple[Callable[[dict[str, Any]], str], ...] = (
            lambda row: f"type:{row['material']}",
            lambda row: f"status:{row['status']}",
            lambda row: f"kind:{row['kind']}",
            lambda row: f"site:{row['site']}",
            lambda row: f"dx:{row['diagnosis'][:3] if row['diagnosis'] else '*'}",
            lambda row: f"topo:{row['topography'] or '*'}",
            lambda row: f"donor:{row['donor'][:-2]}*" if row["donor"] else "-donor:*",
            lambda row: f"box:{row['box'].rpartition('.')[0]}" if row["box"] else "-box:*",
            lambda row: f"thaws:>={row['thaws']}",
            lambda row: f"held:{'yes' if row['holds'] else 'no'}",
            lambda row: self._span("collected", row),
            lambda row: self._span("frozen", row),
            lambda row: f"barcode:{row['barcode'][:4]}*" if row["barcode"] else "-barcode:*",
            lambda row: f"code:{row['code'][:6]}*",
            lambda row: f"project:{self._random.choice(projects)}" if projects else "-project:*",
            lambda row: self._random.choice(("parent:*", "external:*", "amount:>=200µL", "amount:..1mL")),
            lambda row: self._span("received", row),
            lambda row: row["code"][-5:],
            lambda row: (row["note"] or "clot").split()[0].strip(":,.<>&\"'()=")[:12] or "clot",
        )

    def _span(self, name: str, row: dict[str, Any]) -> str:
        moment = row[name]
        if not moment:
            return f"-{name}:*"
        return f"{name}:{self._random.choice((moment[:4], moment[:7], f'..{moment[:7]}', f'>={moment[:10]}'))}"

    def line(self) -> str:
        """A filter that can be read."""
        while True:
            terms = self._random.sample(self._terms, self._random.choice((0, 1, 1, 2, 2, 3)))
            parts = [term(self._random.choice(self._rows)) for term in terms]
            line = " ".join(f"-{part}" if ":" in part and part[0] != "-" and self._random.random() < 0.12 else part
                            for part in parts)  # fmt: skip
            try:
                parse(line)
            except Refused:
                continue
            return line
