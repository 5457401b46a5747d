from pathlib import Path

import pytest

from biobank_tui.labels.layout import Label, LabelField, layout, layout_for, layouts, parse
from biobank_tui.labels.stock import stock
from biobank_tui.rules.errors import BadData, NotFound, Refused, Unreachable

FIXTURES = Path(__file__).parents[2] / "fixtures" / "labels"
HEAD = 'name = "own"\nqr_place = "left"\nqr_side_mm = 12\n'
CODE = '[[lines]]\nfields = ["code"]\nsize_pt = 7\n'


def test_a_label_shows_the_fields_its_layout_asks_for_in_its_order() -> None:
    facts = {"project": "P-00001A", "date": "2026-11-23", "material": "Plasma", "amount": "0.5 mL", "box": "B1"}

    label = layout("default").label("S-000123K", facts)

    assert label == Label("S-000123K", ("Plasma 0.5 mL", "2026-11-23 P-00001A"))


def test_fields_without_a_value_leave_no_gap() -> None:
    assert layout("default").label("S-1", {"amount": "0.5 mL", "date": ""}).lines == ("0.5 mL", "")


@pytest.mark.parametrize("field", ["donor", "name", "birth_date", "external_id", "sex"])
def test_nothing_that_leads_to_a_donor_gets_on_a_label(field: str) -> None:
    with pytest.raises(Refused, match=f"cannot show {field}. A label shows only: code, material, amount"):
        layout("default").label("S-000123K", {field: "Jane Doe"})
    with pytest.raises(BadData, match=f"cannot show {field}"):
        parse(f'{HEAD}{CODE}[[lines]]\nfields = ["{field}"]\nsize_pt = 6\n', "own.toml")


def test_the_list_of_fields_is_closed() -> None:
    assert set(LabelField) == {
        "code",
        "material",
        "amount",
        "date",
        "project",
        "kind",
        "box",
        "position",
        "title",
        "temperature",
    }


def test_a_layout_of_ones_own_is_read_from_its_file() -> None:
    straw = layout(str(FIXTURES / "straw.toml"))

    assert straw.label("S-1", {"kind": "straw", "box": "B-00007C", "position": "A1"}).lines == ("straw B-00007C A1",)


def test_caps_get_the_cap_layout_and_tubes_the_default() -> None:
    assert layout_for(stock("Endisch")).name == "cap"
    assert layout_for(stock("L4732")).name == "default"
    assert layout_for(stock("L4732"), tubes=False).name == "unit"
    assert set(layouts()) == {"cap", "default", "straw", "unit"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = ", "is not TOML"),
        ('name = "own"', "lines, qr_place, qr_side_mm is missing or not known"),
        (HEAD + "colour = 1\n" + CODE, "colour is missing or not known"),
        (HEAD.replace("left", "under") + CODE, "qr_place is under; it is one of: left, top"),
        (HEAD.replace('"left"', '["left"]') + CODE, "qr_place is"),
        (HEAD.replace("12", "0.1") + CODE, "qr_side_mm is 0.1; it must be a number from 5.0 to 60.0"),
        (HEAD.replace("12", "nan") + CODE, "qr_side_mm is nan"),
        (HEAD.replace("12", "true") + CODE, "qr_side_mm is True"),
        (HEAD + CODE.replace("7", '"large"'), "size_pt is large"),
        (HEAD + CODE.replace("7", "1e9"), "size_pt is 1000000000.0"),
        (HEAD + CODE + CODE, "exactly one line that shows the code"),
        (HEAD + CODE.replace('"code"', '"code", "date"'), "exactly one line that shows the code"),
        (HEAD + "lines = []\n", "exactly one line that shows the code"),
        (HEAD + "lines = 3\n", "fields, size_pt is missing"),
        (HEAD + CODE.replace('["code"]', "[[1]]"), r"cannot show \[1\]"),
    ],
)
def test_a_layout_that_makes_no_label_is_refused_with_the_reason(text: str, sentence: str) -> None:
    with pytest.raises(BadData, match=sentence):
        parse(text, "own.toml")


def test_an_unknown_layout_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There are: cap, default"):
        layout("tube")
    with pytest.raises(Unreachable, match="There is no file"):
        layout(str(tmp_path / "absent.toml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(Unreachable, match="Cannot read"):
        layout(str(tmp_path / "folder.toml"))
