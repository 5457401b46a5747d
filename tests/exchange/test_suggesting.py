"""A drafted map is one that can be read, says what the file shows, and asks where the file does not tell."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from biobank_tui.actions.importing import ImportRequest, draft_map, import_files
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.exchange.mapfiles import load_map

CONTENT = (
    "#exported\n#by hand\nTube ID;Code patient;Sexe;Nature;Volume;Date prélèvement;Nom;Remarque\n"
    "0001;P1;F;Sang total;1,5;25/03/2021;Nobody;NA\n0002;P1;F;Plasma;0,5;01/03/2021;Nobody;\n"
)


def test_a_draft_says_what_the_file_shows(bank: Bank, actor: Actor, raw: Any, tmp_path: Path) -> None:
    path = tmp_path / "tubes.csv"
    path.write_text(CONTENT, encoding="utf-8")
    text = draft_map(path)
    for line in (
        'kind = "samples"',
        'comment = "#"',
        'nulls = ["NA"]',
        '"Nom" = "drop"',
        'code = "Tube ID"',
        'donor = { from = "Code patient", optional = true }',
        'amount = { from = "Volume", decimal = ",", optional = true } # say its unit: unit = "µL"',
        'collected = { from = "Date prélèvement", format = "dmy", optional = true }',
        '# ignore = ["Sexe"]',
    ):
        assert line in text.splitlines()
    assert '"Sang total" = "WholeBlood"' in text
    mended = tmp_path / "map.toml"
    mended.write_text(text.replace('decimal = ","', 'decimal = ",", unit = "mL"'), encoding="utf-8")
    assert load_map(mended).kind.name == "samples"
    report = import_files(bank, actor, ImportRequest("samples", (path,), mended, relax=("donor.unknown",)))
    assert not report.refused
    assert raw("SELECT code, material, amount, collected FROM sample ORDER BY code") == [
        ("0001", "WholeBlood", 1_500_000, "2021-03-25"),
        ("0002", "Plasma", 500_000, "2021-03-01"),
    ]


@pytest.mark.parametrize(
    ("dates", "says"),
    [
        (("25/03/2021", "01/03/2021"), 'format = "dmy"'),
        (("03/25/2021", "03/01/2021"), 'format = "mdy"'),
        (("03/05/2021", "03/01/2021"), "day or month first?"),
    ],
)
def test_the_order_of_day_and_month_is_proved_or_asked(tmp_path: Path, dates: tuple[str, str], says: str) -> None:
    path = tmp_path / "t.csv"
    rows = "".join(f"S{n},P1,{date}\n" for n, date in enumerate(dates))
    path.write_text("sample_id,patient_id,collection_date\n" + rows, encoding="utf-8")
    [line] = [line for line in draft_map(path).splitlines() if line.startswith("collected")]
    assert says in line
    assert ("format = " in line.split("#")[0]) == ("asked" not in says and "?" not in says)


def test_another_encoding_is_asked_about_and_never_taken_silently(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("patient_id,note\nP1,prélevé\n".encode("cp1252"))
    text = draft_map(path)
    assert "The file is not UTF-8" in text
    assert "\nencoding" not in text


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("m.csv", "Form,,\n,,\nPlate ID,Well,Sample ID\nP1,A1,S1\n", 'header = "Plate ID"'),
        (
            "m.tsv",
            "sample_id\tpatient_id\nsample_id\tpatient_id\nCDE_ID:1\tCDE_ID:2\nS1\tP1\n",
            "skip_after_header = 2",
        ),
        ("m.json", '[{"sample_id": "S1", "donor": {"id": "P1"}}]', 'donor = { from = "donor.id", optional = true }'),
    ],
)
def test_where_the_header_stands_is_found(tmp_path: Path, name: str, content: str, says: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert says in draft_map(path)


def test_a_draft_of_a_hostile_file_holds_no_more_than_quoted_text(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('patient_id,"x"" = 1 #",sex\nP1,y,"a"" ]\\"\n', encoding="utf-8")
    draft = tmp_path / "map.toml"
    draft.write_text(draft_map(path), encoding="utf-8")
    assert load_map(draft).columns["code"].columns == ("patient_id",)


def test_a_column_may_begin_with_what_its_row_is(tmp_path: Path) -> None:
    path = tmp_path / "donor.tsv"
    path.write_text("donor_id\tdonor_sex\tpatient_country\tdonor_relapse_type\nD1\tmale\tFR\tnone\n")
    draft = tomllib.loads(draft_map(path))
    assert draft["columns"]["sex"]["from"] == "donor_sex"
    assert draft["columns"]["country"]["from"] == "patient_country"
    assert "donor_relapse_type" not in str(draft["columns"])
