"""What a project is for as its team makes it, and what each consent profile says to that."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import Connection, RowMapping, select

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import CONSENT_PROFILE, ORGANISATION, PERSON, PROJECT, PROJECT_MEMBER
from biobank_tui.queries.lapses import NO_LAPSES, Lapses, lapses
from biobank_tui.rules import lifecycles
from biobank_tui.rules.consent import Profile, Purpose, Reason, Verdict, verdict
from biobank_tui.rules.lifecycles import RequestState
from biobank_tui.rules.moments import span

OPEN_REQUESTS = tuple(state for state in RequestState if lifecycles.REQUEST[state])
"""States a request can still leave."""


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation that takes part in a project, through its lead or its team. country: ISO 3166 alpha-2."""

    code: str
    name: str
    commercial: bool
    country: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """Every consent profile of the bank, judged for one purpose on one day.

    purpose: None where nothing is coded, which permits nothing. duties: obligations of each profile that permits it
    under some. refused: the reasons of each that does not. lapsed: donors whose consent ran out before that day, and
    the pools they have a share in.
    """

    purpose: Purpose | None
    permitted: tuple[int, ...]
    duties: Mapping[int, tuple[Reason, ...]] = field(default_factory=dict)
    refused: Mapping[int, tuple[Reason, ...]] = field(default_factory=dict)
    lapsed: Lapses = NO_LAPSES

    @property
    def may(self) -> frozenset[int]:
        """The profiles that permit the purpose, to look up in."""
        return frozenset(self.permitted)

    def in_force(self, sample_id: int, donor_id: int | None, profile_id: int | None) -> int | None:
        """The profile that stands behind a sample on that day; None where it has run out."""
        gone = donor_id in self.lapsed.donors or sample_id in self.lapsed.pools
        return None if gone else profile_id

    def obligations(self, profiles: Collection[int]) -> tuple[Reason, ...]:
        """What the project takes on with samples of these profiles, each once."""
        found = {str(duty): duty for profile in sorted(profiles) for duty in self.duties.get(profile, ())}
        return tuple(found.values())

    def why(self, profile_id: int | None) -> Reason:
        """The first reason a profile refuses; that of no consent for None."""
        reasons = self.refused.get(profile_id, ()) if profile_id is not None else ()
        return reasons[0] if reasons else _NO_CONSENT


_NO_CONSENT = verdict(None, None, date.min).reasons[0]


def judged_for(connection: Connection, project_id: int, at: str) -> Judged:
    """What all profiles say to a project's purpose as its team stands, at this moment."""
    project = connection.execute(select(PROJECT).where(PROJECT.c.id == project_id)).mappings().one()
    return judged(connection, effective_purpose(connection, project), at)


def judged(connection: Connection, purpose: Purpose | None, at: str) -> Judged:
    """What all profiles say to a purpose. Some hundreds of them, each judged once a day; later calls look up."""
    day = date.fromisoformat(at[:10])
    verdicts = _verdicts(purpose, day)
    digests = connection.execute(
        select(CONSENT_PROFILE.c.id, CONSENT_PROFILE.c.digest).order_by(CONSENT_PROFILE.c.id)
    ).all()
    unseen = [row.id for row in digests if row.digest not in verdicts]
    if unseen:
        rows = connection.execute(
            select(CONSENT_PROFILE.c.digest, CONSENT_PROFILE.c.answers).where(
                among(connection, CONSENT_PROFILE.c.id, unseen)
            )
        )
        verdicts.update({row.digest: verdict(_profile(row.answers), purpose, day) for row in rows})
    permitted: list[int] = []
    duties: dict[int, tuple[Reason, ...]] = {}
    refused: dict[int, tuple[Reason, ...]] = {}
    for row in digests:
        found = verdicts[row.digest]
        if not found.permitted:
            refused[row.id] = found.reasons
            continue
        permitted.append(row.id)
        if found.obligations:
            duties[row.id] = found.obligations
    return Judged(purpose, tuple(permitted), duties, refused, lapses(connection, at[:10]))


