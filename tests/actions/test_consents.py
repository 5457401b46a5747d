"""Consent is recorded against coded questions, superseded, and withdrawn with all that follows."""

import pytest

from biobank_tui.actions import aliquoting, consents, requests, reserving, samples, withdrawing
from biobank_tui.actions.consents import NewConsent, NewForm
from biobank_tui.bank import ledger
from biobank_tui.model.tables import CONSENT_PROFILE, SAMPLE
from biobank_tui.queries import donors, resolve
from biobank_tui.queries.sample_detail import detail
from biobank_tui.rules.errors import Denied, NotFound, Refused
from biobank_tui.rules.permissions import Role

YES = {"HMB": "yes", "commercial_use": "yes"}


@pytest.fixture(autouse=True)
def form(bank, actor):
    consents.add_form(bank, actor, NewForm("GEN", "1", "General", ("HMB", "DS:C50", "commercial_use")))


def record(bank, actor, donor, answers=YES, given="2025-01-01", **more):
    return consents.record_consent(bank, actor, NewConsent(donor, "GEN", answers, given, **more))


def look(bank, donor):
    with bank.read() as connection:
        return donors.detail(connection, donor)


def test_what_was_not_answered_was_not_asked(bank, actor, make):
    donor = make.donor()
    record(bank, actor, donor, {"HMB": "yes"})
    (consent,) = look(bank, donor).consents
    assert set(consent.answers) == {
        ("HMB", "yes", None),
        ("DS", "not_asked", "C50"),
        ("commercial_use", "not_asked", None),
    }


def test_a_question_the_form_does_not_ask_is_refused(bank, actor, make):
    with pytest.raises(Refused, match="does not ask animal_work"):
        record(bank, actor, make.donor(), {"animal_work": "yes"})


def test_equal_answers_are_one_profile(bank, actor, make):
    for donor in make.donors(5):
        record(bank, actor, donor)
    with bank.read() as connection:
        assert len(connection.execute(CONSENT_PROFILE.select()).all()) == 1


def test_samples_carry_the_profile_in_force_before_and_after(bank, actor, make):
    donor = make.donor()
    early = make.sample(donor=donor)
    record(bank, actor, donor)
    late = make.sample(donor=donor)
    with bank.read() as connection:
        profiles = set(connection.scalars(SAMPLE.select().with_only_columns(SAMPLE.c.profile_id)))
    assert len(profiles) == 1
    assert None not in profiles
    assert early != late


def test_a_newer_consent_supersedes_and_an_older_one_does_not(bank, actor, make):
    donor = make.donor()
    record(bank, actor, donor, {"HMB": "yes"}, "2024-01-01")
    record(bank, actor, donor, {"HMB": "no"}, "2025-01-01")
    record(bank, actor, donor, {"HMB": "yes"}, "2023-01-01")
    assert [(one.given, one.state) for one in look(bank, donor).consents] == [
        ("2025-01-01", "active"),
        ("2024-01-01", "superseded"),
        ("2023-01-01", "superseded"),
    ]
    assert ("HMB", "no", None) in look(bank, donor).in_force.answers


def test_an_expired_consent_permits_nothing(bank, actor, make):
    donor = make.donor()
    record(bank, actor, donor, expires="2025-12-31")
    assert look(bank, donor).consents[0].state == "expired"
    assert look(bank, donor).in_force is None


def test_a_consent_is_not_dated_in_the_future(bank, actor, make):
    with pytest.raises(Refused, match="not come"):
        record(bank, actor, make.donor(), given="2031-01-01")


def test_an_unknown_form_is_named(bank, actor, make):
    with pytest.raises(NotFound, match="NONE"):
        consents.record_consent(bank, actor, NewConsent(make.donor(), "NONE", {}, "2025-01-01"))


def test_withdrawal_reaches_every_tube_in_one_entry(bank, actor, make):
    donor, other = make.donors(2)
    for each in (donor, other):
        record(bank, actor, each)
    tube, neighbour = make.sample(donor=donor, amount="2 mL"), make.sample(donor=other)
    children = aliquoting.aliquot(bank, actor, aliquoting.Aliquoting(tube, 3, "100 µL")).codes
    pool = aliquoting.pool(bank, actor, [(children[0], "50 µL"), (neighbour, "50 µL")])
    expected = make.sample(donor=donor, expected=True)
    with bank.read() as connection:
        before = ledger.head(connection)[0]
    done = withdrawing.withdraw(bank, actor, donor, "letter of 1 March")
    assert (done.samples, done.pools, done.expected) == (4, 1, 1)
    with bank.read() as connection:
        assert ledger.head(connection)[0] == before + 1
        held = {code: bool(detail(connection, code).holds) for code in (tube, *children, pool, neighbour)}
        assert detail(connection, expected).status == "rejected"
    assert held == {tube: True, **dict.fromkeys(children, True), pool: True, neighbour: False}


