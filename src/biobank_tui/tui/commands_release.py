"""The commands for data given to a project and results it returns, for its papers, and for what its people see."""

from __future__ import annotations

from biobank_tui.tui.command import Command, bank_open
from biobank_tui.words import mark

RELEASE = (
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