def effective_purpose(connection: Connection, project: RowMapping) -> Purpose | None:
    """The coded purpose with what the team adds: a commercial party, its countries, its names; None if uncoded.

    Countries are added to coded ones only: where none is coded, the use may be anywhere.
    """
    if not project["purpose"]:
        return None
    coded = Purpose.from_json(project["purpose"])
    parties = parties_of(connection, project)
    countries = [party.country for party in parties if party.country] if coded.countries else []
    return replace(
        coded,
        commercial=coded.commercial or any(party.commercial for party in parties),
        countries=(*coded.countries, *countries),
        institutions=(*coded.institutions, *(party.code for party in parties)),
        users=(*coded.users, *logins_of(connection, project)),
        project=project["code"],
        ethics_reference=project["ethics_reference"] or coded.ethics_reference,
        ethics_expires=_last_day(project["ethics_expires"]) or coded.ethics_expires,
    )


def parties_of(connection: Connection, project: RowMapping) -> tuple[Party, ...]:
    """The project's own organisation, its lead's, those of its people, and those on its team."""
    on_it = (PROJECT_MEMBER.c.project_id == project["id"]) & PROJECT_MEMBER.c.left.is_(None)
    people = select(PROJECT_MEMBER.c.person_id).where(on_it, PROJECT_MEMBER.c.person_id.is_not(None))
    rows = connection.execute(
        select(ORGANISATION.c.code, ORGANISATION.c.name, ORGANISATION.c.commercial, ORGANISATION.c.country)
        .where(
            (ORGANISATION.c.id == project["organisation_id"])
            | ORGANISATION.c.id.in_(
                select(PERSON.c.organisation_id).where((PERSON.c.id == project["lead_id"]) | PERSON.c.id.in_(people))
            )
            | ORGANISATION.c.id.in_(
                select(PROJECT_MEMBER.c.organisation_id).where(on_it, PROJECT_MEMBER.c.organisation_id.is_not(None))
            )
        )
        .order_by(ORGANISATION.c.code)
    )
    return tuple(Party(row.code, row.name, bool(row.commercial), row.country) for row in rows)


def logins_of(connection: Connection, project: RowMapping) -> tuple[str, ...]:
    """The lead and the people on the team."""
    people = select(PROJECT_MEMBER.c.person_id).where(
        PROJECT_MEMBER.c.project_id == project["id"],
        PROJECT_MEMBER.c.left.is_(None),
        PROJECT_MEMBER.c.person_id.is_not(None),
    )
    return tuple(
        connection.scalars(
            select(PERSON.c.login)
            .where((PERSON.c.id == project["lead_id"]) | PERSON.c.id.in_(people))
            .order_by(PERSON.c.login)
        )
    )


def on_team(connection: Connection, project_id: int, person_id: int | None) -> bool:
    """Whether somebody leads the project or is on its team."""
    if person_id is None:
        return False
    led = select(PROJECT.c.id).where(PROJECT.c.id == project_id, PROJECT.c.lead_id == person_id)
    joined = select(PROJECT_MEMBER.c.id).where(
        PROJECT_MEMBER.c.project_id == project_id,
        PROJECT_MEMBER.c.person_id == person_id,
        PROJECT_MEMBER.c.left.is_(None),
    )
    return connection.scalar(led) is not None or connection.scalar(joined) is not None


@lru_cache(maxsize=64)
def _verdicts(_purpose: Purpose | None, _day: date) -> dict[str, Verdict]:
    """Verdicts given for a purpose on a day, by the profile's digest: the same answers get the same one in any bank."""
    return {}


@lru_cache(maxsize=2048)
def _profile(answers: str) -> Profile:
    return Profile.from_json(answers)


def _last_day(moment: str | None) -> date | None:
    """The last day a possibly partial date may mean."""
    if not moment:
        return None
    if len(moment) >= 10:
        return date.fromisoformat(moment[:10])
    following = span(moment)[1]
    return date.fromisoformat((following + "-01-01")[:10]) - timedelta(days=1)
