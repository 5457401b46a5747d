"""The whole year of a cluster, from the call to the last result; then the books agree to the last tube."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from biobank_tui.actions import (
    arrivals,
    expiring,
    picking,
    projects,
    releasing,
    samples,
    settling,
    waiting,
    withdrawing,
)
from biobank_tui.actions import requests as requesting
from biobank_tui.actions.arrivals import Outcome
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank import ledger
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.checking import check
from biobank_tui.model import tables
from biobank_tui.queries import calls, notices, releases, reports, requests, sample_detail, shipments, withdrawal
from biobank_tui.rules.errors import Refused
from tests.actions.year import BREAST, DNA, PLASMA, Year

DATABASES = ("sqlite", "postgresql")
SENT = {1: 8, 2: 6, 3: 5, 4: 3, 5: 4, 6: 10, 7: 6, 8: 4, 9: 17, 10: 0}
"""How many tubes left for each project."""


class Calendar:
    """The moment the bank writes; moved by hand."""

    now = "2026-03-02T09:00:00Z"

    def __call__(self) -> str:
        return self.now


@pytest.fixture(scope="module", params=DATABASES)
def year(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """The year as it was lived, once on each database; the tests look back on it."""
    folder = tmp_path_factory.mktemp("year")
    server = None if request.param == "sqlite" else request.getfixturevalue("postgresql_server")
    if server is None:
        address = str(shutil.copy(request.getfixturevalue("sqlite_template"), folder / "bank.db"))
    else:
        address = server.create(request.getfixturevalue("postgresql_template"))
    with Bank.open(address) as bank:
        bank.clock = Calendar()
        lived = Year(bank, bank.clock, folder)
        for chapter in CHAPTERS:
            chapter(lived)
        yield lived
    if server is not None:
        server.drop(address)


def status(year: Year, code: str) -> str:
    with year.bank.read() as connection:
        return str(sample_detail.detail(connection, code).status)


def line(year: Year, number: int, place: int = 1) -> requests.LineRow:
    with year.bank.read() as connection:
        return requests.detail(connection, year.requests[number], at=year.bank.clock()).lines[place - 1]


def the_call(year: Year) -> None:
    """Twelve propose, the committee scores, ten are selected."""
    year.collect()
    year.announce()
    year.projects = {number: year.propose(number) for number in range(1, 13)}
    year.clock.now = "2026-04-02T09:00:00Z"
    with pytest.raises(Refused, match=r"closed on 2026-03-31"):
        year.propose(12)
    for judge in year.judges:
        for number in year.projects:
            if judge is year.judges[1] and number == 5:
                year.score(judge, number, conflict="We publish together.")
            elif judge is year.judges[2] and number in (1, 6, 12):
                with pytest.raises(Refused, match="takes part in"):
                    year.score(judge, number, 10)
            else:
                year.score(judge, number, 10 - number / 2)
    with year.bank.read() as connection:
        ranked = calls.call(connection, 2026, reader=year.manager.person_id)
    assert [each.project.code for each in ranked.proposals] == list(year.projects.values())
    assert [each.scores for each in ranked.proposals] == [2, 3, 3, 3, 2, 2, 3, 3, 3, 3, 3, 2]
    for number in year.projects:
        year.decide(number, *(("selected",) if number <= ranked.target else ("declined", "Ranked below the target.")))


def the_requests(year: Year) -> None:
    """Ten ask; one is granted in part, one is sent back first, one is rejected; two are short and wait."""
    year.clock.now = "2026-04-20T09:00:00Z"
    named = [NewLine(samples=(code,)) for code in year.theirs]
    year.ask(1, NewLine(PLASMA, asked=4, least="200 µL"), NewLine(DNA, asked=3), named[0])
    year.ask(2, NewLine(PLASMA, asked=6), named[1])
    year.ask(3, NewLine(PLASMA, asked=6), NewLine(DNA, asked=2))
    year.ask(4, NewLine("type:plasma dx:C34", asked=5))
    year.ask(5, NewLine("type:plasma dx:C34", asked=5))
    year.ask(6, NewLine(DNA, asked=10), named[2])
    year.ask(7, NewLine(PLASMA, asked=8))
    year.ask(8, NewLine(PLASMA, asked=4), named[3])
    year.ask(9, NewLine(PLASMA, asked=200))
    year.ask(10, NewLine(PLASMA, asked=2))
    assert line(year, 1).eligible == BREAST
    for number in (1, 2, 4, 5, 6, 7, 8):
        year.review(number)
    year.review(3, granted={1: 3})
    year.review(9, "changes", "No cohort has two hundred.")
    requesting.change_line(year.bank, year.lead(9), requesting.LineChange(year.requests[9], 1, asked=20))
    requesting.submit(year.bank, year.lead(9), year.requests[9])
    year.review(9)
    year.review(10, "reject", "The question was answered last year.")
    for number in (1, 2, 3, 4):
        year.reserve(number)
    with pytest.raises(Refused, match="wants 5 samples and 3 are eligible"):
        year.reserve(5)
    assert year.reserve(5, fewest=1).count == 3
    for number in (6, 7, 8):
        year.reserve(number)
    assert year.reserve(9, fewest=1).count == 15
    for number in (5, 9):
        waiting.wait(year.bank, year.lead(number), year.requests[number])
    asked = line(year, 3)
    assert (asked.asked, asked.granted, asked.reserved, asked.missing, asked.eligible) == (6, 3, 3, 0, 0)


def the_first_boxes(year: Year) -> None:
    """What is released goes to who waits; nothing leaves without its paper; one tube arrives broken, one not at all."""
    year.clock.now = "2026-04-27T09:00:00Z"
    tubes = year.start(4)
    assert year.scan(4, year.plasma[0]) != "picked"
    assert picking.missing(year.bank, year.technician, picking.Item(year.lists[4], tubes[0], "hole is empty")) == ()
    given_up = releasing.Release(year.requests[4], "four are enough", (tubes[1],))
    releasing.release(year.bank, year.technician, given_up)
    assert (line(year, 4).reserved, line(year, 5).reserved, line(year, 5).missing) == (3, 4, 1)
    assert [year.scan(4, tube) for tube in tubes[2:]] == ["picked"] * 3
    picking.close(year.bank, year.technician, year.lists[4])

    year.open(1)
    assert [year.pack(1, tube) for tube in year.pick(1)] == ["packed"] * 8
    with pytest.raises(Refused, match=r"no transfer agreement"):
        year.send(1)
    for number in range(1, 10):
        year.agree(number)
    assert year.send(1) == 8
    got = year.arrive(1, Outcome("A1", "damaged", "cracked"), Outcome("A2", "missing"))
    assert (got.state, got.received, got.damaged, got.missing) == ("received_with_discrepancies", 6, 1, 1)

    year.open(4)
    assert len(year.fill(4).samples) == year.send(4) == 3
    assert year.arrive(4).state == "received"
    # Boxes half way when the donor withdraws: one packed, one being walked for.
    year.pick(2)
    year.open(2)
    assert len(year.fill(2).samples) == 7
    tubes = [tube for tube in year.start(6) if tube != year.theirs[2]]
    (lost, *others) = tubes
    offered = picking.missing(year.bank, year.technician, picking.Item(year.lists[6], lost, "hole is empty"))
    swap = picking.Substitution(year.lists[6], lost, offered[0].code)
    picking.substitute(year.bank, year.technician, swap)
    assert {year.scan(6, tube) for tube in (*others, swap.new)} == {"picked"}


def the_withdrawal(year: Year) -> None:
    """Preview and effects agree; what has left is told, all else stops where it is."""
    year.clock.now = "2026-04-29T09:00:00Z"
    with year.bank.read() as connection:
        seen = withdrawal.preview(connection, year.leaver)
        before = ledger.head(connection)[0]
    assert (seen.samples, seen.pools, seen.reservations, seen.picks, seen.unpacked) == (4, 1, 3, 1, 1)
    assert (seen.gone, set(seen.projects)) == ((year.theirs[0],), {year.projects[n] for n in (1, 2, 6, 8)})
    assert withdrawing.withdraw(year.bank, year.manager, year.leaver, "letter of 28 April") == seen
    with year.bank.read() as connection:
        assert ledger.head(connection)[0] == before + 1
    assert year.scan(6, year.theirs[2]) != "picked"
    assert year.pack(2, year.theirs[1]) == "withdrawn"
    assert year.send(2) == 6
    year.arrive(2)
    picking.close(year.bank, year.technician, year.lists[6])
    year.open(6)
    assert (len(year.fill(6).samples), year.send(6), year.arrive(6).received) == (10, 10, 10)
    year.back(year.theirs[1])
    late = samples.register(year.bank, year.technician, [samples.NewSample(year.leaver, "plasma", "1 mL")])
    assert late.alarms == (year.leaver,)
    year.theirs += late.codes
    done = settling.settle(year.bank, year.manager, settling.Settling(year.leaver, "autoclaved"))
    assert (done.samples, done.left) == (5, 0)
    assert [status(year, code) for code in year.theirs] == ["distributed", *["destroyed"] * 5]


def the_partner(year: Year) -> None:
    """A company joins a team: what donors denied it leaves reservations and boxes, and serves who waits."""
    year.clock.now = "2026-05-04T09:00:00Z"
    tubes = year.start(7)
    assert {year.scan(7, tube) for tube in tubes[:5]} == {"picked"}
    year.open(7)
    year.fill(7)
    joined = projects.Member(year.projects[7], organisation="PHARMA")
    taken = projects.add_member(year.bank, year.lead(7), joined).taken_back
    assert (taken.reservations, taken.picks, taken.unpacked) == (2, 1, 1)
    assert [str(reason) for reason, _n in taken.reasons] == ["The donor said no to commercial use."]
    assert line(year, 7).eligible == 0
    year.back(tubes[3])
    served = expiring.sweep(year.bank, year.technician).served
    assert [(each.request, each.count, each.left) for each in served] == [(year.requests[9], 2, 3)]
    assert {year.scan(7, tube) for tube in tubes[5:7]} == {"picked"}
    picking.close(year.bank, year.technician, year.lists[7])
    year.fill(7)
    assert (year.send(7), year.arrive(7).received) == (6, 6)


def the_other_boxes(year: Year) -> None:
    """The rest is supplied; abroad only under an authorisation."""
    year.clock.now = "2026-05-11T09:00:00Z"
    assert [year.supply(number) for number in (3, 5, 9)] == [5, 4, 17]
    year.pick(8)
    year.open(8)
    year.fill(8)
    with pytest.raises(Refused, match="no export authorisation"):
        year.send(8)
    allowed = projects.Amendment(year.projects[8], export_authorisation="IE-2026-114")
    projects.amend(year.bank, year.manager, allowed)
    assert (year.send(8), year.arrive(8).received) == (4, 4)


def what_came_back(year: Year) -> None:
    """A tube is returned, data are released, results come in; all is closed."""
    year.clock.now = "2026-12-01T09:00:00Z"
    with year.bank.read() as connection:
        sent = shipments.detail(connection, year.shipments[8], year.bank.clock())
    back = arrivals.Return(year.shipments[8], (sent.items[0].sample or "",), year.spare, "not used")
    assert arrivals.take_back(year.bank, year.technician, back).alarms == ()
    given = year.release(6)
    assert (given.samples, given.donors, given.kept) == (10, 10, 0)
    assert year.give_back(8, *year.names(8)[:3]).samples == 3
    ended = {number: year.finish(number) for number in range(1, 10)}
    assert {number for number, state in ended.items() if state == "fulfilled"} == {1, 3}
    projects.close(year.bank, year.manager, year.projects[10])


CHAPTERS: tuple[Callable[[Year], None], ...] = (
    the_call,
    the_requests,
    the_first_boxes,
    the_withdrawal,
    the_partner,
    the_other_boxes,
    what_came_back,
)


def by_name(report: reports.Report) -> dict[Any, dict[str, Any]]:
    """The rows of a report by their first cell, each by its columns' keys."""
    keys = [column.key for column in report.columns]
    return {row[0]: dict(zip(keys, row, strict=True)) for row in report.rows}


