"""Samples are registered, corrected, and leave the bank for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, select

from biobank_tui.actions.donors import add_external, refuse_controls
from biobank_tui.actions.placing import Placing, put
from biobank_tui.actions.releasing import end_reservations
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.bank.withdrawn import reopen
from biobank_tui.model.tables import CHECKOUT, DONOR, HOLD, HOLD_SAMPLE, RESERVATION, SAMPLE
from biobank_tui.queries import finding
from biobank_tui.rules import amounts, lifecycles, materials, moments
from biobank_tui.rules.codes import renders
from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.lifecycles import DonorState, ReservationState, SampleKind, SampleStatus
from biobank_tui.rules.permissions import Verb


@dataclass(frozen=True, slots=True)
class NewSample:
    """A tube to register.

    material: a MIABIS code or what people call it. amount: "200 µL". times: ISO, possibly partial, in the bank's zone
    unless they say.
    code: another system's, kept as it is; None takes the next of ours. custodian: the donor's unless given.
    """

    donor: str
    material: str
    amount: str | None = None
    code: str | None = None
    barcode: str | None = None
    custodian: str | None = None
    topography: str | None = None
    diagnosis: str | None = None
    concentration: float | None = None
    concentration_unit: str | None = None
    collected: str | None = None
    received: str | None = None
    processed: str | None = None
    frozen: str | None = None
    note: str | None = None
    expected: bool = False
    unit: str | None = None
    position: str | None = None
    external: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Registered:
    """codes: in the order asked. alarms: donors among them who withdrew; to be heeded at once."""

    codes: tuple[str, ...]
    alarms: tuple[str, ...] = ()


def register(bank: Bank, actor: Actor, new: Sequence[NewSample]) -> Registered:
    """Register tubes, all or none; those of a donor who withdrew come in on hold, with an alarm."""
    if not new:
        raise Refused("register.nothing", "There is nothing to register.")
    with bank.transaction(actor, Verb.SAMPLE_REGISTER) as tx:
        donors = {code: finding.donor(tx.connection, code) for code in dict.fromkeys(one.donor for one in new)}
        custodians = {
            code: finding.organisation(tx.connection, code)["id"]
            for code in {one.custodian for one in new if one.custodian}
        }
        first, prefix = tx.allocate("sample", len(new))
        own = renders(prefix, first, len(new))
        rows = [
            _row(tx, number, code, one, donors[one.donor], custodians)
            for number, code, one in zip(range(first, first + len(new)), own, new, strict=True)
        ]
        tx.permit({row["custodian_id"] for row in rows})
        refuse_taken(tx, rows)
        tx.insert(SAMPLE, rows)
        for row, one in zip(rows, new, strict=True):
            add_external(tx, "sample", row["id"], one.external)
        placings = [
            Placing(row["code"], one.unit, one.position) for row, one in zip(rows, new, strict=True) if one.unit
        ]
        if placings:
            put(tx, placings)
        alarms = inherit_holds(tx, rows)
        codes = tuple(str(row["code"]) for row in rows)
        tx.subject = codes[0]
        tx.facts = {"samples": len(codes)} | ({"alarms": len(alarms)} if alarms else {})
        return Registered(codes, alarms)


def correct(bank: Bank, actor: Actor, code: str, reason: str, **values: Any) -> None:
    """Correct what was recorded of a sample; the ledger keeps what it said before, and the reason."""
    unknown = values.keys() - CORRECTABLE
    if unknown:
        raise Refused(
            "correct.field",
            "{fields} cannot be corrected; these can: {allowed}.",
            fields=", ".join(sorted(unknown)),
            allowed=", ".join(sorted(CORRECTABLE)),
        )
    with bank.transaction(actor, Verb.SAMPLE_EDIT, reason=reason) as tx:
        tube = finding.sample(tx.connection, code)
        tx.permit([tube["custodian_id"]])
        changes = {name: _cleaned(tx, name, value) for name, value in values.items()}
        if changes.get("barcode") and changes["barcode"] != tube["barcode"]:
            changes["barcode"] = free_barcode(tx, changes["barcode"])
        times = {name: changes.get(name, tube[name]) for name in ("collected", "received", "processed", "frozen")}
        moments.check_order(*times.values())
        tx.update(SAMPLE, {tube["id"]: changes})
        tx.subject = tube["code"]
        tx.facts = {"corrected": sorted(changes)}


def end(bank: Bank, actor: Actor, codes: Sequence[str], how: SampleStatus, reason: str | None = None) -> int:
    """Tubes are consumed, destroyed, rejected or missing: their places are freed and their reservations end."""
    verbs = {
        SampleStatus.CONSUMED: Verb.SAMPLE_CONSUME,
        SampleStatus.DESTROYED: Verb.SAMPLE_DESTROY,
        SampleStatus.REJECTED: Verb.SAMPLE_CONSUME,
        SampleStatus.MISSING: Verb.SAMPLE_MISSING,
    }
    with bank.transaction(actor, verbs[how], reason=reason) as tx:
        tubes = finding.samples(tx.connection, codes)
        tx.permit({tube["custodian_id"] for tube in tubes})
        for tube in tubes:
            lifecycles.move(SampleStatus, SampleStatus(tube["status"]), how)
            if tube["holds"] and how is SampleStatus.CONSUMED:
                raise Refused("sample.held", "{code} is on hold; it cannot be used up.", code=tube["code"])
        take_away(tx, tubes, how)
        tx.subject = tubes[0]["code"] if tubes else None
        tx.facts = {str(how): len(tubes)}
        return len(tubes)


def take_away(tx: Transaction, tubes: Sequence[RowMapping], how: SampleStatus) -> None:
    """End tubes within an act already under way: places freed, standing reservations released."""
    ids = [tube["id"] for tube in tubes]
    gone: dict[str, Any] = {"status": how, "unit_id": None, "row": None, "col": None}
    if how in (SampleStatus.CONSUMED, SampleStatus.DESTROYED):
        tx.update(SAMPLE, {tube["id"]: gone | ({"amount": 0} if tube["amount"] else {}) for tube in tubes})
    else:
        tx.update_all(SAMPLE, ids, **gone)
    out = tx.connection.scalars(
        select(CHECKOUT.c.id).where(among(tx.connection, CHECKOUT.c.sample_id, ids), CHECKOUT.c.returned.is_(None))
    ).all()
    tx.update_all(CHECKOUT, out, returned=tx.at)
    standing = tx.connection.scalars(
        select(RESERVATION.c.id).where(
            among(tx.connection, RESERVATION.c.sample_id, ids),
            RESERVATION.c.state.in_([ReservationState.ACTIVE, ReservationState.PICKED]),
        )
    ).all()
    end_reservations(tx, standing, ReservationState.RELEASED, str(how))


CORRECTABLE = frozenset(
    {
        "material",
        "topography",
        "diagnosis",
        "concentration",
        "concentration_unit",
        "collected",
        "received",
        "processed",
        "frozen",
        "note",
        "barcode",
        "thaws",
    }
)


def _cleaned(tx: Transaction, name: str, value: Any) -> Any:
    if value is None or value == "":
        return None
    if name in ("collected", "received", "processed", "frozen"):
        return tx.moment(str(value))
    if name == "material":
        return materials.material(str(value))
    if isinstance(value, str):
        refuse_controls(name, value)
    return value


def _row(
    tx: Transaction, number: int, own: str, new: NewSample, donor: RowMapping, custodians: dict[str, int]
) -> dict[str, Any]:
    amount = amounts.parse(new.amount) if new.amount else None
    for name, value in (("code", new.code), ("barcode", new.barcode), ("note", new.note)):
        refuse_controls(name, value)
    times = {name: _cleaned(tx, name, getattr(new, name)) for name in ("collected", "received", "processed", "frozen")}
    moments.check_order(*times.values())
    return {
        "id": number,
        "code": new.code or own,
        "barcode": new.barcode.strip() if new.barcode else None,
        "kind": SampleKind.PRIMARY,
        "donor_id": donor["id"],
        "parent_id": None,
        "custodian_id": custodians[new.custodian] if new.custodian else donor["custodian_id"],
        "status": SampleStatus.EXPECTED if new.expected else SampleStatus.AVAILABLE,
        "holds": 0,
        "material": materials.material(new.material),
        "topography": new.topography,
        "diagnosis": new.diagnosis or donor["diagnosis"],
        "concentration": new.concentration,
        "concentration_unit": new.concentration_unit,
        **times,
        "note": new.note,
        "unit": str(amount.unit) if amount else None,
        "amount_initial": amount.base if amount else None,
        "amount": amount.base if amount else None,
        "thaws": 0,
        "profile_id": donor["profile_id"],
        "unit_id": None,
        "row": None,
        "col": None,
        "sprec": None,
        "relaxed": None,
    }


def refuse_taken(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Conflict where a code or barcode is already another tube's, be it as the one or the other."""
    given = {name: [row[name] for row in rows if row[name] is not None] for name in ("code", "barcode")}
    codes = set(given["code"])
    if any(len(set(values)) < len(values) for values in given.values()) or any(
        row["barcode"] in codes and row["barcode"] != row["code"] for row in rows
    ):
        raise Conflict("sample.twice", "The same code or barcode is given to two of these tubes.")
    every = list(dict.fromkeys([*given["code"], *given["barcode"]]))
    for column in (SAMPLE.c.code, SAMPLE.c.barcode):
        for start in range(0, len(every), 5000):
            taken = tx.connection.execute(
                select(column, SAMPLE.c.code).where(column.in_(every[start : start + 5000])).limit(1)
            ).first()
            if taken is not None:
                raise Conflict("sample.taken", "{value} is already the tube {code}.", value=taken[0], code=taken[1])


