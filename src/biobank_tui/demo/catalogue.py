"""What the demonstration bank is made of: invented partners, people, forms, diseases and projects, as tables."""

from __future__ import annotations

from dataclasses import dataclass

BANK_NAME = "Three Lakes demonstration bank"

ORGANISATIONS: tuple[tuple[str, str, str, bool, str], ...] = (
    ("VALMONT", "Centre de cancérologie Valmont", "hospital", False, "FR"),
    ("MONTCLAR", "Université de Montclar", "university", False, "FR"),
    ("LACS", "Université des Trois-Lacs", "university", False, "CH"),
    ("ORVANE", "Orvane Diagnostics", "company", True, "FR"),
    ("HELIA", "Agence de recherche Hélia", "agency", False, "FR"),
    ("NORDHAVN", "Nordhavn Fonden", "foundation", False, "DK"),
    ("BRIGHTWATER", "Brightwater Therapeutics", "company", True, "GB"),
    ("SANTELMO", "Hospital San Telmo", "hospital", False, "ES"),
)
"""Code, name, kind, commercial, country; the first five founded the bank, the first of them with its creation."""

FOUNDERS = 5

CUSTODY = (0.52, 0.24, 0.17, 0.04, 0.03)
"""Each founder's share of the donors."""

ADMINISTRATOR = ("admin", "Ada Ministre")

PEOPLE: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("tech", "Théo Lindqvist", "VALMONT", ("technician",)),
    ("mira", "Mira Sandoval", "VALMONT", ("technician",)),
    ("jonas", "Jonas Aebischer", "LACS", ("technician",)),
    ("lead", "Leïla Okonkwo", "MONTCLAR", ("project_lead",)),
    ("pavel", "Pavel Brandt", "LACS", ("project_lead",)),
    ("nina", "Nina Castellan", "ORVANE", ("project_lead",)),
    ("oskar", "Oskar Halvorsen", "NORDHAVN", ("project_lead",)),
    ("manager", "Manon Valette", "VALMONT", ("manager",)),
    ("committee", "Camille Estève", "HELIA", ("committee",)),
    ("ruth", "Ruth Adeyemi", "MONTCLAR", ("committee",)),
    ("hugo", "Hugo Zbinden", "LACS", ("committee",)),
    ("auditor", "Agnès Torvald", "HELIA", ("auditor",)),
)
"""Login, name, organisation, roles."""

STUDIES: tuple[tuple[str, str], ...] = (
    ("AURORE", "Liquid biopsy in early breast cancer"),
    ("CIRRUS", "Circulating tumour DNA after lung resection"),
    ("COLIBRI", "Organoids of colorectal metastases"),
    ("PETREL", "Tumours of children and adolescents"),
    ("SEQUOIA", "Long survivors of pancreatic cancer"),
    ("LYNX", "Lymphoma at relapse"),
)

@dataclass(frozen=True, slots=True)
class Form:
    """A consent form and how often each of its questions is answered with yes.

    years: how long a consent on it lasts; share: its weight among forms open on a day; of: whom it is for.
    """

    code: str
    version: str
    language: str
    title: str
    basis: str
    since: int
    until: int | None
    questions: tuple[tuple[str, float], ...]
    years: int | None = None
    share: float = 1.0
    of: str = "adult"


_BROAD = (
    ("GRU", 0.9),
    ("genetic_research", 0.9),
    ("recontact", 0.8),
    ("incidental_findings", 0.7),
    ("outside_eu", 0.75),
    ("animal_work", 0.85),
    ("commercial_use", 0.7),
)
_CARE = (("HMB", 0.97), ("genetic_research", 0.85), ("recontact", 0.6), ("outside_eu", 0.5))