def test_the_ledger_verifies_and_the_bank_agrees_with_it(year: Year) -> None:
    with year.bank.read() as connection:
        assert ledger.verify(connection).fault is None
        assert check(connection) == []


def test_the_call_selected_as_many_as_it_was_to(year: Year) -> None:
    with year.bank.read() as connection:
        found = calls.call(connection, 2026)
    assert (found.selected, found.target, len(found.proposals)) == (10, 10, 12)
    assert [each.project.state for each in found.proposals] == ["closed"] * 10 + ["declined"] * 2


def test_every_tube_is_somewhere_in_the_inventory_and_nowhere_twice(year: Year) -> None:
    with year.bank.read() as connection:
        found = reports.inventory(connection)
        all_of_them = connection.scalar(select(func.count()).select_from(tables.SAMPLE))
        placed = connection.scalar(select(func.count()).where(tables.SAMPLE.c.unit_id.is_not(None)))
        boxes = reports.occupancy(connection)
    total = dict(zip((column.key for column in found.columns), found.total or (), strict=True))
    assert (total["reserved"], total["out"], total["transit"], total["expected"]) == (0, 0, 0, 0)
    assert total["missing"] == 3
    # 63 sent: one lost on the way, one came back. Five were destroyed.
    assert total["gone"] == sum(SENT.values()) - 2 + 5
    assert total["here"] + total["missing"] + total["gone"] == all_of_them == len(year.plasma + year.dna) + 7
    assert total["available"] == total["here"] == placed
    assert total["held"] == 1
    assert boxes.total is not None
    assert boxes.total[5] == placed


