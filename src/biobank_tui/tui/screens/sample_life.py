"""The whole life of one thing, as the ledger tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.content import Content

from biobank_tui.rules.text import visible
from biobank_tui.tui.help import Page
from biobank_tui.tui.safe import paragraph, plain
from biobank_tui.tui.screens.sample_pane import verb_word
from biobank_tui.wall import clock
from biobank_tui.words import _

if TYPE_CHECKING:
    from biobank_tui.bank.bank import Bank
    from biobank_tui.queries.telling import Told

LONGEST: Final = 200
"""Characters of a value shown before it is cut."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One act in a life, its changes in words."""

    number: int
    at: str
    actor: str
    role: str
    verb: str
    reason: str | None
    changes: tuple[Told, ...]


def life_of(bank: Bank, noun: str, target_id: int) -> tuple[Moment, ...]:
    """What was ever done to one row, the newest first; in a thread."""
    from biobank_tui.queries.sample_detail import history
    from biobank_tui.queries.telling import told

    with bank.read() as connection:
        return tuple(
            Moment(
                each.number,
                each.at,
                each.actor,
                each.role,
                each.verb,
                each.reason,
                told(connection, each.noun, each.target_id, each.number, each.by_column),
            )
            for each in history(connection, noun, target_id)
        )


class LifePage(Page):
    """All that was done to a thing, act after act."""

    def __init__(self, code: str, moments: Sequence[Moment]) -> None:
        super().__init__(_("Life of {code}").format(code=code))
        self.moments = tuple(moments)

    def body(self) -> Content:
        if not self.moments:
            return plain(_("The ledger says nothing of it."), "$quiet")
        lines: list[Content] = []
        for each in self.moments:
            lines.append(
                Content.assemble(
                    plain(f"{clock(each.at)}  ", "bold"),
                    plain(verb_word(each.verb), "bold $accent"),
                    plain(f"  {each.actor} ({_(each.role.replace('_', ' '))})  #{each.number}", "$quiet"),
                )
            )
            if each.reason:
                lines.append(paragraph("  " + _("because: {reason}").format(reason=each.reason)))
            lines += change_lines(each.changes)
            lines.append(Content(""))
        return Content("\n").join(lines[:-1])


def change_lines(changes: Sequence[Told]) -> list[Content]:
    """One line a field: what it was, what it became."""
    width = min(max((len(each.field) for each in changes), default=0), 22)
    lines = []
    for each in changes:
        head = f"  {visible(each.field, 22):<{width}}  "
        was = [] if each.before is None else [plain(value_word(each.before), "$quiet"), Content.styled(" → ", "$rule")]
        lines.append(Content.assemble(Content.styled(head, "$quiet"), *was, plain(value_word(each.after))))
    return lines


def value_word(value: object) -> str:
    """A value as it is said, cut where it is long."""
    return visible("—" if value is None else str(value), LONGEST)
