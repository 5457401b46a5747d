"""What a donor said stands, whichever way one goes about it; and codes stay those of one tube."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from biobank_tui.actions import (
    aliquoting,
    consents,
    data_releases,
    holding,
    reserving,
    results,
    samples,
    settling,
    undoing,
    withdrawing,
)
from biobank_tui.actions.consents import NewConsent
from biobank_tui.actions.requests import NewLine
from biobank_tui.actions.results import NewResult
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries import finding
from biobank_tui.queries.releasable import Ask, table
from biobank_tui.rules.errors import Conflict, Denied, Refused
from biobank_tui.rules.permissions import Role
from tests.looking import sound, tube


def test_the_hold_of_a_withdrawal_is_not_released_by_hand(bank: Bank, actor: Actor, make: Any) -> None:
    donor = make.consenting()
    code = make.sample(donor=donor, amount="1 mL")
    withdrawing.withdraw(bank, actor, donor, "asked by letter")
    with pytest.raises(Refused, match="until they sign a new consent"):
        holding.release(bank, actor, donor, "somebody wants it")
    with pytest.raises(Refused, match="on hold"):
        aliquoting.aliquot(bank, actor, aliquoting.Aliquoting(code, 1, "100 µL"))
    holding.hold_donor(bank, actor, donor, "legal", "court order")
    assert holding.release(bank, actor, donor, "lifted") == 1
    assert len(tube(bank, code).holds) == 1
    sound(bank)


def test_samples_of_a_donor_who_came_back_are_not_destroyed_for_the_old_withdrawal(
    bank: Bank, actor: Actor, make: Any, clock: Any
) -> None:
    donor = make.consenting("GRU")
    code = make.sample(donor=donor)
    withdrawing.withdraw(bank, actor, donor, "asked by letter")
    with bank.read() as connection:
        form = connection.exec_driver_sql("SELECT code FROM consent_form").scalar()
    clock.now = "2026-03-05T09:00:00Z"
    consents.record_consent(bank, actor, NewConsent(donor, form, {"GRU": "yes"}, "2026-03-05"))
    holding.release(bank, actor, donor, "the donor takes part again")
    with pytest.raises(Refused, match="is not withdrawn"):
        settling.settle(bank, actor, settling.Settling(donor, "old list"))
    assert tube(bank, code).status == "available"


def test_no_hold_leads_from_an_anonymised_sample_to_its_donor(bank: Bank, actor: Actor, make: Any, raw: Any) -> None:
    donor = make.consenting()
    make.samples(2, donor=donor)
    withdrawing.withdraw(bank, actor, donor, "asked by letter", outcome="anonymise")
    settling.settle(bank, actor, settling.Settling(donor, "the link is cut"))
    led = raw("SELECT count(*) FROM hold_sample s JOIN hold h ON h.id = s.hold_id WHERE h.noun = 'donor'")
    assert led == [(0,)]
    late = samples.register(bank, actor, [samples.NewSample(donor, "plasma")])
    assert late.alarms == (donor,)
    sound(bank)


def test_data_of_samples_under_a_hold_of_consent_stay_here(bank: Bank, actor: Actor, make: Any) -> None:
    donors = [make.consenting("GRU", sex="female", birth_year=1951) for _ in range(6)]
    codes = [make.sample(donor=donor, diagnosis="C50.4") for donor in donors]
    project = make.project()
    reserving.reserve(bank, actor, reserving.Reserve(make.request(NewLine(samples=tuple(codes)), project=project)))
    holding.hold_donor(bank, actor, donors[0], "consent", "the signature is doubted")
    holding.hold_samples(bank, actor, [codes[1]], "quality", "thawed?")
    with bank.read() as connection:
        found = table(connection, Ask(project), bank.clock())
    assert (set(found.sources), found.kept) == (set(codes[1:]), 1)


def test_data_of_another_custodian_are_not_given_by_the_projects_manager(
    bank: Bank, actor: Actor, make: Any, tmp_path: Path
) -> None:
    make.organisation("LAB")
    donors = [make.consenting("GRU", sex="female", birth_year=1951) for _ in range(6)]
    codes = tuple(make.sample(donor=donor, diagnosis="C50.4") for donor in donors)
    project = make.project(organisation="LAB")
    reserving.reserve(bank, actor, reserving.Reserve(make.request(NewLine(samples=codes), project=project)))
    theirs = make.person(Role.MANAGER, within="LAB")
    with pytest.raises(Denied, match="lies outside"):
        data_releases.release(bank, theirs, Ask(project), tmp_path / "data.csv")
    assert not (tmp_path / "data.csv").exists()


def test_a_lead_returns_results_of_the_own_project_alone(bank: Bank, actor: Actor, make: Any, tmp_path: Path) -> None:
    file = tmp_path / "results.csv"
    file.write_text("a,b\n", encoding="utf-8")
    project = make.project()
    reserving.reserve(
        bank, actor, reserving.Reserve(make.request(NewLine(samples=(make.sample(donor=make.consenting()),)),
                                                    project=project))
    )  # fmt: skip
    with pytest.raises(Denied, match="another team's project"):
        results.give_back(bank, make.person(Role.PROJECT_LEAD), NewResult(project, "Results", file))


def test_a_pool_whose_answers_nobody_gave_before_is_undone_all_the_same(bank: Bank, actor: Actor, make: Any) -> None:
    one = make.sample(donor=make.consenting("GRU", no=["commercial_use"]), amount="1 mL")
    other = make.sample(donor=make.consenting("HMB"), amount="1 mL")
    made = aliquoting.pool(bank, actor, [(one, "100 µL"), (other, "100 µL")])
    again = aliquoting.pool(bank, actor, [(one, "100 µL"), (other, "100 µL")])
    undoing.undo(bank, actor)
    assert (tube(bank, again).status, tube(bank, made).status) == ("rejected", "available")
    undoing.undo(bank, actor)
    assert (tube(bank, made).status, tube(bank, one).amount) == ("rejected", "1 mL")
    sound(bank)


def test_a_barcode_is_never_another_tubes_code(bank: Bank, actor: Actor, make: Any) -> None:
    first, second = make.sample(barcode="B-77"), make.sample()
    donor = make.donor()
    with pytest.raises(Conflict, match=f"{first} is already the tube {first}"):
        samples.correct(bank, actor, second, "misread", barcode=first)
    with pytest.raises(Conflict, match=f"{first} is already the tube {first}"):
        samples.register(bank, actor, [samples.NewSample(donor, "plasma", barcode=first)])
    with pytest.raises(Conflict, match=f"B-77 is already the tube {first}"):
        samples.register(bank, actor, [samples.NewSample(donor, "plasma", code="B-77")])
    samples.correct(bank, actor, first, "nothing new", barcode="B-77")
    with bank.read() as connection:
        assert finding.sample(connection, first)["code"] == first


def test_many_released_reservations_are_judged_together_when_they_stand_again(
    bank: Bank, actor: Actor, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from biobank_tui.actions import releasing

    make.samples(5, donor=make.consenting())
    request = make.request(NewLine("type:plasma", asked=5))
    reserving.reserve(bank, actor, reserving.Reserve(request))
    releasing.release(bank, actor, releasing.Release(request, "not needed"))
    judged: list[int] = []
    true_judged = undoing.judged_for

    def counted(connection: Any, project: int, at: str) -> Any:
        judged.append(project)
        return true_judged(connection, project, at)

    monkeypatch.setattr(undoing, "judged_for", counted)
    undoing.undo(bank, actor)
    assert len(judged) == 1
    with bank.read() as connection:
        assert finding.request(connection, request) is not None
    sound(bank)
