"""Real files, each taken into an empty bank by its map, and what came of it.

BIOBANK_REAL_DATA names the folder that holds them and EXPECTED.dev.json; without it these tests are skipped.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Table, func, select

from biobank_tui.actions.importing import ImportRequest, import_files
from biobank_tui.bank import checking, ledger
from biobank_tui.bank.bank import Bank
from biobank_tui.exchange.importing import ImportReport
from biobank_tui.exchange.reports import FileReport
from biobank_tui.model.tables import CONSENT, DIAGNOSIS, DONOR, SAMPLE

DATA = Path(os.environ.get("BIOBANK_REAL_DATA", ""))
MAPS = Path(__file__).parents[2] / "fixtures" / "maps"


@dataclass
class Taken:
    """A bank with the files of one source in it, and what their import said."""

    bank: Bank
    report: ImportReport

    def files(self, kind: str, name: str = "*") -> list[FileReport]:
        return [file for file in self.report.files if file.kind == kind and fnmatchcase(file.file, name)]

    def records(self, kind: str, name: str = "*") -> int:
        """Different records of a kind that the files of that name speak of."""
        return pl.concat([file.keys for file in self.files(kind, name)]).n_unique()

    def defects(self, kind: str = "*", name: str = "*") -> Counter[str]:
        files = [file for file in self.report.files if fnmatchcase(file.kind, kind) and fnmatchcase(file.file, name)]
        return Counter(code for file in files for code in file.defects["code"].to_list())

    def values(self, code: str, kind: str = "*") -> list[str]:
        """What stands in the files where a defect is."""
        files = [file for file in self.report.files if fnmatchcase(file.kind, kind)]
        return [value for file in files for value in file.defects.filter(pl.col("code") == code)["value"].to_list()]

    def count(self, table: Table, *where: Any) -> int:
        with self.bank.read() as connection:
            return connection.scalar(select(func.count()).select_from(table).where(*where)) or 0

    def by(self, column: Any) -> dict[str, int]:
        """How many records say each value of a column."""
        with self.bank.read() as connection:
            rows = connection.execute(select(column, func.count()).group_by(column))
            return {value: number for value, number in rows}  # noqa: C416 - rows are no pairs to a type checker

    @property
    def counts(self) -> tuple[int, int]:
        """Donors and samples in the bank."""
        return self.count(DONOR), self.count(SAMPLE)

    @property
    def consents(self) -> int:
        return self.count(CONSENT)

    @property
    def diagnoses(self) -> int:
        return self.count(DIAGNOSIS)


def take(bank: Bank, by: str, *paths: Path) -> ImportReport:
    """The files by a map of fixtures/maps, or by one that travels with the program."""
    mine = MAPS / f"{by}.toml"
    return import_files(bank, bank.actor("admin"), ImportRequest("all", paths, mine if mine.exists() else Path(by)))


@pytest.fixture
def taken(tmp_path: Path) -> Iterator[Callable[..., Taken]]:
    """Files taken into an empty bank, whole; and a second time, which changes nothing."""
    with ExitStack() as stack:

        def of(by: str, *patterns: str) -> Taken:
            paths = tuple(path for pattern in patterns for path in sorted(DATA.glob(pattern)))
            if not DATA.name or not paths:
                pytest.skip(f"BIOBANK_REAL_DATA lacks {', '.join(patterns)}")
            bank = stack.enter_context(Bank.create(tmp_path / f"{len(list(tmp_path.iterdir()))}.db"))
            report = take(bank, by, *paths)
            assert [str(file.refusal) for file in report.refused] == []
            with bank.read() as connection:
                head = ledger.head(connection)
            again = take(bank, by, *paths)
            assert (again.total("created"), again.total("changed"), again.total("refused")) == (0, 0, 0)
            with bank.read() as connection:
                assert ledger.head(connection) == head
                assert ledger.verify(connection).fault is None
                assert [str(finding) for finding in checking.check(connection)] == []
            return Taken(bank, report)

        yield of


@pytest.fixture(scope="session")
def told() -> Callable[[str], Any]:
    """What EXPECTED.dev.json says of a source."""
    if not (DATA.name and (DATA / "EXPECTED.dev.json").exists()):
        pytest.skip("BIOBANK_REAL_DATA lacks EXPECTED.dev.json")
    facts: dict[str, Any] = json.loads((DATA / "EXPECTED.dev.json").read_text(encoding="utf-8"))
    return lambda name: facts[f"dev/{name}"]
