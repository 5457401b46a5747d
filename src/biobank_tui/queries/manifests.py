"""The manifest that travels with a shipment: what lies where, under the project's own codes alone."""

from __future__ import annotations

from sqlalchemy import Connection, select

from biobank_tui.labels.manifest import Line, Manifest
from biobank_tui.model.tables import (
    ORGANISATION,
    PROJECT,
    PROJECT_DONOR,
    PROJECT_SAMPLE,
    SAMPLE,
    SHIPMENT,
    SHIPMENT_ITEM,
)
from biobank_tui.queries import finding
from biobank_tui.queries.borders import border
from biobank_tui.queries.gates import agreement_in_force
from biobank_tui.queries.packing import layout_of, request_of
from biobank_tui.queries.sample_detail import amount_in_words
from biobank_tui.queries.shipments import require_readable
from biobank_tui.rules.lifecycles import SENT_ITEM
from biobank_tui.rules.positions import label

__all__ = ["Line", "Manifest", "manifest"]


def manifest(connection: Connection, code: str, at: str, *, reader: int | None = None) -> Manifest:
    """The manifest of a shipment. Neither the bank's codes of samples or donors nor tubes' barcodes are in it.

    reader: the id of the person who asks; Denied where they only lead projects, and not this one.
    """
    shipment = finding.by_code(connection, SHIPMENT, code)
    request = request_of(connection, shipment)
    require_readable(connection, request, reader)
    project = connection.execute(select(PROJECT).where(PROJECT.c.id == request["project_id"])).mappings().one()
    recipient = (
        connection.execute(select(ORGANISATION).where(ORGANISATION.c.id == shipment["recipient_id"])).mappings().one()
    )
    day = (shipment["dispatched"] or at)[:10]
    agreement = agreement_in_force(connection, project["id"], recipient["id"], day)
    rows = connection.execute(
        select(
            SHIPMENT_ITEM.c.box,
            SHIPMENT_ITEM.c.row,
            SHIPMENT_ITEM.c.col,
            PROJECT_SAMPLE.c.code.label("sample"),
            PROJECT_DONOR.c.code.label("donor"),
            SAMPLE.c.material,
            SAMPLE.c.amount,
            SAMPLE.c.unit,
            SAMPLE.c.custodian_id,
        )
        .join(SAMPLE, SAMPLE.c.id == SHIPMENT_ITEM.c.sample_id)
        .outerjoin(
            PROJECT_SAMPLE, (PROJECT_SAMPLE.c.sample_id == SAMPLE.c.id) & (PROJECT_SAMPLE.c.project_id == project["id"])
        )
        .outerjoin(
            PROJECT_DONOR,
            (PROJECT_DONOR.c.donor_id == SAMPLE.c.donor_id) & (PROJECT_DONOR.c.project_id == project["id"]),
        )
        .where(SHIPMENT_ITEM.c.shipment_id == shipment["id"], SHIPMENT_ITEM.c.state.in_(SENT_ITEM))
        .order_by(SHIPMENT_ITEM.c.box, SHIPMENT_ITEM.c.row, SHIPMENT_ITEM.c.col)
    ).all()
    layout = layout_of(shipment)
    custodians = {row.custodian_id for row in rows}
    return Manifest(
        shipment["code"],
        request["code"],
        project["code"],
        recipient["code"],
        recipient["name"],
        agreement["reference"] if agreement is not None else None,
        ", ".join(border(connection, project, recipient, custodians).used(day)) or None,
        shipment["dispatched"],
        shipment["carrier"],
        shipment["tracking"],
        shipment["dry_ice"],
        shipment["temperature"],
        shipment["conditions"],
        tuple(
            Line(
                row.box,
                label(layout, row.row, row.col) if row.row is not None else "",
                row.sample or "",
                row.donor or "",
                row.material,
                amount_in_words(row.amount, row.unit),
            )
            for row in rows
        ),
    )
