"""The consent profile in force: for donors, their samples, and the pools these went into.

Whatever writes consents, an act or a file, brings the profile into force through here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, func, select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Transaction
from biobank_tui.model.tables import CONSENT_PROFILE, DONOR, POOL_MEMBER, SAMPLE
from biobank_tui.rules.profiles import Profile, common


def profile_id(tx: Transaction, profile: Profile) -> int:
    """The id of a set of answers, stored once however many donors gave it."""
    known = tx.connection.scalar(select(CONSENT_PROFILE.c.id).where(CONSENT_PROFILE.c.digest == profile.digest))
    return known or tx.add(CONSENT_PROFILE, digest=profile.digest, answers=profile.to_json())


def bring_into_force(tx: Transaction, profiles: Mapping[int, int | None]) -> None:
    """Make each donor's profile (or None: nothing is permitted) theirs, their samples' and their pools'."""
    if not profiles:
        return
    tx.update(DONOR, {donor: {"profile_id": profile} for donor, profile in profiles.items()})
    own = tx.connection.execute(
        select(SAMPLE.c.id, SAMPLE.c.donor_id).where(among(tx.connection, SAMPLE.c.donor_id, profiles))
    ).all()
    tx.update(SAMPLE, {row.id: {"profile_id": profiles[row.donor_id]} for row in own})
    renew_pools(tx, pools_of(tx.connection, [row.id for row in own]))


def renew_pools(tx: Transaction, pools: Sequence[int]) -> None:
    """Give pools, and the tubes made of them, what all their donors permit now. pools: as `pools_of` gives them."""
    if not pools:
        return
    parents = {
        row.id: row.parent_id
        for row in tx.connection.execute(
            select(SAMPLE.c.id, SAMPLE.c.parent_id).where(among(tx.connection, SAMPLE.c.id, pools))
        )
    }
    for tube in pools:
        # Oldest first: what is made of a pool, or pooled again, comes after it.
        parent = parents[tube]
        allowed = (
            pooled_profile(tx, tube)
            if parent is None
            else tx.connection.scalar(select(SAMPLE.c.profile_id).where(SAMPLE.c.id == parent))
        )
        tx.update(SAMPLE, {tube: {"profile_id": allowed}})


def pooled_profile(tx: Transaction, pool: int) -> int | None:
    """What all donors of a pool permit, as a profile; nothing where one of them permits nothing.

    A share that was withdrawn while the bank's policy keeps pools counts with the answers that stood before.
    """
    rows = tx.connection.execute(
        select(CONSENT_PROFILE.c.answers)
        .select_from(
            POOL_MEMBER.join(SAMPLE, SAMPLE.c.id == POOL_MEMBER.c.sample_id).outerjoin(
                CONSENT_PROFILE,
                CONSENT_PROFILE.c.id == func.coalesce(POOL_MEMBER.c.kept_profile_id, SAMPLE.c.profile_id),
            )
        )
        .where(POOL_MEMBER.c.pool_id == pool)
    ).all()
    if not rows or any(row.answers is None for row in rows):
        return None
    return profile_id(tx, common([Profile.from_json(row.answers) for row in rows]))


def pools_of(connection: Connection, samples: Iterable[int]) -> list[int]:
    """Pools that any of these samples went into, the tubes made from those, and the pools they went into in turn."""
    pools = set(
        connection.scalars(select(POOL_MEMBER.c.pool_id).where(among(connection, POOL_MEMBER.c.sample_id, samples)))
    )
    return sorted(_with_descendants(connection, pools))


def pools_of_donors(connection: Connection, donors: Iterable[int]) -> list[int]:
    """The same, of all samples of these donors."""
    pools = set(
        connection.scalars(
            select(POOL_MEMBER.c.pool_id)
            .join(SAMPLE, SAMPLE.c.id == POOL_MEMBER.c.sample_id)
            .where(among(connection, SAMPLE.c.donor_id, donors), POOL_MEMBER.c.kept_profile_id.is_(None))
        )
    )
    return sorted(_with_descendants(connection, pools))


def _with_descendants(connection: Connection, pools: set[int]) -> set[int]:
    found, edge = set(pools), pools
    while edge:
        made = connection.scalars(select(SAMPLE.c.id).where(among(connection, SAMPLE.c.parent_id, sorted(edge))))
        pooled = connection.scalars(
            select(POOL_MEMBER.c.pool_id).where(among(connection, POOL_MEMBER.c.sample_id, sorted(edge)))
        )
        edge = {*made, *pooled} - found
        found |= edge
    return found
