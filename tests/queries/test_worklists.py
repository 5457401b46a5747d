from __future__ import annotations

from typing import Any

from biobank_tui.actions import consents, picking, reserving, withdrawing
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries.worklists import Work, WorkList, worklist, worklists

AT = "2026-03-02T09:00:00Z"


def work(bank: Bank, actor: Actor, which: Work, at: str = AT, limit: int = 50) -> WorkList:
    with bank.read() as connection:
        return worklist(connection, which, actor, limit=limit, at=at)


def codes(found: WorkList) -> list[str]:
    return [row.code for row in found.rows]


def test_an_empty_bank_has_nothing_to_do(bank: Bank, actor: Actor) -> None:
    with bank.read() as connection:
        lists = worklists(connection, actor, at=AT)
    assert [each.work for each in lists] == list(Work)
    assert {(each.count, each.rows) for each in lists} == {(0, ())}


def test_expected_tubes_are_to_be_received(bank: Bank, actor: Actor, make: Any) -> None:
    donor = make.donor()
    expected = make.samples(2, donor=donor, expected=True) + make.samples(
        1, donor=donor, expected=True, material="Serum"
    )
    make.sample(donor=donor)
    found = work(bank, actor, Work.TO_RECEIVE)
    assert (found.count, sorted(codes(found))) == (3, sorted(expected))


def test_tubes_without_a_place_are_to_be_placed_the_latest_first(bank: Bank, actor: Actor, make: Any) -> None:
    make.sample(unit=make.box(), position="A1")
    first, second = make.sample(), make.sample()
    found = work(bank, actor, Work.TO_PLACE)
    assert (found.count, codes(found)) == (2, [second, first])


def test_an_open_pick_list_waits_until_all_is_picked(bank: Bank, actor: Actor, make: Any) -> None:
    tubes = make.samples(2, donor=make.consenting())
    request = make.request(NewLine("type:plasma", asked=2))
    reserving.reserve(bank, actor, reserving.Reserve(request))
    code = picking.start(bank, actor, request).code
    for left, tube in ((2, tubes[0]), (1, tubes[1])):
        found = work(bank, actor, Work.TO_PICK)
        assert (found.count, codes(found)) == (left, [code])
        picking.scan(bank, actor, picking.Scan(code, tube))
    assert work(bank, actor, Work.TO_PICK).count == 0


def test_what_a_withdrawal_left_in_the_freezers_is_to_be_destroyed(bank: Bank, actor: Actor, make: Any) -> None:
    donor = make.consenting()
    tubes = make.samples(2, donor=donor)
    withdrawing.withdraw(bank, actor, donor, "asked us to")
    found = work(bank, actor, Work.TO_DESTROY)
    assert (found.count, codes(found)) == (2, tubes)


def test_a_reservation_is_told_of_a_week_before_it_runs_out(bank: Bank, actor: Actor, make: Any) -> None:
    tubes = make.samples(2, donor=make.consenting())
    reserving.reserve(bank, actor, reserving.Reserve(make.request(NewLine("type:plasma", asked=2))))
    assert work(bank, actor, Work.RESERVATIONS_EXPIRING, "2026-03-25T08:59:00Z").count == 0
    found = work(bank, actor, Work.RESERVATIONS_EXPIRING, "2026-03-25T09:00:00Z", limit=1)
    assert (found.count, codes(found)) == (2, tubes[:1])


def test_a_consent_is_told_of_a_month_before_it_runs_out(bank: Bank, actor: Actor, make: Any) -> None:
    donor = make.consenting()
    consents.record_consent(
        bank, actor, consents.NewConsent(donor, "FORM1", {"GRU": "yes"}, "2026-02-01", expires="2026-06-30")
    )
    assert work(bank, actor, Work.CONSENTS_EXPIRING, "2026-05-30T09:00:00Z").count == 0
    found = work(bank, actor, Work.CONSENTS_EXPIRING, "2026-05-31T09:00:00Z")
    assert (codes(found), found.rows[0].about, found.rows[0].when) == ([donor], "FORM1", "2026-06-30")


def test_a_request_whose_turn_is_mine_is_on_my_list(bank: Bank, actor: Actor, make: Any) -> None:
    code = make.request(NewLine("type:plasma", asked=2))
    found = work(bank, actor, Work.MY_TURN)
    assert (found.count, codes(found)) == (1, [code])
