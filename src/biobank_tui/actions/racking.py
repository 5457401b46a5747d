"""A rack scan is taken over: known tubes go where they were read, what was not read may be given up as missing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from biobank_tui.actions.placing import Placed, Placing, put
from biobank_tui.actions.samples import take_away
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.exchange.racks import RackScan
from biobank_tui.model.tables import SAMPLE
from biobank_tui.queries import finding
from biobank_tui.queries.rackscan import CellKind, Notice, RackCell, RackComparison, chosen, compare
from biobank_tui.rules import lifecycles
from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.lifecycles import SampleStatus
from biobank_tui.rules.permissions import Verb


class Unfound(StrEnum):
    """What becomes of the tubes the bank has in the box and the scan did not read."""

    LEAVE = "leave"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ApplyScan:
    """A scan to take over in a box.

    cells: labels of the positions to apply; None for all. shown: the comparison that was agreed to: where the bank
    has changed since, nothing is written. override: a manager's reason to place tubes the box's rules keep out.
    """

    box: str
    scan: RackScan
    cells: tuple[str, ...] | None = None
    unfound: Unfound = Unfound.LEAVE
    shown: RackComparison | None = None
    override: str | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What was written. missing: codes of the tubes given up. left: positions asked for that were not applied.

    other: the unit that the rack's barcode names, where that is not the box.
    """

    box: str
    placed: tuple[Placed, ...]
    missing: tuple[str, ...]
    left: tuple[RackCell, ...]
    other: str | None = None


def apply(bank: Bank, actor: Actor, what: ApplyScan) -> Applied:
    """Place the new and moved tubes where they were read, all of them or none.

    Positions unread, read twice, or holding a tube the bank does not know stay as the bank has them.
    """
    with bank.transaction(actor, Verb.SAMPLE_PLACE, reason=what.override) as tx:
        found = compare(tx.connection, what.scan, what.box)
        if what.shown is not None and what.shown != found:
            raise Conflict(
                "rack.changed", "{box} or a tube of the scan has changed since it was shown; look again.", box=found.box
            )
        cells = found.cells if what.cells is None else chosen(tx.connection, found, what.cells)
        placeable = [cell for cell in cells if cell.placeable]
        lost = [cell.lost for cell in cells if cell.lost is not None] if what.unfound is Unfound.MISSING else []
        if not placeable and not lost:
            raise Refused("rack.nothing", "There is nothing to write: {file} moves no tube in {box}.",
                          file=found.file, box=found.box)  # fmt: skip
        if what.unfound is Unfound.LEAVE:
            _refuse_displaced(found, placeable)
        _give_up(tx, lost)
        _find_again(tx, placeable)
        placings = [Placing(cell.sample, found.box, cell.label) for cell in placeable if cell.sample is not None]
        placed = put(tx, placings, override=what.override) if placings else ()
        tx.subject = found.box
        tx.facts = {"scan": found.file[:100], "placed": len(placed), "missing": len(lost)}
        left = tuple(cell for cell in cells if cell in found.differences and not _done(cell, what.unfound))
        return Applied(found.box, placed, tuple(lost), left, found.other)


@dataclass(frozen=True, slots=True)
class Verified:
    """A box that was found as the bank has it. tubes: how many were read in their places."""

    box: str
    tubes: int


def verify(bank: Bank, actor: Actor, what: ApplyScan) -> Verified:
    """Write into the ledger that a scan found every tube of the box in its place; Refused where it did not."""
    with bank.transaction(actor, Verb.STORAGE_VERIFY) as tx:
        found = compare(tx.connection, what.scan, what.box)
        unit = finding.unit(tx.connection, what.box)
        custodians = select(SAMPLE.c.custodian_id).where(SAMPLE.c.unit_id == unit["id"]).distinct()
        tx.permit([unit["organisation_id"], *tx.connection.scalars(custodians)])
        if not found.agrees:
            raise Refused(
                "rack.differs",
                "{box} is not as {file} has it: {count} {count:position differs|positions differ}.",
                box=found.box,
                file=found.file,
                count=len(found.differences),
            )
        tubes = found.counts[CellKind.SAME]
        tx.subject = found.box
        tx.facts = {"scan": found.file[:100], "same": tubes}
        return Verified(found.box, tubes)


def _refuse_displaced(found: RackComparison, placeable: list[RackCell]) -> None:
    """A tube cannot go where the bank has another that nobody has seen, unless that one is given up."""
    cell = next((cell for cell in placeable if Notice.DISPLACES in cell.notices), None)
    if cell is not None:
        raise Refused(
            "rack.displaces",
            "{box} {label} holds {tube} in the rack; the bank has {other} there, which was not read."
            " Give up unread tubes as missing, or leave {label} out.",
            box=found.box,
            label=cell.label,
            tube=cell.sample,
            other=cell.expected,
        )


def _give_up(tx: Transaction, codes: list[str]) -> None:
    if not codes:
        return
    tubes = finding.samples(tx.connection, codes)
    tx.permit({tube["custodian_id"] for tube in tubes})
    for tube in tubes:
        lifecycles.move(SampleStatus, SampleStatus(tube["status"]), SampleStatus.MISSING)
    take_away(tx, tubes, SampleStatus.MISSING)


def _find_again(tx: Transaction, cells: list[RackCell]) -> None:
    """Tubes given up as missing are here after all."""
    codes = [cell.sample for cell in cells if Notice.FOUND in cell.notices and cell.sample is not None]
    if not codes:
        return
    tubes = finding.samples(tx.connection, codes)
    tx.permit({tube["custodian_id"] for tube in tubes})
    tx.update_all(SAMPLE, [tube["id"] for tube in tubes], status=SampleStatus.AVAILABLE)


def _done(cell: RackCell, unfound: Unfound) -> bool:
    return cell.placeable or (cell.lost is not None and cell.barcode is None and unfound is Unfound.MISSING)
