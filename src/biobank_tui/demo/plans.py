"""The projects of the demonstration bank: what they study, and how far they came."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """A project of the demonstration: what it studies, and how far it came.

    research: a word of rules.purpose.ResearchType. before: days before the bank is shown that it was proposed.
    state: where it stands now. sent: how many requests it has had filled in the past.
    """

    title: str
    lead: str
    organisation: str
    research: str
    before: int
    state: str
    sent: int = 0
    diseases: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    countries: tuple[str, ...] = ("FR",)
    genetic: bool = False
    animal: bool = False
    commercial: bool = False
    wants: str = "type:Plasma"
    quota: int | None = None
    coded: bool = True


PLANS: tuple[Plan, ...] = (
    Plan("Plasma proteins before the first operation", "lead", "MONTCLAR", "biomedical", 3300, "closed", 3),
    Plan(
        "Free tumour DNA in breast cancer",
        "lead",
        "MONTCLAR",
        "disease",
        2900,
        "closed",
        3,
        ("C50",),
        genetic=True,
        wants="type:Plasma dx:C50*",
    ),
    Plan(
        "Germline variants in early colon cancer",
        "pavel",
        "LACS",
        "disease",
        2500,
        "closed",
        2,
        ("C18", "C19", "C20"),
        countries=("FR", "CH"),
        genetic=True,
        wants="type:DNA dx:C18*",
    ),
    Plan(
        "A serum test for lung nodules",
        "nina",
        "ORVANE",
        "drug",
        2100,
        "closed",
        2,
        ("C34",),
        genetic=True,
        commercial=True,
        wants="type:Serum dx:C34*",
    ),
    Plan(
        "Methylation in prostate cancer",
        "lead",
        "MONTCLAR",
        "biomedical",
        1500,
        "active",
        3,
        genetic=True,
        wants="type:DNA dx:C61",
        quota=4000,
    ),
    Plan(
        "Mouse avatars of pancreatic tumours",
        "pavel",
        "LACS",
        "biomedical",
        1100,
        "active",
        2,
        countries=("FR", "CH"),
        animal=True,
        genetic=True,
        wants="type:TissueFreshFrozen",
    ),
    Plan(
        "Single cells of lymphoma at relapse",
        "oskar",
        "NORDHAVN",
        "biomedical",
        900,
        "active",
        2,
        countries=("DK", "FR"),
        genetic=True,
        wants="type:PBMC",
    ),
    Plan(
        "HER2-low companion test",
        "nina",
        "ORVANE",
        "drug",
        640,
        "active",
        1,
        ("C50",),
        genetic=True,
        commercial=True,
        wants="type:TissueFixed dx:C50*",
        quota=300,
    ),
    Plan(
        "Serum metabolites and response to chemotherapy",
        "lead",
        "MONTCLAR",
        "biomedical",
        520,
        "active",
        1,
        partners=("HELIA",),
        wants="type:Serum",
        quota=1500,
    ),
    Plan(
        "Tumours of children: an atlas",
        "pavel",
        "LACS",
        "biomedical",
        480,
        "suspended",
        1,
        countries=("FR", "CH"),
        genetic=True,
        wants="type:RNA",
    ),
    Plan("Plasma lipids in rare cancers", "lead", "MONTCLAR", "biomedical", 300, "active"),
    Plan(
        "Urine exosomes for the bladder",
        "oskar",
        "NORDHAVN",
        "disease",
        290,
        "active",
        0,
        ("C67",),
        countries=("DK", "FR"),
        wants="type:Urine",
    ),
    Plan(
        "Antibody discovery from buffy coats",
        "nina",
        "ORVANE",
        "drug",
        280,
        "declined",
        commercial=True,
        wants="type:BuffyCoat",
    ),
    Plan("Ageing and the immune repertoire", "pavel", "LACS", "general", 270, "declined", countries=("CH",)),
    Plan("Early signals of myeloma", "lead", "MONTCLAR", "disease", 150, "selected", 0, ("C90",)),
    Plan(
        "Ovarian ascites organoids", "pavel", "LACS", "biomedical", 140, "selected", countries=("FR", "CH"), animal=True
    ),
    Plan(
        "Radiation and clonal blood", "oskar", "NORDHAVN", "biomedical", 60, "scored", countries=("DK",), genetic=True
    ),
    Plan("A breath test for the stomach", "lead", "MONTCLAR", "methods", 55, "scored"),
    Plan("Skin biopsies and new checkpoints", "nina", "ORVANE", "drug", 21, "proposed", commercial=True),
    Plan("Second tumours after Hodgkin", "pavel", "LACS", "disease", 12, "proposed", 0, ("C81",), countries=("CH",)),
    Plan("An idea without a purpose yet", "lead", "MONTCLAR", "biomedical", 5, "proposed", coded=False),
)
