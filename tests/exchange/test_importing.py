"""A file comes in whole or not at all, says everything that is wrong with it, and a second time changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from biobank_tui.actions.importing import ImportReport, ImportRequest, import_files
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.exchange.defects import as_rows
from biobank_tui.rules.errors import BadData, Denied
from biobank_tui.rules.permissions import Role
from tests.looking import sound

DONORS = "code,sex,birth_year,diagnosis\nD1,female,1950,C50.4\nD2,male,1948,C18.9\n"
SAMPLES = (
    "code,donor,material,amount,barcode,collected,frozen\n"
    "S1,D1,Plasma,500 uL,0001,2021-03-04T10:15Z,2021-03-04T12:00Z\n"
    "S2,D1,DNA,12 ug,0002,2021-03-04,\n"
    "S3,D2,Plasma,,0003,2021,\n"
)


class Desk:
    """Writes files and takes them in."""

    def __init__(self, bank: Bank, actor: Actor, folder: Path) -> None:
        self.bank, self.actor, self.folder = bank, actor, folder
        self.files = 0

    def file(self, content: str, name: str | None = None) -> Path:
        self.files += 1
        path = self.folder / (name or f"file{self.files}.csv")
        path.write_text(content, encoding="utf-8")
        return path

    def take(self, kind: str, content: str, *, told: str | None = None, **how: Any) -> ImportReport:
        """told: a column map. Takes the content in as one file."""
        column_map = self.file(told, f"map{self.files}.toml") if told else None
        request = ImportRequest(kind, (self.file(content),), column_map, **how)
        return import_files(self.bank, self.actor, request)

    def takes(self, kind: str, content: str, **how: Any) -> ImportReport:
        """The same, and nothing is wrong with it."""
        report = self.take(kind, content, **how)
        assert defects(report) == []
        assert not report.refused
        return report


def defects(report: ImportReport) -> list[tuple[int, str, str, str]]:
    return [(d.line, d.column, d.value, d.code) for d in as_rows(report.defects)]


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.total("created"), report.total("changed"), report.total("unchanged")


@pytest.fixture
def desk(bank: Bank, actor: Actor, tmp_path: Path) -> Desk:
    return Desk(bank, actor, tmp_path)


@pytest.fixture
def filled(desk: Desk) -> Desk:
    desk.takes("donors", DONORS)
    desk.takes("samples", SAMPLES)
    return desk


def test_donors_and_samples_come_in_and_the_bank_stays_sound(filled: Desk, raw: Any) -> None:
    assert raw("SELECT code, sex, birth_year, diagnosis FROM donor ORDER BY id") == [
        ("D1", "female", 1950, "C50.4"),
        ("D2", "male", 1948, "C18.9"),
    ]
    rows = raw("SELECT code, barcode, amount, unit, collected, diagnosis FROM sample ORDER BY id")
    assert rows[0] == ("S1", "0001", 500_000, "µL", "2021-03-04T10:15Z", "C50.4")
    assert rows[1] == ("S2", "0002", 12_000_000, "µg", "2021-03-04", "C50.4")
    assert rows[2] == ("S3", "0003", None, None, "2021", "C18.9")
    sound(filled.bank)


def test_the_same_files_a_second_time_change_nothing_and_write_no_entry(filled: Desk, raw: Any) -> None:
    entries = raw("SELECT count(*) FROM ledger_entry")
    assert counts(filled.takes("donors", DONORS)) == (0, 0, 2)
    assert counts(filled.takes("samples", SAMPLES)) == (0, 0, 3)
    assert raw("SELECT count(*) FROM ledger_entry") == entries


def test_an_import_is_one_entry_with_a_record_for_each_row(filled: Desk, raw: Any) -> None:
    assert raw("SELECT verb, subject, count FROM ledger_entry ORDER BY number DESC LIMIT 1") == [
        ("import", "file2.csv", 3)
    ]


def test_one_bad_row_refuses_the_whole_file_and_every_defect_is_told(filled: Desk, raw: Any) -> None:
    report = filled.take(
        "samples",
        "code,donor,material,amount\nS4,D1,Plasma,5 uL\nS5,D9,Plasma,5 uL\nS6,D1,Frog,-5 uL\nS4,D1,Serum,5 uL\n",
    )
    assert defects(report) == [
        (3, "donor", "D9", "donor.unknown"),
        (4, "material", "Frog", "code.unlisted"),
        (4, "amount", "-5 uL", "number.range"),
        (5, "code", "S4", "code.repeated"),
    ]
    assert len(report.refused) == 1
    assert raw("SELECT count(*) FROM sample") == [(3,)]
    sound(filled.bank)


def test_the_good_rows_come_in_when_asked_for(filled: Desk, raw: Any) -> None:
    report = filled.take("samples", "code,donor,material\nS4,D1,Plasma\nS5,D9,Plasma\n", keep_good=True)
    assert (report.total("created"), report.total("refused")) == (1, 1)
    assert raw("SELECT code FROM sample WHERE code > 'S3'") == [("S4",)]
    sound(filled.bank)


def test_a_dry_run_judges_everything_and_writes_nothing(desk: Desk, raw: Any) -> None:
    before = raw("SELECT count(*) FROM ledger_record")
    assert counts(desk.takes("donors", DONORS, dry_run=True)) == (2, 0, 0)
    bad = desk.take("samples", SAMPLES, dry_run=True)
    assert {code for _, _, _, code in defects(bad)} == {"donor.unknown"}
    assert raw("SELECT count(*) FROM donor") == [(0,)]
    assert raw("SELECT count(*) FROM ledger_record") == before


def test_one_bad_file_does_not_stop_the_others_of_a_call(desk: Desk, raw: Any) -> None:
    request = ImportRequest("donors", (desk.file("code\nA\n"), desk.file("code,sex\nB,frog\n"), desk.file("code\nC\n")))
    report = import_files(desk.bank, desk.actor, request)
    assert [each.file for each in report.refused] == ["file2.csv"]
    assert raw("SELECT code FROM donor ORDER BY code") == [("A",), ("C",)]


def test_update_takes_what_is_there_create_what_is_new(filled: Desk, raw: Any) -> None:
    new = "code,donor,material,note\nS1,D1,Plasma,seen\nS9,D1,Plasma,new\n"
    assert defects(filled.take("samples", new, mode="update")) == [(3, "code", "S9", "code.absent")]
    assert defects(filled.take("samples", new, mode="create")) == [(2, "code", "S1", "code.exists")]
    assert counts(filled.takes("samples", new)) == (1, 1, 0)
    assert raw("SELECT code, note FROM sample WHERE note IS NOT NULL ORDER BY code") == [("S1", "seen"), ("S9", "new")]
    sound(filled.bank)


def test_a_blank_leaves_what_is_there(filled: Desk, raw: Any) -> None:
    filled.takes("samples", "code,donor,material,barcode\nS1,D1,Plasma,\n")
    assert raw("SELECT barcode FROM sample WHERE code = 'S1'") == [("0001",)]


def test_what_makes_a_sample_itself_is_not_changed_by_a_file(filled: Desk) -> None:
    report = filled.take("samples", "code,donor,material\nS1,D2,Plasma\nS2,D1,RNA\n")
    assert defects(report) == [(2, "donor", "D2", "sample.fixed"), (3, "material", "RNA", "sample.fixed")]


def test_an_amount_that_was_used_since_is_not_set_back(filled: Desk, raw: Any) -> None:
    raw("UPDATE sample SET amount = 100000 WHERE code = 'S1'")
    assert counts(filled.takes("samples", SAMPLES)) == (0, 0, 3)
    assert raw("SELECT amount FROM sample WHERE code = 'S1'") == [(100_000,)]


def test_a_repeated_row_is_refused_and_left_out_where_that_is_relaxed(filled: Desk) -> None:
    twice = "code,donor,material\nS7,D1,Plasma\nS7,D1,Plasma\n"
    assert defects(filled.take("samples", twice)) == [(3, "code", "S7", "row.repeated")]
    relaxed = filled.take("samples", twice, relax=("row.repeated",))
    assert (relaxed.total("created"), relaxed.total("left_out")) == (1, 1)


def test_a_tube_barcode_given_twice_stays_with_the_first(filled: Desk, raw: Any) -> None:
    content = "code,donor,material,barcode\nS7,D1,Plasma,77\nS8,D1,Plasma,77\nS9,D1,Plasma,0001\n"
    assert defects(filled.take("samples", content)) == [
        (3, "barcode", "77", "barcode.repeated"),
        (4, "barcode", "0001", "barcode.taken"),
    ]
    filled.take("samples", content, relax=("barcode.repeated", "barcode.taken"))
    assert raw("SELECT code, barcode FROM sample WHERE code > 'S3' ORDER BY code") == [
        ("S7", "77"),
        ("S8", None),
        ("S9", None),
    ]


def test_times_out_of_order_come_in_only_relaxed_and_the_row_says_so(filled: Desk, raw: Any) -> None:
    content = "code,donor,material,collected,frozen\nS7,D1,Plasma,2021-03-04,2021-03-01\n"
    assert defects(filled.take("samples", content)) == [(2, "frozen", "2021-03-01", "moment.order")]
    filled.take("samples", content, relax=("moment.order",))
    assert raw("SELECT relaxed FROM sample WHERE code = 'S7'") == [("moment.order",)]


def test_what_cannot_be_relaxed_is_refused_by_name(filled: Desk) -> None:
    with pytest.raises(BadData, match="no rule that can be relaxed"):
        filled.take("samples", SAMPLES, relax=("cell.control",))


def test_children_take_donor_material_and_site_from_their_parent(filled: Desk, raw: Any) -> None:
    filled.takes("aliquots", "code,parent,amount\nA1,S1,50 uL\nA2,A1,10 uL\nB1,S3,\n")
    rows = raw(
        "SELECT s.code, d.code, p.code, s.kind, s.material, s.collected FROM sample s JOIN donor d ON d.id = s.donor_id"
        " JOIN sample p ON p.id = s.parent_id ORDER BY s.code"
    )
    assert rows == [
        ("A1", "D1", "S1", "aliquot", "Plasma", "2021-03-04T10:15Z"),
        ("A2", "D1", "A1", "aliquot", "Plasma", "2021-03-04T10:15Z"),
        ("B1", "D2", "S3", "aliquot", "Plasma", "2021"),
    ]
    sound(filled.bank)


def test_a_child_without_a_parent_hangs_on_the_next_one_up_where_that_is_relaxed(filled: Desk, raw: Any) -> None:
    told = """
    kind = "aliquots"
    tolerate = ["parent.unknown"]
    [columns]
    code = "code"
    parent = { from = "code", prefix = 4 }
    [ancestors]
    from = [{ from = "code", prefix = 2 }]
    """
    report = filled.take("aliquots", "code\nS1-X-1\nS9-X-1\n", told=told, keep_good=True)
    assert defects(report) == [(2, "code", "S1-X", "parent.unknown"), (3, "code", "S9-X", "parent.absent")]
    assert raw("SELECT s.code, p.code FROM sample s JOIN sample p ON p.id = s.parent_id") == [("S1-X-1", "S1")]


def test_a_parent_of_another_donor_is_refused(filled: Desk) -> None:
    assert defects(filled.take("aliquots", "code,parent,donor\nA1,S1,D2\n")) == [(2, "donor", "D2", "donor.disagrees")]


def test_an_unknown_donor_is_made_and_told_once_where_that_is_relaxed(filled: Desk, raw: Any) -> None:
    report = filled.take("samples", "code,donor,material\nS7,D7,Plasma\nS8,D7,DNA\n", relax=("donor.unknown",))
    assert defects(report) == [(2, "donor", "D7", "donor.unknown")]
    assert raw("SELECT sex, state FROM donor WHERE code = 'D7'") == [("unknown", "active")]
    sound(filled.bank)


def test_other_systems_identifiers_are_matched_whatever_their_case(filled: Desk, raw: Any) -> None:
    filled.takes("samples", "code,donor,material,external.LIMS\nS1,D1,Plasma,ab-1\n")
    assert counts(filled.takes("samples", "code,donor,material,external.LIMS\nS1,D1,Plasma,AB-1\n")) == (0, 0, 1)
    report = filled.take("samples", "code,donor,material,external.LIMS\nS2,D1,DNA,AB-1\n")
    assert defects(report) == [(2, "external.LIMS", "AB-1", "external.taken")]
    assert raw("SELECT value FROM external_identifier") == [("ab-1",)]


def test_tubes_land_in_their_wells_and_new_plates_are_made(filled: Desk, raw: Any) -> None:
    told = """
    kind = "aliquots"
    [columns]
    code = "code"
    parent = "parent"
    storage = "plate"
    row = "row"
    column = "column"
    [new.storage]
    kind = "plate"
    rows = 8
    columns = 12
    """
    content = "code,parent,plate,row,column\nA1,S1,P1,H,12\nA2,S1,P1,A,01\nA3,S1,P2,B,7\n"
    report = filled.takes("aliquots", content, told=told)
    assert (report.total("placed"), report.units) == (3, 2)
    assert raw(
        'SELECT s.code, u.code, s."row", s.col FROM sample s JOIN storage_unit u ON u.id = s.unit_id ORDER BY 1'
    ) == [
        ("A1", "P1", 7, 11),
        ("A2", "P1", 0, 0),
        ("A3", "P2", 1, 6),
    ]
    assert raw("SELECT code, places, tubes FROM storage_unit ORDER BY code") == [("P1", 96, 2), ("P2", 96, 1)]
    clash = filled.take("aliquots", "code,parent,plate,row,column\nA4,S1,P1,A,1\nA5,S1,P1,I,1\n", told=told)
    assert [(line, code) for line, _, _, code in defects(clash)] == [(2, "position.taken"), (3, "position.bad")]
    sound(filled.bank)


def test_storage_comes_in_whatever_the_order_of_its_rows(desk: Desk, raw: Any) -> None:
    content = "code,kind,parent,rows,columns,temperature\nB1,box,R1,9,9,\nR1,rack,F1,,,\nF1,freezer,,,,-60to-85\n"
    desk.takes("storage", content)
    assert raw("SELECT code, path, places, temperature FROM storage_unit ORDER BY path") == [
        ("F1", "001", 81, "-60to-85"),
        ("R1", "001001", 81, "-60to-85"),
        ("B1", "001001001", 81, "-60to-85"),
    ]
    assert counts(desk.takes("storage", content)) == (0, 0, 3)
    assert defects(desk.take("storage", "code,kind,parent\nX,box,NOWHERE\n")) == [
        (2, "parent", "NOWHERE", "unit.parent")
    ]
    sound(desk.bank)


def test_positions_move_tubes_and_two_may_change_places(filled: Desk, raw: Any) -> None:
    filled.takes("storage", "code,kind,rows,columns\nB1,box,9,9\n")
    filled.takes("positions", "sample,storage,position\nS1,B1,A1\n0002,B1,A2\n")
    report = filled.takes("positions", "sample,storage,position\nS1,B1,A2\nS2,B1,A1\n")
    assert counts(report) == (0, 2, 0)
    assert raw('SELECT code, "row", col FROM sample WHERE unit_id IS NOT NULL ORDER BY code') == [
        ("S1", 0, 1),
        ("S2", 0, 0),
    ]
    wrong = filled.take("positions", "sample,storage,position\nS3,B1,A1\nS9,B1,A3\nS3,B2,A1\n")
    assert [code for _, _, _, code in defects(wrong)] == ["position.taken", "sample.unknown", "code.repeated"]
    sound(filled.bank)


FORMS = """
kind = "consents"
tolerate = ["consent.unrecorded", "code.unmapped"]
[columns]
donor = "donor"
given = "date"
form = { from = "status", lookup = { Consented = "C-1", Waiver = "W-1" }, otherwise = "" }
"answer.GRU" = { from = "use", lookup = { y = "yes", n = "no" } }
[new.forms.C-1]
title = "Consent to research"
basis = "consent"
permissions = ["GRU"]
[new.forms.W-1]
title = "Waived"
basis = "derogation"
permissions = ["GRU"]
"""


def test_consents_come_under_their_forms_and_reach_the_samples(filled: Desk, raw: Any) -> None:
    content = "donor,date,status,use\nD1,2020-01-02,Consented,y\nD2,2020,,\n"
    report = filled.take("consents", content, told=FORMS)
    assert defects(report) == [(3, "status", "", "consent.unrecorded")]
    assert raw("SELECT code, basis FROM consent_form") == [("C-1", "consent")]
    assert raw("SELECT d.code, c.given, c.state FROM consent c JOIN donor d ON d.id = c.donor_id") == [
        ("D1", "2020-01-02", "active")
    ]
    assert raw("SELECT code FROM sample WHERE profile_id IS NOT NULL ORDER BY code") == [("S1",), ("S2",)]
    assert counts(filled.take("consents", content, told=FORMS)) == (0, 0, 1)
    sound(filled.bank)


def test_a_later_consent_supersedes_and_an_earlier_one_does_not(filled: Desk, raw: Any) -> None:
    filled.takes("consents", "donor,date,status,use\nD1,2020-01-02,Consented,y\n", told=FORMS)
    filled.takes("consents", "donor,date,status,use\nD1,2021-01-02,Consented,n\nD1,2019-01-01,Waiver,y\n", told=FORMS)
    assert raw("SELECT given, state FROM consent ORDER BY given") == [
        ("2019-01-01", "superseded"),
        ("2020-01-02", "superseded"),
        ("2021-01-02", "active"),
    ]
    [(profile,)] = raw(
        "SELECT p.answers FROM donor d JOIN consent_profile p ON p.id = d.profile_id WHERE d.code = 'D1'"
    )
    assert '"no"' in profile
    sound(filled.bank)


def test_a_hospital_number_is_never_kept_and_knows_the_patient_again(
    desk: Desk, raw: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIOBANK_KEYS", str(tmp_path / "keys"))
    told = 'kind="donors"\n[identifiers]\nMRN="link"\n[columns]\ncode="code"'
    desk.takes("donors", "code,MRN\nD1,123 456\n", told=told)
    assert defects(desk.take("donors", "code,MRN\nD2,123456\n", told=told)) == [(2, "code", "D2", "donor.known")]
    [(token, note)] = raw("SELECT link_token, note FROM donor")
    assert len(token) == 64
    assert note is None
    assert raw("SELECT count(*) FROM ledger_record WHERE change LIKE ?", "%123%456%") == [(0,)]


def test_text_of_every_kind_stands_in_the_ledger_as_it_stands_in_the_bank(desk: Desk, raw: Any) -> None:
    notes = ['say "no"', "back\\slash", "tab\there", "two\nlines", "é µ 試 🧪", "=1+1", "'; DROP TABLE donor; --"]
    rows = "".join('D{},"{}"\n'.format(n, note.replace('"', '""')) for n, note in enumerate(notes))
    desk.takes("donors", f"code,note\n{rows}")
    assert [note for (note,) in raw("SELECT note FROM donor ORDER BY id")] == notes
    sound(desk.bank)


def test_somebody_who_may_not_import_is_refused(desk: Desk, make: Any) -> None:
    desk.actor = make.person(Role.AUDITOR)
    with pytest.raises(Denied):
        desk.take("donors", DONORS)


def test_samples_of_a_donor_who_withdrew_come_in_on_hold_with_an_alarm(filled: Desk, raw: Any) -> None:
    from biobank_tui.actions.withdrawing import withdraw

    withdraw(filled.bank, filled.actor, "D1", "asked by letter")
    report = filled.take("samples", "code,donor,material\nS7,D1,Plasma\nS8,D2,Plasma\n")
    assert defects(report) == [(2, "donor", "D1", "donor.withdrawn")]
    assert raw("SELECT code, holds FROM sample WHERE code IN ('S7', 'S8') ORDER BY code") == [("S7", 1), ("S8", 0)]
    sound(filled.bank)


def test_rows_across_slices_find_each_other(filled: Desk, raw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("biobank_tui.exchange.textfiles.BLOCK_BYTES", 64)
    rows = [f"A{n},{'S1' if n == 0 else f'A{n - 1}'},b{n}" for n in range(40)] + ["A0,S1,b0", "A99,S1,b7"]
    report = filled.take("aliquots", "code,parent,barcode\n" + "\n".join(rows) + "\n", keep_good=True)
    assert defects(report) == [(42, "code", "A0", "row.repeated"), (43, "barcode", "b7", "barcode.repeated")]
    assert raw("SELECT count(*) FROM sample WHERE parent_id IS NOT NULL") == [(40,)]
    sound(filled.bank)
