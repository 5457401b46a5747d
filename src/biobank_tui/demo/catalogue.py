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
    Form(
        "GENERAL",
        "3",
        "fr",
        "Consentement général à la recherche",
        "consent",
        2022,
        None,
        (*_BROAD, ("IRB", 0.3)),
        25,
        1.6,
    ),
    Form(
        "BREAST",
        "1",
        "fr",
        "Cohorte sein",
        "consent",
        2014,
        None,
        (("DS:C50", 1.0), ("genetic_research", 0.95), ("recontact", 0.9), ("outside_eu", 0.6), ("commercial_use", 0.6)),
        15,
        0.7,
        "C50",
    ),
    Form(
        "TRIAL",
        "4",
        "en",
        "Trial samples, kept for five years",
        "consent",
        2012,
        None,
        (
            ("HMB", 1.0),
            ("genetic_research", 0.8),
            ("outside_eu", 0.9),
            ("commercial_use", 0.8),
            ("PUB", 0.5),
            ("COL", 0.4),
        ),
        5,
        0.25,
    ),
    Form(
        "PAEDIATRIC",
        "2",
        "fr",
        "Consentement des titulaires de l'autorité parentale",
        "consent",
        2010,
        None,
        (("HMB", 1.0), ("genetic_research", 0.8), ("incidental_findings", 0.5), ("recontact", 0.95), ("NPUNCU", 0.6)),
        of="minor",
    ),
    Form(
        "CARE",
        "1",
        "fr",
        "Non-opposition, restes de soins",
        "non_opposition",
        2010,
        None,
        (*_CARE, ("NPUNCU", 0.7)),
        share=0.5,
    ),
    Form(
        "ARCHIVE",
        "1",
        "en",
        "Derogation for archived tissue",
        "derogation",
        2010,
        2019,
        (("HMB", 1.0), ("NPUNCU", 0.9)),
        share=0.2,
    ),
)


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
