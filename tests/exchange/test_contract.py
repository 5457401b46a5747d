"""The contract's files say what the program takes."""

from __future__ import annotations

import json

import pytest

from biobank_tui.exchange import contract
from biobank_tui.exchange.kinds import KINDS, template
from biobank_tui.model import tables
from biobank_tui.paths import schema_dir


@pytest.mark.parametrize("name", sorted(contract.files()))
def test_the_contract_on_disk_is_the_one_drawn_from_the_kinds(name: str) -> None:
    on_disk = (schema_dir() / "tables" / name).read_text(encoding="utf-8")
    assert on_disk == contract.files()[name], "run: python -m biobank_tui.exchange.contract"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_field_says_what_it_is_in_both_languages(kind: object) -> None:
    for field in kind.fields:  # type: ignore[attr-defined]
        assert field.en
        assert field.fr
        assert field.en != field.fr or field.name == "concentration"


def test_every_table_named_by_the_package_has_a_schema() -> None:
    package = json.loads(contract.files()["datapackage.json"])
    assert {each["schema"] for each in package["resources"]} <= contract.files().keys()


def test_a_template_is_the_header_of_its_kind() -> None:
    assert template(KINDS["positions"]) == "sample,storage,position,row,column\n"


@pytest.mark.parametrize(
    ("kind", "table"), [("donors", tables.DONOR), ("samples", tables.SAMPLE), ("storage", tables.STORAGE_UNIT)]
)
def test_fields_that_share_a_name_with_a_column_belong_to_it(kind: str, table: object) -> None:
    columns = set(table.c.keys())  # type: ignore[attr-defined]
    apart = {"donor", "parent", "storage", "position", "column", "custodian", "organisation", "hospital_number"}
    told = (
        {"topography", "morphology", "diagnosed", "age", "stage", "tnm", "tnm_edition"} if kind == "donors" else set()
    )
    named = {field.name for field in KINDS[kind].fields if not field.name.endswith(".*")}
    assert named - apart - told <= columns
