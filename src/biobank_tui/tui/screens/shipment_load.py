"""A shipment as it is packed or received: what was read of it, what a scan is to it, and what was told of its tubes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from biobank_tui.actions import packing
from biobank_tui.actions.arrivals import Outcome
from biobank_tui.actions.packing import Pack
from biobank_tui.queries.arrivals import sent_by
from biobank_tui.queries.packing import PackOutcome, PackSaid
from biobank_tui.queries.shipments import ItemRow, ShipmentDetail, detail
from biobank_tui.rules.lifecycles import ShipmentState
from biobank_tui.rules.positions import Layout
from biobank_tui.tui.ports import Cell, CellGrid, Found, Level, ScanAnswer, Session, Verdict
from biobank_tui.tui.screens.storage_box import labels
from biobank_tui.tui.screens.work_picking import said_facts
from biobank_tui.tui.status import Tone, look
from biobank_tui.words import _, figure, filled_in

LEVELS = {PackSaid.PACKED: Level.GOOD, PackSaid.ALREADY: Level.NOTE}
"""How what is said of a scan is meant; all else stops the hand."""
ARRIVING = (ShipmentState.DISPATCHED, ShipmentState.RECEIVED_WITH_DISCREPANCIES)


@dataclass(frozen=True, slots=True)
class Load:
    """A shipment as read at one moment. at: the number of the box in front. told: what the recipient said of tubes so
    far, by the bank's code or by what was read; nothing of it is written yet.
    """

    shipment: ShipmentDetail
    at: int = 1
    told: Mapping[str, Outcome] = field(default_factory=dict)

    @property
    def boxes(self) -> tuple[int, ...]:
        """The numbers of its boxes, at least one."""
        return self.shipment.boxes or (1,)

    @property
    def state(self) -> str:
        return self.shipment.shipment.state

    @property
    def arriving(self) -> bool:
        """Whether the recipient may say what became of its tubes."""
        return self.state in ARRIVING

    def shown(self, item: ItemRow) -> str:
        """The state of an item, or what was told of it."""
        said = self.told.get(item.sample or item.read or "")
        return said.outcome if said is not None else item.state

    def at_hole(self, position: tuple[int, int]) -> ItemRow | None:
        """The tube in this hole of the box in front."""
        return next((item for item in self.shipment.in_box(self.at) if (item.row, item.col) == position), None)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a scan left behind: the load anew, and the code of the tube scanned where it is one of ours."""

    load: Load
    sample: str | None


def read_load(session: Session, code: str, known: Load | None = None, box: int | None = None) -> Load:
    """Read a shipment, with this box in front, else the one that was, else the last."""
    with session.bank.read() as connection:
        found = detail(connection, code, session.bank.clock(), reader=session.actor.person_id)
    load = Load(found, 1, known.told if known is not None else {})
    wanted = box or (known.at if known is not None else None)
    return replace(load, at=wanted if wanted in load.boxes else load.boxes[-1])


def grid_of(load: Load) -> CellGrid:
    """The box in front for a BoxGrid."""
    rows, cols = labels(Layout(load.shipment.rows, load.shipment.columns))
    cells: dict[tuple[int, int], Cell] = {}
    for number, item in enumerate(load.shipment.in_box(load.at)):
        if item.row is not None and item.col is not None:
            state = load.shown(item)
            seen = look("item", state)
            tone = Tone.INFO if state == "packed" and load.arriving else seen.tone
            cells[item.row, item.col] = Cell(number, "", item.sample or "", glyph=seen.glyph, tone=tone)
    return CellGrid(rows, cols, cells)


def scanned(session: Session, load: Load, text: str, hole: str | None) -> ScanAnswer:
    """Judge a scan for the shipment, pack where it may be packed, or note that it arrived; called in a thread."""
    if load.arriving:
        return _arrived(session, load, text)
    code = load.shipment.shipment.code
    outcome = packing.pack(session.bank, session.actor, Pack(code, text, load.at if hole else None, hole))
    if outcome.said in (PackSaid.UNKNOWN, PackSaid.MISTYPED) and session.finder is not None:
        other = session.finder.scan(text)
        if isinstance(other.value, Found):
            return other
    after = read_load(session, code, load, outcome.box)
    return ScanAnswer(_verdict(outcome, after), Loaded(after, outcome.sample))


def _verdict(outcome: PackOutcome, after: Load) -> Verdict:
    facts = said_facts(outcome.facts)
    if "state" in facts:
        facts["state"] = look("shipment", str(facts["state"])).word
    told = filled_in(outcome.sentence, facts | {"left": outcome.left})
    if outcome.packed and not after.shipment.waiting:
        told += " " + _("All are packed: s sends the shipment.")
    return Verdict(LEVELS.get(outcome.said, Level.BAD), told)


def _arrived(session: Session, load: Load, text: str) -> ScanAnswer:
    """One tube is there; nothing is written before the whole receipt is."""
    with session.bank.read() as connection:
        sent = sent_by(connection, load.shipment.shipment.code)
    item = sent.find(text)
    if item is None:
        cleaned = text.strip()
        after = replace(load, told={**load.told, cleaned: Outcome(cleaned, "extra")})
        told = _("{tube} was not sent with {shipment}: it is extra.")
        return ScanAnswer(
            Verdict(Level.BAD, told.format(tube=cleaned, shipment=load.shipment.shipment.code)), Loaded(after, None)
        )
    names = {(each.box, each.hole): each.sample for each in load.shipment.items if each.hole}
    name = names.get((item.box, item.hole)) or item.code
    said = {**load.told, name: load.told.get(name) or Outcome(name)}
    after = replace(load, told=said, at=item.box)
    waiting = (each for each in load.shipment.items if each.state in ("packed", "missing"))
    left = sum(each.sample not in said for each in waiting)
    told = _("{sample} is there, box {box}, {hole}; {left} not scanned yet.")
    return ScanAnswer(
        Verdict(Level.GOOD, told.format(sample=name, box=item.box, hole=item.hole, left=figure(left))),
        Loaded(after, name),
    )
