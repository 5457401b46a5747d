"""What is asked of the bank, each with the raw statement that is its limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import Connection, text

from benchmarks import allocating, withdrawing
from benchmarks.measuring import Figure, figure
from biobank_tui.actions.placing import Placing, place
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import sqlite_module
from biobank_tui.queries import (
    donors,
    eligibility,
    finding,
    ledger,
    resolve,
    room,
    sample_detail,
    samples,
    searching,
    storage,
    withdrawal,
    worklists,
)
from biobank_tui.queries.samples import Sort
from biobank_tui.rules.query import Query, parse
from biobank_tui.tui.screens.sample_filter import SEARCHES

Ask = Callable[[Connection], object]

INPUTS = 60
PAGE = 50

ORDERS: tuple[tuple[str, Sort], ...] = (
    ("type:plasma status:available", Sort("collected")),
    ("type:serum collected:2021..2023", Sort("collected", descending=False)),
    ("dx:C50", Sort("code", descending=False)),
    ("type:dna dx:C61 status:available", Sort("code", descending=False)),
    ("site:LACS kind:primary", Sort("donor")),
    ("status:missing", Sort("frozen")),
    ("dx:C38", Sort("collected")),
    ("kind:aliquot", Sort("frozen")),
)
"""Filters of different selectivity in other orders than that of registration."""

UNINDEXED: tuple[tuple[str, Sort], ...] = (
    ("type:plasma thaws:>2", Sort("amount")),
    ("status:available", Sort("amount", descending=False)),
    ("kind:aliquot", Sort("status")),
)
"""Orders that no index keeps: the screen shows that it sorts, and takes its time behind."""

JUMP = ("kind:aliquot", Sort("collected"))
FACETS = ("", "type:plasma", "dx:C50 status:available", "site:LACS", "type:dna dx:C18 kind:derivative")
WORDS = ("clot", "haemolysed", "thawed")
COUNTED = ("type:plasma status:available", "dx:C50", "site:LACS kind:primary")


def over(values: Sequence[Any], ask: Callable[[Connection, Any], object]) -> list[Ask]:
    """The same question of each value."""

    def of(value: Any) -> Ask:
        return lambda connection: ask(connection, value)

    return [of(value) for value in values]


@dataclass(slots=True)
class Examiner:
    """Asks the questions of one bank."""

    bank: Bank
    random: Random
    raw: Any
    measured: Callable[..., Figure] = figure
    """Times a question: its name, the ways to ask it, its limits."""

    @classmethod
    def of(cls, bank: Bank, measured: Callable[..., Figure] = figure) -> Examiner:
        raw = sqlite_module().connect(bank.address, isolation_level=None)
        for pragma in ("cache_size=-65536", "synchronous=FULL", "busy_timeout=10000"):
            raw.execute(f"PRAGMA {pragma}")
        return cls(bank, Random(4), raw, measured)

    def figures(self) -> Iterator[Figure]:
        """Every question's figure, as it is measured."""
        self.raw.execute("PRAGMA mmap_size=1073741824")
        yield from self.readings()
        yield from self._jump()
        yield from self._writes()

    def readings(self) -> Iterator[Figure]:
        """What is asked of the bank as it lies there, without an order that was built before."""
        yield from self.lookups()
        yield from self.lists()
        yield from self._words()
        yield from self._counts()
        yield from self.lives()
        yield from self._places()
        yield from self._work()
        yield from self._projects()

    def _asking(self, ask: Ask) -> Callable[[], object]:
        def asked() -> object:
            with self.bank.read() as connection:
                return ask(connection)

        return asked

    def _plain(self, statement: str, values: Sequence[Any] = ()) -> Callable[[], object]:
        return lambda: self.raw.execute(statement, values).fetchall()

    def _figure(self, name: str, asks: Sequence[Ask], limits: Sequence[Callable[[], object]] = (), **kw: Any) -> Figure:
        return self.measured(name, [self._asking(ask) for ask in asks], limits, **kw)

    def _any(self, statement: str, n: int = INPUTS) -> list[Any]:
        """n values of a column, from rows drawn all over its table: `statement` takes an id to begin from."""
        table = statement.partition(" FROM ")[2].split(maxsplit=1)[0]
        (last,) = self.raw.execute(f"SELECT max(id) FROM {table}").fetchone()
        found: list[Any] = []
        while len(found) < n:
            row = self.raw.execute(statement, (self.random.randrange(last),)).fetchone()
            if row:
                found.append(row[0])
        return found

    def lookups(self) -> Iterator[Figure]:
        """One thing, by what is read from its label."""
        codes = self._any("SELECT code FROM sample WHERE id >= ? ORDER BY id LIMIT 1")
        barcodes = self._any("SELECT barcode FROM sample WHERE id >= ? AND barcode IS NOT NULL ORDER BY id LIMIT 1")
        yield self._figure(
            "sample by code",
            over(codes, finding.sample),
            [self._plain("SELECT * FROM sample WHERE code = ?", (code,)) for code in codes],
        )
        yield self._figure(
            "sample by tube barcode",
            over(barcodes, finding.sample),
            [self._plain("SELECT * FROM sample WHERE barcode = ?", (code,)) for code in barcodes],
        )
        yield self._figure(
            "scan to its sentence",
            over(codes + barcodes, resolve.resolve),
            [self._plain("SELECT * FROM sample WHERE code = ?", (code,)) for code in codes],
        )
        yield self._figure(
            "a sample whole",
            over(codes, sample_detail.detail),
            [self._plain("SELECT * FROM sample WHERE code = ?", (code,)) for code in codes],
        )
        yield self._figure(
            "things whose code begins so",
            over([code[:6] for code in codes], partial(searching.things, limit=20)),
            [self._plain("SELECT code FROM sample WHERE code >= ? LIMIT 20", (code[:6],)) for code in codes],
        )

    def lists(self) -> Iterator[Figure]:
        """First pages of filters, each in an order."""
        for name, line in SEARCHES:
            yield self._first_page(f"{name}: {line}", line, Sort())
        for line, sort in ORDERS:
            yield self._first_page(f"{line} by {sort.column}", line, sort)
        for line, sort in UNINDEXED:
            yield self._first_page(
                f"{line} by {sort.column}", line, sort, target=None, note="no index of the bank keeps this order"
            )

    def _words(self) -> Iterator[Figure]:
        codes = self._any("SELECT code FROM sample WHERE id >= ? ORDER BY id LIMIT 1", 20)
        for name, words in (("a part of a code", [code[2:] for code in codes]), ("a word of a note", list(WORDS))):
            yield self._figure(
                f"exact count and first {PAGE} by {name}",
                over([parse(word) for word in words], self._searched),
                [self._plain("SELECT * FROM sample WHERE code = ?", (code,)) for code in codes],
            )

    def _searched(self, connection: Connection, query: Query) -> object:
        order = samples.order(connection, query, Sort(), index=self.bank.index)
        return samples.window(connection, order, 0, PAGE)

    def _first_page(self, name: str, line: str, sort: Sort, **kw: Any) -> Figure:
        query = parse(line)
        with self.bank.read() as connection:
            ids = [row.id for row in samples.first_page(connection, query, sort, PAGE, self.bank.index)]
        ask = partial(samples.first_page, query=query, sort=sort, n=PAGE, index=self.bank.index)
        return self._figure(f"first {PAGE}, {name}", [ask], [self._fetched(ids)], **kw)

    def _jump(self) -> Iterator[Figure]:
        line, sort = JUMP
        query = parse(line)
        with self.bank.read() as connection:
            order = samples.order(connection, query, sort, index=self.bank.index)
        yield self._figure(
            f"whole order of {len(order):,}: {line}",
            [lambda c: samples.order(c, query, sort, index=self.bank.index)],
            target=None,
            rounds=3,
            note="in the background",
        )
        row = 500_000 if len(order) > 500_000 else len(order) // 2
        starts = [min(row + self.random.randrange(-row // 10, row // 10), len(order) - 1) for _ in range(INPUTS)]
        with self.bank.read() as connection:
            pages = [order.ids(connection, start, start + PAGE) for start in starts]
        yield self._figure(
            f"jump to row {row:,} of it",
            over(starts, lambda c, start: samples.window(c, order, start, PAGE)),
            [self._fetched(ids) for ids in pages],
        )

    def _fetched(self, ids: Sequence[int]) -> Callable[[], object]:
        listed = ", ".join(map(str, ids)) or "0"
        return self._plain(f"SELECT * FROM sample WHERE id IN ({listed})")

    def _counts(self) -> Iterator[Figure]:
        queries = [parse(line) for line in COUNTED]
        yield self._figure(
            "count of a filter",
            [partial(samples.count, query=query, index=self.bank.index) for query in queries],
            [self._plain("SELECT sum(n) FROM sample_tally WHERE material = 'Plasma' AND status = 'available'")],
        )
        for line in FACETS:
            yield self._figure(
                f"facets: {line or 'all'}",
                [partial(samples.facets, query=parse(line), index=self.bank.index)],
                [self._plain("SELECT material, sum(n) FROM sample_tally GROUP BY material")],
            )

    def _places(self) -> Iterator[Figure]:
        yield self._figure(
            "occupancy of every freezer",
            [lambda c: storage.subtree(c, None, depth=3)],
            [self._plain("SELECT code, places, tubes FROM storage_unit WHERE kind IN ('freezer', 'tank')")],
        )
        yield self._figure(
            "room for 6 at −80",
            [lambda c: room.boxes_for(c, room.Wanted(6, temperature="-60to-85"), room.Way.ONE_BOX)],
            [self._plain("SELECT code FROM storage_unit WHERE rows IS NOT NULL LIMIT 20")],
        )

    def lives(self) -> Iterator[Figure]:
        """All that is known of one thing, and what lies in one box."""
        boxes = self._any(
            "SELECT code FROM storage_unit WHERE id >= ? AND rows IS NOT NULL AND tubes > 0 ORDER BY id LIMIT 1"
        )
        limit = "SELECT * FROM sample WHERE unit_id = (SELECT id FROM storage_unit WHERE code = ?)"
        yield self._figure(
            "box map",
            over(boxes, storage.box),
            [self._plain(limit, (code,)) for code in boxes],
        )
        ids = self._any("SELECT id FROM sample WHERE id >= ? ORDER BY id LIMIT 1")
        people = self._any("SELECT code FROM donor WHERE id >= ? ORDER BY id LIMIT 1")
        yield self._figure(
            "lineage of a sample",
            over(ids, sample_detail.lineage),
            [self._plain("SELECT * FROM sample WHERE id = ? OR parent_id = ?", (number, number)) for number in ids],
        )
        yield self._figure(
            "history of a sample",
            over(ids, lambda c, number: sample_detail.history(c, "sample", number)),
            [
                self._plain("SELECT * FROM ledger_record WHERE noun = 'sample' AND target_id = ?", (number,))
                for number in ids
            ],
        )
        yield self._figure("a donor whole", over(people, donors.detail))
        consenting = self._any("SELECT code FROM donor WHERE id >= ? AND state = 'active' ORDER BY id LIMIT 1")
        yield self._figure("withdrawal preview", over(consenting, withdrawal.preview))

    def _work(self) -> Iterator[Figure]:
        yield self._figure("last 50 acts", [ledger.acts], [self._plain("SELECT * FROM ledger_entry LIMIT 50")])
        tech = self.bank.actor("tech")
        for work in worklists.Work:
            yield self._figure(f"work list: {work}", over([work], partial(worklists.worklist, actor=tech, limit=5)))

    def _projects(self) -> Iterator[Figure]:
        with self.bank.read() as connection:
            rows = connection.execute(
                text(
                    "SELECT p.id, p.code, min(l.criteria) FROM project p JOIN request r ON r.project_id = p.id"
                    " JOIN request_line l ON l.request_id = r.id WHERE p.state = 'active' AND l.criteria IS NOT NULL"
                    " GROUP BY p.id, p.code"
                )
            ).all()
        for number, code, criteria in rows:
            query: Query = parse(criteria)
            with self.bank.read() as connection:
                found = eligibility.eligible(connection, number, query)
            yield self._figure(
                f"eligible 200 of {found.count:,}: {code} {criteria}",
                over([number], partial(eligibility.eligible, query=query)),
                [self._fetched([row.id for row in found.rows])],
            )

    def _writes(self) -> Iterator[Figure]:
        tech = self.bank.actor("tech")
        free = "status = 'available' AND holds = 0 AND unit_id IS NOT NULL AND material = 'Plasma'"
        codes = self._any(f"SELECT code FROM sample WHERE id >= ? AND {free} ORDER BY id LIMIT 1", 30)
        with self.bank.read() as connection:
            box = room.boxes_for(connection, room.Wanted(60, temperature="-60to-85"), room.Way.ONE_BOX)[0].unit.code
        yield figure(
            "place a tube",
            [partial(place, self.bank, tech, [Placing(code, box)]) for code in dict.fromkeys(codes)],
            [self._least_write()],
            rounds=20,
            note="durable",
        )

        donors_here = self._any("SELECT code FROM donor WHERE id >= ? AND state = 'active' ORDER BY id LIMIT 1", 12)
        yield from withdrawing.figures(self.bank, donors_here, self._least_write())
        yield allocating.figure(self.bank)

    def _least_write(self) -> Callable[[], object]:
        """The least a durable act could write: one row, in a file of its own beside the bank."""
        beside = sqlite_module().connect(f"{self.bank.address}-scratch", isolation_level=None)
        beside.execute("PRAGMA journal_mode=WAL")
        beside.execute("PRAGMA synchronous=FULL")
        beside.execute("CREATE TABLE IF NOT EXISTS word (id INTEGER PRIMARY KEY, word TEXT)")
        return lambda: beside.execute("INSERT INTO word (word) VALUES ('a word')")
