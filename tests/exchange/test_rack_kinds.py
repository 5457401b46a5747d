"""Files of other readers, in the shapes they come in: each is read without being told what it is, or refused whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from biobank_tui.exchange.racks import read_rack
from biobank_tui.exchange.rackwords import Reading
from biobank_tui.rules.errors import BadData

LETTERS = "ABCDEFGH"
PLATE = [f"{row}{col}" for row in LETTERS for col in range(1, 13)]


def tube(at: int) -> str:
    return {5: "", 17: "NO READ"}.get(at, f"08{at:08d}")


def table(line: Callable[[int, str, str], str], head: str = "", foot: str = "", end: str = "\n") -> str:
    """A file of 96 positions: position 5 empty, 17 unread."""
    rows = [line(at, place, tube(at)) for at, place in enumerate(PLATE)]
    return end.join([*([head] if head else []), *rows, *([foot] if foot else [])]) + end


def row_col(place: str) -> str:
    return f"{place[0]},{place[1:]}"


KINDS: dict[str, str] = {
    "row, column, tube without a header": table(lambda at, p, t: f"{row_col(p)},{t}"),
    "a header below a preamble with commas": table(
        lambda at, p, t: f"{p},{t},ok", "Reader,v2.1\nDate,2026-03-01,10:00\nRack ID,RX1\nWell,Tube 2D,Remark"
    ),
    "quoted cells with the delimiter in a remark": table(
        lambda at, p, t: f'"{p}","{t}","cold, dry"', '"Tube Position","Tube ID","Note"'
    ),
    "Excel's sep line and formulas": table(lambda at, p, t: f'{p};="{t}"', "sep=;\nWell;Barcode"),
    "pipes": table(lambda at, p, t: f"{p}|{t}", "Position|Barcode"),
    "spaces alone": table(lambda at, p, t: f"{p} {t or 'EMPTY'}"),
    "trailing columns that are blank": table(lambda at, p, t: f"{p},{t},,,", "Position,Barcode,,,"),
    "a line below the table": table(lambda at, p, t: f"{p},{t}", "Well,Barcode", "Total tubes:,94"),
    "positions turned round": table(lambda at, p, t: f"{p[1:]}{p[0]};{t}", "Position;Barcode"),
    "positions with a dash": table(lambda at, p, t: f"{p[0]}-{int(p[1:]):02d}\t{t}", "Well ID\tTube Code"),
    "numbered positions with decimals": table(lambda at, p, t: f"{at + 1}.0,{t}", "Position,Barcode"),
    "rows and columns with decimals": table(
        lambda at, p, t: f"{LETTERS.index(p[0]) + 1}.0,{p[1:]}.0,{t}", "Row,Column,Barcode"
    ),
    "date, time, rack, position, tube": table(lambda at, p, t: f"2026-03-01,10:00:00,RX1,{p},{t}"),
    "a status column that tells blank from unread": table(
        lambda at, p, t: f"{p},{'' if at in (5, 17) else t},{ {5: 'No Tube', 17: 'Failed'}.get(at, 'OK')}",
        "Well,Barcode,Status",
    ),
    "French headers": table(lambda at, p, t: f"{p};{'illisible' if t == 'NO READ' else t}", "Puits;Code-barres"),
    "German words": table(lambda at, p, t: f"{p};{'Fehler' if at == 17 else t or 'leer'}", "Position;Barcode"),
    "other signs for unread": table(lambda at, p, t: f"{p},{'????' if at == 17 else t or '----'}"),
    "angle brackets round the words": table(lambda at, p, t: f"{p},{'<No-Read>' if at == 17 else t or '[empty]'}"),
    "a header whose position has no name": table(lambda at, p, t: f"RX1,{t},{p}", "TECAN_Rack_ID,Inventory_ID,"),
    "a plate drawn as a grid": "\n".join(
        [
            ",".join(["", *(str(n) for n in range(1, 13))]),
            *(",".join([row, *(tube(at) for at in range(n * 12, n * 12 + 12))]) for n, row in enumerate(LETTERS)),
        ]
    ),
    "a list in JSON": "["
    + ",".join(f'{{"well":"{p}","barcode":{f"{chr(34)}{tube(at)}{chr(34)}"}}}' for at, p in enumerate(PLATE))
    + "]",
    "XML with attributes": "<Rack RackId='RX1'>"
    + "".join(f"<Tube Row='{p[0]}' Column='{p[1:]}' Barcode='{tube(at)}'/>" for at, p in enumerate(PLATE))
    + "</Rack>",
    "XML with elements": "<?xml version='1.0'?><scan><rackid>RX1</rackid><wells>"
    + "".join(
        f"<well><position>{p}</position><barcode>{tube(at)}</barcode></well>" for at, p in enumerate(PLATE)
    )
    + "</wells></scan>",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_of_this_shape_is_read_as_it_is(kind: str, encoding: str, tmp_path: Path) -> None:
    if encoding.startswith("utf-16") and KINDS[kind].startswith("<?xml"):
        encoding = "utf-8"
    file = tmp_path / "scan.csv"
    file.write_bytes(KINDS[kind].replace("\n", "\r\n").encode(encoding))
    scan = read_rack(file)
    by = {reading: sum(well.reading is reading for well in scan.wells) for reading in Reading}
    assert (scan.grid, by[Reading.TUBE], by[Reading.EMPTY], by[Reading.UNREAD]) == ((8, 12), 94, 1, 1)
    assert scan.rack in (None, "RX1")
    assert [well.tube for well in scan.tubes][:2] == ["0800000000", "0800000001"]


def test_a_spreadsheet_s_decimals_are_taken_off_every_barcode_or_none(tmp_path: Path) -> None:
    file = tmp_path / "scan.csv"
    file.write_text("A1,30000001.0\nA2,30000002.0\n")
    assert [well.tube for well in read_rack(file).wells] == ["30000001", "30000002"]
    file.write_text("A1,30000001.0\nA2,X.0\n")
    assert [well.tube for well in read_rack(file).wells] == ["30000001.0", "X.0"]


WRONG = {
    "shortened barcodes": ("A1,3.0001E+09\nA2,3.0002E+09\n", "rack.shortened"),
    "a document type in XML": (
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a><t row='A' column='1' barcode='&b;'/></a>",
        "rack.xml",
    ),
    "XML without tubes": ("<a><b>1</b></a>", "rack.xml"),
    "JSON without tubes": ('{"a": [1, 2]}', "rack.json"),
    "a bad position among the rows": ("Well,Barcode\nA1,T1\nAAAA1,T2\nA3,T3\n", "rack.faulty"),
    "two racks": ("RX1,A1,T1\nRX2,A2,T2\n", "rack.several"),
    "volumes": ("RACKID,TUBE,VOLUME\nRX1,A01,40.1\nRX1,A02,39.5\n", "rack.no_tubes"),
    "a list of people": ("name,age\nada,36\ngrace,45\n", "rack.unknown"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_taken_is_refused_in_a_sentence(what: str, tmp_path: Path) -> None:
    content, code = WRONG[what]
    file = tmp_path / "scan.txt"
    file.write_text(content)
    with pytest.raises(BadData) as caught:
        read_rack(file)
    assert caught.value.code == code
