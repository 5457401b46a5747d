"""Tubes arrive: each confirmed by one scan, with its time, its own barcode, and what was done to it before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, select

from biobank_tui.actions.placing import Placed, Placing, put
from biobank_tui.actions.releasing import came_back
from biobank_tui.actions.samples import free_barcode, inherit_holds
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import DONOR, PREANALYTICS, SAMPLE, SHIPMENT, SHIPMENT_ITEM
from biobank_tui.queries import finding
from biobank_tui.queries.preanalytics import limits, recorded, sprec_table, times_of
from biobank_tui.rules import moments
from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.lifecycles import SENT_ITEM, DonorState, SampleStatus, ShipmentState
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.preanalytics import COLUMNS, Lapse, code, facts_from, lapses, matrix_of

RECEIVABLE = (SampleStatus.EXPECTED, SampleStatus.MISSING, SampleStatus.DISTRIBUTED, SampleStatus.IN_TRANSIT)
"""What can arrive: a reserved tube or one taken out is here already."""

WRITTEN = (
    "container",
    "pre_delay",
    "pre_temperature",
    "spin",
    "second_spin",
    "post_delay",
    "post_temperature",
    "storage",
    "fixation",
    "fixation_minutes",
    "warm_ischaemia",
    "cold_ischaemia",
)
"""What may be said of a tube's treatment, as `rules.preanalytics.facts_from` reads it."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A tube that is here. code: its code, barcode or another system's number.

    barcode: the tube's own, to be attached. times: ISO; received is now where nothing was said. treatment: as written,
    by the names of WRITTEN. unit, position: where it goes at once.
    """

    code: str
    barcode: str | None = None
    collected: str | None = None
    received: str | None = None
    processed: str | None = None
    frozen: str | None = None
    treatment: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A tube that was received. left: tubes of its donor still expected. lapses: its times against the limits."""

    code: str
    material: str
    received: str
    left: int
    sprec: str | None
    lapses: tuple[Lapse, ...]
    placed: Placed | None = None


def arrive(bank: Bank, actor: Actor, arrivals: Sequence[Arrival]) -> tuple[Arrived, ...]:
    """Expected, returned or found tubes are here, all of them or none, as one act."""
    if not arrivals:
        raise Refused("receive.nothing", "There is nothing to receive.")
    with bank.transaction(actor, Verb.SAMPLE_RECEIVE) as tx:
        tubes = finding.samples(tx.connection, [one.code for one in arrivals])
        if len({tube["id"] for tube in tubes}) < len(tubes):
            raise Refused("receive.twice", "A tube is named twice; it arrives once.")
        tx.permit({tube["custodian_id"] for tube in tubes})
        done = tuple(_take_in(tx, tube, one) for tube, one in zip(tubes, arrivals, strict=True))
        tx.subject = tubes[0]["code"]
        tx.facts = {"received": len(tubes)}
        return done


def attach(bank: Bank, actor: Actor, code: str, barcode: str) -> None:
    """A tube that bore no barcode of its own, or was registered before it had one, bears this one."""
    with bank.transaction(actor, Verb.SAMPLE_RECEIVE) as tx:
        tube = finding.sample(tx.connection, code)
        tx.permit([tube["custodian_id"]])
        if tube["barcode"] is not None:
            raise Conflict(
                "barcode.other",
                "{code} bears the barcode {barcode} already; correct it with a reason if it is wrong.",
                code=tube["code"],
                barcode=tube["barcode"],
            )
        tx.update(SAMPLE, {tube["id"]: {"barcode": free_barcode(tx, barcode)}})
        tx.subject = tube["code"]
        tx.facts = {"barcode": barcode.strip()}


def describe(bank: Bank, actor: Actor, code: str, treatment: Mapping[str, str], reason: str) -> str:
    """Write down, or correct, how a tube was treated; its SPREC code from then on."""
    with bank.transaction(actor, Verb.SAMPLE_EDIT, reason=reason) as tx:
        tube = finding.sample(tx.connection, code)
        tx.permit([tube["custodian_id"]])
        told = write_treatment(tx, tube["id"], tube["material"], times_of(tube), treatment)
        tx.subject = tube["code"]
        return told or ""


