"""What was given to projects is judged again whenever a team, a purpose, a consent or the calendar changes."""

import pytest
from sqlalchemy import select

from biobank_tui.actions import consents as consents_acts
from biobank_tui.actions import importing, lapsing, parties, picking, projects, requests, reserving
from biobank_tui.actions.consents import NewConsent
from biobank_tui.model import tables
from biobank_tui.queries import finding, notices
from biobank_tui.queries.eligibility import eligible
from biobank_tui.queries.sample_detail import detail
from biobank_tui.queries.worklists import Work, worklist
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.query import parse


def look(bank, code):
    with bank.read() as connection:
        return detail(connection, code)


def free(bank, project):
    with bank.read() as connection:
        number = finding.project(connection, project)["id"]
        return {row.code for row in eligible(connection, number, parse(""), at=bank.clock()).rows}


def reserved(bank, actor, make, *tubes, project):
    request = make.request(requests.NewLine(samples=tubes), project=project)
    reserving.reserve(bank, actor, reserving.Reserve(request))
    return request


def packed(bank, actor, request, code):
    """The tube picked and in a box that has not left."""
    picking.scan(bank, actor, picking.Scan(picking.start(bank, actor, request).code, code))
    with bank.transaction(actor, Verb.SHIPMENT_PACK) as tx:
        tx.permit()
        row = finding.request(tx.connection, request)
        shipment = tx.add(
            tables.SHIPMENT, code="H-1", request_id=row["id"], recipient_id=1, state="packing", rows=9, columns=9,
            created=tx.at,
        )  # fmt: skip
        tube = finding.sample(tx.connection, code)["id"]
        tx.add(tables.SHIPMENT_ITEM, shipment_id=shipment, sample_id=tube, box=1, row=0, col=0, state="packed")


def boxed(bank):
    with bank.read() as connection:
        return connection.scalars(select(tables.SHIPMENT_ITEM.c.state)).all()


def test_a_commercial_partner_takes_what_donors_denied_out_of_the_set_the_reservations_and_the_boxes(bank, actor, make):
    open_one, closed = make.consenting("GRU", "commercial_use"), make.consenting("GRU", no=("commercial_use",))
    kept = make.sample(donor=open_one)
    lost, boxed_one, unasked = make.samples(3, donor=closed)
    project = make.project()
    reserved(bank, actor, make, kept, lost, project=project)
    packed(bank, actor, reserved(bank, actor, make, boxed_one, project=project), boxed_one)
    assert unasked in free(bank, project)
    parties.add_organisation(bank, actor, parties.NewOrganisation("FIRM", "A company", "company", True, "FR"))

    standing = projects.add_member(bank, actor, projects.Member(project, organisation="FIRM"))

    taken = standing.taken_back
    assert (taken.reservations, taken.unpacked) == (2, 1)
    assert [(str(reason), n) for reason, n in taken.reasons] == [("The donor said no to commercial use.", 2)]
    assert look(bank, kept).reservation is not None
    assert look(bank, lost).status == "available"
    assert boxed(bank) == ["unpacked"]
    assert free(bank, project) == set()
    with bank.read() as connection:
        (notice,) = notices.notices(connection, project)
        why = connection.scalars(select(tables.RESERVATION.c.why).where(tables.RESERVATION.c.state == "released")).all()
    # The project had no code of them yet, and the bank's own are not told.
    assert (notice.cause, [(line.sample, str(line.affected)) for line in notice.samples]) == (
        "team",
        [(None, "reserved"), (None, "packed")],
    )
    assert set(why) == {"The donor said no to commercial use."}


def test_a_purpose_amended_to_work_in_animals_gives_back_what_donors_did_not_allow(bank, actor, make):
    tube = make.sample(donor=make.consenting("GRU", no=("animal_work",)))
    project = make.project()
    reserved(bank, actor, make, tube, project=project)
    purpose = Purpose("biomedical", countries=("FR",), animal=True)
    standing = projects.amend(bank, actor, projects.Amendment(project, purpose=purpose))
    assert (standing.released, look(bank, tube).reservation) == (1, None)


