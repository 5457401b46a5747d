import json
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from biobank_tui.labels.layout import Label, layout
from biobank_tui.labels.sheet import write_pdf
from biobank_tui.labels.stock import Stock, stock, stocks
from biobank_tui.rules.errors import Refused, Unreachable

FIXTURES = Path(__file__).parents[2] / "fixtures" / "labels"
HOSTILE: list[str] = json.loads((FIXTURES / "hostile.json").read_text(encoding="utf-8"))
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
DPI = 300
PER_MM = DPI / 25.4
LINES = ("BloodPlasma 0.5 mL", "2026-11-23 P-00001A")


def pages(path: Path) -> Iterator[Image.Image]:
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            yield page.render(scale=DPI / 72, grayscale=True).to_pil()


def codes_of(image: Image.Image) -> list[str]:
    found = zxingcpp.read_barcodes(image, formats=QR, try_invert=False)
    return [each.text for each in found]


def cell(image: Image.Image, kind: Stock, position: int) -> Image.Image:
    """What a reader sees of one label when it is cut out along its edge."""
    left, top = kind.corner_mm(position)
    right, bottom = left + kind.width_mm, top + kind.height_mm
    return image.crop((round(left * PER_MM), round(top * PER_MM), round(right * PER_MM), round(bottom * PER_MM)))


def labels(count: int, first: int = 0) -> list[Label]:
    return [Label(f"S-{(first + n) * 7919 % 1048576:06d}K", LINES) for n in range(count)]


def test_eighty_labels_on_a_sheet_of_eighty_all_decode(tmp_path: Path) -> None:
    wanted = labels(80)

    printed = write_pdf(wanted, stock("L4732"), tmp_path / "labels.pdf")

    (page,) = pages(printed.path)
    assert sorted(codes_of(page)) == sorted(label.code for label in wanted)
    assert (printed.pages, printed.labels, printed.next_free, printed.shortened) == (1, 80, 1, ())


@pytest.mark.parametrize("kind", stocks().values(), ids=lambda kind: kind.name)
def test_every_label_of_every_stock_decodes_in_its_own_place(kind: Stock, tmp_path: Path) -> None:
    wanted = labels(kind.per_sheet)

    write_pdf(wanted, kind, tmp_path / "labels.pdf")

    (page,) = pages(tmp_path / "labels.pdf")
    read = [codes_of(cell(page, kind, position)) for position in range(kind.per_sheet)]
    assert read == [[label.code] for label in wanted]


@pytest.mark.parametrize("name", ["L4730", "8658", "OL5400", "L4732", "Rayfilm 1414K", "Tough-Tags"])
def test_long_imported_codes_decode_where_the_stock_takes_them(name: str, tmp_path: Path) -> None:
    kind = stock(name)
    wanted = [Label(f"TCGA-AR-A1AR-01A-31D-A{n:03d}-02", LINES) for n in range(kind.columns * 2)]
    wanted += [Label(f"dna-bc-{n:05d}-x", LINES) for n in range(kind.columns * 2)]

    write_pdf(wanted, kind, tmp_path / "labels.pdf")

    (page,) = pages(tmp_path / "labels.pdf")
    assert [codes_of(cell(page, kind, n)) for n in range(len(wanted))] == [[each.code] for each in wanted]


def test_the_page_has_its_true_size(tmp_path: Path) -> None:
    for name, size in (("L4732", (210, 297)), ("LSK-8", (215.9, 279.4)), ("11353", (25, 13))):
        write_pdf(labels(1), stock(name), tmp_path / "labels.pdf")
        with pypdfium2.PdfDocument(tmp_path / "labels.pdf") as document:
            assert [side / 72 * 25.4 for side in document[0].get_size()] == pytest.approx(size, abs=0.05)


def test_a_part_used_sheet_is_filled_from_its_first_free_position(tmp_path: Path) -> None:
    kind, wanted = stock("L4732"), labels(70)

    printed = write_pdf(wanted, kind, tmp_path / "labels.pdf", start=23)

    first, second = pages(printed.path)
    assert [codes_of(cell(first, kind, position)) for position in range(22)] == [[]] * 22
    found = {each.text: each.position for each in zxingcpp.read_barcodes(first, formats=QR)}
    for position, label in enumerate(wanted[:58], start=22):
        left, top = kind.corner_mm(position)
        symbol = found[label.code]
        # 21 modules of 5 dots after a quiet zone of 4; in the middle of 16.9 mm of height.
        assert symbol.top_left.x / PER_MM == pytest.approx(left + 20 / PER_MM, abs=0.2)
        assert symbol.top_left.y / PER_MM == pytest.approx(top + (16.9 - 105 / PER_MM) / 2, abs=0.2)
    assert [codes_of(cell(second, kind, n)) for n in range(13)] == [[w.code] for w in wanted[58:]] + [[]]
    assert (printed.pages, printed.labels, printed.next_free) == (2, 70, 13)


def test_the_copies_of_a_label_follow_one_another(tmp_path: Path) -> None:
    kind, wanted = stock("L4770"), labels(14)

    printed = write_pdf(wanted, kind, tmp_path / "labels.pdf", start=2, copies=3)

    first, second = pages(printed.path)
    read = [codes_of(cell(first, kind, n)) for n in range(1, 40)] + [codes_of(cell(second, kind, n)) for n in range(3)]
    assert read == [[label.code] for label in wanted for _ in range(3)]
    assert (printed.pages, printed.labels, printed.next_free) == (2, 42, 4)


