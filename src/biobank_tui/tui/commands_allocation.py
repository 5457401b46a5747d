"""The commands of the projects screen for what is short, and for the call and its projects."""

from __future__ import annotations

from biobank_tui.tui.command import Command, Enabled, bank_open, has, may
from biobank_tui.tui.commands_projects import DRAFT, PROJECT, RESERVABLE, RESERVED, REVIEW
from biobank_tui.words import mark

_SHORT: Enabled = has("short", mark("Choose a request that is short of samples first."))
_ACTIVE: Enabled = has("active", mark("Only an active project is suspended."))
_RUNNING: Enabled = has("running", mark("Only an active or suspended project is closed."))

ALLOCATION = (
    Command(
        "projects.part",
        "A",
        mark("Approve part"),
        mark("Approve fewer than are asked, line by line."),
        "projects",
        may("request.review", REVIEW),
        0,
    ),
    Command(
        "projects.line",
        "i",
        mark("Add line"),
        mark("Ask for more: another line of a draft."),
        "projects",
        may("request.new", DRAFT),
        0,
    ),
    Command(
        "projects.wait",
        "w",
        mark("Wait-list"),
        mark("Wait for samples to come free for what is missing, or stop waiting."),
        "projects",
        may("request.wait", RESERVABLE),
        19,
    ),
    Command(
        "projects.prolong",
        "b",
        mark("More time"),
        mark("Let what is reserved stand longer."),
        "projects",
        may("request.reserve", RESERVED),
        0,
    ),
    Command(
        "projects.instead",
        "j",
        mark("Instead"),
        mark("What would do instead, where the request is short."),
        "projects",
        _SHORT,
        0,
    ),
    Command(
        "projects.transfer",
        "T",
        mark("Transfer"),
        mark("Decide that what is reserved goes to another request."),
        "projects",
        may("request.transfer", RESERVED),
        0,
    ),
    Command(
        "projects.sweep",
        "z",
        mark("Sweep"),
        mark("End reservations that have run out, tell projects of those that soon will, serve the wait-list."),
        "projects",
        may("request.sweep"),
        0,
    ),
    Command(
        "bench.sweep",
        "z",
        mark("Sweep"),
        mark("End reservations that have run out, tell projects of those that soon will, serve the wait-list."),
        "bench",
        may("request.sweep"),
        0,
    ),
    Command(
        "projects.announce",
        "C",
        mark("Call"),
        mark("Announce the year's call: its days, its target, its criteria."),
        "projects",
        may("project.call"),
        0,
    ),
    Command(
        "projects.year",
        "Y",
        mark("Year"),
        mark("Look at the call of another year."),
        "projects",
        bank_open,
        0,
    ),
    Command(
        "projects.amend",
        "E",
        mark("Amend"),
        mark("Change what the project says of itself."),
        "projects",
        may("project.amend", PROJECT),
        0,
    ),
    Command(
        "projects.team",
        "y",
        mark("Team"),
        mark("Who takes part: people and organisations join or leave."),
        "projects",
        may("project.team", PROJECT),
        22,
    ),
    Command(
        "projects.suspend",
        "S",
        mark("Suspend"),
        mark("Suspend the project: nothing is reserved or picked for it."),
        "projects",
        may("project.decide", _ACTIVE),
        0,
    ),
    Command(
        "projects.close",
        "X",
        mark("Close"),
        mark("Close the project, once none of its requests is open."),
        "projects",
        may("project.decide", _RUNNING),
        0,
    ),
)
