"""Which acts can be undone, and what becomes of the rows they made: tables that one action interprets.

An undone act is not removed: a new entry takes each row back to what it was before. A row that was made cannot be
removed either, so it ends in the way its noun ends.
"""

from __future__ import annotations

from typing import Final

from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.phrases import mark

UNDOABLE: Final[frozenset[str]] = frozenset(
    {
        Verb.SAMPLE_REGISTER,
        Verb.SAMPLE_RECEIVE,
        Verb.SAMPLE_EDIT,
        Verb.SAMPLE_PLACE,
        Verb.SAMPLE_CHECKOUT,
        Verb.SAMPLE_RETURN,
        Verb.SAMPLE_ALIQUOT,
        Verb.SAMPLE_DERIVE,
        Verb.SAMPLE_POOL,
        Verb.SAMPLE_HOLD,
        Verb.SAMPLE_RELEASE,
        Verb.SAMPLE_MISSING,
        Verb.REQUEST_RESERVE,
        Verb.REQUEST_RELEASE,
        Verb.REQUEST_PICK,
        Verb.SHIPMENT_PACK,
        Verb.STORAGE_MOVE,
        Verb.STORAGE_SERVICE,
        Verb.VISIT_TEMPLATE,
        Verb.STORAGE_EDIT,
        Verb.STORAGE_FAIL,
        Verb.STORAGE_PLAN,
    }
)

WHY_NOT: Final[dict[str, str]] = {
    Verb.CONSENT_WITHDRAW: mark("A withdrawal is not undone: a donor who takes part again signs a new consent."),
    Verb.CONSENT_RECORD: mark("A consent is not undone: record what the donor says now, or their withdrawal."),
    Verb.SAMPLE_DESTROY: mark("A destruction is not undone."),
    Verb.SAMPLE_CONSUME: mark("A tube that was used up or rejected stays so."),
    Verb.CONSENT_NARROW: mark(
        "What a donor took back is not given again by an undoing: record what they allow now, on a form."
    ),
    Verb.CONSENT_SETTLE: mark("What was signed as carried out is not undone."),
    Verb.CONSENT_EXPIRE: mark("What ran out by its day is not undone: record the donor's new consent."),
    Verb.SHIPMENT_DISPATCH: mark("A dispatch is not undone: receive what comes back."),
    Verb.SHIPMENT_RECEIVE: mark("A receipt by the other side is not undone."),
    Verb.SHIPMENT_RETURN: mark("Tubes that came back were thawed on the way; that is not undone. Send them anew."),
    Verb.SHIPMENT_LOSE: mark("A loss is not undone: receive the tubes once they are found."),
    Verb.SHIPMENT_CLOSE: mark("A shipment that was put away stays so; receive a tube that turns up."),
    Verb.LABEL_PRINT: mark("Labels that were printed cannot be called back; print them again with a reason."),
    Verb.EXPORT: mark("What was exported cannot be called back."),
    Verb.IMPORT: mark(
        "An import is not undone, for it may hold a million rows that others work with already: import the right"
        " values over it, reject tubes that should not be there, or restore the backup made before it."
    ),
    Verb.UNDO: mark("An undoing is not undone: do the act again."),
}
"""Why an act stays, where more can be said than that it does."""

STAYS: Final = mark("This act is not undone; correct it with a new one.")

PASSED_OVER: Final = frozenset(
    {Verb.UNDO, Verb.STORAGE_VERIFY, Verb.LABEL_PRINT, Verb.EXPORT, Verb.BANK_BACKUP, Verb.BANK_REPAIR, Verb.BANK_READ}
)
"""Acts that left the bank's things as they were: the last act before them is the one meant by "the last"."""

FREED: Final = {"unit_id": None, "row": None, "col": None}

MADE: Final[dict[str, dict[str, object]]] = {
    # Its barcode is freed, so that the tube itself can be registered rightly.
    "sample": {"status": "rejected", "barcode": None, **FREED},
    "checkout": {"returned": "@"},
    "hold": {"released": "@"},
    "reservation": {"state": "released", "ended": "@", "why": "undone"},
    "external_identifier": {"system": "#", "folded": "#"},
    "pick_list": {"closed": "@"},
    "pick_item": {"state": "dropped", "done": "@", "note": "undone"},
    "visit_template": {"retired": "@"},
    # What the project knows it by is never taken back: it may have been read.
    "shipment_item": {"state": "unpacked"},
    "project_sample": {},
    "project_donor": {},
    "move_list": {"closed": "@"},
    "move_item": {"state": "left", "done": "@"},
    "hold_sample": {},
    "pool_member": {},
    "consent_profile": {},
    "preanalytics": {"*": None},
}
"""How a row that was made ends, by noun. "@" is the time of the undoing; "#" frees a name by
the row's number; "*" is every field. Nothing: it stays as it is, and others may use it."""

SUMMED: Final = frozenset({("storage_unit", "tubes"), ("storage_unit", "places")})
"""Counters: taken back by their difference, for others go on counting in them."""

ENDED: Final = frozenset({"consumed", "destroyed", "rejected"})
"""Statuses a sample never leaves; an act that used a tube up is not undone."""


def why_not(verb: str) -> str | None:
    """The sentence why an act of this verb stays, or None where it may be undone."""
    return None if verb in UNDOABLE else WHY_NOT.get(verb, STAYS)
