"""A rack scan beside what the bank has in the box: every file against a box, and every way a tube can differ."""

from __future__ import annotations

from pathlib import Path

import pytest

from biobank_tui.actions import holding, placing, samples, withdrawing
from biobank_tui.exchange.racks import RackScan, Reading, Well, read_rack
from biobank_tui.queries.rackscan import CellKind, Notice, compare
from biobank_tui.rules import positions
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import SampleStatus

RACKS = Path(__file__).parents[2] / "fixtures" / "racks"
SCANS = {
    "visionmate.tsv": (8, 12),
    "visionmate_comma_crlf.csv": (8, 12),
    "visionmate_answer.txt": (8, 12),
    "trakmate.txt": (8, 12),
    "two_columns.csv": (8, 12),
    "two_columns_bom_crlf.csv": (8, 12),
    "two_columns_utf16.txt": (8, 12),
    "rack48_spaced.csv": (6, 8),
    "three_columns.csv": (8, 12),
    "ziath.json": (8, 12),
    "row_and_column.csv": (8, 12),
    "position_padded.csv": (8, 12),
    "easyblood.csv": (8, 12),
    "semicolon_french.csv": (8, 12),
    "cryobox_9x9_serial.csv": (9, 9),
    "cryobox_10x10.csv": (10, 10),
    "rack384.csv": (16, 24),
    "part_of_a_rack.csv": (8, 12),
}


def scan_of(text: str, rack: str | None = None) -> RackScan:
    """A scan written as "A1=T1 A2= A3=?": a tube, an empty position, an unread one."""
    wells = []
    for number, part in enumerate(text.split(), 1):
        position, _, tube = part.partition("=")
        reading = Reading.UNREAD if tube == "?" else Reading.TUBE if tube else Reading.EMPTY
        wells.append(Well(position, tube if reading is Reading.TUBE else None, reading, number))
    return RackScan("scan.csv", rack, tuple(wells), None)


def compared(bank, scan, box):
    with bank.read() as connection:
        return compare(connection, scan, box)


def cell(bank, scan, box, label):
    return next(each for each in compared(bank, scan, box).cells if each.label == label)


@pytest.mark.parametrize("name", SCANS)
@pytest.mark.parametrize("database", ["sqlite"])
def test_every_readers_file_is_compared_right(name, bank, actor, make):
    rows, columns = SCANS[name]
    scan = read_rack(RACKS / name)
    box, other, donor = make.box(rows, columns), make.box(rows, columns), make.donor()
    same, moved, new = scan.tubes[:3]
    layout = positions.Layout(rows, columns)
    serial = positions.Layout(rows, columns, style="serial")

    def label(well):
        return positions.label(layout, *positions.ordinal(serial if well.position.isdigit() else layout, well.position))

    read = {label(well) for well in scan.tubes}
    unread = [label(well) for well in scan.wells if well.reading is Reading.UNREAD]
    absent = [label(well) for well in scan.wells if well.reading is Reading.EMPTY]
    make.sample(donor=donor, barcode=same.tube, unit=box, position=label(same))
    make.sample(donor=donor, barcode=moved.tube, unit=other, position="A1")
    make.sample(donor=donor, barcode=new.tube)
    if unread:
        make.sample(donor=donor, unit=box, position=unread[0])
    if absent:
        make.sample(donor=donor, unit=box, position=absent[0])
    found = compared(bank, scan, box)
    kinds = {each.label: each.kind for each in found.cells}
    assert (kinds[label(same)], kinds[label(moved)], kinds[label(new)]) == ("same", "moved", "new")
    assert found.counts == {
        CellKind.SAME: 1,
        CellKind.NEW: 1,
        CellKind.MOVED: 1,
        CellKind.MISSING: min(len(absent), 1),
        CellKind.EXTRA: len(read) - 3,
        CellKind.DUPLICATE: 0,
        CellKind.UNREAD: len(unread),
        CellKind.EMPTY: rows * columns - len(read) - len(unread) - min(len(absent), 1),
    }
    assert all(kinds[each] == "unread" for each in unread)


def test_tubes_read_twice_are_duplicates_wherever_they_were(bank, make):
    box = make.box(8, 12)
    make.sample(barcode="P0000008", unit=box, position="A2")
    found = compared(bank, read_rack(RACKS / "tubes_twice.csv"), box)
    assert [each.label for each in found.cells if each.kind == "duplicate"] == ["A2", "B2", "C2", "D2"]
    assert found.lost == ()


@pytest.mark.parametrize("name", ["rack48_spaced.csv", "cryobox_9x9_serial.csv", "rack384.csv"])
def test_a_rack_of_another_grid_is_refused_whole(name, bank, make):
    with pytest.raises(Refused, match="is the scan of a rack of") as caught:
        compared(bank, read_rack(RACKS / name), make.box(8, 12))
    assert caught.value.code == "rack.geometry"


