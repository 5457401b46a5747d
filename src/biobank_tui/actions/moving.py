"""Lists of moves: written from a proposal, worked through scan by scan or at once, and closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from biobank_tui.actions.placing import Placed, Placing, put
from biobank_tui.actions.storage import stand
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.moves import MovePurpose, MoveState
from biobank_tui.model.tables import MOVE_ITEM, MOVE_LIST, SAMPLE, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.freeing import Proposal, propose
from biobank_tui.queries.storage import position_label
from biobank_tui.rules.codes import render
from biobank_tui.rules.errors import NotFound, Refused
from biobank_tui.rules.permissions import Verb


@dataclass(frozen=True, slots=True)
class Planned:
    """A list that was written. code: None where there is nothing to move. freed: boxes that come free.

    stranded: tubes for which there is no place.
    """

    code: str | None
    moves: int
    freed: tuple[str, ...]
    stranded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Worked:
    """What was moved. done: moves; left: those still to do; placed: the tubes among them."""

    list: str
    done: int
    left: int
    placed: tuple[Placed, ...]
    boxes: tuple[str, ...]


def plan_freeing(bank: Bank, actor: Actor, within: str | None = None, *, most_moves: int = 500) -> Planned:
    """Write down which tubes to move so that boxes come free."""
    with bank.transaction(actor, Verb.STORAGE_PLAN) as tx:
        proposal = propose(tx.connection, within, most_moves=most_moves)
        if not proposal.moves:
            raise Refused("moves.none", "No box here would come free: those of a kind are full, or empty already.")
        planned = write(tx, MovePurpose.FREEING, proposal)
        tx.subject = planned.code
        tx.facts = {"moves": planned.moves, "freed": len(planned.freed)}
        return planned


def write(tx: Transaction, purpose: MovePurpose, proposal: Proposal) -> Planned:
    """Write a proposal down as a list, within an act that is already under way."""
    _permit(tx, proposal)
    if not proposal.moves:
        return Planned(None, 0, (), proposal.stranded)
    unit = finding.unit(tx.connection, proposal.unit)["id"] if proposal.unit else None
    number, prefix = tx.allocate("move_list")
    code = render(prefix, number)
    tx.insert(
        MOVE_LIST,
        [{"id": number, "code": code, "purpose": purpose, "unit_id": unit, "made": tx.at, "closed": None}],
    )
    first, _prefix = tx.allocate("move_item", len(proposal.moves))
    tx.insert(
        MOVE_ITEM,
        [
            {
                "id": first + at,
                "move_list_id": number,
                "place": at + 1,
                "sample_id": move.sample_id,
                "box_id": move.box_id,
                "target_id": move.target_id,
                "row": move.row,
                "col": move.col,
                "state": MoveState.TO_MOVE,
                "done": None,
            }
            for at, move in enumerate(proposal.moves)
        ],
    )
    return Planned(code, len(proposal.moves), proposal.freed, proposal.stranded)


def _permit(tx: Transaction, proposal: Proposal) -> None:
    """A list may name only what the actor may move."""
    ids = [move.sample_id for move in proposal.moves if move.sample_id is not None]
    boxes = [move.box_id for move in proposal.moves if move.box_id is not None]
    custodians = set(
        tx.connection.scalars(select(SAMPLE.c.custodian_id).where(among(tx.connection, SAMPLE.c.id, ids)).distinct())
    ) | set(
        tx.connection.scalars(
            select(SAMPLE.c.custodian_id).where(among(tx.connection, SAMPLE.c.unit_id, boxes)).distinct()
        )
    )
    if custodians or not proposal.unit:
        tx.permit(custodians)
    else:
        tx.permit([finding.unit(tx.connection, proposal.unit)["organisation_id"]])


def work(bank: Bank, actor: Actor, code: str, things: Sequence[str] | None = None) -> Worked:
    """Do moves of a list: of the tubes and boxes that were scanned, or all that are left.

    A tube whose hole was taken since goes into the next free one of the same box.
    """
    with bank.transaction(actor, Verb.SAMPLE_PLACE) as tx:
        listed = _open_list(tx, code)
        items = _wanted(tx, listed, things)
        boxes = [_carry(tx, item) for item in items if item["box_id"] is not None]
        tubes = [item for item in items if item["sample_id"] is not None]
        placed = put(tx, _placings(tx, tubes)) if tubes else ()
        tx.update_all(MOVE_ITEM, [item["id"] for item in items], state=MoveState.MOVED, done=tx.at)
        left = _close_if_done(tx, listed)
        tx.subject = listed["code"]
        tx.facts = {"moved": len(items), "left": left}
        return Worked(listed["code"], len(items), left, placed, tuple(boxes))


def leave(bank: Bank, actor: Actor, code: str, things: Sequence[str] | None = None) -> int:
    """What is left of a list, or these of it, stays where it is after all; how many do."""
    with bank.transaction(actor, Verb.STORAGE_PLAN) as tx:
        listed = _open_list(tx, code)
        items = _wanted(tx, listed, things)
        unit = listed["unit_id"]
        owner = unit and tx.connection.scalar(select(STORAGE_UNIT.c.organisation_id).where(STORAGE_UNIT.c.id == unit))
        tx.permit([owner, *_custodians(tx, items)])
        tx.update_all(MOVE_ITEM, [item["id"] for item in items], state=MoveState.LEFT, done=tx.at)
        left = _close_if_done(tx, listed)
        tx.subject = listed["code"]
        tx.facts = {"stay": len(items), "left": left}
        return len(items)


def _custodians(tx: Transaction, items: Iterable[RowMapping]) -> set[int]:
    ids = [item["sample_id"] for item in items if item["sample_id"] is not None]
    return set(
        tx.connection.scalars(select(SAMPLE.c.custodian_id).where(among(tx.connection, SAMPLE.c.id, ids)).distinct())
    )


def _open_list(tx: Transaction, code: str) -> RowMapping:
    listed = finding.by_code(tx.connection, MOVE_LIST, code)
    if listed["closed"]:
        raise Refused("moves.closed", "The list {code} is done; nothing is left to move.", code=listed["code"])
    return listed


def _wanted(tx: Transaction, listed: RowMapping, things: Sequence[str] | None) -> list[RowMapping]:
    """The moves still to do, of these things where they are named; NotFound names the first that has none."""
    waiting = (
        tx.connection.execute(
            select(MOVE_ITEM)
            .where(MOVE_ITEM.c.move_list_id == listed["id"], MOVE_ITEM.c.state == MoveState.TO_MOVE)
            .order_by(MOVE_ITEM.c.place)
        )
        .mappings()
        .all()
    )
    if things is None:
        return list(waiting)
    found: list[RowMapping] = []
    for thing in dict.fromkeys(things):
        item = _item_of(tx, waiting, thing)
        if item is None:
            raise NotFound(
                "moves.not_listed",
                "{code} is not to be moved by the list {list}, or has been already.",
                code=thing,
                list=listed["code"],
            )
        found.append(item)
    return found


def _item_of(tx: Transaction, waiting: Sequence[RowMapping], thing: str) -> RowMapping | None:
    try:
        number = finding.unit(tx.connection, thing)["id"]
        return next((item for item in waiting if item["box_id"] == number), None)
    except NotFound:
        number = finding.sample(tx.connection, thing)["id"]
        return next((item for item in waiting if item["sample_id"] == number), None)


def _carry(tx: Transaction, item: RowMapping) -> str:
    """Stand a box where the list says; its code."""
    rows = {
        row["id"]: row
        for row in tx.connection.execute(
            select(STORAGE_UNIT).where(STORAGE_UNIT.c.id.in_([item["box_id"], item["target_id"]]))
        ).mappings()
    }
    box = rows[item["box_id"]]
    stand(tx, box, rows[item["target_id"]])
    return str(box["code"])


def _placings(tx: Transaction, items: Sequence[RowMapping]) -> list[Placing]:
    """Where each tube goes: its hole, or any of that box where another tube lies in it by now."""
    named = tx.connection.execute(
        select(SAMPLE.c.id, SAMPLE.c.code).where(
            among(tx.connection, SAMPLE.c.id, [item["sample_id"] for item in items])
        )
    )
    codes: dict[int, str] = {row.id: row.code for row in named}
    targets = {item["target_id"] for item in items}
    units = {
        row["id"]: row
        for row in tx.connection.execute(
            select(STORAGE_UNIT).where(among(tx.connection, STORAGE_UNIT.c.id, targets))
        ).mappings()
    }
    taken = {
        (row.unit_id, row.row, row.col)
        for row in tx.connection.execute(
            select(SAMPLE.c.unit_id, SAMPLE.c.row, SAMPLE.c.col).where(
                among(tx.connection, SAMPLE.c.unit_id, targets), SAMPLE.c.row.is_not(None)
            )
        )
    }
    sure: list[Placing] = []
    elsewhere: list[Placing] = []
    for item in items:
        unit = units[item["target_id"]]
        free = item["row"] is not None and (item["target_id"], item["row"], item["col"]) not in taken
        label = position_label(unit, item["row"], item["col"]) if free else None
        (sure if free else elsewhere).append(Placing(codes[item["sample_id"]], unit["code"], label))
    return [*sure, *elsewhere]


def _close_if_done(tx: Transaction, listed: RowMapping) -> int:
    left = tx.count(MOVE_ITEM, MOVE_ITEM.c.move_list_id == listed["id"], MOVE_ITEM.c.state == MoveState.TO_MOVE)
    if not left:
        tx.update_all(MOVE_LIST, [listed["id"]], closed=tx.at)
    return left
