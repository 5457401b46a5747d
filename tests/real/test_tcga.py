"""The TCGA cohorts as the Biospecimen Core Resource published them, by the maps and the script that ship.

BIOBANK_REAL_DATA names the folder that holds tcga_biotab/<cohort>/ and EXPECTED.dev.json; without it these are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from biobank_tui.actions.importing import ImportRequest, import_files
from biobank_tui.bank import checking, ledger
from biobank_tui.bank.bank import Bank
from biobank_tui.exchange.importing import ImportReport
from biobank_tui.model.tables import CONSENT, CONSENT_FORM, DONOR, SAMPLE
from biobank_tui.queries import purposes
from biobank_tui.rules.consent import Purpose

DATA = Path(os.environ.get("BIOBANK_REAL_DATA", ""))
FOLDERS = sorted(path for path in (DATA / "tcga_biotab").glob("*") if path.is_dir()) if DATA.name else []
HERE = Path(__file__).parents[2] / "fixtures" / "examples" / "tcga"
TABLES = (
    ("donors", "donors", "clinical_patient"),
    ("samples", "samples", "biospecimen_sample"),
    ("consents", "consents", "biospecimen_cqcf"),
    ("portions", "aliquots", "biospecimen_portion"),
    ("analytes", "aliquots", "biospecimen_analyte"),
    ("aliquots", "aliquots", "biospecimen_aliquot"),
)

pytestmark = [pytest.mark.real, pytest.mark.skipif(not FOLDERS, reason="BIOBANK_REAL_DATA names no such folder")]


@dataclass
class Cohorts:
    """A bank with every cohort in it, and what each table's import said."""

    bank: Bank
    reports: dict[str, ImportReport]

    def defects(self, table: str, cohort: str) -> Counter[str]:
        [report] = [each for each in self.reports[table].files if f"_{cohort}." in each.file]
        return Counter(report.defects["code"].to_list())


def taken(bank: Bank) -> dict[str, ImportReport]:
    actor = bank.actor("admin")
    import_files(bank, actor, ImportRequest("storage", (HERE / "storage.csv",)))
    reports = {}
    for table, kind, name in TABLES:
        files = tuple(path for folder in FOLDERS for path in sorted(folder.glob(f"*_{name}_*.txt*")))
        reports[table] = import_files(bank, actor, ImportRequest(kind, files, HERE / f"{table}.toml"))
    return reports


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cohorts]:
    with Bank.create(tmp_path_factory.mktemp("tcga") / "bank.db") as bank:
        yield Cohorts(bank, taken(bank))


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    told = json.loads((DATA / "EXPECTED.dev.json").read_text(encoding="utf-8"))
    return {name.rpartition("/")[2]: facts for name, facts in told.items() if "/tcga_biotab/" in name}


def total(expected: dict[str, Any], name: str) -> int:
    return sum(int(facts[name]) for facts in expected.values())


def test_every_record_of_every_cohort_comes_in(cohorts: Cohorts, expected: dict[str, Any]) -> None:
    assert not [file.refusal for report in cohorts.reports.values() for file in report.refused]
    assert cohorts.reports["aliquots"].donors_in_bank == total(expected, "unique_donors_sample_table")
    for table in ("samples", "portions", "analytes", "aliquots"):
        assert cohorts.reports[table].records == total(expected, f"unique_{table}")


def test_every_aliquot_lies_in_its_well(cohorts: Cohorts, expected: dict[str, Any]) -> None:
    report = cohorts.reports["aliquots"]
    assert report.total("placed") == total(expected, "aliquots_with_well")
    for file in report.files:
        [cohort] = [name for name in expected if f"_{name}." in file.file]
        assert len(file.units) == expected[cohort]["plates"]


def test_every_known_defect_is_reported(cohorts: Cohorts, expected: dict[str, Any]) -> None:
    for cohort, facts in expected.items():
        assert cohorts.defects("samples", cohort)["donor.unknown"] == facts["donors_with_samples_but_no_patient_row"]
        analytes, aliquots = cohorts.defects("analytes", cohort), cohorts.defects("aliquots", cohort)
        assert analytes["parent.unknown"] == facts["orphans"]["analyte_without_portion"]
        assert analytes["row.repeated"] == facts["analyte"]["rows"] - facts["unique_analytes"]
        assert (
            cohorts.defects("portions", cohort)["row.repeated"] == facts["portion"]["rows"] - facts["unique_portions"]
        )
        assert aliquots["value.disagrees"] == facts["aliquot_rows_whose_barcode_disagrees_with_its_sample_column"]
        assert aliquots["barcode.repeated"] == facts["dup_tube_barcodes"]
        assert aliquots["value.missing"] == facts["volume_null"]
        unrecorded = facts["consent_values"]["consent_or_death_status"].get("[Not Available]", 0)
        assert cohorts.defects("consents", cohort)["consent.unrecorded"] == unrecorded


