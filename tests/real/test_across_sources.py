"""One cohort from two sources into one bank: what both tell of is one record, not two.

BIOBANK_REAL_DATA names the folder that holds tcga_biotab/lihc and gdc_portal/TCGA-LIHC; without it these are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from biobank_tui.actions.importing import ImportRequest, import_files
from biobank_tui.bank import checking, ledger
from biobank_tui.bank.bank import Bank

DATA = Path(os.environ.get("BIOBANK_REAL_DATA", ""))
BIOTAB, PORTAL = DATA / "tcga_biotab" / "lihc", DATA / "gdc_portal" / "TCGA-LIHC"
HERE = Path(__file__).parents[2] / "fixtures" / "examples" / "tcga"
IN_BOTH, IN_ALL = 3_760, 4_452
PORTAL_MAP = Path(__file__).parents[2] / "fixtures" / "maps" / "gdc_portal.toml"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not (DATA.name and BIOTAB.is_dir() and PORTAL.is_dir()), reason="BIOBANK_REAL_DATA lacks LIHC"),
]


def test_the_aliquots_of_biotab_and_of_the_portal_are_counted_once(tmp_path: Path) -> None:
    with Bank.create(tmp_path / "bank.db") as bank:
        actor = bank.actor("admin")
        import_files(bank, actor, ImportRequest("storage", (HERE / "storage.csv",)))
        for name, kind, table in (
            ("donors", "donors", "clinical_patient"),
            ("samples", "samples", "biospecimen_sample"),
            ("portions", "aliquots", "biospecimen_portion"),
            ("analytes", "aliquots", "biospecimen_analyte"),
            ("aliquots", "aliquots", "biospecimen_aliquot"),
        ):
            [path] = BIOTAB.glob(f"*_{table}_*")
            biotab = import_files(bank, actor, ImportRequest(kind, (path,), HERE / f"{name}.toml"))
        portal = import_files(bank, actor, ImportRequest("all", tuple(sorted(PORTAL.iterdir())), PORTAL_MAP))
        assert not portal.refused
        [file] = [each for each in portal.files if each.file.startswith("aliquot")]
        assert (file.unchanged + file.changed, file.refused) == (IN_BOTH, 0)
        assert biotab.records + file.created == IN_ALL
        again = import_files(bank, actor, ImportRequest("all", tuple(sorted(PORTAL.iterdir())), PORTAL_MAP))
        assert (again.total("created"), again.total("changed"), again.total("refused")) == (0, 0, 0)
        with bank.read() as connection:
            assert ledger.verify(connection).fault is None
            assert [str(finding) for finding in checking.check(connection)] == []