def test_a_file_with_a_narrower_consent_takes_back_what_it_forbids(bank, actor, make, tmp_path):
    donor = make.consenting("GRU", no=("commercial_use",))
    other = make.consenting("GRU", no=("commercial_use",))
    tube, neighbour = make.sample(donor=donor), make.sample(donor=other)
    project = make.project()
    reserved(bank, actor, make, tube, neighbour, project=project)
    file = tmp_path / "consents.csv"
    file.write_text(f"donor,form,given,answer.GRU,answer.commercial_use\n{donor},FORM1,2026-02-20,no,no\n")
    report = importing.import_files(bank, actor, importing.ImportRequest("consents", (file,)))
    assert report.files[0].refusal is None
    assert look(bank, tube).reservation is None
    assert look(bank, neighbour).reservation is not None
    with bank.read() as connection:
        assert [each.cause for each in notices.notices(connection)] == ["import"]


def test_what_ran_out_is_marked_once_and_given_back(bank, actor, make, clock):
    make.consenting()
    donor = make.donor()
    consents_acts.record_consent(
        bank, actor, NewConsent(donor, "FORM1", {"GRU": "yes"}, "2026-01-01", expires="2026-03-31")
    )
    tube = make.sample(donor=donor)
    reserved(bank, actor, make, tube, project=make.project())
    assert lapsing.expire_consents(bank, actor) == lapsing.Lapsed((), (), 0, 0)
    clock.now = "2026-04-01T01:00:00Z"
    done = lapsing.expire_consents(bank, actor)
    assert (done.expired, done.released) == ((donor,), 1)
    assert look(bank, tube).status == "available"
    with bank.read() as connection:
        assert connection.scalar(select(tables.SAMPLE.c.profile_id).where(tables.SAMPLE.c.code == tube)) is None
        last = connection.scalar(select(tables.LEDGER_ENTRY.c.number).order_by(tables.LEDGER_ENTRY.c.number.desc()))
    assert lapsing.expire_consents(bank, actor).expired == ()
    with bank.read() as connection:
        again = connection.scalar(select(tables.LEDGER_ENTRY.c.number).order_by(tables.LEDGER_ENTRY.c.number.desc()))
    assert again == last


@pytest.fixture
def minor(bank, actor, make):
    make.consenting()
    donor = make.donor(birth_year=2008, birth_month=5)
    consents_acts.record_consent(bank, actor, NewConsent(donor, "FORM1", {"GRU": "yes"}, "2020-01-01", "guardian"))
    return donor, make.sample(donor=donor)


def test_at_majority_samples_wait_on_hold_until_the_person_decides(bank, actor, make, clock, minor):
    donor, tube = minor
    reserved(bank, actor, make, tube, project=make.project())
    clock.now = "2026-03-15T08:00:00Z"
    with bank.read() as connection:
        (row,) = worklist(connection, Work.MAJORITY, actor, at=clock.now).rows
    assert (row.code, row.when) == (donor, "2026-05-01")
    clock.now = "2026-05-01T08:00:00Z"
    done = lapsing.expire_consents(bank, actor)
    assert (done.of_age, done.held, done.released) == ((donor,), 1, 1)
    held = look(bank, tube)
    assert (held.status, "come of age" in held.holds[0].reason) == ("available", True)
    with bank.read() as connection:
        assert [row.code for row in worklist(connection, Work.MAJORITY, actor, at=clock.now).rows] == [donor]
    consents_acts.record_consent(bank, actor, NewConsent(donor, "FORM1", {"GRU": "yes"}, "2026-05-01"))
    assert look(bank, tube).holds == ()
    assert tube in free(bank, make.project())
    with bank.read() as connection:
        assert worklist(connection, Work.MAJORITY, actor, at=clock.now).rows == ()


def test_who_came_of_age_and_decides_by_a_file_frees_the_samples_too(bank, actor, clock, minor, tmp_path):
    donor, tube = minor
    clock.now = "2026-05-02T08:00:00Z"
    lapsing.expire_consents(bank, actor)
    file = tmp_path / "consents.csv"
    file.write_text(f"donor,form,given,answer.GRU\n{donor},FORM1,2026-05-02,yes\n")
    importing.import_files(bank, actor, importing.ImportRequest("consents", (file,)))
    assert look(bank, tube).holds == ()
