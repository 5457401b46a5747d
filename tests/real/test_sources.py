"""Every source of real files, by its map: everything in it comes in, and its known defects are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from biobank_tui.actions.importing import ImportRequest, import_files
from biobank_tui.model.tables import DONOR, SAMPLE

from .conftest import DATA, MAPS, Taken, take

pytestmark = pytest.mark.real


def test_gdc_portal(taken: Any, told: Any) -> None:
    it, facts = taken("gdc_portal", "gdc_portal/TCGA-LIHC/*.tsv*"), told("gdc_portal/TCGA-LIHC")
    assert it.count(DONOR) == facts["unique_donors"]
    assert it.records("samples") == facts["unique_samples"]
    assert it.records("aliquots", "portion*") == facts["unique_portions"]
    assert it.defects(name="portion*")["code.missing"] == facts["portion_rows_without_barcode"]
    assert it.records("aliquots", "analyte*") == facts["unique_analytes"]
    assert it.records("aliquots", "aliquot*") == facts["unique_aliquots"]
    assert it.records("aliquots", "slide*") + it.defects(name="slide*")["code.repeated"] == facts["slide"]["rows"]


def test_gdc_sample_sheet(taken: Any, told: Any) -> None:
    it, facts = taken("gdc_sample_sheet", "gdc_portal/gdc_sample_sheet*"), told("gdc_sample_sheet")
    assert it.counts == (facts["unique_cases"], facts["unique_samples"])
    assert {file.rows for file in it.report.files} == {facts["rows"]}


def test_gdc_submission_json(taken: Any) -> None:
    it = taken("gdc_submission", "gdc_submission_json/*.json")
    assert (*it.counts, it.diagnoses) == (2, 5, 1)
    assert it.defects() == {"moment.future": 1, "parent.absent": 2, "donor.unknown": 1}


def test_icgc(taken: Any, told: Any) -> None:
    it, facts = taken("icgc", "icgc/LIRI-JP/*.tsv"), told("icgc/LIRI-JP")
    assert it.count(DONOR) == facts["unique_donors"]
    assert (it.records("samples"), it.records("aliquots")) == (facts["unique_specimens"], facts["unique_samples"])
    assert it.count(DONOR, DONOR.c.id.not_in(select(SAMPLE.c.donor_id))) == facts["donors_without_specimen"]
    assert not it.defects()


@pytest.mark.parametrize("study", ["brca_metabric", "lgg_ucsf_2014", "puma_biliary"])
def test_cbioportal(taken: Any, told: Any, study: str) -> None:
    it, facts = taken("cbioportal", f"cbioportal/{study}/data_clinical_*.txt"), told(f"cbioportal/{study}")
    assert it.counts == (facts["patient"]["patients"], facts["sample"]["samples"])
    assert it.count(DONOR, DONOR.c.id.not_in(select(SAMPLE.c.donor_id))) == facts["patients_without_sample"]


def test_htan(taken: Any, told: Any) -> None:
    it, facts = taken("htan", "htan/*/aliquot_level_imaging_data.txt"), told("htan/crc_hta8")
    unnamed = it.defects()["code.missing"]
    assert it.records("donors") == facts["patients"]
    assert it.records("samples") == facts["scrna_samples"]
    # The count takes an empty cell for one aliquot more.
    assert it.records("aliquots") + bool(unnamed) == facts["aliquots"]
    assert it.defects("aliquots")["row.repeated"] + unnamed + it.records("aliquots") == facts["rows"]


def test_igsr(taken: Any, told: Any) -> None:
    it, facts = taken("igsr", "igsr/*.tsv"), told("igsr")
    assert it.counts == (facts["samples"], facts["samples"])
    assert it.by(DONOR.c.sex) == facts["sexes"]
    assert it.defects()["value.missing"] == facts["missing_biosample"]


def test_sra(taken: Any, told: Any) -> None:
    it, facts = taken("sra", "sra/*/SraRunTable.txt"), told("sra/TEP")
    assert (it.count(SAMPLE), it.consents) == (facts["biosamples"], facts["biosamples"])
    assert it.defects("samples")["row.repeated"] == facts["runs"] - facts["biosamples"]
    assert set(it.values("code.unlisted", "donors")) == {"healthy control", "noncancer"}


def test_biosamples(taken: Any) -> None:
    it = taken("biosamples", "biosamples/*.json")
    assert (*it.counts, it.by(SAMPLE.c.material)) == (1, 1, {"CancerCellLine": 1})


def test_cancer_models(taken: Any, told: Any) -> None:
    it = taken("cancer_models", "models/HCMI/HCMI_metadata-*.tsv")
    patients, tissues, models = (
        told(f"models/HCMI/HCMI_metadata-{sheet}.tsv") for sheet in ("patient", "patient_sample", "other_models")
    )
    assert it.records("donors") == patients["unique_patient_id"]
    assert it.records("samples", "*patient_sample*") == tissues["unique_sample_id"]
    assert it.records("samples", "*other_models*") == models["unique_model_id"]
    twice = it.defects("donors")
    assert twice["row.repeated"] + twice["code.repeated"] == patients["rows"] - patients["unique_patient_id"]
    # Models that no sample names: they have their patient, and no tissue.
    assert it.defects("samples")["code.unlisted"] == models["unique_model_id"] - tissues["unique_model_id"]


def test_the_catalogue_of_models_tells_of_the_same_models(taken: Any, told: Any) -> None:
    it = taken("cancer_models", "models/HCMI/HCMI_metadata-*.tsv")
    report = take(it.bank, "hcmi_catalogue", DATA / "models" / "HCMI" / "model-table.tsv")
    [models] = Taken(it.bank, report).files("aliquots")
    assert not report.refused
    assert (models.created, models.unchanged + models.changed) == (
        0,
        told("models/HCMI/model-table.tsv")["unique_Name"],
    )


def test_fhir_bbmri_de(taken: Any, told: Any) -> None:
    it, facts = taken("fhir", "fhir/bbmri_de_bundle/*.json"), told("fhir/bbmri_de_bundle/transaction-100.json")
    assert it.counts == (facts["counts"]["Patient"], facts["counts"]["Specimen"])
    assert it.diagnoses == facts["counts"]["Condition"]
    assert it.by(SAMPLE.c.material)["RNA"] == facts["specimen_types"]["rna"]


def test_fhir_bbmri_de_guide(taken: Any, told: Any) -> None:
    it, facts = taken("fhir", "fhir/bbmri_de_ig/*.json"), told("fhir/bbmri_de_ig/Bundle")
    assert it.counts == (facts["counts"]["Patient"], facts["counts"]["Specimen"])


def test_fhir_mii(taken: Any) -> None:
    it = taken("fhir", "fhir/mii_biobank/*.json")
    assert it.counts == (1, 4)
    assert it.count(SAMPLE, SAMPLE.c.parent_id.is_not(None)) == 3
    assert it.by(SAMPLE.c.kind) == {"primary": 1, "aliquot": 3}
    assert it.by(SAMPLE.c.status)["missing"] == 1
    assert it.defects()["donor.unknown"] == 1


def test_fhir_hl7(taken: Any) -> None:
    it = taken("fhir", "fhir/hl7_r4/*.json")
    assert it.count(SAMPLE) == 3
    # Two of the five say no more than a third of the same patient and day: no permission of a Consent is coded.
    assert (it.consents, sum(file.rows for file in it.files("consents"))) == (3, 5)
    assert it.defects()["moment.order"] == it.defects()["external.taken"] == 1


def test_fhir_synthea(taken: Any, told: Any) -> None:
    it = taken("fhir", "fhir/synthea/*.json.gz")
    assert it.counts == (2, 0)
    conditions = [told(f"fhir/synthea/{path.name}")["Condition"] for path in DATA.glob("fhir/synthea/*")]
    assert it.defects("diagnoses")["value.missing"] == sum(conditions)


@pytest.mark.parametrize("laboratory", ["lab148", "lab20", "lab22"])
def test_ldms(taken: Any, told: Any, laboratory: str) -> None:
    it = taken("ldms", f"storage/labkey_ldms/{laboratory}.specimens")
    facts = told(f"storage/labkey_ldms/{laboratory}.specimens")
    assert it.counts == (facts["donors_ptid"], facts["unique_vials"])
    assert len(set(it.values("parent.absent"))) == facts["parents"]
    assert it.defects()["position.repeated"] == facts["positions_with_more_than_one_vial"]
    assert it.count(SAMPLE, SAMPLE.c.row.is_not(None)) == facts["distinct_positions"]


@pytest.mark.parametrize(("name", "placed"), [("sample_manifest", 96), ("tube_sample_manifest", 0)])
def test_sample_manifest(taken: Any, told: Any, name: str, placed: int) -> None:
    it = taken("sample_manifest", f"manifests/*/{name}.csv")
    facts = told(f"manifests/sanger_sequencescape/{name}.csv")
    assert it.count(SAMPLE) == it.count(DONOR) == facts["with_id"]
    assert it.count(SAMPLE, SAMPLE.c.row.is_not(None)) == placed


def test_tecan(sqlite_bank: Any, tmp_path: Path) -> None:
    paths = tuple(DATA.glob("storage/cbsr_tecan/*.csv")) if DATA.name else ()
    if not paths:
        pytest.skip("BIOBANK_REAL_DATA lacks storage/cbsr_tecan")
    [source] = Taken(sqlite_bank, take(sqlite_bank, "tecan", *paths)).values("parent.absent")
    before = tmp_path / "before.csv"
    before.write_text(f"code,donor,material\n{source},D1,BuffyCoat\n", encoding="utf-8")
    actor = sqlite_bank.actor("admin")
    import_files(sqlite_bank, actor, ImportRequest("samples", (before,), relax=("donor.unknown",)))
    report = take(sqlite_bank, "tecan", *paths)
    assert (report.total("created"), report.total("placed"), report.units) == (1, 1, 1)


def test_openspecimen(taken: Any) -> None:
    it = taken("openspecimen", "openspecimen/master_specimen_upload.csv")
    assert it.counts == (1, 6)
    assert it.by(SAMPLE.c.kind) == {"primary": 1, "derivative": 1, "aliquot": 4}


@pytest.mark.parametrize(
    "name", ["participant", "masterSpecimen", "specimen", "specimenDerivative", "storageContainer"]
)
def test_openspecimen_templates_are_read_and_hold_nothing(taken: Any, name: str) -> None:
    assert taken("openspecimen", f"openspecimen/{name}_template.csv").counts == (0, 0)


@pytest.mark.parametrize(("name", "samples", "unknown"), [("sample", 3, 6), ("input1", 1, 0)])
def test_miabis(taken: Any, name: str, samples: int, unknown: int) -> None:
    it = taken("miabis", f"miabis_tab/{name}.txt")
    assert it.counts == (samples, samples)
    # Codes of other ontologies than ICD: sites of EFO, diseases of DOID.
    assert it.defects()["code.bad"] == unknown


@pytest.mark.parametrize(
    ("form", "donors", "samples", "defects"),
    [
        ("csv", 3, 3, {"moment.future": 5}),
        ("json", 3, 3, {}),
        ("xml", 1, 5, {"moment.order": 1, "moment.future": 10, "row.repeated": 2}),
    ],
)
def test_bbmri_cz(taken: Any, form: str, donors: int, samples: int, defects: dict[str, int]) -> None:
    it = taken(f"bbmri_cz_{form}", f"bbmri_cz/*.{form}")
    assert (it.counts, it.defects(), it.consents) == ((donors, samples), defects, int(form == "xml"))


def test_hubmap(taken: Any) -> None:
    it = taken("hubmap", "hubmap/*.tsv")
    assert (it.counts, it.values("amount.unit")) == ((1, 2), ["42", "42"])


def test_hca(taken: Any) -> None:
    it = taken("hca", "hca/*.xlsx")
    assert [it.records(kind) for kind in ("donors", "samples", "aliquots")] == [5, 4, 3]


def test_every_map_is_tried_on_a_source() -> None:
    tried = Path(__file__).read_text(encoding="utf-8")
    assert [path.stem for path in MAPS.glob("*.toml") if path.stem.partition("_cz_")[0] not in tried] == []
