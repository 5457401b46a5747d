"""Files into the bank: each whole or not at all, unless the good rows are to be kept; several kinds in one go."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import polars as pl
from sqlalchemy import func, select

from biobank_tui.bank.access import require
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.exchange.destinations import writing
from biobank_tui.exchange.gathering import STDIN, gathered
from biobank_tui.exchange.maps import check_relaxed
from biobank_tui.exchange.refused import write_refused
from biobank_tui.exchange.reports import FileReport, ImportReport, Progress
from biobank_tui.exchange.session import wide_cache
from biobank_tui.exchange.validating import ALARMS
from biobank_tui.exchange.work import Import, Work
from biobank_tui.model.tables import DONOR, ORGANISATION, PERSON
from biobank_tui.rules.errors import BadData, Refused
from biobank_tui.rules.permissions import Verb

__all__ = ["FileReport", "Import", "ImportReport", "Progress", "run"]

REFERENCES: Final = (
    "parent.absent", "parent.unknown", "donor.unknown", "sample.unknown", "unit.unknown", "unit.parent", "form.unknown",
)  # fmt: skip
"""Defects that another file of the same call may mend."""


class _Undone(Exception):
    """Undoes a transaction that is not to stand: a trial, nothing new, or something refused."""


def run(
    bank: Bank, actor: Actor, request: Import, progress: Callable[[Progress], None] = lambda _progress: None
) -> ImportReport:
    """Take the files in. Rows may refer to what stands further down, or in another of the files.

    Of one kind: one transaction and one ledger entry for each file; a file that is refused, whole or for its rows, is
    told in its report and does not stop the others. Of several kinds: all of it in one transaction and one entry. What
    changes nothing writes nothing. Raises Denied where the actor may not import, Refused where the custodian is
    unknown.
    """
    check_relaxed(request.relax)
    with bank.read() as connection:
        require(connection, actor, Verb.IMPORT)
        custodian = _custodian(connection, actor, request.custodian)
    with _files(request) as paths:
        works = _works(request, paths, progress)
        call = _Call(bank, actor, request, custodian)
        if request.kind is None or (request.dry_run and len(works) > 1):
            call.together(works)
        elif request.dry_run:
            call.judged(works[0])
        else:
            call.each(works)
        mending = _write_refused(request, works) if request.refused is not None else ()
    with bank.read() as connection:
        donors = connection.scalar(select(func.count()).select_from(DONOR)) or 0
    kinds = {work.kind.name for work in works}
    return ImportReport(
        kinds.pop() if len(kinds) == 1 else "all",
        request.dry_run,
        tuple(work.report for work in works),
        frozenset().union(*(work.tolerate for work in works)) | ALARMS,
        donors,
        mending,
        _unread(works),
    )


def _unread(works: list[Work]) -> tuple[tuple[str, str, int], ...]:
    """What of each file no table of the map takes, where the tables part a file's rows by the values of one column."""
    found: list[tuple[str, str, int]] = []
    for path in dict.fromkeys(work.path for work in works):
        its = [work for work in works if work.path == path]
        [column, *others] = dict.fromkeys(work.chosen_by for work in its)
        if column is None or others:
            continue
        taken = {value for work in its if work.given is not None for value in work.given.where[column].these}
        met = max((work.met for work in its), key=lambda each: each.total())
        found += [(path.name, value, count) for value, count in sorted(met.items()) if value not in taken]
    return tuple(found)


def _custodian(connection: Any, actor: Actor, code: str | None) -> int:
    if code is not None:
        found = connection.scalar(select(ORGANISATION.c.id).where(ORGANISATION.c.code == code))
        if found is None:
            raise Refused("organisation.unknown", "There is no organisation {code} in this bank.", code=code)
        return int(found)
    own = connection.scalar(select(PERSON.c.organisation_id).where(PERSON.c.id == actor.person_id))
    return int(own or connection.scalar(select(ORGANISATION.c.id).order_by(ORGANISATION.c.id).limit(1)))


