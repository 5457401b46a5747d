"""Tubes scanned one after the other into a box: what each scan does, judged off the event loop."""

from __future__ import annotations

from dataclasses import dataclass

from biobank_tui.actions.placing import Placed, Placing, place
from biobank_tui.queries import finding
from biobank_tui.queries.resolve import resolve
from biobank_tui.queries.sample_detail import SampleDetail
from biobank_tui.queries.storage import Box, box
from biobank_tui.rules import positions
from biobank_tui.rules.lifecycles import DonorState, SampleStatus
from biobank_tui.tui.ports import Found, Level, ScanAnswer, Session, Verdict
from biobank_tui.tui.screens.storage_box import Aim
from biobank_tui.tui.session import material_word, said
from biobank_tui.tui.widgets.boxgrid import Position
from biobank_tui.words import _, filled_in, mark

PLACEABLE = (SampleStatus.AVAILABLE, SampleStatus.RESERVED)


@dataclass(frozen=True, slots=True)
class Put:
    """A tube went in: the box as it is now, and where the cursor goes; None where the box is full."""

    placed: Placed
    box: Box
    next: Position | None


def place_scanned(session: Session, aim: Aim, text: str) -> ScanAnswer:
    """Put the scanned tube where the cursor is. The value is a Put, or a Found storage unit to go on with.

    Refuses in a sentence what must not go in by a mere scan; what the store itself refuses is raised.
    """
    with session.bank.read() as connection:
        found = resolve(connection, text)
        here = finding.unit(connection, aim.unit)
        held_here = None
        if found.sample is not None:
            row = finding.sample(connection, found.sample.code)
            if row["unit_id"] == here["id"] and row["row"] is not None:
                held_here = positions.label(aim.layout, row["row"], row["col"])
    if found.kind == "storage_unit" and session.finder is not None:
        return session.finder.scan(text)
    tube = found.sample
    if tube is None:
        sentence = said(found)
        if found.kind is not None:
            sentence = _("{code} is no tube: {sentence}").format(code=found.code, sentence=sentence)
        return _refused(sentence)
    if held_here is not None:
        sentence = _("{code} is in this box already, at {label}; nothing was moved.")
        return _refused(sentence.format(code=tube.code, label=held_here))
    if tube.donor_state == DonorState.WITHDRAWN or tube.status not in PLACEABLE:
        return _refused(said(found))
    if aim.position is None:
        return _refused(_("The box is full: {code} found no place. Scan the next box.").format(code=tube.code))
    (placed,) = place(session.bank, session.actor, [Placing(tube.code, aim.unit, aim.label)])
    with session.bank.read() as connection:
        now = box(connection, aim.unit)
    following = positions.next_free(aim.layout, aim.order, now.taken, aim.position)
    return ScanAnswer(_verdict(tube, placed, now), Put(placed, now, following))


def _refused(sentence: str) -> ScanAnswer:
    return ScanAnswer(Verdict(Level.BAD, sentence))


def _verdict(tube: SampleDetail, placed: Placed, now: Box) -> Verdict:
    free = now.unit.places - len(now.cells)
    facts = {
        "code": tube.code,
        "material": material_word(tube.material),
        "label": placed.position,
        "before": placed.before,
        "free": free,
    }
    if placed.before:
        sentence = mark("{label}: {code}, {material}, moved here from {before}. {free} {free:place|places} left.")
    else:
        sentence = mark("{label}: {code}, {material}. {free} {free:place|places} left.")
    text = filled_in(sentence, facts)
    if tube.holds:
        text += " " + _("It is on hold: {reason}").format(reason=tube.holds[0].reason)
        return Verdict(Level.WARN, text)
    if not free:
        return Verdict(Level.NOTE, text + " " + _("The box is full: scan the next box."))
    return Verdict(Level.GOOD, text)


def target_of(session: Session, code: str) -> Found:
    """A storage unit by its code, as something to open."""
    with session.bank.read() as connection:
        row = finding.unit(connection, code)
    return Found("storage_unit", row["id"], row["code"], row["name"], "storage")
