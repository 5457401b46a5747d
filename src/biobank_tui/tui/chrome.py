"""What frames every screen: header, tabs, message and verdict lines, keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from biobank_tui.tui.ports import Level, Verdict
from biobank_tui.tui.safe import paragraph, plain
from biobank_tui.words import _, mark


@dataclass(frozen=True, slots=True)
class Sign:
    """How a level is shown: a glyph, a word, an ink."""

    glyph: str
    msgid: str
    ink: str


SIGNS: Final = {
    Level.GOOD: Sign("✓", mark("OK"), "$good"),
    Level.NOTE: Sign("•", mark("NOTE"), "$info"),
    Level.WARN: Sign("▲", mark("CARE"), "$warn"),
    Level.BAD: Sign("✕", mark("STOP"), "$bad"),
}


def signed(verdict: Verdict) -> Content:
    """A sentence with its sign: never by colour alone."""
    sign = SIGNS[verdict.level]
    head = (f" {sign.glyph} {_(sign.msgid)}  ", f"bold {sign.ink}")
    return Content.assemble(head, paragraph(verdict.sentence, sign.ink if verdict.level is Level.BAD else ""))


class Header(Widget):
    """The bank at the left, who is at it at the right."""

    bank: reactive[str] = reactive("")
    who: reactive[str] = reactive("")

    def render(self) -> Content:
        width = self.size.width
        left = Content.assemble((" ❄ ", "$accent"), plain(self.bank or _("Biobank"), "bold"))
        right = plain(f"{self.who} ", "$quiet")
        if left.cell_length + right.cell_length + 2 > width:
            right = plain("")
        return Content.assemble(left, " " * max(width - left.cell_length - right.cell_length, 0), right)


@dataclass(frozen=True, slots=True)
class Tab:
    """One screen in the row of tabs."""

    name: str
    key: str
    label: str


class TabBar(Widget):
    """The screens, one key each."""

    active: reactive[str] = reactive("")

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, tabs: Callable[[], Sequence[Tab]]) -> None:
        super().__init__()
        self._tabs = tabs
        self._ends: list[tuple[int, str]] = []

    def render(self) -> Content:
        room = self.size.width
        tabs = _fitted(self._tabs(), self.active, room)
        gap = 3
        for gap in (3, 2, 1):
            if sum(cell_len(tab.label) + cell_len(tab.key) + 1 + gap for tab in tabs) <= room:
                break
        parts: list[Content | tuple[str, str]] = [(" ", "")]
        self._ends, at = [], 1
        for tab in tabs:
            here = tab.name == self.active
            parts.append((f"{tab.key} ", "bold $accent" if here else "$quiet"))
            parts.append((tab.label, "bold $accent underline" if here else ""))
            parts.append((" " * gap, ""))
            at += cell_len(tab.label) + cell_len(tab.key) + 1 + gap
            self._ends.append((at, tab.name))
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        name = next((name for end, name in self._ends if event.x < end), None)
        if name:
            self.post_message(self.Chosen(name))


def _fitted(tabs: Sequence[Tab], active: str, room: int) -> list[Tab]:
    """The tabs with the longest labels cut where they do not fit, as in languages of long words; never the active."""
    fitted = list(tabs)
    while sum(cell_len(tab.label) + cell_len(tab.key) + 2 for tab in fitted) > room:
        others = [place for place, tab in enumerate(fitted) if tab.name != active and cell_len(tab.label) > 4]
        if not others:
            break
        longest = max(others, key=lambda place: cell_len(fitted[place].label))
        label = fitted[longest].label
        fitted[longest] = replace(fitted[longest], label=label.removesuffix("…")[:-1].rstrip() + "…")
    return fitted


class Sentence(Static):
    """One sentence with its sign, hidden while there is none."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__("", id=id, markup=False)
        self.verdict: Verdict | None = None

    def say(self, verdict: Verdict | None) -> None:
        """Show a sentence, or nothing."""
        self.verdict = verdict
        self.update(Content("") if verdict is None else signed(verdict))
        self.set_class(verdict is not None, "-shown")

    def turn_past(self) -> None:
        """What is said was so when it was said; something has been done since."""
        if self.verdict is not None:
            said = _("Scanned before that: {sentence}").format(sentence=self.verdict.sentence)
            self.update(paragraph(said, "$quiet"))


class Busy(Widget):
    """Shows that work is under way, once it takes longer than the eye forgives."""

    count: reactive[int] = reactive(0)
    visible_work: reactive[bool] = reactive(False)

    def __init__(self, patience: float) -> None:
        super().__init__()
        self._patience = patience

    def begin(self) -> None:
        """One piece of work began."""
        self.count += 1
        if self.count == 1:
            self.set_timer(self._patience, self._still)

    def end(self) -> None:
        """One piece of work ended."""
        self.count = max(self.count - 1, 0)
        if not self.count:
            self.visible_work = False

    def _still(self) -> None:
        self.visible_work = self.count > 0

    def render(self) -> Content:
        return plain(_("◌ working"), "$warn") if self.visible_work else plain("")


@dataclass(frozen=True, slots=True)
class KeyHint:
    """One key of the footer. reason: why it does nothing now, or None; pinned: it always has room."""

    name: str
    key: str
    label: str
    help: str
    reason: str | None
    pinned: bool = False

    @property
    def width(self) -> int:
        """Cells it takes."""
        return cell_len(self.key) + 1 + cell_len(self.label)


class KeyBar(Widget):
    """The keys of the moment; a click runs one, the mouse over it tells more."""

    class Pressed(Message):
        """A key was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, hints: Callable[[], Sequence[KeyHint]]) -> None:
        super().__init__()
        self._hints = hints
        self._places: list[tuple[int, int, KeyHint]] = []

    def render(self) -> Content:
        """As many keys as fit, those that do something before those that cannot now; the pinned ones at the right."""
        hints = self._hints()
        pinned = [hint for hint in hints if hint.pinned]
        room = self.size.width - sum(hint.width + 2 for hint in pinned)
        fitting = self._fitting([hint for hint in hints if not hint.pinned], room)
        parts: list[tuple[str, str]] = [(" ", "")]
        at = 1
        self._places = []
        for hint in fitting:
            at = self._put(parts, hint, at)
        if at < room:
            parts.append((" " * (room - at), ""))
        for hint in pinned:
            at = self._put(parts, hint, max(at, room))
        return Content.assemble(*parts)

    @staticmethod
    def _fitting(hints: Sequence[KeyHint], room: int) -> list[KeyHint]:
        """Those that there is room for, in their own order."""
        chosen, at = set(), 1
        for hint in sorted(hints, key=lambda each: each.reason is not None):
            if at + hint.width <= room:
                chosen.add(hint.name)
                at += hint.width + 2
        return [hint for hint in hints if hint.name in chosen]

    def _put(self, parts: list[tuple[str, str]], hint: KeyHint, at: int) -> int:
        dead = hint.reason is not None
        parts.append((f"{hint.key} ", "$faint" if dead else "bold $accent"))
        parts.append((f"{hint.label}  ", "$faint" if dead else "$quiet"))
        self._places.append((at, at + hint.width, hint))
        return at + hint.width + 2

    def _at(self, x: int) -> KeyHint | None:
        return next((hint for start, end, hint in self._places if start <= x < end), None)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        hint = self._at(event.x)
        self.tooltip = None if hint is None else plain(hint.reason or hint.help)

    def on_click(self, event: events.Click) -> None:
        if (hint := self._at(event.x)) is not None:
            self.post_message(self.Pressed(hint.name))
