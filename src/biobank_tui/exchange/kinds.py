"""What can be imported: each kind's fields, as data that the reader of files, the contract and the templates share."""

from __future__ import annotations

from typing import Final

from biobank_tui.exchange.fields import Field, FieldType, Kind, code_list
from biobank_tui.model.consents import ExpressedBy
from biobank_tui.model.donors import Sex
from biobank_tui.model.storage import UnitKind
from biobank_tui.rules.amounts import Unit
from biobank_tui.rules.errors import NotFound
from biobank_tui.rules.lifecycles import ConsentState, ServiceState
from biobank_tui.rules.positions import FillOrder, Major, Scheme, Style
from biobank_tui.rules.profiles import Answer, LegalBasis
from biobank_tui.rules.temperatures import TEMPERATURES

ICD_10: Final = r"^[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?$"
TOPOGRAPHY: Final = r"^C[0-9]{2}(\.[0-9])?$"
MORPHOLOGY: Final = r"^[0-9]{4}/[0-9]$"
COUNTRY: Final = r"^[A-Z]{2}$"
BARCODE: Final = r"^[!-~]{1,64}$"
LIKE: Final = {
    ICD_10: "C50 or C50.4",
    TOPOGRAPHY: "C50.4",
    MORPHOLOGY: "8500/3",
    COUNTRY: "FR",
    BARCODE: "0099016644: at most 64 letters, digits and signs, no spaces",
}
"""What a value of each pattern looks like, for people."""
ANSWERS: Final = tuple(Answer)
IMPORTABLE_STATUS: Final = ("expected", "available", "consumed", "destroyed", "missing", "rejected", "distributed")
SAMPLE_KINDS: Final = ("primary", "aliquot", "derivative")

T, K, CH, M, N, I = (  # noqa: E741
    FieldType.TEXT,
    FieldType.CODE,
    FieldType.CHOICE,
    FieldType.MOMENT,
    FieldType.NUMBER,
    FieldType.INTEGER,
)

EXTERNAL: Final = Field(
    "external.*",
    T,
    "Another system's identifier (external.SYSTEM)",
    "Identifiant d'un autre système (external.SYSTÈME)",
)
NOTE: Final = Field(
    "note", T, "Free text; nothing that identifies a person", "Texte libre, rien qui identifie une personne"
)
CUSTODIAN: Final = Field(
    "custodian", K, "Code of the organisation that has custody", "Code de l'organisation dépositaire"
)
PLACE: Final = (
    Field("storage", K, "Code of the storage unit the tube lies in", "Code de l'unité de stockage du tube"),
    Field(
        "position",
        T,
        "Position in the unit, as its labels say it (B7)",
        "Position dans l'unité, selon ses étiquettes (B7)",
    ),
    Field(
        "row", T, "Row label, where row and column come apart", "Étiquette de ligne, si ligne et colonne sont séparées"
    ),
    Field("column", T, "Column label, where row and column come apart", "Étiquette de colonne, si séparée"),
)

DIAGNOSED: Final = (
    Field(
        "diagnosis",
        T,
        "Main diagnosis, ICD-10",
        "Diagnostic principal, CIM-10",
        pattern=ICD_10,
        miabis="MIABIS-SAMPLE-10",
    ),
    Field("topography", T, "Tumour site, ICD-O-3", "Siège de la tumeur, CIM-O-3", pattern=TOPOGRAPHY),
    Field(
        "morphology",
        T,
        "Morphology and behaviour, ICD-O-3 (8500/3)",
        "Morphologie et comportement, CIM-O-3",
        pattern=MORPHOLOGY,
    ),
    Field("diagnosed", M, "Date of diagnosis, possibly partial", "Date du diagnostic, éventuellement partielle"),
    Field("age", N, "Age at diagnosis, years", "Âge au diagnostic, années", least=0, most=130),
    Field("stage", T, "Stage as written", "Stade tel qu'écrit"),
    Field("tnm", T, "TNM as written", "TNM tel qu'écrit"),
    Field("tnm_edition", T, "Edition of the TNM", "Édition du TNM"),
)

DONORS: Final = Kind(
    "donors",
    "Donors under their pseudonyms",
    "Donneurs sous leur pseudonyme",
    "code",
    (
        Field(
            "code",
            K,
            "Pseudonymous code",
            "Code pseudonyme",
            required=True,
            unique=True,
            miabis="MIABIS-SAMPLEDONOR-01",
        ),
        CUSTODIAN,
        Field("sex", CH, "Sex", "Sexe", choices=tuple(Sex), miabis="MIABIS-SAMPLEDONOR-02"),
        Field(
            "birth_year",
            I,
            "Year of birth",
            "Année de naissance",
            least=1850,
            most=2200,
            miabis="MIABIS-SAMPLEDONOR-04",
        ),
        Field("birth_month", I, "Month of birth; never the day", "Mois de naissance, jamais le jour", least=1, most=12),
        Field("country", T, "Country, ISO 3166 two letters", "Pays, ISO 3166 à deux lettres", pattern=COUNTRY),
        Field("state", CH, "Active or deceased", "Actif ou décédé", choices=("active", "deceased")),
        *DIAGNOSED,
        Field("study", K, "Code of a study the donor is enrolled in", "Code d'une étude où le donneur est inclus"),
        Field(
            "hospital_number",
            T,
            "Turned into the link token and never stored",
            "Transformé en jeton de lien, jamais conservé",
        ),
        EXTERNAL,
        NOTE,
    ),
)


