"""Tubes are made from tubes: aliquots, derivatives and pools, with their places and what is left of the parents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping

from biobank_tui.actions.placing import Placed, Placing, put
from biobank_tui.actions.samples import inherit_holds, refuse_taken, take_away
from biobank_tui.actions.spreading import spread
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.in_force import pooled_profile
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import POOL_MEMBER, SAMPLE
from biobank_tui.queries import finding
from biobank_tui.rules import amounts, materials
from biobank_tui.rules.amounts import Amount, Unit
from biobank_tui.rules.codes import render, renders
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import SampleKind, SampleStatus
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.sharing import ALL, Draw, draw, refuse_short, taken_of_each

MOST_CHILDREN = 1000
"""Tubes made of one."""
MOST_MADE = 10_000
"""Tubes made in one act."""
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
    """count children of each parent, of `each` ("200 µL"). parent: one tube, or several, each shared out alike.

    taken: from each parent, in all; count × each unless given. barcodes: one for each child, in the order of the
    labels, or none. unit: the box they go to, or several, filled one after the other from `position`. apart: the
    first child of every parent comes first, then the second of each; where there are as many boxes as children of
    a parent, each of these goes into a box of its own. thawed: it cost the parents a freeze-thaw cycle.
    close: the parents are used up by it.
    """

    parent: str | tuple[str, ...]
    count: int
    each: str | None = None
    taken: str | None = None
    barcodes: tuple[str, ...] = ()
    unit: str | tuple[str, ...] | None = None
    position: str | None = None
    close: bool = False
    frozen: str | None = None
    thawed: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Deriving:
    """Children of another material: plasma from blood, DNA from tissue. Their amount is a yield, not the parent's.

    The fields are those of an Aliquoting, but that nothing is taken from the parents unless `taken` says so.
    """

    parent: str | tuple[str, ...]
    material: str
    count: int = 1
    each: str | None = None
    taken: str | None = None
    concentration: float | None = None
    concentration_unit: str | None = None
    barcodes: tuple[str, ...] = ()
    unit: str | tuple[str, ...] | None = None
    position: str | None = None
    close: bool = False
    frozen: str | None = None
    thawed: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """What a parent has left, in words; empty where it was never measured."""

    parent: str
    amount: str


@dataclass(frozen=True, slots=True)
class Made:
    """codes: the new tubes', in the order of their labels. left: the parent's remainder in words, of a single one.

    remainders: of every parent.
    """

    codes: tuple[str, ...]
    placed: tuple[Placed, ...]
    left: str
    remainders: tuple[Left, ...] = ()


def aliquot(bank: Bank, actor: Actor, request: Aliquoting) -> Made:
    """Share tubes out: the children, their places and the parents' remainders in one act."""
    with bank.transaction(actor, Verb.SAMPLE_ALIQUOT) as tx:
        return _make(tx, request, {"kind": SampleKind.ALIQUOT})


def derive(bank: Bank, actor: Actor, request: Deriving) -> Made:
    """Make tubes of another material from tubes."""
    made = {
        "kind": SampleKind.DERIVATIVE,
        "material": materials.material(request.material),
        "concentration": request.concentration,
        "concentration_unit": request.concentration_unit,
        # What is made anew has not been thawed yet.
        "thaws": 0,
    }
    with bank.transaction(actor, Verb.SAMPLE_DERIVE) as tx:
        return _make(tx, request, made)


def pool(
    bank: Bank,
    actor: Actor,
    shares: Sequence[tuple[str, str]],
    material: str | None = None,
    *,
    barcode: str | None = None,
    unit: str | None = None,
    position: str | None = None,
    close: bool = False,
) -> str:
    """Put shares (code, amount) of tubes into one new tube that permits what all their donors permit; its code.

    An amount may be "all". close: the tubes are used up by it.
    """
    if len(shares) < 2:
        raise Refused("pool.few", "A pool is made of at least two tubes.")
    with bank.transaction(actor, Verb.SAMPLE_POOL) as tx:
        parents = _parents(tx, [code for code, _amount in shares])
        taken = [_share(parent, amount) for parent, (_code, amount) in zip(parents, shares, strict=True)]
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
            "barcode": barcode.strip() if barcode else None,
            "thaws": max(parent["thaws"] for parent in parents),
        }
        refuse_taken(tx, [row])
        tx.insert(SAMPLE, [row])
        _draw(tx, parents, taken, close=close, thawed=False)
        for parent, share in zip(parents, taken, strict=True):
            tx.add(POOL_MEMBER, pool_id=number, sample_id=parent["id"], amount=share.base, unit=str(share.unit))
        tx.update(SAMPLE, {number: {"profile_id": pooled_profile(tx, number)}})
        if unit:
            put(tx, [Placing(row["code"], unit, position)])
        tx.subject = row["code"]
        tx.facts = {"from": [parent["code"] for parent in parents]}
        return str(row["code"])


def _share(parent: RowMapping, amount: str) -> Amount:
    if amount.strip().casefold() != ALL:
        return amounts.parse(amount)
    if parent["amount"] is None:
        raise Refused(
            "pool.unmeasured", "Nobody knows how much {code} holds; say what is taken from it.", code=parent["code"]
        )
    return Amount(parent["amount"], Unit(parent["unit"]))


