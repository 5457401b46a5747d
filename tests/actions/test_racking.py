"""A rack scan taken over: everything that was agreed to is written in one entry, or nothing is."""

from __future__ import annotations

import pytest

from biobank_tui.actions import holding, picking, placing, racking, requests, reserving, samples
from biobank_tui.actions.placing import Placing
from biobank_tui.actions.racking import ApplyScan, Unfound
from biobank_tui.bank import checking
from biobank_tui.exchange.racks import RackScan, Reading, Well
from biobank_tui.queries.rackscan import CellKind, compare
from biobank_tui.queries.sample_detail import detail
from biobank_tui.rules.errors import Conflict, Denied, Refused
from biobank_tui.rules.lifecycles import SampleStatus
from biobank_tui.rules.permissions import Role


def scan_of(text):
    """A scan written as "A1=T1 A2= A3=?": a tube, an empty position, an unread one."""
    wells = []
    for number, part in enumerate(text.split(), 1):
        position, _, tube = part.partition("=")
        reading = Reading.UNREAD if tube == "?" else Reading.TUBE if tube else Reading.EMPTY
        wells.append(Well(position, tube if reading is Reading.TUBE else None, reading, number))
    return RackScan("scan.csv", None, tuple(wells), None)


def place_of(bank, code):
    with bank.read() as connection:
        found = detail(connection, code)
    return (f"{found.place.unit} {found.place.position}" if found.place else "", found.status)


@pytest.fixture
def tube(make):
    """A tube by its barcode: tube("T1", box, "A1"), or without a place; its code."""
    donor = make.donor()

    def put(barcode, box=None, position=None):
        return make.sample(donor=donor, barcode=barcode, unit=box, position=position)

    return put


def test_new_and_moved_tubes_go_where_they_were_read(bank, actor, make, tube):
    box, other = make.box(), make.box()
    same, moved, new = tube("T1", box, "A1"), tube("T2", other, "C3"), tube("T3")
    done = racking.apply(bank, actor, ApplyScan(box, scan_of("A1=T1 A2=T2 A3=T3")))
    assert [(one.sample, one.position, one.before) for one in done.placed] == [
        (moved, "A2", f"{other} C3"),
        (new, "A3", ""),
    ]
    assert [place_of(bank, code)[0] for code in (same, moved, new)] == [f"{box} A1", f"{box} A2", f"{box} A3"]


def test_a_whole_rack_turned_round_is_written_in_one_entry(bank, actor, make, tube):
    box = make.box(4, 6)
    labels = [f"{row}{col}" for row in "ABCD" for col in range(1, 7)]
    codes = {label: tube(f"T{label}", box, label) for label in labels}
    with bank.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM ledger_entry").scalar_one()
    turned = " ".join(f"{label}=T{came}" for label, came in zip(labels, reversed(labels), strict=True))
    done = racking.apply(bank, actor, ApplyScan(box, scan_of(turned)))
    assert len(done.placed) == 24
    for label, came in zip(labels, reversed(labels), strict=True):
        assert place_of(bank, codes[came])[0] == f"{box} {label}"
    with bank.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM ledger_entry").scalar_one() == before + 1
        assert compare(connection, scan_of(turned), box).counts[CellKind.SAME] == 24


def test_extra_tubes_are_listed_and_never_invented(bank, actor, make, tube):
    box, new = make.box(), tube("T1")
    done = racking.apply(bank, actor, ApplyScan(box, scan_of("A1=T1 A2=STRANGER A3=TWICE A4=TWICE A5=?")))
    assert [one.sample for one in done.placed] == [new]
    assert [(cell.label, str(cell.kind)) for cell in done.left] == [
        ("A2", "extra"),
        ("A3", "duplicate"),
        ("A4", "duplicate"),
        ("A5", "unread"),
    ]
    with bank.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sample").scalar_one() == 1


def test_unread_positions_leave_what_is_there_alone(bank, actor, make, tube):
    box = make.box()
    under, _new = tube("T1", box, "A1"), tube("T2")
    racking.apply(bank, actor, ApplyScan(box, scan_of("A1=? A2=T2"), unfound=Unfound.MISSING))
    assert place_of(bank, under) == (f"{box} A1", "available")


def test_missing_tubes_are_left_unless_told_to_give_them_up(bank, actor, make, tube):
    box = make.box()
    gone, _new = tube("T1", box, "A1"), tube("T2")
    racking.apply(bank, actor, ApplyScan(box, scan_of("A1= A2=T2")))
    assert place_of(bank, gone) == (f"{box} A1", "available")
    done = racking.apply(bank, actor, ApplyScan(box, scan_of("A1= A2=T2"), unfound=Unfound.MISSING))
    assert (done.missing, place_of(bank, gone)) == ((gone,), ("", "missing"))


def test_a_missing_tube_leaves_its_reservation(bank, actor, make):
    box = make.box()
    code = make.sample(donor=make.consenting(), barcode="T1", unit=box, position="A1")
    request = make.request(requests.NewLine(samples=(code,)))
    reserving.reserve(bank, actor, reserving.Reserve(request))
    racking.apply(bank, actor, ApplyScan(box, scan_of("A1="), unfound=Unfound.MISSING))
    with bank.read() as connection:
        assert detail(connection, code).reservation is None


def test_a_tube_in_the_place_of_one_nobody_saw_needs_a_decision(bank, actor, make, tube):
    box = make.box()
    unseen, new = tube("T1", box, "A1"), tube("T2")
    with pytest.raises(Refused, match=unseen):
        racking.apply(bank, actor, ApplyScan(box, scan_of("A1=T2")))
    racking.apply(bank, actor, ApplyScan(box, scan_of("A1=T2"), unfound=Unfound.MISSING))
    assert (place_of(bank, new)[0], place_of(bank, unseen)[1]) == (f"{box} A1", "missing")