def test_a_position_outside_the_box_is_refused_whole(bank, make):
    with pytest.raises(Refused, match="position I1"):
        compared(bank, read_rack(RACKS / "outside_the_rack.csv"), make.box(8, 12))


def test_a_unit_without_positions_takes_no_scan(bank, make):
    make.storage("freezer F01 / 1 rack")
    with pytest.raises(Refused, match="no numbered positions"):
        compared(bank, scan_of("A1=T1"), "F01")


def test_a_box_labelled_otherwise_than_the_reader_is_understood(bank, make):
    box = make.box(9, 9, label_style="serial")
    make.sample(barcode="T1", unit=box, position="12")
    assert cell(bank, scan_of("B3=T1"), box, "12").kind == "same"
    lettered = make.box(9, 9)
    make.sample(barcode="T2", unit=lettered, position="B3")
    assert cell(bank, scan_of("12=T2"), lettered, "B3").kind == "same"


def test_a_moved_tube_says_from_where(bank, make):
    box, other = make.box(), make.box()
    code = make.sample(barcode="T1", unit=other, position="C4")
    found = cell(bank, scan_of("A1=T1"), box, "A1")
    assert (found.kind, found.sample, found.before) == ("moved", code, f"{other} C4")


def test_two_tubes_that_changed_places_are_both_moved_and_none_is_missing(bank, make):
    box = make.box()
    make.sample(barcode="T1", unit=box, position="A1")
    make.sample(barcode="T2", unit=box, position="A2")
    found = compared(bank, scan_of("A1=T2 A2=T1"), box)
    assert (found.counts[CellKind.MOVED], found.counts[CellKind.MISSING], found.lost) == (2, 0, ())


def test_a_tube_that_was_not_read_is_missing_also_where_another_stands(bank, make):
    box = make.box()
    first = make.sample(unit=box, position="A1")
    second = make.sample(unit=box, position="A2")
    make.sample(barcode="T3")
    found = compared(bank, scan_of("A1= A2=T3"), box)
    assert found.lost == (first, second)
    displacing = found.cells[1]
    assert (displacing.kind, displacing.expected, displacing.notices) == ("new", second, (Notice.DISPLACES,))


def test_what_is_expected_under_an_unread_cap_is_not_missing(bank, make):
    box = make.box()
    code = make.sample(unit=box, position="A1")
    found = cell(bank, scan_of("A1=?"), box, "A1")
    assert (found.kind, found.expected, found.lost) == ("unread", code, None)


def test_a_tube_that_is_out_is_not_missing(bank, actor, make):
    box = make.box()
    (code,) = make.placed(1, unit=box, positions=["A1"])
    placing.check_out(bank, actor, [code])
    found = cell(bank, scan_of("A1="), box, "A1")
    assert (found.kind, found.notices) == ("empty", (Notice.OUT,))


def test_codes_barcodes_and_other_systems_numbers_are_all_known(bank, make):
    box, donor = make.box(), make.donor()
    code = make.sample(donor=donor)
    make.sample(donor=donor, barcode="BC-1")
    make.sample(donor=donor, external={"LIMS": "Ext-1"})
    found = compared(bank, scan_of(f"A1={code} A2=BC-1 A3=ext-1 A4=nobody"), box)
    assert [each.kind for each in found.cells[:4]] == ["new", "new", "new", "extra"]


def test_one_tube_read_by_its_code_and_by_its_barcode_is_a_duplicate(bank, make):
    code = make.sample(barcode="BC-1")
    found = compared(bank, scan_of(f"A1={code} A2=BC-1"), make.box())
    assert found.counts[CellKind.DUPLICATE] == 2


def test_held_withdrawn_and_ended_tubes_are_said(bank, actor, make):
    box = make.box()
    held = make.sample(barcode="T1")
    holding.hold_samples(bank, actor, [held], "quality", "cracked")
    donor = make.consenting()
    make.sample(barcode="T2", donor=donor)
    used = make.sample(barcode="T3")
    samples.end(bank, actor, [used], SampleStatus.CONSUMED)
    lost = make.sample(barcode="T4")
    samples.end(bank, actor, [lost], SampleStatus.MISSING)
    make.sample(barcode="T5", expected=True)
    withdrawing.withdraw(bank, actor, donor, "asked to")
    found = compared(bank, scan_of("A1=T1 A2=T2 A3=T3 A4=T4 A5=T5"), box)
    told = [each.notices for each in found.cells[:5]]
    assert Notice.ON_HOLD in told[0]
    assert Notice.WITHDRAWN in told[1]
    assert told[2:] == [(Notice.ENDED,), (Notice.FOUND,), (Notice.NOT_RECEIVED,)]
    assert [each.placeable for each in found.cells[:5]] == [True, True, False, True, False]


def test_a_rack_that_names_another_unit_is_said(bank, make):
    box, other = make.box(), make.box()
    assert compared(bank, scan_of("A1=", other.lower()), box).other == other
    assert compared(bank, scan_of("A1=", box), box).other is None
    assert compared(bank, scan_of("A1=", "RX1"), box).other is None