def test_each_project_used_what_was_sent_to_it(year: Year) -> None:
    with year.bank.read() as connection:
        used = by_name(reports.project_use(connection))
        listed = {row.code: row for row in requests.requests(connection, everything=True)}
        sent = shipments.shipments(connection)
    for number, count in SENT.items():
        use, row = used[year.projects[number]], listed[year.requests[number]]
        assert (use["shipped"], row.shipped, use["reserved"], use["open"]) == (count, count, 0, 0)
        assert sum(each.items for each in sent if each.project == year.projects[number]) == count
        assert (use["asked"], use["picked"]) == (row.asked, count)
        assert use["returned"] == row.returned == (1 if number == 8 else 0)
    assert sum(row["shipped"] for row in used.values()) == sum(SENT.values())


def test_every_line_runs_from_asked_to_shipped_and_adds_up_to_its_request(year: Year) -> None:
    with year.bank.read() as connection:
        for number, code in year.requests.items():
            found = requests.detail(connection, code, at=year.bank.clock())
            figures = [(each.asked, each.granted, each.picked, each.shipped) for each in found.lines]
            for each in found.lines:
                assert each.asked >= each.granted >= each.picked >= each.shipped
                assert (each.reserved, each.eligible, each.waiting) == (0, None, None)
            sums = [sum(values) for values in zip(*figures, strict=True)]
            row = found.request
            assert sums == [row.asked, row.granted, row.picked, row.shipped]
            assert sums[3] == SENT[number]


def test_the_donor_who_withdrew_is_counted_once_and_each_project_was_told(year: Year) -> None:
    with year.bank.read() as connection:
        counted = reports.donor_counts(connection)
        told = {each.project: {str(one.affected) for one in each.samples} for each in notices.notices(connection)}
    assert (counted.all, counted.withdrawn) == (49, 1)
    expected = {1: {"sent"}, 2: {"packed"}, 6: {"listed"}, 8: {"reserved"}}
    assert {number: told[year.projects[number]] for number in expected} == expected


def test_what_came_back_is_kept_with_its_project(year: Year) -> None:
    with year.bank.read() as connection:
        assert [(each.project, each.samples) for each in releases.releases(connection)] == [(year.projects[6], 10)]
        assert [(each.project, each.samples) for each in releases.results(connection)] == [(year.projects[8], 3)]
