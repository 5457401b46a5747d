"""Tubes are made from tubes: aliquots, derivatives and pools, with their places and what is left of the parent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping

from biobank_tui.actions.placing import Placed, Placing, put
from biobank_tui.actions.samples import inherit_holds, refuse_taken, take_away
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.in_force import pooled_profile
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import POOL_MEMBER, SAMPLE
from biobank_tui.queries import finding
from biobank_tui.rules import amounts, materials, moments
from biobank_tui.rules.amounts import Amount, Unit
from biobank_tui.rules.codes import render, renders
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import SampleKind, SampleStatus
from biobank_tui.rules.permissions import Verb

MOST_CHILDREN = 1000
INHERITED = (
    "donor_id",
    "custodian_id",
    "topography",
    "diagnosis",
    "collected",
    "received",
    "processed",
    "profile_id",
    "relaxed",
)
"""What a tube has from the one it was made of."""


@dataclass(frozen=True, slots=True)
class Aliquoting:
    """count children of `each` ("200 µL"). taken: from the parent, in all; count × each unless given.

    barcodes: one for each child, or none. unit: where they go, one after the other in filling order from `position`.
    close: the parent is used up by it.
    """

    parent: str
    count: int
    each: str | None = None
    taken: str | None = None
    barcodes: tuple[str, ...] = ()
    unit: str | None = None
    position: str | None = None
    close: bool = False
    frozen: str | None = None


@dataclass(frozen=True, slots=True)
class Deriving:
    """Children of another material: plasma from blood, DNA from tissue. Their amount is a yield, not the parent's."""

    parent: str
    material: str
    count: int = 1
    each: str | None = None
    taken: str | None = None
    concentration: float | None = None
    concentration_unit: str | None = None
    barcodes: tuple[str, ...] = ()
    unit: str | None = None
    position: str | None = None
    close: bool = False
    frozen: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """codes: the new tubes'. left: the parent's remainder in words, or empty where it was never measured."""

    codes: tuple[str, ...]
    placed: tuple[Placed, ...]
    left: str


def aliquot(bank: Bank, actor: Actor, request: Aliquoting) -> Made:
    """Share a tube out: the children, their places and the parent's remainder in one act."""
    with bank.transaction(actor, Verb.SAMPLE_ALIQUOT) as tx:
        parent = _parent(tx, request.parent)
        return _make(tx, parent, request, {"kind": SampleKind.ALIQUOT, "material": parent["material"]})


def derive(bank: Bank, actor: Actor, request: Deriving) -> Made:
    """Make tubes of another material from a tube."""
    material = materials.material(request.material)
    with bank.transaction(actor, Verb.SAMPLE_DERIVE) as tx:
        made = {
            "kind": SampleKind.DERIVATIVE,
            "material": material,
            "concentration": request.concentration,
            "concentration_unit": request.concentration_unit,
        }
        return _make(tx, _parent(tx, request.parent), request, made)


def pool(bank: Bank, actor: Actor, shares: Sequence[tuple[str, str]], material: str | None = None) -> str:
    """Put shares (code, amount) of tubes into one new tube that permits what all their donors permit; its code."""
    if len(shares) < 2:
        raise Refused("pool.few", "A pool is made of at least two tubes.")
    with bank.transaction(actor, Verb.SAMPLE_POOL) as tx:
        parents = [_parent(tx, code) for code, _amount in shares]
        taken = [amounts.parse(amount) for _code, amount in shares]
        kind = materials.material(material) if material else parents[0]["material"]
        if material is None and {parent["material"] for parent in parents} != {kind}:
            raise Refused("pool.mixed", "These tubes are of different materials; say what the pool is.")
        total = Amount(sum(amounts.convert(share, taken[0].unit).base for share in taken), taken[0].unit)
        number, prefix = tx.allocate("sample")
        donors = {parent["donor_id"] for parent in parents}
        row = _child_row(number, render(prefix, number), parents[0], total, None) | {
            "kind": SampleKind.POOL,
            "material": kind,
            "parent_id": None,
            "donor_id": donors.pop() if len(donors) == 1 else None,
        }
        tx.permit({parent["custodian_id"] for parent in parents})
        tx.insert(SAMPLE, [row])
        for parent, share in zip(parents, taken, strict=True):
            _consume(tx, parent, share, close=False)
            tx.add(POOL_MEMBER, pool_id=number, sample_id=parent["id"], amount=share.base, unit=str(share.unit))
        tx.update(SAMPLE, {number: {"profile_id": pooled_profile(tx, number)}})
        tx.subject = row["code"]
        tx.facts = {"from": [parent["code"] for parent in parents]}
        return str(row["code"])


