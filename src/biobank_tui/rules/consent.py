"""The verdict of a donor's coded consent on a project's coded purpose, at a day, with its reasons.

No answer is no. A base permission must cover the research, each delicate use must have been agreed to, and every
restriction must hold. Conditions that can be met afterwards (publication, embargo) come back as obligations.
Follows the definitions of the Data Use Ontology, and the DUOS rules where those decide.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from biobank_tui.rules.diseases import covers_range
from biobank_tui.rules.duo import TERMS, Permission
from biobank_tui.rules.phrases import filled, mark
from biobank_tui.rules.profiles import Answer, LegalBasis, Profile, Reply, common
from biobank_tui.rules.purpose import EEA, Purpose, ResearchType, countries_of

__all__ = [
    "TERMS",
    "Answer",
    "LegalBasis",
    "Permission",
    "Profile",
    "Purpose",
    "Reason",
    "Reply",
    "ResearchType",
    "Verdict",
    "VerdictKind",
    "common",
    "verdict",
]


class VerdictKind(StrEnum):
    PERMITTED = "permitted"
    OBLIGATIONS = "obligations"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in words: a template with {facts}, which is also its msgid. code: stable dotted name."""

    code: str
    sentence: str
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return filled(self.sentence, self.facts)

    def to_json(self) -> str:
        """As it is stored, so that it can still be said in any language."""
        said = {"code": self.code, "sentence": self.sentence, "facts": {name: str(v) for name, v in self.facts.items()}}
        return json.dumps(said, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Reason:
        """The reason as it was stored."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Verdict:
    """permitted; obligations: permitted under those listed; refused: for all the reasons listed."""

    kind: VerdictKind
    obligations: tuple[Reason, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def permitted(self) -> bool:
        return self.kind is not VerdictKind.REFUSED


@dataclass(frozen=True, slots=True)
class _Duty:
    """An obligation among the findings; every other finding refuses."""

    reason: Reason


Finding = Reason | _Duty

T = ResearchType
P = Permission

_STUDIES = frozenset(T) - {T.CLINICAL_CARE}
COVERED: dict[Permission, frozenset[ResearchType]] = {
    P.NRES: frozenset(T),
    P.GRU: _STUDIES,
    P.HMB: frozenset({T.BIOMEDICAL, T.DISEASE, T.DRUG, T.METHODS, T.CONTROL}),
    # Only when every disease of the purpose is covered too.
    P.DS: frozenset({T.DISEASE, T.DRUG, T.METHODS, T.CONTROL}),
    P.POA: frozenset({T.POPULATION, T.ANCESTRY}),
    P.CC: frozenset({T.CLINICAL_CARE}),
}
"""The research each permission covers."""

DELICATE: tuple[tuple[Permission, Callable[[Purpose], bool]], ...] = (
    (P.GENETIC_RESEARCH, lambda purpose: purpose.genetic),
    (P.ANIMAL_WORK, lambda purpose: purpose.animal),
    (P.COMMERCIAL_USE, lambda purpose: purpose.commercial),
    (P.RECONTACT, lambda purpose: purpose.recontact),
    (P.INCIDENTAL_FINDINGS, lambda purpose: purpose.incidental_findings),
    # Where nothing says in which countries, it may be outside.
    (P.OUTSIDE_EU, lambda purpose: not purpose.countries or not EEA.issuperset(purpose.countries)),
)
"""Uses that need a yes of their own, and when a purpose has them."""


def verdict(profile: Profile | None, purpose: Purpose | None, at: date) -> Verdict:
    """Whether samples under this profile may be used for this purpose that day; no profile is no consent in force."""
    if profile is None:
        return _refused(Reason("consent.none", "No consent is in force."))
    if purpose is None or purpose.research_type is None:
        return _refused(
            Reason("purpose.nothing_coded", "The project's purpose is not coded, so nothing can be matched with it.")
        )
    findings: list[Finding] = [*_base(profile, purpose), *_delicate(profile, purpose)]
    if profile.basis is LegalBasis.DEROGATION:
        findings.append(_ethics(Reply("derogation", Answer.YES), purpose, at))
    for reply in profile.restrictions():
        found = RESTRICTIONS[P(reply.code)](reply, purpose, at)
        if found is not None:
            findings.append(found)
    reasons = tuple(each for each in findings if isinstance(each, Reason))
    if reasons:
        return Verdict(VerdictKind.REFUSED, (), reasons)
    duties = tuple(each.reason for each in findings if isinstance(each, _Duty))
    return Verdict(VerdictKind.OBLIGATIONS if duties else VerdictKind.PERMITTED, duties)


def _refused(reason: Reason) -> Verdict:
    return Verdict(VerdictKind.REFUSED, (), (reason,))


def _base(profile: Profile, purpose: Purpose) -> Iterator[Reason]:
    kind = purpose.research_type
    assert kind is not None
    if kind is T.DISEASE and not purpose.diseases:
        yield Reason("purpose.no_disease", "The project studies a disease but names none.")
        return
    standing = {code: profile.granted(code) for code in COVERED if profile.granted(code)}
    covering = [code for code in standing if kind in COVERED[code]]
    if any(code is not P.DS for code in covering):
        return
    ranges = ", ".join(each for each in standing.get(P.DS, ()) if each)
    if covering and purpose.diseases and all(covers_range(ranges, code) for code in purpose.diseases):
        return
    if covering:
        yield Reason(
            "consent.disease",
            "The donor agreed to research on {allowed} only; the project studies {diseases}.",
            {
                "allowed": ranges or mark("no disease named"),
                "diseases": ", ".join(purpose.diseases) or mark("no named disease"),
            },
        )
    elif standing:
        yield Reason(
            "consent.base",
            "The donor agreed to {agreed}; that does not cover {kind} research.",
            {"agreed": ", ".join(TERMS[code].label for code in standing), "kind": kind},
        )
    else:
        yield Reason("consent.nothing", "The donor agreed to no research; no answer is no.")


def _delicate(profile: Profile, purpose: Purpose) -> Iterator[Reason]:
    for code, asked in DELICATE:
        if not asked(purpose):
            continue
        answer = profile.answered(code)
        if answer is Answer.NO:
            yield Reason(f"consent.{code}", "The donor said no to {use}.", {"use": TERMS[code].label})
        elif answer is Answer.NOT_ASKED:
            yield Reason(
                f"consent.{code}",
                "The donor was not asked about {use}; no answer is no.",
                {"use": TERMS[code].label},
            )


def _not_commercial(reply: Reply, purpose: Purpose, _at: date) -> Finding | None:
    if not purpose.commercial:
        return None
    return Reason(
        f"consent.{reply.code}",
        "The donor agreed to {use}; the project is commercial.",
        {"use": TERMS[P(reply.code)].label},
    )


def _within_countries(reply: Reply, purpose: Purpose, _at: date) -> Finding | None:
    allowed = countries_of(reply.parameter or "")
    outside = sorted(set(purpose.countries) - allowed) or ([] if purpose.countries else ["?"])
    if not outside:
        return None
    return Reason(
        "consent.GS",
        "The donor agreed to use in {allowed} only; the project works in {countries}.",
        {"allowed": reply.parameter or "?", "countries": ", ".join(outside)},
    )


def _ethics(reply: Reply, purpose: Purpose, at: date) -> Finding:
    if not purpose.ethics_reference:
        return Reason(f"consent.{reply.code}", "Ethics approval is required; none is on file.")
    if purpose.ethics_expires is not None and purpose.ethics_expires < at:
        return Reason(
            f"consent.{reply.code}",
            "Ethics approval is required; {reference} ran out on {day}.",
            {"reference": purpose.ethics_reference, "day": purpose.ethics_expires.isoformat()},
        )
    return _Duty(
        Reason(
            f"obligation.{reply.code}",
            "Keep ethics approval {reference} in force.",
            {"reference": purpose.ethics_reference},
        )
    )


def _promise(sentence: str, agreed: str, kept: str) -> Callable[[Reply, Purpose, date], Finding]:
    def promised(reply: Reply, purpose: Purpose, _at: date) -> Finding:
        return _Duty(Reason(f"obligation.{reply.code}", agreed if getattr(purpose, kept) else sentence))

    return promised


def _embargo(reply: Reply, _purpose: Purpose, at: date) -> Finding | None:
    day = _day(reply.parameter)
    if day is None:
        return _Duty(Reason("obligation.MOR", "Ask the bank before publishing: a moratorium stands without its day."))
    if at >= day:
        return None
    return _Duty(Reason("obligation.MOR", "Publish nothing before {day}.", {"day": day.isoformat()}))


def _time_limit(reply: Reply, _purpose: Purpose, at: date) -> Finding:
    day, limit = _day(reply.parameter), (reply.parameter or "").removesuffix("months").strip()
    if day is not None:
        if at > day:
            return Reason("consent.TS", "Use was agreed to until {day}.", {"day": day.isoformat()})
        return _Duty(Reason("obligation.TS", "End the use on {day}.", {"day": day.isoformat()}))
    if limit.isdigit() and int(limit) > 0:
        return _Duty(Reason("obligation.TS", "End the use {months} months after it began.", {"months": limit}))
    return Reason("consent.TS", "Use was agreed to for a limited time, but the limit is not recorded.")


def _named(kept: str) -> Callable[[Reply, Purpose, date], Finding | None]:
    def only(reply: Reply, purpose: Purpose, _at: date) -> Finding | None:
        allowed = {name.strip().casefold() for name in (reply.parameter or "").split(",")} - {""}
        given = getattr(purpose, kept) or ()
        names = {given} if isinstance(given, str) else set(given)
        if names and {name.casefold() for name in names} <= allowed:
            return None
        return Reason(
            f"consent.{reply.code}",
            "The donor agreed to use by {allowed} only; this is {names}.",
            {"allowed": reply.parameter or "?", "names": ", ".join(sorted(names)) or "?"},
        )

    return only


def _topic(reply: Reply, purpose: Purpose, _at: date) -> Finding | None:
    asked = (reply.parameter or "").strip().casefold()
    tags = {str(purpose.research_type), *(topic.casefold() for topic in purpose.topics)}
    if asked and asked in tags:
        return None
    return Reason(
        "consent.RS",
        "The donor agreed to research on {topic} only; the project is not coded as that.",
        {"topic": reply.parameter or "?"},
    )


def _genetic_only(_reply: Reply, purpose: Purpose, _at: date) -> Finding | None:
    return None if purpose.genetic else Reason("consent.GSO", "The donor agreed to genetic studies only.")


def _no_methods(_reply: Reply, purpose: Purpose, _at: date) -> Finding | None:
    sentence = "The donor did not agree to the development of methods for its own sake."
    return Reason("consent.NMDS", sentence) if purpose.methods else None


def _no_ancestry(_reply: Reply, purpose: Purpose, _at: date) -> Finding | None:
    sentence = "The donor prohibited research on population origins or ancestry."
    return Reason("consent.NPOA", sentence) if purpose.research_type in COVERED[P.POA] else None


RESTRICTIONS: dict[Permission, Callable[[Reply, Purpose, date], Finding | None]] = {
    P.NPU: _not_commercial,
    P.NCU: _not_commercial,
    P.NPUNCU: _not_commercial,
    P.GS: _within_countries,
    P.IRB: _ethics,
    P.PUB: _promise(
        mark("Publish the results; the project has not committed to it yet."),
        mark("Publish the results."),
        "publication",
    ),
    P.COL: _promise(
        mark("Work together with the collecting investigators; the project has not committed to it yet."),
        mark("Work together with the collecting investigators."),
        "collaboration",
    ),
    P.RTN: _promise(
        mark("Return the results to the bank; the project has not committed to it yet."),
        mark("Return the results to the bank."),
        "return_results",
    ),
    P.MOR: _embargo,
    P.TS: _time_limit,
    P.US: _named("users"),
    P.PS: _named("project"),
    P.IS: _named("institutions"),
    P.RS: _topic,
    P.GSO: _genetic_only,
    P.NMDS: _no_methods,
    P.NPOA: _no_ancestry,
}
"""What each restriction finds; one row for every modifier of the ontology."""


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        return None
