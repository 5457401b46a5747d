"""The demonstration bank keeps every rule a real one must keep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from biobank_tui import demo
from biobank_tui.bank import ledger
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.checking import check
from biobank_tui.bank.tallies import census
from biobank_tui.demo.generating import share_out, slices
from biobank_tui.model import tables
from biobank_tui.queries import requests, samples
from biobank_tui.queries.filters import condition
from biobank_tui.queries.worklists import UNCOMMON, Work, worklists
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import (
    ConsentState,
    DonorState,
    ProjectState,
    RequestState,
    SampleStatus,
    ShipmentState,
)
from biobank_tui.rules.query import parse

TODAY = date(2026, 11, 20)
DONORS, SAMPLES = 300, 4_000


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    folder = tmp_path_factory.mktemp("demo")
    with demo.generate(folder / "demo.biobank", donors=DONORS, samples=SAMPLES, seed=7, today=TODAY) as bank:
        yield bank


@pytest.fixture
def reading(demonstration: Bank) -> Iterator[Connection]:
    with demonstration.read() as connection:
        yield connection


def values(connection: Connection, statement: str) -> set[str]:
    return set(connection.scalars(text(statement)))


def test_it_holds_exactly_what_was_asked_for(reading: Connection) -> None:
    assert reading.scalar(select(func.count()).select_from(tables.SAMPLE)) == SAMPLES
    assert reading.scalar(select(func.count()).select_from(tables.DONOR)) == DONORS


def test_the_check_finds_nothing_wrong(reading: Connection) -> None:
    assert check(reading) == []


def test_its_ledger_verifies(reading: Connection) -> None:
    assert ledger.verify(reading).fault is None


def test_a_request_that_was_fulfilled_got_all_it_was_granted(reading: Connection) -> None:
    done = [row for row in requests.requests(reading, everything=True) if row.state == "fulfilled"]
    assert done
    assert [(row.code, row.shipped) for row in done] == [(row.code, row.granted) for row in done]


def test_the_kept_counts_equal_a_recount(reading: Connection) -> None:
    counted = census(reading, tables.SAMPLE.c.id > 0)
    kept = {tuple(row[:-1]): row[-1] for row in reading.execute(select(tables.SAMPLE_TALLY)) if row[-1]}
    usable = {tuple(row[:-1]): row[-1] for row in reading.execute(select(tables.USABLE_TALLY)) if row[-1]}
    assert kept == counted.facets
    assert usable == counted.usable


@pytest.mark.parametrize(
    ("statement", "states"),
    [
        ("SELECT DISTINCT state FROM request", set(RequestState)),
        ("SELECT DISTINCT state FROM project", set(ProjectState)),
        ("SELECT DISTINCT state FROM consent", set(ConsentState)),
        ("SELECT DISTINCT state FROM donor", set(DonorState)),
        ("SELECT DISTINCT status FROM sample", set(SampleStatus)),
        ("SELECT DISTINCT state FROM shipment", set(ShipmentState) - {ShipmentState.LOST}),
    ],
)
def test_every_state_is_there_to_be_seen(reading: Connection, statement: str, states: set[str]) -> None:
    assert values(reading, statement) == states


def test_work_waits_on_every_list_of_the_bench(demonstration: Bank, reading: Connection) -> None:
    waiting = {
        each.work
        for each in worklists(reading, demonstration.actor("manager"), at="2026-11-20T09:00:00Z")
        if each.count
    }
    assert waiting >= set(Work) - UNCOMMON


def test_no_tube_went_to_a_project_its_donor_did_not_allow(reading: Connection) -> None:
    """Tubes of donors without a consent in force never left: the past is judged like the present."""
    sent = reading.scalar(
        text(
            "SELECT count(*) FROM shipment_item i JOIN sample s ON s.id = i.sample_id"
            " JOIN shipment h ON h.id = i.shipment_id JOIN donor d ON d.id = s.donor_id"
            " WHERE h.state = 'closed' AND s.profile_id IS NULL AND d.state <> 'withdrawn'"
        )
    )
    assert sent == 0


def test_a_box_is_part_filled_and_no_tube_lies_outside_it(reading: Connection) -> None:
    fullest = reading.scalar(text("SELECT max(tubes * 1.0 / places) FROM storage_unit WHERE rows IS NOT NULL"))
    partly = reading.scalar(
        text("SELECT count(*) FROM storage_unit WHERE rows IS NOT NULL AND tubes > 0 AND tubes < places")
    )
    assert 0.5 < fullest <= 1
    assert partly > 3


def test_its_acts_run_from_its_founding_to_today(reading: Connection) -> None:
    first, last = reading.execute(text("SELECT min(at), max(at) FROM ledger_entry")).one()
    assert first.startswith("2016-11-20")
    assert last.startswith("2026-11-20")


def test_the_same_seed_and_day_give_the_same_bank(demonstration: Bank, tmp_path: Path) -> None:
    with demo.generate(tmp_path / "again.biobank", donors=DONORS, samples=SAMPLES, seed=7, today=TODAY) as again:
        for table in (
            tables.DONOR,
            tables.CONSENT,
            tables.SAMPLE,
            tables.STORAGE_UNIT,
            tables.RESERVATION,
            tables.HOLD,
        ):
            query = select(table).order_by(table.c.id)
            with demonstration.read() as one, again.read() as other:
                assert one.execute(query).all() == other.execute(query).all()


def test_it_is_the_same_on_postgresql(postgresql_server: Any, tmp_path: Path) -> None:
    asked: dict[str, Any] = {"donors": 60, "samples": 1_000, "seed": 5, "today": TODAY}
    with (
        demo.generate(tmp_path / "small.biobank", **asked) as one,
        demo.generate(postgresql_server.create(), **asked) as other,
    ):
        for table in (tables.DONOR, tables.CONSENT, tables.SAMPLE, tables.RESERVATION, tables.LEDGER_ENTRY):
            # Digests differ where a real number is written another way.
            columns = [column for column in table.c if column.name not in ("workstation", "digest", "previous", "hash")]
            query = select(*columns).order_by(columns[0] if table is tables.LEDGER_ENTRY else table.c.id)
            with one.read() as left, other.read() as right:
                assert left.execute(query).all() == right.execute(query).all()
        with other.read() as connection:
            assert ledger.verify(connection).fault is None
            assert check(connection) == []


def test_a_bank_too_small_for_its_story_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        demo.generate(tmp_path / "tiny.biobank", donors=1, samples=1)
    assert refused.value.code == "demo.small"
    assert not (tmp_path / "tiny.biobank").exists()


FILTERS = (
    ("", "registered"),
    ("status:missing", "frozen"),
    ("dx:C50", "code"),
    ("dx:C38", "collected"),
    ("status:available -box:*", "registered"),
    ("type:plasma status:available -box:*", "collected"),
    ("thaws:>2", "frozen"),
    ("site:LACS kind:primary", "donor"),
    ("status:available held:no -frozen:*", "registered"),
)


@pytest.mark.parametrize("few", [0, samples.FEW])
@pytest.mark.parametrize(("line", "column"), FILTERS)
def test_the_fast_way_to_a_first_page_finds_what_the_plain_way_finds(
    reading: Connection, monkeypatch: pytest.MonkeyPatch, line: str, column: str, few: int
) -> None:
    monkeypatch.setattr(samples, "FEW", few)
    query, key = parse(line), samples.SORTS[column][0]
    plain = select(tables.SAMPLE.c.id).where(condition(reading, query)).order_by(key.desc(), tables.SAMPLE.c.id.desc())
    page = samples.first_page(reading, query, samples.Sort(column), 40)
    assert [row.id for row in page] == list(reading.scalars(plain.limit(40)))


def test_facets_add_up_to_the_samples_that_match(reading: Connection) -> None:
    for line in ("", "type:plasma", "dx:C50 status:available", "site:LACS", "thaws:>2"):
        query = parse(line)
        n = reading.scalar(select(func.count()).select_from(tables.SAMPLE).where(condition(reading, query)))
        for facet in samples.facets(reading, query).values():
            assert sum(value.n for value in facet) == n


def test_shares_add_up_to_the_tubes_there_are() -> None:
    from random import Random

    quotas = share_out(10_007, 311, Random(3))
    assert sum(quotas) == 10_007
    assert len(quotas) == 311


def test_slices_take_every_donor_once_and_stay_within_bounds() -> None:
    quotas = [3, 9, 1, 40, 2, 2, 2]
    runs = slices(quotas, 10)
    assert [place for start, end in runs for place in range(start, end)] == list(range(len(quotas)))
    assert all(sum(quotas[start:end]) <= 10 or end - start == 1 for start, end in runs)
