"""Other systems' identifiers, found by what they say."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from biobank_tui.model.tables import EXTERNAL_IDENTIFIER


def names_a(noun: str) -> ColumnElement[bool]:
    """SQL: the identifier is of a thing of this kind, for questions that know what it says.

    Kept from the index of kinds: nearly all are of one kind, and what is said tells them apart.
    """
    return EXTERNAL_IDENTIFIER.c.noun.concat("") == noun
