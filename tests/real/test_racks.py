"""Rack scans as a sequencing centre's own software tests keep them, against the counts made of them by other means.

BIOBANK_REAL_DATA names the folder that holds storage/, manifests/ and EXPECTED.dev.json; without it these are skipped.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from biobank_tui.bank.bank import Bank
from biobank_tui.exchange.rackmaps import read_rack_map
from biobank_tui.exchange.racks import read_rack
from biobank_tui.exchange.rackwords import Reading
from biobank_tui.queries.rackscan import CellKind, compare
from biobank_tui.rules.errors import BadData, Refused

DATA = Path(os.environ.get("BIOBANK_REAL_DATA", ""))
RACKS = sorted((DATA / "storage" / "sanger_limber_racks").rglob("*.csv")) if DATA.name else []
NOT_READ = ("NOSCAN", "EMPTY")
"""Words that the counts take for tubes and that readers write where there was none to read."""

pytestmark = [pytest.mark.real, pytest.mark.skipif(not RACKS, reason="BIOBANK_REAL_DATA names no such folder")]


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((DATA / "EXPECTED.dev.json").read_text(encoding="utf-8"))
    return told


def facts_of(path: Path, expected: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = expected[f"dev/{path.relative_to(DATA).as_posix()}"]
    return facts


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", RACKS, ids=named)
def test_a_real_scan_is_read_whole_or_refused_for_what_is_wrong_with_it(path, expected):
    facts, text = facts_of(path, expected), path.read_text(encoding="utf-8-sig")
    faulty = [position for position in facts["bad_pos"] if position not in ("", "I1")]
    if facts["dup_pos"] or faulty or "different_rack" in path.name:
        with pytest.raises(BadData) as caught:
            read_rack(path)
        if facts["dup_pos"]:
            repeated = {each.value for each in caught.value.defects if each.code == "position.repeated"}
            assert len(repeated) == facts["dup_pos"]
        if faulty:
            assert [each.value for each in caught.value.defects] == faulty
        return
    scan = read_rack(path)
    seen = Counter(well.reading for well in scan.wells)
    words = sum(text.count(word) for word in NOT_READ)
    twice = [n for n in Counter(well.tube for well in scan.tubes).values() if n > 1]
    assert len(scan.wells) == facts["rows"]
    assert seen[Reading.TUBE] == facts["tubes"] - words
    assert seen[Reading.UNREAD] == facts["no_read"] + text.count("NOSCAN")
    assert seen[Reading.EMPTY] == facts["blank"] + text.count("EMPTY")
    assert len(twice) == facts["dup_tubes"]


@pytest.mark.parametrize("path", RACKS, ids=named)
def test_a_real_scan_is_compared_with_a_rack_of_96_or_refused_whole(path, expected, tmp_path, sqlite_bank: Bank, make):
    facts, box = facts_of(path, expected), make.box(8, 12)
    try:
        scan = read_rack(path)
    except BadData:
        return
    with sqlite_bank.read() as connection:
        if "I1" in facts["bad_pos"]:
            with pytest.raises(Refused, match="position I1"):
                compare(connection, scan, box)
            return
        counts = compare(connection, scan, box).counts
    twice = 2 * facts["dup_tubes"]
    assert (counts[CellKind.EXTRA], counts[CellKind.DUPLICATE]) == (len(scan.tubes) - twice, twice)
    assert sum(counts.values()) == 96


@pytest.fixture
def database() -> str:
    return "sqlite"


def test_a_real_file_of_volumes_says_that_it_names_no_tubes():
    (file,) = (DATA / "manifests" / "sanger_sequencescape").glob("SQPD-*.csv")
    with pytest.raises(BadData, match="names no tubes"):
        read_rack(file)


EXAMPLES = DATA.parent / "reference" / "rack_scan_examples"
OUTCOMES = {
    # file: rows and columns, rack, tubes, empty, unread
    "cryobox_10x10_alphanumeric.csv": ((10, 10), "BX000100", 100, 0, 0),
    "cryobox_9x9_numeric_rowmajor.csv": ((9, 9), "BX000081", 80, 1, 0),
    "easyblood_openspecimen.csv": ((8, 12), "RK00001234", 24, 0, 0),
    "fluidx_2col_noheader.csv": ((8, 12), None, 92, 2, 2),
    "fluidx_2col_noheader_bom.csv": ((8, 12), None, 92, 2, 2),
    "header_position_padded.csv": ((8, 12), None, 95, 1, 0),
    "header_row_col.csv": ((8, 12), None, 95, 1, 0),
    "rack384_2col.csv": ((16, 24), None, 384, 0, 0),
    "rack48_2col_space_after_comma.csv": ((6, 8), None, 36, 0, 12),
    "rackbarcode_3col_noheader.csv": ((8, 12), "TR00012345", 95, 0, 1),
    "semicolon_excel_fr.csv": ((8, 12), None, 96, 0, 0),
    "trakmate_semicolon.txt": ((8, 12), "02498606", 94, 2, 0),
    "visionmate_headered.tsv": ((8, 12), "RK00001234", 93, 2, 1),
    "visionmate_headered_comma.csv": ((8, 12), "RK00001234", 93, 2, 1),
    "visionmate_tcp_reply.txt": ((8, 12), None, 93, 2, 1),
    "ziath_dp5_scan.json": ((8, 12), "LVL100074983", 94, 2, 0),
}


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not beside the data")
@pytest.mark.parametrize("name", OUTCOMES)
def test_each_example_is_compared_with_its_own_rack_and_refused_whole_by_another(name, sqlite_bank: Bank, make):
    grid, rack, tubes, empty, unread = OUTCOMES[name]
    scan = read_rack(EXAMPLES / name)
    box, other = make.box(*grid), make.box(5, 5)
    with sqlite_bank.read() as connection:
        counts = compare(connection, scan, box).counts
        with pytest.raises(Refused):
            compare(connection, scan, other)
    seen = Counter(well.reading for well in scan.wells)
    assert scan.rack == rack
    assert (seen[Reading.TUBE], seen[Reading.EMPTY], seen[Reading.UNREAD]) == (tubes, empty, unread)
    assert counts[CellKind.EXTRA] + counts[CellKind.DUPLICATE] == tubes
    assert counts[CellKind.UNREAD] == unread
    assert sum(counts.values()) == grid[0] * grid[1]


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not beside the data")
def test_every_example_has_its_outcome():
    assert {file.name for file in EXAMPLES.iterdir()} - {"README.csv"} == set(OUTCOMES)


def test_a_liquid_handler_s_file_names_a_tube_its_rack_and_its_position():
    (file,) = (DATA / "storage" / "cbsr_tecan").glob("*.csv")
    scan = read_rack(file)
    assert (scan.rack, [(well.position, well.tube) for well in scan.wells]) == ("Buffy1201", [("A03", "02OHS1423")])


def test_a_plate_of_a_sample_manifest_is_read_by_a_map(tmp_path):
    by = tmp_path / "manifest.toml"
    by.write_text('skip = 8\n[columns]\nrack = "SANGER PLATE ID"\nposition = "WELL"\ntube = "SANGER SAMPLE ID"\n')
    scan = read_rack(DATA / "manifests" / "sanger_sequencescape" / "sample_manifest.csv", read_rack_map(by))
    assert (scan.grid, len(scan.tubes)) == ((8, 12), 96)


@pytest.mark.parametrize("name", ["storage/labkey_ldms", "manifests/sanger_sequencescape"])
def test_real_files_that_are_no_scans_are_refused_in_a_sentence(name):
    for file in sorted((DATA / name).iterdir()):
        with pytest.raises(BadData):
            read_rack(file)
