"""Labels printed through the act: decoded from the file, known to the ledger."""

import socket
import threading

import pypdfium2
import pytest
import zxingcpp

from biobank_tui.actions import consents, labelling
from biobank_tui.actions.labelling import PrintRequest
from biobank_tui.model.tables import PRINTED_LABEL
from biobank_tui.rules.errors import BiobankError, Refused, Unreachable


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
    consents.withdraw(bank, actor, donor, "letter")
    with pytest.raises(Refused, match="withdrawn"):
        labelling.print_labels(bank, actor, PrintRequest((tube,), "L4732", str(tmp_path / "a.pdf")))
    assert not (tmp_path / "a.pdf").exists()


def test_a_file_that_cannot_be_written_leaves_no_entry(bank, actor, make, tmp_path):
    request = PrintRequest(tuple(make.samples(1)), "L4732", str(tmp_path / "nowhere" / "a.pdf"))
    with pytest.raises(BiobankError):
        labelling.print_labels(bank, actor, request)
    assert states(bank) == []


def test_a_printer_that_is_away_is_recorded_as_failed(bank, actor, make):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(Unreachable):
        labelling.print_labels(bank, actor, PrintRequest(tuple(make.samples(3)), "L4732", f"tcp://127.0.0.1:{port}"))
    assert states(bank) == ["failed"] * 3


def test_a_printer_on_the_network_gets_every_label(bank, actor, make):
    received = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take():
            connection, _peer = server.accept()
            with connection:
                while part := connection.recv(65536):
                    received.extend(part)

        printer = threading.Thread(target=take)
        printer.start()
        codes = tuple(make.samples(5))
        target = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        labelling.print_labels(bank, actor, PrintRequest(codes, "L4732", target))
        printer.join(10)
    assert received.count(b"^XA") == 5
    assert all(code.encode() in received for code in codes)
    assert states(bank) == ["printed"] * 5
