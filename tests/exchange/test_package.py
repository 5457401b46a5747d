"""A bank that is packed and unpacked into an empty one is the same bank, noun by noun, whatever the databases."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from frictionless import Package
from sqlalchemy import select

from biobank_tui.actions import aliquoting, donors, holding, withdrawing
from biobank_tui.actions.packages import dump, load
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.checking import check
from biobank_tui.exchange.package import MATCHED, STATES, TABLES, columns_of
from biobank_tui.model.tables import SERIAL
from biobank_tui.rules.errors import BadData, Denied, Refused, Unreachable
from biobank_tui.rules.permissions import Role


@pytest.fixture
def lived(bank, actor, make):
    """A bank with everything a collection has: kin, places, holds, a withdrawal, numbers of other systems, pools."""
    make.organisation("GR", country="FR")
    donor = make.consenting("GRU", "DS:C50", no=("genetic_research",), note="=1+1", external={"HIS": "0042"})
    donors.add_diagnosis(bank, actor, donor, donors.NewDiagnosis("C50.9", "ICD-O-3", "8500/3", "2025-11", 64.5))
    tree = make.storage("freezer / 2 racks / 2 boxes 4x4", temperature="-80")
    box = make.box(4, 4)
    tubes = make.placed(3, unit=box, positions=["A1", "B2", "D4"], donor=donor, collected="2026-01-10T08:15Z")
    blood = make.sample(donor=donor, material="WholeBlood", amount="5 mL", external={"LIMS": "X-9"})
    aliquoting.aliquot(bank, actor, aliquoting.Aliquoting(blood, 2, "500 µL"))
    aliquoting.derive(bank, actor, aliquoting.Deriving(blood, "Plasma", 1, "500 µL"))
    aliquoting.pool(bank, actor, [(tubes[0], "100 µL"), (make.sample(donor=donor), "100 µL")])
    holding.hold_samples(bank, actor, [tubes[1]], "quality", "cracked lid")
    holding.hold_donor(bank, actor, donor, "legal", "a question")
    holding.release(bank, actor, donor, "answered")
    gone = make.consenting("GRU")
    make.sample(donor=gone)
    withdrawing.withdraw(bank, actor, gone, "asked by letter")
    return {"donor": donor, "tree": tree, "box": box, "tubes": tubes, "blood": blood}


def rows(bank: Bank) -> dict[str, list[tuple]]:
    """Every row of the collection; ids of people and organisations as codes, since a bank has its own of those."""
    told: dict[str, list[tuple]] = {}
    with bank.read() as connection:
        names = {
            table.name: dict(map(tuple, connection.execute(select(table.c.id, table.c[MATCHED[table.name]]))))
            for table in TABLES
            if table.name in MATCHED
        }
        for table in TABLES:
            columns = columns_of(table)
            found = connection.execute(select(*columns)).all()
            told[table.name] = sorted(
                (
                    tuple(_named(names, column, value) for column, value in zip(columns, row, strict=True))
                    for row in found
                ),
                key=repr,
            )
    return told


def _named(names, column, value):
    if column.table.name in MATCHED and column.name == "id":
        return None
    key = next(iter(column.foreign_keys), None)
    if key is not None and key.column.table.name in MATCHED:
        return names[key.column.table.name].get(value)
    return STATES.get(value, value) if column.name == "status" else value


@pytest.fixture
def empty(tmp_path) -> Bank:
    """Another bank, whose first organisation and person are others than those of the first."""
    with Bank.create(
        tmp_path / "other.db", organisation=("ELSE", "Elsewhere"), administrator=("root", "Root")
    ) as found:
        yield found


def test_the_bank_that_is_unpacked_is_the_one_that_was_packed(bank, actor, lived, empty, tmp_path):
    packed = dump(bank, actor, tmp_path / "package")
    unpacked = load(empty, empty.actor("root"), tmp_path / "package")
    before, after = rows(bank), rows(empty)
    for table in before:
        if table not in MATCHED:
            assert after[table] == before[table], table
            assert packed.rows[table] == unpacked.rows[table] == len(before[table])
        assert set(before[table]) <= set(after[table]), table
    assert sum(map(len, before.values())) == sum(packed.rows.values()) > 40


def test_a_bank_moves_from_sqlite_to_postgresql_and_back(request, database, actor, lived, bank, tmp_path):
    other = request.getfixturevalue("postgresql_bank" if database == "sqlite" else "sqlite_bank")
    dump(bank, actor, tmp_path / "package")
    load(other, other.actor("admin"), tmp_path / "package")
    assert rows(other) == rows(bank)
    with other.read() as connection:
        assert check(connection) == []


def test_counts_and_ledger_of_the_unpacked_bank_stand(bank, actor, lived, empty, tmp_path):
    dump(bank, actor, tmp_path / "package")
    load(empty, empty.actor("root"), tmp_path / "package")
    with empty.read() as connection:
        assert check(connection) == []


def test_no_code_is_given_again_after_unpacking(bank, actor, make, lived, empty, tmp_path):
    dump(bank, actor, tmp_path / "package")
    load(empty, empty.actor("root"), tmp_path / "package")
    with bank.read() as one, empty.read() as other:
        for noun in ("donor", "sample", "storage_unit"):
            next_of = select(SERIAL.c.next).where(SERIAL.c.noun == noun)
            assert other.scalar(next_of) == one.scalar(next_of)
    new = donors.register_donors(empty, empty.actor("root"), [donors.NewDonor("ELSE")])
    assert new[0] not in {row[1] for row in rows(bank)["donor"]}


def test_a_package_is_a_data_package_with_keys_that_hold(bank, actor, lived, tmp_path):
    dump(bank, actor, tmp_path / "package")
    report = Package(str(tmp_path / "package" / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])


def test_a_package_holds_no_password_and_makes_nobody_a_role(bank, actor, make, lived, empty, tmp_path):
    from biobank_tui.actions import parties

    make.person(Role.MANAGER, login="berta")
    parties.set_password(bank, actor, "berta", "a long enough password")
    dump(bank, actor, tmp_path / "package")
    assert "argon2" not in (tmp_path / "package" / "person.csv").read_text()
    load(empty, empty.actor("root"), tmp_path / "package")
    with pytest.raises(Denied):
        dump(empty, empty.actor("berta"), tmp_path / "again")


def test_text_like_a_formula_is_guarded_in_the_file_and_whole_in_the_bank(bank, actor, lived, empty, tmp_path):
    dump(bank, actor, tmp_path / "package")
    with (tmp_path / "package" / "donor.csv").open(encoding="utf-8") as file:
        assert "'=1+1" in {row["note"] for row in csv.DictReader(file)}
    load(empty, empty.actor("root"), tmp_path / "package")
    note = [column.name for column in columns_of(TABLES[6])].index("note")
    assert "=1+1" in {row[note] for row in rows(empty)["donor"]}


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("donor.csv", "code,", "kode,", "should have the columns"),
        ("donor.csv", "D-0", "D-\x1b0", "holds a"),
        ("diagnosis.csv", "64.5", "old", "is no number"),
        ("external_identifier.csv", ",donor,", ",freezer,", "no noun"),
        ("datapackage.json", "serials", "cereals", "is not a bank's"),
    ],
)
def test_a_package_somebody_changed_is_refused_whole(bank, actor, lived, empty, tmp_path, file, old, new, said):
    dump(bank, actor, tmp_path / "package")
    path = tmp_path / "package" / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(BadData, match=said):
        load(empty, empty.actor("root"), tmp_path / "package")
    assert rows(empty)["donor"] == rows(empty)["storage_unit"] == []


def test_a_package_that_breaks_a_rule_of_the_bank_is_refused_whole(bank, actor, lived, empty, tmp_path):
    dump(bank, actor, tmp_path / "package")
    path = tmp_path / "package" / "sample.csv"
    text = path.read_text(encoding="utf-8")
    assert ",available," in text
    path.write_text(text.replace(",available,", ",vanished,", 1), encoding="utf-8")
    with pytest.raises(Refused, match="status"):
        load(empty, empty.actor("root"), tmp_path / "package")
    assert rows(empty)["sample"] == rows(empty)["donor"] == []


def test_a_bank_that_has_rows_and_a_folder_without_a_package_are_told(bank, actor, lived, tmp_path):
    dump(bank, actor, tmp_path / "package")
    with pytest.raises(Refused, match="empty bank"):
        load(bank, actor, tmp_path / "package")
    with pytest.raises(Refused, match="already there"):
        dump(bank, actor, tmp_path / "package")
    (tmp_path / "nothing").mkdir()
    with pytest.raises(Unreachable):
        load(bank, actor, tmp_path / "nothing")


def test_packing_is_a_managers_and_stands_in_the_ledger(bank, actor, make, lived, tmp_path):
    with pytest.raises(Denied):
        dump(bank, make.person(Role.TECHNICIAN), tmp_path / "package")
    with pytest.raises(Denied):
        dump(bank, make.person(Role.MANAGER, within="HOME"), tmp_path / "package")
    assert not (tmp_path / "package").exists()
    done = dump(bank, make.person(Role.MANAGER), tmp_path / "package")
    described = json.loads((tmp_path / "package" / "datapackage.json").read_text(encoding="utf-8"))
    assert {each["name"]: each["rows"] for each in described["resources"]} == done.rows
    assert not list(Path(tmp_path).glob(".*.part"))
