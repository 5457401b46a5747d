"""Reservations run out: their projects are told before and after, what comes free goes to those who wait."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from biobank_tui.actions.releasing import expire, permit_custodians
from biobank_tui.actions.telling import tell
from biobank_tui.actions.turns import days_after
from biobank_tui.actions.waiting import Served, serve
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.settings import setting
from biobank_tui.bank.transaction import Actor
from biobank_tui.model.tables import RESERVATION
from biobank_tui.queries import finding
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import ReservationState
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.phrases import mark

RUNS_OUT = mark(
    "{count} {count:reservation runs|reservations run} out on {day}: have {count:it|them} picked, or ask for more time."
)
PROLONGED = mark("{count} {count:reservation stands|reservations stand} until {day} now.")
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did. expired: reservations that ended. noticed: those whose projects were told that they soon will.

    served: lines that waited and got samples.
    """

    expired: int
    noticed: int
    served: tuple[Served, ...]


@dataclass(frozen=True, slots=True)
class Prolonged:
    """Reservations that stand longer. until: the moment they run out now."""

    request: str
    count: int
    until: str


def sweep(bank: Bank, actor: Actor) -> Swept:
    """End what has run out, tell projects what soon will, and serve those who wait; for every morning, or cron."""
    with bank.transaction(actor, Verb.REQUEST_SWEEP) as tx:
        tx.permit()
        expired = expire(tx)
        soon = days_after(tx.at, int(setting(tx.connection, "reservation_notice_days")))
        due: dict[tuple[int, str], list[int]] = defaultdict(list)
        for row in tx.connection.execute(
            select(RESERVATION.c.id, RESERVATION.c.request_id, RESERVATION.c.expires)
            .where(
                RESERVATION.c.state == ReservationState.ACTIVE,
                RESERVATION.c.expires <= soon,
                RESERVATION.c.noticed.is_(None),
            )
            .order_by(RESERVATION.c.expires, RESERVATION.c.id)
        ):
            due[row.request_id, row.expires[:10]].append(row.id)
        for (request_id, day), ids in due.items():
            tell(tx, request_id, RUNS_OUT, count=len(ids), day=day)
            tx.update_all(RESERVATION, ids, noticed=tx.at)
        served = serve(tx)
        noticed = sum(len(ids) for ids in due.values())
        tx.facts = {**tx.facts, "expired": expired, "noticed": noticed}
        return Swept(expired, noticed, served)


def prolong(bank: Bank, actor: Actor, code: str, days: int, reason: str | None = None) -> Prolonged:
    """Let what is reserved for a request stand for so many days from now; what stands longer already is left."""
    if not 1 <= days <= MOST_DAYS:
        raise Refused("prolong.days", "Reservations stand 1 to {most} days, not {days}.", most=MOST_DAYS, days=days)
    with bank.transaction(actor, Verb.REQUEST_RESERVE, reason=reason) as tx:
        request = finding.request(tx.connection, code)
        tx.subject = request["code"]
        permit_custodians(tx, request)
        until = days_after(tx.at, days)
        ids = tx.connection.scalars(
            select(RESERVATION.c.id).where(
                RESERVATION.c.request_id == request["id"],
                RESERVATION.c.state == ReservationState.ACTIVE,
                RESERVATION.c.expires > tx.at,
                RESERVATION.c.expires < until,
            )
        ).all()
        if not ids:
            raise Refused(
                "prolong.none", "Nothing is reserved for {request} that would stand longer.", request=request["code"]
            )
        tx.update_all(RESERVATION, ids, expires=until, noticed=None)
        tell(tx, request["id"], PROLONGED, count=len(ids), day=until[:10])
        tx.facts = {"prolonged": len(ids), "until": until}
        return Prolonged(request["code"], len(ids), until)
