"""What is reserved for one request goes to another only by a decision of its own, with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from biobank_tui.actions.releasing import end_reservations
from biobank_tui.actions.setting_aside import (
    lines_of,
    raise_barred,
    refuse_over_quota,
    require_fulfilling,
    require_judged,
    set_aside,
    still_granted,
)
from biobank_tui.actions.telling import tell
from biobank_tui.actions.turns import advance, days_after
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.settings import setting
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model import LineKind, Vote
from biobank_tui.model.tables import DECISION, PROJECT, REQUEST_SAMPLE, RESERVATION, SAMPLE
from biobank_tui.queries import finding
from biobank_tui.queries.barriers import Bar, Barred, Barrier, barriers
from biobank_tui.queries.filters import condition
from biobank_tui.queries.purposes import on_team
from biobank_tui.queries.requests import least_of
from biobank_tui.rules.consent import Reason
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import RequestState, ReservationState
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.phrases import mark
from biobank_tui.rules.query import parse, without

GAVE = mark("{count} {count:sample|samples} went to {request} by a new decision: {reason}")
GOT = mark("{count} {count:sample|samples} came from {request} by a new decision: {reason}")


@dataclass(frozen=True, slots=True)
class Transfer:
    """source, target: requests by code. samples: which of those reserved; all where none is named.

    line: of the target, from 1; may be left out where it has one. reason: of the decision.
    """

    source: str
    target: str
    reason: str
    samples: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Transferred:
    """What went over, until when it stands there, and what the receiving project takes on with it."""

    source: str
    target: str
    samples: tuple[str, ...]
    expires: str
    obligations: tuple[Reason, ...]


def transfer(bank: Bank, actor: Actor, asked: Transfer) -> Transferred:
    """Decide that what is reserved for one request goes to another, whose consent, criteria and quota are judged anew.

    Only what is reserved and not yet picked goes over; the own people of neither project decide.
    """
    with bank.transaction(actor, Verb.REQUEST_TRANSFER, reason=asked.reason) as tx:
        source, target = (finding.request(tx.connection, code) for code in (asked.source, asked.target))
        tx.subject = target["code"]
        if source["id"] == target["id"]:
            raise Refused("transfer.same", "{request} has them already.", request=source["code"])
        project = require_fulfilling(tx, target)
        for number in {source["project_id"], project["id"]}:
            _refuse_own(tx, number)
        line = _line(tx, target, asked.line)
        rows = _reserved(tx, source, asked.samples)
        tx.permit({row["custodian_id"] for row in rows}, project["id"])
        wanted = still_granted(tx, line)
        if len(rows) > wanted:
            raise Refused(
                "transfer.beyond",
                "Line {line} of {request} still lacks {wanted} {wanted:sample|samples}, not {count}.",
                line=line["place"], request=target["code"], wanted=wanted, count=len(rows),
            )  # fmt: skip
        ids = [row["sample_id"] for row in rows]
        judged = require_judged(tx, project)
        barred = barriers(tx.connection, judged, ids, least=least_of(line), own_request=source["id"])
        barred |= _outside(tx, line, {row["sample_id"]: row["code"] for row in rows})
        if barred:
            raise_barred(next(barred[number] for number in ids if number in barred))
        end_reservations(tx, [row["id"] for row in rows], ReservationState.RELEASED, f"→ {target['code']}")
        expires = days_after(tx.at, int(setting(tx.connection, "reservation_days")))
        set_aside(tx, target["id"], line["id"], ids, expires)
        refuse_over_quota(tx, project)
        tx.add(
            DECISION,
            request_id=target["id"],
            person_id=actor.person_id,
            vote=Vote.APPROVE,
            reason=tx.reason,
            decided=tx.at,
        )
        tell(tx, source["id"], GAVE, count=len(ids), request=target["code"], reason=tx.reason or "")
        tell(tx, target["id"], GOT, count=len(ids), request=source["code"], reason=tx.reason or "")
        advance(tx, target, *([RequestState.IN_FULFILMENT] if target["state"] == RequestState.APPROVED else []))
        tx.facts = {**tx.facts, "from": source["code"], "transferred": len(ids)}
        profiles = {row["profile_id"] for row in rows}
        codes = tuple(row["code"] for row in rows)
        return Transferred(source["code"], target["code"], codes, expires, judged.obligations(profiles))


def _refuse_own(tx: Transaction, project_id: int) -> None:
    if on_team(tx.connection, project_id, tx.actor.person_id):
        code = tx.connection.scalar(select(PROJECT.c.code).where(PROJECT.c.id == project_id))
        raise Refused("transfer.own", "You are on the team of {project}; others decide on it.", project=code)


def _line(tx: Transaction, target: RowMapping, place: int | None) -> RowMapping:
    lines = lines_of(tx, target["id"])
    if place is None and len(lines) > 1:
        raise Refused("reserve.which_line", "{request} has several lines; say for which.", request=target["code"])
    found = next((line for line in lines if place in (None, line["place"])), None)
    if found is None:
        raise Refused(
            "request.line", "{request} has lines 1 to {last}, no line {line}.",
            request=target["code"], last=len(lines), line=place,
        )  # fmt: skip
    return found


def _reserved(tx: Transaction, source: RowMapping, samples: tuple[str, ...]) -> list[RowMapping]:
    """Standing reservations of the source that are not picked: those named, or all."""
    rows = list(
        tx.connection.execute(
            select(
                RESERVATION.c.id,
                RESERVATION.c.sample_id,
                SAMPLE.c.code,
                SAMPLE.c.custodian_id,
                SAMPLE.c.profile_id,
            )
            .join(SAMPLE, SAMPLE.c.id == RESERVATION.c.sample_id)
            .where(RESERVATION.c.request_id == source["id"], RESERVATION.c.state == ReservationState.ACTIVE)
            .order_by(RESERVATION.c.id)
        ).mappings()
    )
    if samples:
        wanted = {row["id"]: row["code"] for row in finding.samples(tx.connection, samples)}
        rows = [row for row in rows if row["sample_id"] in wanted]
        absent = wanted.keys() - {row["sample_id"] for row in rows}
        if absent:
            raise Refused(
                "transfer.absent",
                "{sample} is not reserved for {request}, or is picked already; a picked or returned tube is released"
                " and reserved anew.",
                sample=wanted[min(absent)], request=source["code"],
            )  # fmt: skip
    if not rows:
        raise Refused("transfer.none", "Nothing is reserved for {request} and not picked.", request=source["code"])
    return rows


def _outside(tx: Transaction, line: RowMapping, codes: dict[int, str]) -> dict[int, Barred]:
    """Samples that are not what the line asks for."""
    if line["kind"] == LineKind.CRITERIA:
        fits = condition(tx.connection, without(parse(line["criteria"] or ""), "status"))
        fitting = tx.connection.scalars(select(SAMPLE.c.id).where(among(tx.connection, SAMPLE.c.id, codes), fits))
        criteria = line["criteria"]
    else:
        fitting = tx.connection.scalars(
            select(REQUEST_SAMPLE.c.sample_id).where(
                REQUEST_SAMPLE.c.line_id == line["id"], among(tx.connection, REQUEST_SAMPLE.c.sample_id, codes)
            )
        )
        criteria = f"#{line['place']}"
    kept = set(fitting)
    return {
        number: Barred(number, code, Barrier(Bar.CRITERIA, {"criteria": criteria}))
        for number, code in codes.items()
        if number not in kept
    }
