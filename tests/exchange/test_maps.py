"""Maps say which column becomes which field; a wrong one is told with its file and its key."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from biobank_tui.exchange.cells import SideTables
from biobank_tui.exchange.defects import as_rows
from biobank_tui.exchange.kinds import KINDS
from biobank_tui.exchange.mapfiles import load_map, load_maps
from biobank_tui.exchange.mapping import check_columns, mapped
from biobank_tui.exchange.maps import ColumnMap, plain_map
from biobank_tui.exchange.reading import Shape, slices
from biobank_tui.exchange.validating import Rules, typed
from biobank_tui.exchange.values import moment
from biobank_tui.rules.errors import BadData

EXAMPLES = Path(__file__).parents[2] / "fixtures"
MAPS = sorted([*EXAMPLES.glob("examples/*/*.toml"), *EXAMPLES.glob("maps/*.toml")])


def a_map(folder: Path, text: str) -> ColumnMap:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return load_map(path)


def taken(
    folder: Path, column_map: ColumnMap, content: str
) -> tuple[list[dict[str, object]], list[tuple[object, ...]]]:
    """Rows as values, and the defects as (line, column, value, code)."""
    path = folder / "file.csv"
    path.write_text(content, encoding="utf-8")
    [rows] = slices(path, column_map.shape)
    check_columns(column_map, rows.file, tuple(rows.cells.columns))
    values, verdicts = typed(mapped(rows, column_map), column_map, Rules(column_map.tolerate))
    found = as_rows(verdicts.defects())
    return values.to_dicts(), [(d.line, d.column, d.value, d.code) for d in found]


@pytest.mark.parametrize("path", MAPS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_map_that_ships_can_be_read(path: Path) -> None:
    assert all(each.columns for each in load_maps(path))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("maps/*.toml")), ids=lambda path: path.stem)
def test_every_map_says_what_it_is_for_and_how_it_is_run(path: Path) -> None:
    head = path.read_text(encoding="utf-8").partition("title = ")[0]
    assert all(line.startswith("#") for line in head.splitlines())
    assert f"--map fixtures/maps/{path.name}" in head


def test_what_nothing_tells_is_what_the_map_says_stands_there(tmp_path: Path) -> None:
    told = a_map(
        tmp_path,
        'kind = "donors"\n[columns]\ncode = ["code", "other"]\nnote = { from = "n", blank = "none" }\n'
        'sex = { from = "absent", blank = "unknown" }',
    )
    rows, found = taken(tmp_path, told, "other,n\nD1,\nD2,x\n")
    assert [(row["code"], row["note"], row["sex"]) for row in rows] == [
        ("D1", "none", "unknown"),
        ("D2", "x", "unknown"),
    ]
    assert not found


def test_a_template_leaves_a_gap_for_a_column_that_is_not_there(tmp_path: Path) -> None:
    told = a_map(tmp_path, 'kind = "donors"\n[columns]\ncode = "c"\nnote = { template = "{a}/{b}", optional = true }')
    rows, _ = taken(tmp_path, told, "c,b\nD1,2\n")
    assert rows[0]["note"] == "/2"


def test_rows_are_wanted_by_the_form_of_a_cell(tmp_path: Path) -> None:
    told = a_map(tmp_path, 'kind = "donors"\n[where]\nc = { match = "^D[0-9]+$" }\n[columns]\ncode = "c"')
    rows, _ = taken(tmp_path, told, "c\nD1\nX1\n\nD22\n")
    assert [row["code"] for row in rows] == ["D1", "D22"]


def test_a_form_that_is_none_is_told_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"where\.c"):
        a_map(tmp_path, 'kind = "donors"\n[where]\nc = { match = "(" }\n[columns]\ncode = "c"')


def test_a_row_that_names_nothing_is_left_out_where_that_is_let_pass(tmp_path: Path) -> None:
    text = 'kind = "donors"\n{}[columns]\ncode = "c"\nnote = "n"'
    _, strict = taken(tmp_path, a_map(tmp_path, text.format("")), "c,n\n,x\nD1,y\n")
    _, lenient = taken(tmp_path, a_map(tmp_path, text.format('tolerate = ["code.missing"]\n')), "c,n\n,x\nD1,y\n")
    assert strict == [(2, "c", "", "value.missing")]
    assert lenient == [(2, "c", "", "code.missing")]


def test_a_list_that_comes_with_the_map_is_found_by_the_form_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "short_words.tsv").write_text("word\tmeaning\nm\tmale\n", encoding="utf-8")
    told = a_map(
        tmp_path,
        'kind = "donors"\n[file]\nskip_after_header = 1\n[columns]\ncode = "c"\n'
        'sex = { from = "s", table = { file = "*_words.tsv", key = "word", says = "meaning" } }',
    )
    path = tmp_path / "elsewhere" / "file.csv"
    path.parent.mkdir()
    path.write_text("c,s\n(code),(sex)\nD1,m\n", encoding="utf-8")
    [rows] = slices(path, told.shape)
    assert mapped(rows, told, SideTables(path, told)).texts["sex"].to_list() == ["male"]


def test_what_has_not_come_yet_has_not_happened(tmp_path: Path) -> None:
    told = a_map(
        tmp_path,
        'kind = "samples"\n[columns]\ncode = "c"\ndonor = { value = "D" }\nmaterial = { value = "DNA" }\n'
        'collected = "d"\nstatus = "s"',
    )
    path = tmp_path / "file.csv"
    path.write_text(
        "c,d,s\nS1,2026,\nS2,2027,\nS3,2026-05-02,\nS4,2026-05-03,\nS5,2026-06-01,expected\n", encoding="utf-8"
    )
    [rows] = slices(path, told.shape)
    _, verdicts = typed(mapped(rows, told), told, Rules(today="2026-05-02"))
    assert [(d.line, d.code) for d in as_rows(verdicts.defects())] == [(3, "moment.future"), (5, "moment.future")]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('kind = "frogs"\n[columns]\ncode = "a"', "kind"),
        ('kind = "donors"\n[columns]\nsex = "a"', "columns"),
        ('kind = "donors"\n[columns]\ncode = "a"\nshoe = "b"', "columns.shoe"),
        ('kind = "donors"\n[columns]\ncode = { from = "a", match = "no group" }', "columns.code.match"),
        ('kind = "donors"\n[columns]\ncode = { from = "a", match = "(" }', "columns.code.match"),
        ('kind = "donors"\n[columns]\ncode = { from = "a", value = "b" }', "columns.code"),
        ('kind = "donors"\n[columns]\ncode = { from = "a", format = "american" }', "columns.code.format"),
        ('kind = "donors"\n[columns]\ncode = { from = "a", prefx = 3 }', "columns.code.prefx"),
        ('kind = "donors"\ntolerance = []\n[columns]\ncode = "a"', "tolerance"),
        ('kind = "donors"\n[file]\nskip_after_header = "two"\n[columns]\ncode = "a"', "file.skip_after_header"),
        ('kind = "donors"\n[identifiers]\nname = "keep"\n[columns]\ncode = "a"', "identifiers.name"),
        ('kind = "samples"\n[new.storage]\nrows = 8\n[columns]\ncode="a"\ndonor="b"\nmaterial="c"', "new.storage"),
    ],
)
def test_a_wrong_map_is_told_with_its_file_and_key(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(BadData) as refused:
        a_map(tmp_path, text)
    assert refused.value.facts["file"] == "map.toml"
    assert refused.value.facts["key"] == key
    assert str(refused.value)


def test_a_map_that_relaxes_what_cannot_be_relaxed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"cell\.control"):
        a_map(tmp_path, 'kind = "donors"\ntolerate = ["cell.control"]\n[columns]\ncode = "a"')


def test_a_map_that_is_no_toml_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="not TOML"):
        a_map(tmp_path, "kind = donors")


def test_fields_come_from_columns_constants_templates_prefixes_patterns_and_lookups(tmp_path: Path) -> None:
    column_map = a_map(
        tmp_path,
        """
        kind = "aliquots"
        [file]
        nulls = ["NA"]
        [columns]
        code = "barcode"
        parent = { from = "barcode", prefix = 4 }
        kind = { value = "aliquot" }
        material = { from = "barcode", match = "^.{4}-(.)", lookup = { D = "DNA", R = "RNA" } }
        position = { template = "{r}{c}" }
        amount = { from = ["vol", "volume"], unit = "µL" }
        barcode = { from = "tube", case = "upper" }
        """,
    )
    rows, found = taken(tmp_path, column_map, "barcode,r,c,vol,volume,tube\nAB12-D1,A,3,NA,2.5,x1\nAB12-R1,,,7,,\n")
    assert not found
    assert rows[0] == {
        "code": "AB12-D1",
        "parent": "AB12",
        "kind": "aliquot",
        "material": "DNA",
        "position": "A3",
        "amount": 2500,
        "amount_unit": "µL",
        "barcode": "X1",
    }
    assert (rows[1]["position"], rows[1]["amount"], rows[1]["barcode"]) == (None, 7000, None)


def test_null_tokens_fall_out_of_cells_of_several_parts(tmp_path: Path) -> None:
    column_map = a_map(
        tmp_path,
        'kind="donors"\n[file]\nnulls=["[Unknown]"]\nnull_parts="|"\n[columns]\ncode="a"\nnote="b"',
    )
    rows, _ = taken(tmp_path, column_map, "a,b\nD1,[Unknown]|[Unknown]|Colon\nD2,[Unknown]|[Unknown]\nD3,[Unknown]\n")
    assert [row["note"] for row in rows] == ["Colon", None, None]


def test_a_value_without_an_entry_is_refused_or_taken_as_the_map_says(tmp_path: Path) -> None:
    strict = a_map(tmp_path, 'kind="donors"\n[columns]\ncode="a"\nsex={from="b",lookup={M="male"}}')
    rows, found = taken(tmp_path, strict, "a,b\nD1,M\nD2,X\n")
    assert found == [(3, "b", "X", "code.unlisted")]
    lenient = a_map(
        tmp_path, 'kind="donors"\n[columns]\ncode="a"\nsex={from="b",lookup={M="male"},otherwise="unknown"}'
    )
    rows, found = taken(tmp_path, lenient, "a,b\nD1,M\nD2,X\n")
    assert [row["sex"] for row in rows] == ["male", "unknown"]
    assert found == [(3, "b", "X", "code.unmapped")]


def test_a_column_that_must_agree_with_the_code_is_compared(tmp_path: Path) -> None:
    column_map = a_map(tmp_path, 'kind="donors"\n[columns]\ncode="a"\n[[agree]]\ncolumn="b"\nprefix=2')
    _, found = taken(tmp_path, column_map, "a,b\nD1-x,D1\nD2-x,D3\n")
    assert found == [(3, "b", "D3", "value.disagrees")]


def test_what_is_expected_and_absent_is_reported_as_it_is_written(tmp_path: Path) -> None:
    column_map = a_map(
        tmp_path,
        'kind="donors"\nexpect=["note"]\n[file]\nnulls=["NA"]\n[columns]\ncode="a"\nnote={from=["b","c"]}',
    )
    _, found = taken(tmp_path, column_map, "a,b,c\nD1,x,\nD2,NA,y\nD3,NA,NA\n")
    assert found == [(3, "b", "NA", "value.replaced"), (4, "b", "NA", "value.missing")]


def test_every_defect_of_a_row_is_told_not_just_the_first(tmp_path: Path) -> None:
    column_map = plain_map(KINDS["donors"], ("code", "sex", "birth_year", "birth_month", "country"))
    _, found = taken(tmp_path, column_map, "code,sex,birth_year,birth_month,country\n,frog,1200,13,France\n")
    assert sorted(code for _, _, _, code in found) == [
        "code.bad",
        "code.unlisted",
        "number.range",
        "number.range",
        "value.missing",
    ]
    assert {column for _, column, _, _ in found} == {"code", "sex", "birth_year", "birth_month", "country"}


@pytest.mark.parametrize("header", ["Name", "Date de naissance", "patient_name", "NHS number", "Adresse"])
def test_a_column_that_names_a_person_is_refused_with_the_way_out(tmp_path: Path, header: str) -> None:
    plain = plain_map(KINDS["donors"], ("code", header))
    with pytest.raises(BadData, match="link token") as refused:
        check_columns(plain, "file.csv", ("code", header))
    assert refused.value.facts["column"] == header
    told = a_map(tmp_path, f'kind="donors"\nignore=["*"]\n[identifiers]\n"{header}"="drop"\n[columns]\ncode="code"')
    assert check_columns(told, "file.csv", ("code", header)) == ()


def test_ignoring_everything_does_not_ignore_a_name(tmp_path: Path) -> None:
    column_map = a_map(tmp_path, 'kind="donors"\nignore=["*"]\n[columns]\ncode="code"')
    with pytest.raises(BadData):
        check_columns(column_map, "file.csv", ("code", "surname"))


def test_columns_that_nothing_reads_are_named(tmp_path: Path) -> None:
    column_map = a_map(tmp_path, 'kind="donors"\nignore=["x_*"]\n[columns]\ncode="code"')
    assert check_columns(column_map, "file.csv", ("code", "x_1", "colour", "size")) == ("colour", "size")


def test_a_repeated_header_is_refused_only_where_it_is_read(tmp_path: Path) -> None:
    header = ("code", "a", "a (column 3)")
    column_map = a_map(tmp_path, 'kind="donors"\n[columns]\ncode="code"')
    check_columns(column_map, "file.csv", header)
    for reading in (
        a_map(tmp_path, 'kind="donors"\n[columns]\ncode="code"\nnote="a"'),
        plain_map(KINDS["donors"], header),
    ):
        with pytest.raises(BadData, match="two columns"):
            check_columns(reading, "file.csv", header)


def test_times_out_of_order_are_told_as_far_as_both_say(tmp_path: Path) -> None:
    header = "code,donor,material,collected,frozen"
    column_map = plain_map(KINDS["samples"], tuple(header.split(",")))
    _, found = taken(
        tmp_path,
        column_map,
        f"{header}\nA,D,DNA,2021-03-04T10:00Z,2021-03-04T09:00Z\nB,D,DNA,2021-03-04,2021-03\nC,D,DNA,2021,2020-12-31\n",
    )
    assert found == [
        (2, "frozen", "2021-03-04T09:00Z", "moment.order"),
        (4, "frozen", "2020-12-31", "moment.order"),
    ]


def test_groups_of_a_pattern_come_parted_by_spaces(tmp_path: Path) -> None:
    column_map = a_map(
        tmp_path, 'kind="donors"\n[columns]\ncode="a"\nnote={template="{a} {b}",match="^(..)[^ ]*(?: (YES))?"}'
    )
    rows, found = taken(tmp_path, column_map, "a,b\n01A,NO\n01B,YES\n11A,\n")
    assert [row["note"] for row in rows] == ["01", "01 YES", "11"]
    assert not found


def test_bytes_of_another_encoding_are_read_where_the_map_announces_it(tmp_path: Path) -> None:
    column_map = a_map(tmp_path, 'kind="donors"\n[file]\nfallback="cp1252"\n[columns]\ncode="a"\nnote="b"')
    path = tmp_path / "file.csv"
    path.write_bytes("a,b\nD1,été µ\n".encode() + "D2,5 µg – fin\n".encode("cp1252"))
    [rows] = slices(path, column_map.shape)
    assert rows.cells["b"].to_list() == ["été µ", "5 µg – fin"]


def test_characters_of_columns_that_nothing_reads_refuse_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("a,b\nD1,\x1b[0m\n", encoding="utf-8")
    assert next(slices(path, Shape())).cells.height == 0
    assert next(slices(path, Shape(wanted=frozenset({"a"})))).cells["a"].to_list() == ["D1"]


def test_rows_are_picked_parted_and_put_together_as_the_map_says(tmp_path: Path) -> None:
    told = """
