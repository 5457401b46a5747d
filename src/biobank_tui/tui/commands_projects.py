"""The commands of the project, work and report screens."""

from __future__ import annotations

from biobank_tui.tui.command import Command, Enabled, bank_open, has, may
from biobank_tui.tui.ports import Situation
from biobank_tui.words import mark

PROJECT: Enabled = has("project", mark("Choose a project first."))
_REQUEST: Enabled = has("request", mark("Choose a request first."))
DRAFT: Enabled = has("draft", mark("Only a draft, or one sent back for changes, is handed in."))
REVIEW: Enabled = has("in_review", mark("Only a request that was handed in is reviewed."))
_APPROVED: Enabled = has("approved", mark("Samples are reserved once the request is approved."))
_SHORT: Enabled = has("short", mark("All that was asked for is reserved or picked."))
RESERVED: Enabled = has("reserved", mark("Nothing is reserved and not picked yet: reserve first."))
_HELD: Enabled = has("held", mark("Nothing is reserved for it."))
_FILLING: Enabled = has("filling", mark("Only a request that is being filled is finished."))
_DECIDABLE: Enabled = has("decidable", mark("Only a proposal that was not decided yet is scored or decided."))
_WAITING: Enabled = has("waiting", mark("Only a selected or suspended project is made active."))
_LIST: Enabled = has("list", mark("Open a pick list first: choose it and press Enter."))
_HOLE: Enabled = has("hole", mark("No tube of this list is under the cursor."))
_PICKED: Enabled = has("picked", mark("The tube under the cursor is not picked."))


def _reservable(situation: Situation) -> str | None:
    return _APPROVED(situation) or _SHORT(situation)


RESERVABLE: Enabled = _reservable


def _pickable(situation: Situation) -> str | None:
    return _APPROVED(situation) or RESERVED(situation)


PROJECTS = (
    Command(
        "projects.turn",
        "g",
        mark("Next list"),
        mark("Turn between requests, projects and the year's call."),
        "projects",
        bank_open,
        10,
    ),
    Command(
        "projects.request",
        "n",
        mark("New request"),
        mark("Ask for samples by criteria, with what is eligible now."),
        "projects",
        may("request.new"),
        11,
    ),
    Command(
        "projects.submit",
        "h",
        mark("Hand in"),
        mark("Hand a draft in: it is the committee's turn then."),
        "projects",
        may("request.submit", DRAFT),
        12,
    ),
    Command(
        "projects.approve",
        "a",
        mark("Approve"),
        mark("Approve the request."),
        "projects",
        may("request.review", REVIEW),
        13,
    ),
    Command(
        "projects.reject",
        "x",
        mark("Reject"),
        mark("Reject the request, with a reason."),
        "projects",
        may("request.review", REVIEW),
        14,
    ),
    Command(
        "projects.changes",
        "c",
        mark("Ask changes"),
        mark("Send the request back for changes, with a reason."),
        "projects",
        may("request.review", REVIEW),
        15,
    ),
    Command(
        "projects.reserve",
        "r",
        mark("Reserve"),
        mark("Set samples aside: a number, or all that is still missing."),
        "projects",
        may("request.reserve", _reservable),
        16,
    ),
    Command(
        "projects.pick",
        "k",
        mark("Pick list"),
        mark("Make a pick list of what is reserved and go to it."),
        "projects",
        may("request.pick", _pickable),
        17,
    ),
    Command(
        "projects.finish",
        "f",
        mark("Finish"),
        mark("End a request that is being filled; what was not picked is free again."),
        "projects",
        may("request.close", _FILLING),
        18,
    ),
    Command(
        "projects.release",
        "l",
        mark("Release"),
        mark("Give reserved samples back, with a reason."),
        "projects",
        may("request.release", _HELD),
        18,
    ),
    Command(
        "projects.edit",
        "e",
        mark("Change line"),
        mark("Ask for something else in a draft, or in a request sent back."),
        "projects",
        may("request.new", DRAFT),
        18,
    ),
    Command(
        "projects.propose",
        "p",
        mark("Propose"),
        mark("Enter a project into the call of the year."),
        "projects",
        may("project.propose"),
        18,
    ),
    Command(
        "projects.score",
        "o",
        mark("Score"),
        mark("Give the proposal points, or declare a conflict of interest."),
        "projects",
        may("project.score", _DECIDABLE),
        19,
    ),
    Command(
        "projects.decide",
        "d",
        mark("Decide"),
        mark("Select or decline the proposal."),
        "projects",
        may("project.decide", _DECIDABLE),
        20,
    ),
    Command(
        "projects.activate",
        "t",
        mark("Activate"),
        mark("Let the project ask for samples from now on."),
        "projects",
        may("project.decide", _WAITING),
        21,
    ),
    Command(
        "projects.say",
        "m",
        mark("Message"),
        mark("Say something to those on the other side of the request."),
        "projects",
        may("request.message", _REQUEST),
        22,
    ),
    Command(
        "projects.cancel",
        "delete",
        mark("Cancel"),
        mark("Give the request up: its reservations end."),
        "projects",
        may("request.cancel", _REQUEST),
        23,
    ),
)

WORK = (
    Command(
        "work.start",
        "n",
        mark("New list"),
        mark("Make a pick list of what is reserved for a request."),
        "work",
        may("request.pick"),
        10,
    ),
    Command(
        "work.next",
        "right_square_bracket",
        mark("Next box"),
        mark("Go to the next box of the walk."),
        "work",
        _LIST,
        11,
    ),
    Command(
        "work.previous", "left_square_bracket", mark("Box before"), mark("Go to the box before."), "work", _LIST, 12
    ),
    Command(
        "work.missing",
        "m",
        mark("Missing"),
        mark("The tube is not there: mark it missing, and choose a substitute."),
        "work",
        may("request.pick", _HOLE),
        13,
    ),
    Command(
        "work.substitute",
        "i",
        mark("Instead"),
        mark("Take another eligible tube in its stead."),
        "work",
        may("request.pick", _HOLE),
        14,
    ),
    Command(
        "work.drop",
        "d",
        mark("Drop"),
        mark("Take the tube off the list and free it, with a reason."),
        "work",
        may("request.release", _HOLE),
        15,
    ),
    Command(
        "work.unpick",
        "b",
        mark("Unpick"),
        mark("Put a picked tube back; it is to be picked again."),
        "work",
        may("request.pick", _PICKED),
        16,
    ),
    Command(
        "work.close",
        "x",
        mark("Close list"),
        mark("Put the list away; what was not picked stays reserved."),
        "work",
        may("request.pick", _LIST),
        17,
    ),
    Command(
        "work.ship",
        "o",
        mark("Open shipment"),
        mark("Begin a shipment of what is picked for a request."),
        "work",
        may("shipment.pack"),
        11,
    ),
    Command("work.lists", "l", mark("Lists"), mark("Back to the pick lists and shipments."), "work", bank_open, 18),
)

REPORTS = (
    Command(
        "reports.turn",
        "g",
        mark("Next report"),
        mark("Turn to the next report; ← and → do too."),
        "reports",
        bank_open,
        9,
    ),
    Command(
        "reports.export",
        "e",
        mark("Export"),
        mark("Write the report on the screen as a CSV file."),
        "reports",
        may("bank.read"),
        10,
    ),
    Command("reports.again", "r", mark("Refresh"), mark("Count again."), "reports", bank_open, 11),
)
