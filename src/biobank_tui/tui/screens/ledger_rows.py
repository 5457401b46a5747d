"""The ledger's entries as rows, and one entry as words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from textual.content import Content

from biobank_tui.queries import ledger
from biobank_tui.queries.ledger import Act, Change, LedgerFilter
from biobank_tui.rules.text import visible
from biobank_tui.tui.ports import Column, Row
from biobank_tui.tui.safe import paragraph, plain
from biobank_tui.tui.screens.sample_life import change_lines, value_word
from biobank_tui.tui.screens.sample_pane import verb_word
from biobank_tui.tui.status import Tone
from biobank_tui.wall import clock
from biobank_tui.words import _, figure, ngettext

if TYPE_CHECKING:
    from array import array

    from biobank_tui.bank.bank import Bank
    from biobank_tui.queries.telling import Told

MOST: Final = 60
"""Records of an entry that are shown one by one."""


class LedgerRows:
    """Entries that fit, from the newest; their numbers are fetched once, in the thread that first asks."""

    def __init__(self, bank: Bank, wanted: LedgerFilter) -> None:
        self.bank = bank
        self.wanted = wanted
        self._numbers: array[int] | None = None
        self._columns = (
            Column("number", "#", 6, "right", tone=Tone.QUIET),
            Column("at", _("When"), 16),
            Column("actor", _("Who"), 9),
            Column("verb", _("Act"), 15, grow=1),
            Column("subject", _("What"), 11, grow=1),
            Column("count", _("Records"), 7, "right", drop=2),
            Column("role", _("As"), 13, drop=3, tone=Tone.QUIET),
            Column("reason", _("Because"), 12, grow=2, drop=1, tone=Tone.QUIET),
        )

    @property
    def columns(self) -> Sequence[Column]:
        return self._columns

    def count(self) -> int | None:
        return None if self._numbers is None else len(self._numbers)

    def members(self) -> None:
        return None

    def window(self, start: int, n: int) -> Sequence[Row]:
        with self.bank.read() as connection:
            if self._numbers is None:
                self._numbers = ledger.numbers(connection, self.wanted)
            return [_row(each) for each in ledger.by_number(connection, self._numbers[start : start + n])]


def _row(act: Act) -> Row:
    return Row(
        act.number,
        (
            str(act.number),
            clock(act.at),
            act.actor,
            verb_word(act.verb),
            act.subject or "",
            figure(act.count),
            _(act.role.replace("_", " ")),
            act.reason or "",
        ),
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry with the records it wrote, the first of them where they are many, and what each says in words."""

    act: Act
    changes: tuple[tuple[Change, str, tuple[Told, ...]], ...]


def read_entry(bank: Bank, number: int) -> Entry | None:
    """Fetch an entry; in a thread. None where it was removed."""
    from biobank_tui.queries.telling import called, told

    with bank.read() as connection:
        act = ledger.act(connection, number)
        if act is None:
            return None
        changes = ledger.changes(connection, number, limit=MOST)
        return Entry(
            act,
            tuple(
                (
                    each,
                    called(connection, each.noun, each.target_id),
                    told(connection, each.noun, each.target_id, number, _sides(each)),
                )
                for each in changes
            ),
        )


def entry_content(entry: Entry) -> Content:
    """An entry in words: who, when, why, and each record before and after."""
    act = entry.act
    role = _(act.role.replace("_", " "))
    lines = [
        Content.assemble(plain(f"#{act.number}  ", "$quiet"), plain(verb_word(act.verb), "bold $accent")),
        plain(f"{clock(act.at)} · {act.at}"),
        plain(_("{who} as {role}, at {workstation}").format(who=act.actor, role=role, workstation=act.workstation)),
    ]
    if act.subject:
        lines.append(plain(act.subject, "bold"))
    if act.reason:
        lines.append(paragraph(_("because: {reason}").format(reason=act.reason)))
    lines += [
        Content.assemble(plain(f"{name}: ", "$quiet"), plain(value_word(value)))
        for name, value in act.facts.items()
        if value not in (None, "", [], {})
    ]
    lines += [plain(f"{act.hash[:16]}…", "$quiet"), Content("")]
    lines.append(
        plain(ngettext("{count} record", "{count} records", act.count).format(count=figure(act.count)), "bold $accent")
    )
    for change, name, changes in entry.changes:
        lines.append(Content.assemble(plain(_(change.noun.replace("_", " "))), plain(f" {name}", "bold")))
        lines += change_lines(changes)
    if act.count > len(entry.changes):
        more = _("… and {count} more").format(count=figure(act.count - len(entry.changes)))
        lines.append(plain(more, "$quiet"))
    return Content("\n").join(lines)


def _sides(change: Change) -> dict[str, tuple[Any, Any]]:
    names = [*change.before, *(name for name in change.after if name not in change.before)]
    return {
        name: (change.before.get(name), change.after.get(name))
        for name in names
        if change.before or change.after.get(name) is not None
    }


def in_words(wanted: LedgerFilter) -> str:
    """What a filter asks for; empty for every entry."""
    parts = [
        visible(wanted.verb or ""),
        _("by {who}").format(who=wanted.actor) if wanted.actor else "",
        _("on {what}").format(what=wanted.subject) if wanted.subject else "",
        _("since {date}").format(date=wanted.since) if wanted.since else "",
        _("before {date}").format(date=wanted.until) if wanted.until else "",
    ]
    return " · ".join(part for part in parts if part)
