"""Samples are set aside for a request: all that was asked or nothing, never one sample for two requests.

Which ones: those longest in the bank first (by number of registration), so that the same asks give the same tubes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from biobank_tui.actions.releasing import expire, permit_custodians
from biobank_tui.actions.setting_aside import (
    held_by_line,
    lines_of,
    matching,
    named,
    raise_barred,
    refuse_over_quota,
    require_fulfilling,
    require_judged,
    set_aside,
)
from biobank_tui.actions.turns import advance, days_after
from biobank_tui.actions.waiting import serve
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.settings import setting
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model import LineKind
from biobank_tui.model.tables import SAMPLE
from biobank_tui.queries import finding
from biobank_tui.queries.barriers import Bar, Barred, Barrier, barriers
from biobank_tui.queries.eligibility import count_by_profile
from biobank_tui.queries.filters import condition
from biobank_tui.queries.purposes import Judged
from biobank_tui.queries.requests import granted_of, least_of
from biobank_tui.rules.consent import Reason
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import RequestState
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.query import parse


@dataclass(frozen=True, slots=True)
class Reserve:
    """What to set aside for a request.

    line: its place in the request, from 1; None for every line. count: how many for that line; None for all that is
    still missing. samples: exactly these for that line. fewest: take what is eligible, but no fewer than this;
    None takes the full count or nothing.
    """

    request: str
    line: int | None = None
    count: int | None = None
    samples: tuple[str, ...] = ()
    fewest: int | None = None


@dataclass(frozen=True, slots=True)
class LineReserved:
    """asked: how many were wanted this time. samples: codes of those set aside. barred: named ones that were not."""

    line: int
    asked: int
    samples: tuple[str, ...]
    barred: tuple[Barred, ...]


@dataclass(frozen=True, slots=True)
class Reserved:
    """What was set aside, until when, and what the project takes on with it."""

    request: str
    lines: tuple[LineReserved, ...]
    expires: str
    obligations: tuple[Reason, ...]

    @property
    def count(self) -> int:
        return sum(len(line.samples) for line in self.lines)


def reserve(bank: Bank, actor: Actor, asked: Reserve) -> Reserved:
    """Set samples aside for a request, all of it in one act; Refused says how many are eligible, or which is not."""
    if (asked.count is not None and asked.count < 1) or (asked.fewest is not None and asked.fewest < 0):
        raise Refused("reserve.count", "Reserve one sample or more.")
    with bank.transaction(actor, Verb.REQUEST_RESERVE) as tx:
        request = finding.request(tx.connection, asked.request)
        tx.subject = request["code"]
        project = require_fulfilling(tx, request)
        expired = expire(tx)
        if expired:
            serve(tx)
        judged = require_judged(tx, project)
        expires = days_after(tx.at, int(setting(tx.connection, "reservation_days")))
        profiles: set[int] = set()
        made = tuple(
            _reserve_line(tx, request, line, judged, asked, expires, profiles) for line in _lines(tx, request, asked)
        )
        refuse_over_quota(tx, project)
        permit_custodians(tx, request)
        advance(tx, request, *([RequestState.IN_FULFILMENT] if request["state"] == RequestState.APPROVED else []))
        reserved = Reserved(request["code"], made, expires, judged.obligations(profiles))
        if not any(line.asked for line in made):
            raise Refused("reserve.complete", "{request} has all it asks for.", request=request["code"])
        if not reserved.count:
            raise Refused("reserve.none", "No sample is eligible for {request} now.", request=request["code"])
        tx.facts = {**tx.facts, "reserved": reserved.count, **({"expired": expired} if expired else {})}
        return reserved


def _lines(tx: Transaction, request: RowMapping, asked: Reserve) -> list[RowMapping]:
    lines = lines_of(tx, request["id"])
    if asked.line is not None:
        chosen = [line for line in lines if line["place"] == asked.line]
        if not chosen:
            raise Refused(
                "request.line", "{request} has lines 1 to {last}, no line {line}.",
                request=request["code"], last=len(lines), line=asked.line,
            )  # fmt: skip
        return chosen
    if len(lines) > 1 and (asked.count is not None or asked.samples):
        raise Refused("reserve.which_line", "{request} has several lines; say for which.", request=request["code"])
    return lines


def _reserve_line(
    tx: Transaction,
    request: RowMapping,
    line: RowMapping,
    judged: Judged,
    asked: Reserve,
    expires: str,
    profiles: set[int],
) -> LineReserved:
    granted, given = granted_of(line), held_by_line(tx, line)
    missing = max(granted - given, 0)
    wanted = len(asked.samples) or asked.count or missing
    if wanted > missing:
        raise Refused(
            "reserve.beyond", "Line {line} of {request} is granted {asked} and has {given}; {wanted} more is too many.",
            line=line["place"], request=request["code"], asked=granted, given=given, wanted=wanted,
        )  # fmt: skip
    if wanted == 0:
        return LineReserved(line["place"], 0, (), ())
    fewest = wanted if asked.fewest is None else min(asked.fewest, wanted)
    barred: tuple[Barred, ...] = ()
    if asked.samples or line["kind"] == LineKind.SAMPLES:
        ids, barred = _named(tx, line, judged, asked)
        if barred and len(ids) < fewest:
            raise_barred(barred[0])
        ids = ids[:wanted]
    else:
        ids = matching(tx, line, judged, wanted)
    if len(ids) < fewest:
        raise _short(tx, line, judged, wanted, len(ids))
    set_aside(tx, request["id"], line["id"], ids, expires)
    rows = tx.connection.execute(
        select(SAMPLE.c.code, SAMPLE.c.profile_id).where(among(tx.connection, SAMPLE.c.id, ids)).order_by(SAMPLE.c.id)
    ).all()
    profiles.update(row.profile_id for row in rows)
    return LineReserved(line["place"], wanted, tuple(row.code for row in rows), barred)


def _named(tx: Transaction, line: RowMapping, judged: Judged, asked: Reserve) -> tuple[list[int], tuple[Barred, ...]]:
    """The line's samples, or those named now, that may be reserved; and what keeps the others."""
    if asked.samples:
        rows = finding.samples(tx.connection, asked.samples)
        ids = list(dict.fromkeys(row["id"] for row in rows))
        outside = {row["id"]: row["code"] for row in rows} if line["kind"] == LineKind.CRITERIA else {}
        for number in _matching_among(tx, line, ids) if outside else ():
            outside.pop(number, None)
        barred = barriers(tx.connection, judged, ids, least=least_of(line))
    else:
        (ids, barred), outside = named(tx, line, judged), {}
    for number, code in outside.items():
        barred.setdefault(number, Barred(number, code, Barrier(Bar.CRITERIA, {"criteria": line["criteria"]})))
    return [number for number in ids if number not in barred], tuple(barred[n] for n in ids if n in barred)


def _matching_among(tx: Transaction, line: RowMapping, ids: Collection[int]) -> Sequence[int]:
    asked = condition(tx.connection, parse(line["criteria"] or ""))
    return tx.connection.scalars(select(SAMPLE.c.id).where(among(tx.connection, SAMPLE.c.id, ids), asked)).all()


def _short(tx: Transaction, line: RowMapping, judged: Judged, wanted: int, found: int) -> Refused:
    eligible = found
    if line["kind"] == LineKind.CRITERIA:
        query = parse(line["criteria"] or "")
        eligible = sum(count_by_profile(tx.connection, judged, query, least_of(line)).values())
    return Refused(
        "reserve.short",
        "Line {line} wants {wanted} {wanted:sample|samples} and {eligible} {eligible:is|are} eligible now;"
        " nothing was reserved.",
        line=line["place"], wanted=wanted, eligible=eligible,
    )  # fmt: skip
