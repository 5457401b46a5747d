"""What stands against a shipment's leaving now: agreement, authorisation, consent, holds; each with its sentence."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, select

from biobank_tui.model.tables import AGREEMENT, ORGANISATION, PROJECT, SAMPLE, SHIPMENT_ITEM
from biobank_tui.queries.borders import border
from biobank_tui.queries.clearance import kept_back
from biobank_tui.queries.gate import Gate
from biobank_tui.queries.packing import request_of
from biobank_tui.rules.lifecycles import SampleStatus, ShipmentItemState
from biobank_tui.rules.phrases import mark

__all__ = ["Gate", "agreement_in_force", "gates"]


def gates(connection: Connection, shipment: RowMapping, at: str) -> tuple[Gate, ...]:
    """All that would have to be settled before the shipment may leave; nothing where it may."""
    request = request_of(connection, shipment)
    project = connection.execute(select(PROJECT).where(PROJECT.c.id == request["project_id"])).mappings().one()
    recipient = (
        connection.execute(select(ORGANISATION).where(ORGANISATION.c.id == shipment["recipient_id"])).mappings().one()
    )
    rows = connection.execute(
        select(SAMPLE.c.id, SAMPLE.c.code, SAMPLE.c.custodian_id, SAMPLE.c.status)
        .join(SHIPMENT_ITEM, SHIPMENT_ITEM.c.sample_id == SAMPLE.c.id)
        .where(SHIPMENT_ITEM.c.shipment_id == shipment["id"], SHIPMENT_ITEM.c.state == ShipmentItemState.PACKED)
        .order_by(SHIPMENT_ITEM.c.box, SHIPMENT_ITEM.c.row, SHIPMENT_ITEM.c.col)
    ).all()
    found: list[Gate] = []
    if not rows:
        found.append(
            Gate("shipment.empty", mark("{shipment} holds no tube; pack it first."), {"shipment": shipment["code"]})
        )
    if not shipment["carrier"]:
        found.append(
            Gate(
                "shipment.carrier",
                mark("Nobody is named who carries {shipment}; say who does."),
                {"shipment": shipment["code"]},
            )
        )
    away = {row.custodian_id for row in rows} - {recipient["id"]}
    if away:
        found += _agreement(connection, project, recipient, at[:10])
        found += border(connection, project, recipient, away).against(at[:10])
    kept = kept_back(connection, project["id"], [row.id for row in rows], at, recipient["id"])
    for row in rows:
        if row.status != SampleStatus.CHECKED_OUT:
            sentence = mark("{sample} is {status} in the bank's books; take it out of the box and find out why.")
            found.append(Gate("shipment.not_out", sentence, {"sample": row.code, "status": row.status}, row.code))
        if row.id in kept:
            barrier = kept[row.id].barrier
            found.append(Gate(barrier.code, barrier.sentence, {"sample": row.code, **barrier.facts}, row.code))
    return tuple(found)


def agreement_in_force(connection: Connection, project_id: int, organisation_id: int, day: str) -> RowMapping | None:
    """The agreement under which a project's samples may go to an organisation that day."""
    return (
        connection.execute(
            select(AGREEMENT)
            .where(
                AGREEMENT.c.project_id == project_id,
                AGREEMENT.c.organisation_id == organisation_id,
                AGREEMENT.c.ended.is_(None),
                AGREEMENT.c.signed <= day,
                AGREEMENT.c.expires.is_(None) | (AGREEMENT.c.expires >= day),
            )
            .order_by(AGREEMENT.c.id.desc())
        )
        .mappings()
        .first()
    )


def _agreement(connection: Connection, project: RowMapping, recipient: RowMapping, day: str) -> list[Gate]:
    if agreement_in_force(connection, project["id"], recipient["id"], day) is not None:
        return []
    last = (
        connection.execute(
            select(AGREEMENT)
            .where(AGREEMENT.c.project_id == project["id"], AGREEMENT.c.organisation_id == recipient["id"])
            .order_by(AGREEMENT.c.id.desc())
        )
        .mappings()
        .first()
    )
    facts = {"recipient": recipient["code"], "project": project["code"]}
    if last is None:
        return [
            Gate(
                "agreement.absent",
                mark("{project} has no transfer agreement (MTA) with {recipient}; it needs one."),
                facts,
            )
        ]
    facts |= {"reference": last["reference"]}
    if last["ended"] is not None:
        sentence = mark("The agreement {reference} with {recipient} was called off on {day}; it needs another.")
        return [Gate("agreement.ended", sentence, facts | {"day": last["ended"][:10]})]
    if last["signed"] is None or last["signed"] > day:
        return [
            Gate("agreement.unsigned", mark("The agreement {reference} with {recipient} is not signed yet."), facts)
        ]
    sentence = mark("The agreement {reference} with {recipient} ran out on {day}; it needs another.")
    return [Gate("agreement.expired", sentence, facts | {"day": last["expires"]})]
