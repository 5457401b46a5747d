"""The family of a tube on a page: its whole tree with what is left in each, its pools, and its thaws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from biobank_tui.rules.text import visible
from biobank_tui.tui.help import Page
from biobank_tui.tui.safe import plain
from biobank_tui.tui.screens.sample_pane import ink, verb_word
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import look
from biobank_tui.words import _, figure, ngettext

if TYPE_CHECKING:
    from biobank_tui.bank.bank import Bank
    from biobank_tui.queries.lineage import Family, Member


ROOMY = 100
"""Columns of a terminal from which on places are told beside the tubes."""


def family_of(bank: Bank, code: str) -> Family:
    """Fetch it; in a thread."""
    from biobank_tui.queries.lineage import family

    with bank.read() as connection:
        return family(connection, code)


class FamilyPage(Page):
    """The tree, a tube a line."""

    def __init__(self, found: Family) -> None:
        super().__init__(_("Lineage of {code}").format(code=found.code))
        self.found = found

    def body(self) -> Content:
        width = max(cell_len(_named(each)) for each in self.found.tree)
        roomy = self.app.size.width >= ROOMY
        lines = [_line(each, width, each.code == self.found.code, roomy=roomy) for each in self.found.tree]
        told = _("{amount} of {code} went into it")
        lines += [plain(told.format(amount=each.amount or "?", code=each.code)) for each in self.found.pooled_from]
        told = _("{amount} of it went into {code}")
        lines += [plain(told.format(amount=each.amount or "?", code=each.code)) for each in self.found.pooled_into]
        lines += [Content(""), plain(_("Freeze-thaw cycles"), "bold $accent")]
        if not self.found.thaws:
            lines.append(plain(_("It was never thawed, as far as the ledger knows."), "$quiet"))
        for thaw in self.found.thaws:
            counts = f"{thaw.before} → {thaw.after}"
            lines.append(
                Content.assemble(
                    plain(f"{thaw.at[:10]}  ", "$quiet"), plain(counts, "bold"),
                    plain(f"  {verb_word(thaw.verb)}  {thaw.by}", "$quiet"),
                )
            )  # fmt: skip
        return Content("\n").join(lines)


def _named(each: Member) -> str:
    branch = "  " * each.depth + ("└ " if each.depth else "")
    return f"{branch}{visible(each.code)}  {visible(material_word(each.material))}"


def _line(each: Member, width: int, here: bool, *, roomy: bool) -> Content:
    seen = look("sample", each.status)
    name = _named(each)
    had = f"{each.left or '?'} / {each.initial}" if each.initial else each.left
    thaws = ngettext("thawed {count} time", "thawed {count} times", each.thaws).format(count=figure(each.thaws))
    return Content.assemble(
        (f"{seen.glyph} ", ink(seen.tone)),
        plain(name + " " * (width - cell_len(name)), "bold $accent" if here else ""),
        plain(f"  {had:<18}"),
        plain(f"  {seen.word}", ink(seen.tone)),
        plain(f" · {thaws}" if each.thaws else "", "$warn"),
        plain(f" · {each.place}" if each.place and roomy else "", "$quiet"),
    )
