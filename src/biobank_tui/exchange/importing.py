"""A file, or several of one kind, into the bank: each whole or not at all, unless the good rows are to be kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Protocol

import polars as pl
from sqlalchemy import func, select

from biobank_tui.bank.access import require
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.exchange.defects import no_defects
from biobank_tui.exchange.fields import Kind
from biobank_tui.exchange.mapping import check_columns, mapped
from biobank_tui.exchange.maps import ColumnMap, check_relaxed, plain_map
from biobank_tui.exchange.reading import Rows, Shape, slices
from biobank_tui.exchange.session import Mode, Session, wide_cache
from biobank_tui.exchange.take_consents import ConsentTaker
from biobank_tui.exchange.take_donors import DonorTaker
from biobank_tui.exchange.take_positions import PositionTaker
from biobank_tui.exchange.take_samples import SampleTaker
from biobank_tui.exchange.take_storage import StorageTaker
from biobank_tui.exchange.validating import ALARMS, Rules, Verdicts, typed
from biobank_tui.model.tables import DONOR, ORGANISATION, PERSON
from biobank_tui.rules.errors import BadData, BiobankError, Refused
from biobank_tui.rules.permissions import Verb


class Taker(Protocol):
    """What takes the slices of a file in turn."""

    def take(self, rows: pl.DataFrame, verdicts: Verdicts) -> None:
        """Judge the slice, write what may come in."""

    def settle(self) -> None:
        """The last step of a file."""


TAKERS: Final[dict[str, Callable[[Session], Taker]]] = {
    "donors": DonorTaker,
    "samples": SampleTaker,
    "aliquots": SampleTaker,
    "consents": ConsentTaker,
    "storage": StorageTaker,
    "positions": PositionTaker,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file is. rate: rows a second so far."""

    file: str
    rows: int
    rate: float


@dataclass(frozen=True, slots=True)
class Import:
    """What is to be taken in, and how.

    follow: what is done within the same act with the donors (ids) whose answers in force a file changed.
    column_map: none where the headers are the fields' own names. relax: names of defects to let pass, beside the map's.
    keep_good: take the good rows of a file that has bad ones. zone: IANA name, for times that name none.
    custodian: code of the organisation new donors belong to; the importer's own unless given.
    """

    kind: Kind
    paths: tuple[Path, ...]
    column_map: ColumnMap | None = None
    mode: Mode = Mode.UPSERT
    dry_run: bool = False
    keep_good: bool = False
    relax: frozenset[str] = frozenset()
    zone: str = "UTC"
    encoding: str | None = None
    custodian: str | None = None
    follow: Callable[[Transaction, Collection[int]], object] | None = None


