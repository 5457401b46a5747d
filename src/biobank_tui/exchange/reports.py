"""What is told while files come in, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from biobank_tui.exchange.defects import no_defects
from biobank_tui.rules.errors import BiobankError


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file is. rate: rows a second so far. left: seconds it will take still, where that can be told."""

    file: str
    rows: int
    rate: float
    left: float | None = None


@dataclass(frozen=True, slots=True)
class FileReport:
    """What came of one file. refusal: why nothing of it was taken. defects: as in `defects.SCHEMA`, tolerated ones too.

    rows: met in the file. left_out: passed over without harm (repeated rows, no consent recorded). refused: rows that
    may not come in; refused_lines: where they begin. units: codes of the storage units its rows lie in. ignored:
    columns that nothing reads. keys: the codes its rows speak of. kind: what its rows were taken as.
    """

    file: str
    kind: str = ""
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
    """What came of all files. tolerated: the defect codes that refused nothing. donors_in_bank: after it.

    mending: the files that hold the refused rows, to be mended and fed again. unread: (file, name, count) of records
    that the map takes for nothing, such as the Observations of a FHIR bundle.
    """

    kind: str
    dry_run: bool
    files: tuple[FileReport, ...]
    tolerated: frozenset[str]
    donors_in_bank: int
    mending: tuple[Path, ...] = ()
    unread: tuple[tuple[str, str, int], ...] = ()

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
