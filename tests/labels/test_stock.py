import pytest

from biobank_tui.labels.stock import PAGES_MM, Stock, stock, stocks
from biobank_tui.paths import schema_dir
from biobank_tui.rules.errors import NotFound


def test_every_stock_of_the_list_is_offered() -> None:
    lines = (schema_dir() / "codes" / "label_stock.csv").read_text(encoding="utf-8").splitlines()

    assert len(stocks()) == len(lines) - 1
    assert stocks()["Avery L4732 mini"].per_sheet == 80
    assert not stocks()["Generic cap dot"].is_verified


@pytest.mark.parametrize("each", [s for s in stocks().values() if s.page in PAGES_MM], ids=lambda s: s.name)
def test_every_label_of_a_sheet_lies_on_its_page(each: Stock) -> None:
    width, height = each.page_mm

    for position in range(each.per_sheet):
        left, top = each.corner_mm(position)
        assert left >= 0
        assert top >= 0
        assert left + each.width_mm <= width
        assert top + each.height_mm <= height


def test_a_rolls_page_is_one_label() -> None:
    assert stock("Dymo 30332").page_mm == (25.0, 25.0)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Avery L4732 mini", "Avery L4732 mini"),
        ("avery l4732 MINI", "Avery L4732 mini"),
        ("L4732", "Avery L4732 mini"),
        ("avery-l4732", "Avery L4732 mini"),
        ("4732", "Zweckform 4732"),
        ("avery 4732", "Avery L4732 mini"),
        ("8651", "Avery L7651 (=8651,J8651,L7551)"),
        ("tough tags", "Tough-Tags TTLW-2016 (cryo)"),
        ("TTLW2016", "Tough-Tags TTLW-2016 (cryo)"),
        (" cap dot ", "Generic cap dot"),
    ],
)
def test_a_stock_is_found_by_any_name_that_means_one(typed: str, meant: str) -> None:
    assert stock(typed).name == meant


def test_a_misspelt_stock_is_answered_with_near_ones() -> None:
    with pytest.raises(NotFound, match=r"There is no label stock L4723\. Near it: .*Avery L4732 mini"):
        stock("L4723")


def test_a_name_that_means_several_stocks_lists_them() -> None:
    with pytest.raises(NotFound, match=r"herma fits 5 label stocks: Herma 10001; Herma 4100"):
        stock("herma")


@pytest.mark.parametrize("nothing", ["", "  ", "qqqqqqqq", "()"])
def test_a_name_like_no_stock_says_how_many_there_are(nothing: str) -> None:
    with pytest.raises(NotFound, match="The 28 stocks begin with"):
        stock(nothing)
