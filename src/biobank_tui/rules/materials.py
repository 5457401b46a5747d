"""What samples are made of: MIABIS sample types (MIABIS-SAMPLE-02) and the words people use for them."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from functools import cache

from biobank_tui.rules.errors import Refused


@dataclass(frozen=True, slots=True)
class Material:
    """A sample type.

    group: its coarse MIABIS type; sprec: its SPREC letters where there is one answer; said: synonyms.
    """

    code: str
    label: str
    group: str
    sprec: str
    said: str


_TABLE = (
    Material("AmnioticFluid", "Amniotic fluid", "Other body fluid", "AMN", "amniotic"),
    Material("AscitesFluid", "Ascites fluid", "Other body fluid", "ASC", "ascites, ascite"),
    Material("Bile", "Bile", "Other body fluid", "", ""),
    Material("BodyCavityFluid", "Body cavity fluid", "Other body fluid", "", ""),
    Material("Bone", "Bone", "Tissue (fresh frozen or fixed)", "BON", "os"),
    Material(
        "BoneMarrowAspirate", "Bone marrow aspirate", "Other body fluid", "BMA", "marrow aspirate, bone marrow, moelle"
    ),
    Material("BoneMarrowPlasma", "Bone marrow plasma", "Other body fluid", "", ""),
    Material("BoneMarrowWhole", "Bone marrow, whole", "Other body fluid", "", ""),
    Material("BreastMilk", "Breast milk", "Other body fluid", "BMK", "milk"),
    Material("BronchLavage", "Bronchoalveolar lavage", "Other body fluid", "BAL", "bal, lavage"),
    Material(
        "BuffyCoat", "Buffy Coat", "Buffy coat", "", "buffy, buffycoat, leucocytes, leukocytes, couche leucocytaire"
    ),
    Material(
        "CancerCellLine",
        "Cancer cell lines",
        "Cancer cell lines",
        "",
        "cancer cell line, tumour cell line, tumor cell line",
    ),
    Material("CerebrospinalFluid", "Cerebrospinal fluid", "Other body fluid", "CSF", "csf, liquor, lcr"),
    Material("CordBlood", "Cord blood", "Other body fluid", "CRD", "sang de cordon"),
    Material("DentalPulp", "Dental pulp", "Other body fluid", "", ""),
    Material("DNA", "DNA", "DNA", "", "adn, gdna, genomic dna"),
    Material("Embryo", "Embryo", "Embryo or fetal tissue", "", ""),
    Material("EntireOrgan", "Entire body organ", "Entire body organ", "", ""),
    Material("Faeces", "Faeces", "Faeces", "STL", "feces, stool, selles"),
    Material("FetalTissue", "Fetal tissue", "Embryo or fetal tissue", "", ""),
    Material("Fibroblast", "Fibroblasts", "Primary cells", "", "fibroblast"),
    Material("FoodSpecimen", "Food specimen", "Specimen from environment or food", "", ""),
    Material("Gas", "Gas, exhaled (=breath)", "Other", "", "breath, exhaled gas"),
    Material("GastricFluid", "Gastric fluid", "Other body fluid", "", "gastric juice"),
    Material("Hair", "Hair", "Other", "HAR", "hairs"),
    Material(
        "ImmortalizedCellLine",
        "Immortalized cell lines",
        "Immortalised cell lines",
        "",
        "cell line, immortalised cell line",
    ),
    Material("IsolatedMicrobe", "Isolated microbes", "Isolated microbes", "", "microbe, isolate"),
    Material("IsolatedExosome", "Isolated or enriched exosomes", "Other", "EXO", "exosome, exosomes"),
    Material(
        "IsolatedTumorCell",
        "Isolated Tumor Cell (neoplastic cell)",
        "Primary cells",
        "",
        "tumour cells, tumor cells, ctc",
    ),
    Material("LiquidBiopsy", "Liquid Biopsy", "Blood", "", "liquid biopsies"),
    Material("MenstrualBlood", "Menstrual blood", "Other body fluid", "", ""),
    Material("Nail", "Nail", "Other", "NAL", "nails"),
    Material("NasalWashing", "Nasal washing", "Other body fluid", "NAS", ""),
    Material("Organoid", "Organoids", "Other", "", "organoid, organoïde, pdo"),
    Material("Other", "Other", "Other", "ZZZ", "autre"),
    Material("PericardialFluid", "Pericardial fluid", "Other body fluid", "", ""),
    Material("PBMC", "Peripheral blood mononuclear cells (PBMC)", "Primary cells", "CEL", "pbmcs, mononuclear cells"),
    Material("Placenta", "Placenta", "Entire body organ", "PLC", ""),
    Material("Plasma", "Plasma", "Plasma", "", "blood plasma, bloodplasma, edta plasma, plasma edta"),
    Material("PleuralFluid", "Pleural fluid", "Other body fluid", "PFL", "pleural effusion"),
    Material("PostMortemTissue", "Post-mortem tissue", "Post-mortem tissue", "", "post mortem tissue, autopsy tissue"),
    Material("PrimaryCells", "Primary cells", "Primary cells", "", "primary cell"),
    Material("Protein", "Protein", "Other", "", "proteins, protéine, protéines"),
    Material("RedBloodCells", "Red blood cells", "Primary cells", "RBC", "rbc, erythrocytes"),
    Material("RNA", "RNA", "RNA", "", "arn, total rna"),
    Material("Saliva", "Saliva", "Saliva", "SAL", "salive"),
    Material("Semen", "Semen", "Other body fluid", "SEM", ""),
    Material("Serum", "Serum", "Serum", "SER", "sérum, blood serum"),
    Material("SpecimenEnvironment", "Specimen from environment", "Specimen from environment or food", "", ""),
    Material("Sputum", "Sputum", "Other body fluid", "SPT", "expectoration"),
    Material("StemCells", "Stem cells (and iPS cells)", "Immortalised cell lines", "", "ips, ipsc, stem cell"),
    Material("Swab", "Swab", "Swab", "", "écouvillon"),
    Material("Sweat", "Sweat", "Other body fluid", "", ""),
    Material("SynovialFluid", "Synovial fluid", "Other body fluid", "SYN", "synovial"),
    Material("Tears", "Tears", "Other body fluid", "TER", ""),
    Material("Teeth", "Teeth", "Entire body organ", "TTH", "tooth"),
    Material(
        "TissueFixed",
        "Tissue (fixed)",
        "Tissue (fresh frozen or fixed)",
        "",
        "fixed tissue, ffpe, paraffin tissue, ffpe tissue, tissu fixé",
    ),
    Material(
        "TissueFreshFrozen",
        "Tissue (fresh frozen)",
        "Tissue (fresh frozen or fixed)",
        "",
        "frozen tissue, fresh frozen tissue, ff tissue, snap frozen tissue, tissu congelé",
    ),
    Material("UmbilicalCord", "Umbilical cord", "Tissue (fresh frozen or fixed)", "", ""),
    Material("Urine", "Urine", "Urine", "", "spot urine"),
    Material("UrineSediment", "Urine Sediment", "Urine", "", "urine pellet"),
    Material("VitreousFluid", "Vitreous fluid", "Other body fluid", "", "vitreous"),
    Material(
        "WholeBlood",
        "Whole blood",
        "Blood",
        "BLD",
        "blood, sang, sang total, full blood, peripheral whole blood, blood whole",
    ),
    Material(
        "WholeBloodDried",
        "Whole blood, dried (e.g. Guthrie cards)",
        "Blood",
        "DWB",
        "dried blood, dried blood spot, dbs, guthrie",
    ),
)

MATERIALS: dict[str, Material] = {material.code: material for material in _TABLE}

SEVERAL: dict[str, tuple[str, ...]] = {
    "tissue": ("TissueFixed", "TissueFreshFrozen"),
    "tissu": ("TissueFixed", "TissueFreshFrozen"),
    "nucleicacid": ("DNA", "RNA"),
    "nucleicacids": ("DNA", "RNA"),
    "celllines": ("CancerCellLine", "ImmortalizedCellLine"),
    "marrow": ("BoneMarrowAspirate", "BoneMarrowPlasma", "BoneMarrowWhole"),
}
"""Words that mean more than one material; a filter takes them all, a sample must say which."""


def materials(text: str) -> tuple[str, ...]:
    """The codes a word (code, label or synonym) stands for; Refused with the nearest where there is none."""
    folded = _fold(text)
    found = _words().get(folded) or SEVERAL.get(folded)
    if not found:
        near = difflib.get_close_matches(folded, [*_words(), *SEVERAL], n=1, cutoff=0.6)
        known = near[0] if near else "plasma"
        raise Refused(
            "material.unknown",
            "{text} is no material we know; the nearest is {nearest}.",
            text=text,
            nearest=", ".join(_words().get(known) or SEVERAL[known]),
        )
    return found


def material(text: str) -> str:
    """The one code a word stands for; Refused where it could be several."""
    found = materials(text)
    if len(found) > 1:
        raise Refused(
            "material.several",
            "{text} may be {several}; say which.",
            text=text,
            several=" or ".join(found),
        )
    return found[0]


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if char.isalnum())


@cache
def _words() -> dict[str, tuple[str, ...]]:
    words: dict[str, tuple[str, ...]] = {}
    for each in _TABLE:
        for word in (each.code, each.label, *each.said.split(",")):
            if word.strip():
                words[_fold(word)] = (each.code,)
    return words