BASES = {
    "TCGA-CONSENT": ("consent", "donor"),
    "TCGA-DECEASED": ("derogation", "authority"),
    "TCGA-WAIVER": ("derogation", "authority"),
    "TCGA-EXEMPTION-4": ("derogation", "authority"),
}
STUDY = Purpose("biomedical", countries=("FR",))
APPROVED = replace(STUDY, ethics_reference="CPP 7")


def test_consent_values_become_legal_bases_and_eligibility_follows_them(cohorts: Cohorts) -> None:
    with cohorts.bank.read() as connection:
        rows = connection.execute(
            select(
                CONSENT_FORM.c.code, CONSENT_FORM.c.basis, CONSENT.c.expressed_by, CONSENT.c.state, DONOR.c.profile_id
            )
            .select_from(CONSENT.join(CONSENT_FORM, CONSENT_FORM.c.id == CONSENT.c.form_id))
            .join(DONOR, DONOR.c.id == CONSENT.c.donor_id)
        ).all()
        judged = {each: purposes.judged(connection, each, "2026-11-20T09:00:00Z") for each in (STUDY, APPROVED)}
        silent = connection.scalar(
            select(func.count())
            .select_from(SAMPLE.join(DONOR, DONOR.c.id == SAMPLE.c.donor_id))
            .where(DONOR.c.id.not_in(select(CONSENT.c.donor_id)), SAMPLE.c.profile_id.is_not(None))
        )
    assert {row.code for row in rows} <= set(BASES)
    for row in rows:
        assert (row.basis, row.expressed_by, row.state) == (*BASES[row.code], "active")
        # A derogation serves a project with an ethics approval, and no other; consent serves both.
        assert row.profile_id in judged[APPROVED].permitted
        assert (row.profile_id in judged[STUDY].permitted) == (row.basis == "consent")
    assert silent == 0


def test_defects_point_to_what_stands_there_in_the_file(cohorts: Cohorts) -> None:
    import gzip

    for table in ("samples", "consents", "aliquots"):
        for defect in (
            cohorts.reports[table].defects.filter(cohorts.reports[table].defects["code"] != "donor.unknown").rows()
        ):
            file, line, column, value, *_ = defect
            [path] = [path for folder in FOLDERS for path in folder.glob(file)]
            raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            lines = raw.decode().split("\n")
            assert lines[line - 1].split("\t")[lines[0].split("\t").index(column)] == value


def test_the_bank_agrees_with_itself_and_with_its_ledger(cohorts: Cohorts) -> None:
    with cohorts.bank.read() as connection:
        assert ledger.verify(connection).fault is None
        assert [str(finding) for finding in checking.check(connection)] == []


def test_a_second_run_changes_nothing(cohorts: Cohorts) -> None:
    with cohorts.bank.read() as connection:
        before = ledger.head(connection)
    for report in taken(cohorts.bank).values():
        assert (report.total("created"), report.total("changed"), report.total("refused")) == (0, 0, 0)
    with cohorts.bank.read() as connection:
        assert ledger.head(connection) == before


def test_the_script_takes_in_a_folder_and_counts(tmp_path: Path, expected: dict[str, Any]) -> None:
    folder = min(FOLDERS, key=lambda each: expected[each.name]["unique_aliquots"])
    facts = expected[folder.name]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        [str(HERE / "import.sh"), str(tmp_path / "bank.db"), str(folder)],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told == {
        "donors": facts["unique_donors_sample_table"],
        "samples": facts["unique_samples"],
        "portions": facts["unique_portions"],
        "analytes": facts["unique_analytes"],
        "aliquots": facts["unique_aliquots"],
        "plates": facts["plates"],
        "placed": facts["aliquots_with_well"],
        "defects": told["defects"],
    }
    assert ran.stderr.count("donor.unknown") == facts["donors_with_samples_but_no_patient_row"]
