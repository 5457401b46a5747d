"""What allows a collection to be kept, and samples of it to leave the country: declarations and authorisations."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, link, one_of, text


class AuthorisationKind(StrEnum):
    """declaration, authorisation: of keeping the collection. export: of sending samples out of the country."""

    DECLARATION = "declaration"
    AUTHORISATION = "authorisation"
    EXPORT = "export"


class Authorisation(SQLModel, table=True):
    """One declaration or authorisation of an organisation's collection.

    reference: the authority's number. scope: what it covers, in words. issued, expires: dates, possibly partial.
    countries: for an export, where to (ISO 3166 alpha-2, with commas; empty: anywhere). document: SHA-256 (hex).
    """

    __table_args__ = (one_of("kind", AuthorisationKind), Index("authorisation_organisation", "organisation_id"), STRICT)

    id: int = key()
    organisation_id: int = link("organisation.id")
    kind: AuthorisationKind = text()
    reference: str = text()
    authority: str | None = text(nullable=True)
    scope: str = text()
    issued: str = text()
    expires: str | None = text(nullable=True)
    countries: str | None = text(nullable=True)
    document: str | None = text(nullable=True)
    ended: str | None = text(nullable=True)
