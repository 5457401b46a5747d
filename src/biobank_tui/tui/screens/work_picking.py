"""A pick list as it is walked: what was read of it, and what a scanned tube is to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from biobank_tui.actions import picking
from biobank_tui.actions.picking import Scan
from biobank_tui.queries.barriers import Bar, Barrier
from biobank_tui.queries.picklists import Hole, PickBox, PickListRow, pick_list, walk
from biobank_tui.queries.scanning import PickOutcome, PickSaid, barred_since
from biobank_tui.queries.storage import Box, box
from biobank_tui.tui.ports import Cell, CellGrid, Found, Level, ScanAnswer, Session, Verdict
from biobank_tui.tui.readers import require_bank_codes
from biobank_tui.tui.screens.storage_box import labels
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import Tone, look
from biobank_tui.words import _, filled_in, mark, pair

LEVELS = {PickSaid.PICKED: Level.GOOD, PickSaid.ALREADY: Level.NOTE}
"""How what is said of a scan is meant; all else stops the hand."""

HOLES = {
    "to_pick": ("◆", Tone.ACCENT, mark("to pick")),
    "picked": ("✓", Tone.GOOD, mark("picked")),
    "missing": ("?", Tone.BAD, mark("missing")),
    "dropped": ("✕", Tone.QUIET, mark("dropped")),
}
"""How each state of a tube of the list is drawn."""

BARRED = ("‖", Tone.BAD)
"""How a tube still to pick is drawn that something now stands against."""

TO_REPLACE = (PickSaid.HELD, PickSaid.CONSENT, PickSaid.WITHDRAWN, PickSaid.DROPPED, PickSaid.STATUS)
"""Said of tubes of the list that another may be taken for."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A pick list as read at one moment. at: which of its boxes is in front. box: that box, None without a place.

    barred: what now stands against tubes still to pick, by their ids; these are not pulled.
    """

    row: PickListRow
    boxes: tuple[PickBox, ...]
    at: int
    box: Box | None
    barred: Mapping[int, Barrier] = field(default_factory=dict)

    @property
    def here(self) -> PickBox | None:
        return self.boxes[self.at] if self.boxes else None

    def hole_at(self, position: tuple[int, int]) -> Hole | None:
        """The tube of the list in this position of the box in front."""
        here = self.here
        if here is None:
            return None
        return next((hole for hole in here.holes if (hole.row, hole.col) == position), None)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan left behind: the walk anew, and the code of the tube scanned where it is one of ours."""

    walk: Walk
    sample: str | None


def read_walk(session: Session, code: str, unit: str | None = None, sample: str | None = None) -> Walk:
    """Read a pick list: at the box of this sample or this unit where it still has tubes to pick, else at the next."""
    require_bank_codes(session)
    with session.bank.read() as connection:
        row = pick_list(connection, code, reader=session.actor.person_id)
        boxes = walk(connection, code)
        at = _front(boxes, unit, sample)
        front = boxes[at].unit if boxes else None
        barred = barred_since(connection, code, session.bank.clock())
        return Walk(row, boxes, at, box(connection, front) if front else None, barred)


def at_box(session: Session, known: Walk, at: int) -> Walk:
    """The same list with another of its boxes in front."""
    unit = known.boxes[at].unit
    with session.bank.read() as connection:
        return replace(known, at=at, box=box(connection, unit) if unit else None)


def _front(boxes: tuple[PickBox, ...], unit: str | None, sample: str | None) -> int:
    waiting = [at for at, each in enumerate(boxes) if each.to_pick]
    of_sample = next((at for at, each in enumerate(boxes) if any(hole.code == sample for hole in each.holes)), None)
    of_unit = next((at for at, each in enumerate(boxes) if each.unit == unit), None) if unit else None
    wanted = of_sample if of_sample is not None else of_unit
    if wanted is not None and (boxes[wanted].to_pick or not waiting):
        return wanted
    start = wanted if wanted is not None else 0
    return next((at for at in waiting if at >= start), waiting[0] if waiting else 0)


def grid_of(known: Walk) -> CellGrid:
    """The box in front for a BoxGrid: tubes of the list lit, all others faint."""
    if known.box is None:
        return CellGrid((), ())
    rows, cols = labels(known.box.layout)
    cells = {
        (tube.row, tube.col): Cell(tube.sample_id, tube.status, glyph="∙", tone=Tone.QUIET) for tube in known.box.cells
    }
    for hole in known.here.holes if known.here is not None else ():
        if hole.row is not None and hole.col is not None:
            glyph, tone, _word = HOLES.get(hole.state, ("?", Tone.BAD, ""))
            if hole.sample_id in known.barred:
                glyph, tone = BARRED
            cells[hole.row, hole.col] = Cell(hole.sample_id, "", hole.code, glyph=glyph, tone=tone)
    return CellGrid(rows, cols, cells)


def pick_scanned(session: Session, known: Walk, text: str) -> ScanAnswer:
    """Judge a scan for the list, pick where it may be picked, and read the list anew; called in a thread."""
    code = known.row.code
    outcome = picking.scan(session.bank, session.actor, Scan(code, text))
    if outcome.said in (PickSaid.UNKNOWN, PickSaid.MISTYPED) and session.finder is not None:
        other = session.finder.scan(text)
        if isinstance(other.value, Found):
            return other
    unit = known.here.unit if known.here is not None else None
    listed = any(hole.code == outcome.sample for each in known.boxes for hole in each.holes)
    replaceable = listed and outcome.said in TO_REPLACE
    after = read_walk(session, code, unit, outcome.sample if outcome.picked or replaceable else None)
    verdict = _verdict(outcome, known, after)
    if replaceable:
        verdict = replace(verdict, sentence=verdict.sentence + " " + _("i takes another in its stead."))
    return ScanAnswer(verdict, Scanned(after, outcome.sample))


def _verdict(outcome: PickOutcome, before: Walk, after: Walk) -> Verdict:
    sentence = filled_in(outcome.sentence, {**said_facts(outcome.facts), "left": outcome.left})
    if outcome.picked and not after.row.to_pick:
        sentence += " " + _("All are picked: x puts the list away.")
    elif outcome.picked and after.here is not None and (before.here is None or after.here.unit != before.here.unit):
        sentence += " " + _("Next box: {place}").format(place=after.here.trail or _("without a place"))
    return Verdict(LEVELS.get(outcome.said, Level.BAD), sentence)


def kept_by(barrier: Barrier) -> str:
    """What stands against a tube, in a word or two; of a hold its reason too."""
    said = filled_in(barrier.fragment, said_facts(barrier.facts))
    reason = barrier.facts.get("reason")
    return pair(said, str(reason)) if barrier.bar is Bar.HELD and reason else said


def said_facts(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts of an outcome in words of the language in use."""
    words: dict[str, object] = {}
    for name, value in facts.items():
        template, inner = getattr(value, "sentence", None), getattr(value, "facts", None)
        if name == "material":
            words[name] = material_word(str(value))
        elif name == "status":
            words[name] = look("sample", str(value)).word
        elif template is not None and inner is not None:
            words[name] = filled_in(template, inner)
        else:
            words[name] = value
    words.pop("left", None)
    return words
