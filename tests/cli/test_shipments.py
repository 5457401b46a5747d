"""A shipment on the command line, from the request to the receipt in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from biobank_tui.exchange.receipts import read_receipt
from biobank_tui.labels.manifest import Line, Manifest, as_csv, as_pdf
from biobank_tui.rules.errors import BadData

LINES = tuple(
    Line(1 + n // 81, f"A{n % 81 + 1}", f"Q-{n:09d}X", f"N-{n % 7:09d}X", "Plasma", "=1+1") for n in range(200)
)
FOUND = Manifest(
    "H-0000019", "R-1", "P-1", "LAB", "Laboratoire d’Évry", "MTA-1", None, "2026-03-02", "Polar", None, 8.0, None, None,
    LINES,
)  # fmt: skip


def test_a_manifest_on_paper_can_be_read_and_its_code_scanned() -> None:
    import pypdfium2
    import zxingcpp

    pdf = pypdfium2.PdfDocument(as_pdf(FOUND))
    told = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert all(line.sample in told for line in LINES)
    assert "Laboratoire" in told
    image = pdf[0].render(scale=4).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(image)] == ["H-0000019"]


def test_a_manifest_as_a_table_holds_no_formula() -> None:
    rows = as_csv(FOUND).decode().splitlines()
    assert rows[0] == "shipment,box,position,sample,donor,material,amount"
    assert "'=1+1" in rows[1]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("tube,outcome,note\nQ-1,received,\nQ-2,broken,lid open\n", [("Q-1", "received"), ("Q-2", "damaged")]),
        ("Box;Position;State\n2;B7;missing\n1;A1;\n", [("2:B7", "missing"), ("1:A1", "received")]),
        ("code\nQ-1\n", [("Q-1", "received")]),
    ],
)
def test_a_recipients_list_is_understood_in_several_shapes(
    tmp_path: Path, text: str, rows: list[tuple[str, str]]
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(text, encoding="utf-8")
    assert [(row.tube, row.outcome) for row in read_receipt(file)] == rows


@pytest.mark.parametrize("text", ["name\nx\n", "tube,outcome\nQ-1,lovely\n", "tube,outcome\n,received\n", "tube\n"])
def test_a_list_that_cannot_be_taken_says_where(tmp_path: Path, text: str) -> None:
    file = tmp_path / "list.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadData):
        read_receipt(file)


def test_the_commands_explain_themselves(biobank: Any) -> None:
    for words in (("shipment", "pack"), ("agreement", "add"), ("data", "release")):
        assert biobank(*words, "--help").code == 0