def _parent(tx: Transaction, code: str) -> RowMapping:
    parent = finding.sample(tx.connection, code)
    tx.permit([parent["custodian_id"]])
    if parent["holds"]:
        raise Refused("sample.held", "{code} is on hold; nothing can be taken from it.", code=parent["code"])
    if parent["status"] not in (SampleStatus.AVAILABLE, SampleStatus.CHECKED_OUT, SampleStatus.RESERVED):
        raise Refused(
            "sample.status",
            "{code} is {status}; nothing can be taken from it.",
            code=parent["code"],
            status=parent["status"],
        )
    return parent


def _make(tx: Transaction, parent: RowMapping, request: Aliquoting | Deriving, made: dict[str, Any]) -> Made:
    if not 1 <= request.count <= MOST_CHILDREN:
        raise Refused(
            "aliquot.count", "Make 1 to {most} tubes at once, not {count}.", most=MOST_CHILDREN, count=request.count
        )
    if request.barcodes and len(request.barcodes) != request.count:
        raise Refused(
            "aliquot.barcodes",
            "{given} barcodes are given for {count} tubes.",
            given=len(request.barcodes),
            count=request.count,
        )
    each = amounts.parse(request.each) if request.each else None
    taken = _taken(request, each, made["kind"])
    if taken is not None or request.close:
        left = _consume(tx, parent, taken, close=request.close)
    else:
        left = _words(parent["amount"], parent["unit"])
    first, prefix = tx.allocate("sample", request.count)
    frozen = moments.parse_moment(request.frozen) if request.frozen else parent["frozen"]
    rows = [
        _child_row(number, code, parent, each, frozen)
        | made
        | {"barcode": request.barcodes[place].strip() if request.barcodes else None}
        for place, (number, code) in enumerate(
            zip(range(first, first + request.count), renders(prefix, first, request.count), strict=True)
        )
    ]
    refuse_taken(tx, rows)
    tx.insert(SAMPLE, rows)
    inherit_holds(tx, rows)
    placed: tuple[Placed, ...] = ()
    if request.unit:
        placed = put(
            tx,
            [
                Placing(row["code"], request.unit, request.position if place == 0 else None)
                for place, row in enumerate(rows)
            ],
        )
    tx.subject = parent["code"]
    tx.facts = {"made": [row["code"] for row in rows], "left": left}
    return Made(tuple(str(row["code"]) for row in rows), placed, left)


def _taken(request: Aliquoting | Deriving, each: Amount | None, kind: SampleKind) -> Amount | None:
    if request.taken:
        return amounts.parse(request.taken)
    # A derivative's amount is a yield of its own; only an aliquot's comes out of the parent as it is.
    return Amount(each.base * request.count, each.unit) if each and kind is SampleKind.ALIQUOT else None


def _consume(tx: Transaction, parent: RowMapping, taken: Amount | None, *, close: bool) -> str:
    remaining = Amount(parent["amount"], Unit(parent["unit"])) if parent["amount"] is not None else None
    left = amounts.take(remaining, taken) if remaining is not None and taken is not None else remaining
    if close:
        take_away(tx, [parent], SampleStatus.CONSUMED)
        return _words(0, parent["unit"])
    if left is not None:
        tx.update(SAMPLE, {parent["id"]: {"amount": left.base}})
    return _words(left.base, left.unit) if left is not None else ""


def _words(base: int | None, unit: str | None) -> str:
    return amounts.show(base, Unit(unit)) if base is not None and unit else ""


def _child_row(number: int, code: str, parent: RowMapping, amount: Amount | None, frozen: str | None) -> dict[str, Any]:
    return {name: parent[name] for name in INHERITED} | {
        "id": number,
        "code": code,
        "barcode": None,
        "kind": SampleKind.ALIQUOT,
        "parent_id": parent["id"],
        "status": SampleStatus.AVAILABLE,
        "holds": 0,
        "material": parent["material"],
        "concentration": parent["concentration"],
        "concentration_unit": parent["concentration_unit"],
        "frozen": frozen,
        "note": None,
        "unit": str(amount.unit) if amount else None,
        "amount_initial": amount.base if amount else None,
        "amount": amount.base if amount else None,
        "thaws": parent["thaws"],
        "unit_id": None,
        "row": None,
        "col": None,
        "sprec": None,
    }
