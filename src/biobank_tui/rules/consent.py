"""Consent as coded answers, purposes as coded uses, and the verdict of one on the other."""

from __future__ import annotations

from enum import StrEnum


class LegalBasis(StrEnum):
    CONSENT = "consent"
    NON_OPPOSITION = "non_opposition"
    DEROGATION = "derogation"
