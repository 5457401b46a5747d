"""Transfer agreements (MTA): the paper under which a project's samples go to another organisation."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass

from biobank_tui.actions.donors import refuse_controls
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.model.tables import AGREEMENT
from biobank_tui.queries import finding
from biobank_tui.queries.agreements import agreement_of
from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.moments import parse_moment
from biobank_tui.rules.permissions import Verb

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class NewAgreement:
    """project, organisation: codes. signed: a day; nothing while it is not. expires: a date, the end of a partial one.

    document: SHA-256 (hex) of the signed paper.
    """

    project: str
    organisation: str
    reference: str
    signed: str | None = None
    expires: str | None = None
    document: str | None = None


def add(bank: Bank, actor: Actor, new: NewAgreement) -> int:
    """Record an agreement, or complete one of that reference that was not signed yet; its number."""
    reference = new.reference.strip()
    if not reference:
        raise Refused("agreement.reference", "An agreement needs its reference.")
    refuse_controls("reference", reference)
    signed = _day(new.signed) if new.signed else None
    expires = _last_day(new.expires) if new.expires else None
    document = new.document.strip().lower() if new.document else None
    if document is not None and not _DIGEST.fullmatch(document):
        raise Refused(
            "agreement.document",
            "A document's digest is the 64 hex digits of its SHA-256, not {value}.",
            value=document,
        )
    if signed and expires and expires < signed:
        raise Refused(
            "agreement.dates",
            "The agreement would end on {expires}, before it was signed on {signed}.",
            expires=expires,
            signed=signed,
        )
    with bank.transaction(actor, Verb.AGREEMENT_ADD) as tx:
        project = finding.project(tx.connection, new.project)
        tx.permit([project["organisation_id"]], project["id"])
        party = finding.organisation(tx.connection, new.organisation)
        tx.subject = project["code"]
        tx.facts = {"agreement": reference, "party": party["code"]}
        before = agreement_of(tx.connection, project["id"], reference)
        values = {"signed": signed, "expires": expires, "document": document}
        if before is None:
            return tx.add(
                AGREEMENT,
                project_id=project["id"],
                organisation_id=party["id"],
                reference=reference,
                ended=None,
                **values,
            )
        if before["signed"] is not None or before["organisation_id"] != party["id"]:
            raise Conflict(
                "agreement.there", "{project} has the agreement {reference} already; give another reference.",
                project=project["code"], reference=reference,
            )  # fmt: skip
        tx.update(AGREEMENT, {before["id"]: {name: value for name, value in values.items() if value is not None}})
        return int(before["id"])


def end(bank: Bank, actor: Actor, project_code: str, reference: str, reason: str) -> None:
    """Call an agreement off: nothing leaves under it any more."""
    with bank.transaction(actor, Verb.AGREEMENT_END, reason=reason) as tx:
        project = finding.project(tx.connection, project_code)
        tx.permit([project["organisation_id"]], project["id"])
        tx.subject = project["code"]
        found = agreement_of(tx.connection, project["id"], reference.strip())
        if found is None or found["ended"] is not None:
            raise Refused(
                "agreement.none", "{project} has no agreement {reference} in force.",
                project=project["code"], reference=reference,
            )  # fmt: skip
        tx.update(AGREEMENT, {found["id"]: {"ended": tx.at}})
        tx.facts = {"agreement": found["reference"]}


def _day(text: str) -> str:
    moment = parse_moment(text)
    if len(moment) < 10:
        raise Refused("agreement.day", "An agreement is signed on a day, such as 2026-03-02, not {value}.", value=text)
    return moment[:10]


def _last_day(text: str) -> str:
    moment = parse_moment(text)[:10]
    if len(moment) == 4:
        return f"{moment}-12-31"
    if len(moment) == 7:
        return f"{moment}-{monthrange(int(moment[:4]), int(moment[5:]))[1]:02d}"
    return moment
