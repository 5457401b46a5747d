"""What the database refuses, put into sentences; the last line of defence behind the actions' own checks."""

from __future__ import annotations

import re

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError

from biobank_tui.rules.errors import BiobankError, Conflict, Refused, Unreachable

TAKEN: dict[str, tuple[str, str]] = {
    "sample_position": ("position.taken", "Another tube is already in that position."),
    "sample.unit_id, sample.row, sample.col": ("position.taken", "Another tube is already in that position."),
    "sample_barcode": ("barcode.taken", "Another tube already carries that barcode."),
    "sample.barcode": ("barcode.taken", "Another tube already carries that barcode."),
    "reservation_standing": ("reservation.taken", "Another request reserved that sample first."),
    "reservation.sample_id": ("reservation.taken", "Another request reserved that sample first."),
    "ledger_entry_key": ("ledger.repeated", "This act was already done."),
    "ledger_entry.key": ("ledger.repeated", "This act was already done."),
    "waiting_line_open": ("waiting.there", "That line waits already."),
    "waiting_line.line_id": ("waiting.there", "That line waits already."),
    "proposal_call_year": ("call.there", "That year has its call already."),
    "proposal_call.year": ("call.there", "That year has its call already."),
    "checkout_open": ("checkout.open", "That tube is already out."),
    "checkout.sample_id": ("checkout.open", "That tube is already out."),
    "shipment_item_packed": ("shipment.elsewhere", "That tube is already packed."),
    "shipment_item.sample_id": ("shipment.elsewhere", "That tube is already packed."),
    "shipment_item_hole": ("shipment.hole_taken", "Another tube is already in that hole of the box."),
    "shipment_item.shipment_id, shipment_item.box": (
        "shipment.hole_taken",
        "Another tube is already in that hole of the box.",
    ),
}

REFUSED: dict[str, tuple[str, str]] = {
    "amount_not_negative": ("amount.negative", "An amount cannot go below zero."),
    "times_in_order": (
        "times.order",
        "The times must follow each other: collected, received, processed, frozen.",
    ),
    "gone_frees_its_place": ("position.gone", "A tube that is no longer in the bank cannot hold a place."),
    "unit_known": ("amount.unit", "That is not a unit amounts are kept in."),
    "ledger_entry_in_order": ("ledger.order", "Entries are added at the end of the ledger, one after the other."),
    "ledger_entry_not_emptied": ("ledger.append_only", "The ledger is only ever added to."),
    "ledger_record_not_emptied": ("ledger.append_only", "The ledger is only ever added to."),
    "ledger_entry_not_removed": ("ledger.append_only", "The ledger is only ever added to."),
    "ledger_record_not_removed": ("ledger.append_only", "The ledger is only ever added to."),
    "not_emptied": ("history.kept", "Nothing with a history is removed; correct it with a new act."),
    "not_removed": ("history.kept", "Nothing with a history is removed; correct it with a new act."),
    "not_edited": ("ledger.append_only", "The ledger is only ever added to."),
    "code_kept": ("code.kept", "A code is given once and never changed."),
    "serial_only_grows": ("code.reused", "Codes are never used a second time."),
    "sample_outside_grid": ("position.outside", "That position lies outside the grid."),
    "sample_ended": ("sample.ended", "That sample has ended; its status no longer changes."),
    "sample_held": ("sample.held", "A hold stands against that sample."),
    "reservation_of_unusable": ("sample.not_available", "That sample is on hold or not available."),
    "sample_held_drawn": ("sample.held", "A hold stands against that sample; nothing can be taken from it."),
    "reservation_without_consent": (
        "sample.no_consent",
        "No consent in force stands behind that sample, and no answer is no.",
    ),
    "reservation_of_held": ("sample.held", "A hold stands against that sample."),
    "reservation_moved": (
        "reservation.moved",
        "A reservation stays with its sample and its request; another request gets it by a new decision.",
    ),
    "score_of_own": ("score.own_project", "Nobody scores a project of their own."),
    "granted_of_asked": ("line.granted_range", "A line is granted no more samples than it asks for."),
    "opens_before_closes": ("call.dates", "A call closes on the day it opens or later."),
    "reservation_ended": ("reservation.ended", "That reservation has ended; make a new one."),
    "shipment_item_held": ("sample.held", "A hold stands against that sample; it cannot be packed."),
    "shipment_of_held": ("sample.held", "A hold stands against a sample in that shipment; take it out first."),
    "shipment_without_agreement": (
        "agreement.absent",
        "Samples go to another organisation only under a transfer agreement that is signed and in date.",
    ),
    "shipment_without_authorisation": (
        "export.unauthorised",
        "Samples leave the country only under the project's export authorisation.",
    ),
    "unit_below_contents": ("unit.below_contents", "That unit holds tubes outside the smaller grid."),
    "unit_inside_itself": ("unit.cycle", "A storage unit cannot stand inside itself."),
}

_BUSY = re.compile(r"database is locked|lock timeout|could not obtain lock|canceling statement", re.IGNORECASE)
_FULL = re.compile(r"database or disk is full|No space left", re.IGNORECASE)
_FOREIGN = re.compile(r"not a database", re.IGNORECASE)
_BROKEN = re.compile(r"malformed|disk I/O error", re.IGNORECASE)


def sentence_of(error: DBAPIError) -> BiobankError | None:
    """The error of our tree that a database error means; None where it is a fault of the program."""
    # The first line names the rule; the lines below it repeat the row's values.
    message = next(iter(str(error.orig).splitlines()), "")
    if isinstance(error, IntegrityError):
        for fragment, (code, sentence) in TAKEN.items():
            if fragment in message:
                return Conflict(code, sentence)
        rule = max((fragment for fragment in REFUSED if fragment in message), key=len, default=None)
        if rule is not None:
            return Refused(*REFUSED[rule])
        if "UNIQUE" in message.upper():
            return Conflict("code.taken", "That code is already in use.")
        return Refused("database.rule", "The bank refused it: {rule}.", rule=message)
    if _BUSY.search(message):
        return Unreachable("bank.busy", "Somebody else is writing to the bank; try again in a moment.")
    if _FULL.search(message):
        return Unreachable("bank.full", "The disk is full; nothing was written. Free some space and try again.")
    if _FOREIGN.search(message):
        return Unreachable(
            "bank.not_a_bank",
            "That is not a biobank file; if it was one, its beginning is damaged: restore the last backup.",
        )
    if _BROKEN.search(message):
        return Unreachable(
            "bank.unreadable",
            "The bank's file cannot be read ({detail}); restore the last backup or free disk space.",
            detail=message,
        )
    if isinstance(error, DataError):
        return Refused("database.value", "The bank cannot hold that value: {detail}", detail=message)
    if isinstance(error, OperationalError):
        return Unreachable("bank.unreachable", "The bank cannot be reached: {detail}", detail=message)
    return None
