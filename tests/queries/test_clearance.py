"""What is set aside for a project is judged once more before it leaves."""

import pytest

from biobank_tui.actions import aliquoting, consents, parties, projects, requests, reserving, withdrawing
from biobank_tui.actions.consents import NewConsent
from biobank_tui.model.tables import SAMPLE
from biobank_tui.queries import finding
from biobank_tui.queries.clearance import kept_back
from biobank_tui.queries.eligibility import eligible
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.query import parse


def left_behind(bank, project, *codes):
    with bank.read() as connection:
        ids = [finding.sample(connection, code)["id"] for code in codes]
        found = kept_back(connection, finding.project(connection, project)["id"], ids, bank.clock())
    return {each.code: str(each) for each in found.values()}


def eligible_codes(bank, project):
    with bank.read() as connection:
        number = finding.project(connection, project)["id"]
        return {row.code for row in eligible(connection, number, parse(""), at=bank.clock()).rows}


def test_a_permitted_tube_may_leave_whatever_its_status(bank, actor, make):
    tube = make.sample(donor=make.consenting())
    project = make.project()
    reserving.reserve(bank, actor, reserving.Reserve(make.request(requests.NewLine(samples=(tube,)), project=project)))
    assert left_behind(bank, project, tube) == {}


def test_a_tube_on_hold_and_one_without_consent_stay_with_their_reasons(bank, actor, make):
    donor, silent = make.consenting(), make.donor()
    tubes = make.sample(donor=donor), make.sample(donor=silent)
    project = make.project()
    withdrawing.withdraw(bank, actor, donor, "letter of 3 March")
    told = left_behind(bank, project, *tubes)
    assert "on hold: letter of 3 March" in told[tubes[0]]
    assert "no consent in force" in told[tubes[1]]


def test_a_partner_who_makes_the_project_commercial_keeps_back_what_donors_denied(bank, actor, make):
    tube = make.sample(donor=make.consenting("GRU", no=("commercial_use",)))
    project = make.project()
    assert left_behind(bank, project, tube) == {}
    parties.add_organisation(bank, actor, parties.NewOrganisation("FIRM", "A company", "company", True, "FR"))
    projects.add_member(bank, actor, projects.Member(project, organisation="FIRM"))
    assert "said no to commercial use" in left_behind(bank, project, tube)[tube]


@pytest.fixture
def minor(bank, actor, make):
    """A donor born in May 2008 for whom a guardian agreed, and a tube of theirs."""
    make.consenting()
    donor = make.donor(birth_year=2008, birth_month=5)
    consents.record_consent(bank, actor, NewConsent(donor, "FORM1", {"GRU": "yes"}, "2020-01-01", "guardian"))
    return donor, make.sample(donor=donor)


def test_a_guardians_consent_ends_with_the_month_of_majority(bank, make, clock, minor):
    _donor, tube = minor
    project = make.project()
    clock.now = "2026-04-30T12:00:00Z"
    assert tube in eligible_codes(bank, project)
    clock.now = "2026-05-01T12:00:00Z"
    assert tube not in eligible_codes(bank, project)
    assert "no consent in force" in left_behind(bank, project, tube)[tube]


def test_a_guardian_of_an_adult_goes_on_speaking_for_them(bank, actor, make, clock):
    make.consenting()
    donor = make.donor(birth_year=1980, birth_month=5)
    consents.record_consent(bank, actor, NewConsent(donor, "FORM1", {"GRU": "yes"}, "2020-01-01", "guardian"))
    tube = make.sample(donor=donor)
    assert tube in eligible_codes(bank, make.project())


def test_a_pool_goes_nowhere_once_one_share_has_lapsed(bank, actor, make, clock, minor):
    _donor, tube = minor
    other = make.sample(donor=make.consenting())
    pool = aliquoting.pool(bank, actor, [(tube, "50 µL"), (other, "50 µL")])
    project = make.project(purpose=Purpose("biomedical", countries=("FR",)))
    assert pool in eligible_codes(bank, project)
    clock.now = "2026-06-01T12:00:00Z"
    assert eligible_codes(bank, project) == {other}
    assert pool in left_behind(bank, project, pool, other)
    with bank.read() as connection:
        assert connection.scalar(SAMPLE.select().with_only_columns(SAMPLE.c.profile_id).where(SAMPLE.c.code == pool))
