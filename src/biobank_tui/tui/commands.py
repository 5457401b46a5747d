"""The one table of commands: key, label, help, and when each is enabled and why not.

The footer, the palette, the help screens, the tooltips and the key map all read it. A command of name
"samples.move" runs `do_move` of the view "samples"; one without a dot runs `do_…` of the app.
"""

from __future__ import annotations

from biobank_tui.tui.command import (
    Command,
    Enabled,
    always,
    bank_open,
    has,
    may,
    row_chosen,
    rows_chosen,
)
from biobank_tui.tui.commands_allocation import ALLOCATION
from biobank_tui.tui.commands_desk import BENCH, LEDGER, SAMPLES
from biobank_tui.tui.commands_projects import PROJECTS, REPORTS, WORK
from biobank_tui.tui.commands_release import RELEASE
from biobank_tui.tui.commands_shipments import SHIPMENTS
from biobank_tui.tui.commands_stores import DONORS, STORAGE
from biobank_tui.words import mark

__all__ = [
    "COMMANDS",
    "Command",
    "Enabled",
    "always",
    "bank_open",
    "has",
    "may",
    "row_chosen",
    "rows_chosen",
]

EVERYWHERE = (
    Command("bench", "1", mark("Bench"), mark("Today's work and the last actions."), footer=0),
    Command("samples", "2", mark("Samples"), mark("Every sample: find, mark, act."), footer=0),
    Command("storage", "3", mark("Storage"), mark("Freezers, racks and boxes."), footer=0),
    Command("donors", "4", mark("Donors"), mark("Pseudonymous donors and their consents."), footer=0),
    Command("projects", "5", mark("Projects"), mark("Projects, requests and whose turn it is."), footer=0),
    Command("work", "6", mark("Work"), mark("Pick lists, packing and shipments."), footer=0),
    Command("reports", "7", mark("Reports"), mark("Inventory, occupancy, accrual and turnaround."), footer=0),
    Command("ledger", "8", mark("Ledger"), mark("Who did what, and the proof that it stands."), footer=0),
    Command("scan", "slash,f2", mark("Scan"), mark("Go to the scan line: scan or type a code."), footer=90),
    Command("palette", "ctrl+p", mark("Find"), mark("Find commands, screens, and things by code."), footer=91),
    Command("undo", "u", mark("Undo"), mark("Undo your last act, as a new ledger entry."), None, may("act.undo"), 92),
    Command("keys", "question_mark", mark("Keys"), mark("List every key."), footer=93),
    Command("help", "f1", mark("Help"), mark("Help for what has the focus."), footer=94),
    Command("quit", "q", mark("Quit"), mark("Leave; asks only where something typed would be lost."), footer=95),
    Command(
        "jump", "ctrl+o", mark("Jump"), mark("Label everything that can be focused; a letter goes there."), footer=96
    ),
    Command("scans", "f3", mark("Last scans"), mark("The last fifty scans and what was said of them."), footer=97),
    Command(
        "theme", "ctrl+t", mark("Light or dark"), mark("Turn to the next of light, dark and high contrast."), footer=98
    ),
    Command("person", "f4", mark("Switch person"), mark("Let somebody else sit down."), footer=0),
    Command(
        "print_queue",
        "f6",
        mark("Print queue"),
        mark("Labels that wait for a printer: go on, say what came out, or give up."),
        None,
        may("label.print"),
        footer=0,
    ),
    Command(
        "import",
        "f7",
        mark("Import"),
        mark("Take in a file: see how it is understood, try it, read what is wrong, and import it."),
        None,
        may("import"),
        footer=0,
    ),
    Command("themes", "", mark("Choose a theme"), mark("Choose among all themes."), footer=0),
    Command("language", "ctrl+l", mark("Language"), mark("Turn to the next language."), footer=0),
)

TABLE = (
    Command("table.mark", "space", mark("Mark"), mark("Mark or unmark the row under the cursor."), "table", footer=50),
    Command("table.range", "v", mark("Range"), mark("Begin a range of marks here; again ends it."), "table", footer=0),
    Command(
        "table.mark_all",
        "ctrl+a",
        mark("Mark all"),
        mark("Mark every row, also those not shown; again unmarks."),
        "table",
        footer=0,
    ),
    Command("table.sort", "s", mark("Sort"), mark("Choose the column to sort by."), "table", footer=51),
)

GRID = (
    Command(
        "grid.mark", "space", mark("Mark"), mark("Mark or unmark the position under the cursor."), "grid", footer=50
    ),
    Command("grid.colour", "c", mark("Colour"), mark("Colour by status, project or age."), "grid", footer=51),
)

COMMANDS: tuple[Command, ...] = (
    *EVERYWHERE,
    *TABLE,
    *GRID,
    *BENCH,
    *SAMPLES,
    *STORAGE,
    *DONORS,
    *PROJECTS,
    *ALLOCATION,
    *RELEASE,
    *WORK,
    *SHIPMENTS,
    *REPORTS,
    *LEDGER,
)
