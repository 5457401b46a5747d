"""Reserved tubes are pulled from the freezers by scanning them, one pick list at a time.

Consent and holds are judged again at every scan. A picked tube is out, for its request, and keeps its place
until it is packed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, func, select

from biobank_tui.actions.placing import open_checkout
from biobank_tui.actions.releasing import end_reservations, expire
from biobank_tui.actions.setting_aside import raise_barred, require_fulfilling, require_judged, set_aside
from biobank_tui.actions.turns import days_after
from biobank_tui.actions.waiting import serve
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.settings import setting
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model import PickState
from biobank_tui.model.tables import (
    CHECKOUT,
    PICK_ITEM,
    PICK_LIST,
    REQUEST,
    REQUEST_LINE,
    RESERVATION,
    SAMPLE,
    STORAGE_UNIT,
)
from biobank_tui.queries import finding, scanning
from biobank_tui.queries.barriers import Barred, barriers
from biobank_tui.queries.packing import packed_where
from biobank_tui.queries.requests import granted_of, least_of
from biobank_tui.queries.scanning import PickOutcome, PickSaid
from biobank_tui.queries.standing import HOLDING
from biobank_tui.rules.codes import render
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import ReservationState, SampleStatus
from biobank_tui.rules.permissions import Verb


@dataclass(frozen=True, slots=True)
class PickStarted:
    """A new pick list. items: tubes on it. left_out: reserved ones that consent or a hold now keeps, with why."""

    id: int
    code: str
    request: str
    items: int
    left_out: tuple[Barred, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """What the scanner read, for one pick list (code)."""

    pick_list: str
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """A tube of a pick list. sample: code or barcode. reason: why it is dropped, or what is known of its loss."""

    pick_list: str
    sample: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Substitution:
    """old: a tube of the list that is not picked. new: the one to take in its stead."""

    pick_list: str
    old: str
    new: str


def start(bank: Bank, actor: Actor, request_code: str) -> PickStarted:
    """Make a pick list of what is reserved for a request and on no open list, in walking order."""
    with bank.transaction(actor, Verb.REQUEST_PICK) as tx:
        request = finding.request(tx.connection, request_code)
        project = require_fulfilling(tx, request)
        judged = require_judged(tx, project)
        expire(tx)
        rows = _waiting(tx, request["id"])
        tx.permit({row["custodian_id"] for row in rows}, project["id"])
        kept = barriers(tx.connection, judged, [row["sample_id"] for row in rows], own_request=request["id"])
        listed = [row for row in rows if row["sample_id"] not in kept]
        if not listed:
            raise Refused(
                "pick.nothing", "Nothing is reserved for {request} that is not already on a list.",
                request=request["code"],
            )  # fmt: skip
        number, prefix = tx.allocate(PICK_LIST.name)
        code = render(prefix, number)
        tx.insert(PICK_LIST, [{"id": number, "code": code, "request_id": request["id"], "made": tx.at, "closed": None}])
        first, _prefix = tx.allocate(PICK_ITEM.name, len(listed))
        tx.insert(
            PICK_ITEM,
            [
                {
                    "id": first + k,
                    "pick_list_id": number,
                    "sample_id": row["sample_id"],
                    "reservation_id": row["id"],
                    "place": k + 1,
                    "state": PickState.TO_PICK,
                }
                for k, row in enumerate(listed)
            ],
        )
        tx.subject = code
        tx.facts = {"request": request["code"], "items": len(listed), "left_out": len(kept)}
        left_out = tuple(kept[row["sample_id"]] for row in rows if row["sample_id"] in kept)
        return PickStarted(number, code, request["code"], len(listed), left_out)


def scan(bank: Bank, actor: Actor, read: Scan) -> PickOutcome:
    """Judge one scanned tube, and pick it where it belongs; every outcome has its own sentence.

    Only a picked tube is written down; what is wrong changes nothing.
    """
    with bank.read() as connection:
        outcome = scanning.judge_scan(connection, read.pick_list, read.text, bank.clock())
    if outcome.said is not PickSaid.PICKED:
        return outcome
    try:
        with bank.transaction(actor, Verb.REQUEST_PICK) as tx:
            # Judged again under the writer's lock: a withdrawal may have come between.
            outcome = scanning.judge_scan(tx.connection, read.pick_list, read.text, tx.at)
            if outcome.said is not PickSaid.PICKED:
                raise _NotPicked
            pick_list, item, tube = _item(tx, read.pick_list, read.text)
            request = _of_list(tx, pick_list)
            tx.permit([tube["custodian_id"]], request["project_id"])
            require_fulfilling(tx, request)
            tx.update(PICK_ITEM, {item["id"]: {"state": PickState.PICKED, "done": tx.at}})
            tx.update(RESERVATION, {item["reservation_id"]: {"state": ReservationState.PICKED}})
            tx.update(SAMPLE, {tube["id"]: {"status": SampleStatus.CHECKED_OUT}})
            open_checkout(tx, tube["id"], request["code"])
            tx.subject = tube["code"]
            tx.facts = {"pick_list": pick_list["code"], "request": request["code"]}
    except _NotPicked:
        pass
    return outcome


def unpick(bank: Bank, actor: Actor, what: Item) -> None:
    """Undo a pick: the tube goes back to the place it kept, and is to be picked again."""
    with bank.transaction(actor, Verb.REQUEST_PICK, reason=what.reason) as tx:
        pick_list, item, tube = _item(tx, what.pick_list, what.sample)
        _require_open(pick_list)
        tx.permit([tube["custodian_id"]], _of_list(tx, pick_list)["project_id"])
        out_and_picked = item["state"] == PickState.PICKED and tube["status"] == SampleStatus.CHECKED_OUT
        if not out_and_picked or packed_where(tx.connection, [tube["id"]]):
            raise Refused("pick.not_picked", "{sample} is not picked, or is packed already.", sample=tube["code"])
        out = tx.connection.scalars(
            select(CHECKOUT.c.id).where(CHECKOUT.c.sample_id == tube["id"], CHECKOUT.c.returned.is_(None))
        ).all()
        tx.update_all(CHECKOUT, out, returned=tx.at)
        tx.update(SAMPLE, {tube["id"]: {"status": SampleStatus.RESERVED}})
        tx.update(RESERVATION, {item["reservation_id"]: {"state": ReservationState.ACTIVE}})
        tx.update(PICK_ITEM, {item["id"]: {"state": PickState.TO_PICK, "done": None}})
        tx.subject = tube["code"]
        tx.facts = {"pick_list": pick_list["code"], "undone": True}


def missing(bank: Bank, actor: Actor, what: Item) -> tuple[scanning.Substitute, ...]:
    """A tube is not where it should be: it is missing, its place is free; what could be taken in its stead."""
    with bank.transaction(actor, Verb.SAMPLE_MISSING, reason=what.reason) as tx:
        pick_list, item, tube = _to_pick(tx, what)
        end_reservations(tx, [item["reservation_id"]], ReservationState.RELEASED, "missing")
        tx.update(SAMPLE, {tube["id"]: {"status": SampleStatus.MISSING, "unit_id": None, "row": None, "col": None}})
        tx.update(PICK_ITEM, {item["id"]: {"state": PickState.MISSING, "done": tx.at, "note": tx.reason}})
        tx.facts = {"pick_list": pick_list["code"]}
        return scanning.substitutes(tx.connection, pick_list["code"], tube["code"], at=tx.at)


def drop(bank: Bank, actor: Actor, what: Item) -> None:
    """Take a tube off a list and end its reservation; it stays in its place, free for others."""
    if not (what.reason and what.reason.strip()):
        raise Refused("reason.needed", "{verb} needs a reason; the ledger keeps it.", verb=str(Verb.REQUEST_RELEASE))
    with bank.transaction(actor, Verb.REQUEST_RELEASE, reason=what.reason) as tx:
        pick_list, item, _tube = _to_pick(tx, what)
        end_reservations(tx, [item["reservation_id"]], ReservationState.RELEASED, tx.reason or "")
        tx.facts = {"pick_list": pick_list["code"]}
        serve(tx)


def substitute(bank: Bank, actor: Actor, change: Substitution) -> None:
    """Reserve another tube for the same line and put it on the list; the old one, unless missing, is dropped."""
    with bank.transaction(actor, Verb.REQUEST_PICK) as tx:
        pick_list, item, tube = _item(tx, change.pick_list, change.old)
        _require_open(pick_list)
        if item["state"] == PickState.PICKED:
            raise Refused("pick.picked", "{sample} is picked already; undo that first.", sample=tube["code"])
        request = _of_list(tx, pick_list)
        project = require_fulfilling(tx, request)
        judged = require_judged(tx, project)
        other = finding.sample(tx.connection, change.new)
        tx.permit([tube["custodian_id"], other["custodian_id"]], project["id"])
        line = (
            tx.connection.execute(
                select(REQUEST_LINE)
                .join(RESERVATION, RESERVATION.c.line_id == REQUEST_LINE.c.id)
                .where(RESERVATION.c.id == item["reservation_id"])
            )
            .mappings()
            .one()
        )
        kept = barriers(tx.connection, judged, [other["id"]], least=least_of(line))
        if kept:
            raise_barred(kept[other["id"]])
        if item["state"] == PickState.TO_PICK:
            end_reservations(tx, [item["reservation_id"]], ReservationState.RELEASED, f"→ {other['code']}")
        held = tx.count(RESERVATION, RESERVATION.c.line_id == line["id"], RESERVATION.c.state.in_(HOLDING))
        if held >= granted_of(line):
            raise Refused(
                "pick.line_full", "Line {line} of {request} has all it asked for already: {asked}.",
                line=line["place"], request=request["code"], asked=granted_of(line),
            )  # fmt: skip
        expires = days_after(tx.at, int(setting(tx.connection, "reservation_days")))
        (reservation,) = set_aside(tx, request["id"], line["id"], [other["id"]], expires)
        last = tx.connection.scalar(
            select(func.max(PICK_ITEM.c.place)).where(PICK_ITEM.c.pick_list_id == pick_list["id"])
        )
        _put_on(tx, pick_list["id"], other["id"], reservation, (last or 0) + 1)
        tx.subject = other["code"]
        tx.facts = {"pick_list": pick_list["code"], "instead_of": tube["code"]}
        serve(tx)


def close(bank: Bank, actor: Actor, code: str) -> int:
    """Put a pick list away; how many tubes on it were not picked. They stay reserved, for another list."""
    with bank.transaction(actor, Verb.REQUEST_PICK) as tx:
        pick_list = finding.by_code(tx.connection, PICK_LIST, code)
        _require_open(pick_list)
        request = _of_list(tx, pick_list)
        rows = tx.connection.execute(
            select(PICK_ITEM.c.id, SAMPLE.c.custodian_id)
            .join(SAMPLE, SAMPLE.c.id == PICK_ITEM.c.sample_id)
            .where(PICK_ITEM.c.pick_list_id == pick_list["id"], PICK_ITEM.c.state == PickState.TO_PICK)
        ).all()
        tx.permit({row.custodian_id for row in rows}, request["project_id"])
        tx.update_all(PICK_ITEM, [row.id for row in rows], state=PickState.DROPPED, done=tx.at, note="closed")
        tx.update(PICK_LIST, {pick_list["id"]: {"closed": tx.at}})
        tx.subject = pick_list["code"]
        tx.facts = {"left": len(rows)}
        return len(rows)


class _NotPicked(Exception):
    """The scan turned out otherwise under the lock; nothing is written."""


def _waiting(tx: Transaction, request_id: int) -> list[RowMapping]:
    """Standing reservations on no open list, in walking order; tubes without a place come last."""
    listed = (
        select(PICK_ITEM.c.reservation_id)
        .join(PICK_LIST, PICK_LIST.c.id == PICK_ITEM.c.pick_list_id)
        .where(
            PICK_LIST.c.request_id == request_id, PICK_LIST.c.closed.is_(None), PICK_ITEM.c.state == PickState.TO_PICK
        )
    )
    return list(
        tx.connection.execute(
            select(RESERVATION.c.id, RESERVATION.c.sample_id, SAMPLE.c.custodian_id)
            .join(SAMPLE, SAMPLE.c.id == RESERVATION.c.sample_id)
            .outerjoin(STORAGE_UNIT, STORAGE_UNIT.c.id == SAMPLE.c.unit_id)
            .where(
                RESERVATION.c.request_id == request_id,
                RESERVATION.c.state == ReservationState.ACTIVE,
                SAMPLE.c.status == SampleStatus.RESERVED,
                RESERVATION.c.id.not_in(listed),
            )
            .order_by(STORAGE_UNIT.c.path.is_(None), STORAGE_UNIT.c.path, SAMPLE.c.row, SAMPLE.c.col, RESERVATION.c.id)
        ).mappings()
    )


def _item(tx: Transaction, code: str, text: str) -> tuple[RowMapping, RowMapping, RowMapping]:
    pick_list = finding.by_code(tx.connection, PICK_LIST, code)
    tube = finding.sample(tx.connection, text)
    item = (
        tx.connection.execute(
            select(PICK_ITEM).where(PICK_ITEM.c.pick_list_id == pick_list["id"], PICK_ITEM.c.sample_id == tube["id"])
        )
        .mappings()
        .first()
    )
    if item is None:
        raise Refused(
            "pick.not_on_list", "{sample} is not on {pick_list}.", sample=tube["code"], pick_list=pick_list["code"]
        )
    return pick_list, item, tube


def _to_pick(tx: Transaction, what: Item) -> tuple[RowMapping, RowMapping, RowMapping]:
    pick_list, item, tube = _item(tx, what.pick_list, what.sample)
    _require_open(pick_list)
    tx.permit([tube["custodian_id"]], _of_list(tx, pick_list)["project_id"])
    if item["state"] != PickState.TO_PICK:
        raise Refused(
            "pick.done", "{sample} is {state} on this list already.", sample=tube["code"], state=item["state"]
        )
    tx.subject = tube["code"]
    return pick_list, item, tube


def _of_list(tx: Transaction, pick_list: Mapping[Any, Any]) -> RowMapping:
    return tx.connection.execute(select(REQUEST).where(REQUEST.c.id == pick_list["request_id"])).mappings().one()


def _require_open(pick_list: RowMapping) -> None:
    if pick_list["closed"] is not None:
        raise Refused(
            "pick.closed", "{pick_list} was closed on {day}; start another.",
            pick_list=pick_list["code"], day=pick_list["closed"][:10],
        )  # fmt: skip


def _put_on(tx: Transaction, pick_list_id: int, sample_id: int, reservation_id: int, place: int) -> None:
    """A tube that was once dropped from this list comes back to its old line of it."""
    again = tx.connection.scalar(
        select(PICK_ITEM.c.id).where(PICK_ITEM.c.pick_list_id == pick_list_id, PICK_ITEM.c.sample_id == sample_id)
    )
    fresh = {"reservation_id": reservation_id, "place": place, "state": PickState.TO_PICK, "done": None, "note": None}
    if again is None:
        tx.add(PICK_ITEM, pick_list_id=pick_list_id, sample_id=sample_id, **fresh)
    else:
        tx.update(PICK_ITEM, {again: fresh})
