"""A trial judges as the act does; references find each other wherever they stand; what was refused can be fed again."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from biobank_tui.actions.importing import ImportReport, ImportRequest, import_files
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.exchange import work
from biobank_tui.exchange.defects import as_rows
from biobank_tui.rules.errors import Refused, Unreachable
from tests.looking import sound

DONORS = "code,sex,note\nD1,female,kept\nD2,male,\n"
SAMPLES = "code,donor,parent,material,barcode,note\n"


class Desk:
    """Writes files and takes them in."""

    def __init__(self, bank: Bank, actor: Actor, folder: Path) -> None:
        self.bank, self.actor, self.folder = bank, actor, folder

    def file(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return path

    def take(self, kind: str, *paths: Path, told: str | None = None, **how: Any) -> ImportReport:
        column_map = self.file("map.toml", told) if told else None
        return import_files(self.bank, self.actor, ImportRequest(kind, paths, column_map, **how))


def codes(report: ImportReport) -> list[str]:
    return [each.code for each in as_rows(report.defects)]


@pytest.fixture
def desk(bank: Bank, actor: Actor, tmp_path: Path) -> Desk:
    desk = Desk(bank, actor, tmp_path)
    assert desk.take("donors", desk.file("donors.csv", DONORS)).total("created") == 2
    return desk


def test_a_child_may_stand_before_its_parent_whatever_lies_between(
    desk: Desk, raw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "SLICE_ROWS", 3)
    monkeypatch.setattr(work, "slices", lambda path, shape, how_far: late_slices(path, shape))
    rows = "".join(f"S{n},,S{n + 1},,,\n" for n in range(10)) + "S10,D1,,Plasma,,\n"
    report = desk.take("samples", desk.file("s.csv", SAMPLES + rows))
    assert codes(report) == []
    assert report.total("created") == 11
    assert raw("SELECT count(*) FROM sample WHERE donor_id IS NOT NULL AND material = 'Plasma'") == [(11,)]
    sound(desk.bank)


def late_slices(path: Path, shape: Any) -> Any:
    from biobank_tui.exchange.reading import slices

    return slices(path, shape, 2)


def test_a_parent_that_is_nowhere_refuses_the_row_at_its_own_line(desk: Desk) -> None:
    report = desk.take("samples", desk.file("s.csv", SAMPLES + "S1,,NONE,,,\nS2,D1,,Plasma,,\n"))
    assert [(d.line, d.code) for d in as_rows(report.defects)] == [(2, "parent.absent")]
    assert report.total("created") == 0


@pytest.mark.parametrize("dry_run", [True, False])
def test_files_of_one_call_may_refer_to_each_other_in_any_order(desk: Desk, raw: Any, *, dry_run: bool) -> None:
    children = desk.file("children.csv", SAMPLES + "C1,,P1,,,\n")
    parents = desk.file("parents.csv", SAMPLES + "P1,D1,,Plasma,,\n")
    report = desk.take("samples", children, parents, dry_run=dry_run)
    assert codes(report) == []
    assert [file.created for file in report.files] == [1, 1]
    assert raw("SELECT count(*) FROM sample") == [(0 if dry_run else 2,)]
    sound(desk.bank)


BOTH = """
tolerate = ["row.repeated"]
[[table]]
kind = "donors"
columns = { code = "patient", sex = "gender" }
[[table]]
kind = "samples"
columns = { code = "tube", donor = "patient", material = { value = "Plasma" }, barcode = "barcode" }
"""
ROWS = "patient,gender,tube,barcode\nE1,male,T1,0001\nE1,male,T2,0002\nE2,female,T3,0003\n"


def test_one_row_may_speak_of_several_things_and_all_come_in_at_once(desk: Desk, raw: Any) -> None:
    path = desk.file("both.csv", ROWS)
    trial = desk.take("all", path, told=BOTH, dry_run=True)
    assert raw("SELECT count(*) FROM sample") == [(0,)]
    report = desk.take("all", path, told=BOTH)
    assert [(file.kind, file.created) for file in report.files] == [("donors", 2), ("samples", 3)]
    assert [(file.kind, file.created) for file in trial.files] == [("donors", 2), ("samples", 3)]
    assert len({file.entry for file in report.files}) == 1
    assert desk.take("all", path, told=BOTH).total("created") == 0
    sound(desk.bank)


def test_several_kinds_come_in_together_or_not_at_all(desk: Desk, raw: Any) -> None:
    path = desk.file("both.csv", ROWS + "E3,frog,T4,0001\n")
    report = desk.take("all", path, told=BOTH)
    assert sorted(codes(report)) == ["code.unlisted", "donor.unknown", "row.repeated"]
    assert all(file.refusal is not None for file in report.files)
    assert raw("SELECT count(*) FROM sample") == [(0,)]
    assert raw("SELECT count(*) FROM donor") == [(2,)]
    kept = desk.take("all", path, told=BOTH, keep_good=True)
    assert kept.total("created") == 5
    sound(desk.bank)


def test_files_are_told_apart_by_the_map_and_one_that_nothing_reads_is_refused(desk: Desk) -> None:
    told = BOTH.replace('kind = "donors"', 'kind = "donors"\nfiles = "*both*"')
    told = told.replace('kind = "samples"', 'kind = "samples"\nfiles = "*both*"')
    with pytest.raises(Refused, match=r"other\.csv"):
        desk.take("all", desk.file("both.csv", ROWS), desk.file("other.csv", ROWS), told=told)
    with pytest.raises(Refused, match="map"):
        desk.take("all", desk.file("both.csv", ROWS))


def test_refused_rows_are_written_apart_and_taken_once_they_are_mended(desk: Desk, raw: Any) -> None:
    path, out = desk.file("s.csv", SAMPLES + "S1,D1,,Plasma,,\nS2,D9,,Plasma,,é\n"), desk.folder / "mend.csv"
    report = desk.take("samples", path, keep_good=True, refused=out)
    assert report.mending == (out,)
    assert report.total("created") == 1
    out.write_text(out.read_text(encoding="utf-8").replace("D9", "D2"), encoding="utf-8")
    assert desk.take("samples", out).total("created") == 1
    assert raw("SELECT count(*) FROM sample") == [(2,)]


def test_refused_records_of_a_json_file_come_one_a_line_and_can_be_fed_again(desk: Desk) -> None:
    told = '[file]\nrecords = "list.tubes"\n[columns]\ncode = "id"\ndonor = "^who"\nmaterial = { value = "Plasma" }\n'
    content = '{"list": [{"who": "D1", "tubes": [{"id": "A"}, {"id": "B"}]}, {"who": "D9", "tubes": [{"id": "C"}]}]}'
    out = desk.folder / "mend.jsonl"
    report = desk.take(
        "samples", desk.file("t.json", content), told='kind = "samples"\n' + told, keep_good=True, refused=out
    )
    assert (report.total("created"), report.total("refused")) == (2, 1)
    out.write_text(out.read_text(encoding="utf-8").replace("D9", "D2"), encoding="utf-8")
    assert desk.take("samples", out, told='kind = "samples"\n' + told).total("created") == 1


def test_a_blank_leaves_and_the_word_for_it_empties(desk: Desk, raw: Any) -> None:
    desk.take("donors", desk.file("d.csv", "code,sex,note\nD1,,\n"))
    assert raw("SELECT note FROM donor WHERE code = 'D1'") == [("kept",)]
    report = desk.take("donors", desk.file("d.csv", "code,sex,note\nD1,,<clear>\n"))
    assert report.total("changed") == 1
    assert raw("SELECT note FROM donor WHERE code = 'D1'") == [(None,)]
    assert desk.take("donors", desk.file("d.csv", "code,sex,note\nD1,,<clear>\n")).total("changed") == 0
    assert codes(desk.take("donors", desk.file("d.csv", "code,sex\nD1,<clear>\n"))) == ["clear.fixed"]
    sound(desk.bank)


def test_an_update_needs_no_more_than_the_code_and_what_changes(desk: Desk, raw: Any) -> None:
    desk.take("samples", desk.file("s.csv", SAMPLES + "S1,D1,,Plasma,0001,old\n"))
    report = desk.take("samples", desk.file("u.csv", "code,note\nS1,new\nS9,x\n"), mode="update")
    assert codes(report) == ["code.absent"]
    report = desk.take("samples", desk.file("u.csv", "code,note,barcode\nS1,new,<clear>\n"), mode="update")
    assert report.total("changed") == 1
    assert raw("SELECT note, barcode, material FROM sample") == [("new", None, "Plasma")]
    sound(desk.bank)


def test_files_of_one_kind_may_refer_to_each_other_both_ways(desk: Desk, raw: Any) -> None:
    one = desk.file("one.csv", SAMPLES + "A1,D1,,Plasma,,\nA2,,B1,,,\nA3,,B3,,,\n")
    two = desk.file("two.csv", SAMPLES + "B2,,A1,,,\nB1,D1,,Plasma,,\nB3,,A2,,,\n")
    trial = desk.take("samples", one, two, dry_run=True)
    assert (trial.total("created"), trial.total("refused")) == (6, 0)
    report = desk.take("samples", one, two)
    assert [(each.created, each.refused, each.refusal) for each in report.files] == [(3, 0, None), (3, 0, None)]
    assert len({each.entry for each in report.files}) == 1
    kin = raw("SELECT s.code, p.code FROM sample s JOIN sample p ON p.id = s.parent_id ORDER BY s.code")
    assert kin == [("A2", "B1"), ("A3", "B3"), ("B2", "A1"), ("B3", "A2")]
    assert desk.take("samples", one, two).total("unchanged") == 6
    sound(desk.bank)


def test_a_child_in_another_file_finds_a_parent_that_waited_for_its_own_in_vain(desk: Desk, raw: Any) -> None:
    tables = """
