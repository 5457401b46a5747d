"""What allows collections to be kept and samples to leave the country: what stands, what runs out, what is wanting."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from biobank_tui.model import AuthorisationKind
from biobank_tui.model.tables import AUTHORISATION, ORGANISATION, SAMPLE_TALLY
from biobank_tui.rules.borders import standing


@dataclass(frozen=True, slots=True)
class AuthorisationRow:
    """standing: stands, future, expired or ended, on the day asked."""

    organisation: str
    kind: str
    reference: str
    authority: str | None
    scope: str
    issued: str
    expires: str | None
    countries: str | None
    standing: str


def authorisations(connection: Connection, day: str) -> tuple[AuthorisationRow, ...]:
    """All of them, by organisation, the newest first."""
    rows = connection.execute(
        select(AUTHORISATION, ORGANISATION.c.code)
        .join(ORGANISATION, ORGANISATION.c.id == AUTHORISATION.c.organisation_id)
        .order_by(ORGANISATION.c.code, AUTHORISATION.c.issued.desc(), AUTHORISATION.c.id.desc())
    ).mappings()
    return tuple(
        AuthorisationRow(
            row["code"],
            row["kind"],
            row["reference"],
            row["authority"],
            row["scope"],
            row["issued"],
            row["expires"],
            row["countries"],
            standing(row["issued"], row["expires"], row["ended"], day),
        )
        for row in rows
    )


def uncovered(connection: Connection, day: str) -> tuple[str, ...]:
    """Codes of organisations that keep samples and have neither declaration nor authorisation in date."""
    covered = {
        row.organisation
        for row in authorisations(connection, day)
        if row.standing == "stands" and row.kind != AuthorisationKind.EXPORT
    }
    keeping = connection.scalars(
        select(ORGANISATION.c.code)
        .join(SAMPLE_TALLY, SAMPLE_TALLY.c.custodian_id == ORGANISATION.c.id)
        .group_by(ORGANISATION.c.code)
        .having(func.sum(SAMPLE_TALLY.c.n) > 0)
        .order_by(ORGANISATION.c.code)
    )
    return tuple(code for code in keeping if code not in covered)