def write_treatment(
    tx: Transaction,
    sample_id: int,
    material: str,
    times: Mapping[str, str | None],
    treatment: Mapping[str, str],
) -> str | None:
    """Keep how a tube was treated, and its SPREC code, within an act under way; None where nothing is known of it."""
    unknown = sorted(treatment.keys() - set(WRITTEN))
    if unknown:
        raise Refused(
            "treatment.unknown", "{fields} is nothing that is kept; there are {allowed}.",
            fields=", ".join(unknown), allowed=", ".join(WRITTEN),
        )  # fmt: skip
    facts = facts_from(treatment, sprec_table(), matrix_of(material))
    known = recorded(tx.connection, sample_id)
    if not facts and not known:
        return None
    if facts and not _has_row(tx, sample_id):
        tx.insert(PREANALYTICS, [{"sample_id": sample_id, **dict.fromkeys(COLUMNS), **facts}])
    elif facts:
        tx.update(PREANALYTICS, {sample_id: facts})
    told = code(material, known | facts, times, sprec_table())
    tx.update(SAMPLE, {sample_id: {"sprec": told}})
    return told


def _has_row(tx: Transaction, sample_id: int) -> bool:
    return tx.count(PREANALYTICS, PREANALYTICS.c.sample_id == sample_id) > 0


def _take_in(tx: Transaction, tube: RowMapping, one: Arrival) -> Arrived:
    _refuse_unreceivable(tx, tube)
    said = {name: getattr(one, name) for name in ("collected", "received", "processed", "frozen")}
    times = times_of(tube) | {name: tx.moment(text) for name, text in said.items() if text}
    if not times["received"]:
        times["received"] = tx.at[:16] + "Z"
    moments.check_order(times["collected"], times["received"], times["processed"], times["frozen"])
    values: dict[str, Any] = {"status": SampleStatus.AVAILABLE, **times}
    if tube["status"] == SampleStatus.DISTRIBUTED:
        values["thaws"] = tube["thaws"] + 1
    if one.barcode and one.barcode.strip() != tube["barcode"]:
        values["barcode"] = free_barcode(tx, one.barcode)
    tx.update(SAMPLE, {tube["id"]: values})
    if tube["status"] != SampleStatus.EXPECTED:
        came_back(tx, [tube["id"]])
    told = write_treatment(tx, tube["id"], tube["material"], times, one.treatment)
    inherit_holds(tx, [dict(tube)])
    placed = put(tx, [Placing(tube["code"], one.unit, one.position)])[0] if one.unit else None
    facts = recorded(tx.connection, tube["id"])
    left = tx.count(SAMPLE, SAMPLE.c.donor_id == tube["donor_id"], SAMPLE.c.status == SampleStatus.EXPECTED)
    watched = lapses(tube["material"], facts, times, limits(tx.connection))
    return Arrived(tube["code"], tube["material"], str(times["received"]), left, told, watched, placed)


def _refuse_unreceivable(tx: Transaction, tube: RowMapping) -> None:
    if tube["status"] not in RECEIVABLE:
        raise Refused(
            "sample.not_receivable",
            "{code} is {status}; it is here already, or never comes back.",
            code=tube["code"],
            status=tube["status"],
        )
    if tube["status"] == SampleStatus.IN_TRANSIT:
        _refuse_on_its_way(tx, tube)
    withdrawn = tx.connection.scalar(
        select(DONOR.c.code).where(DONOR.c.id == tube["donor_id"], DONOR.c.state == DonorState.WITHDRAWN)
    )
    if withdrawn is not None and tube["status"] == SampleStatus.EXPECTED:
        raise Refused(
            "receive.withdrawn",
            "Donor {donor} has withdrawn: {code} is not taken in. Set it aside and tell the manager.",
            donor=withdrawn,
            code=tube["code"],
        )


def _refuse_on_its_way(tx: Transaction, tube: RowMapping) -> None:
    """What left with a shipment of ours arrives there, or the shipment is lost, before the tube can be here again."""
    shipment = tx.connection.scalar(
        select(SHIPMENT.c.code)
        .join(SHIPMENT_ITEM, SHIPMENT_ITEM.c.shipment_id == SHIPMENT.c.id)
        .where(
            SHIPMENT_ITEM.c.sample_id == tube["id"],
            SHIPMENT_ITEM.c.state.in_(SENT_ITEM),
            SHIPMENT.c.state == ShipmentState.DISPATCHED,
        )
    )
    if shipment is not None:
        raise Refused(
            "return.not_arrived", "{shipment} is on its way; receive it, or declare it lost, first.", shipment=shipment
        )
