"""A file of many rows is indexed at its end, and the bank is the same as if each row had been indexed in its turn."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select, text

from biobank_tui.actions.importing import ImportReport, ImportRequest, import_files
from biobank_tui.bank import checking, dialects, ledger
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.exchange import session
from biobank_tui.model.tables import SAMPLE

ROWS = 60


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MANY_ROWS", ROWS // 2)


def take(bank: Bank, actor: Actor, folder: Path, rows: list[str]) -> ImportReport:
    donors, samples = folder / "donors.csv", folder / "samples.csv"
    donors.write_text("code,sex\nD1,female\n", encoding="utf-8")
    samples.write_text("\n".join(["code,donor,parent,material,barcode,collected,thaws", *rows]), encoding="utf-8")
    import_files(bank, actor, ImportRequest("donors", (donors,)))
    return import_files(bank, actor, ImportRequest("samples", (samples,)))


def rows(n: int = ROWS) -> list[str]:
    return [
        f"S{k},D1,{'' if k % 6 == 0 else f'S{k - k % 6}'},Plasma,{(k * 37) % 1000:04d},2021-03-04,1" for k in range(n)
    ]


def indexes(bank: Bank) -> list[tuple[str, object]]:
    """Each index as the bank itself describes it."""
    with bank.read() as connection:
        if dialects.is_sqlite(connection):
            told = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'sample' ORDER BY name"
            return [(row[0], row[1]) for row in connection.execute(text(told))]
        return sorted((str(each["name"]), each["column_names"]) for each in inspect(connection).get_indexes("sample"))


def test_every_index_stands_after_a_large_file_and_the_bank_holds_together(
    bank: Bank, actor: Actor, tmp_path: Path
) -> None:
    before = indexes(bank)
    assert len(before) > 8
    report = take(bank, actor, tmp_path, rows())
    assert (report.total("created"), report.defects.height) == (ROWS, 0)
    assert indexes(bank) == before
    with bank.read() as connection:
        assert checking.check(connection) == []
        assert ledger.verify(connection).fault is None


def test_a_large_file_that_is_refused_leaves_the_indexes_and_nothing_else(
    bank: Bank, actor: Actor, tmp_path: Path
) -> None:
    before = indexes(bank)
    report = take(bank, actor, tmp_path, [*rows(), "S999,D1,,Plasma,0999,2021-03-04,many"])
    assert report.refused
    assert indexes(bank) == before
    with bank.read() as connection:
        assert connection.scalar(select(func.count()).select_from(SAMPLE)) == 0
