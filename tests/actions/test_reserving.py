from __future__ import annotations

from typing import Any

import pytest

from biobank_tui.actions import expiring, holding, projects, releasing, requests, reserving, withdrawing
from biobank_tui.actions.releasing import Release
from biobank_tui.actions.requests import NewLine
from biobank_tui.actions.reserving import Reserve
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries import sample_detail
from biobank_tui.rules.errors import Conflict, Denied, Refused
from biobank_tui.rules.permissions import Role

PLASMA = NewLine("type:plasma dx:C50 amount:>=200uL", asked=3)


def statuses(bank: Bank, codes: list[str]) -> list[str]:
    with bank.read() as connection:
        return [sample_detail.detail(connection, code).status for code in codes]


def test_the_full_count_is_reserved_longest_in_the_bank_first(bank: Bank, actor: Actor, make: Any) -> None:
    tubes = make.samples(5, donor=make.consenting())
    request = make.request(PLASMA)
    reserved = reserving.reserve(bank, actor, Reserve(request))
    assert reserved.lines[0].samples == tuple(tubes[:3])
    assert reserved.expires == "2026-04-01T09:00:00Z"
    assert statuses(bank, tubes) == ["reserved"] * 3 + ["available"] * 2


def test_too_few_eligible_samples_reserve_nothing_and_say_how_many_there_are(
    bank: Bank, actor: Actor, make: Any
) -> None:
    tubes = make.samples(2, donor=make.consenting())
    request = make.request(PLASMA)
    with pytest.raises(Refused, match="wants 3 samples and 2 are eligible"):
        reserving.reserve(bank, actor, Reserve(request))
    assert statuses(bank, tubes) == ["available"] * 2
    assert reserving.reserve(bank, actor, Reserve(request, fewest=1)).count == 2


def test_a_stated_part_leaves_the_rest_of_the_line_for_later(bank: Bank, actor: Actor, make: Any) -> None:
    tubes = make.samples(4, donor=make.consenting())
    request = make.request(PLASMA)
    assert reserving.reserve(bank, actor, Reserve(request, line=1, count=1)).lines[0].samples == (tubes[0],)
    with pytest.raises(Refused, match="3 more is too many"):
        reserving.reserve(bank, actor, Reserve(request, line=1, count=3))
    assert reserving.reserve(bank, actor, Reserve(request)).lines[0].samples == tuple(tubes[1:3])
    with pytest.raises(Refused, match="has all it asks for"):
        reserving.reserve(bank, actor, Reserve(request))


def test_all_lines_are_reserved_or_none_is(bank: Bank, actor: Actor, make: Any) -> None:
    donor = make.consenting()
    tubes = make.samples(3, donor=donor)
    request = make.request(PLASMA, NewLine("type:serum", asked=1))
    with pytest.raises(Refused, match="Line 2"):
        reserving.reserve(bank, actor, Reserve(request))
    assert statuses(bank, tubes) == ["available"] * 3
    make.sample(donor=donor, material="Serum")
    assert reserving.reserve(bank, actor, Reserve(request)).count == 4


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        ("taken", "is taken by R-"),
        ("held", "is on hold: label smudged"),
        ("withdrawn", "is on hold: asked us to"),
        ("refusing", "is not for this project; consent: The donor agreed to no research"),
        ("unasked", "has no consent in force"),
        ("small", "holds 500 µL, less than the 1 mL asked"),
    ],
)
def test_a_named_sample_that_is_not_eligible_is_refused_with_its_reason(
    bank: Bank, actor: Actor, make: Any, spoil: str, sentence: str
) -> None:
    donors = {"refusing": lambda: make.consenting(no=["GRU"]), "unasked": make.donor}
    donor = donors.get(spoil, make.consenting)()
    good, spoiled = make.sample(donor=make.consenting()), make.sample(donor=donor)
    if spoil == "taken":
        reserving.reserve(bank, actor, Reserve(make.request(NewLine(samples=(spoiled,)))))
    elif spoil == "held":
        holding.hold_samples(bank, actor, [spoiled], "quality", "label smudged")
    elif spoil == "withdrawn":
        withdrawing.withdraw(bank, actor, donor, "asked us to")
    least = "1 mL" if spoil == "small" else None
    request = make.request(NewLine(samples=(spoiled, good), least=least))
    with pytest.raises((Refused, Conflict)) as refused:
        reserving.reserve(bank, actor, Reserve(request))
    assert f"{spoiled} {sentence}" in str(refused.value)
    if spoil != "small":
        part = reserving.reserve(bank, actor, Reserve(request, fewest=1)).lines[0]
        assert part.samples == (good,)
        assert [each.code for each in part.barred] == [spoiled]


def test_a_sample_named_for_a_line_of_criteria_must_match_them(bank: Bank, actor: Actor, make: Any) -> None:
    donor = make.consenting()
    serum, plasma = make.sample(donor=donor, material="Serum"), make.sample(donor=donor)
    request = make.request(PLASMA)
    with pytest.raises(Refused, match="is not what the line asks for"):
        reserving.reserve(bank, actor, Reserve(request, line=1, samples=(serum,)))
    assert reserving.reserve(bank, actor, Reserve(request, line=1, samples=(plasma,))).lines[0].samples == (plasma,)


