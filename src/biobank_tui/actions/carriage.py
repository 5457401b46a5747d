"""How a shipment travels: who carries it, under what number, on how much dry ice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from biobank_tui.actions.donors import refuse_controls
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.model.tables import SHIPMENT
from biobank_tui.queries import finding
from biobank_tui.queries.packing import request_of
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import ShipmentState
from biobank_tui.rules.permissions import Verb


@dataclass(frozen=True, slots=True)
class Carriage:
    """How a shipment travels; None leaves a field as it is. dry_ice: kg. temperature: as it leaves, in words."""

    carrier: str | None = None
    tracking: str | None = None
    dry_ice: float | None = None
    temperature: str | None = None
    conditions: str | None = None


def describe(bank: Bank, actor: Actor, code: str, carriage: Carriage) -> None:
    """Say how a shipment travels, as long as it is not closed."""
    changes = {name: value for name, value in checked(carriage).items() if value is not None}
    with bank.transaction(actor, Verb.SHIPMENT_PACK) as tx:
        shipment = finding.by_code(tx.connection, SHIPMENT, code)
        project = request_of(tx.connection, shipment)["project_id"]
        tx.permit([shipment["recipient_id"]], project)
        if shipment["state"] not in (ShipmentState.PACKING, ShipmentState.DISPATCHED):
            raise Refused(
                "shipment.past", "{shipment} is {state}; how it travelled stays as it is.",
                shipment=shipment["code"], state=shipment["state"],
            )  # fmt: skip
        tx.update(SHIPMENT, {shipment["id"]: changes})
        tx.subject, tx.facts = shipment["code"], {"changed": sorted(changes)}


def checked(carriage: Carriage) -> dict[str, Any]:
    """What was said, as it is kept, by column; Refused where it cannot be."""
    if carriage.dry_ice is not None and not 0 <= carriage.dry_ice <= 1000:
        raise Refused(
            "shipment.dry_ice", "Dry ice is 0 to 1000 kg, not {amount}.", amount=carriage.dry_ice
        )  # fmt: skip
    told: dict[str, Any] = {"dry_ice": carriage.dry_ice}
    for name in ("carrier", "tracking", "temperature", "conditions"):
        value = getattr(carriage, name)
        cleaned = value.strip() or None if value is not None else None
        refuse_controls(name, cleaned)
        told[name] = cleaned
    return told
