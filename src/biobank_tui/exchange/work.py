"""One file under one map, from its first slice to its report."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import polars as pl

from biobank_tui.bank.transaction import Transaction
from biobank_tui.exchange.cells import SideTables
from biobank_tui.exchange.fields import Kind
from biobank_tui.exchange.late import Late
from biobank_tui.exchange.mapping import check_columns, mapped
from biobank_tui.exchange.maps import ColumnMap, plain_map
from biobank_tui.exchange.reading import SLICE_ROWS, Rows, Shape, slices
from biobank_tui.exchange.reports import FileReport, Progress
from biobank_tui.exchange.session import Mode, Session
from biobank_tui.exchange.take_consents import ConsentTaker
from biobank_tui.exchange.take_diagnoses import DiagnosisTaker
from biobank_tui.exchange.take_donors import DonorTaker
from biobank_tui.exchange.take_positions import PositionTaker
from biobank_tui.exchange.take_samples import SampleTaker
from biobank_tui.exchange.take_storage import StorageTaker
from biobank_tui.exchange.validating import Rules, Verdicts, typed
from biobank_tui.rules.errors import BadData


@dataclass(frozen=True, slots=True)
class Import:
    """What is to be taken in, and how.

    kind: of the rows; none where the maps say. maps: none where the headers are the fields' own names. relax: names of
    defects to let pass, beside the map's. keep_good: take the good rows of a file that has bad ones. zone: IANA name,
    for times that name none. custodian: code of the organisation new donors belong to; the importer's own unless
    given. refused: where the rows that were refused are written, to be mended and fed again: a file, or with several
    files a folder. follow: what is done within the same act with the donors (ids) whose answers in force were changed.
    """

    kind: Kind | None
    paths: tuple[Path, ...]
    maps: tuple[ColumnMap, ...] = ()
    mode: Mode = Mode.UPSERT
    dry_run: bool = False
    keep_good: bool = False
    relax: frozenset[str] = frozenset()
    zone: str = "UTC"
    encoding: str | None = None
    custodian: str | None = None
    refused: Path | None = None
    follow: Callable[[Transaction, Collection[int]], object] | None = None


class Taker(Protocol):
    """What takes the slices of a file in turn."""

    def take(self, rows: pl.DataFrame, verdicts: Verdicts) -> None:
        """Judge the slice, write what may come in."""

    def settle(self) -> None:
        """The last step of a file."""


TAKERS: Final[dict[str, Callable[[Session], Taker]]] = {
    "donors": DonorTaker,
    "diagnoses": DiagnosisTaker,
    "samples": SampleTaker,
    "aliquots": SampleTaker,
    "consents": ConsentTaker,
    "storage": StorageTaker,
    "positions": PositionTaker,
}

CHANGED: Final = frozenset({"donors", "samples", "aliquots", "storage"})
"""Kinds whose rows need to say no more than their key and what changes, where the bank has them."""


def _tomorrow(tx: Transaction | None) -> str:
    """The last day that has begun anywhere on earth."""
    now = datetime.now(UTC) if tx is None else max(datetime.now(UTC), datetime.fromisoformat(tx.at))
    return (now + timedelta(hours=14)).date().isoformat()


class Work:
    """One file from its first slice to its report."""

    def __init__(
        self,
        request: Import,
        kind: Kind,
        column_map: ColumnMap | None,
        path: Path,
        progress: Callable[[Progress], None],
    ) -> None:
        self.request, self.kind, self.given, self.path, self.progress = request, kind, column_map, path, progress
        self.tolerate = request.relax | (column_map.tolerate if column_map is not None else frozenset())
        self.begin()

    def begin(self) -> None:
        """Forget what an earlier try of the file came to."""
        self.report = FileReport(self.path.name, self.kind.name)
        self.began = time.monotonic()
        self.share = 0.0
        self.at_work: tuple[Session, Taker, Late] | None = None
        self.keys: list[pl.Series] = []
        self.found: list[pl.DataFrame] = []
        self.refused: list[pl.Series] = []
        self.met: Counter[str] = Counter()
        """The file's rows by what the first of the columns says by which the map chooses among them."""
        self.judged_anew: frozenset[int] = frozenset()
        """Donors (ids) whose answers in force it changed."""

    @property
    def shape(self) -> Shape:
        """How the file is written, as the map and the request say, every column wanted."""
        shape = self.given.shape if self.given is not None else Shape()
        return shape if self.request.encoding is None else replace(shape, encoding=self.request.encoding)

    def run(
        self, connection: Any, tx: Transaction | None, custodian: int, address: str, *, keep_good: bool
    ) -> FileReport:
        """Read, judge and write the file. Raises BadData where it is refused whole before all of it was read."""
        self.read(connection, tx, custodian, address, keep_good=keep_good)
        return self.finish()

    def read(self, connection: Any, tx: Transaction | None, custodian: int, address: str, *, keep_good: bool) -> None:
        """The file up to its end; rows whose parents were not met yet wait."""
        self.begin()
        shape = self.shape
        if self.given is not None:
            shape = replace(shape, wanted=frozenset(self.given.used() | self.given.identifiers.keys()))
        changing = self.request.mode is not Mode.CREATE and self.kind.name in CHANGED
        rules = Rules(self.tolerate, self.request.zone, key_only=changing, today=_tomorrow(tx))
        needed = (self.kind.key,) if changing else None
        session: Session | None = None
        for rows in slices(self.path, shape, how_far=self._how_far):
            if session is None:
                header = tuple(rows.cells.columns)
                column_map = self.given or plain_map(self.kind, header, shape)
                self.report = replace(self.report, ignored=check_columns(column_map, rows.file, header, needed))
                session = Session(
                    connection, tx, column_map, rules, self.request.mode, custodian, address, keep_good=keep_good
                )
                taker = TAKERS[self.kind.name](session)
                sides = SideTables(self.path, column_map)
                late = Late(getattr(taker, "families", None))
            self._slice(rows, session, taker, late, sides)
        assert session is not None
        self.at_work = (session, taker, late)

    def pause(self) -> bool:
        """Let other files be taken before the rows that wait; whether there are any."""
        if self.at_work is None or not self.at_work[2].waiting:
            return False
        self.at_work[0].settle()
        return True

    def again(self) -> bool:
        """Take the waiting rows whose parents other files have brought meanwhile; whether there were any."""
        if self.at_work is None:
            return False
        session, taker, late = self.at_work
        session.alone = False
        ready = late.ready()
        if ready is not None:
            self._take(*ready, session, taker)
        return ready is not None

    def finish(self) -> FileReport:
        """What waited is judged as it stands; the counts and the report."""
        assert self.at_work is not None
        session, taker, late = self.at_work
        self.at_work = None
        for values, verdicts in late.parts(SLICE_ROWS):
            self._take(values, verdicts, session, taker)
        self._finish(session, taker)
        return self.report

    def _how_far(self, share: float) -> None:
        self.share = share

    def _slice(self, rows: Rows, session: Session, taker: Taker, late: Late, sides: SideTables) -> None:
        self._meet(rows)
        read = mapped(rows, session.map, sides)
        values, verdicts = typed(read, session.map, session.rules)
        if rows.defects.height and not session.keep_good:
            session.writing = False
        unreadable = rows.defects["line"].unique()
        self.refused.append(unreadable)
        self.report = replace(
            self.report, rows=self.report.rows + read.read, refused=self.report.refused + len(unreadable)
        )
        self._take(*late.hold_back(values, verdicts), session, taker)
        passed = time.monotonic() - self.began
        left = passed * (1 - self.share) / self.share if 0 < self.share < 1 else None
        rate = self.report.rows / passed if passed else 0.0
        self.progress(Progress(self.path.name, self.report.rows, rate, left))

    def _meet(self, rows: Rows) -> None:
        chosen_by = self.chosen_by
        if chosen_by is not None and chosen_by in rows.cells.columns:
            for value, count in rows.cells[chosen_by].drop_nulls().value_counts().iter_rows():
                self.met[value] += count

    @property
    def chosen_by(self) -> str | None:
        """The first column by whose values the map chooses rows, where it names them."""
        where = self.given.where if self.given is not None else {}
        return next((name for name, wanted in where.items() if wanted.these), None)

    def _take(self, values: pl.DataFrame, verdicts: Verdicts, session: Session, taker: Taker) -> None:
        taker.take(values, verdicts)
        standing, report = verdicts.standing(), self.report
        self.found.append(verdicts.defects())
        self.keys.append(values[self.kind.key].filter(standing).cast(pl.String))
        self.refused.append(verdicts.mapped.lines.filter(verdicts.refused).cast(pl.Int64))
        self.report = replace(
            report,
            left_out=report.left_out + int((verdicts.left_out & ~verdicts.refused).sum()),
            refused=report.refused + int(verdicts.refused.sum()),
        )

    def _finish(self, session: Session, taker: Taker) -> None:
        taker.settle()
        session.settle()
        self.judged_anew = frozenset(getattr(taker, "judged_anew", ()) if session.writing else ())
        places = getattr(taker, "places", None)
        self.report = report = replace(
            self.report,
            created=session.created,
            changed=session.changed,
            unchanged=session.unchanged,
            placed=session.placed,
            made=dict(session.made),
            units=frozenset(places.used) if places is not None else frozenset(),
            defects=pl.concat(self.found).sort("line", maintain_order=True),
            keys=pl.concat(self.keys).unique(),
            refused_lines=pl.concat(self.refused).unique().sort(),
            seconds=time.monotonic() - self.began,
        )
        if report.refused and not self.request.keep_good:
            refusal = BadData(
                "import.refused",
                "{file}: {refused} of {rows} {rows:row|rows} cannot be taken; nothing of the file was.",
                file=report.file,
                refused=report.refused,
                rows=report.rows,
            )
            self.report = replace(report, refusal=refusal, created=0, changed=0)

    def facts(self) -> dict[str, Any]:
        """What the ledger's entry says of the file."""
        report = self.report
        return {
            "kind": self.kind.name,
            "map": self.given.name if self.given is not None else "",
            "mode": str(self.request.mode),
            "rows": report.rows,
            "created": report.created,
            "changed": report.changed,
            "refused": report.refused,
            "defects": report.defects.height,
            "relaxed": sorted(self.tolerate),
        }
