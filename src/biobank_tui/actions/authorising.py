"""Declarations and authorisations of a collection, and of export out of the country, are recorded and ended."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.model import AuthorisationKind
from biobank_tui.model.tables import AUTHORISATION
from biobank_tui.queries import finding
from biobank_tui.rules.errors import Conflict, NotFound, Refused
from biobank_tui.rules.moments import parse_moment
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.positions import chosen
from biobank_tui.rules.purpose import countries_of, country
from biobank_tui.rules.text import controls


@dataclass(frozen=True, slots=True)
class NewAuthorisation:
    """What an authority gave an organisation. kind: declaration, authorisation or export. scope: what it covers.

    issued, expires: dates, possibly partial. countries: of an export, where to; none: anywhere. document: SHA-256.
    """

    organisation: str
    kind: str
    reference: str
    scope: str
    issued: str
    authority: str | None = None
    expires: str | None = None
    countries: tuple[str, ...] = ()
    document: str | None = None


def authorise(bank: Bank, actor: Actor, new: NewAuthorisation) -> int:
    """Record a declaration or an authorisation; its id."""
    kind = chosen(AuthorisationKind, new.kind)
    texts = {"reference": new.reference.strip(), "scope": new.scope.strip(), "authority": (new.authority or "").strip()}
    for name, text in texts.items():
        found = controls(text)
        if found is not None:
            raise Refused(
                "text.control", "The {wording} holds {character}; write it without.", wording=name, character=found
            )
    if not texts["reference"] or not texts["scope"]:
        raise Refused("authorisation.bare", "An authorisation has a reference and a scope.")
    issued = parse_moment(new.issued)[:10]
    expires = parse_moment(new.expires)[:10] if new.expires else None
    if expires is not None and expires < issued[: len(expires)]:
        raise Refused(
            "authorisation.dates",
            "The authorisation would end on {expires}, before it was issued on {issued}.",
            expires=expires,
            issued=issued,
        )
    if new.countries and kind != AuthorisationKind.EXPORT:
        raise Refused("authorisation.countries", "Only an export goes to countries; leave them out.")
    where = sorted({one for text in new.countries for one in countries_of(text)} if new.countries else ())
    with bank.transaction(actor, Verb.COLLECTION_AUTHORISE) as tx:
        organisation = finding.organisation(tx.connection, new.organisation)
        tx.permit([organisation["id"]])
        if tx.count(
            AUTHORISATION,
            AUTHORISATION.c.organisation_id == organisation["id"],
            AUTHORISATION.c.kind == kind,
            AUTHORISATION.c.reference == texts["reference"],
            AUTHORISATION.c.ended.is_(None),
        ):
            raise Conflict(
                "authorisation.taken",
                "{reference} of {organisation} is recorded already; end it first if it has changed.",
                reference=texts["reference"],
                organisation=organisation["code"],
            )
        tx.subject = organisation["code"]
        tx.facts = {"kind": kind, "reference": texts["reference"]}
        return tx.add(
            AUTHORISATION,
            organisation_id=organisation["id"],
            kind=kind,
            reference=texts["reference"],
            authority=texts["authority"] or None,
            scope=texts["scope"],
            issued=issued,
            expires=expires,
            countries=",".join(country(one) for one in where) or None,
            document=new.document,
            ended=None,
        )


def end_authorisation(bank: Bank, actor: Actor, organisation_code: str, reference: str, reason: str) -> None:
    """An authorisation no longer stands; the row stays, with the day."""
    if not reason.strip():
        raise Refused(
            "reason.needed", "{verb} needs a reason; the ledger keeps it.", verb=str(Verb.COLLECTION_AUTHORISE)
        )
    with bank.transaction(actor, Verb.COLLECTION_AUTHORISE, reason=reason) as tx:
        organisation = finding.organisation(tx.connection, organisation_code)
        tx.permit([organisation["id"]])
        standing = tx.connection.scalars(
            select(AUTHORISATION.c.id).where(
                AUTHORISATION.c.organisation_id == organisation["id"],
                AUTHORISATION.c.reference == reference.strip(),
                AUTHORISATION.c.ended.is_(None),
            )
        ).all()
        if not standing:
            raise NotFound(
                "authorisation.unknown",
                "{organisation} has no authorisation {reference} that stands.",
                organisation=organisation["code"],
                reference=reference,
            )
        tx.update_all(AUTHORISATION, standing, ended=tx.at)
        tx.subject = organisation["code"]
        tx.facts = {"ended": reference.strip()}
