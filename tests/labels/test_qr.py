import random
import subprocess
import sys

import pytest
import zxingcpp
from PIL import Image

from biobank_tui.labels.qr import Matrix, matrix
from biobank_tui.rules.errors import Refused

QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def decode(symbol: Matrix, dots: int = 4, quiet: int = 4) -> list[str]:
    side = len(symbol) + 2 * quiet
    image = Image.new("L", (side, side), 255)
    for y, row in enumerate(symbol):
        for x, dark in enumerate(row):
            if dark:
                image.putpixel((x + quiet, y + quiet), 0)
    image = image.resize((side * dots, side * dots), Image.Resampling.NEAREST)
    return [found.text for found in zxingcpp.read_barcodes(image, formats=QR)]


def test_own_codes_are_version_one_symbols_and_all_decode() -> None:
    dice = random.Random(7)
    codes = ["S-" + "".join(dice.choices(CROCKFORD, k=6)) + dice.choice(CROCKFORD + "ILOU*") for _ in range(500)]

    assert {len(matrix(code)) for code in codes} == {21}
    assert [code for code in codes if decode(matrix(code), quiet=2) != [code]] == []


@pytest.mark.parametrize(
    ("code", "modules"),
    [
        ("ABCD-0123456789K", 21),
        ("TCGA-AR-A1AR-01A-31D-A133-02", 25),
        ("1034567890", 21),
        ("12345678901234567890123", 21),
        ("dna-bc-00001", 25),
        ("a", 21),
        ("Échantillon-ß-7", 25),
        ("血漿-01", 21),
        ("😀-01", 21),
        ("x" * 200, 65),
    ],
)
def test_imported_codes_of_any_kind_decode_to_themselves(code: str, modules: int) -> None:
    assert len(matrix(code)) == modules
    assert decode(matrix(code)) == [code]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "needs a code"),
        ("S-00\n0123K", r"S-00\\n0123K holds a control character"),
        ("\x1b[2J", "control character"),
        ("\ud800", "control character"),
        ("x" * 201, "has 201 characters; a label takes at most 200"),
    ],
)
def test_a_code_no_scanner_could_give_back_is_refused(code: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        matrix(code)


def test_the_labels_load_their_heavy_libraries_only_when_something_is_drawn() -> None:
    program = (
        "import sys, biobank_tui.labels.sheet, biobank_tui.labels.zpl, biobank_tui.labels.terminal;"
        "print([m for m in ('reportlab', 'qrcode', 'PIL', 'rich', 'textual') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