@contextmanager
def _files(request: Import) -> Iterator[tuple[Path, ...]]:
    """The files as files: standard input, which can be read once only, is laid down in one for as long as it lasts."""
    with tempfile.TemporaryDirectory(prefix="biobank-") as folder:
        unpacking = all(each.shape.member is None for each in request.maps)
        paths = gathered(request.paths, Path(folder), unpacking=unpacking)
        laid = Path(folder) / "stdin"
        if any(str(path) == STDIN for path in paths):
            with laid.open("wb") as target:
                shutil.copyfileobj(sys.stdin.buffer, target)
        yield tuple(laid if str(path) == STDIN else path for path in paths)


def _works(request: Import, paths: tuple[Path, ...], progress: Callable[[Progress], None]) -> list[Work]:
    """Each file under each map that reads it, in the order of the maps."""
    if not request.maps:
        if request.kind is None:
            raise Refused("import.map", "Files of several kinds need a map that says what they hold: --map.")
        return [Work(request, request.kind, None, path, progress) for path in paths]
    works, unread = [], set(paths)
    for column_map in request.maps:
        for path in paths:
            if fnmatchcase(path.name, column_map.files) or path.name == "stdin":
                works.append(Work(request, column_map.kind, column_map, path, progress))
                unread.discard(path)
    if unread:
        raise Refused(
            "import.unread",
            "The map {map} says nothing of {files}; it reads files called {patterns}.",
            map=request.maps[0].name,
            files=", ".join(sorted(path.name for path in unread)),
            patterns=", ".join(column_map.files for column_map in request.maps),
        )
    return works


def _write_refused(request: Import, works: list[Work]) -> tuple[Path, ...]:
    """The refused rows of each file as a file of their own."""
    assert request.refused is not None
    lines: dict[Path, list[pl.Series]] = {}
    shapes = {work.path: work.shape for work in works}
    for work in works:
        lines.setdefault(work.path, []).append(work.report.refused_lines)
    one = len(lines) == 1 and not request.refused.is_dir()
    if not one:
        with writing(request.refused):
            request.refused.mkdir(parents=True, exist_ok=True)
    written = []
    for path, refused in lines.items():
        out = request.refused if one else request.refused / f"{path.name.removesuffix('.gz')}.refused"
        if write_refused(path, shapes[path], pl.concat(refused).unique(), out):
            written.append(out)
    return tuple(written)


