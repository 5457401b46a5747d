"""Receiving at the bench: while it is on, a scan is a tube that arrives, its own barcode, or the box they go into."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual.content import Content

from biobank_tui.rules.lifecycles import DonorState, SampleStatus
from biobank_tui.tui.ports import Found, Level, ScanAnswer, Session, Verdict
from biobank_tui.tui.safe import plain
from biobank_tui.tui.screens.sample_treatment import lapse_line
from biobank_tui.tui.session import SCREENS, material_word, said
from biobank_tui.wall import clock
from biobank_tui.words import _, figure, ngettext, phrase

TO_COME = (SampleStatus.EXPECTED, SampleStatus.MISSING, SampleStatus.DISTRIBUTED, SampleStatus.IN_TRANSIT)


@dataclass(frozen=True, slots=True)
class Reception:
    """What a scan does now. pairs: each code is followed by the tube's own barcode. box: where tubes go at once.

    waits: the tube whose barcode comes next. received: tubes so far. unknown: what was scanned last and is not known.
    """

    pairs: bool = False
    box: str = ""
    waits: str = ""
    received: int = 0
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a scan did: the reception from now on, the tube it is about, and what is said of its times."""

    reception: Reception
    tube: Found | None = None
    lapses: tuple[Content, ...] = ()


def receive_scanned(session: Session, now: Reception, text: str) -> ScanAnswer:
    """Receive, attach or aim, in a thread; what the store refuses is raised, and changes nothing."""
    from biobank_tui.queries.resolve import resolve

    with session.bank.read() as connection:
        found = resolve(connection, text)
    if now.waits and (found.unknown or found.sample is not None):
        return _attach(session, now, text, known=said(found) if found.sample is not None else "")
    if found.kind == "storage_unit" and found.code is not None:
        return _aim(session, now, found.code)
    if found.sample is None:
        if not found.unknown:
            told = said(found)
            if found.kind is not None:
                told = _("{code} is no tube: {sentence}").format(code=found.code, sentence=told)
            return ScanAnswer(Verdict(Level.BAD, told), Taken(now))
        told = _("{code} is not expected here. r registers it for a donor; the code is kept for that.")
        return ScanAnswer(Verdict(Level.BAD, told.format(code=text.strip())), Taken(replace(now, unknown=text.strip())))
    tube = found.sample
    here = Found("sample", tube.id, tube.code, "", SCREENS["sample"])
    if tube.donor_state == DonorState.WITHDRAWN:
        return ScanAnswer(Verdict(Level.BAD, said(found)), Taken(now, here))
    if tube.status in TO_COME:
        return _take_in(session, now, tube.code, bare=tube.barcode is None, here=here)
    if now.pairs and tube.barcode is None and tube.status in (SampleStatus.AVAILABLE, SampleStatus.RESERVED):
        told = _("{code} is here already; scan its own barcode now.").format(code=tube.code)
        return ScanAnswer(Verdict(Level.NOTE, told), Taken(replace(now, waits=tube.code), here))
    told = _("{code} is here already: {sentence}").format(code=tube.code, sentence=said(found))
    return ScanAnswer(Verdict(Level.BAD, told), Taken(now, here))


def _take_in(session: Session, now: Reception, code: str, *, bare: bool, here: Found) -> ScanAnswer:
    from biobank_tui.actions.receiving import Arrival, arrive

    (done,) = arrive(session.bank, session.actor, [Arrival(code, unit=now.box or None)])
    facts = {
        "code": done.code,
        "material": material_word(done.material),
        "time": clock(done.received)[11:],
        "left": done.left,
    }
    told = _("{code}: {material}, received at {time}.").format(**facts)
    if done.placed is not None:
        told += " " + _("It is in {place}.").format(place=f"{done.placed.unit} {done.placed.position}".strip())
    if done.left:
        more = ngettext("{left} more of its donor is expected.", "{left} more of its donor are expected.", done.left)
        told += " " + more.format(left=figure(done.left))
    waits = done.code if now.pairs and bare else ""
    if waits:
        told += " " + _("Scan its own barcode now.")
    after = replace(now, waits=waits, received=now.received + 1, unknown="")
    over = [lapse for lapse in done.lapses if lapse.over]
    level = Level.WARN if over else Level.GOOD
    return ScanAnswer(Verdict(level, told), Taken(after, here, tuple(lapse_line(each) for each in done.lapses)))


def _attach(session: Session, now: Reception, text: str, known: str) -> ScanAnswer:
    from biobank_tui.actions.receiving import attach

    if known:
        told = _("This should be the own barcode of {code}, and is another tube: {sentence}")
        return ScanAnswer(Verdict(Level.BAD, told.format(code=now.waits, sentence=known)), Taken(now))
    attach(session.bank, session.actor, now.waits, text)
    told = _("{barcode} is the barcode of {code} now.").format(barcode=text.strip(), code=now.waits)
    return ScanAnswer(Verdict(Level.GOOD, told), Taken(replace(now, waits="")))


def _aim(session: Session, now: Reception, code: str) -> ScanAnswer:
    from biobank_tui.queries import storage

    if code == now.box:
        told = _("What is received from now on is placed later.")
        return ScanAnswer(Verdict(Level.NOTE, told), Taken(replace(now, box="")))
    with session.bank.read() as connection:
        unit = storage.unit(connection, code)
    told = phrase(
        "What is received from now on goes into {box}; {free} {free:place is|places are} free.",
        box=code,
        free=unit.free,
    )
    return ScanAnswer(Verdict(Level.NOTE, told), Taken(replace(now, box=code)))


def banner(now: Reception) -> Content:
    """What a scan does now, in one line."""
    count = ngettext("{count} received", "{count} received", now.received).format(count=figure(now.received))
    parts = [_("⌁ Receiving"), count]
    if now.box:
        parts.append(_("into {box}").format(box=now.box))
    if now.waits:
        parts.append(_("next: the barcode of {code}").format(code=now.waits))
    elif now.pairs:
        parts.append(_("each code, then the tube's own barcode"))
    return plain(" · ".join([*parts, _("Esc ends it")]), "bold $accent")
