"""Labels printed through the act: decoded from the file, known to the ledger."""

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from biobank_tui.actions import labelling, printing, withdrawing
from biobank_tui.actions.labelling import PrintRequest
from biobank_tui.model.tables import PRINTED_LABEL
from biobank_tui.queries.labelling import inside, kinds_inside
from biobank_tui.queries.resolve import resolve
from biobank_tui.rules.errors import BiobankError, NotFound, Refused
from tests.fake_printer import FakePrinter


def states(bank):
    with bank.read() as connection:
        return list(connection.scalars(PRINTED_LABEL.select().with_only_columns(PRINTED_LABEL.c.state)))


def test_eighty_labels_decode_from_one_sheet_at_300_dpi(bank, actor, make, tmp_path):
    codes = tuple(make.samples(80))
    target = tmp_path / "sheet.pdf"
    result = labelling.print_labels(bank, actor, PrintRequest(codes, "L4732", str(target)))
    assert (result.labels, result.pages) == (80, 1)
    with pypdfium2.PdfDocument(target) as document:
        page = document[0].render(scale=300 / 72).to_pil()
    assert sorted(found.text for found in zxingcpp.read_barcodes(page)) == sorted(codes)


def test_a_second_label_needs_a_reason(bank, actor, make, tmp_path):
    codes = tuple(make.samples(2))
    request = PrintRequest(codes, "L4732", str(tmp_path / "a.pdf"))
    labelling.print_labels(bank, actor, request)
    with pytest.raises(Refused, match="why"):
        labelling.print_labels(bank, actor, request)
    again = PrintRequest(codes, "L4732", str(tmp_path / "b.pdf"), reason="smudged")
    assert labelling.print_labels(bank, actor, again).labels == 2


def test_nothing_is_printed_for_a_donor_who_withdrew(bank, actor, make, tmp_path):
    donor = make.donor()
    tube = make.sample(donor=donor)
    withdrawing.withdraw(bank, actor, donor, "letter")
    with pytest.raises(Refused, match="withdrawn"):
        labelling.print_labels(bank, actor, PrintRequest((tube,), "L4732", str(tmp_path / "a.pdf")))
    assert not (tmp_path / "a.pdf").exists()


def test_a_file_that_cannot_be_written_leaves_no_entry(bank, actor, make, tmp_path):
    request = PrintRequest(tuple(make.samples(1)), "L4732", str(tmp_path / "nowhere" / "a.pdf"))
    with pytest.raises(BiobankError):
        labelling.print_labels(bank, actor, request)
    assert states(bank) == []


def test_a_printer_on_the_network_gets_every_label(bank, actor, make):
    codes = make.samples(45)
    with FakePrinter() as press:
        done = labelling.print_labels(bank, actor, PrintRequest(tuple(codes), "L4732", press.target, copies=2))
    assert press.codes == codes
    assert all("^PQ2" in text for text in press.printed)
    assert (done.labels, done.printing.done) == (90, True)
    assert states(bank) == ["printed"] * 45


def test_pictures_are_numbered_where_there_are_several(bank, actor, make, tmp_path):
    codes = make.samples(2)
    one, many = tmp_path / "one.png", tmp_path / "many.png"
    labelling.print_labels(bank, actor, PrintRequest(tuple(codes), "L4732", str(many)))
    labelling.print_labels(bank, actor, PrintRequest(tuple(codes[:1]), "L4732", str(one), reason="spoiled"))
    read = [
        zxingcpp.read_barcodes(Image.open(path))[0].text
        for path in (tmp_path / "many-001.png", tmp_path / "many-002.png", one)
    ]
    assert read == [*codes, codes[0]]


def test_a_straw_has_a_layout_of_its_own(bank, actor, make, tmp_path):
    (code,) = make.samples(1)
    labelling.print_labels(bank, actor, PrintRequest((code,), "Herma 10001", str(tmp_path / "a.pdf"), layout="straw"))
    with pypdfium2.PdfDocument(tmp_path / "a.pdf") as document:
        page = document[0].render(scale=300 / 72).to_pil()
    assert [found.text for found in zxingcpp.read_barcodes(page)] == [code]