def free_barcode(tx: Transaction, barcode: str) -> str:
    """A barcode as it is kept; Conflict where a tube already answers to it."""
    written = barcode.strip()
    refuse_controls("barcode", written)
    taken = tx.connection.scalar(
        select(SAMPLE.c.code)
        .where((SAMPLE.c.barcode == written) | SAMPLE.c.code.in_({written, written.upper()}))
        .limit(1)
    )
    if taken is not None:
        raise Conflict("sample.taken", "{value} is already the tube {code}.", value=written, code=taken)
    return written


def inherit_holds(tx: Transaction, rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Put new tubes under the holds that stand on their donors; the donors who withdrew."""
    by_donor: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row["donor_id"] is not None:
            by_donor.setdefault(row["donor_id"], []).append(row)
    holds = tx.connection.execute(
        select(HOLD.c.id, HOLD.c.target_id, DONOR.c.code, DONOR.c.state)
        .select_from(HOLD.join(DONOR, DONOR.c.id == HOLD.c.target_id))
        .where(HOLD.c.noun == "donor", HOLD.c.released.is_(None), among(tx.connection, HOLD.c.target_id, by_donor))
    ).all()
    if not holds:
        return ()
    under = {
        (row.hold_id, row.sample_id)
        for row in tx.connection.execute(
            select(HOLD_SAMPLE.c.hold_id, HOLD_SAMPLE.c.sample_id).where(
                among(tx.connection, HOLD_SAMPLE.c.sample_id, [row["id"] for row in rows])
            )
        )
    }
    held: dict[int, int] = {}
    joined: set[int] = set()
    for hold in holds:
        for row in by_donor[hold.target_id]:
            if (hold.id, row["id"]) not in under:
                tx.add(HOLD_SAMPLE, hold_id=hold.id, sample_id=row["id"])
                held[row["id"]] = held.get(row["id"], row["holds"]) + 1
                joined.add(hold.id)
    tx.update(SAMPLE, {number: {"holds": n} for number, n in held.items()})
    reopen(tx, joined)
    return tuple(hold.code for hold in holds if hold.state == DonorState.WITHDRAWN)
