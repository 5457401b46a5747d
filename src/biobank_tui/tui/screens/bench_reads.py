"""What the bench shows, fetched in a thread: imported there, so that the first frame does not wait for the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from biobank_tui.queries.ledger import Act, LedgerFilter, acts
from biobank_tui.queries.worklists import Work, WorkList, worklist, worklists
from biobank_tui.rules.moments import today
from biobank_tui.tui.ports import Column, Found, Row, Session
from biobank_tui.tui.screens.sample_pane import verb_word
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import Tone
from biobank_tui.tui.when import ago, ago_width
from biobank_tui.wall import clock
from biobank_tui.words import _, figure, mark

TITLES: Final = {
    Work.TO_RECEIVE: mark("To receive"),
    Work.TO_PLACE: mark("To place"),
    Work.TO_PICK: mark("To pick"),
    Work.TO_DESTROY: mark("To destroy"),
    Work.TO_PRINT: mark("Labels to print"),
    Work.RESERVATIONS_RUN_OUT: mark("Reservations run out"),
    Work.CONSENTS_RUN_OUT: mark("Consents run out"),
    Work.RESERVATIONS_EXPIRING: mark("Reservations expiring"),
    Work.CONSENTS_EXPIRING: mark("Consents expiring"),
    Work.MAJORITY: mark("Coming of age"),
    Work.MY_TURN: mark("Your turn"),
}

FILTERS: Final = {Work.TO_RECEIVE: "status:expected", Work.TO_PLACE: "status:available -box:*"}
"""Lists that are a filter of the samples."""

KINDS: Final = {
    Work.TO_PICK: ("pick_list", "work"),
    Work.CONSENTS_EXPIRING: ("donor", "donors"),
    Work.MAJORITY: ("donor", "donors"),
    Work.MY_TURN: ("request", "projects"),
}
"""Lists of other things than samples: the noun, and the screen that shows it."""

URGENT: Final = {
    Work.TO_DESTROY: Tone.BAD,
    Work.TO_PRINT: Tone.WARN,
    Work.RESERVATIONS_RUN_OUT: Tone.BAD,
    Work.CONSENTS_RUN_OUT: Tone.BAD,
    Work.RESERVATIONS_EXPIRING: Tone.WARN,
    Work.CONSENTS_EXPIRING: Tone.WARN,
    Work.MAJORITY: Tone.WARN,
}

SHOWN: Final = 15
ACTS: Final = 12
MOST_NAMED: Final = 200
"""Samples that a list names one by one when it is opened."""


@dataclass(frozen=True, slots=True)
class Today:
    """What waits, and what this person did last."""

    lists: tuple[WorkList, ...]
    acts: tuple[Act, ...]


def read_today(session: Session) -> Today:
    """Every list with its count and first rows, and the person's last acts."""
    with session.bank.read() as connection:
        mine = LedgerFilter(actor=session.actor.login)
        return Today(worklists(connection, session.actor, limit=SHOWN), acts(connection, mine, limit=ACTS))


def as_row(place: int, each: WorkList) -> Row:
    """A list as a line of the table: how many, what, and the first of them."""
    first = each.rows[0] if each.rows else None
    about = f"{first.code}  {about_word(first.about)}" if first else ""
    tone = URGENT.get(each.work, Tone.PLAIN) if each.count else Tone.QUIET
    return Row(
        place,
        (
            figure(each.count) if each.count else "—",
            _(TITLES[each.work]),
            about,
            ago(first.when, today()) if first else "",
        ),
        tone,
    )


def columns() -> tuple[Column, ...]:
    """The columns of the lists."""
    return (
        Column("count", "", 6, "right"),
        Column("work", _("Today"), 26),
        Column("first", _("First of them"), 21, grow=1, drop=1),
        Column("when", "", ago_width(), drop=2, tone=Tone.QUIET),
    )


def about_word(text: str) -> str:
    """A word on a thing to do: materials in words, the rest as it is."""
    return material_word(text)


@dataclass(frozen=True, slots=True)
class WorkRows:
    """The lists as rows for a table."""

    lists: tuple[WorkList, ...]

    @property
    def columns(self) -> Sequence[Column]:
        return columns()

    def count(self) -> int | None:
        return len(self.lists)

    def members(self) -> None:
        return None

    def window(self, start: int, n: int) -> Sequence[Row]:
        return [as_row(start + place, each) for place, each in enumerate(self.lists[start : start + n])]


def things_of(session: Session, work: Work) -> tuple[Found, ...]:
    """What opening a list leads to: one filter of the samples, or each thing of the list."""
    title = _(TITLES[work])
    if work in FILTERS:
        return (Found("filter", 0, FILTERS[work], title, "samples"),)
    with session.bank.read() as connection:
        rows = worklist(connection, work, session.actor, limit=MOST_NAMED).rows
    if work in KINDS:
        kind, screen = KINDS[work]
        return tuple(
            Found(kind, 0, row.code, "  ".join(part for part in (row.about, (row.when or "")[:10]) if part), screen)
            for row in rows
        )
    return (Found("filter", 0, f"code:{','.join(row.code for row in rows)}", title, "samples"),) if rows else ()


def said(act: Act) -> tuple[str, str, str]:
    """An act as three words: when, what, on what."""
    return clock(act.at), verb_word(act.verb), act.subject or ""
