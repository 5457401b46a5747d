"""What a project is for, coded, so that consent can be matched against it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from biobank_tui.rules.diseases import normalise_range
from biobank_tui.rules.errors import Refused

EEA = frozenset(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO".split()  # noqa: SIM905
)
"""EU member states, and Iceland, Liechtenstein and Norway, as ISO 3166 alpha-2."""

EU = EEA - {"IS", "LI", "NO"}
_SPOKEN = {"UK": "GB", "EL": "GR"}


class ResearchType(StrEnum):
    GENERAL = "general"
    BIOMEDICAL = "biomedical"
    DISEASE = "disease"
    DRUG = "drug"
    METHODS = "methods"
    CONTROL = "control"
    POPULATION = "population"
    ANCESTRY = "ancestry"
    CLINICAL_CARE = "clinical_care"


@dataclass(frozen=True, slots=True)
class Purpose:
    """A project's use of samples and data.

    diseases: codes or ranges studied. commercial: the use or any member of the team is. countries: ISO alpha-2 of
    where samples or data go. methods_only: develops methods, whatever the type. recontact, incidental_findings: donors
    would be asked again, or told what is found. topics: words a research specific restriction may name.
    sexes, age_from, age_to, minors: whom it asks for. publication, collaboration, return_results: what it committed to.
    project, institutions, users: codes that consent may be limited to.
    """

    research_type: ResearchType | None = None
    diseases: tuple[str, ...] = ()
    commercial: bool = False
    genetic: bool = False
    animal: bool = False
    countries: tuple[str, ...] = ()
    methods_only: bool = False
    recontact: bool = False
    incidental_findings: bool = False
    topics: tuple[str, ...] = ()
    sexes: tuple[str, ...] = ()
    age_from: int | None = None
    age_to: int | None = None
    minors: bool = False
    publication: bool = False
    collaboration: bool = False
    return_results: bool = False
    ethics_reference: str | None = None
    ethics_expires: date | None = None
    project: str | None = None
    institutions: tuple[str, ...] = ()
    users: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        settle = object.__setattr__
        if self.research_type is not None:
            settle(self, "research_type", research_type(self.research_type))
        settle(self, "diseases", _set(normalise_range(code) for code in self.diseases))
        settle(self, "countries", _set(country(code) for code in self.countries))
        for name in ("topics", "sexes", "institutions", "users"):
            settle(self, name, _set(getattr(self, name)))

    @property
    def methods(self) -> bool:
        """Whether it develops methods and nothing else."""
        return self.methods_only or self.research_type is ResearchType.METHODS

    def to_json(self) -> str:
        """Canonical JSON; what is left at its default is left out."""
        said = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
            if value is not None and value is not False and value != ()
        }
        return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Purpose:
        """The purpose as it was stored; Refused when it says something this program does not know."""
        said: Any = json.loads(text)
        known = {field.name for field in fields(cls)}
        if not isinstance(said, dict) or not said.keys() <= known:
            raise Refused("purpose.unknown", "This purpose is not understood: {text}.", text=text)
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in said.items()
        }
        if "ethics_expires" in values:
            values["ethics_expires"] = date.fromisoformat(values["ethics_expires"])
        return cls(**values)


def research_type(text: str) -> ResearchType:
    """The type a word names; Refused with those there are."""
    try:
        return ResearchType(text.strip().lower().replace(" ", "_").replace("-", "_"))
    except ValueError:
        raise Refused(
            "purpose.research_type",
            "{value} is no type of research; there are {allowed}.",
            value=text,
            allowed=", ".join(ResearchType),
        ) from None


def country(text: str) -> str:
    """An ISO 3166 alpha-2 code in capitals; Refused when it has not that shape."""
    folded = text.strip().upper()
    folded = _SPOKEN.get(folded, folded)
    if re.fullmatch(r"[A-Z]{2}", folded) is None or folded == "EU":
        raise Refused("purpose.country", "{value} is no country code; two letters are, as in FR.", value=text)
    return folded


def countries_of(text: str) -> frozenset[str]:
    """The countries a restriction lists; EU and EEA stand for their members."""
    found: set[str] = set()
    for word in re.split(r"[\s,;|]+", text.upper()):
        found |= {"EU": EU, "EEA": EEA}.get(word, frozenset({_SPOKEN.get(word, word)} if word else ()))
    return frozenset(found)


def _set(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({str(value) for value in values}))