def test_a_withdrawn_donors_tube_sounds_the_alarm_when_scanned_or_arriving_late(bank, actor, make):
    donor = make.donor()
    record(bank, actor, donor)
    tube = make.sample(donor=donor)
    withdrawing.withdraw(bank, actor, donor, "asked by telephone")
    with bank.read() as connection:
        found = resolve.resolve(connection, tube)
    assert (found.mood, "withdrawn" in str(found)) == ("alarm", True)
    late = samples.register(bank, actor, [samples.NewSample(donor, "plasma", "1 mL")])
    assert late.alarms == (donor,)
    with bank.read() as connection:
        assert detail(connection, late.codes[0]).holds[0].kind == "consent"


def test_withdrawal_needs_a_reason_and_a_manager(bank, actor, make):
    donor = make.donor()
    with pytest.raises(Refused, match="reason"):
        withdrawing.withdraw(bank, actor, donor, " ")
    with pytest.raises(Denied):
        withdrawing.withdraw(bank, make.person(Role.TECHNICIAN), donor, "because")


def test_a_narrower_consent_takes_back_what_it_forbids(bank, actor, make):
    donor = make.consenting()
    tube = make.sample(donor=donor)
    request = make.request(requests.NewLine(samples=(tube,)))
    reserving.reserve(bank, actor, reserving.Reserve(request))
    record(bank, actor, donor, {"HMB": "no"}, "2026-02-01")
    assert look_at(bank, tube).reservation is None
    assert look_at(bank, tube).status == "available"


def look_at(bank, code):
    with bank.read() as connection:
        return detail(connection, code)


def test_a_paper_found_later_does_not_undo_a_withdrawal(bank, actor, make):
    donor = make.consenting()
    withdrawing.withdraw(bank, actor, donor, "letter")
    record(bank, actor, donor, given="2024-01-01")
    found = look(bank, donor)
    assert (found.row.state, found.in_force) == ("withdrawn", None)


def test_a_consent_that_ran_out_gives_nothing_any_more(bank, actor, make, clock):
    donor = make.donor()
    consents.record_consent(
        bank,
        actor,
        NewConsent(donor, "GEN", {"HMB": "yes", "commercial_use": "yes"}, "2026-01-01", expires="2026-04-01"),
    )
    tube = make.sample(donor=donor)
    request = make.request(requests.NewLine(samples=(tube,)))
    clock.now = "2026-06-01T08:00:00Z"
    with pytest.raises(Refused):
        reserving.reserve(bank, actor, reserving.Reserve(request))


def test_withdrawal_reaches_pools_made_of_pools(bank, actor, make):
    tubes = [make.sample(donor=make.consenting(), amount="1 mL") for _ in range(3)]
    first = aliquoting.pool(bank, actor, [(tubes[0], "100 µL"), (tubes[1], "100 µL")])
    second = aliquoting.pool(bank, actor, [(first, "50 µL"), (tubes[2], "50 µL")])
    with bank.read() as connection:
        donor = detail(connection, tubes[0]).donor
    withdrawing.withdraw(bank, actor, donor, "letter")
    assert look_at(bank, second).holds != ()


def test_a_form_is_used_between_its_days_only(bank, actor, make):
    consents.add_form(bank, actor, NewForm("OLD", "1", "Old", ("GRU",), valid_from="2020", valid_to="2023-06-30"))
    donor = make.donor()
    for given in ("2019-12-31", "2023-07-01"):
        with pytest.raises(Refused, match="from 2020 to 2023-06-30"):
            consents.record_consent(bank, actor, NewConsent(donor, "OLD", {"GRU": "yes"}, given))
    assert consents.record_consent(bank, actor, NewConsent(donor, "OLD", {"GRU": "yes"}, "2023-06-30"))


def test_a_consent_does_not_run_out_before_it_is_given(bank, actor, make):
    with pytest.raises(Refused, match="before it was given"):
        record(bank, actor, make.donor(), expires="2024-12-31")


def test_a_form_that_asks_the_same_twice_is_refused_with_the_way_out(bank, actor):
    with pytest.raises(Refused, match="DS:C50,C61"):
        consents.add_form(bank, actor, NewForm("TWO", "1", "Two", ("DS:C50", "DS:C61")))
