"""What a withdrawal may come to, and what a project is told of it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Outcome(StrEnum):
    """What the donor chose for the samples still in the bank."""

    DESTROY = "destroy"
    RETURN = "return"
    ANONYMISE = "anonymise"


class PoolPolicy(StrEnum):
    """What a withdrawal does to a pool in which others have shares; one of the bank's settings.

    hold: the pool and what was made of it wait on hold for a decision. destroy: they go with the donor's own.
    keep: they stay usable under the answers that stood before, and the share is recorded as withdrawn.
    """

    HOLD = "hold"
    DESTROY = "destroy"
    KEEP = "keep"


class Cause(StrEnum):
    """Why samples given to a project were judged again."""

    WITHDRAWAL = "withdrawal"
    CONSENT = "consent"
    EXPIRY = "expiry"
    MAJORITY = "majority"
    TEAM = "team"
    PURPOSE = "purpose"
    IMPORT = "import"


class Affected(StrEnum):
    """How far a sample was on its way to a project when it was taken back, in that order; sent: it had left."""

    RESERVED = "reserved"
    LISTED = "listed"
    PICKED = "picked"
    PACKED = "packed"
    SENT = "sent"


def outlasts(given: str, ended: Iterable[str], *, follows: bool) -> bool:
    """Whether a consent given that day stands against the days (ISO, possibly partial) on which its donor withdrew.

    A later day does. On the same day the withdrawal wins, unless it is said that the consent follows it.
    """
    return all(_surely_later(given, day) or (follows and _maybe_same(given, day)) for day in ended)


def _surely_later(given: str, day: str) -> bool:
    return given[: len(day)] > day[: len(given)]


def _maybe_same(given: str, day: str) -> bool:
    return given[: len(day)] == day[: len(given)]
