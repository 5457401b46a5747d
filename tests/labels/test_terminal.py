import unicodedata

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from biobank_tui.labels.layout import Label
from biobank_tui.labels.terminal import preview, preview_lines

CELL = 6, 12
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def painted(rows: list[str]) -> Image.Image:
    """The rows as a terminal shows them, black ink on white, on a dark screen."""
    width, height = CELL
    image = Image.new("L", ((len(rows[0]) + 8) * width, (len(rows) + 8) * height), 40)
    draw = ImageDraw.Draw(image)
    for y, row in enumerate(rows, start=4):
        for x, char in enumerate(row, start=4):
            for half, inked in enumerate((char in "▀█", char in "▄█")):
                top = y * height + half * height // 2
                draw.rectangle((x * width, top, (x + 1) * width - 1, top + height // 2 - 1), fill=0 if inked else 255)
    return image


@pytest.mark.parametrize("code", ["S-000123K", "TCGA-AR-A1AR-01A-31D-A133-02", "dna-bc-00001-lower"])
def test_the_preview_decodes_as_a_terminal_paints_it(code: str) -> None:
    rows = preview(code).split("\n")

    found = zxingcpp.read_barcodes(painted(rows), formats=QR, try_invert=False)

    assert [each.text for each in found] == [code]


def test_an_own_codes_preview_takes_25_columns_and_13_rows() -> None:
    rows = preview("S-000123K").split("\n")

    assert [len(row) for row in rows] == [25] * 13
    assert set("".join(rows)) <= set(" ▀▄█")
    assert rows[0] == " " * 25
    assert {row[:2] + row[-2:] for row in rows} == {"    "}


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def test_the_label_preview_has_the_symbol_and_the_text_in_rows_of_one_width() -> None:
    rows = preview_lines(Label("S-000123K", ("Plasma 血漿", "\x1b]52;c;x\x07\u202e[bold]")))

    assert len({columns(row) for row in rows}) == 1
    assert [row[:25] for row in rows] == preview("S-000123K").split("\n")
    texts = [row[25:].strip() for row in rows if row[25:].strip()]
    assert texts == ["S-000123K", "Plasma 血漿", "?]52;c;x??[bold]"]


def test_more_lines_than_the_symbol_is_high_are_all_shown() -> None:
    rows = preview_lines(Label("S-1", tuple(f"line {n}" for n in range(20))))

    assert len(rows) == 21
    assert rows[-1].endswith("line 19 ")
