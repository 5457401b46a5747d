"""Consents that hold no longer by the calendar: past their last day, or a guardian's once the donor is of age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, case, cast, func, literal_column, select

from biobank_tui.bank.in_force import pools_of_donors
from biobank_tui.bank.settings import setting
from biobank_tui.model import ExpressedBy
from biobank_tui.model.tables import CONSENT, CONSENT_FORM, DONOR, HOLD
from biobank_tui.rules.lifecycles import ConsentState, DonorState, HoldKind
from biobank_tui.rules.majority import OF_AGE, of_age_from


@dataclass(frozen=True, slots=True)
class Lapses:
    """donors: ids whose consent has run out. pools: ids of pools they have a share in, and of what is made of those."""

    donors: frozenset[int] = frozenset()
    pools: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.donors)


NO_LAPSES = Lapses()


@dataclass(frozen=True, slots=True)
class ComingOfAge:
    """A donor for whom a guardian answered. day: the first on which they may be of age, ISO."""

    donor_id: int
    consent_id: int
    code: str
    form: str
    day: str


def lapses(connection: Connection, day: str) -> Lapses:
    """What has run out before this day (ISO), whether or not it was marked so."""
    expired = select(CONSENT.c.donor_id).where(CONSENT.c.state == ConsentState.ACTIVE, CONSENT.c.expires < day)
    grown = _guarded(select(CONSENT.c.donor_id).select_from(_GUARDED)).where(_of_age(connection, day))
    donors = frozenset(connection.scalars(expired)) | frozenset(connection.scalars(grown))
    return Lapses(donors, frozenset(pools_of_donors(connection, donors)) if donors else frozenset())


def coming_of_age(connection: Connection, day: str) -> tuple[ComingOfAge, ...]:
    """Donors for whom a guardian's consent is in force and who may be of age by this day; the soonest first."""
    age = int(setting(connection, "majority_age"))
    rows = connection.execute(
        _guarded(
            select(
                DONOR.c.id, CONSENT.c.id.label("consent"), DONOR.c.code, CONSENT_FORM.c.code.label("form"),
                DONOR.c.birth_year, DONOR.c.birth_month,
            ).select_from(_GUARDED.join(CONSENT_FORM, CONSENT_FORM.c.id == CONSENT.c.form_id))
        ).where(_of_age(connection, day))
    ).all()  # fmt: skip
    found = [
        ComingOfAge(
            row.id, row.consent, row.code, row.form, of_age_from(row.birth_year, row.birth_month, age).isoformat()
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda each: (each.day, each.code)))


def undecided(connection: Connection) -> tuple[tuple[str, str, str], ...]:
    """Donors who came of age and have not decided: (code, form of the guardian's consent, day the hold was laid)."""
    latest = (
        select(CONSENT_FORM.c.code)
        .select_from(CONSENT.join(CONSENT_FORM, CONSENT_FORM.c.id == CONSENT.c.form_id))
        .where(CONSENT.c.donor_id == DONOR.c.id)
        .order_by(CONSENT.c.given.desc(), CONSENT.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(DONOR.c.code, func.coalesce(latest, ""), HOLD.c.laid)
        .select_from(HOLD.join(DONOR, DONOR.c.id == HOLD.c.target_id))
        .where(
            HOLD.c.noun == "donor",
            HOLD.c.kind == HoldKind.CONSENT,
            HOLD.c.reason == OF_AGE,
            HOLD.c.released.is_(None),
            DONOR.c.state != DonorState.WITHDRAWN,
        )
        .order_by(HOLD.c.id)
    )
    return tuple((row[0], row[1], row[2][:10]) for row in rows)


def _of_age(connection: Connection, day: str) -> ColumnElement[bool]:
    """SQL: a guardian's consent in force, given for a minor who may be of age on this day."""
    age = int(setting(connection, "majority_age"))
    year, month = int(day[:4]), int(day[5:7])
    born = (DONOR.c.birth_year + age) * 12
    given = cast(func.substr(CONSENT.c.given, 1, 4), Integer) * 12 + case(
        (func.length(CONSENT.c.given) >= 7, cast(func.substr(CONSENT.c.given, 6, 2), Integer)), else_=1
    )
    return and_(
        # In plain words, not bound values: only so does a planner know that the index of guardians' consents will do.
        CONSENT.c.state == literal_column(f"'{ConsentState.ACTIVE}'"),
        CONSENT.c.expressed_by == literal_column(f"'{ExpressedBy.GUARDIAN}'"),
        DONOR.c.state != DonorState.DECEASED,
        born + func.coalesce(DONOR.c.birth_month, 1) <= year * 12 + month,
        # Who spoke for an adult, as a guardian may, spoke in a month after that of the majority.
        given <= born + func.coalesce(DONOR.c.birth_month, 12),
    )


def _guarded(statement: Select[Any]) -> Select[Any]:
    """Left to itself, SQLite goes through every consent in force."""
    return statement.with_hint(CONSENT, "INDEXED BY consent_guardian", "sqlite")


_GUARDED = CONSENT.join(DONOR, DONOR.c.id == CONSENT.c.donor_id)
