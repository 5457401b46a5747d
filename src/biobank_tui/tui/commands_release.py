"""The commands for data given to a project and results it returns, for its papers, and for what its people see."""

from __future__ import annotations

from biobank_tui.tui.command import Command, Enabled, bank_open, has, may
from biobank_tui.tui.commands_projects import PROJECT
from biobank_tui.words import mark

_FED: Enabled = has("running", mark("Only an active or suspended project is given data."))

RELEASE = (
    Command(
        "projects.agreement",
        "M",
        mark("Agreement"),
        mark("Record a transfer agreement (MTA) with a party, or its signature."),
        "projects",
        may("agreement.add", PROJECT),
        0,
    ),
    Command(
        "projects.call_off",
        "N",
        mark("End agreement"),
        mark("Call a transfer agreement off: nothing leaves under it any more."),
        "projects",
        may("agreement.end", PROJECT),
        0,
    ),
    Command(
        "projects.data",
        "D",
        mark("Give data"),
        mark("Release data to the project: k-anonymous, under its own codes, signed."),
        "projects",
        may("data.release", _FED),
        24,
    ),
    Command(
        "projects.results",
        "R",
        mark("Results"),
        mark("Take results the project returns, and link them to its samples."),
        "projects",
        may("result.return", PROJECT),
        25,
    ),
    Command(
        "own.turn",
        "g",
        mark("Next project"),
        mark("Turn between your projects, and all of them."),
        "own",
        bank_open,
        10,
    ),
)