def _parents(tx: Transaction, codes: Sequence[str]) -> list[RowMapping]:
    """The tubes, in their order, once each may be drawn from."""
    if not codes:
        raise Refused("codes.none", "No codes were given; nothing was done.")
    parents = finding.samples(tx.connection, codes)
    tx.permit({parent["custodian_id"] for parent in parents})
    seen: set[int] = set()
    for parent in parents:
        if parent["id"] in seen:
            raise Refused("aliquot.twice", "{code} is named twice.", code=parent["code"])
        seen.add(parent["id"])
        if parent["holds"]:
            raise Refused("sample.held", "{code} is on hold; nothing can be taken from it.", code=parent["code"])
        if parent["status"] not in (SampleStatus.AVAILABLE, SampleStatus.CHECKED_OUT, SampleStatus.RESERVED):
            raise Refused(
                "sample.status",
                "{code} is {status}; nothing can be taken from it.",
                code=parent["code"],
                status=parent["status"],
            )
    return parents


def _make(tx: Transaction, request: Aliquoting | Deriving, made: dict[str, Any]) -> Made:
    parents = _parents(tx, [request.parent] if isinstance(request.parent, str) else request.parent)
    total = len(parents) * request.count
    _check_counts(request, len(parents))
    each = amounts.parse(request.each) if request.each else None
    told = amounts.parse(request.taken) if request.taken else None
    taken = taken_of_each(each, request.count, told, shared=made["kind"] is SampleKind.ALIQUOT)
    lefts = _draw(tx, parents, [taken] * len(parents), close=request.close, thawed=request.thawed)
    frozen = tx.moment(request.frozen) if request.frozen else None
    first, prefix = tx.allocate("sample", total)
    # In the order of the labels: parent after parent, or set after set.
    order = parents * request.count if request.apart else [parent for parent in parents for _n in range(request.count)]
    rows = [
        _child_row(number, code, parent, each, frozen or parent["frozen"])
        | {"thaws": parent["thaws"] + request.thawed}
        | made
        | {"barcode": request.barcodes[place].strip() if request.barcodes else None}
        for place, (number, code, parent) in enumerate(
            zip(range(first, first + total), renders(prefix, first, total), order, strict=True)
        )
    ]
    refuse_taken(tx, rows)
    tx.insert(SAMPLE, rows)
    inherit_holds(tx, rows)
    codes = tuple(str(row["code"]) for row in rows)
    placed: tuple[Placed, ...] = ()
    if request.unit:
        units = (request.unit,) if isinstance(request.unit, str) else request.unit
        sets = request.count if request.apart and len(units) == request.count else 1
        placed = put(tx, spread(tx, codes, units, request.position, sets))
    tx.subject = parents[0]["code"]
    tx.facts = {"made": list(codes), "parents": len(parents)}
    if len(parents) == 1:
        tx.facts = {"made": list(codes), "left": lefts[0].amount}
    return Made(codes, placed, lefts[0].amount if len(parents) == 1 else "", lefts)


def _check_counts(request: Aliquoting | Deriving, parents: int) -> None:
    if not 1 <= request.count <= MOST_CHILDREN:
        raise Refused(
            "aliquot.count", "Make 1 to {most} tubes at once, not {count}.", most=MOST_CHILDREN, count=request.count
        )
    total = parents * request.count
    if total > MOST_MADE:
        raise Refused(
            "aliquot.many", "{count} tubes are too many for one act; the most is {most}.", count=total, most=MOST_MADE
        )
    if request.barcodes and len(request.barcodes) != total:
        raise Refused(
            "aliquot.barcodes",
            "{given} {given:barcode is|barcodes are} given for {count} {count:tube|tubes}.",
            given=len(request.barcodes),
            count=total,
        )


def _draw(
    tx: Transaction, parents: Sequence[RowMapping], taken: Iterable[Amount | None], *, close: bool, thawed: bool
) -> tuple[Left, ...]:
    """Write off what is taken of each tube, all of them or none."""
    draws = [draw(parent["code"], held(parent), share) for parent, share in zip(parents, taken, strict=True)]
    refuse_short(draws)
    changes = {
        parent["id"]: ({"thaws": parent["thaws"] + 1} if thawed else {})
        | ({"amount": one.left.base} if one.left is not None and not close else {})
        for parent, one in zip(parents, draws, strict=True)
    }
    tx.update(SAMPLE, {number: values for number, values in changes.items() if values})
    if close:
        take_away(tx, parents, SampleStatus.CONSUMED)
    return tuple(Left(one.code, _after(one, close=close)) for one in draws)


def held(tube: RowMapping) -> Amount | None:
    """What a tube holds; None where it was never measured."""
    return Amount(tube["amount"], Unit(tube["unit"])) if tube["amount"] is not None else None


def _after(one: Draw, *, close: bool) -> str:
    if close:
        return str(Amount(0, one.had.unit)) if one.had is not None else ""
    return str(one.left) if one.left is not None else ""


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