@dataclass(frozen=True, slots=True)
class FileReport:
    """What came of one file. refusal: why nothing of it was taken. defects: as in `defects.SCHEMA`, tolerated ones too.

    rows: met in the file. left_out: passed over without harm (repeated rows, no consent recorded). refused: rows that
    may not come in; refused_lines: where they begin. units: codes of the storage units its rows lie in. ignored:
    columns that nothing reads. keys: the codes its rows speak of.
    """

    file: str
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    refused: int = 0
    placed: int = 0
    made: dict[str, int] = field(default_factory=dict)
    units: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()
    defects: pl.DataFrame = field(default_factory=no_defects)
    entry: int | None = None
    refusal: BiobankError | None = None
    seconds: float = 0.0
    keys: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.String))
    refused_lines: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.Int64))


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of all files. tolerated: the defect codes that refused nothing. donors_in_bank: after it."""

    kind: str
    dry_run: bool
    files: tuple[FileReport, ...]
    tolerated: frozenset[str]
    donors_in_bank: int

    def total(self, name: str) -> int:
        """The sum of a count over the files."""
        return sum(int(getattr(report, name)) for report in self.files)

    @property
    def records(self) -> int:
        """Different records the files speak of, whether new, changed or as they were."""
        return pl.concat([report.keys for report in self.files]).n_unique() if self.files else 0

    @property
    def units(self) -> int:
        """Different storage units the rows lie in."""
        return len(frozenset().union(*(report.units for report in self.files)))

    @property
    def defects(self) -> pl.DataFrame:
        """The defects of all files, file by file."""
        return pl.concat([report.defects for report in self.files]) if self.files else no_defects()

    @property
    def refused(self) -> tuple[FileReport, ...]:
        """The files of which nothing was taken."""
        return tuple(report for report in self.files if report.refusal is not None)


class _NothingNew(Exception):
    """Undoes a transaction that has nothing to write."""


def run(
    bank: Bank, actor: Actor, request: Import, progress: Callable[[Progress], None] = lambda _progress: None
) -> ImportReport:
    """Take the files in, one transaction and one ledger entry each; a file that changes nothing writes nothing.

    A file that is refused, whole or for its rows, is told in its report and does not stop the others. Raises Denied
    where the actor may not import, Refused where the custodian is unknown.
    """
    check_relaxed(request.relax)
    with bank.read() as connection:
        require(connection, actor, Verb.IMPORT)
        custodian = _custodian(connection, actor, request.custodian)
    tolerate = request.relax | (request.column_map.tolerate if request.column_map is not None else frozenset())
    reports = tuple(_file(bank, actor, request, path, custodian, tolerate, progress) for path in request.paths)
    with bank.read() as connection:
        donors = connection.scalar(select(func.count()).select_from(DONOR)) or 0
    return ImportReport(request.kind.name, request.dry_run, reports, tolerate | ALARMS, donors)


def _custodian(connection: Any, actor: Actor, code: str | None) -> int:
    if code is not None:
        found = connection.scalar(select(ORGANISATION.c.id).where(ORGANISATION.c.code == code))
        if found is None:
            raise Refused("organisation.unknown", "There is no organisation {code} in this bank.", code=code)
        return int(found)
    own = connection.scalar(select(PERSON.c.organisation_id).where(PERSON.c.id == actor.person_id))
    return int(own or connection.scalar(select(ORGANISATION.c.id).order_by(ORGANISATION.c.id).limit(1)))


def _file(
    bank: Bank,
    actor: Actor,
    request: Import,
    path: Path,
    custodian: int,
    tolerate: frozenset[str],
    progress: Callable[[Progress], None],
) -> FileReport:
    work = _Work(request, path, tolerate, progress)
    try:
        if request.dry_run:
            with bank.read() as connection:
                return work.run(connection, None, custodian, bank.address)
        with bank.transaction(actor, Verb.IMPORT) as tx, wide_cache(tx.connection):
            report = work.run(tx.connection, tx, custodian, bank.address)
            if report.refusal is not None:
                raise report.refusal
            if not (report.created or report.changed or report.made):
                raise _NothingNew
        return replace(report, entry=tx.number)
    except _NothingNew:
        return work.report
    except BadData as refusal:
        return replace(work.report, refusal=refusal, created=0, changed=0)


class _Work:
    """One file from its first slice to its report."""

    def __init__(
        self, request: Import, path: Path, tolerate: frozenset[str], progress: Callable[[Progress], None]
    ) -> None:
        self.request, self.path, self.tolerate, self.progress = request, path, tolerate, progress
        self.report = FileReport(path.name)
        self.began = time.monotonic()
        self.keys: list[pl.Series] = []
        self.found: list[pl.DataFrame] = []
        self.refused: list[pl.Series] = []

    def run(self, connection: Any, tx: Transaction | None, custodian: int, address: str) -> FileReport:
        request = self.request
        column_map = request.column_map or plain_map(request.kind, (), Shape())
        shape = column_map.shape if request.encoding is None else replace(column_map.shape, encoding=request.encoding)
        if request.column_map is not None:
            shape = replace(shape, wanted=frozenset(column_map.used() | column_map.identifiers.keys()))
        rules = Rules(self.tolerate, request.zone)
        session: Session | None = None
        taker: Taker | None = None
        for rows in slices(self.path, shape):
            if session is None or taker is None:
                header = tuple(rows.cells.columns)
                column_map = request.column_map or plain_map(request.kind, header, shape)
                ignored = check_columns(column_map, rows.file, header)
                self.report = replace(self.report, ignored=ignored)
                session = Session(
                    connection, tx, column_map, rules, request.mode, custodian, address, keep_good=request.keep_good
                )
                taker = TAKERS[request.kind.name](session)
            self._slice(rows, session, taker, column_map, rules)
        assert session is not None
        assert taker is not None
        self._finish(session, taker, column_map)
        return self.report

    def _slice(self, rows: Rows, session: Session, taker: Taker, column_map: ColumnMap, rules: Rules) -> None:
        values, verdicts = typed(mapped(rows, column_map), column_map, rules)
        if rows.defects.height and not session.keep_good:
            session.writing = False
        taker.take(values, verdicts)
        standing, report = verdicts.standing(), self.report
        self.found.append(verdicts.defects())
        self.keys.append(values[column_map.kind.key].filter(standing).cast(pl.String))
        unreadable = rows.defects["line"].unique()
        self.refused += [rows.lines.filter(verdicts.refused).cast(pl.Int64), unreadable]
        self.report = replace(
            report,
            rows=report.rows + rows.read,
            left_out=report.left_out + int((verdicts.left_out & ~verdicts.refused).sum()),
            refused=report.refused + int(verdicts.refused.sum()) + len(unreadable),
        )
        passed = time.monotonic() - self.began
        self.progress(Progress(self.path.name, self.report.rows, self.report.rows / passed if passed else 0.0))

    def _finish(self, session: Session, taker: Taker, column_map: ColumnMap) -> None:
        taker.settle()
        session.settle()
        places = getattr(taker, "places", None)
        self.report = report = replace(
            self.report,
            created=session.created,
            changed=session.changed,
            unchanged=session.unchanged,
            placed=session.placed,
            made=dict(session.made),
            units=frozenset(places.used) if places is not None else frozenset(),
            defects=pl.concat(self.found),
            keys=pl.concat(self.keys).unique(),
            refused_lines=pl.concat(self.refused).sort(),
            seconds=time.monotonic() - self.began,
        )
        if report.refused and not self.request.keep_good:
            refusal = BadData(
                "import.refused",
                "{file}: {refused} of {rows} rows cannot be taken; nothing of the file was.",
                file=report.file,
                refused=report.refused,
                rows=report.rows,
            )
            self.report = replace(report, refusal=refusal, created=0, changed=0)
        elif session.tx is not None:
            session.tx.subject = report.file
            session.tx.facts = {
                "kind": self.request.kind.name,
                "map": column_map.name,
                "mode": str(session.mode),
                "rows": report.rows,
                "created": report.created,
                "changed": report.changed,
                "refused": report.refused,
                "defects": report.defects.height,
                "relaxed": sorted(self.tolerate),
            }
            anew = getattr(taker, "judged_anew", None)
            if anew and self.request.follow is not None and session.writing:
                self.request.follow(session.tx, anew)