FORMS: tuple[Form, ...] = (
    Form("GENERAL", "1", "fr", "Consentement général à la recherche", "consent", 2010, 2018, (*_CARE, ("NPUNCU", 0.5))),
    Form("GENERAL", "2", "fr", "Consentement général à la recherche", "consent", 2018, None, _BROAD),
    Form("GENERAL", "2", "en", "General research consent", "consent", 2018, None, _BROAD, share=0.3),
    Form("GENERAL", "3", "fr", "Consentement général à la recherche", "consent", 2022, None,
         (*_BROAD, ("IRB", 0.3)), 25, 1.6),
    Form("BREAST", "1", "fr", "Cohorte sein", "consent", 2014, None,
         (("DS:C50", 1.0), ("genetic_research", 0.95), ("recontact", 0.9), ("outside_eu", 0.6), ("commercial_use", 0.6)), 15, 0.7, "C50"),
    Form("TRIAL", "4", "en", "Trial samples, kept for five years", "consent", 2012, None,
         (("HMB", 1.0), ("genetic_research", 0.8), ("outside_eu", 0.9), ("commercial_use", 0.8), ("PUB", 0.5), ("COL", 0.4)), 5, 0.25),
    Form("PAEDIATRIC", "2", "fr", "Consentement des titulaires de l'autorité parentale", "consent", 2010, None,
         (("HMB", 1.0), ("genetic_research", 0.8), ("incidental_findings", 0.5), ("recontact", 0.95), ("NPUNCU", 0.6)),
         of="minor"),
    Form("CARE", "1", "fr", "Non-opposition, restes de soins", "non_opposition", 2010, None, (*_CARE, ("NPUNCU", 0.7)), share=0.5),
    Form("ARCHIVE", "1", "en", "Derogation for archived tissue", "derogation", 2010, 2019, (("HMB", 1.0), ("NPUNCU", 0.9)), share=0.2),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Disease:
    """An ICD-10 code, how many of a thousand donors have it, and who: sex ("f", "m" or either), age (mean, spread)."""

    code: str
    weight: float
    sex: str = ""
    age: tuple[float, float] = (63, 12)
    morphologies: tuple[str, ...] = ("8140/3",)
    solid: bool = True


_DUCTAL = ("8500/3", "8500/3", "8520/3", "8211/3")
_LUNG = ("8140/3", "8070/3", "8041/3", "8012/3")

DISEASES: tuple[Disease, ...] = (
    *(Disease(f"C50.{d}", w, "f", (58, 13), _DUCTAL) for d, w in zip("0123456", (4, 14, 34, 18, 62, 16, 2), strict=True)),
    Disease("C50.8", 18, "f", (58, 13), _DUCTAL), Disease("C50.9", 30, "f", (58, 13), _DUCTAL),
    *(Disease(f"C34.{d}", w, "", (66, 10), _LUNG) for d, w in zip("01239", (9, 58, 9, 36, 14), strict=True)),
    *(Disease(f"C18.{d}", w, "", (68, 12)) for d, w in zip("01234567", (16, 2, 18, 6, 10, 4, 6, 30), strict=True)),
    Disease("C18.9", 8, "", (68, 12)), Disease("C19", 10, "", (67, 12)), Disease("C20", 24, "", (66, 12)),
    Disease("C61", 88, "m", (69, 8)), Disease("C25.0", 16), Disease("C25.1", 6), Disease("C25.2", 6), Disease("C25.9", 4),
    Disease("C64", 20, "", (61, 12), ("8310/3", "8260/3", "8317/3")), Disease("C67.9", 16, "", (70, 10), ("8120/3",)),
    Disease("C73", 12, "", (47, 15), ("8260/3", "8340/3")), Disease("C43.5", 9, "", (56, 15), ("8720/3",)),
    Disease("C43.7", 7, "", (56, 15), ("8720/3",)), Disease("C53.9", 8, "f", (49, 13), ("8070/3",)),
    Disease("C54.1", 16, "f", (65, 10), ("8380/3",)), Disease("C56", 14, "f", (61, 13), ("8441/3", "8460/3")),
    Disease("C15.4", 5), Disease("C15.5", 6), Disease("C16.0", 6), Disease("C16.2", 5), Disease("C16.3", 5),
    Disease("C22.0", 11, "", (66, 11), ("8170/3",)), Disease("C22.1", 4, "", (66, 11), ("8160/3",)), Disease("C23", 2),
    Disease("C32.0", 4, "", (63, 9), ("8070/3",)), Disease("C10.9", 4, "", (60, 9), ("8070/3",)),
    Disease("C71.1", 8, "", (57, 15), ("9440/3", "9401/3")), Disease("C71.2", 5, "", (57, 15), ("9440/3",)),
    Disease("C81.1", 6, "", (34, 14), ("9663/3",), solid=False), Disease("C82.1", 6, "", (61, 12), ("9690/3",), solid=False),
    Disease("C83.3", 13, "", (64, 14), ("9680/3",), solid=False), Disease("C90.0", 11, "", (68, 10), ("9732/3",), solid=False),
    Disease("C91.0", 9, "", (9, 6), ("9835/3",), solid=False), Disease("C91.1", 7, "", (69, 10), ("9823/3",), solid=False),
    Disease("C92.0", 9, "", (62, 16), ("9861/3",), solid=False), Disease("C92.1", 3, "", (55, 15), ("9875/3",), solid=False),
    Disease("D05.1", 8, "f", (57, 10), ("8500/2",)), Disease("D46.9", 3, "", (71, 9), ("9989/3",), solid=False),
    Disease("C40.2", 4, "", (15, 4), ("9180/3",)), Disease("C41.4", 2, "", (14, 5), ("9260/3",)),
    Disease("C69.2", 2, "", (3, 2), ("9510/3",)), Disease("C74.9", 4, "", (3, 3), ("9500/3",)),
    Disease("C49.2", 3, "", (52, 20), ("8850/3", "8890/3")), Disease("C49.9", 2, "", (16, 6), ("8910/3",)),
    Disease("C45.0", 2, "", (71, 9), ("9050/3",)), Disease("C62.9", 4, "m", (33, 9), ("9061/3", "9070/3")),
    Disease("C37", 1, "", (55, 14), ("8580/3",)), Disease("C17.0", 1), Disease("C21.1", 2, "", (62, 11), ("8070/3",)),
    Disease("C24.1", 1), Disease("C38.1", 0.6, "", (30, 15), ("9085/3",)), Disease("C46.9", 0.5, "", (50, 14), ("9140/3",)),
    Disease("C47.9", 0.4, "", (41, 15), ("9540/3",)), Disease("C48.0", 0.8, "", (58, 12), ("8850/3",)),
    Disease("C51.9", 0.8, "f", (70, 11), ("8070/3",)), Disease("C57.0", 0.7, "f", (62, 10), ("8441/3",)),
    Disease("C60.9", 0.4, "m", (66, 11), ("8070/3",)), Disease("C65", 0.7, "", (70, 10), ("8120/3",)),
    Disease("C68.0", 0.3, "", (68, 10), ("8120/3",)), Disease("C70.0", 0.5, "", (60, 12), ("9530/3",)),
    Disease("C72.0", 0.5, "", (40, 18), ("9391/3",)), Disease("C75.0", 0.3, "", (55, 12), ("8140/3",)),
    Disease("C75.1", 0.3, "", (9, 5), ("9350/1",)), Disease("C7A.0", 0.9, "", (59, 13), ("8240/3",)),
    Disease("C80.9", 1.2, "", (66, 11), ("8000/3",)), Disease("C84.0", 0.6, "", (58, 14), ("9700/3",), solid=False),
    Disease("C88.0", 0.7, "", (70, 9), ("9761/3",), solid=False), Disease("C94.2", 0.2, "", (2, 1), ("9910/3",), solid=False),
    Disease("C96.0", 0.2, "", (4, 3), ("9751/3",), solid=False), Disease("D18.0", 0.4, "", (40, 15), ("9120/0",)),
    Disease("K50.9", 1.6, "", (35, 13), (), solid=False), Disease("K74.6", 1.2, "", (59, 11), (), solid=False),
)  # fmt: skip

HEALTHY = 0.06
"""Share of donors without a diagnosis: controls."""

NOTES = (
    "haemolysed, grade 1",
    "low volume at reception",
    "second spin after thaw of the rotor",
    "tube cracked, contents moved",
    "tumour content 60 %",
    "tumour content 20 %, necrosis",
    "taken before chemotherapy",
    "taken at relapse",
    "label replaced, old one unreadable",
    "délai de congélation dépassé",
)

HOSTILE = (
    "[/] =1+1",
    "[bold]not bold[/bold] [@click=app.quit]x[/]",
    '=HYPERLINK("x","y")',
    "^XA~JA^XZ",
    "'; DROP TABLE sample; --",
    "漢字 ｆｕｌｌ width é́",
    "%s {code} \\n $HOME `id`",
)
"""Texts that break a careless screen, label or spreadsheet; every bank gets them sooner or later."""


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
    Plan("Free tumour DNA in breast cancer", "lead", "MONTCLAR", "disease", 2900, "closed", 3, ("C50",), genetic=True,
         wants="type:Plasma dx:C50*"),
    Plan("Germline variants in early colon cancer", "pavel", "LACS", "disease", 2500, "closed", 2, ("C18", "C19", "C20"),
         countries=("FR", "CH"), genetic=True, wants="type:DNA dx:C18*"),
    Plan("A serum test for lung nodules", "nina", "ORVANE", "drug", 2100, "closed", 2, ("C34",), genetic=True,
         commercial=True, wants="type:Serum dx:C34*"),
    Plan("Methylation in prostate cancer", "lead", "MONTCLAR", "biomedical", 1500, "active", 3, genetic=True,
         wants="type:DNA dx:C61", quota=4000),
    Plan("Mouse avatars of pancreatic tumours", "pavel", "LACS", "biomedical", 1100, "active", 2, countries=("FR", "CH"),
         animal=True, genetic=True, wants="type:TissueFreshFrozen"),
    Plan("Single cells of lymphoma at relapse", "oskar", "NORDHAVN", "biomedical", 900, "active", 2, countries=("DK", "FR"),
         genetic=True, wants="type:PBMC"),
    Plan("HER2-low companion test", "nina", "ORVANE", "drug", 640, "active", 1, ("C50",), genetic=True, commercial=True,
         wants="type:TissueFixed dx:C50*", quota=300),
    Plan("Serum metabolites and response to chemotherapy", "lead", "MONTCLAR", "biomedical", 520, "active", 1,
         partners=("HELIA",), wants="type:Serum", quota=1500),
    Plan("Tumours of children: an atlas", "pavel", "LACS", "biomedical", 480, "suspended", 1, countries=("FR", "CH"),
         genetic=True, wants="type:RNA"),
    Plan("Plasma lipids in rare cancers", "lead", "MONTCLAR", "biomedical", 300, "active"),
    Plan("Urine exosomes for the bladder", "oskar", "NORDHAVN", "disease", 290, "active", 0, ("C67",), countries=("DK", "FR"),
         wants="type:Urine"),
    Plan("Antibody discovery from buffy coats", "nina", "ORVANE", "drug", 280, "declined", commercial=True, wants="type:BuffyCoat"),
    Plan("Ageing and the immune repertoire", "pavel", "LACS", "general", 270, "declined", countries=("CH",)),
    Plan("Early signals of myeloma", "lead", "MONTCLAR", "disease", 150, "selected", 0, ("C90",)),
    Plan("Ovarian ascites organoids", "pavel", "LACS", "biomedical", 140, "selected", countries=("FR", "CH"), animal=True),
    Plan("Radiation and clonal blood", "oskar", "NORDHAVN", "biomedical", 60, "scored", countries=("DK",), genetic=True),
    Plan("A breath test for the stomach", "lead", "MONTCLAR", "methods", 55, "scored"),
    Plan("Skin biopsies and new checkpoints", "nina", "ORVANE", "drug", 21, "proposed", commercial=True),
    Plan("Second tumours after Hodgkin", "pavel", "LACS", "disease", 12, "proposed", 0, ("C81",), countries=("CH",)),
    Plan("An idea without a purpose yet", "lead", "MONTCLAR", "biomedical", 5, "proposed", coded=False),
)
