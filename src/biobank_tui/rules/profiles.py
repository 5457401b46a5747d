"""Consent profiles: a donor's answers as a value with a digest, so that each distinct set is stored and judged once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from biobank_tui.rules.diseases import covers_range, normalise_range
from biobank_tui.rules.duo import TERMS, Parameter, Permission, TermKind, permission
from biobank_tui.rules.errors import Refused


class LegalBasis(StrEnum):
    CONSENT = "consent"
    NON_OPPOSITION = "non_opposition"
    DEROGATION = "derogation"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_ASKED = "not_asked"


class Reply(NamedTuple):
    """One answer. parameter: what the term needs said with it (diseases, countries, a day, names)."""

    code: str
    answer: str
    parameter: str | None = None


# Which base permission includes which: what each donor of a pool granted is compared by it.
_INCLUDES: dict[Permission, frozenset[Permission]] = {
    Permission.NRES: frozenset({Permission.GRU, Permission.HMB, Permission.DS, Permission.POA}),
    Permission.GRU: frozenset({Permission.HMB, Permission.DS, Permission.POA}),
    Permission.HMB: frozenset({Permission.DS}),
}
_STRICTEST = (LegalBasis.CONSENT, LegalBasis.NON_OPPOSITION, LegalBasis.DEROGATION)


@dataclass(frozen=True, slots=True)
class Profile:
    """A legal basis and a set of answers, in one order and spelling; codes nobody knows are refused."""

    basis: LegalBasis
    answers: tuple[Reply, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "basis", LegalBasis(self.basis))
        settled = {_settled(*answer) for answer in self.answers}
        ordered = sorted(settled, key=lambda reply: (reply.code, reply.answer, reply.parameter or ""))
        object.__setattr__(self, "answers", tuple(ordered))

    def to_json(self) -> str:
        """Canonical JSON: equal profiles have equal text."""
        said = {"basis": self.basis, "answers": [list(reply) for reply in self.answers]}
        return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Profile:
        """The profile as it was stored."""
        said = json.loads(text)
        return cls(LegalBasis(said["basis"]), tuple(Reply(*reply) for reply in said["answers"]))

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def granted(self, code: Permission) -> tuple[str | None, ...]:
        """The parameters under which a permission stands; empty when it does not. A no beats a yes."""
        refused = {reply.parameter for reply in self.answers if reply.code == code and reply.answer == Answer.NO}
        if None in refused:
            return ()
        return tuple(
            reply.parameter
            for reply in self.answers
            if reply.code == code and reply.answer == Answer.YES and reply.parameter not in refused
        )

    def restrictions(self) -> tuple[Reply, ...]:
        """The restrictions in force."""
        return tuple(
            reply
            for reply in self.answers
            if reply.answer == Answer.YES and TERMS[Permission(reply.code)].kind is TermKind.RESTRICTION
        )

    def answered(self, code: Permission) -> Answer:
        """What was said to a permission, whatever its parameter."""
        if self.granted(code):
            return Answer.YES
        said_no = any(reply.code == code and reply.answer == Answer.NO for reply in self.answers)
        return Answer.NO if said_no else Answer.NOT_ASKED

    def narrowed(self, code: Permission) -> Profile:
        """The profile after the donor takes one permission back."""
        if TERMS[code].kind is TermKind.RESTRICTION:
            raise Refused(
                "consent.narrow",
                "{code} restricts; a donor takes back permissions. To lift a restriction, record a new consent.",
                code=str(code),
            )
        kept = tuple(reply for reply in self.answers if reply.code != code)
        return Profile(self.basis, (*kept, Reply(code, Answer.NO)))


def common(profiles: Sequence[Profile]) -> Profile:
    """What all of several donors permit: the profile of a pool. Every restriction of any of them stands."""
    if not profiles:
        raise Refused("consent.no_profiles", "A pool of no donors permits nothing.")
    replies: set[Reply] = {reply for profile in profiles for reply in profile.restrictions()}
    for code, term in TERMS.items():
        if term.kind is TermKind.EXTRA:
            answers = {profile.answered(code) for profile in profiles}
            if answers == {Answer.YES}:
                replies.add(Reply(code, Answer.YES))
            elif Answer.NO in answers:
                replies.add(Reply(code, Answer.NO))
        elif term.kind is TermKind.BASE:
            for parameter in {each for profile in profiles for each in profile.granted(code)}:
                if all(_includes(profile, code, parameter) for profile in profiles):
                    replies.add(Reply(code, Answer.YES, parameter))
    basis = max((profile.basis for profile in profiles), key=_STRICTEST.index)
    return Profile(basis, tuple(replies))


def _includes(profile: Profile, code: Permission, parameter: str | None) -> bool:
    if any(code in lesser and profile.granted(greater) for greater, lesser in _INCLUDES.items()):
        return True
    standing = profile.granted(code)
    if code is Permission.DS:
        return _covered_by(standing, parameter or "")
    return bool(standing)


def _covered_by(ranges: Iterable[str | None], inner: str) -> bool:
    return any(outer and covers_range(outer, inner) for outer in ranges)


def _settled(code: str, answer: str, parameter: str | None = None) -> Reply:
    known = permission(code)
    said = (parameter or "").strip() or None
    if said is not None and TERMS[known].parameter is Parameter.DISEASES:
        said = normalise_range(said)
    return Reply(str(known), str(Answer(answer)), said)
