"""A withdrawal reaches everything of the donor at once, exactly as its preview said, and tells each project."""

from dataclasses import dataclass, field
from itertools import count

import pytest
from sqlalchemy import func, select

from biobank_tui.actions import aliquoting, picking, receiving, requests, reserving, samples, settling
from biobank_tui.actions.aliquoting import Aliquoting, Deriving
from biobank_tui.actions.parties import set_setting
from biobank_tui.actions.settling import Settling
from biobank_tui.actions.withdrawing import Narrowing, narrow, withdraw
from biobank_tui.bank import ledger
from biobank_tui.bank.checking import check
from biobank_tui.model import tables
from biobank_tui.queries import donors, finding, notices, resolve, withdrawal
from biobank_tui.queries.eligibility import eligible
from biobank_tui.queries.sample_detail import detail
from biobank_tui.queries.worklists import Work, worklist
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.errors import Denied, Refused
from biobank_tui.rules.permissions import Role, Verb
from biobank_tui.rules.query import parse


@dataclass
class Story:
    """A donor's samples all over the bank. pool: with `others`; eldest: the primaries."""

    bank: object
    actor: object
    make: object
    donor: str = ""
    primaries: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    pool: str = ""
    others: tuple[str, ...] = ()
    projects: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    picks: str = ""
    packed: str = ""
    sent: list[str] = field(default_factory=list)
    serials: count = field(default_factory=lambda: count(1))

    def look(self, code):
        with self.bank.read() as connection:
            return detail(connection, code)

    def box(self, request, codes, state):
        """A shipment of a request's tubes, packed or long received."""
        with self.bank.transaction(self.actor, Verb.SHIPMENT_PACK) as tx:
            tx.permit()
            row = finding.request(tx.connection, request)
            left = state != "packing"
            shipment = tx.add(
                tables.SHIPMENT, code=f"H-{next(self.serials)}", request_id=row["id"], recipient_id=1, state=state,
                rows=9, columns=9, created=tx.at, dispatched=tx.at if left else None,
            )  # fmt: skip
            for place, code in enumerate(codes):
                tube = finding.sample(tx.connection, code)["id"]
                tx.add(
                    tables.SHIPMENT_ITEM, shipment_id=shipment, sample_id=tube, box=1, row=0, col=place,
                    state="received" if left else "packed",
                )  # fmt: skip
                if left:
                    gone = {"status": "distributed", "unit_id": None, "row": None, "col": None}
                    tx.update(tables.SAMPLE, {tube: gone})


@pytest.fixture
def story(bank, actor, make):
    """3 primaries, 40 descendants, a pool with two others, 5 reservations in 3 projects, 2 listed, 1 packed, 4 sent."""
    told = Story(bank, actor, make)
    told.donor = make.consenting()
    told.primaries = make.samples(3, donor=told.donor, amount="5 mL")
    for primary, n in zip(told.primaries, (15, 15, 9), strict=True):
        told.made += aliquoting.aliquot(bank, actor, Aliquoting(primary, n, "100 µL")).codes
    told.made += aliquoting.derive(bank, actor, Deriving(told.made[0], "DNA", 1, "5 µg", taken="10 µL")).codes
    told.others = tuple(make.sample(donor=make.consenting()) for _ in range(2))
    shares = [(told.made[1], "50 µL"), *((code, "50 µL") for code in told.others)]
    told.pool = aliquoting.pool(bank, actor, shares)
    asked = [told.made[2:4], told.made[4:6], told.made[6:7]]
    told.projects = [make.project() for _ in asked]
    tell = []
    for project, codes in zip(told.projects, asked, strict=True):
        tell.append(make.request(requests.NewLine(samples=tuple(codes)), project=project))
        reserving.reserve(bank, actor, reserving.Reserve(tell[-1]))
    told.listed = asked[0]
    told.picks = picking.start(bank, actor, tell[0]).code
    (told.packed,) = asked[2]
    picking.scan(bank, actor, picking.Scan(picking.start(bank, actor, tell[2]).code, told.packed))
    told.box(tell[2], [told.packed], "packing")
    told.sent = told.made[10:14]
    sent = make.request(requests.NewLine(samples=tuple(told.sent)), project=told.projects[1])
    reserving.reserve(bank, actor, reserving.Reserve(sent))
    walk = picking.start(bank, actor, sent).code
    for code in told.sent:
        picking.scan(bank, actor, picking.Scan(walk, code))
    told.box(sent, told.sent, "received")
    return told


