"""A new request: what is asked for in the filter language, with what it would give shown as it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from biobank_tui.actions import requests
from biobank_tui.actions.requests import NewLine, NewRequest, RequestStanding
from biobank_tui.queries.barriers import ReasonCount
from biobank_tui.queries.feasibility import FacetCount, Feasibility, feasibility
from biobank_tui.queries.projects import ProjectRow
from biobank_tui.rules.amounts import parse as parse_amount
from biobank_tui.rules.errors import BiobankError
from biobank_tui.rules.query import parse
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.dialogs import Option
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer, PickLine
from biobank_tui.tui.ports import Session
from biobank_tui.tui.safe import plain
from biobank_tui.tui.session import material_word
from biobank_tui.tui.widgets.bars import bar
from biobank_tui.words import _, filled_in, mark, sentence

PAUSE: Final = 0.15
"""Seconds after the last key before the bank is asked."""

FEW_LINES, LINES, TALL = 3, 8, 34
"""Reasons, and values of each facet, that are shown: on a low screen, and on one of so many lines."""

FACET_WORDS: Final = {
    "dx": mark("by diagnosis"),
    "type": mark("by material"),
    "site": mark("by custodian"),
    "collected": mark("by year"),
}


class RequestForm(ActForm):
    """Asks for the line and draws it up as a draft; what is eligible now stands below.

    small_cell: counts below it are hidden from this reader; 0 hides none.
    """

    def __init__(self, session: Session, projects: Sequence[ProjectRow], chosen: str, small_cell: int) -> None:
        self.session = session
        self.small_cell = small_cell
        self._pause: Timer | None = None
        options = [Option(each.code, f"{each.code}  {each.title}") for each in projects]
        super().__init__(
            _("New request"),
            [
                Field("project", _("Project"), Kind.CHOICE, options, chosen or (options[0].key if options else "")),
                Field("title", _("Title"), hint=_("what the samples are for")),
                Field("criteria", _("Samples"), hint="type:plasma dx:C50 collected:2021.."),
                Field("asked", _("How many"), Kind.NUMBER, value="20", check=_whole),
                Field("least", _("At least, each"), required=False, hint="200 µL"),
            ],
            self._draw_up,
            places={
                "query": "criteria",
                "line.asked": "asked",
                "line": "criteria",
                "amount": "least",
                "request": "title",
            },
            submit=_("Draw up"),
        )

    def on_mount(self) -> None:
        form = self.query_one(".dialog-form", Vertical)
        form.add_class("dialog-request")
        form.mount(Static("", id="feasible", markup=False), before=self.query_one(".dialog-keys"))
        self.watch(self.query_one("#field-project"), "value", lambda _value: self._later(), init=False)
        self._look()

    def _draw_up(self, answer: Answer) -> RequestStanding:
        line = NewLine(criteria=answer["criteria"], asked=int(answer["asked"]), least=answer["least"] or None)
        asked = NewRequest(answer["project"], answer["title"], (line,))
        return requests.new(self.session.bank, self.session.actor, asked)

    # -- feasibility -------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._later()

    def _later(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._look)

    def _look(self) -> None:
        project = self.query_one("#field-project", PickLine).value
        criteria, least = self._value("criteria"), self._value("least")
        if not criteria or not project:
            self._say(
                plain(_("Write what you need, such as type:plasma dx:C50: how many there are shows here."), "$quiet")
            )
            return
        session, small_cell = self.session, self.small_cell

        def ask() -> Feasibility:
            query = parse(criteria)
            amount = parse_amount(least) if least else None
            with session.bank.read() as connection:
                return feasibility(connection, project, query, least=amount, small_cell=small_cell)

        work.run(self, "feasible", ask, self._show, self._not_understood)

    def _value(self, name: str) -> str:
        return self.query_one(f"#field-{name}", Input).value.strip()

    def _say(self, content: Content) -> None:
        self.query_one("#feasible", Static).update(content)

    def _not_understood(self, error: BiobankError) -> None:
        self._say(plain(f"▲ {sentence(error)}", "$warn"))

    def _show(self, found: Feasibility) -> None:
        place = self.query_one("#feasible", Static)
        width = place.content_region.width or 66
        asked = self._value("asked")
        most = LINES if self.app.size.height >= TALL else FEW_LINES
        self._say(feasible_content(found, width, int(asked) if asked.isdigit() else 0, self.small_cell, most))


def _whole(value: object) -> str | None:
    return None if str(value).isdigit() and int(str(value)) else _("Write a whole number, 1 or more.")


def feasible_content(found: Feasibility, width: int, asked: int, small_cell: int, most: int) -> Content:
    """Eligible of matching in one bar; below it why not at the left, facets at the right."""
    eligible = found.eligible
    few = eligible is None or eligible < asked
    filled, rest = bar((eligible or 0) / (found.matching or 1), 16)
    shown = _("fewer than {limit}").format(limit=small_cell) if eligible is None else f"{eligible:,}"
    lines = [
        Content.assemble(
            plain(_("{count} eligible now").format(count=shown), f"bold ${'warn' if few else 'good'}"),
            plain("  "),
            (filled, "$accent on $panel"),
            (rest, "on $panel"),
            plain("  " + _("of {count} that match").format(count=_number(found.matching, small_cell)), "$quiet"),
        )
    ]
    half = width // 2 - 1
    left = _reasons(found.reasons, half, small_cell, most)
    right = _facets(found, width - half - 2, small_cell, most)
    for place in range(max(len(left), len(right))):
        one = left[place] if place < len(left) else Content("")
        other = right[place] if place < len(right) else Content("")
        lines.append(Content.assemble(one, " " * max(half + 2 - one.cell_length, 1), other))
    lines += [plain(f"  {filled_in(duty.sentence, duty.facts)}", "$quiet") for duty in found.obligations[: most // 4]]
    return Content("\n").join(lines)


def _number(n: int | None, small_cell: int) -> str:
    return f"<{small_cell}" if n is None else f"{n:,}"


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else text[: max(width - 1, 0)] + "…"


def _reasons(found: Sequence[ReasonCount], width: int, small_cell: int, most: int) -> list[Content]:
    if not found:
        return [plain(_("Nothing keeps any of them."), "$quiet")]
    lines = [plain(_("Not eligible, and why"), "bold $accent")]
    for each in found[:most]:
        facts = {name: _in_words(value) for name, value in each.barrier.facts.items()}
        words = _(each.barrier.fragment).format(**facts)
        lines.append(
            Content.assemble(plain(f"{_number(each.n, small_cell):>7} "), plain(_cut(words, width - 8), "$quiet"))
        )
    if len(found) > most:
        lines.append(plain("        " + _("… and {count} other reasons").format(count=len(found) - most), "$quiet"))
    return lines


def _in_words(value: object) -> object:
    """A consent reason in the language in use; other facts as they are."""
    template, facts = getattr(value, "sentence", None), getattr(value, "facts", None)
    return _(template).format(**facts) if template is not None and facts is not None else value


def _facets(found: Feasibility, width: int, small_cell: int, most: int) -> list[Content]:
    """The facet that tells most: the first with more than one value."""
    names = [name for name in FACET_WORDS if len(found.facets.get(name, ())) > 1]
    if not names:
        return []
    name = names[0]
    values = found.facets[name]
    lines = [plain(_("Eligible {facet}").format(facet=_(FACET_WORDS[name])), "bold $accent")]
    largest = max((each.n or 0 for each in values), default=0) or 1
    label = min(max((cell_len(_value_word(name, each)) for each in values[:most]), default=4), 14)
    size = max(width - label - 9, 4)
    for each in values[:most]:
        filled, rest = bar((each.n or 0) / largest, size)
        lines.append(
            Content.assemble(
                plain(_cut(_value_word(name, each), label).ljust(label) + " "),
                (filled, "$accent"),
                (rest, ""),
                plain(f" {_number(each.n, small_cell):>6}", "$quiet"),
            )
        )
    if len(values) > most:
        lines.append(plain(_("… and {count} more").format(count=len(values) - most), "$quiet"))
    return lines


def _value_word(name: str, found: FacetCount) -> str:
    if not found.value:
        return _("not known")
    return material_word(found.value) if name == "type" else found.value