kind = "samples"
[where]
lineage = ["Aliquot"]
code = true
status = { not = ["closed"] }
[split]
columns = ["code", "donor"]
by = ","
[columns]
code = "code"
donor = "donor"
material = { value = "DNA" }
diagnosis = { from = "icd", split = "/", part = -1, match = '^(...)(.*)$', as = "{1}.{2}", optional = true }
note = { from = ["a", "b"], join = "; " }
"""
    content = (
        "code,donor,lineage,status,icd,a,b\n"
        '"T1, T2","D1,D2",Aliquot,open,C61/C509,x,y\n'
        '"T3,T4",D3,Aliquot,open,C61,,y\n'
        "T5,D5,New,open,,,\nT6,D6,Aliquot,closed,,,\n,D7,Aliquot,open,,,\n"
    )
    path, column_map = tmp_path / "t.csv", tmp_path / "m.toml"
    path.write_text(content, encoding="utf-8")
    column_map.write_text(told, encoding="utf-8")
    told_map = load_map(column_map)
    [rows] = slices(path, told_map.shape)
    read = mapped(rows, told_map)
    assert read.read == 2
    assert read.lines.to_list() == [2, 2, 3, 3]
    assert read.texts.select("code", "donor", "diagnosis", "note").rows() == [
        ("T1", "D1", "C50.9", "x; y"),
        ("T2", "D2", "C50.9", "x; y"),
        ("T3", "D3", "C61", "y"),
        ("T4", "D3", "C61", "y"),
    ]


def test_a_value_may_be_told_by_another_file(tmp_path: Path) -> None:
    (tmp_path / "types.csv").write_text("id,name\n07,Blood\n", encoding="utf-8")
    (tmp_path / "t.csv").write_text("code,donor,type\nS1,D1,07\nS2,D1,08\n", encoding="utf-8")
    (tmp_path / "m.toml").write_text(
        'kind = "samples"\n[columns]\ncode = "code"\ndonor = "donor"\n[columns.material]\nfrom = "type"\n'
        'table = { file = "types.csv", key = "id", says = "name" }\nlookup = { Blood = "WholeBlood" }\n',
        encoding="utf-8",
    )
    told = load_map(tmp_path / "m.toml")
    [rows] = slices(tmp_path / "t.csv", told.shape)
    read = mapped(rows, told, SideTables(tmp_path / "t.csv", told))
    assert read.texts["material"].to_list() == ["WholeBlood", None]
    assert read.defects.select("line", "code", "allowed").rows() == [(3, "code.unlisted", "types.csv")]


@pytest.mark.parametrize(
    ("text", "pattern", "read"),
    [
        ("20120911_141406", "%Y%m%d_%H%M%S", "2012-09-11T14:14:06Z"),
        ("03/21", "%m/%y", "2021-03"),
        ("4 mars", "%d %b", None),
        ("2021-03-04", "%d.%m.%Y", "2021-03-04"),
    ],
)
def test_dates_may_be_written_after_a_pattern_of_the_map(text: str, pattern: str, read: str | None) -> None:
    assert moment(text, pattern, UTC) == read


@pytest.mark.parametrize(
    "column",
    [
        'code = { from = "a", part = 1 }',
        'code = { from = "a", split = "," }',
        'code = { from = "a", as = "{1}" }',
        'code = { from = "a", format = "ymd" }',
        'code = { from = "a", table = { file = "../x", key = "a", says = "b" } }',
        'code = { from = "a", decimal = ";" }',
    ],
)
def test_what_a_map_gets_wrong_is_told_by_its_key(tmp_path: Path, column: str) -> None:
    (tmp_path / "m.toml").write_text(f'kind = "donors"\n[columns]\n{column}\n', encoding="utf-8")
    with pytest.raises(BadData, match=r"columns\.code"):
        load_map(tmp_path / "m.toml")