def printed_texts(target):
    with pypdfium2.PdfDocument(target) as document:
        return document[0].get_textpage().get_text_bounded()


def codes_on(target):
    with pypdfium2.PdfDocument(target) as document:
        return sorted(found.text for found in zxingcpp.read_barcodes(document[0].render(scale=300 / 72).to_pil()))


def test_freezers_racks_and_boxes_bear_labels_that_a_scan_finds_again(bank, actor, make, tmp_path):
    top = make.storage("freezer / 1 rack / 2 boxes 9x9", temperature="-80", materials=("Plasma",))
    with bank.read() as connection:
        units = inside(connection, top)
        assert kinds_inside(connection, top) == {"rack": 1, "box": 2}
        assert [resolve(connection, code).kind for code in units] == ["storage_unit"] * 4
    target = tmp_path / "units.pdf"
    done = labelling.print_labels(bank, actor, PrintRequest(tuple(units), "L4732", str(target), noun="storage_unit"))
    assert (done.labels, codes_on(target)) == (4, sorted(units))
    said = printed_texts(target)
    assert "box 9 × 9 -60 to -85 °C" in said
    assert "Plasma" in said


def test_units_wait_in_the_print_queue_as_tubes_do_and_the_second_label_needs_a_reason(bank, actor, make):
    top = make.storage("freezer / 1 rack / 8 boxes 9x9")
    with bank.read() as connection:
        boxes = inside(connection, top, "box")
    with FakePrinter(dies_after=3) as press:
        done = labelling.print_labels(bank, actor, PrintRequest(tuple(boxes), "L4732", press.target)).printing
    assert (done.printed, done.waiting) == (3, 5)
    with FakePrinter(port=press.port) as again:
        assert printing.resume(bank, actor, done.job).done
    assert press.codes + again.codes == boxes
    assert all("box 9" in text for text in again.printed)
    with FakePrinter() as third, pytest.raises(Refused, match="was printed before; say why"):
        labelling.print_labels(bank, actor, PrintRequest(tuple(boxes[:1]), "L4732", third.target))


def test_a_donors_label_shows_nothing_but_the_code_and_none_is_printed_after_withdrawal(bank, actor, make, tmp_path):
    donor = make.donor(sex="female", birth_year=1961)
    target = tmp_path / "donor.pdf"
    labelling.print_labels(bank, actor, PrintRequest((donor,), "L4732", str(target)))
    assert codes_on(target) == [donor]
    assert printed_texts(target).split() == [donor, "donor"]
    withdrawing.withdraw(bank, actor, donor, "letter")
    with pytest.raises(Refused, match="withdrawn"):
        again = PrintRequest((donor,), "L4732", str(tmp_path / "b.pdf"), reason="torn")
        labelling.print_labels(bank, actor, again)


def test_a_code_that_a_scan_finds_as_a_tube_is_not_printed_for_a_unit(bank, actor, make, tmp_path):
    box = make.box()
    make.sample(barcode=box)
    with pytest.raises(Refused, match="finds something else"):
        labelling.print_labels(bank, actor, PrintRequest((box,), "L4732", str(tmp_path / "a.pdf"), noun="storage_unit"))


def test_what_bears_no_labels_and_kinds_there_are_none_of_are_said(bank, actor, make, tmp_path):
    with pytest.raises(NotFound, match="is no tube, storage unit, donor or shipment"):
        labelling.print_labels(bank, actor, PrintRequest((make.project(),), "L4732", str(tmp_path / "a.pdf")))
    with (
        bank.read() as connection,
        pytest.raises(Refused, match="cupboard is no kind of storage unit; there are: site"),
    ):
        inside(connection, make.storage(), "cupboard")