def _sample_fields(*, parent_needed: bool) -> tuple[Field, ...]:
    return (
        Field(
            "code",
            K,
            "The sample's code, kept as it is",
            "Code de l'échantillon, conservé tel quel",
            required=True,
            unique=True,
            miabis="MIABIS-SAMPLE-01",
        ),
        Field(
            "donor",
            K,
            "Code of the donor",
            "Code du donneur",
            unless="" if parent_needed else "parent",
            miabis="MIABIS-SAMPLEDONOR-01",
        ),
        Field(
            "parent", K, "Code of the sample it comes from", "Code de l'échantillon d'origine", required=parent_needed
        ),
        Field("kind", CH, "Primary, aliquot or derivative", "Primaire, aliquote ou dérivé", choices=SAMPLE_KINDS),
        Field("barcode", T, "The tube's own barcode", "Code-barres du tube", pattern=BARCODE, unique=True),
        Field(
            "material",
            CH,
            "Material, MIABIS sample type; the parent's unless given",
            "Matériel, type MIABIS ; celui du parent sauf indication",
            unless="" if parent_needed else "parent",
            choices=code_list("sample_type"),
            miabis="MIABIS-SAMPLE-02",
        ),
        Field(
            "topography",
            T,
            "Anatomical site, ICD-O-3",
            "Site anatomique, CIM-O-3",
            pattern=TOPOGRAPHY,
            miabis="MIABIS-SAMPLE-05-03",
        ),
        Field(
            "diagnosis",
            T,
            "ICD-10, the donor's unless given",
            "CIM-10, celui du donneur sauf indication",
            pattern=ICD_10,
            miabis="MIABIS-SAMPLE-10",
        ),
        Field("amount", FieldType.AMOUNT, "Amount with its unit (250 µL)", "Quantité avec son unité (250 µL)"),
        Field(
            "unit", CH, "The amount's unit, where it is apart", "Unité de la quantité, si séparée", choices=tuple(Unit)
        ),
        Field("concentration", N, "Concentration", "Concentration", least=0),
        Field("concentration_unit", T, "Its unit (ng/µL)", "Son unité (ng/µL)"),
        Field("collected", M, "When it was taken", "Date du prélèvement", miabis="MIABIS-SAMPLE-04"),
        Field("received", M, "When it arrived", "Date de réception"),
        Field("processed", M, "When it was processed", "Date de traitement"),
        Field("frozen", M, "When it was frozen", "Date de congélation"),
        Field("thaws", I, "How often it was thawed", "Nombre de décongélations", least=0, most=1000),
        Field(
            "status",
            CH,
            "Status; available unless given",
            "Statut ; disponible sauf indication",
            choices=IMPORTABLE_STATUS,
        ),
        CUSTODIAN,
        *PLACE,
        EXTERNAL,
        NOTE,
    )


SAMPLE_REFERENCES: Final = (("donor", "donors", "code"), ("parent", "samples", "code"), ("storage", "storage", "code"))
SAMPLES: Final = Kind(
    "samples",
    "Samples with their donors",
    "Échantillons avec leurs donneurs",
    "code",
    _sample_fields(parent_needed=False),
    SAMPLE_REFERENCES,
)
ALIQUOTS: Final = Kind(
    "aliquots",
    "Samples with the sample each comes from",
    "Échantillons avec leur échantillon d'origine",
    "code",
    _sample_fields(parent_needed=True),
    SAMPLE_REFERENCES,
)