def test_the_code_and_the_fields_can_be_read_by_eye(tmp_path: Path) -> None:
    write_pdf([Label("S-000123K", ("Plasma 50 µL", "−80 °C"))], stock("L4732"), tmp_path / "labels.pdf")

    assert texts(tmp_path / "labels.pdf") == ["S-000123K", "Plasma 50 µL", "-80 °C"]


def texts(path: Path) -> list[str]:
    """The printed lines; the reader gives a dash at a line's end back as U+FFFE."""
    with pypdfium2.PdfDocument(path) as document:
        printed = "\n".join(page.get_textpage().get_text_range() for page in document)
    return [line for line in printed.replace("\ufffe", "-").splitlines() if line]


@pytest.mark.parametrize("name", ["L4732", "L4730", "Endisch", "Generic cap dot", "L4770"])
@pytest.mark.parametrize("plan", ["default", "cap"])
def test_hostile_text_stays_inside_its_label_and_leaves_the_code_readable(name: str, plan: str, tmp_path: Path) -> None:
    kind = stock(name)
    for each in HOSTILE:
        write_pdf([Label("S-000123K", (each, each, "after"))], kind, tmp_path / "labels.pdf", layout=layout(plan))
        (page,) = pages(tmp_path / "labels.pdf")
        assert codes_of(cell(page, kind, 0)) == ["S-000123K"], each
        for left, top, right, bottom in boxes_mm(tmp_path / "labels.pdf", kind):
            x0, y0 = kind.corner_mm(0)
            assert left >= x0 - 0.01, each
            assert top >= y0 - 0.01, each
            assert right <= x0 + kind.width_mm + 0.01, each
            assert bottom <= y0 + kind.height_mm + 0.01, each


def boxes_mm(path: Path, kind: Stock) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of every printed letter, from the page's upper left corner."""
    _, height = kind.page_mm
    with pypdfium2.PdfDocument(path) as document:
        text = document[0].get_textpage()
        found = [text.get_charbox(n) for n in range(text.count_chars())]
    mm = 25.4 / 72
    return [
        (left * mm, height - top * mm, right * mm, height - bottom * mm)
        for left, bottom, right, top in found
        if right > left
    ]


def test_characters_the_font_lacks_are_replaced_where_everyone_sees_it(tmp_path: Path) -> None:
    write_pdf([Label("S-1", ("Łódź 血漿 🧪", "a\u202eb\tc\x00d\u00ade"))], stock("L4770"), tmp_path / "labels.pdf")

    assert texts(tmp_path / "labels.pdf") == ["S-1", "?ód? ?? ?", "a?b?c?d?e"]


def test_text_that_does_not_fit_is_cut_visibly_and_reported(tmp_path: Path) -> None:
    printed = write_pdf(
        [Label("S-1", ("short",)), Label("S-2", ("word " * 30,))], stock("L4732"), tmp_path / "labels.pdf"
    )

    assert printed.shortened == ("S-2",)
    assert any(line.endswith("…") for line in texts(printed.path))


def test_a_long_code_is_wrapped_but_never_cut(tmp_path: Path) -> None:
    write_pdf([Label("TCGA-AR-A1AR-01A-31D-A133-02", LINES)], stock("8658"), tmp_path / "labels.pdf")

    assert "".join(texts(tmp_path / "labels.pdf")).startswith("TCGA-AR-A1AR-01A-31D-A133-02")


@pytest.mark.parametrize("name", ["Endisch", "Rayfilm 1414K"])
def test_a_caps_code_is_whole_under_its_symbol(name: str, tmp_path: Path) -> None:
    printed = write_pdf([Label("S-000123K")], stock(name), tmp_path / "labels.pdf")

    assert texts(printed.path) == ["S-000123K"]
    assert printed.shortened == ()


def test_a_cap_too_small_for_its_code_keeps_the_codes_end(tmp_path: Path) -> None:
    printed = write_pdf([Label("S-000123K")], stock("Generic cap dot"), tmp_path / "labels.pdf")

    (text,) = texts(printed.path)
    assert text.startswith("…")
    assert text.endswith("123K")
    assert printed.shortened == ("S-000123K",)


def test_a_stock_too_small_for_a_code_is_refused_with_the_figures(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"needs a square of 7\.4 mm .* Generic cap dot has 6\.7 mm"):
        write_pdf([Label("TCGA-AR-A1AR-01A-31D-A133-02")], stock("cap dot"), tmp_path / "labels.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("count", "start", "copies", "sentence"),
    [
        (0, 1, 1, "no label to print"),
        (1, 0, 1, "Position 0 is not on the sheet: Avery L4732 mini has positions 1 to 80"),
        (1, 81, 1, "Position 81"),
        (1, 1, 0, "0 copies cannot be printed: take 1 to 999"),
        (1, 1, 1000, "1000 copies"),
    ],
)
def test_what_cannot_be_printed_is_refused(count: int, start: int, copies: int, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=sentence):
        write_pdf(labels(count), stock("L4732"), tmp_path / "labels.pdf", start=start, copies=copies)


def test_a_file_that_cannot_be_written_is_said_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"There is no folder .*absent\. Create it, or name another"):
        write_pdf(labels(1), stock("L4732"), tmp_path / "absent" / "labels.pdf")
    (tmp_path / "folder.pdf").mkdir()
    with pytest.raises(Unreachable, match=r"Cannot write .*folder\.pdf"):
        write_pdf(labels(1), stock("L4732"), tmp_path / "folder.pdf")

    assert [each.name for each in tmp_path.iterdir()] == ["folder.pdf"]


def test_the_same_labels_give_the_same_file(tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        write_pdf(labels(5), stock("L4732"), tmp_path / name)

    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