tolerate = ["parent.absent"]
[[table]]
kind = "samples"
files = "one*"
columns = { code = "code", donor = "donor", material = "material", parent = "parent" }
[[table]]
kind = "aliquots"
files = "two*"
columns = { code = "code", parent = "parent" }
"""
    one = desk.file("one.csv", "code,donor,parent,material\nA1,D1,GONE,Plasma\n")
    two = desk.file("two.csv", "code,parent\nA2,A1\n")
    report = desk.take("all", one, two, told=tables)
    assert (codes(report), report.total("created")) == (["parent.absent"], 2)
    assert raw("SELECT material FROM sample WHERE code = 'A2'") == [("Plasma",)]
    sound(desk.bank)


def test_files_that_lean_on_each_other_come_in_together_or_not_at_all(desk: Desk, raw: Any) -> None:
    one = desk.file("one.csv", SAMPLES + "A1,D1,,Plasma,X1,\nA2,,B1,,,\n")
    two = desk.file("two.csv", SAMPLES + "B1,D1,,Plasma,,\nB2,,A1,,,\nB3,D9,,Plasma,,\nB4,,A2,,X1,\n")
    report = desk.take("samples", one, two)
    assert [each.refusal.code for each in report.files if each.refusal] == ["import.together", "import.refused"]
    assert codes(report) == ["donor.unknown", "barcode.taken"]
    assert raw("SELECT count(*) FROM sample") == [(0,)]
    report = desk.take("samples", one, two, keep_good=True)
    assert (report.total("created"), report.total("refused")) == (4, 2)
    sound(desk.bank)


def test_what_is_there_needs_no_more_than_its_code_what_is_new_needs_all(desk: Desk, raw: Any) -> None:
    desk.take("samples", desk.file("s.csv", SAMPLES + "S1,D1,,Plasma,0001,old\n"))
    assert desk.take("samples", desk.file("u.csv", "code,note\nS1,new\n")).total("changed") == 1
    assert raw("SELECT note, barcode, material FROM sample") == [("new", "0001", "Plasma")]
    report = desk.take("samples", desk.file("v.csv", "code,note,donor\nS1,newer,\nS2,x,D1\nS3,y,\n"))
    assert [(d.line, d.column, d.code) for d in as_rows(report.defects)] == [
        (3, "material", "value.missing"),
        (4, "donor", "value.missing"),
        (4, "material", "value.missing"),
    ]
    report = desk.take("aliquots", desk.file("w.csv", "code,note\nS1,newest\nS4,z\n"), keep_good=True)
    assert (report.total("changed"), codes(report)) == (1, ["value.missing"])
    report = desk.take("samples", desk.file("x.csv", "code,note\nS5,new\n"))
    assert report.files[0].refusal is not None
    assert report.files[0].refusal.code == "columns.required"
    sound(desk.bank)


def test_a_storage_unit_that_is_there_needs_no_more_than_its_code(desk: Desk, raw: Any) -> None:
    desk.take("storage", desk.file("s.csv", "code,kind\nF1,freezer\n"))
    assert desk.take("storage", desk.file("t.csv", "code,name\nF1,Cold\n")).total("changed") == 1
    assert raw("SELECT name, kind FROM storage_unit") == [("Cold", "freezer")]
    report = desk.take("storage", desk.file("u.csv", "code,name\nF1,Colder\nF2,New\n"))
    assert [(d.line, d.column, d.code) for d in as_rows(report.defects)] == [(3, "kind", "value.missing")]
    sound(desk.bank)


def test_a_code_in_another_case_is_found_however_far_up_it_stands(
    desk: Desk, raw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "slices", lambda path, shape, how_far: late_slices(path, shape))
    rows = SAMPLES + "Ab-1,D1,,Plasma,,\n" + "".join(f"S{n},D1,,Plasma,,\n" for n in range(5)) + "aB-1,D1,,Plasma,,\n"
    for dry in (True, False):
        report = desk.take("samples", desk.file("t.csv", rows), dry_run=dry)
        assert [(d.line, d.code, d.allowed) for d in as_rows(report.defects)] == [(8, "code.case", "Ab-1")]
    donors = "code,sex\nDx-1,male\n" + "".join(f"E{n},male\n" for n in range(5)) + "dX-1,male\n"
    report = desk.take("donors", desk.file("d.csv", donors), dry_run=True)
    assert [(d.line, d.code, d.allowed) for d in as_rows(report.defects)] == [(8, "code.case", "Dx-1")]


def test_the_same_code_in_another_case_is_reported_not_doubled(desk: Desk, raw: Any) -> None:
    desk.take("samples", desk.file("s.csv", SAMPLES + "AB-1,D1,,Plasma,,\n"))
    rows = SAMPLES + "ab-1,D1,,Plasma,,\nx-1,D1,,Plasma,,\nX-1,D1,,Plasma,,\n"
    report = desk.take("samples", desk.file("t.csv", rows))
    assert [(d.line, d.code, d.allowed) for d in as_rows(report.defects)] == [
        (2, "code.case", "AB-1"),
        (4, "code.case", "x-1"),
    ]
    assert desk.take("samples", desk.file("t.csv", rows), relax=("code.case",)).total("created") == 1
    assert raw("SELECT count(*) FROM sample") == [(2,)]
    assert codes(desk.take("donors", desk.file("d.csv", "code,sex\nd1,male\n"))) == ["code.case"]


def test_standard_input_is_a_file_like_any_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"code;sex\nZ1;male\n"))
    monkeypatch.setattr("sys.stdin", stream)
    report = desk.take("donors", Path("-"))
    assert report.total("created") == 1


def test_a_map_that_is_not_there_cannot_be_reached(desk: Desk) -> None:
    with pytest.raises(Unreachable) as missing:
        import_files(
            desk.bank, desk.actor, ImportRequest("donors", (desk.folder / "donors.csv",), desk.folder / "no.toml")
        )
    assert missing.value.exit_code == 3


def test_the_time_left_is_told_while_there_is_some(desk: Desk) -> None:
    told: list[Any] = []
    path = desk.file("d.csv", "code,sex,note\n" + "".join(f"M{n},male,{'x' * 200}\n" for n in range(60_000)))
    import_files(desk.bank, desk.actor, ImportRequest("donors", (path,), dry_run=True), told.append)
    assert told[0].left is not None
    assert told[0].left > 0
    assert told[-1].rows == 60_000


def test_an_interrupted_import_leaves_nothing_half(desk: Desk, raw: Any) -> None:
    def interrupt(_progress: Any) -> None:
        raise KeyboardInterrupt

    path = desk.file("s.csv", SAMPLES + "S1,D1,,Plasma,,\n")
    with pytest.raises(KeyboardInterrupt):
        import_files(desk.bank, desk.actor, ImportRequest("samples", (path,)), interrupt)
    assert raw("SELECT count(*) FROM sample") == [(0,)]
    assert desk.take("samples", path).total("created") == 1
    sound(desk.bank)


def test_the_report_of_a_file_with_one_bad_row_in_a_hundred_is_complete_and_right(desk: Desk, raw: Any) -> None:
    bad = range(50, 20_000, 100)
    rows = [f"R{n},{'frog' if n in bad else 'male'},\n" for n in range(20_000)]
    path = desk.file("r.csv", "code,sex,note\n" + "".join(rows))
    for how in ({"dry_run": True}, {}):
        report = desk.take("donors", path, **how)
        assert [(d.line, d.column, d.value, d.code) for d in as_rows(report.defects)] == [
            (n + 2, "sex", "frog", "code.unlisted") for n in bad
        ]
        assert report.total("refused") == 200
    assert raw("SELECT count(*) FROM donor") == [(2,)]
    assert desk.take("donors", path, keep_good=True).total("created") == 19_800
    sound(desk.bank)