class _Call:
    """One call: who, into what bank, and how."""

    def __init__(self, bank: Bank, actor: Actor, request: Import, custodian: int) -> None:
        self.bank, self.actor, self.request, self.custodian = bank, actor, request, custodian

    def judged(self, work: Work) -> None:
        """Judge one file and write nothing."""
        try:
            with self.bank.read() as connection:
                work.run(connection, None, self.custodian, self.bank.address, keep_good=self.request.keep_good)
        except BadData as refusal:
            work.report = replace(work.report, refusal=refusal, created=0, changed=0)

    def each(self, works: list[Work]) -> None:
        """Each file in a transaction of its own; those that lack what another brings are tried again after it, and
        those that lack something of each other together."""
        for work in works:
            self._alone(work)
        while waiting := [work for work in works if len(works) > 1 and _lacks(work)]:
            before = {work: work.report for work in waiting}
            for work in waiting:
                self._alone(work)
                work.report = _both(before[work], work.report)
            if all(work.report.refused >= before[work].refused for work in waiting):
                break
        stuck = {work: work.report for work in works if _lacks(work)}
        if len(stuck) > 1:
            self.together(list(stuck))
            for work, before_it in stuck.items():
                work.report = _both(before_it, work.report)

    def _alone(self, work: Work) -> None:
        try:
            with self.bank.transaction(self.actor, Verb.IMPORT) as tx, wide_cache(tx.connection):
                report = work.run(
                    tx.connection, tx, self.custodian, self.bank.address, keep_good=self.request.keep_good
                )
                if report.refusal is not None:
                    raise report.refusal
                if not (report.created or report.changed or report.made):
                    raise _Undone
                tx.subject, tx.facts = report.file, work.facts()
                self._follow(tx, [work])
            work.report = replace(work.report, entry=tx.number)
        except _Undone:
            return
        except BadData as refusal:
            work.report = replace(work.report, refusal=refusal, created=0, changed=0)

    def together(self, works: list[Work]) -> None:
        """All files in one transaction, in the order in which each finds what it refers to; undone after a trial."""
        order, unreadable = works, frozenset[Work]()
        while True:
            lacking, broken = self._try(order)
            later = [work for work in order if work not in lacking] + [work for work in order if work in lacking]
            if broken and self.request.keep_good and not self.request.dry_run:
                # What was written of it before it broke off must not stay.
                unreadable |= broken
                order = [work for work in order if work not in broken]
            elif lacking and later != order:
                order = later
            else:
                return

    def _try(self, order: list[Work]) -> tuple[frozenset[Work], frozenset[Work]]:
        """One try; the works that lacked what a later one brought, and those that could not be read to their end.

        Where there are any of either, nothing stands yet.
        """
        request = self.request
        lacking: set[Work] = set()
        broken: set[Work] = set()
        try:
            with self.bank.transaction(self.actor, Verb.IMPORT) as tx, wide_cache(tx.connection):
                broken.update(self._all(order, tx))
                lacking.update(work for work in order if _lacks(work))
                brought = {work for at, work in enumerate(order) if work.report.created and lacking & {*order[:at]}}
                refused = any(work.report.refusal is not None for work in order)
                if not brought:
                    lacking.clear()
                news = any(work.report.created or work.report.changed or work.report.made for work in order)
                if request.dry_run or refused or broken or lacking or not news:
                    raise _Undone
                tx.subject = order[0].report.file if len({work.path for work in order}) == 1 else f"{len(order)} files"
                tx.facts = {"files": [{"file": work.report.file, **work.facts()} for work in order]}
                self._follow(tx, order)
            for work in order:
                work.report = replace(work.report, entry=tx.number)
        except _Undone:
            if not request.dry_run and not lacking and not (broken and request.keep_good):
                self._nothing_stands(order)
        return frozenset(lacking), frozenset(broken)

    def _all(self, order: list[Work], tx: Transaction) -> Iterator[Work]:
        """Take all files in; those that could not be read to their end."""
        # Rows of other kinds may need those that wait, whatever becomes of them.
        alike, paused = len({work.kind.name for work in order}) == 1, []
        for work in order:
            try:
                # The good rows are written even where all will be undone: later rows are judged with them.
                work.read(tx.connection, tx, self.custodian, self.bank.address, keep_good=True)
                if alike and work.pause():
                    paused.append(work)
                else:
                    work.finish()
            except BadData as refusal:
                work.report = replace(work.report, refusal=refusal, created=0, changed=0)
                yield work
        # A row of one may come from a row of another, and that from a row of the first.
        while any(work.again() for work in paused):
            pass
        for work in paused:
            work.finish()

    def _follow(self, tx: Transaction, works: list[Work]) -> None:
        """What is to be done with the donors whose answers in force the files changed."""
        donors = frozenset[int]().union(*(work.judged_anew for work in works))
        if donors and self.request.follow is not None:
            self.request.follow(tx, donors)

    def _nothing_stands(self, order: list[Work]) -> None:
        """Say of each file that could have come in that it did not, for another's sake."""
        culprits = [work.report.file for work in order if work.report.refusal is not None]
        if not culprits:
            return
        for work in order:
            if work.report.refusal is None:
                refusal = BadData(
                    "import.together",
                    "{file} was not taken because {other} was refused; they come in together or not at all.",
                    file=work.report.file,
                    other=culprits[0],
                )
                work.report = replace(work.report, refusal=refusal, created=0, changed=0)


def _lacks(work: Work) -> bool:
    """Whether rows were refused because they named something that is not there."""
    codes = [code for code in REFERENCES if code not in work.tolerate]
    return bool(work.report.refused and work.report.defects["code"].is_in(codes).any())


def _both(first: FileReport, second: FileReport) -> FileReport:
    """What two tries of one file came to."""
    return replace(
        second,
        created=first.created + second.created,
        changed=first.changed + second.changed,
        unchanged=max(0, second.unchanged - first.created - first.changed),
        made={name: first.made.get(name, 0) + second.made.get(name, 0) for name in first.made | second.made},
        entry=second.entry or first.entry,
        seconds=first.seconds + second.seconds,
    )