def test_the_whole_of_a_donor_is_withdrawn_in_one_entry_exactly_as_previewed(bank, actor, make, story):
    assert len(story.made) == 40
    with bank.read() as connection:
        seen = withdrawal.preview(connection, story.donor)
        before = ledger.head(connection)[0]
    assert (seen.consents, seen.samples, seen.pools, seen.shares) == (1, 39, 1, 1)
    assert (seen.reservations, seen.picks, seen.unpacked, seen.expected) == (5, 2, 1, 0)
    assert (set(seen.gone), set(seen.projects)) == (set(story.sent), set(story.projects))

    done = withdraw(bank, actor, story.donor, "letter of 1 March", meaning="I sign.")

    assert done == seen
    with bank.read() as connection:
        assert ledger.head(connection)[0] == before + 1
        held = set(connection.scalars(select(tables.SAMPLE.c.code).where(tables.SAMPLE.c.holds > 0)))
        standing = connection.scalar(
            select(func.count()).where(
                tables.RESERVATION.c.state.in_(("active", "picked")), tables.RESERVATION.c.ended.is_(None)
            )
        )
        to_pick = connection.scalar(select(func.count()).where(tables.PICK_ITEM.c.state == "to_pick"))
        packed = connection.scalars(select(tables.SHIPMENT_ITEM.c.state).order_by(tables.SHIPMENT_ITEM.c.id)).all()
        told = {each.project: each for each in notices.notices(connection)}
    assert held == {*story.primaries, *story.made, story.pool} - set(story.sent)
    # What has left stays given to its project; nothing else does.
    assert (standing, to_pick) == (4, 0)
    assert packed == ["unpacked", *["received"] * 4]
    assert {project: sorted(each.affected for each in told[project].samples) for project in story.projects} == {
        story.projects[0]: ["listed", "listed"],
        story.projects[1]: ["reserved", "reserved", "sent", "sent", "sent", "sent"],
        story.projects[2]: ["packed"],
    }
    assert all(story.look(code).holds == () for code in story.others)
    with bank.read() as connection:
        assert ledger.verify(connection).fault is None
        assert check(connection) == []


def test_a_tube_registered_a_week_later_raises_the_alarm(bank, actor, clock, story):
    withdraw(bank, actor, story.donor, "letter")
    clock.now = "2026-03-09T09:00:00Z"
    late = samples.register(bank, actor, [samples.NewSample(story.donor, "plasma", "1 mL")])
    assert late.alarms == (story.donor,)
    with bank.read() as connection:
        assert resolve.resolve(connection, late.codes[0]).mood == "alarm"
        assert late.codes[0] in {row.code for row in worklist(connection, Work.TO_DESTROY, actor, limit=99).rows}


@pytest.mark.parametrize(
    ("policy", "held", "doomed", "usable"),
    [("hold", True, False, False), ("destroy", True, True, False), ("keep", False, False, True)],
)
def test_the_others_shares_in_a_pool_follow_the_banks_policy(bank, actor, story, policy, held, doomed, usable):
    set_setting(bank, actor, "pool_withdrawal", policy)
    withdraw(bank, actor, story.donor, "letter")
    with bank.read() as connection:
        listed = {row.code for row in worklist(connection, Work.TO_DESTROY, actor, limit=99).rows}
        project = finding.project(connection, story.projects[0])["id"]
        free = {row.code for row in eligible(connection, project, parse(""), at=bank.clock()).rows}
        share = connection.execute(
            select(tables.POOL_MEMBER.c.withdrawn).where(tables.POOL_MEMBER.c.withdrawn.is_not(None))
        ).all()
    assert bool(story.look(story.pool).holds) is held
    assert (story.pool in listed, story.pool in free) == (doomed, usable)
    assert set(story.others) <= free
    assert len(share) == 1


