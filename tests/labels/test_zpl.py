import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biobank_tui.labels.layout import Label
from biobank_tui.labels.stock import stock, stocks
from biobank_tui.labels.zpl import formats, hex_escaped, render_zpl
from biobank_tui.rules.errors import Refused

FIXTURES = Path(__file__).parents[2] / "fixtures" / "labels"
HOSTILE: list[str] = json.loads((FIXTURES / "hostile.json").read_text(encoding="utf-8"))
CRYO = stock("Generic TT roll cryovial 1-2 mL")
FIELD = re.compile(r"\^FH\^FD(.*?)\^FS", re.DOTALL)


def fields(zpl: str) -> list[str]:
    """The data of every field as the printer reads it, hex turned back."""
    return [re.sub("_([0-9A-F]{2})", lambda hit: chr(int(hit[1], 16)), raw) for raw in FIELD.findall(zpl)]


def commands(zpl: str) -> list[str]:
    """All that the printer would obey, in order, data left out."""
    return re.findall(r"[\^~]([A-Z@]\w)", FIELD.sub("^FH^FD^FS", zpl))


def test_a_label_is_one_complete_format_with_the_code_alone_in_the_symbol() -> None:
    zpl = render_zpl([Label("S-000123K", ("Plasma 0.5 mL",))], CRYO)

    assert " ".join(commands(zpl)) == ("XA CI LH PW LL FO BY BQ FH FD FS FO A0 FH FD FS FO A0 FH FD FS PQ XZ")
    assert "^CI28" in zpl
    assert "^PW264^LL104" in zpl
    assert fields(zpl) == ["QA,S-000123K", "S-000123K", "Plasma 0.5 mL"]


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.strip()])
def test_hostile_text_prints_as_text_and_never_as_a_command(text: str) -> None:
    harmless = render_zpl([Label("S-000123K", ("x", "y"))], CRYO)
    zpl = render_zpl([Label("S-000123K", (text, "y"))], stock("L4770"))

    for raw in FIELD.findall(zpl):
        assert not set(raw) & set("^~\\"), raw
        assert not any(ord(char) < 0x20 or char == "\x7f" for char in raw), raw
    assert set(commands(zpl)) == set(commands(harmless))
    assert zpl.count("^XA") == zpl.count("^XZ") == zpl.count("^CI28") == 1


def test_a_name_made_of_commands_comes_out_letter_by_letter() -> None:
    zpl = render_zpl([Label("S-000123K", ("^XA~HS_\\",))], stock("L4770"))

    assert "^FD_5EXA_7EHS_5F_5C^FS" in zpl
    assert "^XA~HS_\\" in fields(zpl)


def test_a_hostile_code_is_data_in_the_symbol_too() -> None:
    zpl = render_zpl([Label("A^XA~JR_41")], CRYO)

    assert fields(zpl)[0] == "QA,A^XA~JR_41"
    assert commands(zpl).count("XA") == 1
    assert "JR" not in commands(zpl)


@given(st.text())
def test_escaped_data_reads_back_and_holds_no_command_sign(text: str) -> None:
    escaped = hex_escaped(text)

    assert not set(escaped) & set("^~\\\n\r\t\x00\x1b")
    assert re.sub("_([0-9A-F]{2})", lambda hit: chr(int(hit[1], 16)), escaped) == text


@pytest.mark.parametrize(("dpi", "magnification"), [(203, 3), (300, 5), (600, 10)])
@pytest.mark.parametrize("name", ["Generic TT roll cryovial 1-2 mL"])
def test_the_symbols_modules_are_whole_dots_and_large_enough(name: str, dpi: int, magnification: int) -> None:
    zpl = render_zpl([Label("S-000123K")], stock(name), dpi=dpi)

    assert f"^BQN,2,{magnification},Q,7" in zpl


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_symbol_and_text_start_inside_the_label_on_every_stock(dpi: int) -> None:
    for kind in stocks().values():
        zpl = render_zpl([Label("S-000123K", ("Plasma 0.5 mL", "2026-11-23"))], kind, dpi=dpi)
        for x, y in re.findall(r"\^FO(-?\d+),(-?\d+)", zpl):
            assert 0 <= int(x) / dpi * 25.4 < kind.width_mm
            assert 0 <= int(y) / dpi * 25.4 < kind.height_mm


def test_a_queue_gets_one_format_for_each_label_with_its_copies() -> None:
    done = formats([Label("S-000123K"), Label("S-000124M")], CRYO, copies=2)

    assert [fields(each)[0] for each in done] == ["QA,S-000123K", "QA,S-000124M"]
    assert all(each.startswith("^XA") and each.endswith("^PQ2^XZ\n") for each in done)
    assert "".join(done) == render_zpl([Label("S-000123K"), Label("S-000124M")], CRYO, copies=2)


def test_what_a_printer_cannot_do_is_refused() -> None:
    with pytest.raises(Refused, match="no label to print"):
        render_zpl([], CRYO)
    with pytest.raises(Refused, match="No printer has 72 dpi: take one of 152, 203, 300, 600"):
        render_zpl([Label("S-1")], CRYO, dpi=72)
    with pytest.raises(Refused, match="0 copies"):
        render_zpl([Label("S-1")], CRYO, copies=0)
    with pytest.raises(Refused, match="characters that label printers cannot put in a QR code"):
        render_zpl([Label("É-1")], CRYO)
    with pytest.raises(Refused, match="control character"):
        render_zpl([Label("S-1\n^XA")], CRYO)
    with pytest.raises(Refused, match=r"Generic cap dot has 6\.7 mm"):
        render_zpl([Label("TCGA-AR-A1AR-01A-31D-A133-02")], stock("Generic cap dot"))
