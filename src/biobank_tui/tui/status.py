"""How every status looks: a glyph, a word and a tone, so that colour is never the only sign."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from biobank_tui.words import _, mark


class Tone(StrEnum):
    """What a colour means here; the theme gives each its ink."""

    PLAIN = "plain"
    QUIET = "quiet"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"
    ACCENT = "accent"


@dataclass(frozen=True, slots=True)
class Look:
    """One status: a glyph of one cell, an English word for the catalogue, a tone."""

    glyph: str
    msgid: str
    tone: Tone

    @property
    def word(self) -> str:
        """The word in the language in use."""
        return _(self.msgid)


UNKNOWN = Look("?", mark("unknown"), Tone.QUIET)

LOOKS: dict[str, dict[str, Look]] = {
    "sample": {
        "expected": Look("◌", mark("expected"), Tone.QUIET),
        "available": Look("●", mark("available"), Tone.GOOD),
        "reserved": Look("◐", mark("reserved"), Tone.ACCENT),
        "checked_out": Look("↗", mark("checked out"), Tone.WARN),
        "in_transit": Look("→", mark("in transit"), Tone.INFO),
        "distributed": Look("■", mark("distributed"), Tone.QUIET),
        "consumed": Look("○", mark("consumed"), Tone.QUIET),
        "destroyed": Look("✕", mark("destroyed"), Tone.QUIET),
        "missing": Look("?", mark("missing"), Tone.BAD),
        "rejected": Look("⊘", mark("rejected"), Tone.BAD),
        "held": Look("‖", mark("on hold"), Tone.BAD),
    },
    "hold": {
        "quality": Look("‖", mark("quality hold"), Tone.BAD),
        "consent": Look("‖", mark("consent hold"), Tone.BAD),
        "legal": Look("‖", mark("legal hold"), Tone.BAD),
        "dispute": Look("‖", mark("dispute hold"), Tone.BAD),
    },
    "request": {
        "draft": Look("◌", mark("draft"), Tone.QUIET),
        "submitted": Look("→", mark("submitted"), Tone.INFO),
        "in_review": Look("◐", mark("in review"), Tone.ACCENT),
        "changes_requested": Look("↺", mark("changes requested"), Tone.WARN),
        "approved": Look("●", mark("approved"), Tone.GOOD),
        "rejected": Look("⊘", mark("rejected"), Tone.BAD),
        "in_fulfilment": Look("◑", mark("in fulfilment"), Tone.ACCENT),
        "fulfilled": Look("■", mark("fulfilled"), Tone.QUIET),
        "closed_short": Look("▣", mark("closed short"), Tone.WARN),
        "cancelled": Look("✕", mark("cancelled"), Tone.QUIET),
    },
    "reservation": {
        "active": Look("◐", mark("reserved"), Tone.ACCENT),
        "picked": Look("●", mark("picked"), Tone.GOOD),
        "released": Look("○", mark("released"), Tone.QUIET),
        "expired": Look("◌", mark("expired"), Tone.WARN),
    },
    "shipment": {
        "packing": Look("◌", mark("packing"), Tone.ACCENT),
        "dispatched": Look("→", mark("dispatched"), Tone.INFO),
        "received": Look("●", mark("received"), Tone.GOOD),
        "received_with_discrepancies": Look("◑", mark("received, with discrepancies"), Tone.WARN),
        "closed": Look("■", mark("closed"), Tone.QUIET),
        "lost": Look("?", mark("lost"), Tone.BAD),
    },
    "print_job": {
        "waiting": Look("◌", mark("waiting"), Tone.ACCENT),
        "printing": Look("→", mark("printing"), Tone.INFO),
        "stopped": Look("‖", mark("stopped"), Tone.BAD),
        "done": Look("●", mark("done"), Tone.GOOD),
        "cancelled": Look("■", mark("cancelled"), Tone.QUIET),
    },
    "item": {
        "packed": Look("◐", mark("packed"), Tone.ACCENT),
        "unpacked": Look("↺", mark("taken out"), Tone.WARN),
        "received": Look("●", mark("received"), Tone.GOOD),
        "missing": Look("?", mark("missing"), Tone.BAD),
        "damaged": Look("✕", mark("damaged"), Tone.BAD),
        "extra": Look("+", mark("extra"), Tone.WARN),
    },
    "agreement": {
        "unsigned": Look("◌", mark("not signed"), Tone.WARN),
        "in force": Look("●", mark("in force"), Tone.GOOD),
        "run out": Look("○", mark("run out"), Tone.WARN),
        "called off": Look("✕", mark("called off"), Tone.QUIET),
    },
    "authorisation": {
        "stands": Look("●", mark("in force"), Tone.GOOD),
        "future": Look("◌", mark("not yet"), Tone.WARN),
        "expired": Look("○", mark("run out"), Tone.WARN),
        "ended": Look("✕", mark("ended"), Tone.QUIET),
    },
    "project": {
        "proposed": Look("◌", mark("proposed"), Tone.INFO),
        "scored": Look("◐", mark("scored"), Tone.ACCENT),
        "selected": Look("◑", mark("selected"), Tone.ACCENT),
        "declined": Look("⊘", mark("declined"), Tone.QUIET),
        "active": Look("●", mark("active"), Tone.GOOD),
        "suspended": Look("‖", mark("suspended"), Tone.WARN),
        "closed": Look("■", mark("closed"), Tone.QUIET),
    },
    "consent": {
        "active": Look("●", mark("active"), Tone.GOOD),
        "withdrawn": Look("✕", mark("withdrawn"), Tone.BAD),
        "expired": Look("◌", mark("expired"), Tone.WARN),
        "superseded": Look("○", mark("superseded"), Tone.QUIET),
    },
    "donor": {
        "active": Look("●", mark("active"), Tone.GOOD),
        "withdrawn": Look("✕", mark("withdrawn"), Tone.BAD),
        "deceased": Look("○", mark("deceased"), Tone.QUIET),
    },
    "service": {
        "active": Look("●", mark("active"), Tone.GOOD),
        "defrosting": Look("◌", mark("defrosting"), Tone.WARN),
        "failing": Look("‼", mark("failing"), Tone.BAD),
        "backup": Look("◐", mark("backup"), Tone.INFO),
        "retired": Look("○", mark("retired"), Tone.QUIET),
    },
    "rack": {
        "same": Look("●", mark("same"), Tone.GOOD),
        "new": Look("+", mark("new"), Tone.ACCENT),
        "moved": Look("→", mark("moved"), Tone.WARN),
        "missing": Look("?", mark("missing"), Tone.BAD),
        "extra": Look("◆", mark("extra"), Tone.BAD),
        "duplicate": Look("‼", mark("duplicate"), Tone.BAD),
        "unread": Look("⊘", mark("unread"), Tone.WARN),
        "empty": Look("·", mark("empty"), Tone.QUIET),
    },
    "turn": {
        "mine": Look("▶", mark("your turn"), Tone.ACCENT),
        "lead": Look("◐", mark("the lead's turn"), Tone.ACCENT),
        "committee": Look("◐", mark("the committee's turn"), Tone.ACCENT),
        "technician": Look("◐", mark("the technician's turn"), Tone.ACCENT),
        "recipient": Look("→", mark("the recipient's turn"), Tone.INFO),
        "nobody": Look("■", mark("nobody's turn"), Tone.QUIET),
    },
}


LOOKS["given"] = LOOKS["sample"] | {"returned": Look("↺", mark("returned"), Tone.QUIET)}
# What a project's own people see of their samples.


def look(family: str, value: str) -> Look:
    """How this status of this family ("sample", "request", "project", …) is shown; never fails."""
    return LOOKS.get(family, {}).get(value, UNKNOWN)