CONSENTS: Final = Kind(
    "consents",
    "What donors answered on which form",
    "Ce que les donneurs ont répondu, et sur quel formulaire",
    "donor",
    (
        Field("donor", K, "Code of the donor", "Code du donneur", required=True),
        Field("form", K, "Code of the consent form", "Code du formulaire", required=True, absent="consent.unrecorded"),
        Field(
            "version",
            T,
            "Version of the form; the newest unless given",
            "Version du formulaire, la dernière sauf indication",
        ),
        Field(
            "given",
            M,
            "Day it was given, possibly partial",
            "Jour du consentement, éventuellement partiel",
            required=True,
        ),
        Field("expressed_by", CH, "Who expressed it", "Qui l'a exprimé", choices=tuple(ExpressedBy)),
        Field("expires", M, "Day it ends", "Jour d'expiration"),
        Field("withdrawn", M, "Day it was withdrawn", "Jour du retrait"),
        Field(
            "follows_withdrawal",
            CH,
            "Yes where it was signed after the donor withdrew on that same day; the withdrawal wins otherwise",
            "Yes s’il a été signé après le retrait du donneur survenu le même jour ; sinon le retrait l’emporte",
            choices=("yes", "no"),
        ),
        Field("state", CH, "State; active unless given", "État ; actif sauf indication", choices=tuple(ConsentState)),
        Field("document", T, "SHA-256 of the signed document", "SHA-256 du document signé"),
        Field("source", T, "Where the record comes from", "Origine de l'enregistrement"),
        Field(
            "answer.*",
            FieldType.ANSWER,
            "Answer to a permission (answer.GRU)",
            "Réponse à une permission (answer.GRU)",
            choices=ANSWERS,
        ),
    ),
    (("donor", "donors", "code"),),
)

DIAGNOSES: Final = Kind(
    "diagnoses",
    "Diagnoses of donors, as many as each has",
    "Diagnostics des donneurs, autant que chacun en a",
    "donor",
    (Field("donor", K, "Code of the donor", "Code du donneur", required=True), *DIAGNOSED),
    (("donor", "donors", "code"),),
)

STORAGE: Final = Kind(
    "storage",
    "Storage units, each in its parent",
    "Unités de stockage, chacune dans son parent",
    "code",
    (
        Field("code", K, "Code of the unit", "Code de l'unité", required=True, unique=True),
        Field("name", T, "Name; the code unless given", "Nom ; le code sauf indication"),
        Field("kind", CH, "Kind of unit", "Nature de l'unité", required=True, choices=tuple(UnitKind)),
        Field("parent", K, "Code of the unit it stands in", "Code de l'unité qui la contient"),
        Field("rows", I, "Rows of its grid", "Lignes de la grille", least=1, most=1000),
        Field("columns", I, "Columns of its grid", "Colonnes de la grille", least=1, most=1000),
        Field("row_scheme", CH, "How rows are labelled", "Étiquetage des lignes", choices=tuple(Scheme)),
        Field("column_scheme", CH, "How columns are labelled", "Étiquetage des colonnes", choices=tuple(Scheme)),
        Field("label_style", CH, "How a position is written", "Écriture d'une position", choices=tuple(Style)),
        Field(
            "label_major", CH, "What a position names first", "Ce que nomme d’abord une position", choices=tuple(Major)
        ),
        Field("fill_order", CH, "In which order it is filled", "Ordre de remplissage", choices=tuple(FillOrder)),
        Field(
            "temperature",
            CH,
            "MIABIS storage temperature",
            "Température de stockage MIABIS",
            choices=tuple(TEMPERATURES),
            miabis="MIABIS-SAMPLE-03",
        ),
        Field("materials", T, "Materials it may hold, parted by commas", "Matériels admis, séparés par des virgules"),
        Field("organisation", K, "Organisation it is kept for", "Organisation à laquelle elle est réservée"),
        Field("service", CH, "Service state", "État de service", choices=tuple(ServiceState)),
    ),
    (("parent", "", "code"),),
)

POSITIONS: Final = Kind(
    "positions",
    "Which tube lies where",
    "Quel tube se trouve où",
    "sample",
    (
        Field(
            "sample",
            K,
            "Code or barcode of the sample",
            "Code ou code-barres de l'échantillon",
            required=True,
            unique=True,
        ),
        Field("storage", K, "Code of the storage unit", "Code de l'unité de stockage", required=True),
        *PLACE[1:],
    ),
    (("sample", "samples", "code"), ("storage", "storage", "code")),
)

KINDS: Final = {kind.name: kind for kind in (DONORS, DIAGNOSES, SAMPLES, ALIQUOTS, CONSENTS, STORAGE, POSITIONS)}
CLEARABLE: Final = {
    "donors": frozenset({"birth_year", "birth_month", "country", "diagnosis", "study", "note"}),
    **dict.fromkeys(
        ("samples", "aliquots"),
        frozenset(
            {"barcode", "topography", "concentration", "concentration_unit", "received", "processed", "frozen", "note"}
        ),
    ),
}
"""What a cell that says so may empty."""
BASES: Final = tuple(LegalBasis)


def kind_called(name: str) -> Kind:
    """The kind of that name; NotFound lists the others."""
    if name not in KINDS:
        raise NotFound(
            "kind.unknown",
            "There is nothing called {kind} to import; take one of {kinds}.",
            kind=name,
            kinds=", ".join(KINDS),
        )
    return KINDS[name]


def template(kind: Kind) -> str:
    """An empty file of the kind: its header line, as CSV."""
    return ",".join(field.name for field in kind.fields if not field.name.endswith(".*")) + "\n"