def test_only_the_chosen_positions_are_written(bank, actor, make, tube):
    box = make.box()
    first, second, gone = tube("T1"), tube("T2"), tube("T3", box, "B1")
    what = ApplyScan(box, scan_of("A1=T1 A2=T2 B1="), cells=("a2",), unfound=Unfound.MISSING)
    racking.apply(bank, actor, what)
    assert [place_of(bank, code)[0] for code in (first, second, gone)] == ["", f"{box} A2", f"{box} B1"]
    with pytest.raises(Refused, match="no position Z9"):
        racking.apply(bank, actor, ApplyScan(box, scan_of("A1=T1"), cells=("Z9",)))


def test_half_of_a_swap_is_refused_with_the_tube_in_the_way(bank, actor, make, tube):
    box = make.box()
    first, second = tube("T1", box, "A1"), tube("T2", box, "A2")
    with pytest.raises(Conflict, match=second):
        racking.apply(bank, actor, ApplyScan(box, scan_of("A1=T2 A2=T1"), cells=("A2",)))
    assert (place_of(bank, first)[0], place_of(bank, second)[0]) == (f"{box} A1", f"{box} A2")


def test_a_scan_that_changes_nothing_writes_nothing(bank, actor, make, tube):
    box = make.box()
    tube("T1", box, "A1")
    with pytest.raises(Refused, match="nothing to write"):
        racking.apply(bank, actor, ApplyScan(box, scan_of("A1=T1 A2= A3=STRANGER")))


def test_what_was_agreed_to_is_not_written_over_what_changed_since(bank, actor, make, tube):
    box, code = make.box(), tube("T1")
    scan = scan_of("A1=T1")
    with bank.read() as connection:
        shown = compare(connection, scan, box)
    placing.place(bank, actor, [Placing(code, box, "B2")])
    with pytest.raises(Conflict, match="look again"):
        racking.apply(bank, actor, ApplyScan(box, scan, shown=shown))
    assert place_of(bank, code)[0] == f"{box} B2"


def test_a_tube_given_up_as_missing_is_found_by_the_scan(bank, actor, make, tube):
    box, code = make.box(), tube("T1")
    samples.end(bank, actor, [code], SampleStatus.MISSING)
    racking.apply(bank, actor, ApplyScan(box, scan_of("A1=T1")))
    assert place_of(bank, code) == (f"{box} A1", "available")


def test_a_tube_that_was_used_up_is_not_placed(bank, actor, make, tube):
    box, used, new = make.box(), tube("T1"), tube("T2")
    samples.end(bank, actor, [used], SampleStatus.CONSUMED)
    done = racking.apply(bank, actor, ApplyScan(box, scan_of("A1=T1 A2=T2")))
    assert [one.sample for one in done.placed] == [new]
    assert [cell.sample for cell in done.left] == [used]


def test_a_held_tube_may_be_moved(bank, actor, make, tube):
    box, code = make.box(), tube("T1")
    holding.hold_samples(bank, actor, [code], "quality", "cracked")
    racking.apply(bank, actor, ApplyScan(box, scan_of("A1=T1")))
    assert place_of(bank, code)[0] == f"{box} A1"


def test_a_warmer_box_refuses_the_whole_scan_and_a_manager_overrides(bank, actor, make):
    make.storage("box COLD 9x9", temperature="-80")
    make.storage("box FRIDGE 9x9", temperature="4")
    code = make.sample(barcode="T1", unit="COLD", position="A1")
    with pytest.raises(Refused, match="would warm"):
        racking.apply(bank, actor, ApplyScan("FRIDGE", scan_of("A1=T1")))
    racking.apply(bank, actor, ApplyScan("FRIDGE", scan_of("A1=T1"), override="freezer is down"))
    assert place_of(bank, code)[0] == "FRIDGE A1"


def test_a_technician_of_another_organisation_moves_nothing(bank, actor, make, tube):
    box = make.box()
    gone = tube("T1", box, "A1")
    technician = make.person(Role.TECHNICIAN, within=make.organisation("UNI"))
    with pytest.raises(Denied):
        racking.apply(bank, technician, ApplyScan(box, scan_of("A1="), unfound=Unfound.MISSING))
    assert place_of(bank, gone)[1] == "available"


def test_the_bank_checks_out_after_a_scan_of_everything_at_once(bank, actor, make, tube):
    box, other = make.box(), make.box()
    for barcode, unit, position in (("T1", box, "A1"), ("T2", box, "A2"), ("T3", other, "A1"), ("T4", box, "B1")):
        tube(barcode, unit, position)
    tube("T5")
    scan = scan_of("A1=T2 A2=T1 A3=T3 B1= B2=T5 B3=X B4=?")
    racking.apply(bank, actor, ApplyScan(box, scan, unfound=Unfound.MISSING))
    with bank.read() as connection:
        assert checking.check(connection) == []


def test_a_picked_tube_on_its_way_out_is_not_given_up(bank, actor, make):
    box = make.box()
    code = make.sample(donor=make.consenting(), barcode="T1", unit=box, position="A1")
    request = make.request(requests.NewLine(samples=(code,)))
    reserving.reserve(bank, actor, reserving.Reserve(request))
    pick_list = picking.start(bank, actor, request).code
    picking.scan(bank, actor, picking.Scan(pick_list, code))
    with pytest.raises(Refused, match="nothing to write"):
        racking.apply(bank, actor, ApplyScan(box, scan_of("A1="), unfound=Unfound.MISSING))