def test_destruction_is_signed_and_what_is_missing_stays_on_the_list(bank, actor, make, story):
    samples.end(bank, actor, [story.primaries[0]], "missing", "not in its place")
    withdraw(bank, actor, story.donor, "letter")
    with pytest.raises(Refused, match="reason"):
        settling.settle(bank, actor, Settling(story.donor, " "))
    with pytest.raises(Denied):
        settling.settle(bank, make.person(Role.TECHNICIAN), Settling(story.donor, "incinerated"))
    with pytest.raises(Refused, match="not on the list"):
        settling.settle(bank, actor, Settling(story.donor, "incinerated", (story.others[0],)))
    done = settling.settle(bank, actor, Settling(story.donor, "incinerated", meaning="I sign that I saw it."))
    assert (done.outcome, done.samples, done.left) == ("destroy", 38, 1)
    assert story.look(story.made[0]).status == "destroyed"
    assert story.look(story.pool).status == "available"
    with bank.read() as connection:
        assert worklist(connection, Work.TO_DESTROY, actor).count == 0
        facts = connection.scalars(
            select(tables.LEDGER_ENTRY.c.facts).order_by(tables.LEDGER_ENTRY.c.number.desc())
        ).first()
    assert "I saw it" in facts
    receiving.arrive(bank, actor, [receiving.Arrival(story.primaries[0])])
    assert settling.settle(bank, actor, Settling(story.donor, "found, incinerated")).left == 0
    with pytest.raises(Refused, match="waits to be carried out"):
        settling.settle(bank, actor, Settling(story.donor, "again"))


def test_samples_to_be_returned_leave_the_bank_without_being_destroyed(bank, actor, story):
    withdraw(bank, actor, story.donor, "letter", outcome="return")
    settling.settle(bank, actor, Settling(story.donor, "handed to the ward"))
    assert story.look(story.primaries[0]).status == "distributed"


def test_anonymised_samples_lead_to_nobody_and_serve_on_under_what_was_answered(bank, actor, make, story):
    withdraw(bank, actor, story.donor, "letter", outcome="anonymise")
    with pytest.raises(Refused, match="all at once"):
        settling.settle(bank, actor, Settling(story.donor, "as asked", (story.primaries[0],)))
    settling.settle(bank, actor, Settling(story.donor, "as asked"))
    tube = story.look(story.primaries[0])
    assert (tube.donor, tube.status, tube.holds) == (None, "available", ())
    with bank.read() as connection:
        project = finding.project(connection, story.projects[0])["id"]
        assert story.primaries[0] in {row.code for row in eligible(connection, project, parse("")).rows}
    late = samples.register(bank, actor, [samples.NewSample(story.donor, "plasma", "1 mL")])
    assert late.alarms == (story.donor,)


def test_an_unknown_outcome_is_refused_with_what_is_allowed(bank, actor, make):
    with pytest.raises(Refused, match="destroy, return, anonymise"):
        withdraw(bank, actor, make.consenting(), "letter", outcome="burn")


COMMERCIAL = Purpose("biomedical", countries=("FR",), commercial=True)


def test_one_permission_taken_back_releases_only_what_it_forbids(bank, actor, make):
    donor = make.consenting("GRU", "commercial_use")
    kept, lost = make.samples(2, donor=donor)
    academic = make.request(requests.NewLine(samples=(kept,)))
    business = make.request(requests.NewLine(samples=(lost,)), project=make.project(purpose=COMMERCIAL))
    for request in (academic, business):
        reserving.reserve(bank, actor, reserving.Reserve(request))
    taken = narrow(bank, actor, Narrowing(donor, ("commercial_use",), "told by telephone"))
    assert (taken.reservations, [str(reason) for reason, _n in taken.reasons]) == (
        1,
        ["The donor said no to commercial use."],
    )
    with bank.read() as connection:
        assert detail(connection, kept).reservation is not None
        assert detail(connection, lost).status == "available"
        records = donors.detail(connection, donor).consents
    states = [(one.state, ("commercial_use", "no", None) in one.answers) for one in records]
    assert states == [("active", True), ("superseded", False)]


def test_what_was_never_granted_cannot_be_taken_back(bank, actor, make):
    donor = make.consenting("GRU")
    with pytest.raises(Refused, match="has not granted commercial_use; granted are GRU"):
        narrow(bank, actor, Narrowing(donor, ("commercial_use",), "letter"))
    with pytest.raises(Refused, match="No consent"):
        narrow(bank, actor, Narrowing(make.donor(), ("GRU",), "letter"))
