"""Help for the import screen: how a file is taken in, and what each key does."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual.content import Content

from biobank_tui.tui.help import Page
from biobank_tui.tui.safe import hanging, paragraph, plain
from biobank_tui.words import _, mark

ABOUT: Final = mark(
    "Name a file: it is read, and a map is drafted that says which column is which field. The tables below show how"
    " each column is understood and the first rows as they will be. F5 tries the file without writing; what is wrong"
    " is listed with its line and column. ^S takes it in, after a count of what will change."
)

KEYS: Final = (
    ("F2", mark("Choose the file, or the map, from a list.")),
    ("F4", mark("Go to the next of several files: a folder, an archive or a pattern such as *.csv names several.")),
    ("F5", mark("Try the file: every rule is applied, and nothing is written.")),
    ("F6", mark("Turn to the next table: columns, first rows, errors.")),
    ("F8", mark("Write the errors, or the rows that were refused, to a file that can be mended and taken in again.")),
    ("F9", mark("Keep the map as a file, for the next time and for scripts.")),
    ("⏎", mark("In the columns' table: change what a column stands for.")),
    ("s", mark("In the errors' table: sort by a column.")),
    ("^S", mark("Take the file in.")),
    ("Esc", mark("Leave; asks first where a file was named and not taken in.")),
)


class ImportHelp(Page):
    """What the import screen is for, and its keys."""

    def __init__(self) -> None:
        super().__init__(_("Help"))

    def body(self) -> Content:
        lines = [paragraph(_(ABOUT)), Content("")]
        for key, says in KEYS:
            head = plain("  " + key + " " * max(6 - cell_len(key), 1), "$accent")
            lines += hanging(head, _(says), "", self.room, inset=8)
        return Content("\n").join(lines)
