"""A freezer fails: one act marks it, takes it out of use, and plans where all that is in it goes."""

from __future__ import annotations

from dataclasses import dataclass

from biobank_tui.actions.moving import Planned, write
from biobank_tui.actions.storage import serve
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.model.moves import MovePurpose
from biobank_tui.queries import finding
from biobank_tui.queries.evacuating import evacuation
from biobank_tui.rules.lifecycles import ServiceState
from biobank_tui.rules.permissions import Verb


@dataclass(frozen=True, slots=True)
class Failure:
    """A unit that fails. evacuate: also write the list of moves that empties it."""

    code: str
    reason: str
    evacuate: bool = True


@dataclass(frozen=True, slots=True)
class Failed:
    """What was marked, and the list that empties it: nothing goes in from now on."""

    code: str
    units: int
    tubes: int
    plan: Planned | None


def fail(bank: Bank, actor: Actor, what: Failure) -> Failed:
    """Mark a unit and all inside it as failing, and plan where everything in it goes."""
    with bank.transaction(actor, Verb.STORAGE_FAIL, reason=what.reason) as tx:
        unit = finding.unit(tx.connection, what.code)
        tx.permit([unit["organisation_id"]])
        units = serve(tx, unit, ServiceState.FAILING)
        plan = write(tx, MovePurpose.EVACUATION, evacuation(tx.connection, unit["code"])) if what.evacuate else None
        tx.subject = unit["code"]
        tx.facts = {"units": units, "tubes": unit["tubes"]}
        if plan is not None:
            tx.facts |= {"list": plan.code, "moves": plan.moves, "stranded": len(plan.stranded)}
        return Failed(unit["code"], units, unit["tubes"], plan)
