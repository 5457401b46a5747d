"""What a withdrawal does, looked up before it is done; the act itself works from the same answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.in_force import pools_of
from biobank_tui.bank.settings import setting
from biobank_tui.model.tables import (
    CONSENT,
    POOL_MEMBER,
    PROJECT,
    REQUEST,
    SAMPLE,
    SHIPMENT,
    SHIPMENT_ITEM,
)
from biobank_tui.queries import finding
from biobank_tui.queries.standing import Given, given_of, packed_unasked
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import (
    TERMINAL,
    ConsentState,
    DonorState,
    SampleStatus,
    ShipmentItemState,
    ShipmentState,
)
from biobank_tui.rules.withdrawing import PoolPolicy


@dataclass(frozen=True, slots=True)
class WithdrawalPreview:
    """What a withdrawal does, counted.

    consents: records in force that end. samples: of the donor, in the bank, put on hold. pools: tubes of pools with
    shares of others, under `policy`; shares: the donor's shares in them. picks: tubes that leave open pick lists.
    unpacked: tubes to take out of boxes not yet sent. expected: tubes no longer waited for. gone: codes of tubes that
    have left the bank. projects: codes of those that get a notice.
    """

    donor: str
    consents: int
    samples: int
    pools: int
    shares: int
    policy: PoolPolicy
    reservations: int
    picks: int
    unpacked: int
    expected: int
    gone: tuple[str, ...]
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A sample that has left the bank, and the project it went to."""

    sample_id: int
    sample: str
    request_id: int | None
    project_id: int | None
    project: str | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The same by ids. here: the donor's own in the bank. pools: tubes with shares of others that the policy reaches.

    members: rows of the donor's shares in pools with others. stray: boxed tubes that no reservation tells of.
    """

    donor_id: int
    consents: tuple[int, ...]
    here: tuple[int, ...]
    expected: tuple[int, ...]
    pools: tuple[int, ...]
    members: tuple[int, ...]
    policy: PoolPolicy
    given: tuple[Given, ...]
    stray: tuple[int, ...]
    sent: tuple[Sent, ...]

    def preview(self, donor: str) -> WithdrawalPreview:
        """In figures."""
        projects = {each.project for each in self.given} | {each.project for each in self.sent if each.project}
        return WithdrawalPreview(
            donor,
            len(self.consents),
            len(self.here),
            len(self.pools),
            len(self.members),
            self.policy,
            len(self.given),
            sum(each.pick_item is not None for each in self.given),
            sum(each.packed is not None for each in self.given) + len(self.stray),
            len(self.expected),
            tuple(each.sample for each in self.sent),
            tuple(sorted(projects)),
        )


def preview(connection: Connection, donor_code: str) -> WithdrawalPreview:
    """What withdrawing this donor's consent would do now; Refused where they have withdrawn already."""
    donor = finding.donor(connection, donor_code)
    if donor["state"] == DonorState.WITHDRAWN:
        raise Refused("donor.withdrawn", "Donor {code} has already withdrawn.", code=donor["code"])
    return foresee(connection, donor["id"]).preview(donor["code"])


def foresee(connection: Connection, donor_id: int) -> Foreseen:
    """What a donor's withdrawal reaches at this moment."""
    policy = PoolPolicy(setting(connection, "pool_withdrawal"))
    consents = connection.scalars(
        select(CONSENT.c.id).where(CONSENT.c.donor_id == donor_id, CONSENT.c.state == ConsentState.ACTIVE)
    ).all()
    own_rows = connection.execute(
        select(SAMPLE.c.id, SAMPLE.c.status).where(SAMPLE.c.donor_id == donor_id).order_by(SAMPLE.c.id)
    ).all()
    status = {row.id: row.status for row in own_rows}
    pooled = [tube for tube in pools_of(connection, status) if tube not in status]
    status |= _statuses(connection, pooled)
    members = _shares(connection, donor_id, pooled)
    boxed = _boxed(connection, [tube for tube, state in status.items() if state == SampleStatus.IN_TRANSIT])

    def is_here(tube: int) -> bool:
        if status[tube] == SampleStatus.IN_TRANSIT:
            return tube in boxed
        return status[tube] not in TERMINAL and status[tube] != SampleStatus.EXPECTED

    reached = pooled if policy is not PoolPolicy.KEEP else []
    own = [row.id for row in own_rows]
    here, pools = tuple(filter(is_here, own)), tuple(filter(is_here, reached))
    left = [tube for tube in (*own, *reached) if status[tube] in (SampleStatus.DISTRIBUTED, SampleStatus.IN_TRANSIT)]
    return Foreseen(
        donor_id,
        tuple(consents),
        here,
        tuple(tube for tube in own if status[tube] == SampleStatus.EXPECTED),
        pools,
        members,
        policy,
        given_of(connection, (*here, *pools)),
        packed_unasked(connection, (*here, *pools)),
        _sent(connection, [tube for tube in left if tube not in boxed]),
    )


