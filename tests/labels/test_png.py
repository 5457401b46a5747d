from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from biobank_tui.labels.layout import Label
from biobank_tui.labels.png import write_png
from biobank_tui.labels.stock import Stock, stock, stocks
from biobank_tui.rules.errors import Unreachable

QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("kind", stocks().values(), ids=lambda kind: kind.name)
def test_a_label_as_a_picture_decodes_at_a_printers_resolution(kind: Stock, dpi: int, tmp_path: Path) -> None:
    path = write_png(Label("S-000123K", ("Plasma 0.5 mL", "2026-11-23")), kind, tmp_path / "label.png", dpi=dpi)

    with Image.open(path) as image:
        assert image.size == (round(kind.width_mm * dpi / 25.4), round(kind.height_mm * dpi / 25.4))
        found = zxingcpp.read_barcodes(image, formats=QR, try_invert=False)
    assert [each.text for each in found] == ["S-000123K"]


def test_a_picture_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="There is no folder"):
        write_png(Label("S-1"), stock("L4732"), tmp_path / "absent" / "label.png")
