"""Labels printed through the act: decoded from the file, known to the ledger."""

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from biobank_tui.actions import labelling, withdrawing
from biobank_tui.actions.labelling import PrintRequest
from biobank_tui.model.tables import PRINTED_LABEL
from biobank_tui.rules.errors import BiobankError, Refused
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
