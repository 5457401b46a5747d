"""Files are taken in: donors, samples, aliquots, consents, storage units, positions."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from biobank_tui.actions.lapsing import end_waiting
from biobank_tui.actions.rejudging import rejudge_donors
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.settings import zone_named
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.exchange.importing import Import, ImportReport, Progress, run
from biobank_tui.exchange.kinds import kind_called
from biobank_tui.exchange.mapfiles import load_maps
from biobank_tui.exchange.session import Mode
from biobank_tui.exchange.suggesting import suggest
from biobank_tui.rules.errors import Refused, Unreachable
from biobank_tui.rules.positions import chosen
from biobank_tui.rules.withdrawing import Cause

__all__ = ["ImportReport", "ImportRequest", "Progress", "draft_map", "import_files"]

ALL = "all"


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What is to be taken in, in plain values.

    kind: donors, diagnoses, samples, aliquots, consents, storage or positions; or all, as the map says. paths: `-` is
    standard input. map: a column map, or the name of one that travels with the program; none where the headers are the
    fields' own names. mode: create, update or upsert. relax: rules to let pass, by name. zone: IANA name for times that
    name none; the bank's own unless given. encoding: announced, where it is not UTF-8. custodian: an organisation, by
    code. refused: where to write the rows that were refused, to be mended and fed again.
    """

    kind: str
    paths: tuple[Path, ...]
    map: Path | None = None
    mode: str = Mode.UPSERT
    dry_run: bool = False
    keep_good: bool = False
    relax: tuple[str, ...] = ()
    zone: str | None = None
    encoding: str | None = None
    custodian: str | None = None
    refused: Path | None = None


def import_files(
    bank: Bank, actor: Actor, request: ImportRequest, progress: Callable[[Progress], None] = lambda _progress: None
) -> ImportReport:
    """Take files in, each whole or not at all, one ledger entry for each that changes anything; of several kinds (all),
    the whole of them at once.

    What was refused stands in the report, file by file; it raises only where nothing could be tried.
    """
    kind = None if request.kind == ALL else kind_called(request.kind)
    maps = load_maps(request.map) if request.map is not None else ()
    if kind is not None and maps:
        its = ", ".join(dict.fromkeys(each.kind.name for each in maps))
        maps = tuple(each for each in maps if each.kind is kind)
        if not maps:
            raise Refused(
                "map.kind",
                "The map {map} is for {its}, not for {kind}.",
                map=request.map.name if request.map is not None else "",
                its=its,
                kind=kind.name,
            )
    return run(
        bank,
        actor,
        Import(
            kind,
            request.paths,
            maps,
            Mode(chosen(Mode, request.mode)),
            dry_run=request.dry_run,
            keep_good=request.keep_good,
            relax=frozenset(request.relax),
            zone=_zone(bank, request),
            encoding=request.encoding,
            custodian=request.custodian,
            follow=_judge_anew,
            refused=request.refused,
        ),
        progress,
    )


def _judge_anew(tx: Transaction, donors: Collection[int]) -> None:
    rejudge_donors(tx, donors, Cause.IMPORT)
    end_waiting(tx, donors)


def draft_map(path: Path, kind: str | None = None) -> str:
    """A column map for a file, as TOML, to be read and mended by a person. kind: of its rows, where that is known."""
    try:
        return suggest(path, None if kind in {None, ALL} else kind_called(str(kind)))
    except OSError as error:
        raise Unreachable(
            "file.unreadable", "{file} cannot be read: {reason}.", file=path.name, reason=error.strerror or str(error)
        ) from error


def _zone(bank: Bank, request: ImportRequest) -> str:
    """The zone of times that name none: the import's own, else the bank's."""
    return zone_named(request.zone or bank.setting("zone")).key