def test_a_project_with_nothing_coded_gets_nothing(bank: Bank, actor: Actor, make: Any) -> None:
    make.samples(3, donor=make.consenting())
    request = make.request(PLASMA, project=make.project(purpose=None))
    with pytest.raises(Refused, match="has no coded purpose"):
        reserving.reserve(bank, actor, Reserve(request))


def test_only_an_approved_request_of_an_active_project_gets_samples(bank: Bank, actor: Actor, make: Any) -> None:
    make.samples(3, donor=make.consenting())
    project = make.project()
    draft = requests.new(bank, actor, requests.NewRequest(project, "Draft", (PLASMA,))).code
    with pytest.raises(Refused, match="is draft"):
        reserving.reserve(bank, actor, Reserve(draft))
    request = make.request(PLASMA, project=project)
    projects.suspend(bank, actor, project, "audit")
    with pytest.raises(Refused, match="is suspended"):
        reserving.reserve(bank, actor, Reserve(request))


def test_a_project_never_holds_more_than_its_quota(bank: Bank, actor: Actor, make: Any) -> None:
    make.samples(3, donor=make.consenting())
    request = make.request(PLASMA, project=make.project(quota=2))
    with pytest.raises(Refused, match="may hold 2 samples; this would make it 3"):
        reserving.reserve(bank, actor, Reserve(request))
    assert reserving.reserve(bank, actor, Reserve(request, line=1, count=2)).count == 2


def test_released_samples_are_free_for_others(bank: Bank, actor: Actor, make: Any) -> None:
    tubes = make.samples(3, donor=make.consenting())
    first, second = make.request(PLASMA), make.request(PLASMA)
    reserving.reserve(bank, actor, Reserve(first))
    with pytest.raises(Refused, match="0 are eligible"):
        reserving.reserve(bank, actor, Reserve(second))
    assert releasing.release(bank, actor, Release(first, "not needed", (tubes[1],))) == 1
    assert reserving.reserve(bank, actor, Reserve(second, line=1, count=1)).lines[0].samples == (tubes[1],)
    assert releasing.release(bank, actor, Release(first, "not needed")) == 2


def test_a_reservation_that_has_run_out_does_not_stand_in_the_way(
    bank: Bank, actor: Actor, make: Any, clock: Any
) -> None:
    make.samples(3, donor=make.consenting())
    first, second = make.request(PLASMA), make.request(PLASMA)
    reserving.reserve(bank, actor, Reserve(first))
    clock.now = "2026-04-01T08:59:59Z"
    assert expiring.sweep(bank, actor).expired == 0
    clock.now = "2026-04-01T09:00:01Z"
    assert reserving.reserve(bank, actor, Reserve(second)).count == 3


def test_expired_reservations_end_and_say_so(bank: Bank, actor: Actor, make: Any, clock: Any, raw: Any) -> None:
    tubes = make.samples(3, donor=make.consenting())
    reserving.reserve(bank, actor, Reserve(make.request(PLASMA)))
    clock.now = "2026-05-01T00:00:00Z"
    assert expiring.sweep(bank, actor).expired == 3
    assert statuses(bank, tubes) == ["available"] * 3
    assert raw("SELECT DISTINCT state, why FROM reservation") == [("expired", "expired")]


def test_a_commercial_partner_releases_what_donors_did_not_allow(bank: Bank, actor: Actor, make: Any, raw: Any) -> None:
    permits, silent = make.consenting("GRU", "commercial_use"), make.consenting("GRU")
    kept, lost = make.sample(donor=permits), make.sample(donor=silent)
    project = make.project()
    request = make.request(NewLine(samples=(kept, lost)), project=project)
    reserving.reserve(bank, actor, Reserve(request))
    company = make.organisation("ACME", kind="company", commercial=True, country="FR")
    standing = projects.add_member(bank, actor, projects.Member(project, organisation=company))
    assert standing.released == 1
    assert statuses(bank, [kept, lost]) == ["reserved", "available"]
    ((why,),) = raw("SELECT why FROM reservation WHERE state = 'released'")
    assert "not asked about commercial use" in why


def test_reserving_tells_the_obligations_that_come_with_the_samples(bank: Bank, actor: Actor, make: Any) -> None:
    plain, binding = make.sample(donor=make.consenting()), make.sample(donor=make.consenting("GRU", "PUB"))
    one = reserving.reserve(bank, actor, Reserve(make.request(NewLine(samples=(plain,)))))
    other = reserving.reserve(bank, actor, Reserve(make.request(NewLine(samples=(binding,)))))
    assert one.obligations == ()
    assert [duty.code for duty in other.obligations] == ["obligation.PUB"]


def test_somebody_of_one_organisation_cannot_reserve_anothers_samples(bank: Bank, actor: Actor, make: Any) -> None:
    other = make.organisation("OTHER")
    make.samples(3, donor=make.consenting(custodian=other))
    request = make.request(PLASMA)
    technician = make.person(Role.TECHNICIAN, within="HOME")
    with pytest.raises(Denied):
        reserving.reserve(bank, technician, Reserve(request))


def test_reserving_writes_one_entry_with_each_sample_in_it(bank: Bank, actor: Actor, make: Any, raw: Any) -> None:
    make.samples(3, donor=make.consenting())
    request = make.request(PLASMA)
    ((before,),) = raw("SELECT max(number) FROM ledger_entry")
    reserving.reserve(bank, actor, Reserve(request))
    entries = raw("SELECT verb, subject, count FROM ledger_entry WHERE number > ?", before)
    assert entries == [("request.reserve", request, 7)]