def _statuses(connection: Connection, samples: Sequence[int]) -> dict[int, str]:
    """Each one's status, in the order they were registered in."""
    if not samples:
        return {}
    rows = connection.execute(
        select(SAMPLE.c.id, SAMPLE.c.status).where(among(connection, SAMPLE.c.id, samples)).order_by(SAMPLE.c.id)
    )
    return {row.id: row.status for row in rows}


def _shares(connection: Connection, donor_id: int, pools: Sequence[int]) -> tuple[int, ...]:
    """Rows of a donor's shares in these pools."""
    if not pools:
        return ()
    rows = connection.scalars(
        select(POOL_MEMBER.c.id)
        .join(SAMPLE, SAMPLE.c.id == POOL_MEMBER.c.sample_id)
        .where(SAMPLE.c.donor_id == donor_id, among(connection, POOL_MEMBER.c.pool_id, pools))
        .order_by(POOL_MEMBER.c.id)
    )
    return tuple(rows)


def _boxed(connection: Connection, samples: Sequence[int]) -> frozenset[int]:
    """Those that lie in a box not yet sent."""
    if not samples:
        return frozenset()
    return frozenset(
        connection.scalars(
            select(SHIPMENT_ITEM.c.sample_id)
            .join(SHIPMENT, SHIPMENT.c.id == SHIPMENT_ITEM.c.shipment_id)
            .where(
                among(connection, SHIPMENT_ITEM.c.sample_id, samples),
                SHIPMENT_ITEM.c.state == ShipmentItemState.PACKED,
                SHIPMENT.c.state == ShipmentState.PACKING,
            )
        )
    )


def _sent(connection: Connection, samples: Sequence[int]) -> tuple[Sent, ...]:
    """Where tubes that have left went to, by their latest shipment."""
    if not samples:
        return ()
    latest = (
        select(SHIPMENT_ITEM.c.sample_id, func.max(SHIPMENT_ITEM.c.id).label("item"))
        .join(SHIPMENT, SHIPMENT.c.id == SHIPMENT_ITEM.c.shipment_id)
        .where(
            among(connection, SHIPMENT_ITEM.c.sample_id, samples),
            SHIPMENT_ITEM.c.state != ShipmentItemState.UNPACKED,
            SHIPMENT.c.state != ShipmentState.PACKING,
        )
        .group_by(SHIPMENT_ITEM.c.sample_id)
        .subquery()
    )
    rows = connection.execute(
        select(SAMPLE.c.id, SAMPLE.c.code, REQUEST.c.id, PROJECT.c.id, PROJECT.c.code)
        .select_from(SAMPLE)
        .outerjoin(latest, latest.c.sample_id == SAMPLE.c.id)
        .outerjoin(SHIPMENT_ITEM, SHIPMENT_ITEM.c.id == latest.c.item)
        .outerjoin(SHIPMENT, SHIPMENT.c.id == SHIPMENT_ITEM.c.shipment_id)
        .outerjoin(REQUEST, REQUEST.c.id == SHIPMENT.c.request_id)
        .outerjoin(PROJECT, PROJECT.c.id == REQUEST.c.project_id)
        .where(among(connection, SAMPLE.c.id, samples))
        .order_by(SAMPLE.c.id)
    )
    return tuple(Sent(*tuple(row)) for row in rows)
